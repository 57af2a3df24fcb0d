//! A client acts for itself (RFC 6749, 4.4): as an API key does, in the place of whoever has registered it and no further than
//! they may now. Nothing renews its token, since its secret gets it another.

use crate::app::App;
use crate::domain::oauth::{GrantType, OF_IDENTITY, machine, requested};
use crate::error::Error;
use crate::service::oauth::refusal::Refusal;
use crate::service::sessions::tokens::{ForClient, Pair, SessionTokens, TokenFor};
use crate::service::tenants::policy;
use crate::store::oauth_client::Client;
use crate::store::session::{self, NewClientSession};
use crate::store::{membership, oauth_client};
use data::AuditEntry;
use kernel::ctx::Strength;
use kernel::{Ctx, UserId, Visitor};
use serde_json::json;

pub async fn grant_client_credentials(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    scope: Option<&str>,
) -> Result<SessionTokens, Refusal> {
    if client.is_public() || !client.may(GrantType::ClientCredentials) {
        return Err(Refusal::UnauthorizedClient);
    }
    let of_identity = |name: &String| OF_IDENTITY.iter().any(|(scope, _)| scope == name);
    let all: Vec<String> = client.fields.scopes.iter().filter(|name| !of_identity(name)).cloned().collect();
    let scopes = match scope {
        Some(scope) => requested(scope, &all),
        None => Some(all).filter(|all| !all.is_empty()),
    };
    let scopes = scopes.ok_or(Refusal::InvalidScope)?;
    Ok(open(app, &visitor.enter(client.tenant, "users"), client, &scopes).await?)
}

async fn open(app: &App, ctx: &Ctx, client: &Client, scopes: &[String]) -> Result<SessionTokens, Error> {
    // There is no person in it, so its subject is the client (RFC 9068, 2.2).
    let subject = UserId::from_uuid(client.id.uuid());
    let (tenant, strength) = (ctx.tenant(), Strength::Key);
    let of = TokenFor { session: ctx.new_id(), tenant, user: subject, strength, authenticated_at: ctx.now() };
    let for_client = ForClient { client_id: &client.client_id, scopes };
    let pair = Pair::of_client(app, ctx.visitor(), of, for_client).await?;
    let mut unit = app.databases.write(ctx).await?;
    membership::to_act(&unit, client.membership).await?.ok_or(Error::NoMembership)?;
    let now = oauth_client::by_id_to_keep(&unit, client.id).await?.ok_or(Error::OauthClientNotFound)?;
    if !scopes.iter().all(|scope| now.fields.scopes.contains(scope)) {
        return Err(Error::ScopeNotGranted);
    }
    policy::require_address(&policy::own(&unit).await?.policy, ctx.visitor())?;
    let visitor = ctx.visitor();
    let new = NewClientSession {
        id: of.session,
        membership: client.membership,
        client: client.id,
        actor: Some(machine(client.id, scopes)),
        access: pair.access(),
        scopes,
        is_renewed: false,
        authenticated_at: ctx.now(),
        strength,
        device: visitor.user_agent.clone(),
        client_address: visitor.client_address.map(|address| address.to_string()),
    };
    session::insert_of_client(&unit, new).await?;
    unit.audit(AuditEntry {
        action: "users.session.create",
        resource: "session",
        resource_id: of.session.uuid(),
        before: None,
        after: Some(json!({ "oauth_client": client.id, "scopes": scopes })),
    })?;
    Ok(unit.commit(pair.for_client(tenant, subject)).await?)
}
