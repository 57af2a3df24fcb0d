//! An API key as its tenant sees it: all but the secret.

use crate::error::Error;
use crate::store::{api_key, membership};
use chrono::{DateTime, Utc};
use data::Tx;
use kernel::UserId;
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;

#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: CredentialId,
    pub name: String,
    pub prefix: String,
    pub role: BuiltinRole,
    pub created_by: UserId,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// With the people who made them.
pub async fn from_rows(tx: &Tx, rows: Vec<api_key::Model>) -> Result<Vec<ApiKey>, Error> {
    let makers = membership::users_of(tx, rows.iter().map(|row| row.membership_id).collect()).await?;
    let keys = rows.into_iter().map(|row| {
        let maker = makers.get(&row.membership_id).copied();
        from_row(row, maker.ok_or_else(|| data::Error::internal("an API key without its maker"))?)
    });
    keys.collect()
}

pub fn from_row(row: api_key::Model, created_by: UserId) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        id: row.public_id,
        role: row.role()?,
        name: row.name,
        prefix: row.prefix,
        created_by,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
