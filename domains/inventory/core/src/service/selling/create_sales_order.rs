//! Writes down what a customer wants. Nothing is promised yet.

use crate::App;
use crate::domain::place::Place;
use crate::domain::selling::{LineInput, SalesOrderDetail, SalesOrderFields, SalesOrderInput, check_lines};
use crate::error::Error;
use crate::service::places::find_place::find_place;
use crate::service::places::main_warehouse::ensure_main;
use crate::service::selling::find_order::{audited, read_lines};
use crate::store;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use data::{AuditEntry, Unit};
use inventory_contract::{SalesOrderId, WarehouseId};
use kernel::{Ctx, Currency, Faults, Metadata};

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
    pub external_id: Option<String>,
    pub metadata: Metadata,
    pub lines: Vec<LineInput>,
}

pub async fn create_sales_order(
    app: &App,
    ctx: &Ctx,
    command: CreateSalesOrder,
) -> Result<SalesOrderDetail, Error> {
    let fields = check(ctx, &command)?;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let detail = audited_create(&mut unit, ctx, id, fields, &command.lines).await?;
    Ok(unit.commit(detail).await?)
}

/// The fields as they are kept, or all that is wrong with them and the lines.
pub fn check(ctx: &Ctx, command: &CreateSalesOrder) -> Result<SalesOrderFields, Error> {
    let mut faults = Faults::new();
    let currency = check_lines(&mut faults, &command.lines, command.currency);
    let input = SalesOrderInput {
        warehouse: command.warehouse.unwrap_or_else(|| Place::main(ctx.tenant()).warehouse),
        reference: command.reference.as_deref(),
        customer_name: &command.customer_name,
        customer_reference: command.customer_reference.as_deref(),
        currency,
        placed_at: placed_at(command.placed_at, ctx.now()),
        external_id: command.external_id.as_deref(),
        metadata: &command.metadata,
    };
    let fields = input.check(&mut faults);
    faults.finish(fields).map_err(Error::invalid)
}

/// For use cases that go on in the same unit.
pub async fn audited_create(
    unit: &mut Unit,
    ctx: &Ctx,
    id: SalesOrderId,
    fields: SalesOrderFields,
    inputs: &[LineInput],
) -> Result<SalesOrderDetail, Error> {
    let lines = read_lines(unit, ctx, inputs).await?;
    require_warehouse(unit, ctx, fields.warehouse).await?;
    let order = store::sales_order::insert(unit, id, &fields).await?;
    store::sales_order_line::insert_all(unit, id, fields.warehouse, &lines).await?;
    let detail = SalesOrderDetail { order, lines };
    unit.audit(AuditEntry {
        action: "inventory.sales_order.create",
        resource: "sales_order",
        resource_id: id.uuid(),
        before: None,
        after: Some(audited(&detail)),
    })?;
    Ok(detail)
}

/// It is there until the unit ends; the main one is made where there is none yet.
pub async fn require_warehouse(unit: &mut Unit, ctx: &Ctx, warehouse: WarehouseId) -> Result<(), Error> {
    if warehouse == Place::main(ctx.tenant()).warehouse {
        return Ok(ensure_main(unit, ctx).await?);
    }
    find_place(unit, Some(warehouse), None).await.map(|_| ())
}

/// To the microsecond, as it is kept. It may lie ahead: an order for a day to come.
pub fn placed_at(given: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let given = given.unwrap_or(now);
    given.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(given)
}
