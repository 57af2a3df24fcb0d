//! Passkeys over HTTP: how somebody registers one, signs in with it, and sees and removes those they have. What a browser is
//! handed, and what it hands back, has the shape that WebAuthn gives it.

use crate::app::App;
use crate::domain::{CeremonyId, PasskeyId, PasskeyKind};
use crate::http::sessions::SessionTokensDto;
use crate::service;
use crate::service::factors::ceremony::Begun;
use crate::service::factors::passkey::{Passkey, Proofs};
use crate::service::factors::register_passkey::RegisterPasskey;
use crate::service::factors::remove_passkey::Removed;
use crate::service::sessions::sign_in_with_passkey::SignInWithPasskey;
use chrono::{DateTime, Utc};
use kernel::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Guest, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple"}))]
pub struct BeginPasskeyRegistrationRequest {
    /// Not needed in a session that a passkey has opened within the last quarter of an hour.
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
    /// Of the account's authenticator, or a recovery code, where the password needs one.
    #[schema(example = "492039")]
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "ceremony_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "public_key": {"rpId": "insula.example", "challenge": "AMMPt4UxxGTStncdq41759YBFi8vpIa…"},
    "expires_at": "2026-02-03T09:35:00Z",
}))]
pub struct PasskeyCeremonyDto {
    /// To be sent with the answer; it is good for one.
    ceremony_id: CeremonyId,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of a browser.
    #[schema(value_type = Object)]
    public_key: Value,
    expires_at: DateTime<Utc>,
}

impl From<&Begun> for PasskeyCeremonyDto {
    fn from(begun: &Begun) -> Self {
        Self { ceremony_id: begun.id, public_key: begun.public_key.clone(), expires_at: begun.expires_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "ceremony_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Phone",
    "credential": {"type": "public-key", "id": "-R85HbTJ…", "rawId": "-R85HbTJ…", "response": {}},
}))]
pub struct RegisterPasskeyRequest {
    ceremony_id: CeremonyId,
    /// To tell it from the others by.
    #[schema(example = "Phone", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// What the browser has made, by its `toJSON()`.
    #[schema(value_type = Object)]
    credential: Value,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "name": "Phone", "last_used_at": null,
    "created_at": "2026-02-03T09:31:00Z", "updated_at": "2026-02-03T09:31:00Z",
}))]
pub struct PasskeyDto {
    id: PasskeyId,
    name: String,
    /// When it has last signed in.
    #[schema(required)]
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Passkey> for PasskeyDto {
    fn from(passkey: &Passkey) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name.clone(),
            last_used_at: passkey.last_used_at,
            created_at: passkey.created_at,
            updated_at: passkey.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "ceremony_id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "credential": {"type": "public-key", "id": "-R85HbTJ…", "rawId": "-R85HbTJ…", "response": {}},
}))]
pub struct PasskeySignInRequest {
    ceremony_id: CeremonyId,
    /// What the browser has made, by its `toJSON()`.
    #[schema(value_type = Object)]
    credential: Value,
    /// Which tenant to act in; without it, the one joined first.
    tenant_id: Option<TenantId>,
}

/// Begins to register a passkey
///
/// It takes the password, and a code where signing in takes one; or a session that a passkey has opened just now. One
/// person has ten passkeys at most.
#[utoipa::path(
    post,
    path = "/me/passkeys/registrations",
    responses((status = 200, body = PasskeyCeremonyDto))
)]
pub async fn begin_passkey_registration(
    app: State<App>,
    caller: Caller,
    body: Body<BeginPasskeyRegistrationRequest>,
) -> Answer {
    let BeginPasskeyRegistrationRequest { current_password: password, code } = body.into_inner();
    let proofs = Proofs { password, code };
    respond(
        &caller,
        async |ctx| {
            service::factors::begin_passkey_registration::begin_passkey_registration(&app, ctx, proofs).await
        },
        |begun: &Begun| Rendered::ok(&PasskeyCeremonyDto::from(begun)),
    )
    .await
}

/// Registers a passkey
///
/// From then on it signs in, without a password and without a code. Its owner is told by mail.
#[utoipa::path(post, path = "/me/passkeys", responses((status = 201, body = PasskeyDto)))]
pub async fn register_passkey(app: State<App>, caller: Caller, body: Body<RegisterPasskeyRequest>) -> Answer {
    let RegisterPasskeyRequest { ceremony_id: ceremony, name, credential } = body.into_inner();
    let command = RegisterPasskey { ceremony, name, credential };
    respond(
        &caller,
        async |ctx| service::factors::register_passkey::register_passkey(&app, ctx, command).await,
        |passkey: &Passkey| {
            let location = format!("/api/v1/users/me/passkeys/{}", passkey.id);
            Rendered::created(location, &PasskeyDto::from(passkey)).etag_of_body()
        },
    )
    .await
}

/// Lists the caller's passkeys
#[utoipa::path(get, path = "/me/passkeys", responses((status = 200, body = Listing<PasskeyDto>)))]
pub async fn list_passkeys(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::factors::show_passkeys::list(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|passkey| PasskeyDto::from(&passkey))))
}

/// Shows one of the caller's passkeys
#[utoipa::path(get, path = "/me/passkeys/{id}", responses((status = 200, body = PasskeyDto)))]
pub async fn get_passkey(app: State<App>, caller: Caller, id: PathId<PasskeyKind>) -> Answer {
    let passkey = service::factors::show_passkeys::one(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&PasskeyDto::from(&passkey)).etag_of_body())
}

/// Removes one of the caller's passkeys
///
/// It never signs in again. Sessions that it has opened go on until they are ended. Who signs in by passkeys alone keeps
/// one, and so does an active member of a tenant that asks for one.
#[utoipa::path(
    delete,
    path = "/me/passkeys/{id}",
    responses((status = 204, description = "The passkey is removed"))
)]
pub async fn remove_passkey(app: State<App>, caller: Caller, id: PathId<PasskeyKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::factors::remove_passkey::remove_passkey(&app, ctx, id.id()).await,
        |_: &Removed| Rendered::no_content(),
    )
    .await
}

/// Begins to sign in with a passkey
///
/// The answer is the same for everybody: it is the device that knows whose passkeys it has.
#[utoipa::path(post, path = "/passkeys/sign-in/begin", responses((status = 200, body = PasskeyCeremonyDto)))]
pub async fn begin_passkey_sign_in(app: State<App>, guest: Guest) -> Answer {
    let begun = service::sessions::begin_passkey_sign_in::begin_passkey_sign_in(&app, &guest).await?;
    Ok(Rendered::ok(&PasskeyCeremonyDto::from(&begun)).cache_control("no-store"))
}

/// Signs in with a passkey
///
/// It counts as two factors, so no code is asked for.
#[utoipa::path(
    post,
    path = "/passkeys/sign-in",
    responses(
        (status = 200, body = SessionTokensDto),
        (status = 401, description = "The passkey, or what it has signed, does not sign in"),
        (status = 403, description = "The person belongs to no tenant, or the tenant asks for another way")
    )
)]
pub async fn sign_in_with_passkey(app: State<App>, guest: Guest, body: Body<PasskeySignInRequest>) -> Answer {
    let PasskeySignInRequest { ceremony_id: ceremony, credential, tenant_id: tenant } = body.into_inner();
    let command = SignInWithPasskey { ceremony, credential, tenant };
    let tokens = service::sessions::sign_in_with_passkey::sign_in_with_passkey(&app, &guest, command).await?;
    Ok(Rendered::ok(&SessionTokensDto::from(&tokens)).secret())
}
