//! A draft changed by a merge patch: its lines are said anew as a whole. The texts of an order can always be
//! changed.

use crate::App;
use crate::domain::selling::{
    Action, LineInput, SalesOrderDetail, SalesOrderFields, SalesOrderInput, SalesOrderLine, check_lines,
};
use crate::error::Error;
use crate::service::selling::create_sales_order::{placed_at, require_warehouse};
use crate::service::selling::find_order::{changed, read_lines, with_lines};
use crate::store;
use chrono::{DateTime, Utc};
use data::Unit;
use inventory_contract::{SalesOrderId, WarehouseId};
use kernel::reference::patch_metadata;
use kernel::{Ctx, Faults, MetadataPatch};

/// Absent is `None`, `null` is `Some(None)`.
#[derive(Default)]
pub struct SalesOrderChange {
    pub warehouse: Option<Option<WarehouseId>>,
    pub reference: Option<Option<String>>,
    pub customer_name: Option<Option<String>>,
    pub customer_reference: Option<Option<String>>,
    pub placed_at: Option<Option<DateTime<Utc>>>,
    pub external_id: Option<Option<String>>,
    pub metadata: Option<Option<MetadataPatch>>,
    pub lines: Option<Option<Vec<LineInput>>>,
}

/// `expected` is the version the caller saw; none means any.
pub async fn patch_sales_order(
    app: &App,
    ctx: &Ctx,
    id: SalesOrderId,
    expected: Option<i64>,
    change: SalesOrderChange,
) -> Result<SalesOrderDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::sales_order::find_to_change(&unit, id).await?.ok_or(Error::SalesOrderNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let before = with_lines(&unit, before).await?;
    let (fields, inputs) = check(&before, change)?;
    let after = audited_change(&mut unit, ctx, before, fields, inputs).await?;
    Ok(unit.commit(after).await?)
}

/// For use cases that hold the order and go on in the same unit. Without `inputs` its lines stay as they are.
pub async fn audited_change(
    unit: &mut Unit,
    ctx: &Ctx,
    before: SalesOrderDetail,
    fields: SalesOrderFields,
    inputs: Option<Vec<LineInput>>,
) -> Result<SalesOrderDetail, Error> {
    let was = &before.order.fields;
    let same_goods = inputs.is_none()
        && fields.warehouse == was.warehouse
        && fields.placed_at == was.placed_at
        && fields.currency == was.currency;
    if !same_goods {
        let status = before.order.status;
        status.check(Action::Change).map_err(|instead| Error::SalesOrderIs { status, instead })?;
    } else if fields == *was {
        return Ok(before);
    }
    let lines = match inputs {
        None => before.lines.clone(),
        Some(inputs) => read_lines(unit, ctx, &inputs).await?,
    };
    if fields.warehouse != was.warehouse {
        require_warehouse(unit, ctx, fields.warehouse).await?;
    }
    let lines = replace(unit, &before, &fields, lines).await?;
    let order = store::sales_order::update(unit, before.order.id, &fields).await?;
    let after = SalesOrderDetail { order, lines };
    unit.audit(changed("inventory.sales_order.update", &before, &after))?;
    Ok(after)
}

fn check(
    before: &SalesOrderDetail,
    change: SalesOrderChange,
) -> Result<(SalesOrderFields, Option<Vec<LineInput>>), Error> {
    let was = &before.order.fields;
    let mut faults = Faults::new();
    for (pointer, gone) in [
        ("/warehouse_id", change.warehouse == Some(None)),
        ("/customer_name", change.customer_name == Some(None)),
        ("/placed_at", change.placed_at == Some(None)),
        ("/lines", change.lines == Some(None)),
    ] {
        faults.require(!gone, pointer, "required", "cannot be taken away");
    }
    let inputs = change.lines.flatten();
    let currency = inputs.as_ref().and_then(|lines| check_lines(&mut faults, lines, None));
    let placed = change.placed_at.flatten();
    let name = change.customer_name.flatten();
    let reference = change.reference.unwrap_or_else(|| was.reference.clone());
    let customer = change.customer_reference.unwrap_or_else(|| was.customer_reference.clone());
    let external_id = change.external_id.unwrap_or_else(|| was.external_id.clone());
    let input = SalesOrderInput {
        warehouse: change.warehouse.flatten().unwrap_or(was.warehouse),
        reference: reference.as_deref(),
        customer_name: name.as_deref().unwrap_or(&was.customer_name),
        customer_reference: customer.as_deref(),
        currency: currency.or(was.currency),
        placed_at: placed.map_or(was.placed_at, |at| placed_at(Some(at), at)),
        external_id: external_id.as_deref(),
        metadata: &patch_metadata(&was.metadata, change.metadata),
    };
    let fields = input.check(&mut faults);
    faults.finish((fields, inputs)).map_err(Error::invalid)
}

/// A line keeps its id as long as something stands at its place.
async fn replace(
    unit: &Unit,
    before: &SalesOrderDetail,
    fields: &SalesOrderFields,
    mut lines: Vec<SalesOrderLine>,
) -> Result<Vec<SalesOrderLine>, Error> {
    let moved = fields.warehouse != before.order.fields.warehouse;
    for (line, was) in lines.iter_mut().zip(&before.lines) {
        line.id = was.id;
        if moved || *line != *was {
            store::sales_order_line::rewrite(unit, fields.warehouse, line).await?;
        }
    }
    let order = before.order.id;
    let added = lines.get(before.lines.len()..).unwrap_or_default();
    store::sales_order_line::insert_all(unit, order, fields.warehouse, added).await?;
    if lines.len() < before.lines.len()
        && let Some(last) = lines.last()
    {
        store::sales_order_line::delete_after(unit, order, last.position).await?;
    }
    Ok(lines)
}
