//! `/warehouses` and `/locations`

use crate::App;
use crate::domain::place::{Location, LocationUse, Warehouse};
use crate::service::places::create_warehouse::{CreateWarehouse, create_warehouse as create};
use crate::service::places::locations::{self, CreateLocation, LocationChange};
use crate::service::places::warehouses::{self, WarehouseChange};
use chrono::{DateTime, Utc};
use inventory_contract::{LocationId, LocationIdKind, WarehouseId, WarehouseKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Query, Rendered, State,
    no_content, nullable, respond, wire_enum,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "code": "NORTH", "name": "Northern warehouse",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
    "deleted_at": null,
}))]
pub struct WarehouseDto {
    id: WarehouseId,
    code: String,
    name: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Warehouse> for WarehouseDto {
    fn from(warehouse: &Warehouse) -> Self {
        Self {
            id: warehouse.id,
            code: warehouse.fields.code.clone(),
            name: warehouse.fields.name.clone(),
            created_at: warehouse.created_at,
            updated_at: warehouse.updated_at,
            deleted_at: warehouse.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "NORTH", "name": "Northern warehouse" }))]
pub struct CreateWarehouseDto {
    /// The caller's own, if it has one
    id: Option<WarehouseId>,
    /// Unique; kept in upper case
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    code: String,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Northern warehouse, hall 2" }))]
pub struct PatchWarehouseDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 64, pattern = r"\S")]
    code: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, pattern = r"\S")]
    name: Option<Option<String>>,
}

/// Lists warehouses
#[utoipa::path(get, path = "/warehouses", responses((status = 200, body = Listing<WarehouseDto>)))]
pub async fn list_warehouses(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = warehouses::list_warehouses(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|warehouse| WarehouseDto::from(&warehouse))))
}

/// Creates a warehouse, with its floor
///
/// The floor is a location under the warehouse's own id: stock goes there of which nobody says where.
#[utoipa::path(post, path = "/warehouses", responses((status = 201, body = WarehouseDto)))]
pub async fn create_warehouse(app: State<App>, caller: Caller, body: Body<CreateWarehouseDto>) -> Answer {
    let CreateWarehouseDto { id, code, name } = body.into_inner();
    let command = CreateWarehouse { id, code, name };
    respond(
        &caller,
        async |ctx| create(&app, ctx, command).await,
        |warehouse: &Warehouse| {
            let location = format!("/api/v1/inventory/warehouses/{}", warehouse.id);
            Rendered::created(location, &WarehouseDto::from(warehouse)).etag(warehouse.version)
        },
    )
    .await
}

/// Shows a warehouse
#[utoipa::path(get, path = "/warehouses/{id}", responses((status = 200, body = WarehouseDto)))]
pub async fn get_warehouse(
    app: State<App>,
    caller: Caller,
    id: PathId<WarehouseKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let warehouse = if *include_deleted {
        warehouses::get_warehouse_deleted_too(&app, &caller, id.id()).await?
    } else {
        warehouses::get_warehouse(&app, &caller, id.id()).await?
    };
    Ok(shown(&warehouse))
}

/// Brings a deleted warehouse back
#[utoipa::path(post, path = "/warehouses/{id}/restore", responses((status = 200, body = WarehouseDto)))]
pub async fn restore_warehouse(app: State<App>, caller: Caller, id: PathId<WarehouseKind>) -> Answer {
    respond(&caller, async |ctx| warehouses::restore_warehouse(&app, ctx, id.id()).await, shown).await
}

/// Changes a warehouse
#[utoipa::path(patch, path = "/warehouses/{id}", responses((status = 200, body = WarehouseDto)))]
pub async fn patch_warehouse(
    app: State<App>,
    caller: Caller,
    id: PathId<WarehouseKind>,
    if_match: IfMatch,
    body: Body<PatchWarehouseDto>,
) -> Answer {
    let PatchWarehouseDto { code, name } = body.into_inner();
    let change = WarehouseChange {
        code: code.map(Option::unwrap_or_default),
        name: name.map(Option::unwrap_or_default),
    };
    respond(
        &caller,
        async |ctx| warehouses::patch_warehouse(&app, ctx, id.id(), if_match.expected(), change).await,
        shown,
    )
    .await
}

/// Takes a warehouse out of use
///
/// Only one in which nothing is left, that no sales order waits at, and no location but its floor, which goes with it.
#[utoipa::path(delete, path = "/warehouses/{id}", responses((status = 204)))]
pub async fn delete_warehouse(app: State<App>, caller: Caller, id: PathId<WarehouseKind>) -> Answer {
    respond(&caller, async |ctx| warehouses::delete_warehouse(&app, ctx, id.id()).await, no_content).await
}

fn shown(warehouse: &Warehouse) -> Rendered {
    Rendered::ok(&WarehouseDto::from(warehouse)).etag(warehouse.version)
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-3c4d5e6f7081", "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70",
    "parent_id": null, "code": "A-01", "name": "Aisle 1", "kind": "storage",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
    "deleted_at": null,
}))]
pub struct LocationDto {
    id: LocationId,
    warehouse_id: WarehouseId,
    /// The location it lies in
    #[schema(required)]
    parent_id: Option<LocationId>,
    code: String,
    name: String,
    kind: LocationKindDto,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

wire_enum! {
    /// What a location is for
    LocationKindDto = LocationUse {
        Storage,
        /// On hand, and not available
        Quarantine,
        /// On its way to the warehouse, so not available yet
        Transit,
    }
}

impl From<&Location> for LocationDto {
    fn from(location: &Location) -> Self {
        Self {
            id: location.id,
            warehouse_id: location.warehouse,
            parent_id: location.fields.parent,
            code: location.fields.code.clone(),
            name: location.fields.name.clone(),
            kind: location.kind.into(),
            created_at: location.created_at,
            updated_at: location.updated_at,
            deleted_at: location.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "code": "A-01", "name": "Aisle 1",
}))]
pub struct CreateLocationDto {
    /// The caller's own, if it has one
    id: Option<LocationId>,
    warehouse_id: WarehouseId,
    /// The location it lies in, of the same warehouse
    parent_id: Option<LocationId>,
    /// Unique in the warehouse; kept in upper case
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    code: String,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    /// `storage` when left out; it stays as it is made
    kind: Option<LocationKindDto>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Aisle 1, left", "parent_id": null }))]
pub struct PatchLocationDto {
    /// `null` is the root
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<LocationId>)]
    parent_id: Option<Option<LocationId>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 64, pattern = r"\S")]
    code: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 200, pattern = r"\S")]
    name: Option<Option<String>>,
}

#[derive(Deserialize, IntoParams)]
pub struct LocationParams {
    /// Locations of this warehouse
    warehouse_id: Option<WarehouseId>,
    /// Locations that lie in this one
    parent_id: Option<LocationId>,
}

/// Lists locations
#[utoipa::path(get, path = "/locations", responses((status = 200, body = Listing<LocationDto>)))]
pub async fn list_locations(
    app: State<App>,
    caller: Caller,
    query: Query<LocationParams>,
    page: PageQuery,
) -> Answer {
    let (warehouse, parent) = (query.warehouse_id, query.parent_id);
    let found = locations::list_locations(&app, &caller, warehouse, parent, page.request()).await?;
    Ok(page.render(found.map(|location| LocationDto::from(&location))))
}

/// Creates a location
#[utoipa::path(post, path = "/locations", responses((status = 201, body = LocationDto)))]
pub async fn create_location(app: State<App>, caller: Caller, body: Body<CreateLocationDto>) -> Answer {
    let dto = body.into_inner();
    let command = CreateLocation {
        id: dto.id,
        warehouse: dto.warehouse_id,
        parent: dto.parent_id,
        kind: dto.kind.map_or(LocationUse::Storage, LocationUse::from),
        code: dto.code,
        name: dto.name,
    };
    respond(
        &caller,
        async |ctx| locations::create_location(&app, ctx, command).await,
        |location: &Location| {
            let at = format!("/api/v1/inventory/locations/{}", location.id);
            Rendered::created(at, &LocationDto::from(location)).etag(location.version)
        },
    )
    .await
}

/// Shows a location
#[utoipa::path(get, path = "/locations/{id}", responses((status = 200, body = LocationDto)))]
pub async fn get_location(
    app: State<App>,
    caller: Caller,
    id: PathId<LocationIdKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let location = if *include_deleted {
        locations::get_location_deleted_too(&app, &caller, id.id()).await?
    } else {
        locations::get_location(&app, &caller, id.id()).await?
    };
    Ok(location_shown(&location))
}

/// Brings a deleted location back
#[utoipa::path(post, path = "/locations/{id}/restore", responses((status = 200, body = LocationDto)))]
pub async fn restore_location(app: State<App>, caller: Caller, id: PathId<LocationIdKind>) -> Answer {
    respond(&caller, async |ctx| locations::restore_location(&app, ctx, id.id()).await, location_shown).await
}

/// Changes a location, or moves it in the tree
#[utoipa::path(patch, path = "/locations/{id}", responses((status = 200, body = LocationDto)))]
pub async fn patch_location(
    app: State<App>,
    caller: Caller,
    id: PathId<LocationIdKind>,
    if_match: IfMatch,
    body: Body<PatchLocationDto>,
) -> Answer {
    let PatchLocationDto { parent_id, code, name } = body.into_inner();
    let change = LocationChange {
        code: code.map(Option::unwrap_or_default),
        name: name.map(Option::unwrap_or_default),
        parent: parent_id,
    };
    respond(
        &caller,
        async |ctx| locations::patch_location(&app, ctx, id.id(), if_match.expected(), change).await,
        location_shown,
    )
    .await
}

/// Takes a location out of use
///
/// Only one in which nothing is left, and no other location.
#[utoipa::path(delete, path = "/locations/{id}", responses((status = 204)))]
pub async fn delete_location(app: State<App>, caller: Caller, id: PathId<LocationIdKind>) -> Answer {
    respond(&caller, async |ctx| locations::delete_location(&app, ctx, id.id()).await, no_content).await
}

fn location_shown(location: &Location) -> Rendered {
    Rendered::ok(&LocationDto::from(location)).etag(location.version)
}
