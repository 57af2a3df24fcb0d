//! What a token is good for now (RFC 7662), for a client of the same tenant that was handed one. Of any other token, and of
//! who is signed in by themselves, nothing is told.

use crate::app::App;
use crate::domain::access_token::{Claims, claims};
use crate::domain::oauth::OF_IDENTITY;
use crate::domain::refresh::{RefreshVerdict, judge};
use crate::error::Error;
use crate::service::oauth::refusal::Refusal;
use crate::service::sessions::authenticate::authenticate;
use crate::service::sessions::tokens;
use crate::store::oauth_client::Client;
use crate::store::refresh_token;
use kernel::{TenantId, UserId, Visitor};

#[derive(Debug)]
pub enum Introspected {
    Access {
        claims: Claims,
        /// What is left of them now.
        scopes: Vec<String>,
    },
    /// Of the client's own.
    Refresh { user: UserId, tenant: TenantId, scopes: Vec<String>, expires_at: i64 },
}

/// `None`: it is not good, or none of the client's business.
pub async fn introspect_token(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    token: &str,
) -> Result<Option<Introspected>, Refusal> {
    if client.is_public() {
        return Err(Refusal::UnauthorizedClient);
    }
    if let Some(refresh) = refresh(app, visitor, client, token).await? {
        return Ok(Some(refresh));
    }
    let Some(claims) = claims(token).filter(|claims| claims.client_id.is_some()) else { return Ok(None) };
    let principal = match authenticate(app, visitor, token).await {
        Err(Error::AddressNotAllowed) => None,
        found => found?,
    };
    let Some(principal) = principal.filter(|principal| principal.tenant == client.tenant) else {
        return Ok(None);
    };
    let is_left = |scope: &str| {
        OF_IDENTITY.iter().any(|(name, _)| *name == scope)
            || principal.permissions.names().any(|name| name == scope)
    };
    let scopes = claims.scope.as_deref().unwrap_or_default().split(' ').filter(|scope| is_left(scope));
    let scopes = scopes.map(str::to_owned).collect();
    Ok(Some(Introspected::Access { scopes, claims }))
}

async fn refresh(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    token: &str,
) -> Result<Option<Introspected>, Error> {
    let system = app.databases.system_read("oauth: what a refresh token is good for").await?;
    let found = refresh_token::by_hash(&system, tokens::hash_client_token(token)).await?;
    let own = found.filter(|found| {
        let is_own = (found.tenant, found.client) == (client.tenant, Some(client.id));
        is_own && judge(&found.presented, visitor.now()) == RefreshVerdict::Rotate
    });
    Ok(own.map(|found| Introspected::Refresh {
        user: found.user,
        tenant: found.tenant,
        expires_at: found.presented.expires_at.timestamp(),
        scopes: found.scopes,
    }))
}
