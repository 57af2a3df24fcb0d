//! A purchase order by the tenant's own reference: drafted where there is none, and written over where there is one.

use crate::App;
use crate::domain::buying::{Line, LineInput, PurchaseOrderDetail, PurchaseStatus};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::buying::create_purchase_order::{CreatePurchaseOrder, audited_create, check};
use crate::service::buying::patch_purchase_order::{Wanted, audited_change};
use crate::service::buying::show_purchase_orders::with_lines;
use crate::store;
use data::Unit;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// The fields of `command` have an `external_id`.
pub async fn put_purchase_order(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    command: CreatePurchaseOrder,
) -> Result<Put<PurchaseOrderDetail>, Error> {
    let fields = check(command.fields, &command.lines)?;
    let command = CreatePurchaseOrder { fields, ..command };
    let taken =
        |error: &Error| matches!(error, Error::OrderExternalIdTaken | Error::PurchaseReferenceTaken { .. });
    Put::again_if(taken, || put(app, ctx, seen, &command)).await
}

async fn put(
    app: &App,
    ctx: &Ctx,
    seen: Seen,
    command: &CreatePurchaseOrder,
) -> Result<Put<PurchaseOrderDetail>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = command.fields.external_id.as_deref().unwrap_or_default();
    let before = store::purchase_order::by_external_id_to_change(&unit, external_id).await?;
    if !seen.allows(before.as_ref().map(|before| before.version)) {
        return Err(Error::stale_one());
    }
    let created = before.is_none();
    let CreatePurchaseOrder { supplier, fields, lines, .. } = command;
    let resource = match before {
        None => audited_create(&mut unit, ctx, ctx.new_id(), *supplier, fields, lines.clone()).await?,
        Some(before) => {
            let before = with_lines(&unit, before).await?;
            let draft = before.order.status == PurchaseStatus::Draft;
            let same = !draft && are_said_by(&unit, &before.lines, lines).await?;
            let lines = (!same).then(|| lines.clone());
            let wanted = Wanted { supplier: *supplier, fields: fields.clone(), lines };
            audited_change(&mut unit, ctx, before, wanted).await?
        }
    };
    Ok(unit.commit(Put { created, resource }).await?)
}

/// Whether these say the lines that an order has, so that one that was placed may be told of all of it once more.
async fn are_said_by(unit: &Unit, lines: &[Line], inputs: &[LineInput]) -> Result<bool, Error> {
    if lines.len() != inputs.len() {
        return Ok(false);
    }
    let items = unique(lines.iter().map(|line| line.item));
    let moving = store::item::moving(unit, &items).await?;
    let own = |line: &Line| moving.get(&line.item).map(|moving| moving.unit.as_str());
    Ok(lines.iter().zip(inputs).all(|(line, input)| line.is_said_by(input, own(line))))
}
