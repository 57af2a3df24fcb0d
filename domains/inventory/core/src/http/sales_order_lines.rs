//! The lines of a sales order, as they are said and shown.

use crate::domain::selling::{LineInput, SalesOrderLine};
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
    /// Of one of the unit that was said
    #[schema(required)]
    unit_price: Option<Money>,
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
            unit_price: line.unit_price,
            allocated: line.allocated,
            backordered: line.backordered(),
            shipped: line.shipped,
            returned: line.returned,
            cancelled: line.cancelled,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSalesOrderLineDto {
    item_id: ItemId,
    /// More than 0
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
