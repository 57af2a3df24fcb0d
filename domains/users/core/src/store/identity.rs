//! Who a token's hash belongs to: one look-up across tenants, with everything that may have been revoked since.

use crate::domain::{MembershipId, OauthClientId, Policy};
use crate::store::api_key::Grant;
use crate::store::{builtin_role, session, tenant_policy};
use chrono::{DateTime, Utc};
use data::System;
use kernel::ctx::{Mode, Strength};
use kernel::id::{CredentialId, OperatorId};
use kernel::permission::BuiltinRole;
use kernel::{TenantId, UserId};
use sea_orm::{FromQueryResult, Value};
use std::num::NonZeroU32;

/// The holder of a session or key that is neither revoked nor in a tenant or membership that may not act. Whether it
/// has expired is for the caller to see, at each use.
#[derive(Debug)]
pub struct Holder {
    pub credential: CredentialId,
    pub tenant: TenantId,
    pub mode: Mode,
    pub user: UserId,
    pub membership: MembershipId,
    /// Of a key: no more than this of what its maker may do.
    pub key: Option<Grant>,
    /// Of a session: by what its holder has proved who they are.
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
    /// Of a session: from when on its length counts.
    pub signed_in_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    /// Of a session that an operator has as this member.
    pub support: Option<Support>,
    /// Of a session that a client has.
    pub client: Option<OfClient>,
    pub policy: Policy,
    /// Of a session: where its tenant has people of this domain come in by its provider alone.
    pub enforced: Option<Enforced>,
    /// Of the whole tenant, where it has a limit of its own.
    pub requests_per_minute: Option<NonZeroU32>,
}

/// Whom a tenant asks to come in by its provider alone.
#[derive(Clone, Copy, Debug)]
pub struct Enforced {
    pub is_owner: bool,
}

/// An operator who looks at a tenant through one of its members, as far as the tenant lets them.
#[derive(Clone, Copy, Debug)]
pub struct Support {
    pub operator: OperatorId,
    pub most: BuiltinRole,
    pub granted_by: MembershipId,
}

/// A program of others, which acts for a member, or for itself in the place of the one who has registered it.
#[derive(Debug)]
pub struct OfClient {
    /// As whom it acts, where it does so for itself.
    pub actor: Option<CredentialId>,
    /// What it may do at most, and may be told.
    pub scopes: Vec<String>,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    credential_id: CredentialId,
    tenant_id: TenantId,
    mode: String,
    user_id: UserId,
    membership_id: MembershipId,
    key_role: Option<String>,
    key_scopes: Option<String>,
    strength: Option<String>,
    authenticated_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    operator_id: Option<OperatorId>,
    support_role: Option<String>,
    granted_by: Option<MembershipId>,
    oauth_client_id: Option<OauthClientId>,
    oauth_actor_id: Option<CredentialId>,
    client_scopes: Option<String>,
    /// 0: not asked for, 1: of an owner, 2: of another member.
    enforced: i64,
    requests_per_minute: Option<i64>,
    second_factor: Option<String>,
    sign_in_methods: Option<String>,
    address_ranges: Option<String>,
    session_minutes: Option<i64>,
}

/// What both look-ups share: the credential is `c`, found by `$1`, the hash.
macro_rules! of_active_member {
    ($columns:literal, $table:literal, $joined:literal, $found:literal, $further:literal) => {
        concat!(
            "SELECT c.public_id AS credential_id, c.tenant_id, t.mode, m.user_id, c.membership_id, c.created_at, ",
            "t.requests_per_minute, p.second_factor, p.sign_in_methods, p.address_ranges, p.session_minutes, ",
            $columns,
            " FROM ",
            $table,
            " c JOIN memberships m ON m.tenant_id = c.tenant_id AND m.public_id = c.membership_id ",
            "JOIN users u ON u.public_id = m.user_id ",
            "JOIN tenants t ON t.public_id = c.tenant_id ",
            "LEFT JOIN tenant_policies p ON p.tenant_id = c.tenant_id AND p.deleted_at IS NULL ",
            $joined,
            "WHERE (",
            $found,
            ") AND c.revoked_at IS NULL AND c.deleted_at IS NULL ",
            "AND m.state = 'active' AND m.deleted_at IS NULL AND u.deleted_at IS NULL ",
            "AND t.state = 'active' AND t.deleted_at IS NULL",
            $further
        )
    };
}

pub async fn of_access_token(system: &System, hash: [u8; 32]) -> Result<Option<Holder>, data::Error> {
    let sql = of_active_member!(
        "coalesce(c.authenticated_at, c.created_at) AS authenticated_at, c.access_expires_at AS expires_at, \
         c.strength, NULL AS key_role, NULL AS key_scopes, NULL AS last_used_at, c.operator_id, \
         g.role AS support_role, g.granted_by, c.oauth_client_id, c.oauth_actor_id, c.scopes AS client_scopes, \
         CAST(CASE WHEN NOT EXISTS (SELECT 1 FROM oidc_connections e WHERE e.tenant_id = c.tenant_id \
         AND e.enforcement = 'enforced' AND e.deleted_at IS NULL) THEN 0 \
         WHEN NOT EXISTS (SELECT 1 FROM verified_domains d WHERE d.tenant_id = c.tenant_id \
         AND d.verified_at IS NOT NULL AND d.deleted_at IS NULL AND u.email_key LIKE '%@' || d.domain) THEN 0 \
         WHEN m.role = 'owner' AND m.role_id IS NULL THEN 1 ELSE 2 END AS BIGINT) AS enforced",
        "sessions",
        "LEFT JOIN support_grants g ON g.tenant_id = c.tenant_id AND g.public_id = c.support_grant_id \
         LEFT JOIN operators o ON o.public_id = c.operator_id \
         LEFT JOIN oauth_clients oc ON oc.tenant_id = c.tenant_id AND oc.public_id = c.oauth_client_id \
         AND oc.deleted_at IS NULL ",
        "c.access_hash = $1",
        " AND (u.sessions_ended_at IS NULL OR coalesce(c.authenticated_at, c.created_at) >= u.sessions_ended_at) \
         AND (c.operator_id IS NULL OR (g.revoked_at IS NULL AND o.revoked_at IS NULL)) \
         AND (c.oauth_client_id IS NULL OR oc.public_id IS NOT NULL)"
    );
    holder(system, sql, vec![hash.to_vec().into()]).await
}

/// By its secret, or the one before it while that is good: no longer than the key itself.
pub async fn of_api_key(
    system: &System,
    hash: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Holder>, data::Error> {
    let sql = of_active_member!(
        "c.created_at AS authenticated_at, c.role AS key_role, c.scopes AS key_scopes, c.last_used_at, \
         NULL AS strength, NULL AS operator_id, NULL AS support_role, NULL AS granted_by, \
         NULL AS oauth_client_id, NULL AS oauth_actor_id, NULL AS client_scopes, CAST(0 AS BIGINT) AS enforced, \
         CASE WHEN c.hash = $1 OR c.expires_at <= c.previous_until THEN c.expires_at ELSE c.previous_until END \
         AS expires_at",
        "api_keys",
        "",
        "c.hash = $1 OR (c.previous_hash = $1 AND c.previous_until > $2)",
        ""
    );
    holder(system, sql, vec![hash.to_vec().into(), now.into()]).await
}

async fn holder(system: &System, sql: &str, values: Vec<Value>) -> Result<Option<Holder>, data::Error> {
    let rows = system.query_all(sql, values).await?;
    let row = rows.first().map(|row| Row::from_query_result(row, "")).transpose()?;
    row.map(Row::into_holder).transpose()
}

impl Row {
    fn into_holder(self) -> Result<Holder, data::Error> {
        let grant = |role: &str| Grant::from_columns(role, self.key_scopes.as_deref());
        Ok(Holder {
            credential: self.credential_id,
            tenant: self.tenant_id,
            mode: if self.mode == "test" { Mode::Test } else { Mode::Live },
            user: self.user_id,
            membership: self.membership_id,
            key: self.key_role.as_deref().map(grant).transpose()?,
            strength: session::strength(self.strength.as_deref())?,
            authenticated_at: self.authenticated_at,
            signed_in_at: session::signed_in_at(self.created_at, self.authenticated_at),
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            support: match (self.operator_id, self.support_role.as_deref(), self.granted_by) {
                (Some(operator), Some(role), Some(granted_by)) => {
                    Some(Support { operator, most: builtin_role(role)?, granted_by })
                }
                (Some(_), ..) => {
                    return Err(data::Error::internal("an operator's session without a grant"));
                }
                (None, ..) => None,
            },
            client: match self.oauth_client_id {
                Some(_) => {
                    let scopes = session::scopes_of(self.client_scopes.as_deref())?;
                    Some(OfClient { actor: self.oauth_actor_id, scopes })
                }
                None => None,
            },
            policy: match (self.second_factor, self.sign_in_methods, self.address_ranges) {
                (Some(second_factor), Some(methods), Some(ranges)) => {
                    tenant_policy::parsed(&second_factor, &methods, &ranges, self.session_minutes)?
                }
                _ => Policy::default(),
            },
            enforced: (self.enforced != 0).then_some(Enforced { is_owner: self.enforced == 1 }),
            requests_per_minute: self
                .requests_per_minute
                .and_then(|limit| u32::try_from(limit).ok()?.try_into().ok()),
        })
    }
}
