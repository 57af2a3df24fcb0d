//! Signing in, staying signed in, signing out, and who one is.

use crate::app::App;
use crate::http::MemberRole;
use crate::service;
use crate::service::show_me::Me;
use crate::service::sign_out::SignedOut;
use crate::service::tokens::SessionTokens;
use kernel::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{AccountLimit, Answer, Body, Caller, Guest, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com", "password": "correct horse battery staple"}))]
pub struct SignInRequest {
    #[schema(example = "ada@example.com")]
    email: String,
    #[schema(example = "correct horse battery staple")]
    password: String,
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

impl From<SessionTokens> for SessionTokensDto {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in_seconds: tokens.expires_in_seconds,
            refresh_token: tokens.refresh_token,
            tenant_id: tokens.tenant,
            user_id: tokens.user,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "email": "ada@example.com",
    "display_name": "Ada Lovelace", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "tenant_name": "Analytical Engines", "role": "owner", "permissions": ["billing.invoices.read"],
}))]
pub struct MeDto {
    user_id: UserId,
    email: String,
    display_name: String,
    tenant_id: TenantId,
    tenant_name: String,
    role: MemberRole,
    /// Of this credential, which may be a narrower API key.
    permissions: Vec<String>,
}

impl From<Me> for MeDto {
    fn from(me: Me) -> Self {
        Self {
            user_id: me.user,
            email: me.email,
            display_name: me.display_name,
            tenant_id: me.tenant,
            tenant_name: me.tenant_name,
            role: me.role.into(),
            permissions: me.permissions,
        }
    }
}

/// Signs in
#[utoipa::path(
    post,
    path = "/sign-in",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "Wrong address or password"),
        (status = 403, description = "The address is not verified, or belongs to no tenant")
    )
)]
pub async fn sign_in(
    app: State<App>,
    guest: Guest,
    limit: AccountLimit,
    body: Body<SignInRequest>,
) -> Answer {
    let SignInRequest { email, password } = body.into_inner();
    limit.check("sign-in", &email)?;
    let command = service::sign_in::SignIn { email, password };
    let tokens = service::sign_in::sign_in(&app, &guest, command).await?;
    Ok(Rendered::ok(&SessionTokensDto::from(tokens)).secret())
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
    Ok(Rendered::ok(&SessionTokensDto::from(tokens)).secret())
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

/// Shows the caller
#[utoipa::path(get, path = "/me", responses((status = 200, body = MeDto)))]
pub async fn show_me(app: State<App>, caller: Caller) -> Answer {
    let me = service::show_me::show_me(&app, &caller).await?;
    Ok(Rendered::ok(&MeDto::from(me)).etag_of_body())
}
