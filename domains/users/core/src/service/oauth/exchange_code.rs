//! A code for tokens (RFC 6749, 4.1.3): once, by the client that it is for, with what only that can know. One that comes a second
//! time was seen by somebody else, so what came of it ends.

use crate::app::App;
use crate::domain::access_token::{IdClaims, methods};
use crate::domain::oauth::{EMAIL, GrantType, OPENID, proves};
use crate::error::Error;
use crate::service::oauth::refusal::Refusal;
use crate::service::sessions::signing_keys;
use crate::service::sessions::tokens::{self, ForClient, Pair, SessionTokens, TokenFor};
use crate::service::tenants::policy;
use crate::store::oauth_client::{Client, from_json};
use crate::store::oauth_code::{self, Model};
use crate::store::session::{self, NewClientSession};
use crate::store::{membership, oauth_client, oauth_grant, refresh_token, user};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Visitor};
use secrets::hash_token;
use serde_json::json;

pub struct ExchangeCode<'a> {
    pub code: &'a str,
    /// OAuth 2.1 sends none, since the verifier proves more; where one is sent, it is that of the code.
    pub redirect_uri: Option<&'a str>,
    pub verifier: &'a str,
}

pub struct Exchanged {
    pub tokens: SessionTokens,
    pub is_renewed: bool,
    /// Where it was asked who has signed in.
    pub id_token: Option<String>,
}

const REFUSED: &str = "The code is unknown, was used before or has expired, or it is for another client, redirect_uri or \
     code_verifier. Begin again.";

pub async fn exchange_code(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    command: ExchangeCode<'_>,
) -> Result<Exchanged, Refusal> {
    if !client.may(GrantType::AuthorizationCode) {
        return Err(Refusal::UnauthorizedClient);
    }
    let code = find(app, client, command.code).await?.ok_or(Refusal::grant(REFUSED))?;
    let ctx = visitor.enter(client.tenant, "users");
    if code.used_at.is_some() {
        return Err(end_replayed(app, &ctx, &code).await?);
    }
    let leads_back = command.redirect_uri.is_none_or(|sent| sent == code.redirect_uri);
    let is_theirs = leads_back && proves(command.verifier, &code.challenge);
    if !is_theirs || code.expires_at <= ctx.now() {
        return Err(Refusal::grant(REFUSED));
    }
    match open(app, &ctx, client, &code).await? {
        Some(exchanged) => Ok(exchanged),
        // Used in the meantime: two have it.
        None => match find(app, client, command.code).await? {
            Some(code) if code.used_at.is_some() => Err(end_replayed(app, &ctx, &code).await?),
            _ => Err(Refusal::grant(REFUSED)),
        },
    }
}

/// One that is for this client.
async fn find(app: &App, client: &Client, code: &str) -> Result<Option<Model>, Error> {
    let system = app.databases.system_read("oauth: whose consent a code is of").await?;
    let found = oauth_code::by_hash(&system, hash_token(code)).await?;
    drop(system);
    Ok(found.filter(|code| (code.tenant_id, code.client_id) == (client.tenant, client.id)))
}

async fn end_replayed(app: &App, ctx: &Ctx, code: &Model) -> Result<Refusal, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let ended = match code.session_id {
        Some(session) => session::revoke(&unit, ctx, session).await?,
        None => None,
    };
    if let Some(ended) = ended {
        let (tenant, session) = (ctx.tenant(), ended.public_id);
        unit.audit(AuditEntry {
            action: "users.session.revoke",
            resource: "session",
            resource_id: session.uuid(),
            before: Some(json!({ "state": "active" })),
            after: Some(json!({ "state": "revoked", "reason": "oauth_code_reused" })),
        })?;
        tokens::forget(app, &mut unit, &ended.access_hash);
        unit.commit(()).await?;
        tracing::warn!(%tenant, %session, "a used authorization code came again");
    }
    Ok(Refusal::grant(REFUSED))
}

/// `None` when the code was spent in the meantime.
async fn open(app: &App, ctx: &Ctx, client: &Client, code: &Model) -> Result<Option<Exchanged>, Error> {
    let scopes = from_json(&code.scopes)?;
    let strength = code.strength()?;
    let read = app.databases.read(ctx).await?;
    let member = membership::by_id(&read, code.membership_id).await?.ok_or(Error::NoMembership)?;
    let person = user::by_id(&read, member.user_id).await?.ok_or(Error::NoMembership)?;
    drop(read);
    let of = TokenFor {
        session: ctx.new_id(),
        tenant: ctx.tenant(),
        user: member.user_id,
        strength,
        authenticated_at: code.authenticated_at,
    };
    let for_client = ForClient { client_id: &client.client_id, scopes: &scopes };
    let pair = Pair::of_client(app, ctx.visitor(), of, for_client).await?;
    let id_token = id_token(app, ctx, client, code, &of, &scopes, &person).await?;
    let is_renewed = client.may(GrantType::RefreshToken);
    let mut unit = app.databases.write(ctx).await?;
    // The member, the client, the grant: in the order in which who takes a member out holds them.
    membership::to_act(&unit, code.membership_id).await?.ok_or(Error::NoMembership)?;
    require_still_let(&unit, client, code, &scopes).await?;
    let now = user::by_id(&unit, member.user_id).await?.ok_or(Error::NoMembership)?;
    if now.sessions_ended_at.is_some_and(|at| at > code.authenticated_at) {
        return Err(Error::SessionEnded);
    }
    policy::admit(&unit, ctx.visitor(), member.user_id, strength, code.authenticated_at).await?;
    if !oauth_code::spend(&unit, ctx, code.public_id, of.session).await? {
        return Ok(None);
    }
    let new = NewClientSession {
        id: of.session,
        membership: code.membership_id,
        client: client.id,
        actor: None,
        access: pair.access(),
        scopes: &scopes,
        is_renewed,
        authenticated_at: code.authenticated_at,
        strength,
        device: code.device.clone(),
        client_address: code.client_address.clone(),
    };
    session::insert_of_client(&unit, new).await?;
    if is_renewed {
        let (hash, expires_at) = (pair.refresh_hash(), pair.refresh_expires_at);
        refresh_token::insert(&unit, ctx, of.session, hash, expires_at).await?;
    }
    unit.audit(AuditEntry {
        action: "users.session.create",
        resource: "session",
        resource_id: of.session.uuid(),
        before: None,
        after: Some(json!({
            "user": member.user_id, "strength": strength, "oauth_client": client.id, "scopes": scopes,
        })),
    })?;
    let tokens = pair.for_client(ctx.tenant(), member.user_id);
    Ok(Some(unit.commit(Exchanged { tokens, is_renewed, id_token }).await?))
}

/// Within the minute it may have been taken back, or given anew, which is for another code.
async fn require_still_let(
    unit: &Unit,
    client: &Client,
    code: &Model,
    scopes: &[String],
) -> Result<(), Error> {
    let now = oauth_client::by_id_to_keep(unit, client.id).await?.ok_or(Error::OauthClientNotFound)?;
    let grant = oauth_grant::to_keep(unit, code.membership_id, client.id).await?;
    let grant = grant.filter(|grant| grant.created_at <= code.created_at);
    let of_member = from_json(&grant.ok_or(Error::OauthGrantNotFound)?.scopes)?;
    let is_let = |scope: &String| now.fields.scopes.contains(scope) && of_member.contains(scope);
    if scopes.iter().all(is_let) { Ok(()) } else { Err(Error::OauthGrantNotFound) }
}

async fn id_token(
    app: &App,
    ctx: &Ctx,
    client: &Client,
    code: &Model,
    of: &TokenFor,
    scopes: &[String],
    person: &user::Model,
) -> Result<Option<String>, Error> {
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    if !has(OPENID) {
        return Ok(None);
    }
    let claims = IdClaims {
        iss: app.issuer.clone(),
        aud: client.client_id.clone(),
        sub: of.user,
        iat: ctx.now().timestamp(),
        exp: (ctx.now() + app.settings.access_token_lifetime()).timestamp(),
        auth_time: of.authenticated_at.timestamp(),
        amr: methods(of.strength),
        nonce: code.nonce.clone(),
        email: has(EMAIL).then(|| person.email.clone()),
        email_verified: has(EMAIL).then_some(person.email_verified_at.is_some()),
    };
    Ok(Some(signing_keys::sign_id_token(app, ctx.visitor(), &claims).await?))
}
