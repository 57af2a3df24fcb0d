//! The two tokens of a session, and the key under which a token's holder is cached.

use crate::app::App;
use crate::error::Error;
use crate::store::session::Access;
use chrono::{DateTime, Utc};
use data::Unit;
use kernel::{TenantId, UserId};
use secrets::Token;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const ACCESS_PREFIX: &str = "ins_at";
pub const API_KEY_PREFIX: &str = "ins_live";
pub const API_KEY_TEST_PREFIX: &str = "ins_test";
const REFRESH_PREFIX: &str = "ins_rt";

/// What a client gets, once.
#[derive(Clone, Serialize, Deserialize)]
pub struct SessionTokens {
    pub access_token: String,
    pub expires_in_seconds: i64,
    pub refresh_token: String,
    pub tenant: TenantId,
    pub user: UserId,
}

pub struct Pair {
    access: Token,
    refresh: Token,
    access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: DateTime<Utc>,
    expires_in_seconds: i64,
}

impl Pair {
    pub fn new(app: &App, now: DateTime<Utc>) -> Self {
        let lifetime = app.settings.access_token_lifetime();
        Self {
            access: secrets::token(ACCESS_PREFIX),
            refresh: secrets::token(REFRESH_PREFIX),
            access_expires_at: now + lifetime,
            refresh_expires_at: now + app.settings.refresh_token_lifetime(),
            expires_in_seconds: lifetime.num_seconds(),
        }
    }

    pub fn access(&self) -> Access {
        Access { hash: self.access.hash, expires_at: self.access_expires_at }
    }

    pub fn refresh_hash(&self) -> [u8; 32] {
        self.refresh.hash
    }

    pub fn for_client(&self, tenant: TenantId, user: UserId) -> SessionTokens {
        SessionTokens {
            access_token: self.access.plain.clone(),
            expires_in_seconds: self.expires_in_seconds,
            refresh_token: self.refresh.plain.clone(),
            tenant,
            user,
        }
    }
}

/// The token of a link on its way into a mail, so that the message table does not show it.
pub fn sealed(app: &App, seal: &'static str, token: &str) -> Result<String, Error> {
    match serde_json::to_value(app.secrets.seal_value(seal, &token)).map_err(data::Error::internal)? {
        Value::String(text) => Ok(text),
        _ => Err(data::Error::internal("a sealed value is no text").into()),
    }
}

/// Whose token it was is asked of the database again, once the unit has ended.
pub fn forget(app: &App, unit: &mut Unit, hash: &[u8]) {
    unit.forget_of_all(&app.identities, cache_key(hash));
}

/// The tokens themselves are in no cache.
pub fn cache_key(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
