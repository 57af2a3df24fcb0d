//! A client as its tenant sees it, all but the secret; and what the use cases on one share.

use crate::app::App;
use crate::domain::oauth::{GrantType, SECRET_PREFIX, declared, granted};
use crate::domain::redirect_uri::{MAX_URIS, fault};
use crate::error::Error;
use crate::service::roles::authority::Acting;
use crate::service::sessions::tokens;
use crate::store::oauth_client::{Client, ClientFields};
use crate::store::{membership, session};
use data::{Tx, Unit};
use kernel::{Ctx, Faults, UserId};
use secrets::Token;
use serde_json::{Value, json};

const MAX_NAME: usize = 100;

#[derive(Clone, Debug)]
pub struct OauthClient {
    pub client: Client,
    pub created_by: UserId,
}

/// With the people who registered them.
pub async fn from_rows(tx: &Tx, rows: Vec<Client>) -> Result<Vec<OauthClient>, Error> {
    let makers = membership::users_of(tx, rows.iter().map(|row| row.membership).collect()).await?;
    let clients = rows.into_iter().map(|client| {
        let maker = makers.get(&client.membership).copied();
        let created_by = maker.ok_or_else(|| data::Error::internal("a client without its maker"))?;
        Ok::<_, Error>(OauthClient { client, created_by })
    });
    clients.collect()
}

pub async fn with_maker(tx: &Tx, row: Client) -> Result<OauthClient, Error> {
    from_rows(tx, vec![row]).await?.pop().ok_or(Error::OauthClientNotFound)
}

/// With its texts trimmed and checked.
pub fn worded(app: &App, fields: ClientFields, is_public: bool, faults: &mut Faults) -> ClientFields {
    let ClientFields { name, redirect_uris, scopes } = fields;
    let name = faults.text("/name", &name, MAX_NAME);
    if redirect_uris.len() > MAX_URIS {
        faults.add("/redirect_uris", "too_many", format!("must have at most {MAX_URIS} addresses"));
    }
    for (at, uri) in redirect_uris.iter().take(MAX_URIS).enumerate() {
        if let Some(fault) = fault(uri, is_public) {
            faults.add(format!("/redirect_uris/{at}"), "not_a_redirect_uri", fault);
        }
    }
    let scopes = declared(scopes, &app.permissions, faults);
    ClientFields { name, redirect_uris, scopes }
}

/// Where somebody is sent back, and only where.
pub fn require_redirects(grants: &[GrantType], fields: &ClientFields, faults: &mut Faults) {
    let leads_back = grants.contains(&GrantType::AuthorizationCode);
    let fits = leads_back != fields.redirect_uris.is_empty();
    let detail = "must have an address where grant_types has authorization_code, and none where it has not";
    faults.require(fits, "/redirect_uris", "wrong_number", detail);
}

/// Nobody registers what may do more than they.
pub fn require_scopes_covered(app: &App, acting: &Acting, scopes: &[String]) -> Result<(), Error> {
    acting.require_covered(&granted(scopes, &app.permissions))
}

/// One that acts for itself does so as its maker: whoever else had its secret, or widened it, would act as them.
pub async fn require_own(unit: &Unit, client: &Client, user: UserId) -> Result<(), Error> {
    if !client.may(GrantType::ClientCredentials) {
        return Ok(());
    }
    let own = membership::of_user(unit, user).await?.ok_or(Error::NotAMember)?;
    if own.public_id == client.membership { Ok(()) } else { Err(Error::NotOwnOauthClient) }
}

pub fn new_secret() -> Token {
    secrets::token(SECRET_PREFIX)
}

/// All that it has open, for whomever. How many they were.
pub async fn end_sessions(app: &App, ctx: &Ctx, unit: &mut Unit, client: &Client) -> Result<usize, Error> {
    let ended = session::revoke_of_client(unit, ctx, client.id, None).await?;
    ended.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
    Ok(ended.len())
}

/// What an audit entry says of one.
pub fn audited(client: &Client) -> Value {
    let grants: Vec<&str> = client.grant_types.iter().map(|grant| grant.name()).collect();
    let ClientFields { name, redirect_uris, scopes } = &client.fields;
    json!({
        "client_id": client.client_id, "name": name, "confidential": !client.is_public(), "grant_types": grants,
        "redirect_uris": redirect_uris, "scopes": scopes, "previous_until": client.previous_until,
    })
}
