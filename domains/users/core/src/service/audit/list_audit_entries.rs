//! The tenant's audit log, newest first, and whether what is kept of each entry is what was written.

use crate::app::App;
use crate::domain::AuditEntryId;
use crate::domain::audit_detail::{AuditDetail, Verification, verify};
use crate::error::Error;
use crate::store::{audit_detail, audit_entry, audit_tree};
use chrono::{DateTime, Duration, Utc};
use data::Tx;
use kernel::{Ctx, Page, PageRequest};
use serde_json::Value;
use uuid::Uuid;

pub use crate::store::audit_entry::Filter;

/// So late an entry may reach the log, whatever the tree has seen: it does not know those that have no leaf yet.
const USUAL_DELAY: Duration = Duration::days(1);

#[derive(Clone, Debug)]
pub struct LoggedEntry {
    pub id: AuditEntryId,
    pub action: String,
    pub resource: String,
    pub resource_id: Uuid,
    pub actor: Value,
    pub impersonator: Option<Value>,
    pub request_id: String,
    pub happened_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// Empty where it was erased.
    pub detail: AuditDetail,
    pub verification: Verification,
}

pub async fn list_audit_entries(
    app: &App,
    ctx: &Ctx,
    filter: Filter,
    request: &PageRequest,
) -> Result<Page<LoggedEntry>, Error> {
    let read = app.databases.read(ctx).await?;
    let delay = match filter.happened_to {
        Some(_) => longest_delay(&read).await?,
        None => USUAL_DELAY,
    };
    let found = audit_entry::page(&read, request, filter, delay).await?;
    let mut details =
        audit_detail::of_entries(&read, found.data.iter().map(|row| row.public_id).collect()).await?;
    drop(read);
    Ok(found.map(|row| {
        let kept = details.remove(&row.public_id);
        logged(row, kept)
    }))
}

pub async fn longest_delay(tx: &Tx) -> Result<Duration, data::Error> {
    let tree = audit_tree::find(tx).await?;
    Ok(tree.map_or(USUAL_DELAY, |tree| tree.longest_delay.max(USUAL_DELAY)))
}

pub(in crate::service) fn logged(row: audit_entry::Model, kept: Option<audit_detail::Model>) -> LoggedEntry {
    let as_kept = kept.as_ref().map(|kept| (kept.salt.as_slice(), kept.detail.as_str()));
    let mut verification = verify(row.detail_hash.as_deref(), as_kept);
    let detail = match &kept {
        // What cannot be read is not what was written, whatever the hash says.
        Some(kept) => serde_json::from_str(&kept.detail).unwrap_or_else(|_| {
            verification = Verification::Mismatch;
            AuditDetail::default()
        }),
        None => AuditDetail {
            before: row.before,
            after: row.after,
            client_address: row.client_address,
            user_agent: None,
        },
    };
    LoggedEntry {
        id: row.public_id,
        action: row.action,
        resource: row.resource,
        resource_id: row.resource_id,
        actor: row.actor,
        impersonator: row.impersonator,
        request_id: row.request_id,
        happened_at: row.happened_at,
        created_at: row.created_at,
        detail,
        verification,
    }
}
