//! Which client it is that asks for tokens: one that can keep a secret by that, any other by saying its name.

use crate::app::App;
use crate::error::Error;
use crate::service::oauth::refusal::Refusal;
use crate::store::oauth_client::{self, Client};
use crate::store::tenant;
use chrono::{DateTime, Utc};
use kernel::Visitor;
use secrets::{hash_token, same};

pub struct ClientCredentials {
    pub client_id: String,
    pub secret: Option<String>,
}

pub async fn authenticate_client(
    app: &App,
    visitor: &Visitor,
    credentials: &ClientCredentials,
) -> Result<Client, Refusal> {
    let client = find(app, visitor, &credentials.client_id).await?.ok_or(Refusal::InvalidClient)?;
    let is_it = match (&credentials.secret, client.is_public()) {
        (Some(secret), false) => is_secret_of(&client, secret, visitor.now()),
        (None, is_public) => is_public,
        (Some(_), true) => false,
    };
    if is_it { Ok(client) } else { Err(Refusal::InvalidClient) }
}

/// In a tenant that is active.
pub async fn find(app: &App, visitor: &Visitor, client_id: &str) -> Result<Option<Client>, Error> {
    let system = app.databases.system_read("oauth: whose client this is").await?;
    let found = oauth_client::by_client_id(&system, client_id).await?;
    drop(system);
    let Some(client) = found else { return Ok(None) };
    let read = app.databases.read(&visitor.enter(client.tenant, "users")).await?;
    let is_active = tenant::own(&read).await?.is_some_and(|tenant| tenant.is_active());
    Ok(Some(client).filter(|_| is_active))
}

/// The present one, or the one before it while that is good.
fn is_secret_of(client: &Client, secret: &str, now: DateTime<Utc>) -> bool {
    let hash = hash_token(secret);
    let is = |kept: &Option<Vec<u8>>| kept.as_deref().is_some_and(|kept| same(kept, &hash));
    is(&client.secret_hash)
        || client.previous_until.is_some_and(|until| until > now) && is(&client.previous_hash)
}
