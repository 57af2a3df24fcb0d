//! The audit log over HTTP; it can be read and nothing else.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::service;
use crate::service::list_audit_entries::LoggedEntry;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Caller, Listing, PageQuery, Query, State};

#[derive(Serialize, ToSchema)]
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
    request_id: String,
    /// When it was done.
    happened_at: DateTime<Utc>,
    /// When it reached the log.
    created_at: DateTime<Utc>,
}

impl From<LoggedEntry> for AuditEntryDto {
    fn from(entry: LoggedEntry) -> Self {
        Self {
            id: entry.id,
            action: entry.action,
            resource: entry.resource,
            resource_id: entry.resource_id,
            before: entry.before,
            after: entry.after,
            actor: entry.actor,
            impersonator: entry.impersonator,
            client_address: entry.client_address,
            request_id: entry.request_id,
            happened_at: entry.happened_at,
            created_at: entry.created_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct AuditEntryFilter {
    /// Only what was done to this resource
    resource_id: Option<Uuid>,
}

/// Lists the audit log
#[utoipa::path(get, path = "/audit-entries", responses((status = 200, body = Listing<AuditEntryDto>)))]
pub async fn list_audit_entries(
    app: State<App>,
    caller: Caller,
    filter: Query<AuditEntryFilter>,
    page: PageQuery,
) -> Answer {
    let resource = filter.resource_id;
    let found =
        service::list_audit_entries::list_audit_entries(&app, &caller, resource, page.request()).await?;
    Ok(page.render(found.map(AuditEntryDto::from)))
}
