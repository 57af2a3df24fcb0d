//! What stock is worth, item by item, now or as it was recorded by some instant; and the entries that it is the sum of.

use crate::App;
use crate::domain::costing::ValueEntry;
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::store;
use crate::store::item_value::Valued;
use chrono::{DateTime, Duration, Utc};
use inventory_contract::ItemId;
use kernel::{Ctx, Page, PageRequest};

/// Whatever records now with the time of now has ended by then: no request and no batch takes so long.
pub const SETTLED_AFTER: Duration = Duration::minutes(1);

/// Asked again for the same instant, it answers the same.
pub async fn list_valuation(
    app: &App,
    ctx: &Ctx,
    item: Option<ItemId>,
    as_of: Option<DateTime<Utc>>,
    request: &PageRequest,
) -> Result<Page<Valued>, Error> {
    if as_of.is_some_and(|as_of| as_of > ctx.now() - SETTLED_AFTER) {
        let detail =
            "must lie a minute back or more: until then it may still change. Without it you see what is now";
        return Err(fault("/as_of", "too_late", detail));
    }
    let tx = app.databases.read(ctx).await?;
    Ok(match as_of {
        None => store::item_value::page(&tx, item, request).await?,
        Some(as_of) => {
            let times = (as_of, as_of + SETTLED_AFTER);
            store::item_value::page_as_of(&tx, item, times, request).await?
        }
    })
}

pub async fn list_value_entries(
    app: &App,
    ctx: &Ctx,
    item: ItemId,
    request: &PageRequest,
) -> Result<Page<ValueEntry>, Error> {
    let tx = app.databases.read(ctx).await?;
    store::item::find_deleted_too(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    Ok(store::value_entry::page(&tx, item, request).await?)
}
