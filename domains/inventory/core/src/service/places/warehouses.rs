//! Warehouses: shown, listed, renamed and taken out of use.

use crate::App;
use crate::domain::place::{Place, Warehouse, WarehouseFields, check_names};
use crate::error::Error;
use crate::store;
use data::AuditEntry;
use inventory_contract::WarehouseId;
use kernel::{Ctx, Page, PageRequest};
use serde_json::json;

pub async fn get_warehouse(app: &App, ctx: &Ctx, id: WarehouseId) -> Result<Warehouse, Error> {
    let tx = app.databases.read(ctx).await?;
    store::warehouse::find(&tx, id).await?.ok_or(Error::WarehouseNotFound)
}

pub async fn get_warehouse_deleted_too(app: &App, ctx: &Ctx, id: WarehouseId) -> Result<Warehouse, Error> {
    let tx = app.databases.read(ctx).await?;
    store::warehouse::find_deleted_too(&tx, id).await?.ok_or(Error::WarehouseNotFound)
}

pub async fn list_warehouses(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<Warehouse>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::warehouse::page(&tx, request).await?)
}

#[derive(Default)]
pub struct WarehouseChange {
    pub code: Option<String>,
    pub name: Option<String>,
}

/// `expected` is the version the caller saw; none means any.
pub async fn patch_warehouse(
    app: &App,
    ctx: &Ctx,
    id: WarehouseId,
    expected: Option<i64>,
    change: WarehouseChange,
) -> Result<Warehouse, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::warehouse::find_to_change(&unit, id).await?.ok_or(Error::WarehouseNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let code = change.code.as_deref().unwrap_or(&before.fields.code);
    let name = change.name.as_deref().unwrap_or(&before.fields.name);
    let (code, name) = check_names(code, name).map_err(Error::invalid)?;
    let fields = WarehouseFields { code, name };
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    let changed = store::warehouse::update(&unit, id, before.version, &fields).await?;
    let changed = changed.ok_or_else(Error::stale_one)?;
    unit.publish(&changed.changed())?;
    unit.audit(AuditEntry {
        action: "inventory.warehouse.update",
        resource: "warehouse",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(changed.fields)),
    })?;
    Ok(unit.commit(changed).await?)
}

/// Only one in which nothing is, that no order waits at, and no location but its floor, which goes with it.
pub async fn delete_warehouse(app: &App, ctx: &Ctx, id: WarehouseId) -> Result<(), Error> {
    if id == Place::main(ctx.tenant()).warehouse {
        return Err(Error::PlaceStays);
    }
    let mut unit = app.databases.write(ctx).await?;
    let before = store::warehouse::find_to_change(&unit, id).await?.ok_or(Error::WarehouseNotFound)?;
    let floor = Place::floor_of(id).location;
    if store::location::any_beside(&unit, id, floor).await? {
        return Err(Error::LocationHasLocations);
    }
    // Whoever brings something keeps the location that they bring it to.
    if let Some(floor) = store::location::delete(&unit, floor).await? {
        unit.publish(&floor.deleted())?;
    }
    if store::warehouse_level::any_of_warehouse(&unit, id).await? {
        return Err(Error::PlaceInUse);
    }
    // Whoever confirms an order keeps that location too.
    if store::sales_order_line::any_waits_at(&unit, id).await? {
        return Err(Error::WarehouseAwaited);
    }
    if !store::warehouse::delete(&unit, id).await? {
        return Err(Error::WarehouseNotFound);
    }
    unit.publish(&before.deleted())?;
    unit.audit(AuditEntry {
        action: "inventory.warehouse.delete",
        resource: "warehouse",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}

pub async fn restore_warehouse(app: &App, ctx: &Ctx, id: WarehouseId) -> Result<Warehouse, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(warehouse) = store::warehouse::restore(&unit, id).await? else {
        let known = store::warehouse::find(&unit, id).await?.is_some();
        return Err(if known { Error::PlaceNotDeleted } else { Error::WarehouseNotFound });
    };
    unit.publish(&warehouse.restored())?;
    if let Some(floor) = store::location::restore(&unit, Place::floor_of(id).location).await? {
        unit.publish(&floor.restored())?;
    }
    unit.audit(AuditEntry {
        action: "inventory.warehouse.restore",
        resource: "warehouse",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(warehouse.fields)),
    })?;
    Ok(unit.commit(warehouse).await?)
}
