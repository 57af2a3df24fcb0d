//! `/hold-rules`: which invoices wait for approval. They are made by publishing an approval definition.

use crate::domain::hold::HoldRule;
use crate::service::{App, read};
use billing_contract::HoldRuleId;
use chrono::{DateTime, Utc};
use kernel::Money;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, Caller, Listing, PageQuery, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Invoices over 1,000.00",
    "total_over": {"amount": 100000, "currency": "USD"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct HoldRuleDto {
    id: HoldRuleId,
    name: String,
    /// Totals strictly over it are held, in its currency alone
    total_over: Money,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<HoldRule> for HoldRuleDto {
    fn from(rule: HoldRule) -> Self {
        let HoldRule { id, name, total_over, created_at, updated_at, .. } = rule;
        Self { id, name, total_over, created_at, updated_at }
    }
}

/// Lists hold rules
#[utoipa::path(get, path = "/hold-rules", responses((status = 200, body = Listing<HoldRuleDto>)))]
pub async fn list_hold_rules(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = read::list_hold_rules(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(HoldRuleDto::from)))
}
