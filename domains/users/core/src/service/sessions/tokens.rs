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
const CLIENT_REFRESH_PREFIX: &str = "ins_crt";

/// What a client gets, once.
#[derive(Clone, Serialize, Deserialize)]
pub struct SessionTokens {
    pub access_token: String,
    pub expires_in_seconds: i64,
    pub refresh_token: String,
    pub tenant: TenantId,
    pub user: UserId,
    /// Of a client's, how far the access token goes.
    #[serde(default)]
    pub scopes: Vec<String>,
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

/// The client that tokens are made for, and how far they go.
#[derive(Clone, Copy, Debug)]
pub struct ForClient<'a> {
    pub client_id: &'a str,
    pub scopes: &'a [String],
}

pub struct Pair {
    pub session: CredentialId,
    access: String,
    refresh: Token,
    access_expires_at: DateTime<Utc>,
    pub refresh_expires_at: DateTime<Utc>,
    expires_in_seconds: i64,
    scopes: Vec<String>,
}

impl Pair {
    pub async fn new(app: &App, visitor: &Visitor, session: TokenFor) -> Result<Self, Error> {
        Self::of(app, visitor, session, None).await
    }

    pub async fn of_client(
        app: &App,
        visitor: &Visitor,
        session: TokenFor,
        client: ForClient<'_>,
    ) -> Result<Self, Error> {
        Self::of(app, visitor, session, Some(client)).await
    }

    async fn of(
        app: &App,
        visitor: &Visitor,
        session: TokenFor,
        client: Option<ForClient<'_>>,
    ) -> Result<Self, Error> {
        let (now, lifetime) = (visitor.now(), app.settings.access_token_lifetime());
        let claims = Claims {
            client_id: client.map(|client| client.client_id.to_owned()),
            scope: client.map(|client| client.scopes.join(" ")),
            ..claims(app, visitor, session, now + lifetime)
        };
        let refresh = match client {
            None => secrets::token(REFRESH_PREFIX),
            Some(_) => {
                let token = secrets::token(CLIENT_REFRESH_PREFIX);
                Token { hash: hash_client_token(&token.plain), ..token }
            }
        };
        Ok(Self {
            session: session.session,
            access: signing_keys::sign(app, visitor, &claims).await?,
            refresh,
            access_expires_at: now + lifetime,
            refresh_expires_at: now + app.settings.refresh_token_lifetime(),
            expires_in_seconds: lifetime.num_seconds(),
            scopes: client.map(|client| client.scopes.to_vec()).unwrap_or_default(),
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
            scopes: self.scopes.clone(),
        }
    }
}

/// Of the refresh token of a client: another hash than that of a person's, by which only a client that has proved itself looks
/// one up. So no node, of whichever version, takes it for a person's.
pub fn hash_client_token(plain: &str) -> [u8; 32] {
    hash_token(&format!("client:{plain}"))
}

/// Signed; `operator` is who looks through the person.
pub async fn access_token(
    app: &App,
    visitor: &Visitor,
    session: TokenFor,
    operator: Option<OperatorId>,
    expires_at: DateTime<Utc>,
) -> Result<String, Error> {
    let claims = Claims { act: operator.map(Act::of), ..claims(app, visitor, session, expires_at) };
    signing_keys::sign(app, visitor, &claims).await
}

fn claims(app: &App, visitor: &Visitor, session: TokenFor, expires_at: DateTime<Utc>) -> Claims {
    Claims {
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
        act: None,
        client_id: None,
        scope: None,
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
