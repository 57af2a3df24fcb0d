//! One row of a file as an item and its count. Blank cells are not there, and leave an existing item's field alone.

use crate::domain::cost::{check_number, parse_unit_cost};
use crate::domain::item::{ItemChange, ItemFields, changed_of_moved};
use crate::domain::ledger::WarehouseLevel;
use crate::domain::stock::{self, Level};
use kernel::quantity::QuantityError;
use kernel::{Currency, Faults, FieldError, Quantity};
use std::collections::BTreeMap;

/// A field of the import target, with what its column may hold.
pub struct Field {
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
    pub kind: FieldKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Decimal,
    Currency,
}

pub const FIELDS: [Field; 9] = [
    field("sku", "The item's code; a row with a known one updates that item", true, FieldKind::Text),
    field("name", "What the item is called", true, FieldKind::Text),
    field("description", "More about it", false, FieldKind::Text),
    field("category", "The group it belongs to", false, FieldKind::Text),
    field("unit", "What it is counted in; `each` for a new item without one", false, FieldKind::Text),
    field("unit_cost", "What one unit costs, in major units: 21.35", false, FieldKind::Decimal),
    field("currency", "ISO 4217 code of the unit cost, required with it", false, FieldKind::Currency),
    field("on_hand", "How much there is; the difference becomes a movement", false, FieldKind::Decimal),
    field("reorder_level", "At which stock to order again", false, FieldKind::Decimal),
];

const fn field(name: &'static str, description: &'static str, required: bool, kind: FieldKind) -> Field {
    Field { name, description, required, kind }
}

/// What a row changes, once all of it is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRow {
    pub fields: ItemFields,
    /// What has to move for there to be as much as the row says; none where it says nothing, or there is.
    pub difference: Option<Quantity>,
}

/// An item there is already, under the row's sku.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    pub fields: &'a ItemFields,
    pub level: Level,
    /// What of it is at the main warehouse, and on the floor there: a file counts no other place.
    pub main: WarehouseLevel,
    pub floor: Quantity,
}

/// All faults of the row at once.
pub fn check_row(
    values: &BTreeMap<String, String>,
    present: Option<Present<'_>>,
) -> Result<CheckedRow, Vec<FieldError>> {
    let mut faults = Faults::new();
    for name in values.keys().filter(|name| FIELDS.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
    let (change, on_hand) = read(values, &mut faults);
    let fields = change.apply(present.map(|present| present.fields));
    let tracked = fields.as_ref().is_ok_and(|fields| fields.tracking.is_tracked());
    if let (Some(present), Ok(fields)) = (present, &fields)
        && let Some(field) = changed_of_moved(present.fields, fields)
        && present.level.has_moved()
    {
        let detail = format!("must stay as it is, since stock of the item has moved: its {field} is fixed");
        faults.add(format!("/{field}"), "has_moved", detail);
    }
    let difference = on_hand.and_then(|on_hand| count(&mut faults, present, tracked, on_hand));
    let mut errors = faults.into_errors();
    match fields {
        Ok(fields) if errors.is_empty() => Ok(CheckedRow { fields, difference }),
        fields => {
            errors.extend(fields.err().unwrap_or_default());
            Err(errors)
        }
    }
}

/// What a count of all of an item changes, which can only be what lies on the main floor.
fn count(
    faults: &mut Faults,
    present: Option<Present<'_>>,
    tracked: bool,
    counted: Quantity,
) -> Option<Quantity> {
    let (level, main, floor) = present.map_or_else(Default::default, |present| {
        ((present.level.on_hand, present.level.reserved), present.main, present.floor)
    });
    let (on_hand, reserved) = level;
    let difference = Quantity::from_millionths(counted.millionths() - on_hand.millionths());
    if difference == Quantity::ZERO {
        return None;
    }
    let less = difference < Quantity::ZERO;
    let may_be_negative = present.is_some_and(|present| present.fields.may_be_negative);
    let short_by = |of: Quantity| less && of.millionths() + difference.millionths() < 0;
    if tracked {
        let detail =
            "must be left out where the item is tracked, since it does not say of which lot: count it";
        faults.add("/on_hand", "tracked", detail);
    } else if !may_be_negative && less && counted < reserved {
        faults.add("/on_hand", "below_reserved", format!("must be at least {reserved}, which is reserved"));
    } else if !may_be_negative && short_by(floor) {
        let detail = format!("{floor} of it lie on the main floor, and the rest elsewhere: count it there");
        faults.add("/on_hand", "lies_elsewhere", detail);
    } else if !may_be_negative && short_by(main.available()) {
        let detail = format!("{} of it are reserved at the main warehouse", main.reserved);
        faults.add("/on_hand", "below_reserved", detail);
    }
    Some(difference)
}

/// What the row asks for; a value that cannot be read is a fault and otherwise absent.
fn read(values: &BTreeMap<String, String>, faults: &mut Faults) -> (ItemChange, Option<Quantity>) {
    let text = |name: &str| values.get(name).filter(|value| !value.trim().is_empty()).map(String::as_str);
    let given = |name: &str| text(name).map(|value| Some(value.to_owned()));
    let currency = text("currency").and_then(|code| {
        let code = code.trim().to_ascii_uppercase();
        faults.parse::<Currency>("/currency", "unknown_currency", &code)
    });
    let unit_cost = match (text("unit_cost"), currency) {
        (Some(cost), Some(currency)) => match parse_unit_cost(cost, currency) {
            Ok(cost) => Some(Some(cost)),
            Err(error) => {
                faults.add("/unit_cost", error.code(), error.to_string());
                None
            }
        },
        (Some(cost), None) => {
            if text("currency").is_none() {
                faults.add("/currency", "required", "is required with a unit cost");
            }
            if let Err(error) = check_number(cost) {
                faults.add("/unit_cost", error.code(), error.to_string());
            }
            None
        }
        (None, _) => None,
    };
    let on_hand = text("on_hand").and_then(|value| quantity(faults, "/on_hand", value));
    if let Some(on_hand) = on_hand {
        stock::check_level(faults, "/on_hand", on_hand);
    }
    let reorder_level = text("reorder_level").and_then(|value| quantity(faults, "/reorder_level", value));
    let change = ItemChange {
        // Required in every row, of a known item too.
        sku: Some(text("sku").map(str::to_owned)),
        name: Some(text("name").map(str::to_owned)),
        description: given("description"),
        category: given("category"),
        unit: given("unit"),
        unit_cost,
        reorder_level: reorder_level.map(Some),
        ..ItemChange::default()
    };
    (change, on_hand.filter(|on_hand| *on_hand >= Quantity::ZERO))
}

fn quantity(faults: &mut Faults, pointer: &str, text: &str) -> Option<Quantity> {
    let error = match text.trim().parse() {
        Ok(quantity) => return Some(quantity),
        Err(error) => error,
    };
    let (code, detail) = match error {
        QuantityError::Malformed => ("not_a_number", "must be a decimal number such as 2.5"),
        QuantityError::TooPrecise => ("too_precise", "must have at most six decimals"),
        QuantityError::Overflow => ("too_large", "is too large"),
    };
    faults.add(pointer, code, detail);
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lot::Tracking;
    use kernel::Id;
    use uuid::Uuid;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Beside a good sku and name.
    fn check(pairs: &[(&str, &str)], expected: &[(&str, &str)]) {
        let row = values(&[&[("sku", "a"), ("name", "A")], pairs].concat());
        let errors = check_row(&row, None).err().unwrap_or_default();
        let found: Vec<_> = errors.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect();
        assert_eq!(found, expected, "{pairs:?}");
    }

    #[test]
    fn a_row_is_checked_fully() {
        check(&[], &[]);
        check(&[("unit_cost", "21.35"), ("currency", "usd"), ("on_hand", "2.5")], &[]);
        check(&[("currency", "USD")], &[]);
        check(&[("unit_cost", "21.35")], &[("/currency", "required")]);
        check(
            &[("unit_cost", "x"), ("currency", "XYZ")],
            &[("/currency", "unknown_currency"), ("/unit_cost", "not_a_number")],
        );
        check(&[("unit_cost", "1.234"), ("currency", "USD")], &[("/unit_cost", "too_precise")]);
        check(&[("on_hand", "-1")], &[("/on_hand", "negative")]);
        check(
            &[("on_hand", "many"), ("reorder_level", "-2")],
            &[("/on_hand", "not_a_number"), ("/reorder_level", "negative")],
        );
        check(&[("on_hand", "1000000001")], &[("/on_hand", "too_large")]);
        check(&[("on_hand", "0.0000001")], &[("/on_hand", "too_precise")]);
        check(&[("colour", "red")], &[("/colour", "unknown_field")]);
        check(&[("sku", " "), ("name", "")], &[("/sku", "blank"), ("/name", "blank")]);
    }

    #[test]
    fn a_known_item_keeps_what_the_row_leaves_out() {
        let first = values(&[
            ("sku", "a"),
            ("name", "A"),
            ("category", "Tea"),
            ("unit_cost", "2"),
            ("currency", "EUR"),
            ("on_hand", "5"),
        ]);
        let first = check_row(&first, None).unwrap();
        assert_eq!(first.difference, Some(Quantity::whole(5)));
        let on_hand = Quantity::whole(5);
        let reserved = Quantity::whole(4);
        let level = Level { on_hand, reserved, ..Level::empty(Id::from_uuid(Uuid::nil())) };
        let main = WarehouseLevel { on_hand, reserved, blocked: Quantity::ZERO };
        let present = Present { fields: &first.fields, level, main, floor: on_hand };
        let again = check_row(&values(&[("sku", "A"), ("name", "A")]), Some(present)).unwrap();
        assert_eq!(again, CheckedRow { fields: first.fields.clone(), difference: None });
        let counted = |on_hand: &str, present| {
            let found =
                check_row(&values(&[("sku", "A"), ("name", "A"), ("on_hand", on_hand)]), Some(present));
            found.map(|row| row.difference).map_err(|faults| faults[0].code.to_string())
        };
        assert_eq!(counted("4.5", present), Ok(Some("-0.5".parse().unwrap())));
        assert_eq!(counted("5", present), Ok(None));
        assert_eq!(counted("3", present), Err("below_reserved".to_owned()));
        let scattered = Present { floor: Quantity::ZERO, ..present };
        assert_eq!(counted("4.5", scattered), Err("lies_elsewhere".to_owned()));
        assert_eq!(counted("6", scattered), Ok(Some(Quantity::whole(1))));
        // Twice as much, half of it elsewhere: what is reserved is reserved here.
        let more = Level { on_hand: Quantity::whole(10), ..level };
        assert_eq!(counted("8", Present { level: more, ..present }), Err("below_reserved".to_owned()));
        let owing = ItemFields { may_be_negative: true, ..first.fields.clone() };
        assert_eq!(counted("1", Present { fields: &owing, ..present }), Ok(Some(Quantity::whole(-4))));
        let moved = Present { level: Level { next_sequence: 2, ..level }, ..present };
        for (column, value) in [("unit", "KGM"), ("currency", "USD")] {
            let row = values(&[("sku", "A"), ("name", "A"), ("unit_cost", "2"), ("currency", "EUR")]);
            let row = BTreeMap::from_iter(row.into_iter().chain([(column.to_owned(), value.to_owned())]));
            let faults = check_row(&row, Some(moved)).unwrap_err();
            assert_eq!((faults[0].pointer.as_str(), &*faults[0].code), (&*format!("/{column}"), "has_moved"));
        }
        let of_lots = ItemFields { tracking: Tracking::Lot, ..first.fields.clone() };
        assert_eq!(counted("6", Present { fields: &of_lots, ..present }), Err("tracked".to_owned()));
    }
}
