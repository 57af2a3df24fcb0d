//! Mail as the tenant's administrators see it: who, when and what became of it, never what it says.

use crate::domain::email;
use crate::{App, service};
use chrono::{DateTime, Utc};
use notifications_contract::{EmailId, EmailKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Caller, Listing, PageQuery, PathId, Query, Rendered, State};

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailStatus {
    Queued,
    Sent,
    Failed,
}

impl From<email::EmailStatus> for EmailStatus {
    fn from(status: email::EmailStatus) -> Self {
        match status {
            email::EmailStatus::Queued => Self::Queued,
            email::EmailStatus::Sent => Self::Sent,
            email::EmailStatus::Failed => Self::Failed,
        }
    }
}

impl From<EmailStatus> for email::EmailStatus {
    fn from(status: EmailStatus) -> Self {
        match status {
            EmailStatus::Queued => Self::Queued,
            EmailStatus::Sent => Self::Sent,
            EmailStatus::Failed => Self::Failed,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "to_address": "ada@example.com",
    "subject": "Your report is ready", "template": "report_ready", "status": "sent", "attempts": 1,
    "sent_at": "2026-02-03T09:30:02Z", "last_error": null,
    "message_id": "<0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b@example.com>",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:02Z",
}))]
pub struct EmailDto {
    id: EmailId,
    to_address: String,
    subject: String,
    #[schema(examples("report_ready"))]
    template: String,
    status: EmailStatus,
    attempts: u64,
    sent_at: Option<DateTime<Utc>>,
    /// Why the last attempt did not get through
    last_error: Option<String>,
    /// Its `Message-ID`, the same at each attempt
    message_id: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&email::Email> for EmailDto {
    fn from(email: &email::Email) -> Self {
        Self {
            id: email.id,
            to_address: email.to_address.clone(),
            subject: email.subject.clone(),
            template: email.template.clone(),
            status: email.status.into(),
            attempts: email.attempts,
            sent_at: email.sent_at,
            last_error: email.last_error.clone(),
            message_id: email.message_id.clone(),
            created_at: email.created_at,
            updated_at: email.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct EmailFilter {
    /// Only mail in this state
    #[param(inline)]
    status: Option<EmailStatus>,
}

/// Lists e-mails
#[utoipa::path(get, path = "/emails", responses((status = 200, body = Listing<EmailDto>)))]
pub async fn list_emails(
    app: State<App>,
    caller: Caller,
    filter: Query<EmailFilter>,
    page: PageQuery,
) -> Answer {
    let found = service::list_emails(&app, &caller, filter.status.map(Into::into), page.request()).await?;
    Ok(page.render(found.map(|email| EmailDto::from(&email))))
}

/// Shows an e-mail
#[utoipa::path(get, path = "/emails/{id}", responses((status = 200, body = EmailDto)))]
pub async fn get_email(app: State<App>, caller: Caller, id: PathId<EmailKind>) -> Answer {
    let email = service::get_email(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&EmailDto::from(&email)).etag(email.version))
}
