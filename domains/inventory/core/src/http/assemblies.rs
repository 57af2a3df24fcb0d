//! `/assemblies`, what was made of its parts or taken apart, and the two operations of an item that make one.

use crate::App;
use crate::domain::kit::{Assembly, Direction};
use crate::http::movements::LotRefDto;
use crate::service::kits::assemble::{Assemble, assemble};
use crate::service::kits::list_assemblies;
use crate::service::kits::pick_parts::NamedPart;
use chrono::{DateTime, Utc};
use inventory_contract::{AssemblyId, AssemblyKind, ItemId, ItemKind, LocationId, WarehouseId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond, wire_enum};

wire_enum! {
    AssemblyDirectionDto = Direction {
        Made,
        TakenApart,
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f", "direction": "made", "quantity": "12",
    "entered_quantity": "1", "entered_unit": "DZN", "happened_at": "2026-02-03T09:00:00Z",
    "reference": "job 31", "actor": "user:0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct AssemblyDto {
    /// The document of its movements
    id: AssemblyId,
    item_id: ItemId,
    warehouse_id: WarehouseId,
    direction: AssemblyDirectionDto,
    /// Of the item, in its unit
    quantity: Quantity,
    /// What was said, where it was not in that unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    happened_at: DateTime<Utc>,
    #[schema(required)]
    reference: Option<String>,
    /// Who recorded it
    actor: String,
    created_at: DateTime<Utc>,
    /// As it was created: it is never altered
    updated_at: DateTime<Utc>,
}

impl From<&Assembly> for AssemblyDto {
    fn from(assembly: &Assembly) -> Self {
        let entered = assembly.entered.as_ref();
        Self {
            id: assembly.id,
            item_id: assembly.item,
            warehouse_id: assembly.warehouse,
            direction: assembly.direction.into(),
            quantity: assembly.quantity,
            entered_quantity: entered.map(|entered| entered.quantity),
            entered_unit: entered.map(|entered| entered.unit.clone()),
            happened_at: assembly.happened_at,
            reference: assembly.reference.clone(),
            actor: assembly.actor.clone(),
            created_at: assembly.created_at,
            updated_at: assembly.created_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssemblyPartDto {
    item_id: ItemId,
    /// In its unit, more than 0
    quantity: Quantity,
    /// Where it is taken from, or goes to
    location_id: Option<LocationId>,
    lot: Option<LotRefDto>,
}

impl From<AssemblyPartDto> for NamedPart {
    fn from(dto: AssemblyPartDto) -> Self {
        Self {
            item: dto.item_id,
            quantity: dto.quantity,
            location: dto.location_id,
            lot: dto.lot.map(Into::into),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "quantity": "1", "unit": "DZN", "happened_at": "2026-02-03T09:00:00Z", "reference": "job 31",
}))]
pub struct AssembleDto {
    /// More than 0
    quantity: Quantity,
    /// The item's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Of the item and its parts; the main one when left out, with no location either
    warehouse_id: Option<WarehouseId>,
    /// Of the item; the warehouse's floor when left out
    location_id: Option<LocationId>,
    /// Of an item that is tracked
    lot: Option<LotRefDto>,
    /// Parts whose place or lot matters. The rest is taken first from what expires first, and put on the floor
    #[serde(default)]
    #[schema(max_items = 100)]
    parts: Vec<AssemblyPartDto>,
    /// When it was; now when left out
    happened_at: Option<DateTime<Utc>>,
    /// The tenant's own
    #[schema(max_length = 200)]
    reference: Option<String>,
}

impl AssembleDto {
    fn of(self, item: ItemId) -> Assemble {
        Assemble {
            item,
            quantity: self.quantity,
            unit: self.unit,
            warehouse: self.warehouse_id,
            location: self.location_id,
            lot: self.lot.map(Into::into),
            parts: self.parts.into_iter().map(Into::into).collect(),
            happened_at: self.happened_at,
            reference: self.reference,
        }
    }
}

fn created(assembly: &Assembly) -> Rendered {
    let location = format!("/api/v1/inventory/assemblies/{}", assembly.id);
    Rendered::created(location, &AssemblyDto::from(assembly)).etag_of_body()
}

/// Makes an item of its parts
///
/// The parts leave and the item comes in, all of it or nothing. Its movements name this as their document.
#[utoipa::path(post, path = "/items/{id}/assemblies", responses((status = 201, body = AssemblyDto)))]
pub async fn make_item(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<AssembleDto>,
) -> Answer {
    let command = body.into_inner().of(id.id());
    respond(&caller, async |ctx| assemble(&app, ctx, Direction::Made, command).await, created).await
}

/// Takes an item apart
///
/// The item leaves and its parts come in, all of it or nothing. The lots of parts that are tracked are named.
#[utoipa::path(post, path = "/items/{id}/disassemblies", responses((status = 201, body = AssemblyDto)))]
pub async fn take_item_apart(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<AssembleDto>,
) -> Answer {
    let command = body.into_inner().of(id.id());
    respond(&caller, async |ctx| assemble(&app, ctx, Direction::TakenApart, command).await, created).await
}

#[derive(Deserialize, IntoParams)]
pub struct AssemblyParams {
    /// Those of this item
    item_id: Option<ItemId>,
}

/// Lists what was made and taken apart
#[utoipa::path(get, path = "/assemblies", responses((status = 200, body = Listing<AssemblyDto>)))]
pub async fn list_assemblies(
    app: State<App>,
    caller: Caller,
    query: Query<AssemblyParams>,
    page: PageQuery,
) -> Answer {
    let found = list_assemblies::list_assemblies(&app, &caller, query.item_id, page.request()).await?;
    Ok(page.render(found.map(|assembly| AssemblyDto::from(&assembly))))
}

/// Shows what was made or taken apart
#[utoipa::path(get, path = "/assemblies/{id}", responses((status = 200, body = AssemblyDto)))]
pub async fn get_assembly(app: State<App>, caller: Caller, id: PathId<AssemblyKind>) -> Answer {
    let assembly = list_assemblies::get_assembly(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&AssemblyDto::from(&assembly)).etag_of_body())
}
