//! `/items/{id}/components`, what an item is sold as or made of, and what follows: `/items/{id}/availability` and
//! `/items/{id}/kit-reservations`.

use super::reservations::ReservationDto;
use crate::App;
use crate::domain::kit::{Bill, BillKind};
use crate::service::kits::put_components::{self, ComponentInput, PutComponents};
use crate::service::kits::read_bills;
use crate::service::kits::reserve_kit::{self, ReserveKit, ReservedKit};
use crate::service::kits::show_availability::{self, Availability};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ItemKind, WarehouseId};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, IfMatch, PathId, Query, Rendered, State, respond, wire_enum};

wire_enum! {
    BillKindDto = BillKind {
        /// Sold as its parts, and never stocked itself
        Kit,
        /// Stocked, and made of its parts
        Assembly,
    }
}

#[derive(Serialize, ToSchema)]
pub struct ComponentDto {
    item_id: ItemId,
    /// In its own unit, for one of the item's
    quantity: Quantity,
    /// What was said, where it was not in that unit
    #[schema(required)]
    entered_quantity: Option<Quantity>,
    #[schema(required)]
    entered_unit: Option<String>,
    /// What rounding to the component's unit left out, in its millionths, as a fraction; `null` where nothing was rounded
    #[schema(required, example = "-27/125")]
    entered_rounding: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "kind": "kit",
    "components": [{
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "12",
        "entered_quantity": "1", "entered_unit": "DZN", "entered_rounding": null,
    }],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ComponentsDto {
    /// The item's
    id: ItemId,
    /// `null` of an item without components
    #[schema(required)]
    kind: Option<BillKindDto>,
    components: Vec<ComponentDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Bill> for ComponentsDto {
    fn from(bill: &Bill) -> Self {
        let components = bill.components.iter().map(|component| ComponentDto {
            item_id: component.item,
            quantity: component.quantity,
            entered_quantity: component.entered.as_ref().map(|entered| entered.quantity),
            entered_unit: component.entered.as_ref().map(|entered| entered.unit.clone()),
            entered_rounding: component.entered.as_ref().and_then(|entered| entered.rounding.clone()),
        });
        Self {
            id: bill.item,
            kind: bill.kind.map(Into::into),
            components: components.collect(),
            created_at: bill.created_at,
            updated_at: bill.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutComponentDto {
    item_id: ItemId,
    /// For one of the item; more than 0
    quantity: Quantity,
    /// The component's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
}

/// All of them: what is left out is no part of the item any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "kit",
    "components": [{"item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "1", "unit": "DZN"}],
}))]
pub struct PutComponentsDto {
    /// Required with components
    kind: Option<BillKindDto>,
    /// None makes it a plain item
    #[schema(max_items = 100)]
    components: Vec<PutComponentDto>,
}

impl From<PutComponentsDto> for PutComponents {
    fn from(dto: PutComponentsDto) -> Self {
        let components = dto.components.into_iter().map(|component| ComponentInput {
            item: component.item_id,
            quantity: component.quantity,
            unit: component.unit,
        });
        Self { kind: dto.kind.map(Into::into), components: components.collect() }
    }
}

fn shown(bill: &Bill) -> Rendered {
    Rendered::ok(&ComponentsDto::from(bill)).etag(bill.version)
}

/// Shows what an item is sold as or made of
#[utoipa::path(get, path = "/items/{id}/components", responses((status = 200, body = ComponentsDto)))]
pub async fn get_components(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    Ok(shown(&read_bills::get_components(&app, &caller, id.id()).await?))
}

/// Says what an item is sold as or made of
///
/// A kit is sold as its parts and never stocked itself; an assembly is stocked and made of its parts. Components may have
/// components, 8 levels deep, and no item is a part of itself.
#[utoipa::path(put, path = "/items/{id}/components", responses((status = 200, body = ComponentsDto)))]
pub async fn put_components(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    if_match: IfMatch,
    body: Body<PutComponentsDto>,
) -> Answer {
    let command = body.into_inner().into();
    respond(
        &caller,
        async |ctx| put_components::put_components(&app, ctx, id.id(), if_match.expected(), command).await,
        shown,
    )
    .await
}

#[derive(Serialize, ToSchema)]
pub struct LimitedByDto {
    item_id: ItemId,
    sku: String,
    available: Quantity,
    /// For one
    needed: Quantity,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "item_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "warehouse_id": null, "kind": "kit",
    "on_hand": "0", "reserved": "0", "expired": "0", "available": "3", "can_make": null,
    "limited_by": {
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "sku": "CUP", "available": "45", "needed": "12",
    },
}))]
pub struct AvailabilityDto {
    item_id: ItemId,
    /// `null` of all warehouses together
    #[schema(required)]
    warehouse_id: Option<WarehouseId>,
    /// `null` of a plain item
    #[schema(required)]
    kind: Option<BillKindDto>,
    on_hand: Quantity,
    reserved: Quantity,
    /// On hand and past its last day
    expired: Quantity,
    /// What can be promised; of a kit, as many as its parts are enough for
    available: Quantity,
    /// Of an assembly, how many more its parts are enough for
    #[schema(required)]
    can_make: Option<Quantity>,
    /// The scarcest of the parts
    #[schema(required)]
    limited_by: Option<LimitedByDto>,
}

impl From<Availability> for AvailabilityDto {
    fn from(of: Availability) -> Self {
        Self {
            item_id: of.item,
            warehouse_id: of.warehouse,
            kind: of.kind.map(Into::into),
            on_hand: of.on_hand,
            reserved: of.reserved,
            expired: of.expired,
            available: of.available,
            can_make: of.can_make,
            limited_by: of.limited_by.map(|part| LimitedByDto {
                item_id: part.item,
                sku: part.sku,
                available: part.available,
                needed: part.needed,
            }),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct AvailabilityParams {
    /// At this warehouse; at all when left out, where the parts of a kit count by warehouse
    warehouse_id: Option<WarehouseId>,
}

/// Shows how much of an item can be promised
#[utoipa::path(get, path = "/items/{id}/availability", responses((status = 200, body = AvailabilityDto)))]
pub async fn show_availability(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    query: Query<AvailabilityParams>,
) -> Answer {
    let found = show_availability::show_availability(&app, &caller, id.id(), query.warehouse_id).await?;
    Ok(Rendered::ok(&AvailabilityDto::from(found)).etag_of_body())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "quantity": "2", "expires_at": "2026-02-03T10:00:00Z", "reference": "cart 17",
}))]
pub struct ReserveKitDto {
    /// More than 0; whole where the kit is counted
    quantity: Quantity,
    /// The kit's own when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    /// Of all the parts; the main one when left out
    warehouse_id: Option<WarehouseId>,
    /// From then on it holds nothing
    expires_at: Option<DateTime<Utc>>,
    /// The tenant's own: an order, a cart. All reservations have it
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "item_id": "0190a5c8-7d3e-7a61-8f2b-5d6e7f8091a2", "quantity": "2",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "reservations": [{
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "lot_id": null, "quantity": "5",
    "status": "active", "expires_at": "2026-02-03T09:45:00Z", "reference": "order 10248",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}],
}))]
pub struct ReservedKitDto {
    item_id: ItemId,
    quantity: Quantity,
    warehouse_id: WarehouseId,
    /// One for each part
    reservations: Vec<ReservationDto>,
}

/// Reserves the parts of a kit
///
/// All of them or none. Each reservation is shipped, extended and released like any other.
#[utoipa::path(post, path = "/items/{id}/kit-reservations", responses((status = 201, body = ReservedKitDto)))]
pub async fn reserve_kit(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    body: Body<ReserveKitDto>,
) -> Answer {
    let ReserveKitDto { quantity, unit, warehouse_id, expires_at, reference } = body.into_inner();
    let item = id.id();
    let command = ReserveKit { item, quantity, unit, warehouse: warehouse_id, expires_at, reference };
    let now = caller.now();
    respond(
        &caller,
        async |ctx| reserve_kit::reserve_kit(&app, ctx, command).await,
        move |reserved: &ReservedKit| {
            let dto = ReservedKitDto {
                item_id: reserved.item,
                quantity: reserved.quantity,
                warehouse_id: reserved.warehouse,
                reservations: reserved.reservations.iter().map(|one| ReservationDto::at(now, one)).collect(),
            };
            Rendered::created("/api/v1/inventory/reservations", &dto)
        },
    )
    .await
}
