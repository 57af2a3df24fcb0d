//! One row of a file as an item and its count, and what it takes to undo it. Blank cells are not there, and leave an
//! existing item's field alone.

pub mod cells;
#[cfg(test)]
mod tests;

use self::cells::{EXTERNAL_ID, METADATA, check_external_id, external_id, metadata, metadata_cell, word};
use crate::domain::cost::{Costing, unit_cost};
use crate::domain::item::{ItemChange, ItemFields, StockedItem, UnitUse, changed_of_moved};
use crate::domain::lot::Tracking;
use crate::domain::sku::Sku;
use crate::domain::stock::{self, Level, MAX_QUANTITY};
use chrono::{NaiveDate, NaiveTime};
use inventory_contract::ItemId;
use kernel::quantity::QuantityError;
use kernel::{Currency, Faults, FieldError, Quantity};
use serde::{Deserialize, Serialize};
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
    Boolean,
    Currency,
    Date,
}

/// All that is said of an item but its place in a family, which names its other variants too.
pub const FIELDS: [Field; 16] = [
    field("sku", "The item's code; a row with a known one updates that item", true, FieldKind::Text),
    field("name", "What the item is called; required of a new one", false, FieldKind::Text),
    field("description", "More about it", false, FieldKind::Text),
    field("category", "The group it belongs to", false, FieldKind::Text),
    field("unit", "What it is counted in; `each` for a new item without one", false, FieldKind::Text),
    field("unit_cost", "What one unit costs, in major units: 21.35", false, FieldKind::Decimal),
    field("currency", "ISO 4217 code of the unit cost, required with it", false, FieldKind::Currency),
    field("on_hand", "How much there is; the difference becomes a movement", false, FieldKind::Decimal),
    field("reorder_level", "At which stock to order again", false, FieldKind::Decimal),
    field("reorder_up_to", "Up to which stock to order then", false, FieldKind::Decimal),
    field("lead_time_days", "How many days what is ordered takes to come", false, FieldKind::Decimal),
    field(
        "tracking",
        "`none`, `lot` or `serial`; what it is stays once stock has moved",
        false,
        FieldKind::Text,
    ),
    field(
        "costing",
        "`moving_average`, `fifo` or `standard`; what it is stays once stock has moved",
        false,
        FieldKind::Text,
    ),
    field(
        "may_be_negative",
        "Whether more may leave than is there: `true` or `false`",
        false,
        FieldKind::Boolean,
    ),
    EXTERNAL_ID,
    METADATA,
];

pub(super) const fn field(
    name: &'static str,
    description: &'static str,
    required: bool,
    kind: FieldKind,
) -> Field {
    Field { name, description, required, kind }
}

/// An item there is already, with all that a row of it is decided upon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemThere {
    pub id: ItemId,
    pub version: i64,
    pub fields: ItemFields,
    pub on_hand: Quantity,
    pub reserved: Quantity,
    pub next_sequence: i64,
    /// Whether stock of it has ever moved, or is promised before it came.
    pub has_moved: bool,
    pub is_kit: bool,
    /// In which currency its stock is valued, from its first cost on.
    pub valued_in: Option<Currency>,
    /// What of it is free and what is promised at the main warehouse, and what lies on the floor there: a file counts
    /// no other place.
    pub free_at_main: Quantity,
    pub reserved_at_main: Quantity,
    pub floor: Quantity,
}

/// What a row does, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChange {
    pub item: ItemId,
    pub fields: ItemFields,
    /// What has to move for there to be as much as the row says; none where it says nothing, or there is.
    pub moved: Option<Quantity>,
    /// None of an item that the row makes.
    pub before: Option<Before>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub version: i64,
    pub fields: ItemFields,
    pub on_hand: Quantity,
    pub next_sequence: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Changed(Box<RowChange>),
    Unchanged(ItemId),
}

/// What a row is decided upon beside its item.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Beside {
    /// What counts in the unit that the item has.
    pub unit_used: Option<UnitUse>,
    /// Whether it has less than nothing somewhere, where the row says that it may not any more.
    pub is_uncovered: bool,
    /// The caller may bring stock, and may take it away by a count.
    pub may_receive: bool,
    pub may_adjust: bool,
}

/// What becomes of a row; `id` is for an item that it makes, and `bearer` is the SKU of the one that has its external
/// id. All faults of the row at once.
pub fn decide(
    values: &BTreeMap<String, String>,
    id: ItemId,
    (there, bearer): (Option<&ItemThere>, Option<&str>),
    beside: Beside,
) -> Result<Decided, Vec<FieldError>> {
    let mut faults = Faults::new();
    let had = there.and_then(|there| there.fields.external_id.as_deref());
    let own = sku(values);
    let bearer = bearer.filter(|bearer| own.as_ref().map(Sku::as_str) != Some(*bearer));
    check_external_id(&mut faults, "item", external_id(values), had, bearer);
    let CheckedRow { fields, difference } = match (check_row(values, there, beside), faults.into_errors()) {
        (Ok(row), faults) if faults.is_empty() => row,
        (row, faults) => return Err(row.err().into_iter().flatten().chain(faults).collect()),
    };
    let item = there.map_or(id, |there| there.id);
    if difference.is_none() && there.is_some_and(|there| there.fields == fields) {
        return Ok(Decided::Unchanged(item));
    }
    let before = there.map(|there| Before {
        version: there.version,
        fields: there.fields.clone(),
        on_hand: there.on_hand,
        next_sequence: there.next_sequence,
    });
    Ok(Decided::Changed(Box::new(RowChange { item, fields, moved: difference, before })))
}

/// The SKU that a row names; none where it can be nobody's.
pub fn sku(values: &BTreeMap<String, String>) -> Option<Sku> {
    values.get("sku")?.parse().ok()
}

/// An item as a row that would leave it unchanged. Stock of what is tracked or made up of others is counted
/// elsewhere, and what is owed is no count.
pub fn exported(item: &StockedItem) -> BTreeMap<String, String> {
    let StockedItem { item, level } = item;
    let fields = &item.fields;
    let countable = (Quantity::ZERO..=MAX_QUANTITY).contains(&level.on_hand);
    let counted = countable && !fields.tracking.is_tracked() && !level.kit;
    let cells = [
        ("sku", Some(fields.sku.to_string())),
        ("name", Some(fields.name.clone())),
        ("description", fields.description.clone()),
        ("category", fields.category.clone()),
        ("unit", Some(fields.unit.clone())),
        ("unit_cost", fields.unit_cost.map(|cost| cost.to_decimal())),
        ("currency", fields.unit_cost.map(|cost| cost.currency.to_string())),
        ("on_hand", counted.then(|| level.on_hand.to_string())),
        ("reorder_level", fields.reorder_level.map(|level| level.to_string())),
        ("reorder_up_to", fields.reorder_up_to.map(|level| level.to_string())),
        ("lead_time_days", fields.lead_time_days.map(|days| days.to_string())),
        ("tracking", Some(fields.tracking.name().to_owned())),
        ("costing", Some(fields.costing.name().to_owned())),
        ("may_be_negative", Some(fields.may_be_negative.to_string())),
        ("external_id", fields.external_id.clone()),
        ("metadata", metadata_cell(&fields.metadata)),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

/// An item as it is now, where a row of it is to be taken back.
#[derive(Clone, Copy)]
pub struct ItemNow<'a> {
    pub version: i64,
    pub fields: &'a ItemFields,
    pub level: &'a Level,
    /// Whether a movement stands that came after the row's own.
    pub has_moved_since: bool,
}

impl RowChange {
    /// Whether the item's own fields are others.
    pub fn rewrites(&self) -> bool {
        self.before.as_ref().is_none_or(|before| before.fields != self.fields)
    }

    /// Whether an item that was there is tracked from now on, or may be negative, or neither any more.
    pub fn changes_policy(&self) -> bool {
        let policy = |fields: &ItemFields| (fields.may_be_negative, fields.tracking.is_tracked());
        self.before.as_ref().is_some_and(|before| policy(&before.fields) != policy(&self.fields))
    }

    /// Whether an item that was there may be negative from now on.
    pub fn lets_be_negative(&self) -> bool {
        self.fields.may_be_negative
            && self.before.as_ref().is_some_and(|before| !before.fields.may_be_negative)
    }

    /// Whether it changes what stays as it is once stock has moved.
    fn changes_what_is_fixed(&self) -> bool {
        self.before.as_ref().is_some_and(|before| changed_of_moved(&self.fields, &before.fields).is_some())
    }

    /// Whether stock that has moved since is in the way of taking it back.
    pub fn depends_on_stock(&self) -> bool {
        self.before.is_none() || self.moved.is_some()
    }

    /// Of the movement after its own.
    pub fn next_sequence(&self) -> i64 {
        self.before.as_ref().map_or(1, |before| before.next_sequence) + i64::from(self.moved.is_some())
    }

    /// Why it cannot be taken back; none where the item is as the row left it. What was put back since has another
    /// version, and the fields that the row left.
    pub fn built_upon(&self, now: ItemNow<'_>) -> Option<&'static str> {
        let ItemNow { version, fields, level, has_moved_since } = now;
        let left = self.before.as_ref().map_or(0, |before| before.version) + i64::from(self.rewrites());
        let is_new = self.before.is_none();
        let needs_all = is_new || self.moved.is_some() && self.lets_be_negative();
        if version != left && *fields != self.fields {
            Some("the item was changed since: change it by hand")
        } else if self.depends_on_stock() && has_moved_since {
            Some("stock of the item has moved since: adjust it by hand")
        } else if needs_all && level.reserved != Quantity::ZERO {
            Some("stock of the item is reserved: release it first")
        } else if is_new && level.awaited {
            Some("sales orders wait for the item: cancel them first")
        } else if self.changes_what_is_fixed() && (level.has_moved() || level.awaited) {
            Some("stock of it has moved, so its unit, currency, tracking and costing are fixed: they stay")
        } else {
            None
        }
    }
}

/// A row that is right in itself and for the item that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CheckedRow {
    fields: ItemFields,
    difference: Option<Quantity>,
}

/// All faults of the row at once.
fn check_row(
    values: &BTreeMap<String, String>,
    present: Option<&ItemThere>,
    beside: Beside,
) -> Result<CheckedRow, Vec<FieldError>> {
    let mut faults = Faults::new();
    check_names(&mut faults, values, &FIELDS);
    let (change, on_hand) = read(values, &mut faults);
    let fields = change.apply(present.map(|present| &present.fields));
    let policy = fields
        .as_ref()
        .map_or((false, false), |fields| (fields.tracking.is_tracked(), fields.may_be_negative));
    if let (Some(present), Ok(fields)) = (present, &fields)
        && let Some(field) = changed_of_moved(&present.fields, fields)
        && present.has_moved
    {
        let detail =
            format!("stock of the item has moved already, so its {field} stays as it is; make another item");
        faults.add(format!("/{field}"), "has_moved", detail);
    } else if let (Some(present), Ok(fields)) = (present, &fields)
        && let Some(by) = beside.unit_used
        && present.fields.unit != fields.unit
    {
        let (unit, by) = (&present.fields.unit, by.in_words());
        let detail = format!("must stay {unit}, in which {by} count the item");
        faults.add("/unit", "ordered", detail);
    }
    if beside.is_uncovered {
        let detail = "the item has less than nothing somewhere, or promises more than it has; count it first";
        faults.add("/may_be_negative", "is_negative", detail);
    }
    if let (Some(present), Ok(fields)) = (present, &fields)
        && let (Some(valued_in), Some(cost)) = (present.valued_in, fields.unit_cost)
        && present.fields.unit_cost != Some(cost)
        && present.fields.unit_cost.is_none_or(|before| before.currency == cost.currency)
        && cost.currency != valued_in
    {
        let detail =
            format!("must be {valued_in}, which its stock has been valued in from its first cost on");
        faults.add("/currency", "other_currency", detail);
    }
    let difference = on_hand.and_then(|on_hand| count(&mut faults, present, policy, on_hand));
    let (more, less) = (difference > Some(Quantity::ZERO), difference < Some(Quantity::ZERO));
    if difference.is_some() && (more && !beside.may_receive || less && !beside.may_adjust) {
        let allowed = if more { "receive stock" } else { "adjust stock" };
        let detail = format!("must be left out, or be as it is: you may not {allowed}");
        faults.add("/on_hand", "not_permitted", detail);
    }
    let mut errors = faults.into_errors();
    match fields {
        Ok(fields) if errors.is_empty() => Ok(CheckedRow { fields, difference }),
        fields => {
            errors.extend(fields.err().unwrap_or_default());
            Err(errors)
        }
    }
}

/// What a count of all of an item changes, which can only be what lies on the main floor. Whether it is tracked and may
/// be negative is as the row leaves it.
fn count(
    faults: &mut Faults,
    present: Option<&ItemThere>,
    (tracked, may_be_negative): (bool, bool),
    counted: Quantity,
) -> Option<Quantity> {
    let (on_hand, reserved) = present.map(|present| (present.on_hand, present.reserved)).unwrap_or_default();
    let (free_at_main, reserved_at_main, floor) = present
        .map(|present| (present.free_at_main, present.reserved_at_main, present.floor))
        .unwrap_or_default();
    let difference = Quantity::from_millionths(counted.millionths() - on_hand.millionths());
    if difference == Quantity::ZERO {
        return None;
    }
    let less = difference < Quantity::ZERO;
    let short_by = |of: Quantity| less && of.millionths() + difference.millionths() < 0;
    if present.is_some_and(|present| present.is_kit) {
        faults.add("/on_hand", "kit", "must be left out where the item is a kit: count its parts");
    } else if tracked {
        let detail =
            "must be left out where the item is tracked, since it does not say of which lot: count it";
        faults.add("/on_hand", "tracked", detail);
    } else if !may_be_negative && less && counted < reserved {
        faults.add("/on_hand", "below_reserved", format!("must be at least {reserved}, which is reserved"));
    } else if !may_be_negative && short_by(floor) {
        let detail = format!("{floor} of it lie on the main floor, and the rest elsewhere: count it there");
        faults.add("/on_hand", "lies_elsewhere", detail);
    } else if !may_be_negative && short_by(free_at_main) {
        let detail = format!("{reserved_at_main} of it are reserved at the main warehouse");
        faults.add("/on_hand", "below_reserved", detail);
    }
    Some(difference)
}

/// Whether a row names another unit than the item has.
pub fn names_other_unit(values: &BTreeMap<String, String>, unit: &str) -> bool {
    values.get("unit").map(|said| said.trim()).is_some_and(|said| !said.is_empty() && said != unit)
}

/// Whether a row takes from an item that it may be negative.
pub fn forbids_negative(values: &BTreeMap<String, String>, fields: &ItemFields) -> bool {
    fields.may_be_negative && may_be_negative(&mut Faults::new(), values) == Some(false)
}

fn may_be_negative(faults: &mut Faults, values: &BTreeMap<String, String>) -> Option<bool> {
    word(faults, values, ("may_be_negative", "true or false"), |cell| cell.parse().ok())
}

/// What the row asks for; a value that cannot be read is a fault and otherwise absent.
fn read(values: &BTreeMap<String, String>, faults: &mut Faults) -> (ItemChange, Option<Quantity>) {
    let text = |name: &str| values.get(name).filter(|value| !value.trim().is_empty()).map(String::as_str);
    let given = |name: &str| text(name).map(|value| Some(value.to_owned()));
    let currency = text("currency").and_then(|code| {
        let code = code.trim().to_ascii_uppercase();
        faults.parse::<Currency>("/currency", "unknown_currency", &code)
    });
    let unit_cost = text("unit_cost").and_then(|cell| {
        if text("currency").is_none() {
            faults.add("/currency", "required", "is required with a unit cost");
        }
        unit_cost(faults, "/unit_cost", cell, currency)
    });
    let on_hand = text("on_hand").and_then(|value| quantity(faults, "/on_hand", value));
    if let Some(on_hand) = on_hand {
        stock::check_level(faults, "/on_hand", on_hand);
    }
    let reorder_level = text("reorder_level").and_then(|value| quantity(faults, "/reorder_level", value));
    let reorder_up_to = text("reorder_up_to").and_then(|value| quantity(faults, "/reorder_up_to", value));
    let lead_time_days = text("lead_time_days").and_then(|value| {
        let days = value.trim().parse::<i64>().ok();
        faults.require(days.is_some(), "/lead_time_days", "not_a_number", "must be a whole number of days");
        days
    });
    let tracking = word(faults, values, ("tracking", "none, lot or serial"), Tracking::parse);
    let costings = ("costing", "moving_average, fifo or standard");
    let costing = word(faults, values, costings, Costing::parse);
    let change = ItemChange {
        // Required in every row, of a known item too.
        sku: Some(text("sku").map(str::to_owned)),
        name: given("name"),
        description: given("description"),
        category: given("category"),
        unit: given("unit"),
        unit_cost: unit_cost.map(Some),
        tracking: tracking.map(Some),
        costing: costing.map(Some),
        may_be_negative: may_be_negative(faults, values).map(Some),
        reorder_level: reorder_level.map(Some),
        reorder_up_to: reorder_up_to.map(Some),
        lead_time_days: lead_time_days.map(Some),
        external_id: given("external_id"),
        metadata: metadata(faults, values).map(Some),
        ..ItemChange::default()
    };
    (change, on_hand.filter(|on_hand| *on_hand >= Quantity::ZERO))
}

pub(super) fn check_names(faults: &mut Faults, values: &BTreeMap<String, String>, fields: &[Field]) {
    for name in values.keys().filter(|name| fields.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
}

pub(super) fn quantity(faults: &mut Faults, pointer: &str, text: &str) -> Option<Quantity> {
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

/// A day. A workbook whose cells show a time says midnight with it. The year has four digits: `03-02-26` would be one
/// of the year 3.
pub(super) fn day(faults: &mut Faults, pointer: &str, text: &str) -> Option<NaiveDate> {
    let at_midnight = || {
        let (day, time) = text.split_once(['T', ' '])?;
        let time: NaiveTime = time.parse().ok()?;
        day.parse::<NaiveDate>().ok().filter(|_| time == NaiveTime::MIN)
    };
    let day = text.parse::<NaiveDate>().ok().or_else(at_midnight);
    let day = day.filter(|_| text.trim_start().find('-') == Some(4));
    faults.require(day.is_some(), pointer, "not_a_date", "must be a day such as 2026-02-20");
    day
}
