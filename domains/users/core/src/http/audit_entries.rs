//! The audit log over HTTP; it can be read and nothing else. What proves it is in `audit_log.rs`.

use crate::app::App;
use crate::domain::audit_detail::Verification;
use crate::domain::{AuditEntryId, AuditEntryKind};
use crate::service;
use crate::service::audit::list_audit_entries::{Filter, LoggedEntry};
use chrono::{DateTime, Utc};
use kernel::UserId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, PathId, Query, Rendered, State};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "action": "billing.invoice.finalize", "resource": "invoice",
    "resource_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "before": {"status": "draft"}, "after": {"status": "open", "number": "INV-000001"},
    "actor": {"kind": "user", "id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a"}, "impersonator": null,
    "client_address": "203.0.113.7", "user_agent": "curl/8.5.0",
    "request_id": "0190a5c87d3e7a618f2b4c5d6e7f8a9b",
    "happened_at": "2026-02-03T09:45:00Z", "created_at": "2026-02-03T09:45:01Z", "detail_erased": false,
    "verification": "verified",
}))]
pub struct AuditEntryDto {
    id: AuditEntryId,
    #[schema(example = "billing.invoice.finalize")]
    action: String,
    #[schema(example = "invoice")]
    resource: String,
    resource_id: Uuid,
    #[schema(required, value_type = Option<Object>)]
    before: Option<Value>,
    #[schema(required, value_type = Option<Object>)]
    after: Option<Value>,
    #[schema(value_type = Object)]
    actor: Value,
    /// Who acted through the actor.
    #[schema(required, value_type = Option<Object>)]
    impersonator: Option<Value>,
    #[schema(required)]
    client_address: Option<String>,
    #[schema(required)]
    user_agent: Option<String>,
    request_id: String,
    /// When it was done.
    happened_at: DateTime<Utc>,
    /// When it reached the log.
    created_at: DateTime<Utc>,
    /// What is personal in it, from `before` to `user_agent`, was erased; then these are null
    detail_erased: bool,
    verification: AuditVerification,
}

/// Whether what is shown of an entry's detail is what was written with it.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditVerification {
    Verified,
    Erased,
    Mismatch,
    /// The entry is older than the sealing of details.
    Unsealed,
}

impl From<Verification> for AuditVerification {
    fn from(verification: Verification) -> Self {
        match verification {
            Verification::Verified => Self::Verified,
            Verification::Erased => Self::Erased,
            Verification::Mismatch => Self::Mismatch,
            Verification::Unsealed => Self::Unsealed,
        }
    }
}

impl From<LoggedEntry> for AuditEntryDto {
    fn from(entry: LoggedEntry) -> Self {
        Self {
            id: entry.id,
            action: entry.action,
            resource: entry.resource,
            resource_id: entry.resource_id,
            before: entry.detail.before,
            after: entry.detail.after,
            actor: entry.actor,
            impersonator: entry.impersonator,
            client_address: entry.detail.client_address,
            user_agent: entry.detail.user_agent,
            request_id: entry.request_id,
            happened_at: entry.happened_at,
            created_at: entry.created_at,
            detail_erased: entry.verification == Verification::Erased,
            verification: entry.verification.into(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct AuditEntryFilter {
    /// Only what was done to this resource
    resource_id: Option<Uuid>,
    /// Only what was done to resources of this kind, such as `invoice`
    resource: Option<String>,
    /// Only what this person did, by themselves or by an API key of theirs
    actor_id: Option<UserId>,
    /// Only what somebody did through the actor: an operator of the installation whom the tenant lets in for support
    #[param(inline)]
    impersonator: Option<AuditImpersonator>,
    /// Only this action, such as `billing.invoice.finalize`; with a dot at its end, all that begin with it: `billing.` or
    /// `billing.invoice.`
    action: Option<String>,
    /// Only what came of this request
    request_id: Option<String>,
    /// Only what happened then or later
    happened_from: Option<DateTime<Utc>>,
    /// Only what happened then or before
    happened_to: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditImpersonator {
    Operator,
}

impl AuditImpersonator {
    fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
        }
    }
}

/// Lists the audit log
#[utoipa::path(get, path = "/audit-entries", responses((status = 200, body = Listing<AuditEntryDto>)))]
pub async fn list_audit_entries(
    app: State<App>,
    caller: Caller,
    filter: Query<AuditEntryFilter>,
    page: PageQuery,
) -> Answer {
    let filter = Filter {
        resource: filter.resource_id,
        kind: filter.resource.clone(),
        actor: filter.actor_id,
        action: filter.action.clone(),
        request: filter.request_id.clone(),
        impersonator: filter.impersonator.map(AuditImpersonator::name),
        happened_from: filter.happened_from,
        happened_to: filter.happened_to,
    };
    let found =
        service::audit::list_audit_entries::list_audit_entries(&app, &caller, filter, page.request()).await?;
    Ok(page.render(found.map(AuditEntryDto::from)))
}

/// Shows an entry of the audit log
#[utoipa::path(get, path = "/audit-entries/{id}", responses((status = 200, body = AuditEntryDto)))]
pub async fn get_audit_entry(app: State<App>, caller: Caller, id: PathId<AuditEntryKind>) -> Answer {
    let entry = service::audit::show_audit_entry::show_audit_entry(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&AuditEntryDto::from(entry)).etag_of_body())
}
