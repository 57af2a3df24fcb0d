//! An API key as its tenant sees it, all but the secret; and what the use cases on one share.

use crate::app::App;
use crate::domain::role::granted;
use crate::error::Error;
use crate::service::sessions::tokens::{self, API_KEY_PREFIX, API_KEY_TEST_PREFIX};
use crate::store::api_key::{self, Grant};
use crate::store::membership;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use kernel::ctx::Mode;
use kernel::id::CredentialId;
use kernel::permission::PermissionSet;
use kernel::{Ctx, UserId};
use secrets::Token;
use serde_json::{Value, json};

/// How much of the secret is kept to tell keys apart: `ins_live_` or `ins_test_`, and four characters.
const SHOWN_CHARACTERS: usize = API_KEY_PREFIX.len() + 5;

#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: CredentialId,
    pub name: String,
    pub prefix: String,
    pub grant: Grant,
    pub created_by: UserId,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ApiKey {
    /// Names what is shown of it: its version, and in the lower half the minute of its last use, which is no change
    /// of it. A use is noted once a minute at most, so no two have one tag.
    pub fn tag(&self) -> i64 {
        (self.version << 32) + self.last_used_at.map_or(0, |at| at.timestamp() / 60)
    }
}

/// The version of a tag: who changes a key need not have seen when it was used.
pub fn version_of(tag: i64) -> i64 {
    tag >> 32
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

pub async fn with_maker(tx: &Tx, row: api_key::Model) -> Result<ApiKey, Error> {
    from_rows(tx, vec![row]).await?.pop().ok_or(Error::ApiKeyNotFound)
}

pub fn from_row(row: api_key::Model, created_by: UserId) -> Result<ApiKey, Error> {
    Ok(ApiKey {
        id: row.public_id,
        grant: row.grant()?,
        name: row.name,
        prefix: row.prefix,
        created_by,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// What a key may do where its maker may. Names that no domain declares any more grant nothing.
pub fn permissions_of(app: &App, grant: &Grant) -> PermissionSet {
    match grant {
        Grant::Role(role) => app.permissions.of_role(*role),
        Grant::Scopes(names) => granted(names, &app.permissions),
    }
}

pub fn has_ended(row: &api_key::Model, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_some() || row.expires_at.is_some_and(|at| at <= now)
}

/// What has ended stays as it is.
pub fn require_good(row: &api_key::Model, now: DateTime<Utc>) -> Result<(), Error> {
    if has_ended(row, now) { Err(Error::ApiKeyRevoked) } else { Ok(()) }
}

/// Another secret, which shows whether its tenant is live or test.
pub fn new_secret(ctx: &Ctx) -> Token {
    secrets::token(match ctx.principal().mode {
        Mode::Live => API_KEY_PREFIX,
        Mode::Test => API_KEY_TEST_PREFIX,
    })
}

pub fn shown_of(secret: &Token) -> &str {
    &secret.plain[..SHOWN_CHARACTERS]
}

/// Others may end a key or have it end sooner, and no more.
pub async fn require_own(unit: &Unit, row: &api_key::Model, user: UserId) -> Result<(), Error> {
    let own = membership::of_user(unit, user).await?.ok_or(Error::NotAMember)?;
    if own.public_id == row.membership_id { Ok(()) } else { Err(Error::NotOwnKey) }
}

/// Whose its secrets are is asked of the database again, once the unit has ended.
pub fn forget(app: &App, unit: &mut Unit, row: &api_key::Model) {
    tokens::forget(app, unit, &row.hash);
    if let Some(previous) = &row.previous_hash {
        tokens::forget(app, unit, previous);
    }
}

/// What an audit entry says of one.
pub fn audited(row: &api_key::Model) -> Result<Value, Error> {
    let (role, scopes) = match row.grant()? {
        Grant::Role(role) => (role.name(), None),
        Grant::Scopes(names) => ("custom", Some(names)),
    };
    Ok(json!({
        "name": row.name, "prefix": row.prefix, "role": role, "scopes": scopes, "expires_at": row.expires_at,
        "previous_until": row.previous_until, "revoked_at": row.revoked_at,
    }))
}
