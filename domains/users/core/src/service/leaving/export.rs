//! An export of data as a caller sees it, and the file it is written to.

use crate::domain::DataExportId;
use crate::domain::leaving::ExportStatus;
use crate::error::Error;
use crate::store::data_export;
use blobs::BlobKey;
use chrono::{DateTime, Duration, Utc};
use data::{AuditEntry, Unit};
use kernel::{TenantId, UserId};
use serde_json::json;

/// How long a file can be downloaded.
pub const KEPT: Duration = Duration::days(7);
pub const FORMAT: &str = "insula-export/1";
const FILE_NAME: &str = "export.ndjson";

#[derive(Clone, Debug)]
pub struct Export {
    pub id: DataExportId,
    /// `None`: of the whole tenant.
    pub of_person: Option<UserId>,
    pub requested_by: UserId,
    pub status: ExportStatus,
    pub rows_written: u64,
    pub size_bytes: Option<u64>,
    pub failure_detail: Option<String>,
    pub expires_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Export {
    pub fn of(row: data_export::Model) -> Result<Self, Error> {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(Self {
            status: row.status()?,
            id: row.public_id,
            of_person: row.of_person,
            requested_by: row.requested_by,
            rows_written: count(row.rows_written),
            size_bytes: row.size_bytes.map(count),
            failure_detail: row.failure_detail,
            expires_at: row.expires_at,
            finished_at: row.finished_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The same at each attempt, so that a repeat overwrites its own file.
pub fn key(tenant: TenantId, id: DataExportId) -> BlobKey {
    BlobKey::new("users", tenant, id, FILE_NAME)
}

pub fn file_name(export: &Export) -> String {
    format!("insula-{}-{FILE_NAME}", export.created_at.format("%Y-%m-%d"))
}

/// For each step it takes, once it is taken.
pub fn audit_step(
    unit: &mut Unit,
    action: &'static str,
    before: Option<ExportStatus>,
    row: &data_export::Model,
) -> Result<(), data::Error> {
    unit.audit(AuditEntry {
        action,
        resource: "data_export",
        resource_id: row.public_id.uuid(),
        before: before.map(|status| json!({ "status": status.name() })),
        after: Some(json!({
            "status": row.status, "of_person": row.of_person, "failure_detail": row.failure_detail,
        })),
    })
}
