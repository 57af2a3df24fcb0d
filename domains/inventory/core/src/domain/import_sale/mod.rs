//! One row of a file as a sale that another system made. It is history alone, unless it names the warehouse that the
//! goods left: they leave its floor then, and come back there where the quantity is below 0. A row that names a sale that
//! is there compares itself with that one, and is refused where it differs.

use crate::domain::cost::{MAX_UNIT_COST_MINOR, unit_cost};
use crate::domain::import_row::{Field, FieldKind, check_names, field, quantity};
use crate::domain::place::MAX_CODE;
use crate::domain::sale::{MAX_CUSTOMER, MAX_DOCUMENT, SaleFields};
use crate::domain::sku::Sku;
use crate::domain::stock::{MAX_ON_HAND, MAX_QUANTITY};
use crate::domain::text::{line, optional_line};
use chrono::{
    DateTime, Duration, DurationRound, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Timelike, Utc,
};
use inventory_contract::{ItemId, SaleId, WarehouseId};
use kernel::{Currency, Faults, FieldError, Money, Quantity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const FIELDS: [Field; 9] = [
    field(
        "document",
        "The number of the invoice or receipt that the row is a line of",
        true,
        FieldKind::Text,
    ),
    field("sku", "The code of the item that was sold; it has to be there", true, FieldKind::Text),
    field(
        "quantity",
        "How much of it, in the item's unit; below 0 where it was cancelled or taken back",
        true,
        FieldKind::Decimal,
    ),
    field(
        "sold_at",
        "The day, or day and time: 2026-02-03, 2026-02-03 09:30:00, 2026-02-03T09:30:00+01:00; in UTC without an offset",
        true,
        FieldKind::Date,
    ),
    field("unit_price", "What one unit was sold for, in major units: 2.55", false, FieldKind::Decimal),
    field("currency", "ISO 4217 code of the price, required with it", false, FieldKind::Currency),
    field("customer", "To whom it was sold", false, FieldKind::Text),
    field(
        "warehouse",
        "The code of the warehouse whose floor the goods left; without it no stock moves",
        false,
        FieldKind::Text,
    ),
    field(
        "sale_id",
        "Of a sale that is there, as an export has it; without it the row is known by what it says",
        false,
        FieldKind::Text,
    ),
];

/// Where nobody says of what offset a time is, a clock may be ahead of ours by as much as this.
const MOST_AHEAD: Duration = Duration::days(1);
/// Of a date, `2026-02-03`.
const DAY: usize = 10;
/// No SKU and no code has one.
const BETWEEN: char = '\t';

/// What a row says, in one form: two rows that say the same are the same line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    pub document: String,
    pub sku: Sku,
    pub quantity: Quantity,
    pub sold_at: DateTime<Utc>,
    pub unit_price: Option<Money>,
    pub customer: Option<String>,
    pub warehouse: Option<String>,
}

/// What a row names, and what of it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub item: Option<ItemId>,
    pub warehouse: Option<WarehouseId>,
    /// Whether it was sold later than now.
    pub ahead: bool,
    /// Whether who imports may bring goods in that no order of ours had shipped.
    pub may_bring: bool,
    /// The sale that it names by its id, as it is exported.
    pub sale: Option<(SaleId, BTreeMap<String, String>)>,
}

/// What an item has at a warehouse, as far as goods that leave are decided upon it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockThere {
    pub floor: Quantity,
    /// Of the whole warehouse, what is promised to nobody.
    pub free: Quantity,
    pub may_be_negative: bool,
    pub tracked: bool,
    pub kit: bool,
}

impl SaleRow {
    /// Whose stock the row changes; of one that changes none, its item.
    pub fn thing(&self) -> String {
        match &self.warehouse {
            Some(warehouse) => format!("{}{BETWEEN}{warehouse}", self.sku),
            None => self.sku.to_string(),
        }
    }

    /// As a row that says the same.
    pub fn cells(&self) -> BTreeMap<String, String> {
        let price = self.unit_price;
        let cells = [
            ("document", Some(self.document.clone())),
            ("sku", Some(self.sku.to_string())),
            ("quantity", Some(self.quantity.to_string())),
            ("sold_at", Some(self.sold_at.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            ("unit_price", price.map(Money::to_decimal)),
            ("currency", price.map(|price| price.currency.to_string())),
            ("customer", self.customer.clone()),
            ("warehouse", self.warehouse.clone()),
        ];
        cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect()
    }
}

/// The item and the warehouse of a thing, where rows about it change stock.
pub fn stock_of(thing: &str) -> Option<(Sku, String)> {
    let (sku, warehouse) = thing.split_once(BETWEEN)?;
    Some((sku.parse().ok()?, warehouse.to_owned()))
}

/// What there is of the row's names, whatever else is wrong with it.
pub fn named(values: &BTreeMap<String, String>) -> (Option<Sku>, Option<String>) {
    let text = |name: &str| values.get(name).map_or("", String::as_str);
    (text("sku").parse().ok(), code(text("warehouse")))
}

/// The sale that the row names.
pub fn sale_id(values: &BTreeMap<String, String>) -> Option<SaleId> {
    values.get("sale_id")?.trim().parse().ok()
}

/// What becomes of a row that names a sale that is there: nothing, since a sale never changes. None of any other row.
pub fn compare(values: &BTreeMap<String, String>, found: &Named) -> Option<Result<SaleId, Vec<FieldError>>> {
    let (id, there) = found.sale.as_ref()?;
    let mut faults = Faults::new();
    if let Some(row) = read(&mut faults, values) {
        let said = row.cells();
        let differs = |name: &&str| said.get(*name) != there.get(*name);
        for name in FIELDS.iter().map(|field| field.name).filter(differs) {
            let detail = "a sale never changes: leave sale_id blank, and the row makes another";
            faults.add(format!("/{name}"), "sale_is_fixed", detail);
        }
    }
    Some(faults.finish(*id))
}

/// Whether a row's time lies ahead.
pub fn is_ahead(values: &BTreeMap<String, String>, now: DateTime<Utc>) -> bool {
    let sold_at = values.get("sold_at").and_then(|text| time(text));
    sold_at.is_some_and(|sold_at| sold_at > now + MOST_AHEAD)
}

/// What becomes of a row, and how it leaves the stock that it changes. All faults of the row at once.
pub fn decide(
    values: &BTreeMap<String, String>,
    there: Option<&StockThere>,
    found: &Named,
) -> Result<(SaleFields, Option<StockThere>), Vec<FieldError>> {
    let mut faults = Faults::new();
    let row = read(&mut faults, values);
    let (sku, warehouse) = named(values);
    if let (Some(sku), None) = (&sku, found.item) {
        faults.add("/sku", "unknown_item", format!("there is no item {sku}: make or import it first"));
    }
    if let (Some(code), None) = (&warehouse, found.warehouse) {
        let detail = format!("there is no warehouse {code}: make it first, or leave it out");
        faults.add("/warehouse", "unknown_warehouse", detail);
    }
    faults.require(!found.ahead, "/sold_at", "in_the_future", "must not lie in the future");
    let comes_back = row.as_ref().is_some_and(|row| row.quantity < Quantity::ZERO);
    if comes_back && found.warehouse.is_some() && !found.may_bring {
        let detail = "must be left out: only who may receive stock may bring goods back by a file";
        faults.add("/warehouse", "not_permitted", detail);
    }
    let left = match (&row, found.item, &warehouse, found.warehouse) {
        (Some(row), Some(_), Some(code), Some(_)) => leave(&mut faults, row, code, there),
        _ => None,
    };
    match (row, found.item) {
        (Some(row), Some(item)) if faults.is_empty() => {
            let SaleRow { document, quantity, sold_at, unit_price, customer, .. } = row;
            let warehouse = found.warehouse;
            Ok((SaleFields { document, item, quantity, sold_at, unit_price, customer, warehouse }, left))
        }
        _ => Err(faults.into_errors()),
    }
}

/// The row alone; none where anything is wrong with it.
pub fn read(faults: &mut Faults, values: &BTreeMap<String, String>) -> Option<SaleRow> {
    check_names(faults, values, &FIELDS);
    let text = |name: &str| values.get(name).map_or("", String::as_str);
    let document = line(faults, "/document", text("document"), MAX_DOCUMENT);
    let sku = text("sku").parse::<Sku>();
    if let Err(error) = sku {
        faults.add("/sku", error.code(), error.to_string());
    }
    let quantity = sold(faults, text("quantity"));
    let sold_at = sold_at(faults, text("sold_at"));
    let unit_price = price(faults, text("unit_price"), text("currency"));
    if let (Some(quantity), Some(price)) = (quantity, unit_price) {
        check_amount(faults, quantity, price);
    }
    let customer = optional_line(faults, "/customer", Some(text("customer")), MAX_CUSTOMER);
    optional_line(faults, "/warehouse", Some(text("warehouse")), MAX_CODE);
    let warehouse = code(text("warehouse"));
    let named = text("sale_id").trim().is_empty() || sale_id(values).is_some();
    faults.require(named, "/sale_id", "not_an_id", "must be as an export has it, or blank");
    let (Ok(sku), Some(quantity), Some(sold_at), true) = (sku, quantity, sold_at, faults.is_empty()) else {
        return None;
    };
    Some(SaleRow { document, sku, quantity, sold_at, unit_price, customer, warehouse })
}

/// As warehouses have them; none where it can be no code.
fn code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let fits = (1..=MAX_CODE).contains(&code.chars().count()) && !code.chars().any(char::is_control);
    fits.then_some(code)
}

fn sold(faults: &mut Faults, text: &str) -> Option<Quantity> {
    if text.trim().is_empty() {
        faults.add("/quantity", "blank", "must not be blank");
        return None;
    }
    let sold = quantity(faults, "/quantity", text)?;
    let most = MAX_QUANTITY;
    faults.require(sold != Quantity::ZERO, "/quantity", "zero", "must not be 0: leave the row out");
    let fits = (-most..=most).contains(&sold);
    faults.require(fits, "/quantity", "too_large", &format!("must be from -{most} to {most}"));
    Some(sold)
}

fn sold_at(faults: &mut Faults, text: &str) -> Option<DateTime<Utc>> {
    if text.trim().is_empty() {
        faults.add("/sold_at", "blank", "must not be blank");
        return None;
    }
    let found = time(text);
    match found {
        None => {
            let detail = "must be a day such as 2026-02-03, or a day and time such as 2026-02-03 09:30:00";
            faults.add("/sold_at", "not_a_time", detail);
        }
        Some(at) => {
            let early = at < DateTime::UNIX_EPOCH;
            faults.require(!early, "/sold_at", "too_early", "must not lie before 1970");
        }
    }
    found
}

/// ISO 8601, with `T` or a blank between day and time; in UTC where it says no offset. To the microsecond, as it is
/// kept.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let (day, time) = text.split_at_checked(DAY)?;
    let shaped = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let day = day.parse::<NaiveDate>().ok().filter(|_| shaped)?;
    if time.is_empty() {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    let time =
        time.strip_prefix(['T', 't', ' ']).filter(|time| time.starts_with(|c: char| c.is_ascii_digit()))?;
    let text = format!("{day}T{time}").to_ascii_uppercase();
    let with_offset = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
    let without = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let local = without.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let at = local.map(|local| local.and_utc()).or_else(|| {
        let at = with_offset.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok())?;
        Some(at.with_timezone(&Utc))
    })?;
    // A leap second is no time of ours.
    let at = Some(at).filter(|at| at.nanosecond() < 1_000_000_000)?;
    Some(at.duration_trunc(Duration::microseconds(1)).unwrap_or(at))
}

fn price(faults: &mut Faults, price: &str, currency: &str) -> Option<Money> {
    let (price, code) = (price.trim(), currency.trim().to_ascii_uppercase());
    let currency =
        if code.is_empty() { None } else { faults.parse::<Currency>("/currency", "unknown_currency", &code) };
    if price.is_empty() {
        return None;
    }
    if code.is_empty() {
        faults.add("/currency", "required", "is required with a price");
    }
    unit_cost(faults, "/unit_price", price, currency)
}

/// Low enough that sums of many never overflow.
fn check_amount(faults: &mut Faults, quantity: Quantity, price: Money) {
    let most = Money::new(MAX_UNIT_COST_MINOR, price.currency);
    let amount = price.times(quantity).map(|amount| amount.amount_minor.unsigned_abs());
    let fits = amount.is_ok_and(|minor| minor <= most.amount_minor.unsigned_abs());
    let detail = format!("comes to more than {} for all of the row", most.to_decimal());
    faults.require(fits, "/unit_price", "too_large", &detail);
}

/// What is there after goods have left, or come back.
fn leave(faults: &mut Faults, row: &SaleRow, code: &str, there: Option<&StockThere>) -> Option<StockThere> {
    let Some(there) = there else {
        faults.add("/sku", "unknown_item", format!("there is no item {} any more", row.sku));
        return None;
    };
    if there.kit {
        let detail = "must be left out: the item is a kit, of which nothing is stocked but its parts";
        faults.add("/warehouse", "kit", detail);
        return None;
    }
    if there.tracked {
        let detail = "must be left out: the item is tracked, and a sale does not say of which lot";
        faults.add("/warehouse", "tracked", detail);
        return None;
    }
    let less = |of: Quantity| {
        let left = of.checked_sub(row.quantity).ok()?;
        (-MAX_ON_HAND..=MAX_ON_HAND).contains(&left).then_some(left)
    };
    let (Some(floor), Some(free)) = (less(there.floor), less(there.free)) else {
        faults.add("/quantity", "too_large", "leaves more than can be kept");
        return None;
    };
    let bounded = row.quantity.is_positive() && !there.may_be_negative;
    if bounded && floor < Quantity::ZERO {
        let detail = format!(
            "{} of it are on the floor of {code}: move or count it there, or leave the warehouse out",
            there.floor
        );
        faults.add("/quantity", "not_enough", detail);
    } else if bounded && free < Quantity::ZERO {
        let detail = format!(
            "{} of it are free at {code}, the rest is promised or set aside: release it, or leave the warehouse out",
            there.free.max(Quantity::ZERO)
        );
        faults.add("/quantity", "not_enough", detail);
    }
    Some(StockThere { floor, free, ..*there })
}

#[cfg(test)]
mod tests;
