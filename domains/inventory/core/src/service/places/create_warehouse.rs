//! A warehouse, with the floor where its stock goes of which nobody says where.

use crate::App;
use crate::domain::place::{
    FLOOR, LocationFields, LocationUse, Place, Warehouse, WarehouseFields, check_names,
};
use crate::error::Error;
use crate::service::places::main_warehouse::ensure_main;
use crate::store;
use data::AuditEntry;
use inventory_contract::WarehouseId;
use kernel::Ctx;
use serde_json::json;

pub struct CreateWarehouse {
    /// The caller's own, if it has one.
    pub id: Option<WarehouseId>,
    pub code: String,
    pub name: String,
}

pub async fn create_warehouse(app: &App, ctx: &Ctx, command: CreateWarehouse) -> Result<Warehouse, Error> {
    let (code, name) = check_names(&command.code, &command.name).map_err(Error::invalid)?;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    // Its code and its id are the main one's, whichever is made first.
    ensure_main(&mut unit, ctx).await?;
    let warehouse = store::warehouse::insert(&unit, id, &WarehouseFields { code, name }).await?;
    let floor = LocationFields { code: FLOOR.to_owned(), name: "Floor".to_owned(), parent: None };
    let location = Place::floor_of(id).location;
    let floor = store::location::insert(&unit, location, id, LocationUse::Storage, &floor).await?;
    unit.publish(&warehouse.created())?;
    unit.publish(&floor.created())?;
    unit.audit(AuditEntry {
        action: "inventory.warehouse.create",
        resource: "warehouse",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!(warehouse.fields)),
    })?;
    Ok(unit.commit(warehouse).await?)
}
