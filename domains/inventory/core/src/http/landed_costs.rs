//! `/landed-costs`

use crate::App;
use crate::domain::costing::landed::{Basis, LandedCost, LandedLine};
use crate::service::valuation::create_landed_cost::{self, CreateLandedCost};
use crate::service::valuation::list_landed_costs;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LandedCostId, LandedCostKind, MovementId};
use kernel::{Currency, Money, Quantity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond, wire_enum};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "amount": {"amount": 10000, "currency": "USD"},
    "basis": "quantity", "reference": "freight 4711",
    "lines": [{
        "movement_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a",
        "item_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "quantity": "10",
        "amount": {"amount": 10000, "currency": "USD"}, "in_stock": {"amount": 6000, "currency": "USD"},
    }],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct LandedCostDto {
    id: LandedCostId,
    /// A credit is below 0
    amount: Money,
    basis: BasisDto,
    #[schema(required)]
    reference: Option<String>,
    /// What each receipt bears, which adds up to the amount
    #[schema(max_items = 100)]
    lines: Vec<LandedLineDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct LandedLineDto {
    movement_id: MovementId,
    item_id: ItemId,
    /// Of the receipt
    quantity: Quantity,
    amount: Money,
    /// Of that, what the stock is worth more; the rest is cost of what had been issued, or a variance of the standard
    in_stock: Money,
}

wire_enum! {
    /// By what the receipts bear it: their values, their quantities, or each the same
    BasisDto = Basis {
        Value,
        Quantity,
        Equally,
    }
}

impl LandedLineDto {
    fn of(line: &LandedLine, currency: Currency) -> Self {
        Self {
            movement_id: line.movement,
            item_id: line.item,
            quantity: line.quantity,
            amount: Money::new(line.amount_minor, currency),
            in_stock: Money::new(line.kept_minor, currency),
        }
    }
}

impl From<&LandedCost> for LandedCostDto {
    fn from(cost: &LandedCost) -> Self {
        let currency = cost.amount.currency;
        Self {
            id: cost.id,
            amount: cost.amount,
            basis: cost.basis.into(),
            reference: cost.reference.clone(),
            lines: cost.lines.iter().map(|line| LandedLineDto::of(line, currency)).collect(),
            created_at: cost.created_at,
            updated_at: cost.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "amount": {"amount": 10000, "currency": "USD"}, "basis": "quantity", "reference": "freight 4711",
    "lines": [{ "movement_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f7a" }],
}))]
pub struct CreateLandedCostDto {
    /// The caller's own, if it has one
    id: Option<LandedCostId>,
    /// Not 0; a credit is below it
    amount: Money,
    basis: BasisDto,
    /// The receipts that it is of, each once
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<LandedLineInputDto>,
    /// The tenant's own: an invoice of the carrier
    #[schema(max_length = 200)]
    reference: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LandedLineInputDto {
    movement_id: MovementId,
}

/// Allocates a cost of bringing stock here
#[utoipa::path(post, path = "/landed-costs", responses((status = 201, body = LandedCostDto)))]
pub async fn create_landed_cost(app: State<App>, caller: Caller, body: Body<CreateLandedCostDto>) -> Answer {
    let CreateLandedCostDto { id, amount, basis, lines, reference } = body.into_inner();
    let movements = lines.into_iter().map(|line| line.movement_id).collect();
    let command = CreateLandedCost { id, amount, basis: basis.into(), movements, reference };
    respond(
        &caller,
        async |ctx| create_landed_cost::create_landed_cost(&app, ctx, command).await,
        |cost: &LandedCost| {
            let location = format!("/api/v1/inventory/landed-costs/{}", cost.id);
            Rendered::created(location, &LandedCostDto::from(cost)).etag(cost.version)
        },
    )
    .await
}

/// Lists landed costs
#[utoipa::path(get, path = "/landed-costs", responses((status = 200, body = Listing<LandedCostDto>)))]
pub async fn list_landed_costs(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = list_landed_costs::list_landed_costs(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|cost| LandedCostDto::from(&cost))))
}

/// Shows a landed cost
#[utoipa::path(get, path = "/landed-costs/{id}", responses((status = 200, body = LandedCostDto)))]
pub async fn get_landed_cost(app: State<App>, caller: Caller, id: PathId<LandedCostKind>) -> Answer {
    let cost = list_landed_costs::get_landed_cost(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&LandedCostDto::from(&cost)).etag(cost.version))
}
