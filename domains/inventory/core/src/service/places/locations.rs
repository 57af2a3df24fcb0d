//! The tree of locations in a warehouse: made, shown, moved and taken out of use.

use crate::App;
use crate::domain::place::{
    Location, LocationFields, LocationUse, MAX_DEPTH, MAX_OF_WAREHOUSE, Place, check_names,
};
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::service::places::main_warehouse::ensure_main;
use crate::store;
use data::{AuditEntry, Unit};
use inventory_contract::{LocationId, WarehouseId};
use kernel::{Ctx, Page, PageRequest};
use serde_json::json;
use std::collections::HashMap;

pub struct CreateLocation {
    /// The caller's own, if it has one.
    pub id: Option<LocationId>,
    pub warehouse: WarehouseId,
    pub parent: Option<LocationId>,
    pub kind: LocationUse,
    pub code: String,
    pub name: String,
}

pub async fn create_location(app: &App, ctx: &Ctx, command: CreateLocation) -> Result<Location, Error> {
    let CreateLocation { warehouse, parent, kind, .. } = command;
    let (code, name) = check_names(&command.code, &command.name).map_err(Error::invalid)?;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    hold_tree(&mut unit, ctx, warehouse).await?;
    check_room(&unit, warehouse).await?;
    let fields = LocationFields { code, name, parent };
    check_parent(&unit, id, warehouse, parent).await?;
    let location = store::location::insert(&unit, id, warehouse, kind, &fields).await?;
    unit.publish(&location.created())?;
    unit.audit(AuditEntry {
        action: "inventory.location.create",
        resource: "location",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "warehouse": warehouse, "kind": kind, "fields": location.fields })),
    })?;
    Ok(unit.commit(location).await?)
}

pub async fn get_location(app: &App, ctx: &Ctx, id: LocationId) -> Result<Location, Error> {
    let tx = app.databases.read(ctx).await?;
    store::location::find(&tx, id).await?.ok_or(Error::LocationNotFound)
}

pub async fn get_location_deleted_too(app: &App, ctx: &Ctx, id: LocationId) -> Result<Location, Error> {
    let tx = app.databases.read(ctx).await?;
    store::location::find_deleted_too(&tx, id).await?.ok_or(Error::LocationNotFound)
}

pub async fn list_locations(
    app: &App,
    ctx: &Ctx,
    warehouse: Option<WarehouseId>,
    parent: Option<LocationId>,
    request: &PageRequest,
) -> Result<Page<Location>, Error> {
    let tx = app.databases.read(ctx).await?;
    Ok(store::location::page(&tx, warehouse, parent, request).await?)
}

#[derive(Default)]
pub struct LocationChange {
    pub code: Option<String>,
    pub name: Option<String>,
    pub parent: Option<Option<LocationId>>,
}

/// `expected` is the version the caller saw; none means any.
pub async fn patch_location(
    app: &App,
    ctx: &Ctx,
    id: LocationId,
    expected: Option<i64>,
    change: LocationChange,
) -> Result<Location, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let warehouse = store::location::find(&unit, id).await?.ok_or(Error::LocationNotFound)?.warehouse;
    hold_tree(&mut unit, ctx, warehouse).await?;
    let before = store::location::find_to_change(&unit, id).await?.ok_or(Error::LocationNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale_one());
    }
    let code = change.code.as_deref().unwrap_or(&before.fields.code);
    let name = change.name.as_deref().unwrap_or(&before.fields.name);
    let (code, name) = check_names(code, name).map_err(Error::invalid)?;
    let fields = LocationFields { code, name, parent: change.parent.unwrap_or(before.fields.parent) };
    if fields == before.fields {
        return Ok(unit.commit(before).await?);
    }
    if fields.parent != before.fields.parent {
        check_parent(&unit, id, warehouse, fields.parent).await?;
    }
    let changed = store::location::update(&unit, id, before.version, &fields).await?;
    let changed = changed.ok_or_else(Error::stale_one)?;
    unit.publish(&changed.changed())?;
    unit.audit(AuditEntry {
        action: "inventory.location.update",
        resource: "location",
        resource_id: id.uuid(),
        before: Some(json!(before.fields)),
        after: Some(json!(changed.fields)),
    })?;
    Ok(unit.commit(changed).await?)
}

/// Only one in which nothing is, and no other location.
pub async fn delete_location(app: &App, ctx: &Ctx, id: LocationId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::location::find(&unit, id).await?.ok_or(Error::LocationNotFound)?;
    if id == Place::floor_of(before.warehouse).location {
        return Err(Error::PlaceStays);
    }
    hold_tree(&mut unit, ctx, before.warehouse).await?;
    // Whoever brings something keeps the location that they bring it to.
    let deleted = store::location::delete(&unit, id).await?.ok_or(Error::LocationNotFound)?;
    if store::bin::any_at(&unit, id).await? {
        return Err(Error::PlaceInUse);
    }
    if store::location::has_children(&unit, id).await? {
        return Err(Error::LocationHasLocations);
    }
    unit.publish(&deleted.deleted())?;
    unit.audit(AuditEntry {
        action: "inventory.location.delete",
        resource: "location",
        resource_id: id.uuid(),
        before: Some(json!({ "warehouse": before.warehouse, "fields": before.fields })),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}

/// Where it stood, if its parent is still there.
pub async fn restore_location(app: &App, ctx: &Ctx, id: LocationId) -> Result<Location, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let known = store::location::find_deleted_too(&unit, id).await?.ok_or(Error::LocationNotFound)?;
    if store::warehouse::find_to_change(&unit, known.warehouse).await?.is_none() {
        return Err(Error::WarehouseNotFound);
    }
    if known.deleted_at.is_none() {
        return Err(Error::PlaceNotDeleted);
    }
    if let Some(parent) = known.fields.parent
        && store::location::find(&unit, parent).await?.is_none()
    {
        return Err(Error::LocationParentDeleted);
    }
    check_room(&unit, known.warehouse).await?;
    let location = store::location::restore(&unit, id).await?.ok_or(Error::PlaceNotDeleted)?;
    check_parent(&unit, id, location.warehouse, location.fields.parent).await?;
    unit.publish(&location.restored())?;
    unit.audit(AuditEntry {
        action: "inventory.location.restore",
        resource: "location",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(json!(location.fields)),
    })?;
    Ok(unit.commit(location).await?)
}

/// One change of a warehouse's tree at a time: two moves that are each right may make a circle together.
async fn hold_tree(unit: &mut Unit, ctx: &Ctx, warehouse: WarehouseId) -> Result<(), Error> {
    if warehouse == Place::main(ctx.tenant()).warehouse {
        ensure_main(unit, ctx).await?;
    }
    let held = store::warehouse::find_to_change(unit, warehouse).await?;
    held.map(|_| ()).ok_or_else(|| fault("/warehouse_id", "unknown", "there is no such warehouse"))
}

async fn check_room(unit: &Unit, warehouse: WarehouseId) -> Result<(), Error> {
    let there = store::location::count(unit, warehouse).await?;
    if there < MAX_OF_WAREHOUSE { Ok(()) } else { Err(Error::TooManyLocations) }
}

/// Up from the new parent to the root, which must not lead through the location itself.
async fn check_parent(
    unit: &Unit,
    id: LocationId,
    warehouse: WarehouseId,
    parent: Option<LocationId>,
) -> Result<(), Error> {
    let Some(parent) = parent else { return Ok(()) };
    let parents: HashMap<_, _> = store::location::tree(unit, warehouse).await?.into_iter().collect();
    if !parents.contains_key(&parent) {
        return Err(fault("/parent_id", "unknown", "there is no such location in the warehouse"));
    }
    let mut above = vec![parent];
    while let Some(next) = above.last().and_then(|last| parents.get(last).copied().flatten()) {
        above.push(next);
        if above.len() > MAX_DEPTH || next == id {
            break;
        }
    }
    if above.contains(&id) {
        let path: Vec<String> = above.iter().map(ToString::to_string).collect();
        return Err(Error::LocationInItself { path: path.join(" in ") });
    }
    let below = depth_below(id, &parents);
    if above.len() + below > MAX_DEPTH {
        return Err(fault("/parent_id", "too_deep", &format!("locations lie in at most {MAX_DEPTH} others")));
    }
    Ok(())
}

/// How many levels of locations lie in this one.
fn depth_below(id: LocationId, parents: &HashMap<LocationId, Option<LocationId>>) -> usize {
    let depth = |mut at: LocationId| {
        let mut steps = 0;
        while at != id {
            steps += 1;
            match parents.get(&at).copied().flatten() {
                Some(next) if steps <= MAX_DEPTH => at = next,
                _ => return 0,
            }
        }
        steps
    };
    parents.keys().map(|at| depth(*at)).max().unwrap_or_default()
}
