//! A tenant as an operator of the installation sees it: what it is called and how far it may go, and nothing of what is
//! in it.

use crate::domain::TenantState;
use crate::error::Error;
use crate::store::tenant;
use chrono::{DateTime, Utc};
use kernel::TenantId;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct PlatformTenant {
    pub id: TenantId,
    pub name: String,
    pub state: TenantState,
    pub mode: String,
    pub suspension_reason: Option<String>,
    pub requests_per_minute: Option<i64>,
    pub max_members: Option<i64>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: tenant::Model) -> Result<PlatformTenant, Error> {
    Ok(PlatformTenant {
        id: row.public_id,
        state: row.state()?,
        name: row.name,
        mode: row.mode,
        suspension_reason: row.suspension_reason,
        requests_per_minute: row.requests_per_minute,
        max_members: row.max_members,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What an operator decides of it, as it is.
pub fn terms(row: &tenant::Model) -> Result<tenant::Terms, Error> {
    Ok(tenant::Terms {
        state: row.state()?,
        suspension_reason: row.suspension_reason.clone(),
        requests_per_minute: row.requests_per_minute,
        max_members: row.max_members,
    })
}

/// What an audit entry says of that.
pub fn audited(terms: &tenant::Terms) -> Value {
    json!({
        "state": terms.state.name(), "reason": terms.suspension_reason,
        "requests_per_minute": terms.requests_per_minute, "max_members": terms.max_members,
    })
}
