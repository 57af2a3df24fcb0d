//! The two tokens of a session, and the key under which a token's holder is cached.

use crate::app::App;
use crate::store::session::Access;
use chrono::{DateTime, Utc};
use kernel::{TenantId, UserId};
use secrets::Token;

pub const ACCESS_PREFIX: &str = "ins_at";
pub const API_KEY_PREFIX: &str = "ins_live";
const REFRESH_PREFIX: &str = "ins_rt";

/// What a client gets, once.
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

    pub fn for_client(self, tenant: TenantId, user: UserId) -> SessionTokens {
        SessionTokens {
            access_token: self.access.plain,
            expires_in_seconds: self.expires_in_seconds,
            refresh_token: self.refresh.plain,
            tenant,
            user,
        }
    }
}

/// The tokens themselves are in no cache.
pub fn cache_key(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
