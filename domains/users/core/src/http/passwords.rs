//! Choosing another password: with the present one, or by a link in a mail.

use crate::app::App;
use crate::http::second_factors::RecoveryCodesDto;
use crate::service;
use crate::service::accounts::change_password::{ChangePassword, Changed};
use crate::service::accounts::reset_password::ResetPassword;
use crate::service::factors::passkey::Proofs;
use crate::service::factors::renew_recovery_codes::RecoveryCodes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{AccountLimit, Answer, Body, Caller, Guest, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub struct PasswordResetRequest {
    #[schema(example = "ada@example.com")]
    email: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "If this address has an account, a link is on its way to it."}))]
pub struct PasswordResetAccepted {
    /// The same for every address.
    #[schema(example = "If this address has an account, a link is on its way to it.")]
    message: &'static str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ins_pr_3fTq…", "password": "a longer horse battery staple"}))]
pub struct ResetPasswordRequest {
    /// From the link of the e-mail.
    token: String,
    /// The new one.
    #[schema(example = "a longer horse battery staple", min_length = 8, max_length = 1000)]
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"message": "The password is changed. Sign in to go on."}))]
pub struct PasswordReset {
    #[schema(example = "The password is changed. Sign in to go on.")]
    message: &'static str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "correct horse battery staple", "new_password": "a longer horse battery staple",
}))]
pub struct ChangePasswordRequest {
    /// Not needed in a session that a passkey has opened within the last quarter of an hour.
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
    /// Of the authenticator, or a recovery code; from who signs in with one.
    #[schema(example = "492039")]
    code: Option<String>,
    #[schema(example = "a longer horse battery staple", min_length = 8, max_length = 1000)]
    new_password: String,
}

/// Asks for a link to choose a new password by
///
/// The answer is the same whether the address has an account or not. It works while signing in is delayed. Who has five links
/// already, with half of their time left, is sent no other.
#[utoipa::path(post, path = "/password-resets", responses((status = 202, body = PasswordResetAccepted)))]
pub async fn request_password_reset(
    app: State<App>,
    guest: Guest,
    limit: AccountLimit,
    body: Body<PasswordResetRequest>,
) -> Answer {
    limit.check("password-reset", &body.email)?;
    service::accounts::request_password_reset::request_password_reset(&app, &guest, &body.email).await?;
    let message = "If this address has an account, a link is on its way to it.";
    Ok(Rendered::accepted(&PasswordResetAccepted { message }).cache_control("no-store"))
}

/// Chooses a new password by a link
///
/// All sessions end. It signs nobody in, and what else a sign-in asks for it goes on asking for. A sign-in from the same network
/// waits for no wrong passwords that others try elsewhere.
#[utoipa::path(
    post,
    path = "/password-resets/complete",
    responses((status = 200, body = PasswordReset), (status = 410, description = "The link has expired"))
)]
pub async fn reset_password(app: State<App>, guest: Guest, body: Body<ResetPasswordRequest>) -> Answer {
    let ResetPasswordRequest { token, password } = body.into_inner();
    service::accounts::reset_password::reset_password(&app, &guest, ResetPassword { token, password })
        .await?;
    let message = "The password is changed. Sign in to go on.";
    Ok(Rendered::ok(&PasswordReset { message }).cache_control("no-store"))
}

/// Changes the caller's password
///
/// It takes what a sign-in takes, and a session that a passkey has opened takes a passkey of the last quarter of an hour. All
/// other sessions end. Who signs in by passkeys alone has a password again by this, if a passkey proves it.
#[utoipa::path(post, path = "/me/password", responses((status = 204, description = "The password is changed")))]
pub async fn change_password(app: State<App>, caller: Caller, body: Body<ChangePasswordRequest>) -> Answer {
    let ChangePasswordRequest { current_password: password, code, new_password } = body.into_inner();
    let command = ChangePassword { current: Proofs { password, code }, new: new_password };
    respond(
        &caller,
        async |ctx| service::accounts::change_password::change_password(&app, ctx, command).await,
        |_: &Changed| Rendered::no_content(),
    )
    .await
}

/// Goes without a password from now on
///
/// Passkeys alone sign in then, of which there must be one, and a passkey must have opened the session within the last
/// quarter of an hour. All other sessions end. The recovery codes are for who has lost all passkeys: with one of them, a password that was chosen by
/// mail signs in. Done again, it gives other codes in the place of those.
#[utoipa::path(post, path = "/me/password/remove", responses((status = 200, body = RecoveryCodesDto)))]
pub async fn remove_password(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::accounts::remove_password::remove_password(&app, ctx).await,
        |codes: &RecoveryCodes| Rendered::ok(&RecoveryCodesDto::from(codes)).secret(),
    )
    .await
}
