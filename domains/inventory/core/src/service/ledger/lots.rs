//! Lots: shown, listed, given another last day, and looked after once that is over.

use crate::App;
use crate::domain::lot::{Lot, is_expired};
use crate::error::Error;
use crate::jobs::WatchItem;
use crate::service::ledger::hold::hold;
use crate::service::reordering::watch::watch;
use crate::service::selling::serve_backorders::serve_later;
use crate::store;
use chrono::{NaiveDate, NaiveTime};
use data::{ActAs, AuditEntry, JobOptions, Unit};
use inventory_contract::{ItemId, LotChanged, LotId};
use kernel::{Ctx, Page, PageRequest};
use serde_json::json;

pub async fn get_lot(app: &App, ctx: &Ctx, id: LotId) -> Result<Lot, Error> {
    let tx = app.databases.read(ctx).await?;
    store::lot::find(&tx, id).await?.ok_or(Error::LotNotFound)
}

pub async fn list_lots(
    app: &App,
    ctx: &Ctx,
    item: Option<ItemId>,
    code: Option<&str>,
    request: &PageRequest,
) -> Result<Page<Lot>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::lot::page(&tx, item, code, request).await?)
}

/// `expected` is the version the caller saw; none means any. `expires_on` is none where it stays as it is.
pub async fn patch_lot(
    app: &App,
    ctx: &Ctx,
    id: LotId,
    expected: Option<i64>,
    expires_on: Option<Option<NaiveDate>>,
) -> Result<Lot, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let item = store::lot::find(&unit, id).await?.ok_or(Error::LotNotFound)?.item;
    // What may be promised depends on it.
    hold(&mut unit, ctx, &[item]).await?;
    let before = store::lot::find(&unit, id).await?.ok_or(Error::LotNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let expires_on = expires_on.unwrap_or(before.expires_on);
    if expires_on == before.expires_on {
        return Ok(unit.commit(before).await?);
    }
    let lot = store::lot::set_expiry(&unit, id, before.version, expires_on).await?;
    let lot = lot.ok_or_else(Error::stale_one)?;
    store::bin::set_expiry(&unit, id, lot.expires_on).await?;
    if let Some(last_day) = lot.expires_on {
        watch_after(&mut unit, ctx, lot.item, last_day)?;
    }
    unit.publish(&LotChanged {
        item: lot.item,
        lot: id,
        code: lot.code.clone(),
        expires_on: lot.expires_on,
    })?;
    if let Some(mut level) = store::stock_level::find(&unit, lot.item).await? {
        serve_later(&mut unit, &level)?;
        watch(&mut unit, ctx, &mut level).await?;
    }
    unit.audit(AuditEntry {
        action: "inventory.lot.update",
        resource: "lot",
        resource_id: id.uuid(),
        before: Some(json!({ "expires_on": before.expires_on })),
        after: Some(json!({ "expires_on": lot.expires_on })),
    })?;
    Ok(unit.commit(lot).await?)
}

/// A lot that passes its last day changes no balance, so nobody else looks. One job does for all lots of the item with
/// the same last day; where that was changed meanwhile it finds nothing to do.
pub fn watch_after(unit: &mut Unit, ctx: &Ctx, item: ItemId, last_day: NaiveDate) -> Result<(), data::Error> {
    let Some(over) = last_day.succ_opt().filter(|_| !is_expired(Some(last_day), ctx.now().date_naive()))
    else {
        return Ok(());
    };
    let options = JobOptions {
        run_at: Some(over.and_time(NaiveTime::MIN).and_utc()),
        unique_key: Some(format!("{item}/{last_day}")),
        act_as: ActAs::System,
        ..JobOptions::default()
    };
    unit.enqueue(&WatchItem { item }, options).map(|_| ())
}

/// Whether the item is due by now.
pub async fn watch_item(app: &App, ctx: &Ctx, item: ItemId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(mut level) = hold(&mut unit, ctx, &[item]).await?.pop() else { return Ok(()) };
    watch(&mut unit, ctx, &mut level).await?;
    Ok(unit.commit(()).await?)
}
