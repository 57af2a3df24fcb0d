//! Signing in, staying signed in, signing out, and who one is.

use crate::app::App;
use crate::domain::{MembershipId, RoleId};
use crate::http::HeldRole;
use crate::service;
use crate::service::revoke_session::Revoked;
use crate::service::show_me::Me;
use crate::service::show_sessions::Session;
use crate::service::sign_out::SignedOut;
use crate::service::tokens::SessionTokens;
use crate::store::membership::Joined;
use chrono::{DateTime, Utc};
use kernel::id::{CredentialId, CredentialKind};
use kernel::{TenantId, UserId};
use serde::{Deserialize, Serialize};
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
    "access_token": "ins_at_x7Qp…", "token_type": "Bearer", "expires_in_seconds": 3600,
    "refresh_token": "ins_rt_9kLm…", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
}))]
pub struct SessionTokensDto {
    /// For `Authorization: Bearer`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    #[schema(example = 3600)]
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
    /// Those the caller may switch to, this one among them; at most a hundred. Empty for an API key.
    tenants: Vec<TenantOfCaller>,
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
        }
    }
}

/// Signs in
#[utoipa::path(
    post,
    path = "/sign-in",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "Wrong address, password or code, or a code is needed"),
        (status = 403, description = "The address is not verified, or belongs to no tenant")
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
    let command = service::sign_in::SignIn { email, password, code, tenant };
    let tokens = service::sign_in::sign_in(&app, &guest, command).await?;
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
        (status = 401, description = "The refresh token is not valid, or not any more")
    )
)]
pub async fn refresh_session(app: State<App>, guest: Guest, body: Body<RefreshRequest>) -> Answer {
    let tokens = service::refresh_session::refresh_session(&app, &guest, &body.refresh_token).await?;
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
        (status = 404, description = "The caller is no active member of that tenant")
    )
)]
pub async fn switch_tenant(app: State<App>, caller: Caller, body: Body<SwitchRequest>) -> Answer {
    respond(
        &caller,
        async |ctx| service::switch_tenant::switch_tenant(&app, ctx, body.tenant_id).await,
        |tokens: &SessionTokens| Rendered::ok(&SessionTokensDto::from(tokens)).secret(),
    )
    .await
}

/// Signs out
#[utoipa::path(post, path = "/sign-out", responses((status = 204, description = "The session has ended")))]
pub async fn sign_out(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::sign_out::sign_out(&app, ctx).await,
        |_: &SignedOut| Rendered::no_content(),
    )
    .await
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "device": "Mozilla/5.0", "client_address": "203.0.113.7",
    "is_current": true, "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct SessionDto {
    id: CredentialId,
    /// What the client calls itself.
    #[schema(required)]
    device: Option<String>,
    /// Where it was opened from.
    #[schema(required)]
    client_address: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
    created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    updated_at: DateTime<Utc>,
}

impl From<Session> for SessionDto {
    fn from(session: Session) -> Self {
        let Session { id, device, client_address, is_current, created_at, updated_at } = session;
        Self { id, device, client_address, is_current, created_at, updated_at }
    }
}

/// Lists the caller's sessions
///
/// Those in this tenant that have not ended.
#[utoipa::path(get, path = "/sessions", responses((status = 200, body = Listing<SessionDto>)))]
pub async fn list_sessions(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::show_sessions::show_sessions(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(SessionDto::from)))
}

/// Ends one of the caller's sessions
#[utoipa::path(
    post,
    path = "/sessions/{id}/revoke",
    responses((status = 204, description = "The session has ended"))
)]
pub async fn revoke_session(app: State<App>, caller: Caller, id: PathId<CredentialKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::revoke_session::revoke_session(&app, ctx, id.id()).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}

/// Ends all of the caller's sessions but this one
#[utoipa::path(
    post,
    path = "/sessions/revoke-others",
    responses((status = 204, description = "The others have ended"))
)]
pub async fn revoke_other_sessions(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::revoke_session::revoke_other_sessions(&app, ctx).await,
        |_: &Revoked| Rendered::no_content(),
    )
    .await
}

/// Shows the caller
#[utoipa::path(get, path = "/me", responses((status = 200, body = MeDto)))]
pub async fn show_me(app: State<App>, caller: Caller) -> Answer {
    let me = service::show_me::show_me(&app, &caller).await?;
    Ok(Rendered::ok(&MeDto::from(me)).etag_of_body())
}
