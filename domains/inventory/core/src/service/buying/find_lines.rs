//! From what somebody wants ordered to the lines of an order.

use crate::domain::buying::{Line, LineInput, total};
use crate::domain::item::Moving;
use crate::domain::kit::BillKind;
use crate::domain::stock::MAX_QUANTITY;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::buying::line_faults::LineFaults;
use crate::service::catalogue::to_item_unit::{ItemAndUnit, to_item_unit};
use crate::service::places::find_place::fault;
use crate::store;
use data::Unit;
use inventory_contract::ItemId;
use kernel::{Currency, Money};
use std::collections::BTreeMap;

/// Of lines that were checked, with what all of them cost.
pub async fn find_lines(unit: &Unit, inputs: Vec<LineInput>) -> Result<(Vec<Line>, Money), Error> {
    let items = unique(inputs.iter().map(|input| input.item));
    let moving = store::item::moving_to_keep(unit, &items).await?;
    let valued = store::item_value::of(unit, &items).await?;
    let kinds: BTreeMap<ItemId, BillKind> = store::bill::kinds(unit, &items).await?.into_iter().collect();
    let mut faults = LineFaults::default();
    let mut lines = Vec::with_capacity(inputs.len());
    for ((at, input), number) in inputs.into_iter().enumerate().zip(1..) {
        let Some(moving) = moving.get(&input.item) else {
            faults.take(at, fault("/item_id", "unknown", "there is no such item"))?;
            continue;
        };
        if kinds.get(&input.item) == Some(&BillKind::Kit) {
            faults.take(at, of_kit())?;
            continue;
        }
        let valued = valued.get(&input.item).map(|value| value.currency);
        let valued = valued.or(moving.unit_cost.map(|cost| cost.currency));
        match find_line(unit, moving, valued, number, input).await {
            Ok(line) => lines.push(line),
            Err(error) => faults.take(at, error)?,
        }
    }
    faults.finish()?;
    let total = total(&lines);
    let total = total.ok_or_else(|| fault("/lines", "too_large", "cost more together than can be kept"))?;
    Ok((lines, total))
}

/// Of what is sold as its parts, nothing ever comes.
pub fn of_kit() -> Error {
    let detail =
        "is a kit, of which nothing is stocked: order its parts, as GET /items/{id}/components shows them";
    fault("/item_id", "kit", detail)
}

async fn find_line(
    unit: &Unit,
    moving: &Moving,
    valued: Option<Currency>,
    number: i64,
    input: LineInput,
) -> Result<Line, Error> {
    // Found here and not only when it comes.
    if let Some(currency) = valued.filter(|currency| *currency != input.unit_cost.currency) {
        let detail = format!("must be {currency}, which {} is valued in", moving.sku);
        return Err(fault("/unit_cost/currency", "other_currency", &detail));
    }
    let item = ItemAndUnit { id: moving.id, unit: &moving.unit };
    let converted = to_item_unit(unit, item, input.quantity, input.unit.as_deref()).await?;
    if converted.quantity > MAX_QUANTITY {
        let detail = format!("must be at most {MAX_QUANTITY} of the item's unit");
        return Err(fault("/quantity", "too_large", &detail));
    }
    let unit = converted.entered.map(|entered| entered.unit.to_string());
    let line = Line::ordered(number, moving.id, converted.quantity, (input.quantity, unit), input.unit_cost);
    Ok(Line { rounding: converted.rounding, ..line })
}
