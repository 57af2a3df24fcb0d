//! A sales order by the tenant's own reference: drafted where there is none, and written over where there is one.

use crate::App;
use crate::domain::selling::{
    LineInput, SalesOrderDetail, SalesOrderFields, SalesOrderLine, SalesOrderStatus, are_said_by, said,
};
use crate::error::Error;
use crate::service::selling::create_sales_order::{CreateSalesOrder, audited_create, check};
use crate::service::selling::find_order::{read_lines, with_lines};
use crate::service::selling::patch_sales_order::audited_change;
use crate::store;
use data::Unit;
use inventory_contract::ItemId;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// `command` has an `external_id`. When it was placed stays as it is where nothing is said of it.
pub async fn put_sales_order(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    command: CreateSalesOrder,
) -> Result<Put<SalesOrderDetail>, Error> {
    let fields = check(ctx, &command)?;
    let taken =
        |error: &Error| matches!(error, Error::OrderExternalIdTaken | Error::SalesOrderReferenceTaken { .. });
    Put::again_if(taken, || put(app, ctx, seen, &command, &fields)).await
}

async fn put(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    command: &CreateSalesOrder,
    fields: &SalesOrderFields,
) -> Result<Put<SalesOrderDetail>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = store::sales_order::by_external_id_to_change(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale_one());
    }
    let created = before.is_none();
    let mut fields = fields.clone();
    let resource = match before {
        None => audited_create(&mut unit, ctx, ctx.new_id(), fields, &command.lines).await?,
        Some(before) => {
            if command.placed_at.is_none() {
                fields.placed_at = before.fields.placed_at;
            }
            let before = with_lines(&unit, before).await?;
            let same = are_the_same(&mut unit, ctx, &before, &command.lines).await?;
            let inputs = (!same).then(|| command.lines.clone());
            audited_change(&mut unit, ctx, before, fields, inputs).await?
        }
    };
    Ok(unit.commit(Put { created, resource }).await?)
}

/// Whether these say the lines that the order has, and would still come to them while it is a draft. Later they stay as
/// they were said then, so that an order that was confirmed may be told of all of it once more.
async fn are_the_same(
    unit: &mut Unit,
    ctx: &Ctx,
    before: &SalesOrderDetail,
    inputs: &[LineInput],
) -> Result<bool, Error> {
    let lines = said(&before.lines);
    let items: Vec<ItemId> = lines.iter().map(|line| line.item).collect();
    let moving = store::item::moving(unit, &items).await?;
    let own = |item: ItemId| moving.get(&item).map(|moving| moving.unit.as_str());
    if !are_said_by(&lines, inputs, own) {
        return Ok(false);
    }
    if before.order.status != SalesOrderStatus::Draft {
        return Ok(true);
    }
    let now = read_lines(unit, ctx, inputs).await?;
    let goods = |line: &SalesOrderLine| (line.item, line.quantity);
    Ok(now.iter().map(goods).eq(before.lines.iter().map(goods)))
}
