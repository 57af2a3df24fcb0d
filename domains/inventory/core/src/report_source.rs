//! The reports inventory offers: what its stock is worth, what moved, what expires, what is where and what was sold.

use crate::App;
use crate::domain::lot::is_expired;
use crate::error::Error;
use crate::permissions::{SALES_READ, STOCK_READ};
use crate::service::sales::read_sales_report::read_sales;
use crate::service::valuation::list_valuation::SETTLED_AFTER;
use crate::service::valuation::read_stock_report::{StockNow, read_expiry, read_movements, read_stock};
use crate::service::valuation::read_stock_valuation::read_stock_valuation;
use crate::store::sale::SoldRow;
use crate::store::valuation::{ExpiryRow, MovementRow, ValuationRow};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use kernel::contract::Cause;
use kernel::{Ctx, Quantity};
use module::{
    Cell, ReadReport, ReportColumn, ReportDefinition, ReportError, ReportOffer, ReportPage, ReportParameter,
    ReportSource,
};
use std::collections::BTreeMap;
use std::sync::Arc;

const STOCK_VALUATION: &str = "inventory.stock_valuation";
const MOVEMENTS: &str = "inventory.movements";
const EXPIRY: &str = "inventory.expiry";
const STOCK: &str = "inventory.stock";
const SALES: &str = "inventory.sales";

const VALUATION_COLUMNS: &[(&str, &str)] = &[
    ("sku", "SKU"),
    ("name", "Name"),
    ("on_hand", "On hand"),
    ("unit_cost", "Unit cost"),
    ("currency", "Currency"),
    ("value", "Value"),
];
const MOVEMENT_COLUMNS: &[(&str, &str)] = &[
    ("recorded_at", "Recorded at"),
    ("happened_at", "Happened at"),
    ("sku", "SKU"),
    ("name", "Name"),
    ("kind", "Kind"),
    ("quantity", "Quantity"),
    ("unit", "Unit"),
    ("warehouse", "Warehouse"),
    ("location", "Location"),
    ("lot", "Lot"),
    ("reference", "Reference"),
    ("reason", "Reason"),
    ("currency", "Currency"),
    ("value", "Value"),
];
const EXPIRY_COLUMNS: &[(&str, &str)] = &[
    ("expires_on", "Last day"),
    ("expired", "Expired"),
    ("sku", "SKU"),
    ("name", "Name"),
    ("lot", "Lot"),
    ("warehouse", "Warehouse"),
    ("location", "Location"),
    ("on_hand", "On hand"),
    ("unit", "Unit"),
];
const STOCK_COLUMNS: &[(&str, &str)] = &[
    ("sku", "SKU"),
    ("name", "Name"),
    ("warehouse", "Warehouse"),
    ("on_hand", "On hand"),
    ("blocked", "Not for sale"),
    ("expired", "Expired"),
    ("reserved", "Reserved"),
    ("available", "Available"),
    ("unit", "Unit"),
];
const SALES_COLUMNS: &[(&str, &str)] = &[
    ("sku", "SKU"),
    ("name", "Name"),
    ("quantity", "Quantity"),
    ("unit", "Unit"),
    ("currency", "Currency"),
    ("amount", "Amount"),
];
const SOLD_FROM: (&str, &str) = ("from", "Sold on this day of UTC or at this time, or later");
const SOLD_TO: (&str, &str) = ("to", "Sold on this day of UTC or earlier, or before this time");
const FROM: (&str, &str) = ("from", "Recorded on this day of UTC or at this time, or later");
const TO: (&str, &str) = ("to", "Recorded on this day of UTC or earlier, or before this time");
const AS_OF: (&str, &str) = (
    "as_of",
    "As recorded by the end of this day of UTC or by this time, a minute back or more; now when left out",
);
const UNTIL: (&str, &str) = ("until", "Only lots whose last day is this one or earlier");

pub fn offers(app: &App) -> Vec<ReportOffer> {
    let source: Arc<dyn ReportSource> = Arc::new(InventoryReports { app: app.clone() });
    let offer = |name: &str, title: &str, parameters: &[(&str, &str)], columns: &[(&str, &str)]| {
        let definition = definition(name, title, parameters, columns);
        ReportOffer { definition, source: source.clone() }
    };
    let sales = ReportDefinition {
        permission: SALES_READ.name.to_owned(),
        ..definition(SALES, "Sales by item", &[SOLD_FROM, SOLD_TO], SALES_COLUMNS)
    };
    vec![
        offer(STOCK_VALUATION, "Stock valuation", &[AS_OF], VALUATION_COLUMNS),
        offer(MOVEMENTS, "Movements of stock", &[FROM, TO], MOVEMENT_COLUMNS),
        offer(EXPIRY, "Lots by their last day", &[UNTIL], EXPIRY_COLUMNS),
        offer(STOCK, "Stock by warehouse", &[], STOCK_COLUMNS),
        ReportOffer { definition: sales, source: source.clone() },
    ]
}

fn definition(
    name: &str,
    title: &str,
    parameters: &[(&str, &str)],
    columns: &[(&str, &str)],
) -> ReportDefinition {
    let parameter = |(name, description): &(&str, &str)| ReportParameter {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
        required: false,
    };
    let column =
        |(name, title): &(&str, &str)| ReportColumn { name: (*name).to_owned(), title: (*title).to_owned() };
    ReportDefinition {
        name: name.to_owned(),
        title: title.to_owned(),
        permission: STOCK_READ.name.to_owned(),
        parameters: parameters.iter().map(parameter).collect(),
        columns: columns.iter().map(column).collect(),
    }
}

struct InventoryReports {
    app: App,
}

#[async_trait]
impl ReportSource for InventoryReports {
    async fn read(&self, ctx: &Ctx, request: ReadReport) -> Result<ReportPage, ReportError> {
        let ReadReport { report, mut parameters, cursor } = request;
        if ![STOCK_VALUATION, MOVEMENTS, EXPIRY, STOCK, SALES].contains(&report.as_str()) {
            return Err(ReportError::UnknownReport);
        }
        let permission = if report == SALES { &SALES_READ } else { &STOCK_READ };
        ctx.may(permission).map_err(|_| ReportError::Forbidden)?;
        let (app, cursor) = (&self.app, cursor.as_deref());
        match report.as_str() {
            MOVEMENTS => {
                let from =
                    instant(&mut parameters, FROM.0, TimeDelta::zero())?.unwrap_or(DateTime::UNIX_EPOCH);
                let until = instant(&mut parameters, TO.0, TimeDelta::days(1))?.unwrap_or(ANY_TIME);
                none_left(parameters)?;
                let page = read_movements(app, ctx, from, until, cursor).await.map_err(unavailable)?;
                let rows = page.rows.iter().map(movement_cells).collect::<Result<_, _>>();
                Ok(ReportPage {
                    rows: rows.map_err(Error::from).map_err(unavailable)?,
                    next_cursor: page.next,
                })
            }
            EXPIRY => {
                let until = day(&mut parameters, UNTIL.0)?.unwrap_or(LAST_DAY);
                none_left(parameters)?;
                let page = read_expiry(app, ctx, until, cursor).await.map_err(unavailable)?;
                let today = ctx.now().date_naive();
                let rows = page.rows.iter().map(|row| expiry_cells(row, today)).collect();
                Ok(ReportPage { rows, next_cursor: page.next })
            }
            SALES => {
                let from = instant(&mut parameters, SOLD_FROM.0, TimeDelta::zero())?;
                let until = instant(&mut parameters, SOLD_TO.0, TimeDelta::days(1))?;
                none_left(parameters)?;
                let (from, until) = (from.unwrap_or(DateTime::UNIX_EPOCH), until.unwrap_or(ANY_TIME));
                let page = read_sales(app, ctx, from, until, cursor).await.map_err(unavailable)?;
                let rows = page.rows.iter().map(sold_cells).collect::<Result<_, _>>();
                Ok(ReportPage {
                    rows: rows.map_err(Error::from).map_err(unavailable)?,
                    next_cursor: page.next,
                })
            }
            STOCK => {
                none_left(parameters)?;
                let page = read_stock(app, ctx, cursor).await.map_err(unavailable)?;
                Ok(ReportPage { rows: page.rows.iter().map(stock_cells).collect(), next_cursor: page.next })
            }
            _ => {
                let as_of = instant(&mut parameters, AS_OF.0, TO_END_OF_DAY)?;
                none_left(parameters)?;
                if as_of.is_some_and(|as_of| as_of > ctx.now() - SETTLED_AFTER) {
                    return Err(bad(
                        AS_OF.0,
                        "must lie a minute back or more: until then it may still change",
                    ));
                }
                let page = read_stock_valuation(app, ctx, as_of, cursor).await.map_err(unavailable)?;
                let rows = page.rows.iter().map(valuation_cells).collect::<Result<_, _>>();
                Ok(ReportPage {
                    rows: rows.map_err(Error::from).map_err(unavailable)?,
                    next_cursor: page.next,
                })
            }
        }
    }
}

/// Later than a lot is good for.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

const ANY_TIME: DateTime<Utc> = LAST_DAY.and_time(NaiveTime::MIN).and_utc();

/// Times are kept to the microsecond.
const TO_END_OF_DAY: TimeDelta = TimeDelta::microseconds(24 * 60 * 60 * 1_000_000 - 1);

fn unavailable(error: Error) -> ReportError {
    ReportError::Unavailable(Cause::new(error))
}

fn none_left(parameters: BTreeMap<String, String>) -> Result<(), ReportError> {
    match parameters.into_keys().next() {
        None => Ok(()),
        Some(parameter) => {
            let detail = "this report has no such parameter".to_owned();
            Err(ReportError::BadParameter { parameter, detail })
        }
    }
}

/// A time, or so much after the beginning of a day.
fn instant(
    parameters: &mut BTreeMap<String, String>,
    name: &str,
    after: TimeDelta,
) -> Result<Option<DateTime<Utc>>, ReportError> {
    let Some(text) = parameters.remove(name) else { return Ok(None) };
    let of_day = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().checked_add_signed(after);
    let found = match text.trim().parse::<NaiveDate>() {
        Ok(day) => Some(day)
            .filter(|day| (DateTime::UNIX_EPOCH.date_naive()..LAST_DAY).contains(day))
            .and_then(of_day),
        Err(_) => text
            .trim()
            .parse::<DateTime<Utc>>()
            .ok()
            .filter(|time| (DateTime::UNIX_EPOCH.date_naive()..LAST_DAY).contains(&time.date_naive())),
    };
    let detail = "must be a day such as 2026-01-31, or a time such as 2026-01-31T09:00:00Z";
    found.map(Some).ok_or_else(|| bad(name, detail))
}

fn day(parameters: &mut BTreeMap<String, String>, name: &str) -> Result<Option<NaiveDate>, ReportError> {
    let Some(text) = parameters.remove(name) else { return Ok(None) };
    let day = text.trim().parse::<NaiveDate>().ok();
    let day = day.filter(|day| (DateTime::UNIX_EPOCH.date_naive()..=LAST_DAY).contains(day));
    day.map(Some).ok_or_else(|| bad(name, "must be a day such as 2026-01-31"))
}

fn bad(parameter: &str, detail: &str) -> ReportError {
    ReportError::BadParameter { parameter: parameter.to_owned(), detail: detail.to_owned() }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn some(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

fn number(number: impl ToString) -> Cell {
    Cell::Number(number.to_string())
}

fn valuation_cells(row: &ValuationRow) -> Result<Vec<Cell>, data::Error> {
    let worth = row.worth()?;
    Ok(vec![
        text(&row.sku),
        text(&row.name),
        number(row.on_hand),
        worth.unit_cost.map_or(Cell::Empty, Cell::Number),
        worth.currency.map_or(Cell::Empty, |currency| text(currency.code())),
        worth.value.map_or(Cell::Empty, Cell::Number),
    ])
}

fn movement_cells(row: &MovementRow) -> Result<Vec<Cell>, data::Error> {
    let value = row.value()?;
    let time = |time: DateTime<Utc>| Cell::Text(time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    Ok(vec![
        time(row.created_at),
        time(row.happened_at),
        text(&row.sku),
        text(&row.name),
        text(&row.kind),
        number(row.quantity),
        text(&row.unit),
        text(&row.warehouse),
        text(&row.location),
        some(row.lot.as_deref()),
        some(row.reference.as_deref()),
        some(row.reason.as_deref()),
        value.map_or(Cell::Empty, |value| text(value.currency.code())),
        value.map_or(Cell::Empty, |value| Cell::Number(value.to_decimal())),
    ])
}

fn sold_cells(row: &SoldRow) -> Result<Vec<Cell>, data::Error> {
    let amount = row.amount()?;
    Ok(vec![
        text(&row.sku),
        text(&row.name),
        number(row.quantity),
        text(&row.unit),
        amount.map_or(Cell::Empty, |amount| text(amount.currency.code())),
        amount.map_or(Cell::Empty, |amount| Cell::Number(amount.to_decimal())),
    ])
}

fn expiry_cells(row: &ExpiryRow, today: NaiveDate) -> Vec<Cell> {
    let expired = if is_expired(Some(row.expires_on), today) { "yes" } else { "no" };
    vec![
        Cell::Text(row.expires_on.to_string()),
        text(expired),
        text(&row.sku),
        text(&row.name),
        text(&row.lot),
        text(&row.warehouse),
        text(&row.location),
        number(row.on_hand),
        text(&row.unit),
    ]
}

fn stock_cells(now: &StockNow) -> Vec<Cell> {
    let StockNow { row, level, expired } = now;
    let available = level.available().millionths().saturating_sub(expired.millionths());
    vec![
        text(&row.sku),
        text(&row.name),
        text(&row.warehouse),
        number(level.on_hand),
        number(level.blocked),
        number(expired),
        number(level.reserved),
        number(Quantity::from_millionths(available)),
        text(&row.unit),
    ]
}
