//! Exports of the audit log. One that has ended stays as it ended; of two workers that write one, the later has its name.

use crate::domain::{AuditExportId, AuditExportState};
use crate::store::audit_leaf::{read, stored};
use crate::store::unknown;
use chrono::{DateTime, Utc};
use data::{PlatformEntity, System, Tx, Unit, Update, tenant_entity};
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_exports")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: AuditExportId,
    pub status: String,
    pub requested_by: Option<UserId>,
    pub tree_size: Option<i64>,
    pub rows_written: i64,
    pub size_bytes: Option<i64>,
    pub sha256: Option<Vec<u8>>,
    pub failure_detail: Option<String>,
    pub blob_name: String,
    pub finished_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

impl PlatformEntity for Entity {
    const REASON: &'static str = "those that have expired are deleted, of all tenants at once";
}

#[derive(Clone, Debug)]
pub struct AuditExport {
    pub id: AuditExportId,
    pub state: AuditExportState,
    pub requested_by: Option<UserId>,
    pub tree_size: Option<u64>,
    pub rows: u64,
    pub size_bytes: Option<u64>,
    pub sha256: Option<Vec<u8>>,
    pub failure_detail: Option<String>,
    pub blob_name: String,
    pub finished_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// How it ends.
pub enum End {
    Done { tree_size: u64, rows: u64, size_bytes: u64, sha256: Vec<u8>, expires_at: DateTime<Utc> },
    Failed { detail: String },
}

pub async fn insert(
    unit: &Unit,
    id: AuditExportId,
    requested_by: Option<UserId>,
    expires_at: DateTime<Utc>,
) -> Result<AuditExport, data::Error> {
    let row = ActiveModel {
        public_id: Set(id),
        status: Set(AuditExportState::Queued.name().to_owned()),
        requested_by: Set(requested_by),
        rows_written: Set(0),
        blob_name: Set(String::new()),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    export(unit.insert(row).await?)
}

/// Whether the client's own id is taken.
pub fn is_taken(error: &data::Error) -> bool {
    error.is_unique("audit_exports_tenant_id_public_id", "audit_exports.public_id")
}

pub async fn find(tx: &Tx, id: AuditExportId) -> Result<Option<AuditExport>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(export).transpose()
}

pub async fn find_to_change(unit: &Unit, id: AuditExportId) -> Result<Option<AuditExport>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(export).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<AuditExport>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(export)
}

/// With those that have ended.
pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

/// From the first row on, under this name; `None` when it has ended.
pub async fn begin(
    unit: &Unit,
    id: AuditExportId,
    blob_name: &str,
) -> Result<Option<AuditExport>, data::Error> {
    let begin = active(unit, id)
        .set(Column::Status, AuditExportState::Running.name())
        .set(Column::RowsWritten, 0_i64)
        .set(Column::BlobName, blob_name);
    one(begin).await
}

/// `false` when another writes it by now, so that this one stops.
pub async fn progress(unit: &Unit, own: &AuditExport, rows: u64) -> Result<bool, data::Error> {
    Ok(written(unit, own).set(Column::RowsWritten, stored(rows)?).exec().await? > 0)
}

/// `None` when it had ended before, or another writes it.
pub async fn complete(
    unit: &Unit,
    own: &AuditExport,
    end: End,
    now: DateTime<Utc>,
) -> Result<Option<AuditExport>, data::Error> {
    one(ended(written(unit, own), end, now)?).await
}

/// `None` when it had ended before.
pub async fn end(
    unit: &Unit,
    id: AuditExportId,
    end: End,
    now: DateTime<Utc>,
) -> Result<Option<AuditExport>, data::Error> {
    one(ended(active(unit, id), end, now)?).await
}

/// Of whichever tenant.
pub async fn expired(system: &System, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, data::Error> {
    let expired = Entity::find().filter(Column::ExpiresAt.lte(now)).order_by_asc(Column::ExpiresAt);
    system.all(expired.limit(limit)).await
}

pub async fn remove(system: &System, row: i64) -> Result<u64, data::Error> {
    system.execute("DELETE FROM audit_exports WHERE id = $1", vec![row.into()]).await
}

fn ended(
    update: Update<'_, Entity>,
    end: End,
    now: DateTime<Utc>,
) -> Result<Update<'_, Entity>, data::Error> {
    let update = update.set(Column::FinishedAt, now);
    Ok(match end {
        End::Done { tree_size, rows, size_bytes, sha256, expires_at } => update
            .set(Column::Status, AuditExportState::Done.name())
            .set(Column::TreeSize, stored(tree_size)?)
            .set(Column::RowsWritten, stored(rows)?)
            .set(Column::SizeBytes, stored(size_bytes)?)
            .set(Column::Sha256, sha256)
            .set(Column::ExpiresAt, expires_at),
        End::Failed { detail } => {
            update.set(Column::Status, AuditExportState::Failed.name()).set(Column::FailureDetail, detail)
        }
    })
}

fn active(unit: &Unit, id: AuditExportId) -> Update<'_, Entity> {
    let active = [AuditExportState::Queued, AuditExportState::Running].map(AuditExportState::name);
    unit.update::<Entity>().filter(Column::PublicId.eq(id)).filter(Column::Status.is_in(active))
}

fn written<'a>(unit: &'a Unit, own: &AuditExport) -> Update<'a, Entity> {
    active(unit, own.id).filter(Column::BlobName.eq(own.blob_name.as_str()))
}

async fn one(update: Update<'_, Entity>) -> Result<Option<AuditExport>, data::Error> {
    update.returning().await?.pop().map(export).transpose()
}

fn export(row: Model) -> Result<AuditExport, data::Error> {
    let state = AuditExportState::parse(&row.status);
    Ok(AuditExport {
        id: row.public_id,
        state: state.ok_or_else(|| unknown("state of an export", &row.status))?,
        requested_by: row.requested_by,
        tree_size: row.tree_size.map(read).transpose()?,
        rows: read(row.rows_written)?,
        size_bytes: row.size_bytes.map(read).transpose()?,
        sha256: row.sha256,
        failure_detail: row.failure_detail,
        blob_name: row.blob_name,
        finished_at: row.finished_at,
        expires_at: row.expires_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
