//! Signing in, staying signed in, signing out, and who one is.

use crate::app::App;
use crate::domain::{CeremonyId, MembershipId, RoleId};
use crate::error::Error;
use crate::http::HeldRole;
use crate::service;
use crate::service::sessions::prove_session::{ProveSession, ProvedAnew};
use crate::service::sessions::revoke_session::Revoked;
use crate::service::sessions::show_me::Me;
use crate::service::sessions::show_sessions::Session;
use crate::service::sessions::sign_out::SignedOut;
use crate::service::sessions::tokens::SessionTokens;
use crate::store::membership::Joined;
use chrono::{DateTime, Utc};
use kernel::id::{CredentialId, CredentialKind};
use kernel::{Actor, Faults, TenantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{AccountLimit, Answer, Body, Caller, Guest, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery staple"}))]
pub struct SignInRequest {
    #[schema(example = "ada@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
    /// Of the account's authenticator, or a recovery code, where it has a second factor.
    #[schema(example = "492039")]
    code: Option<String>,
    /// Which tenant to act in; without it, the one joined first.
    tenant_id: Option<TenantId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b"}))]
pub struct SwitchRequest {
    tenant_id: TenantId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "ins_rt_9kLm…"}))]
pub struct RefreshRequest {
    /// The newest one; each is good once.
    refresh_token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJhbGciOiJFZERTQSJ9…", "token_type": "Bearer", "expires_in_seconds": 900,
    "refresh_token": "ins_rt_9kLm…", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
}))]
pub struct SessionTokensDto {
    /// For `Authorization: Bearer`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    #[schema(example = 900)]
    expires_in_seconds: i64,
    refresh_token: String,
    tenant_id: TenantId,
    user_id: UserId,
}

impl From<&SessionTokens> for SessionTokensDto {
    fn from(tokens: &SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token.clone(),
            token_type: "Bearer",
            expires_in_seconds: tokens.expires_in_seconds,
            refresh_token: tokens.refresh_token.clone(),
            tenant_id: tokens.tenant,
            user_id: tokens.user,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "email": "ada@example.com",
    "display_name": "Ada Lovelace", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "tenant_name": "Analytical Engines", "member_id": "0190a5c8-7d3e-7a61-8f2b-0a1b2c3d4e5f",
    "role": "owner", "role_id": null, "permissions": ["billing.invoices.read"],
    "tenants": [{"id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Analytical Engines"}],
    "impersonated_by": null,
}))]
pub struct MeDto {
    user_id: UserId,
    email: String,
    display_name: String,
    tenant_id: TenantId,
    tenant_name: String,
    member_id: MembershipId,
    role: HeldRole,
    #[schema(required)]
    role_id: Option<RoleId>,
    /// Of this credential, which may be a narrower API key; those that the caller's teams grant are among them.
    permissions: Vec<String>,
    /// Those the caller may switch to, this one among them; at most a hundred. Empty for an API key, and for who acts as the
    /// caller.
    tenants: Vec<TenantOfCaller>,
    /// The operator of the installation who acts as the caller.
    #[schema(required, value_type = Option<Object>)]
    impersonated_by: Option<Actor>,
}

#[derive(Serialize, ToSchema)]
pub struct TenantOfCaller {
    id: TenantId,
    #[schema(example = "Analytical Engines")]
    name: String,
}

impl From<Joined> for TenantOfCaller {
    fn from(joined: Joined) -> Self {
        Self { id: joined.tenant_id, name: joined.tenant_name }
    }
}

impl From<Me> for MeDto {
    fn from(me: Me) -> Self {
        Self {
            user_id: me.user,
            email: me.email,
            display_name: me.display_name,
            tenant_id: me.tenant,
            tenant_name: me.tenant_name,
            member_id: me.member,
            role: HeldRole::of(me.role),
            role_id: me.role.id(),
            permissions: me.permissions,
            tenants: me.tenants.into_iter().map(TenantOfCaller::from).collect(),
            impersonated_by: me.impersonated_by,
        }
    }
}

/// Signs in
///
/// Wrong passwords make the next sign-in with that address of e-mail wait, a quarter of an hour at most; who has signed in from
/// their network of late waits for those from there alone. A reset of the password is asked for and done meanwhile. Until the
/// link of a sign-up is followed, its address and password get the same answer as any that are wrong, since a stranger who
/// signs up with another's address must not learn whether that had an account.
#[utoipa::path(
    post,
    path = "/sign-in",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "Wrong address, password or code, or the address is not verified, or a code is needed"),
        (status = 403, description = "The person belongs to no tenant, or the tenant asks for another way")
    )
)]
pub async fn sign_in(
    app: State<App>,
    guest: Guest,
    limit: AccountLimit,
    body: Body<SignInRequest>,
) -> Answer {
    let SignInRequest { email, password, code, tenant_id: tenant } = body.into_inner();
    limit.check("sign-in", &email)?;
    let command = service::sessions::sign_in::SignIn { email, password, code, tenant };
    let tokens = service::sessions::sign_in::sign_in(&app, &guest, command).await?;
    Ok(Rendered::ok(&SessionTokensDto::from(&tokens)).secret())
}

/// Exchanges a refresh token for new tokens
///
/// The old ones end with this. A refresh token that is used twice ends its session.
#[utoipa::path(
    post,
    path = "/refresh",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "The refresh token is not valid, or not any more"),
        (status = 403, description = "The tenant lets nobody in from this address")
    )
)]
pub async fn refresh_session(app: State<App>, guest: Guest, body: Body<RefreshRequest>) -> Answer {
    let tokens =
        service::sessions::refresh_session::refresh_session(&app, &guest, &body.refresh_token).await?;
    Ok(Rendered::ok(&SessionTokensDto::from(&tokens)).secret())
}

/// Moves the session to another of the caller's tenants
///
/// The present tokens end with this.
#[utoipa::path(
    post,
    path = "/sessions/switch",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 403, description = "That tenant lets nobody in from this address, or in this way"),
        (status = 404, description = "The caller is no active member of that tenant")
    )
)]
pub async fn switch_tenant(app: State<App>, caller: Caller, body: Body<SwitchRequest>) -> Answer {
    respond(
        &caller,
        async |ctx| service::sessions::switch_tenant::switch_tenant(&app, ctx, body.tenant_id).await,
        |tokens: &SessionTokens| Rendered::ok(&SessionTokensDto::from(tokens)).secret(),
    )
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple", "code": "492039"}))]
pub struct ProveSessionRequest {
    /// Of a session that was opened with a password
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
    /// Of the account's authenticator, or a recovery code, where the password needs one
    #[schema(example = "492039")]
    code: Option<String>,
    /// Instead of the password: of a ceremony that was begun as for a sign-in with a passkey
    ceremony_id: Option<CeremonyId>,
    /// What the browser has made of it, by its `toJSON()`
    #[schema(value_type = Option<Object>)]
    credential: Option<Value>,
}

impl ProveSessionRequest {
    fn proof(self) -> Result<ProveSession, Error> {
        let Self { current_password, code, ceremony_id, credential } = self;
        let mut faults = Faults::new();
        match (current_password, ceremony_id, credential) {
            (Some(password), None, None) => return Ok(ProveSession::Password { password, code }),
            (None, Some(ceremony), Some(credential)) if code.is_none() => {
                return Ok(ProveSession::Passkey { ceremony, credential });
            }
            (Some(_), ..) => {
                faults.add("/current_password", "ambiguous", "must not stand beside what a passkey proves");
            }
            (None, Some(_), Some(_)) => {
                faults.add("/code", "ambiguous", "must not stand beside what a passkey proves");
            }
            (None, None, None) => {
                let detail = "must be sent, or else ceremony_id and credential";
                faults.add("/current_password", "missing", detail);
            }
            (None, None, Some(_)) => faults.add("/ceremony_id", "missing", "must be sent with credential"),
            (None, Some(_), None) => faults.add("/credential", "missing", "must be sent with ceremony_id"),
        }
        Err(Error::invalid(faults.into_errors()))
    }
}

/// Proves again who the caller is
///
/// For what is refused with `users.fresh_credential_needed`. Where the tenant asks for a second factor, a code lets a session
/// go on that was opened without one. A session that was opened with a passkey takes a passkey. What ends by the tenant's
/// policy ends no later for it.
#[utoipa::path(
    post,
    path = "/sessions/prove",
    responses((status = 204, description = "The session counts as opened just now"))
)]
pub async fn prove_session(app: State<App>, caller: Caller, body: Body<ProveSessionRequest>) -> Answer {
    let proof = body.into_inner().proof()?;
    respond(
        &caller,
        async |ctx| service::sessions::prove_session::prove_session(&app, ctx, proof).await,
        |_: &ProvedAnew| Rendered::no_content(),
    )
    .await
}

/// Signs out
#[utoipa::path(post, path = "/sign-out", responses((status = 204, description = "The session has ended")))]
pub async fn sign_out(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::sessions::sign_out::sign_out(&app, ctx).await,
        |_: &SignedOut| Rendered::no_content(),
    )
    .await
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "tenant_name": "Analytical Engines", "device": "Mozilla/5.0", "client_address": "203.0.113.7",
    "is_current": true, "is_support": false, "oauth_client_name": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct SessionDto {
    id: CredentialId,
    /// The tenant that it is signed in to.
    tenant_id: TenantId,
    #[schema(example = "Analytical Engines")]
    tenant_name: String,
    /// What the client calls itself.
    #[schema(required)]
    device: Option<String>,
    /// Where it was opened from.
    #[schema(required)]
    client_address: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
    /// Whether an operator of the installation has it, who acts as the caller by a grant of the tenant's.
    is_support: bool,
    /// What the program of others is called that has it, for the caller.
    #[schema(required)]
    oauth_client_name: Option<String>,
    created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    updated_at: DateTime<Utc>,
}

impl From<Session> for SessionDto {
    fn from(session: Session) -> Self {
        Self {
            id: session.id,
            tenant_id: session.tenant,
            tenant_name: session.tenant_name,
            device: session.device,
            client_address: session.client_address,
            is_current: session.is_current,
            is_support: session.is_support,
            oauth_client_name: session.client_name,
            created_at: session.created_at,
            updated_at: session.updated_at,
        }
    }
}

/// Lists the caller's sessions
///
/// Those that have not ended, in all of the caller's tenants; to an operator who acts as the caller, those in this one.
#[utoipa::path(get, path = "/sessions", responses((status = 200, body = Listing<SessionDto>)))]
pub async fn list_sessions(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::sessions::show_sessions::show_sessions(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(SessionDto::from)))
}

/// Ends one of the caller's sessions
///
/// In whichever of their tenants it is.
#[utoipa::path(
    post,
    path = "/sessions/{id}/revoke",
    responses((status = 204, description = "The session has ended"))
)]
pub async fn revoke_session(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::sessions::revoke_session::revoke_session(&app, ctx, id.id()).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}

/// Ends all of the caller's sessions but this one
///
/// In all of their tenants.
#[utoipa::path(
    post,
    path = "/sessions/revoke-others",
    responses((status = 204, description = "The others have ended"))
)]
pub async fn revoke_other_sessions(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::sessions::revoke_session::revoke_other_sessions(&app, ctx).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}

/// Ends all of the caller's sessions
///
/// This one as well, in all of their tenants. API keys go on.
#[utoipa::path(
    post,
    path = "/sessions/revoke-all",
    responses((status = 204, description = "All have ended, and this one with them"))
)]
pub async fn revoke_all_sessions(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::sessions::revoke_session::revoke_all_sessions(&app, ctx).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}

/// Shows the caller
#[utoipa::path(get, path = "/me", responses((status = 200, body = MeDto)))]
pub async fn show_me(app: State<App>, caller: Caller) -> Answer {
    let me = service::sessions::show_me::show_me(&app, &caller).await?;
    Ok(Rendered::ok(&MeDto::from(me)).etag_of_body())
}
