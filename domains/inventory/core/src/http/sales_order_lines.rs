//! The lines of a sales order, as they are said and shown.

use crate::domain::selling::{KitOrdered, LineInput, SalesOrderLine};
use inventory_contract::{ItemId, SalesOrderLineId};
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All quantities are in the item's unit.
#[derive(Serialize, ToSchema)]
pub struct SalesOrderLineDto {
    id: SalesOrderLineId,
    item_id: ItemId,
    quantity: Quantity,
    /// What was said, where it was in another unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    /// What rounding to the item's unit left out, in its millionths, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    entered_rounding: Option<String>,
    /// Of one of the unit that was said
    #[schema(required)]
    unit_price: Option<Money>,
    /// Where it is a part of a kit: what was ordered
    #[schema(required)]
    kit: Option<OrderedKitDto>,
    /// Promised to it, and not shipped yet
    allocated: Quantity,
    /// What it waits for
    backordered: Quantity,
    shipped: Quantity,
    /// Of what was shipped
    returned: Quantity,
    cancelled: Quantity,
}

impl From<&SalesOrderLine> for SalesOrderLineDto {
    fn from(line: &SalesOrderLine) -> Self {
        Self {
            id: line.id,
            item_id: line.item,
            quantity: line.quantity,
            entered_quantity: line.entered.as_ref().map(|entered| entered.quantity),
            entered_unit: line.entered.as_ref().map(|entered| entered.unit.clone()),
            entered_rounding: line.entered.as_ref().and_then(|entered| entered.rounding.clone()),
            unit_price: line.unit_price,
            kit: line.kit.as_ref().map(OrderedKitDto::from),
            allocated: line.allocated,
            backordered: line.backordered(),
            shipped: line.shipped,
            returned: line.returned,
            cancelled: line.cancelled,
        }
    }
}

/// What was ordered, which its parts are sent for: each has a line of its own, and all of them say this. It counts once.
#[derive(Serialize, ToSchema)]
pub struct OrderedKitDto {
    /// Which of the lines that were asked for it was, from 1: the same for all its parts
    line: i64,
    item_id: ItemId,
    /// In the kit's unit
    quantity: Quantity,
    /// What was said, where it was in another unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    /// Of one of the unit that was said, all parts together; they have none of their own
    #[schema(required)]
    unit_price: Option<Money>,
}

impl From<&KitOrdered> for OrderedKitDto {
    fn from(kit: &KitOrdered) -> Self {
        Self {
            line: kit.line,
            item_id: kit.item,
            quantity: kit.quantity,
            entered_quantity: kit.entered.as_ref().map(|entered| entered.quantity),
            entered_unit: kit.entered.as_ref().map(|entered| entered.unit.clone()),
            unit_price: kit.unit_price,
        }
    }
}

/// A line of a kit is kept as a line for each of its parts, down to what is stocked, as the kit is by then. With them an
/// order has at most 500 lines.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSalesOrderLineDto {
    item_id: ItemId,
    /// More than 0; whole where a kit is counted or each piece has a serial number
    quantity: Quantity,
    /// What the quantity is in; the item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Of one of that unit
    unit_price: Option<Money>,
}

impl From<NewSalesOrderLineDto> for LineInput {
    fn from(line: NewSalesOrderLineDto) -> Self {
        let NewSalesOrderLineDto { item_id, quantity, unit, unit_price } = line;
        Self { item: item_id, quantity, unit, unit_price }
    }
}

pub fn inputs(lines: Vec<NewSalesOrderLineDto>) -> Vec<LineInput> {
    lines.into_iter().map(LineInput::from).collect()
}
