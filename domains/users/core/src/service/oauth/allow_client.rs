//! A member lets a client act for them, as far as they were told. The client gets a code for it, by way of the browser.

use crate::app::App;
use crate::domain::oauth::{CODE_LIFETIME, CODE_PREFIX};
use crate::error::Error;
use crate::service::oauth::authorization::Asked;
use crate::service::oauth::sign_in_to_authorize::SignedIn;
use crate::service::tenants::policy;
use crate::store::oauth_client::from_json;
use crate::store::oauth_code::{self, NewCode};
use crate::store::{membership, oauth_client, oauth_grant, user};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Visitor};
use serde_json::json;
use std::collections::BTreeSet;

/// The code.
pub async fn allow_client(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    who: &SignedIn,
) -> Result<String, Error> {
    let ctx = visitor.enter(asked.client.tenant, "users");
    let mut unit = app.databases.write(&ctx).await?;
    require_still_in(&unit, &ctx, who).await?;
    let client = oauth_client::by_id_to_keep(&unit, asked.client.id).await?;
    client.ok_or(Error::OauthClientNotFound)?;
    keep(&mut unit, &ctx, asked, who).await?;
    let code = secrets::token(CODE_PREFIX);
    let new = NewCode {
        id: ctx.new_id(),
        membership: who.membership,
        client: asked.client.id,
        hash: code.hash,
        redirect_uri: &asked.redirect_uri,
        challenge: &asked.challenge,
        scopes: &asked.scopes,
        nonce: asked.nonce.as_deref(),
        strength: who.strength,
        authenticated_at: who.authenticated_at,
        expires_at: ctx.now() + CODE_LIFETIME,
    };
    oauth_code::insert(&unit, &ctx, new).await?;
    Ok(unit.commit(code.plain).await?)
}

/// A few minutes have gone by since they signed in.
async fn require_still_in(unit: &Unit, ctx: &Ctx, who: &SignedIn) -> Result<(), Error> {
    let person = user::by_id(unit, who.user).await?.ok_or(Error::NoMembership)?;
    if person.sessions_ended_at.is_some_and(|at| at > who.authenticated_at) {
        return Err(Error::SessionEnded);
    }
    membership::to_act(unit, who.membership).await?.ok_or(Error::NoMembership)?;
    policy::admit(unit, ctx.visitor(), who.user, who.strength, who.authenticated_at).await
}

/// What they let it do from now on, beside what they did before.
async fn keep(unit: &mut Unit, ctx: &Ctx, asked: &Asked, who: &SignedIn) -> Result<(), Error> {
    let client = asked.client.id;
    let former = oauth_grant::to_change(unit, who.membership, client).await?;
    let before = former.as_ref().map(|grant| from_json(&grant.scopes)).transpose()?;
    let all: BTreeSet<String> = before.iter().flatten().chain(&asked.scopes).cloned().collect();
    let all: Vec<String> = all.into_iter().collect();
    let grant = match former {
        Some(former) => oauth_grant::widen(unit, former.public_id, &all).await?.ok_or_else(Error::stale)?,
        None => match oauth_grant::insert(unit, ctx, who.membership, client, &all).await {
            Err(error) if oauth_grant::is_there(&error) => return Err(Error::stale()),
            outcome => outcome?,
        },
    };
    unit.audit(AuditEntry {
        action: "users.oauth_grant.allow",
        resource: "oauth_grant",
        resource_id: grant.public_id.uuid(),
        before: before.map(|scopes| json!({ "client": client, "scopes": scopes })),
        after: Some(json!({ "client": client, "user": who.user, "scopes": all, "asked": asked.scopes })),
    })?;
    Ok(())
}
