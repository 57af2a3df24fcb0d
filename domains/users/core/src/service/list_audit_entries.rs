//! The tenant's audit log, newest first.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::error::Error;
use crate::store::audit_entry;
use chrono::{DateTime, Utc};
use kernel::{Ctx, Page, PageRequest};
use serde_json::Value;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct LoggedEntry {
    pub id: AuditEntryId,
    pub action: String,
    pub resource: String,
    pub resource_id: Uuid,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub actor: Value,
    pub impersonator: Option<Value>,
    pub client_address: Option<String>,
    pub request_id: String,
    pub happened_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

pub async fn list_audit_entries(
    app: &App,
    ctx: &Ctx,
    resource: Option<Uuid>,
    request: &PageRequest,
) -> Result<Page<LoggedEntry>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(audit_entry::page(&read, request, resource).await?.map(LoggedEntry::from))
}

impl From<audit_entry::Model> for LoggedEntry {
    fn from(row: audit_entry::Model) -> Self {
        Self {
            id: row.public_id,
            action: row.action,
            resource: row.resource,
            resource_id: row.resource_id,
            before: row.before,
            after: row.after,
            actor: row.actor,
            impersonator: row.impersonator,
            client_address: row.client_address,
            request_id: row.request_id,
            happened_at: row.happened_at,
            created_at: row.created_at,
        }
    }
}
