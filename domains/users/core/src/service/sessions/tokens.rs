//! The two tokens of a session, and the key under which a token's holder is cached.

use crate::app::App;
use crate::domain::access_token::{Act, Claims, methods};
use crate::error::Error;
use crate::service::sessions::signing_keys;
use crate::store::session::Access;
use chrono::{DateTime, Utc};
use data::Unit;
use kernel::ctx::Strength;
use kernel::id::{CredentialId, OperatorId};
use kernel::{TenantId, UserId, Visitor};
use secrets::{Token, hash_token};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub const OPERATOR_PREFIX: &str = "ins_op";
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

/// The session that tokens are made for.
#[derive(Clone, Copy, Debug)]
pub struct TokenFor {
    pub session: CredentialId,
    pub tenant: TenantId,
    pub user: UserId,
    pub strength: Strength,
    pub authenticated_at: DateTime<Utc>,
}

pub struct Pair {
    pub session: CredentialId,
    access: String,
    refresh: Token,
    access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: DateTime<Utc>,
    expires_in_seconds: i64,
}

impl Pair {
    pub async fn new(app: &App, visitor: &Visitor, session: TokenFor) -> Result<Self, Error> {
        let (now, lifetime) = (visitor.now(), app.settings.access_token_lifetime());
        Ok(Self {
            session: session.session,
            access: access_token(app, visitor, session, None, now + lifetime).await?,
            refresh: secrets::token(REFRESH_PREFIX),
            access_expires_at: now + lifetime,
            refresh_expires_at: now + app.settings.refresh_token_lifetime(),
            expires_in_seconds: lifetime.num_seconds(),
        })
    }

    pub fn access(&self) -> Access {
        Access { hash: hash_token(&self.access), expires_at: self.access_expires_at }
    }

    pub fn refresh_hash(&self) -> [u8; 32] {
        self.refresh.hash
    }

    pub fn for_client(&self, tenant: TenantId, user: UserId) -> SessionTokens {
        SessionTokens {
            access_token: self.access.clone(),
            expires_in_seconds: self.expires_in_seconds,
            refresh_token: self.refresh.plain.clone(),
            tenant,
            user,
        }
    }
}

/// Signed; `operator` is who looks through the person.
pub async fn access_token(
    app: &App,
    visitor: &Visitor,
    session: TokenFor,
    operator: Option<OperatorId>,
    expires_at: DateTime<Utc>,
) -> Result<String, Error> {
    let claims = Claims {
        iss: app.issuer.clone(),
        aud: app.issuer.clone(),
        sub: session.user,
        tenant_id: session.tenant,
        sid: session.session,
        jti: CredentialId::new(visitor.now()).uuid(),
        iat: visitor.now().timestamp(),
        exp: expires_at.timestamp(),
        auth_time: session.authenticated_at.timestamp(),
        amr: methods(session.strength),
        act: operator.map(Act::of),
    };
    signing_keys::sign(app, visitor, &claims).await
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
