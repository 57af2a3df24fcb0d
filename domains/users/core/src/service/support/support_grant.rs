//! A grant of support access as the tenant sees it.

use crate::domain::support::SupportRole;
use crate::domain::{MembershipId, SupportGrantId};
use crate::error::Error;
use crate::store::support_grant::Model;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct SupportGrant {
    pub id: SupportGrantId,
    pub role: SupportRole,
    pub reason: String,
    pub granted_by: MembershipId,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub fn of(row: Model) -> Result<SupportGrant, Error> {
    Ok(SupportGrant {
        id: row.public_id,
        role: row.role()?,
        reason: row.reason,
        granted_by: row.granted_by,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What an audit entry says of one.
pub fn audited(row: &Model) -> Value {
    json!({
        "role": row.role, "reason": row.reason, "granted_by": row.granted_by,
        "expires_at": row.expires_at, "revoked_at": row.revoked_at,
    })
}
