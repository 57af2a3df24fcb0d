//! Second factors over HTTP: an authenticator, and the recovery codes for who has lost it.

use crate::app::App;
use crate::service;
use crate::service::factors::enrol_totp::Enrolled;
use crate::service::factors::passkey::Proofs;
use crate::service::factors::remove_totp::Removed;
use crate::service::factors::renew_recovery_codes::RecoveryCodes;
use crate::service::factors::show_second_factors::SecondFactors;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "password": true, "passkeys": 1, "totp": {"confirmed_at": "2026-02-03T09:30:00Z"}, "recovery_codes_left": 10,
}))]
pub struct SecondFactorsDto {
    /// Whether a password signs in; not where passkeys alone do. One that a reset has brought then takes a recovery code
    /// beside it
    password: bool,
    /// How many there are; each signs in by itself
    #[schema(example = 1)]
    passkeys: usize,
    /// The authenticator that signing in asks for, if it does
    #[schema(required)]
    totp: Option<TotpDto>,
    #[schema(example = 10)]
    recovery_codes_left: usize,
}

#[derive(Serialize, ToSchema)]
pub struct TotpDto {
    confirmed_at: DateTime<Utc>,
}

impl From<SecondFactors> for SecondFactorsDto {
    fn from(factors: SecondFactors) -> Self {
        let totp = factors.totp_confirmed_at.map(|confirmed_at| TotpDto { confirmed_at });
        Self {
            password: factors.password,
            passkeys: factors.passkeys,
            totp,
            recovery_codes_left: factors.recovery_codes_left,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple"}))]
pub struct EnrolTotpRequest {
    /// Not needed in a session that a passkey has opened within the last quarter of an hour; who has a passkey sets an
    /// authenticator up in such a one alone.
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "otpauth_url": "otpauth://totp/Insula:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Insula",
}))]
pub struct EnrolledTotpDto {
    /// In base 32, to be typed into the authenticator. It is shown this once.
    secret: String,
    /// The same for a QR code.
    otpauth_url: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "492039"}))]
pub struct ConfirmTotpRequest {
    /// Of the authenticator.
    #[schema(example = "492039")]
    code: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple", "code": "492039"}))]
pub struct BothProofsRequest {
    /// Not needed in a session that a passkey has opened within the last quarter of an hour, nor is the code.
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
    /// Of the authenticator, or a recovery code; each is good once.
    #[schema(example = "492039")]
    code: Option<String>,
}

impl From<BothProofsRequest> for Proofs {
    fn from(request: BothProofsRequest) -> Self {
        Self { password: request.current_password, code: request.code }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["7k2mx-0q1rt", "bz94n-w5hc8"]}))]
pub struct RecoveryCodesDto {
    /// Each is good once, in the place of a code. They are shown this once.
    recovery_codes: Vec<String>,
}

impl From<&RecoveryCodes> for RecoveryCodesDto {
    fn from(codes: &RecoveryCodes) -> Self {
        Self { recovery_codes: codes.0.clone() }
    }
}

fn shown(codes: &RecoveryCodes) -> Rendered {
    Rendered::ok(&RecoveryCodesDto::from(codes)).secret()
}

/// Shows the caller's second factors
#[utoipa::path(get, path = "/me/second-factors", responses((status = 200, body = SecondFactorsDto)))]
pub async fn show_second_factors(app: State<App>, caller: Caller) -> Answer {
    let factors = service::factors::show_second_factors::show_second_factors(&app, &caller).await?;
    Ok(Rendered::ok(&SecondFactorsDto::from(factors)).etag_of_body())
}

/// Sets up an authenticator
///
/// It is asked for once it is confirmed; until then this can be done again, and what was told before is void.
#[utoipa::path(post, path = "/me/totp", responses((status = 200, body = EnrolledTotpDto)))]
pub async fn enrol_totp(app: State<App>, caller: Caller, body: Body<EnrolTotpRequest>) -> Answer {
    let EnrolTotpRequest { current_password } = body.into_inner();
    respond(
        &caller,
        async |ctx| service::factors::enrol_totp::enrol_totp(&app, ctx, current_password).await,
        |enrolled: &Enrolled| {
            let Enrolled { secret, otpauth_url } = enrolled;
            let dto = EnrolledTotpDto { secret: secret.clone(), otpauth_url: otpauth_url.clone() };
            Rendered::ok(&dto).secret()
        },
    )
    .await
}

/// Confirms the authenticator by a code of it
///
/// From then on signing in asks for a code.
#[utoipa::path(post, path = "/me/totp/confirm", responses((status = 200, body = RecoveryCodesDto)))]
pub async fn confirm_totp(app: State<App>, caller: Caller, body: Body<ConfirmTotpRequest>) -> Answer {
    respond(
        &caller,
        async |ctx| service::factors::confirm_totp::confirm_totp(&app, ctx, &body.code).await,
        shown,
    )
    .await
}

/// Gives up the authenticator
///
/// The recovery codes end with it.
#[utoipa::path(
    post,
    path = "/me/totp/remove",
    responses((status = 204, description = "Signing in asks for a password alone"))
)]
pub async fn remove_totp(app: State<App>, caller: Caller, body: Body<BothProofsRequest>) -> Answer {
    let proofs: Proofs = body.into_inner().into();
    respond(
        &caller,
        async |ctx| service::factors::remove_totp::remove_totp(&app, ctx, proofs).await,
        |_: &Removed| Rendered::no_content(),
    )
    .await
}

/// Makes new recovery codes
///
/// Those there were end.
#[utoipa::path(post, path = "/me/recovery-codes", responses((status = 200, body = RecoveryCodesDto)))]
pub async fn renew_recovery_codes(app: State<App>, caller: Caller, body: Body<BothProofsRequest>) -> Answer {
    let proofs: Proofs = body.into_inner().into();
    respond(
        &caller,
        async |ctx| service::factors::renew_recovery_codes::renew_recovery_codes(&app, ctx, proofs).await,
        shown,
    )
    .await
}
