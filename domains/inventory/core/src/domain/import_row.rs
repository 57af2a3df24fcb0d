//! One row of a file as an item and its count. Blank cells are not there, and leave an existing item's field alone.

use crate::domain::cost::{check_number, parse_unit_cost};
use crate::domain::item::{ItemChange, ItemFields};
use crate::domain::stock::{self, Count, CountError, Level};
use inventory_contract::ItemId;
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
    /// `None` when the row does not say how much there is.
    pub count: Option<Count>,
}

/// An item there is already, under the row's sku.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    pub fields: &'a ItemFields,
    pub level: Level,
}

/// All faults of the row at once. `new_id` is the item's when there is none yet.
pub fn check_row(
    values: &BTreeMap<String, String>,
    present: Option<Present<'_>>,
    new_id: ItemId,
) -> Result<CheckedRow, Vec<FieldError>> {
    let mut faults = Faults::new();
    for name in values.keys().filter(|name| FIELDS.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
    let (change, on_hand) = read(values, &mut faults);
    let level = present.map_or(Level::empty(new_id), |present| present.level);
    let count = on_hand.map(|on_hand| level.counted(on_hand));
    if let Some(Err(CountError::BelowReserved(_))) = &count {
        let detail = format!("must be at least {}, which is reserved", level.reserved);
        faults.add("/on_hand", "below_reserved", detail);
    }
    let fields = change.apply(present.map(|present| present.fields));
    let mut errors = faults.into_errors();
    match (fields, count.transpose()) {
        (Ok(fields), Ok(count)) if errors.is_empty() => Ok(CheckedRow { fields, count }),
        (fields, _) => {
            errors.extend(fields.err().unwrap_or_default());
            Err(errors)
        }
    }
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
    use kernel::Id;
    use uuid::Uuid;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn new_id() -> ItemId {
        Id::from_uuid(Uuid::nil())
    }

    /// Beside a good sku and name.
    fn check(pairs: &[(&str, &str)], expected: &[(&str, &str)]) {
        let row = values(&[&[("sku", "a"), ("name", "A")], pairs].concat());
        let errors = check_row(&row, None, new_id()).err().unwrap_or_default();
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
        let first = check_row(&first, None, new_id()).unwrap();
        let count = first.count.unwrap();
        assert_eq!(count.difference, Some(Quantity::whole(5)));
        let level = Level { reserved: Quantity::whole(4), ..count.level };
        let present = Present { fields: &first.fields, level };
        let again = check_row(&values(&[("sku", "A"), ("name", "A")]), Some(present), new_id()).unwrap();
        assert_eq!(again, CheckedRow { fields: first.fields.clone(), count: None });
        let counted = values(&[("sku", "A"), ("name", "A"), ("on_hand", "4.5")]);
        let counted = check_row(&counted, Some(present), new_id()).unwrap();
        assert_eq!(counted.count.unwrap().difference, Some("-0.5".parse().unwrap()));
        let below = values(&[("sku", "A"), ("name", "A"), ("on_hand", "3")]);
        let faults = check_row(&below, Some(present), new_id()).unwrap_err();
        assert_eq!((faults[0].pointer.as_str(), &*faults[0].code), ("/on_hand", "below_reserved"));
    }
}
