//! `/lots/{id}/trace`: where a lot came from and to whom it went.

use crate::App;
use crate::domain::movement::MovementKind;
use crate::service::selling::trace_assemblies::Related;
use crate::service::selling::trace_lot::{self, Step};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LocationId, LotId, LotKind, MovementId, WarehouseId};
use kernel::Quantity;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, PathId, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "direction": "out", "kind": "shipment", "quantity": "-10",
    "happened_at": "2026-02-04T08:00:00Z", "warehouse_id": "0190a5c8-7d3e-7a61-8f2b-9a8b7c6d5e4f",
    "location_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "document_kind": "sales_order",
    "document_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "reference": "delivery note 8813",
    "order_reference": "SO-10248", "supplier_name": null, "customer_name": "Vins et alcools Chevalier",
    "customer_reference": "VINET", "reason": null, "lots": [], "truncated": false,
    "created_at": "2026-02-04T08:00:00Z", "updated_at": "2026-02-04T08:00:00Z",
}))]
pub struct LotStepDto {
    /// Of the movement
    id: MovementId,
    direction: DirectionDto,
    /// As the movement has it: `receipt`, `shipment`, `return`
    kind: String,
    /// Negative when stock left
    quantity: Quantity,
    happened_at: DateTime<Utc>,
    warehouse_id: WarehouseId,
    location_id: LocationId,
    /// What it is a line of: `purchase_order`, `sales_order`
    #[schema(required)]
    document_kind: Option<String>,
    #[schema(required)]
    document_id: Option<Uuid>,
    #[schema(required)]
    reference: Option<String>,
    /// Of the sales order, or of the purchase order for a caller with `inventory.purchases.read`
    #[schema(required)]
    order_reference: Option<String>,
    /// From whom it came, for a caller with `inventory.suppliers.read`
    #[schema(required)]
    supplier_name: Option<String>,
    /// To whom it went, or from whom it came back
    #[schema(required)]
    customer_name: Option<String>,
    #[schema(required)]
    customer_reference: Option<String>,
    #[schema(required)]
    reason: Option<String>,
    /// Of an assembly, the lots that were made of this one, or of which it was made, and so on from those: at most 200 on a
    /// page, over at most 8 assemblies. Each has a trace of its own
    lots: Vec<LotOnTraceDto>,
    /// Whether `lots` leaves some out: there are more than that, or one step on the way has more than 2,000
    /// movements. The traces of those that are shown go on
    truncated: bool,
    created_at: DateTime<Utc>,
    /// As it was created: a movement is never altered
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectionDto {
    In,
    Out,
    /// From one place to another
    Moved,
}

#[derive(Serialize, ToSchema)]
pub struct LotOnTraceDto {
    id: LotId,
    item_id: ItemId,
    code: String,
    /// How many assemblies away, from 1
    level: i64,
}

impl From<&Related> for LotOnTraceDto {
    fn from(related: &Related) -> Self {
        Self { id: related.lot, item_id: related.item, code: related.code.clone(), level: related.level }
    }
}

impl From<&Step> for LotStepDto {
    fn from(Step { movement, order, source, beyond }: &Step) -> Self {
        let fields = order.as_ref().map(|order| &order.fields);
        Self {
            id: movement.id,
            direction: match movement.kind {
                MovementKind::Transfer => DirectionDto::Moved,
                _ if movement.quantity.is_positive() => DirectionDto::In,
                _ => DirectionDto::Out,
            },
            kind: movement.kind.name().to_owned(),
            quantity: movement.quantity,
            happened_at: movement.happened_at,
            warehouse_id: movement.warehouse,
            location_id: movement.location,
            document_kind: movement.document.map(|document| document.kind.name().to_owned()),
            document_id: movement.document.map(|document| document.id),
            reference: movement.reference.clone(),
            order_reference: match (fields, source) {
                (Some(fields), _) => fields.reference.clone(),
                (None, source) => source.as_ref().and_then(|source| source.order_reference.clone()),
            },
            supplier_name: source.as_ref().and_then(|source| source.supplier_name.clone()),
            customer_name: fields.map(|fields| fields.customer_name.clone()),
            customer_reference: fields.and_then(|fields| fields.customer_reference.clone()),
            reason: movement.reason.clone(),
            lots: beyond.lots.iter().map(LotOnTraceDto::from).collect(),
            truncated: beyond.truncated,
            created_at: movement.recorded_at,
            updated_at: movement.recorded_at,
        }
    }
}

/// Traces a lot
///
/// Where it came from and to whom it went: its movements, each with the order that it is a line of. From whom it came is left
/// out where the caller may not see suppliers or purchase orders.
#[utoipa::path(get, path = "/lots/{id}/trace", responses((status = 200, body = Listing<LotStepDto>)))]
pub async fn trace_lot(app: State<App>, caller: Caller, id: PathId<LotKind>, page: PageQuery) -> Answer {
    let found = trace_lot::trace_lot(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|step| LotStepDto::from(&step))))
}
