//! An item by the tenant's own reference: made where there is none, and written over where there is one.

use crate::App;
use crate::domain::item::{ItemFields, ItemInput, StockedItem};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use kernel::Ctx;
use kernel::reference::{Put, Seen};
use serde_json::json;

/// `input` has an `external_id`.
pub async fn put_item(app: &App, ctx: &Ctx, seen: Seen, input: ItemInput) -> Result<Put<StockedItem>, Error> {
    let fields = input.check().map_err(Error::invalid)?;
    match put(app, ctx, seen, &fields).await {
        // Another one has made it in between: now it is there to be written over.
        Err(Error::ExternalIdTaken) => put(app, ctx, seen, &fields).await,
        put => put,
    }
}

async fn put(app: &App, ctx: &Ctx, seen: Seen, fields: &ItemFields) -> Result<Put<StockedItem>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let external_id = fields.external_id.as_deref().unwrap_or_default();
    let before = match store::item::by_external_id(&unit, external_id).await? {
        Some(item) => {
            let level = store::stock_level::find(&unit, item.id).await?.ok_or(Error::ItemNotFound)?;
            Some(StockedItem { item, level })
        }
        None => None,
    };
    if !seen.allows(before.as_ref().map(StockedItem::tag)) {
        return Err(Error::stale());
    }
    let Some(before) = before else {
        let id = ctx.new_id();
        let level = Level::empty(id);
        let item = store::item::insert(&unit, id, fields).await?;
        store::stock_level::insert_all(&unit, ctx, &[level]).await?;
        unit.audit(AuditEntry {
            action: "inventory.item.create",
            resource: "item",
            resource_id: id.uuid(),
            before: None,
            after: Some(json!(fields)),
        })?;
        return Ok(unit.commit(Put { created: true, resource: StockedItem { item, level } }).await?);
    };
    if before.item.fields == *fields {
        return Ok(unit.commit(Put { created: false, resource: before }).await?);
    }
    let id = before.item.id;
    let item = store::item::update(&unit, id, before.item.version, fields).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "inventory.item.update",
        resource: "item",
        resource_id: id.uuid(),
        before: Some(json!(before.item.fields)),
        after: Some(json!(fields)),
    })?;
    Ok(unit.commit(Put { created: false, resource: StockedItem { item, level: before.level } }).await?)
}
