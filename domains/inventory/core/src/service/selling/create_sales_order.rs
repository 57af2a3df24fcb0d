//! Writes down what a customer wants. Nothing is promised yet.

use crate::App;
use crate::domain::place::Place;
use crate::domain::selling::{LineInput, SalesOrderDetail, SalesOrderInput, check_lines};
use crate::error::Error;
use crate::service::places::find_place::find_place;
use crate::service::selling::find_order::{audited, read_lines};
use crate::store;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use data::AuditEntry;
use inventory_contract::{SalesOrderId, WarehouseId};
use kernel::{Ctx, Currency, Faults};

pub struct CreateSalesOrder {
    /// The caller's own, if it has one.
    pub id: Option<SalesOrderId>,
    /// The main one where nothing is said.
    pub warehouse: Option<WarehouseId>,
    pub reference: Option<String>,
    pub customer_name: String,
    pub customer_reference: Option<String>,
    /// That of the prices where nothing is said.
    pub currency: Option<Currency>,
    /// Now where nothing is said.
    pub placed_at: Option<DateTime<Utc>>,
    pub lines: Vec<LineInput>,
}

pub async fn create_sales_order(
    app: &App,
    ctx: &Ctx,
    command: CreateSalesOrder,
) -> Result<SalesOrderDetail, Error> {
    let main = Place::main(ctx.tenant()).warehouse;
    let mut faults = Faults::new();
    let currency = check_lines(&mut faults, &command.lines, command.currency);
    let input = SalesOrderInput {
        warehouse: command.warehouse.unwrap_or(main),
        reference: command.reference.as_deref(),
        customer_name: &command.customer_name,
        customer_reference: command.customer_reference.as_deref(),
        currency,
        placed_at: placed_at(command.placed_at, ctx.now()),
    };
    let fields = input.check(&mut faults);
    let fields = faults.finish(fields).map_err(Error::invalid)?;

    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    find_place(&unit, command.warehouse, None).await?;
    if fields.warehouse == main {
        store::warehouse::ensure_main(&unit, ctx).await?;
    }
    let lines = read_lines(&unit, ctx, &command.lines).await?;
    let order = store::sales_order::insert(&unit, id, &fields).await?;
    store::sales_order_line::insert_all(&unit, id, fields.warehouse, &lines).await?;
    let detail = SalesOrderDetail { order, lines };
    unit.audit(AuditEntry {
        action: "inventory.sales_order.create",
        resource: "sales_order",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&detail)),
    })?;
    Ok(unit.commit(detail).await?)
}

/// To the microsecond, as it is kept. It may lie ahead: an order for a day to come.
pub fn placed_at(given: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let given = given.unwrap_or(now);
    given.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(given)
}
