//! Moving to another address: asked for by who is signed in, confirmed by the links that both addresses are sent.

use crate::app::App;
use crate::domain::EmailChangeId;
use crate::service;
use crate::service::accounts::cancel_email_change::Cancelled;
use crate::service::accounts::confirm_email_change::Confirmed;
use crate::service::accounts::email_change::EmailChange;
use crate::service::accounts::request_email_change::{RequestEmailChange, Requested};
use crate::service::factors::passkey::Proofs;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Guest, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "new_email": "ada@lovelace.example", "current_password": "correct horse battery staple",
}))]
pub struct EmailChangeRequest {
    #[schema(example = "ada@lovelace.example", max_length = 254)]
    new_email: String,
    /// Not needed in a session that a passkey has opened within the last quarter of an hour.
    #[schema(example = "correct horse battery staple")]
    current_password: Option<String>,
    /// Of the account's authenticator, or a recovery code, where it has a second factor.
    #[schema(example = "492039")]
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "message": "An e-mail is on its way to both addresses. The address changes once both have confirmed.",
}))]
pub struct EmailChangeAccepted {
    /// The same for every address.
    #[schema(
        example = "An e-mail is on its way to both addresses. The address changes once both have confirmed."
    )]
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "new_email": "ada@lovelace.example", "old_confirmed": true,
    "new_confirmed": false, "expires_at": "2026-02-04T09:30:00Z", "created_at": "2026-02-03T09:30:00Z",
    "updated_at": "2026-02-03T09:31:00Z",
}))]
pub struct EmailChangeDto {
    id: EmailChangeId,
    new_email: String,
    /// Whether the link was followed that went to the address of the account.
    old_confirmed: bool,
    /// The same of the new address.
    new_confirmed: bool,
    /// From then on the links do nothing.
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<EmailChange> for EmailChangeDto {
    fn from(change: EmailChange) -> Self {
        let EmailChange { id, new_email, old_confirmed, new_confirmed, expires_at, created_at, updated_at } =
            change;
        Self { id, new_email, old_confirmed, new_confirmed, expires_at, created_at, updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ins_ea_3fTq…"}))]
pub struct ConfirmEmailChangeRequest {
    /// From the link of the e-mail.
    token: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "state": "waiting", "message": "This address has confirmed. The other one has to do so as well.",
}))]
pub struct EmailChangeConfirmed {
    state: EmailChangeState,
    #[schema(example = "This address has confirmed. The other one has to do so as well.")]
    message: &'static str,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailChangeState {
    /// For the other address.
    Waiting,
    Changed,
}

impl From<Confirmed> for EmailChangeConfirmed {
    fn from(confirmed: Confirmed) -> Self {
        let (state, message) = match confirmed {
            Confirmed::Waiting => {
                (EmailChangeState::Waiting, "This address has confirmed. The other one has to do so as well.")
            }
            Confirmed::Changed => {
                (EmailChangeState::Changed, "The address is changed. Sign in with the new one from now on.")
            }
        };
        Self { state, message }
    }
}

/// Asks for another e-mail address
///
/// Both addresses are sent a link, and both must be followed. The answer is the same whether somebody has the new address
/// or not. One that was asked for before ends.
#[utoipa::path(post, path = "/me/email-change", responses((status = 202, body = EmailChangeAccepted)))]
pub async fn request_email_change(app: State<App>, caller: Caller, body: Body<EmailChangeRequest>) -> Answer {
    let EmailChangeRequest { new_email, current_password: password, code } = body.into_inner();
    let command = RequestEmailChange { new_email, proofs: Proofs { password, code } };
    respond(
        &caller,
        async |ctx| service::accounts::request_email_change::request_email_change(&app, ctx, command).await,
        |_: &Requested| {
            let message =
                "An e-mail is on its way to both addresses. The address changes once both have confirmed.";
            Rendered::accepted(&EmailChangeAccepted { message })
        },
    )
    .await
}

/// Shows the change of address that waits to be confirmed
#[utoipa::path(
    get,
    path = "/me/email-change",
    responses((status = 200, body = EmailChangeDto), (status = 404, description = "None is waiting"))
)]
pub async fn show_email_change(app: State<App>, caller: Caller) -> Answer {
    let change = service::accounts::show_email_change::show_email_change(&app, &caller).await?;
    Ok(Rendered::ok(&EmailChangeDto::from(change)).etag_of_body())
}

/// Gives up the change of address
///
/// Its links do nothing any more.
#[utoipa::path(
    delete,
    path = "/me/email-change",
    responses(
        (status = 204, description = "The address stays as it is"),
        (status = 404, description = "None is waiting")
    )
)]
pub async fn cancel_email_change(app: State<App>, caller: Caller) -> Answer {
    respond(
        &caller,
        async |ctx| service::accounts::cancel_email_change::cancel_email_change(&app, ctx).await,
        |_: &Cancelled| Rendered::no_content(),
    )
    .await
}

/// Confirms a change of address by a link
///
/// With the second of both links the address changes. Sessions stay, links to choose another password end.
#[utoipa::path(
    post,
    path = "/email-changes/confirm",
    responses(
        (status = 200, body = EmailChangeConfirmed),
        (status = 409, description = "Another account has the address by now"),
        (status = 410, description = "The link has expired")
    )
)]
pub async fn confirm_email_change(
    app: State<App>,
    guest: Guest,
    body: Body<ConfirmEmailChangeRequest>,
) -> Answer {
    let confirmed =
        service::accounts::confirm_email_change::confirm_email_change(&app, &guest, &body.token).await?;
    Ok(Rendered::ok(&EmailChangeConfirmed::from(confirmed)).cache_control("no-store"))
}
