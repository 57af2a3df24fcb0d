//! Sign-up and the verification of an address.

use crate::app::App;
use crate::service;
use kernel::ctx::Mode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{AccountLimit, Answer, Body, Guest, Rendered, State};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ada@example.com", "password": "correct horse battery staple",
    "display_name": "Ada Lovelace", "organization_name": "Analytical Engines",
}))]
pub struct SignUpRequest {
    #[schema(example = "ada@example.com", max_length = 254)]
    email: String,
    /// Any characters; a sentence makes a good one.
    #[schema(example = "correct horse battery staple", min_length = 8, max_length = 1000)]
    password: String,
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 100, pattern = r"\S")]
    display_name: String,
    #[schema(example = "Analytical Engines", min_length = 1, max_length = 100, pattern = r"\S")]
    organization_name: String,
    /// Without it `live`. Of several sign-ups with an address that nobody has verified, the one counts whose link is followed
    /// with its password: its name and its mode are the tenant's.
    mode: Option<TenantMode>,
}

/// Of a tenant, for life: `test` is for trying things out, and its API keys begin with `ins_test`.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantMode {
    Live,
    Test,
}

impl From<TenantMode> for Mode {
    fn from(mode: TenantMode) -> Self {
        match mode {
            TenantMode::Live => Self::Live,
            TenantMode::Test => Self::Test,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "message": "An e-mail is on its way to this address. Follow its link to go on.",
}))]
pub struct SignUpAccepted {
    /// The same for every address.
    #[schema(example = "An e-mail is on its way to this address. Follow its link to go on.")]
    message: &'static str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ins_ev_3fTq…", "password": "correct horse battery staple"}))]
pub struct VerifyEmailRequest {
    /// From the link of the e-mail.
    token: String,
    /// That of the sign-up the e-mail was sent for.
    #[schema(example = "correct horse battery staple")]
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "The address is verified. Sign in to go on."}))]
pub struct EmailVerified {
    #[schema(example = "The address is verified. Sign in to go on.")]
    message: &'static str,
}

/// Signs up a new tenant with its owner
///
/// The answer is the same whether the address has an account or not; what follows comes by e-mail.
#[utoipa::path(
    post,
    path = "/sign-up",
    responses((status = 202, body = SignUpAccepted), (status = 403, description = "Sign-up is closed"))
)]
pub async fn sign_up(
    app: State<App>,
    guest: Guest,
    limit: AccountLimit,
    body: Body<SignUpRequest>,
) -> Answer {
    let SignUpRequest { email, password, display_name, organization_name, mode } = body.into_inner();
    // Each sends a mail to an address that somebody else may have.
    limit.check_from_anywhere("sign-up", &email)?;
    let mode = mode.map_or(Mode::Live, Into::into);
    let command =
        service::accounts::sign_up::SignUp { email, password, display_name, organization_name, mode };
    service::accounts::sign_up::sign_up(&app, &guest, command).await?;
    let message = "An e-mail is on its way to this address. Follow its link to go on.";
    Ok(Rendered::accepted(&SignUpAccepted { message }).cache_control("no-store"))
}

/// Verifies an e-mail address
///
/// It takes the link and the password of its sign-up, so that nobody gains an account by another's mailbox or by another's
/// password alone. A wrong password leaves the link good, a few times.
#[utoipa::path(
    post,
    path = "/verify-email",
    responses((status = 200, body = EmailVerified), (status = 410, description = "The link has expired"))
)]
pub async fn verify_email(app: State<App>, guest: Guest, body: Body<VerifyEmailRequest>) -> Answer {
    let VerifyEmailRequest { token, password } = body.into_inner();
    let command = service::accounts::verify_email::VerifyEmail { token, password };
    service::accounts::verify_email::verify_email(&app, &guest, command).await?;
    let message = "The address is verified. Sign in to go on.";
    Ok(Rendered::ok(&EmailVerified { message }).cache_control("no-store"))
}
