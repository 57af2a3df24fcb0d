//! Who a token's hash belongs to: one look-up across tenants, with everything that may have been revoked since.

use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::System;
use kernel::ctx::Mode;
use kernel::id::CredentialId;
use kernel::permission::BuiltinRole;
use kernel::{TenantId, UserId};
use sea_orm::FromQueryResult;

/// The holder of a session or key that is neither revoked nor in a tenant or membership that may not act. Whether it
/// has expired is for the caller to see, at each use.
#[derive(Debug)]
pub struct Holder {
    pub credential: CredentialId,
    pub tenant: TenantId,
    pub mode: Mode,
    pub user: UserId,
    pub membership_role: BuiltinRole,
    /// Of a key; a session has its holder's.
    pub key_role: Option<BuiltinRole>,
    pub authenticated_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    credential_id: CredentialId,
    tenant_id: TenantId,
    mode: String,
    user_id: UserId,
    membership_role: String,
    key_role: Option<String>,
    authenticated_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

/// What both look-ups share: the credential is `c`.
macro_rules! of_active_member {
    ($columns:literal, $table:literal, $hash:literal) => {
        concat!(
            "SELECT c.public_id AS credential_id, c.tenant_id, t.mode, m.user_id, m.role AS membership_role, ",
            "c.created_at AS authenticated_at, ",
            $columns,
            " FROM ",
            $table,
            " c JOIN memberships m ON m.tenant_id = c.tenant_id AND m.public_id = c.membership_id ",
            "JOIN users u ON u.public_id = m.user_id ",
            "JOIN tenants t ON t.public_id = c.tenant_id ",
            "WHERE c.",
            $hash,
            " = $1 AND c.revoked_at IS NULL AND c.deleted_at IS NULL ",
            "AND m.state = 'active' AND m.deleted_at IS NULL AND u.deleted_at IS NULL ",
            "AND t.state = 'active' AND t.deleted_at IS NULL"
        )
    };
}

pub async fn of_access_token(system: &System, hash: [u8; 32]) -> Result<Option<Holder>, data::Error> {
    let sql = of_active_member!(
        "c.access_expires_at AS expires_at, NULL AS key_role, NULL AS last_used_at",
        "sessions",
        "access_hash"
    );
    holder(system, sql, hash).await
}

pub async fn of_api_key(system: &System, hash: [u8; 32]) -> Result<Option<Holder>, data::Error> {
    let sql = of_active_member!("c.expires_at, c.role AS key_role, c.last_used_at", "api_keys", "hash");
    holder(system, sql, hash).await
}

async fn holder(system: &System, sql: &str, hash: [u8; 32]) -> Result<Option<Holder>, data::Error> {
    let rows = system.query_all(sql, vec![hash.to_vec().into()]).await?;
    let row = rows.first().map(|row| Row::from_query_result(row, "")).transpose()?;
    row.map(Row::into_holder).transpose()
}

impl Row {
    fn into_holder(self) -> Result<Holder, data::Error> {
        Ok(Holder {
            credential: self.credential_id,
            tenant: self.tenant_id,
            mode: if self.mode == "test" { Mode::Test } else { Mode::Live },
            user: self.user_id,
            membership_role: role(&self.membership_role)?,
            key_role: self.key_role.as_deref().map(role).transpose()?,
            authenticated_at: self.authenticated_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
        })
    }
}

fn role(word: &str) -> Result<BuiltinRole, data::Error> {
    BuiltinRole::parse(word).ok_or_else(|| unknown("role", word))
}
