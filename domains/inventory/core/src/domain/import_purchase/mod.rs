//! One row of a file as a line of a purchase order, and what it takes to take it off again. Rows name their order by
//! its reference: the first one drafts it, those after it append lines while it is a draft. What an order says itself
//! is said by its first row; a later one leaves it out or says the same. A row that names a line that is there compares
//! itself with that one, and is refused where it differs.

use crate::domain::buying::{
    Line, MAX_LINES, MAX_REFERENCE, MAX_TOTAL_MINOR, OrderFields, PurchaseOrder, PurchaseStatus,
};
use crate::domain::cost::{parse_unit_cost, unit_cost};
use crate::domain::import_row::{Field, FieldKind, check_names, day, field, quantity};
use crate::domain::sku::Sku;
use crate::domain::stock::check_moved;
use crate::domain::text;
use crate::domain::units::{Entered, ItemConversions, UnitName, settled};
use chrono::NaiveDate;
use inventory_contract::{ItemId, PurchaseOrderId, SupplierId};
use kernel::{Currency, Faults, FieldError, Id, Money, Quantity};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use uuid::Uuid;

type Values = BTreeMap<String, String>;

const TOLERANCE: &str = "/over_receipt_tolerance_percent";

pub const FIELDS: [Field; 10] = [
    field("order", "The order's number; rows of one number are lines of one order", true, FieldKind::Text),
    field("supplier", "The supplier's code", true, FieldKind::Text),
    field("sku", "The item's code", true, FieldKind::Text),
    field("quantity", "How much is ordered, in `unit`", true, FieldKind::Decimal),
    field("unit", "A code of UNECE Recommendation 20; the item's own where blank", false, FieldKind::Text),
    field("unit_price", "What one of `unit` costs, in major units: 21.35", true, FieldKind::Decimal),
    field("currency", "ISO 4217 code of the price, one for all lines of an order", true, FieldKind::Currency),
    field("expected_on", "The day the order should come: 2026-02-20", false, FieldKind::Date),
    field(
        "over_receipt_tolerance_percent",
        "By how much of each line more may come than was ordered; 0 for a new order without one",
        false,
        FieldKind::Decimal,
    ),
    field(
        "line_id",
        "Of a line that is there, as an export has it; without it the row adds a line",
        false,
        FieldKind::Text,
    ),
];

/// By which a line is known within its order. What the order says is not of them, so that a line stays the same where a
/// file leaves that out.
const OF_LINE: [&str; 6] = ["supplier", "sku", "quantity", "unit", "unit_price", "currency"];

/// An order that is there already, with all that a row of it is decided upon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderThere {
    pub id: PurchaseOrderId,
    pub supplier: SupplierId,
    pub status: PurchaseStatus,
    pub fields: OrderFields,
    pub total: Money,
    /// How many it has, and the highest number among them; 0 where it is no draft.
    pub lines: i64,
    pub last_line: i64,
}

/// What a row names beside its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Beside {
    pub supplier: Option<SupplierId>,
    pub item: Option<OrderedItem>,
    /// None where it names no line, or one of an order that is not there: of another tenant's, or one that is gone.
    pub line: Option<NamedLine>,
}

/// A line that a row names by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedLine {
    pub order: PurchaseOrderId,
    pub status: PurchaseStatus,
    /// As it is exported; none where its order has no such line.
    pub cells: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderedItem {
    pub id: ItemId,
    pub unit: String,
    /// What its stock is valued in, or will be.
    pub currency: Option<Currency>,
    #[serde(serialize_with = "equations")]
    pub conversions: ItemConversions,
}

fn equations<S: Serializer>(conversions: &ItemConversions, serializer: S) -> Result<S::Ok, S::Error> {
    conversions.as_slice().serialize(serializer)
}

/// A line that a row appends to a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    pub order: PurchaseOrderId,
    pub supplier: SupplierId,
    pub fields: OrderFields,
    pub line_id: Uuid,
    pub line: Line,
    /// What all lines cost before it; none of an order that the row makes.
    pub before: Option<Money>,
    pub total: Money,
}

impl LineChange {
    /// The order with this line.
    pub fn left(&self, there: Option<&OrderThere>) -> OrderThere {
        OrderThere {
            id: self.order,
            supplier: self.supplier,
            status: PurchaseStatus::Draft,
            fields: self.fields.clone(),
            total: self.total,
            lines: there.map_or(0, |there| there.lines) + 1,
            last_line: self.line.number,
        }
    }

    /// Why it cannot be taken off, of an order and a line as they are now; none where they are as the row left them.
    pub fn built_upon(&self, there: Option<&OrderThere>, line: Option<&Line>) -> Option<&'static str> {
        let Some(there) = there else { return Some("the purchase order is deleted already") };
        if there.status != PurchaseStatus::Draft {
            Some("the purchase order is no draft any more: cancel it, or close it and return what came")
        } else if line != Some(&self.line) {
            Some("the lines of the purchase order were changed since: change them by hand")
        } else if there.supplier != self.supplier || there.fields != self.fields {
            Some("the purchase order was changed since: change it by hand, or cancel it")
        } else {
            None
        }
    }
}

impl OrderThere {
    pub fn of(order: PurchaseOrder, lines: i64, last_line: i64) -> Self {
        let PurchaseOrder { id, supplier, status, fields, total, .. } = order;
        Self { id, supplier, status, fields, total, lines, last_line }
    }

    /// Without a line of it; none where the books do not add up.
    pub fn without(&self, line: &Line) -> Option<Self> {
        let minor = self.total.amount_minor.checked_sub(line.cost()?.amount_minor)?;
        let total = Money::new(minor, self.total.currency);
        Some(Self { total, lines: self.lines - 1, ..self.clone() })
    }
}

/// By which the row names its order, as orders have it.
pub fn reference(values: &Values) -> Option<String> {
    let mut faults = Faults::new();
    let reference = text::optional_line(&mut faults, "/order", cell(values, "order"), MAX_REFERENCE);
    reference.filter(|_| faults.is_empty())
}

/// As suppliers have it.
pub fn supplier_code(values: &Values) -> Option<String> {
    cell(values, "supplier").map(str::to_ascii_uppercase)
}

pub fn sku(values: &Values) -> Option<Sku> {
    cell(values, "sku")?.parse().ok()
}

/// An order, and the number of a line of it: as an export names it.
pub type LineId = (PurchaseOrderId, i64);

pub fn line_id(values: &Values) -> Option<LineId> {
    read_line_id(cell(values, "line_id")?)
}

pub fn read_line_id(text: &str) -> Option<LineId> {
    let (order, number) = text.split_once('/')?;
    Some((order.parse().ok()?, number.parse().ok()?))
}

pub fn write_line_id((order, number): LineId) -> String {
    format!("{order}/{number}")
}

/// The cells of a line in one form, so that it is known by what it says and not by how that is written.
pub fn content(values: &Values) -> Values {
    let currency =
        cell(values, "currency").and_then(|code| code.to_ascii_uppercase().parse::<Currency>().ok());
    let one_form = |name: &str, text: &str| match name {
        "supplier" => supplier_code(values),
        "sku" => sku(values).map(|sku| sku.to_string()),
        "quantity" => text.parse::<Quantity>().ok().map(|quantity| quantity.to_string()),
        "unit" => Some(UnitName::of(text).to_string().to_lowercase()),
        "unit_price" => parse_unit_cost(text, currency?).ok().map(Money::to_decimal),
        _ => currency.map(|currency| currency.to_string()),
    };
    let cells = OF_LINE.into_iter().filter_map(|name| {
        let text = cell(values, name)?;
        Some((name.to_owned(), one_form(name, text).unwrap_or_else(|| text.to_owned())))
    });
    cells.collect()
}

/// A line as a row that brings it. An order without a reference has none to be found by.
pub fn exported(order: &PurchaseOrder, line: &Line, supplier: &str, sku: &Sku) -> Values {
    let fields = &order.fields;
    let cells = [
        ("order", fields.reference.clone()),
        ("supplier", Some(supplier.to_owned())),
        ("sku", Some(sku.to_string())),
        ("quantity", Some(line.entered.to_string())),
        ("unit", line.unit.clone()),
        ("unit_price", Some(line.unit_cost.to_decimal())),
        ("currency", Some(line.unit_cost.currency.to_string())),
        ("expected_on", fields.expected_on.map(|day| day.to_string())),
        ("over_receipt_tolerance_percent", Some(fields.over_receipt_percent.to_string())),
        ("line_id", Some(write_line_id((order.id, line.number)))),
    ];
    cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
}

/// What becomes of a row that names a line of an order that is there: nothing, since no file changes a line. None of any
/// other row.
pub fn compare(values: &Values, beside: &Beside) -> Option<Result<PurchaseOrderId, Vec<FieldError>>> {
    let NamedLine { order, status, cells } = beside.line.as_ref()?;
    let mut faults = Faults::new();
    check_names(&mut faults, values, &FIELDS);
    let Some(there) = cells else {
        let detail =
            "the purchase order has no such line any more: leave this blank, and the row adds a line";
        faults.add("/line_id", "unknown_line", detail);
        return Some(faults.finish(*order));
    };
    let detail = match status {
        PurchaseStatus::Draft => {
            "a file changes no line that is there: change the purchase order itself, or leave line_id blank, \
             and the row adds a line"
                .to_owned()
        }
        placed => format!(
            "the purchase order is {}, and its lines stay: leave line_id blank, and use another number",
            placed.name().replace('_', " ")
        ),
    };
    for name in differing(values, there) {
        faults.add(format!("/{name}"), "line_is_fixed", detail.clone());
    }
    Some(faults.finish(*order))
}

/// The fields that a row says otherwise than the line that it names. What an order says itself may be left out.
fn differing(values: &Values, there: &Values) -> Vec<&'static str> {
    let order = |values: &Values| reference(values).or_else(|| cell(values, "order").map(str::to_owned));
    let (line, line_there) = (content(values), content(there));
    let (mut unread, mut nothing) = (Faults::new(), Faults::new());
    let (of_order, of_order_there) = (said(&mut unread, values), said(&mut nothing, there));
    let unread = unread.into_errors();
    let is_unread = |name: &str| unread.iter().any(|fault| fault.pointer.strip_prefix('/') == Some(name));
    let day = of_order.expected_on.is_some() && of_order.expected_on != of_order_there.expected_on;
    let percent = of_order.over_receipt_percent;
    let percent = percent.is_some() && percent != of_order_there.over_receipt_percent;
    let differs = |name: &&str| match *name {
        "order" => order(values) != order(there),
        "line_id" => false,
        "expected_on" => day || is_unread("expected_on"),
        "over_receipt_tolerance_percent" => percent || is_unread("over_receipt_tolerance_percent"),
        name => line.get(name) != line_there.get(name),
    };
    FIELDS.iter().map(|field| field.name).filter(differs).collect()
}

/// What becomes of a row; `id` is for the order that it makes, and for its line. All faults of the row at once.
pub fn decide(
    values: &Values,
    id: Uuid,
    there: Option<&OrderThere>,
    beside: &Beside,
) -> Result<LineChange, Vec<FieldError>> {
    let mut faults = Faults::new();
    check_names(&mut faults, values, &FIELDS);
    let named = cell(values, "line_id").is_none() || line_id(values).is_some();
    faults.require(named, "/line_id", "not_an_id", "must be as an export has it, or blank");
    if let Some(order) = required(&mut faults, values, "order") {
        text::line(&mut faults, "/order", order, MAX_REFERENCE);
    }
    let supplier = find_supplier(&mut faults, values, beside);
    let item = find_item(&mut faults, values, beside);
    let entered = required(&mut faults, values, "quantity");
    let entered = entered.and_then(|text| quantity(&mut faults, "/quantity", text));
    if let Some(entered) = entered {
        check_moved(&mut faults, "/quantity", entered);
    }
    let unit_cost = price(&mut faults, values);
    let said =
        OrderSaid { supplier, currency: unit_cost.map(|cost| cost.currency), ..said(&mut faults, values) };
    if let (Some(currency), Some(of_item)) = (said.currency, item.and_then(|item| item.currency))
        && currency != of_item
    {
        let detail = format!("must be {of_item}, which the item is valued in");
        faults.add("/currency", "other_currency", detail);
    }
    if let Some(there) = there {
        said.check(&mut faults, there);
    }
    let fields = OrderFields {
        reference: reference(values),
        expected_on: said.expected_on,
        over_receipt_percent: said.over_receipt_percent.unwrap_or_default(),
        ..OrderFields::default()
    };
    let fields = there.map_or_else(|| fields.checked(), |there| Ok(there.fields.clone()));
    let number = there.map_or(0, |there| there.last_line) + 1;
    let line = match (item, entered.filter(|entered| entered.is_positive()), unit_cost) {
        (Some(item), Some(entered), Some(unit_cost)) => {
            line(cell(values, "unit"), (number, item), entered, unit_cost).map(Some)
        }
        _ => Ok(None),
    };
    let total = line.as_ref().ok().and_then(|line| add_up(&mut faults, there, line.as_ref()?));
    let mut errors = faults.into_errors();
    match (fields, supplier, line, total) {
        (Ok(fields), Some(supplier), Ok(Some(line)), Some(total)) if errors.is_empty() => Ok(LineChange {
            order: there.map_or(Id::from_uuid(id), |there| there.id),
            supplier,
            fields,
            line_id: id,
            line,
            before: there.map(|there| there.total),
            total,
        }),
        (fields, _, line, _) => {
            errors.extend(fields.err().unwrap_or_default());
            errors.extend(line.err().unwrap_or_default());
            Err(errors)
        }
    }
}

/// What a row says of its order.
#[derive(Default)]
struct OrderSaid {
    supplier: Option<SupplierId>,
    currency: Option<Currency>,
    expected_on: Option<NaiveDate>,
    over_receipt_percent: Option<i64>,
}

impl OrderSaid {
    /// Whether the order takes a line, and is not said to be another.
    fn check(&self, faults: &mut Faults, there: &OrderThere) {
        if there.status != PurchaseStatus::Draft {
            let status = there.status.name().replace('_', " ");
            let detail =
                format!("the purchase order is {status}, and only a draft takes lines: use another number");
            faults.add("/order", "not_draft", detail);
        } else if there.lines >= MAX_LINES as i64 {
            let detail =
                format!("the purchase order has {MAX_LINES} lines, which is the most: use another number");
            faults.add("/order", "too_many_lines", detail);
        }
        let of_order = &there.fields;
        let same = self.supplier.is_none_or(|supplier| supplier == there.supplier);
        let detail = "the purchase order is with another supplier: use another number";
        faults.require(same, "/supplier", "other_supplier", detail);
        let currency = there.total.currency;
        let same = self.currency.is_none_or(|said| said == currency);
        let detail = format!("the purchase order is in {currency}: use that, or another number");
        faults.require(same, "/currency", "other_currency", &detail);
        let same = self.expected_on.is_none_or(|day| Some(day) == of_order.expected_on);
        let day = of_order.expected_on.map_or_else(|| "no day".to_owned(), |day| day.to_string());
        let detail =
            format!("the purchase order is expected on {day}: leave this blank, or change the order");
        faults.require(same, "/expected_on", "other_day", &detail);
        let percent = of_order.over_receipt_percent;
        let same = self.over_receipt_percent.is_none_or(|said| said == percent);
        let detail = format!("the purchase order tolerates {percent}: leave this blank, or change the order");
        faults.require(same, TOLERANCE, "other_tolerance", &detail);
    }
}

fn cell<'a>(values: &'a Values, name: &str) -> Option<&'a str> {
    values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

fn required<'a>(faults: &mut Faults, values: &'a Values, name: &str) -> Option<&'a str> {
    let cell = cell(values, name);
    faults.require(cell.is_some(), &format!("/{name}"), "required", "must be filled in");
    cell
}

fn find_supplier(faults: &mut Faults, values: &Values, beside: &Beside) -> Option<SupplierId> {
    required(faults, values, "supplier")?;
    let detail = "there is no supplier with this code: create it first";
    faults.require(beside.supplier.is_some(), "/supplier", "unknown", detail);
    beside.supplier
}

fn find_item<'a>(faults: &mut Faults, values: &Values, beside: &'a Beside) -> Option<&'a OrderedItem> {
    match required(faults, values, "sku")?.parse::<Sku>() {
        Ok(_) => {
            let detail = "there is no item with this sku: create or import it first";
            faults.require(beside.item.is_some(), "/sku", "unknown", detail);
            beside.item.as_ref()
        }
        Err(error) => {
            faults.add("/sku", error.code(), error.to_string());
            None
        }
    }
}

fn price(faults: &mut Faults, values: &Values) -> Option<Money> {
    let currency = required(faults, values, "currency").and_then(|code| {
        faults.parse::<Currency>("/currency", "unknown_currency", &code.to_ascii_uppercase())
    });
    let price = required(faults, values, "unit_price")?;
    unit_cost(faults, "/unit_price", price, currency)
}

/// All but what is found beside the row.
fn said(faults: &mut Faults, values: &Values) -> OrderSaid {
    let expected_on = cell(values, "expected_on").and_then(|text| day(faults, "/expected_on", text));
    let percent =
        cell(values, "over_receipt_tolerance_percent").and_then(|text| quantity(faults, TOLERANCE, text));
    let over_receipt_percent = percent.and_then(|percent| {
        let whole = percent.millionths() % 1_000_000 == 0;
        faults.require(whole, TOLERANCE, "not_whole", "must be a whole number from 0 to 100");
        whole.then_some(percent.millionths() / 1_000_000)
    });
    OrderSaid { expected_on, over_receipt_percent, ..OrderSaid::default() }
}

/// So much of an item, of the unit that the row names or of the item's own.
fn line(
    unit: Option<&str>,
    (number, item): (i64, &OrderedItem),
    quantity: Quantity,
    unit_cost: Money,
) -> Result<Line, Vec<FieldError>> {
    let Some(unit) = unit else {
        return Ok(Line::ordered(number, item.id, quantity, (quantity, None), unit_cost));
    };
    let mut faults = Faults::new();
    let unit = UnitName::check(&mut faults, "/unit", unit);
    let unit = faults.finish(unit)?;
    let of_item = UnitName::of(&item.unit);
    let converted = item.conversions.convert(quantity, &unit, &of_item);
    let converted = settled(converted, Entered { quantity, unit: unit.clone() }, &of_item)?;
    let entered = (quantity, Some(unit.to_string()));
    let line = Line::ordered(number, item.id, converted.quantity, entered, unit_cost);
    Ok(Line { rounding: converted.rounding, ..line })
}

/// What all lines cost with this one.
fn add_up(faults: &mut Faults, there: Option<&OrderThere>, line: &Line) -> Option<Money> {
    let so_far = there.map_or(Money::zero(line.unit_cost.currency), |there| there.total);
    if so_far.currency != line.unit_cost.currency {
        return None;
    }
    let total = line.cost().and_then(|cost| so_far.checked_add(cost).ok());
    let total = total.filter(|total| total.amount_minor <= MAX_TOTAL_MINOR);
    let detail = "the lines of the order would cost more together than can be kept: use another number";
    faults.require(total.is_some(), "/order", "too_large", detail);
    total
}

#[cfg(test)]
mod tests;
