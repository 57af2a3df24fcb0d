//! An item by the tenant's own reference: made where there is none, and written over where there is one.

use crate::App;
use crate::domain::item::{ItemFields, ItemInput, StockedItem};
use crate::error::Error;
use crate::service::catalogue::create_item::audited_create;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::patch_item::audited_change;
use crate::service::ledger::hold::hold;
use crate::service::ledger::stock_now::as_shown;
use crate::store;
use kernel::Ctx;
use kernel::reference::{Put, Seen};

/// `input` has an `external_id`.
pub async fn put_item(app: &App, ctx: &Ctx, seen: Seen, input: ItemInput) -> Result<Put<StockedItem>, Error> {
    let fields = input.check().map_err(Error::invalid)?;
    let taken = |error: &Error| matches!(error, Error::ExternalIdTaken | Error::SkuTaken { .. });
    Put::again_if(taken, || put(app, ctx, seen, &fields)).await
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &ItemFields) -> Result<Put<StockedItem>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let known = store::item::id_of_external(&unit, external_id).await?;
    hold(&mut unit, ctx, known.as_slice()).await?;
    hold_categories(&mut unit, ctx, [fields.category.as_deref()]).await?;
    // One that was made since the look is met by its key: to wait for its row without its stock would be a deadlock
    // with those that hold the stock and wait for the row.
    let before = match known {
        Some(id) => store::item::find_to_change(&unit, id).await?,
        None => None,
    };
    let before = before.filter(|item| item.item.fields.external_id.as_deref() == Some(external_id));
    let shown = match before.clone() {
        Some(before) => Some(as_shown(&unit, ctx, before).await?),
        None => None,
    };
    if !seen.allows(shown.as_ref().map(StockedItem::tag)) {
        return Err(Error::stale());
    }
    let created = before.is_none();
    let resource = match before {
        None => audited_create(&mut unit, ctx, ctx.new_id(), fields).await?,
        Some(before) => audited_change(&mut unit, ctx, before, fields).await?,
    };
    let resource = as_shown(&unit, ctx, resource).await?;
    Ok(unit.commit(Put { created, resource }).await?)
}
