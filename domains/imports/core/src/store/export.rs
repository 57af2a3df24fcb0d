//! The table `exports`. One that has ended stays as it ended: every change is for those still queued or running.

use super::{signed, unknown, unsigned};
use crate::domain::export::{End, Export};
use crate::domain::run::RunStatus;
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, Update};
use imports_contract::ExportId;
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "exports")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ExportId,
    pub target: String,
    pub permission: String,
    pub status: String,
    pub row_count: i64,
    pub size_bytes: Option<i64>,
    pub failure_detail: Option<String>,
    pub file_name: String,
    pub requested_by: Option<UserId>,
    pub finished_at: Option<DateTimeUtc>,
    pub file_id: Option<Uuid>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

const UNFINISHED: [&str; 2] = ["queued", "running"];

pub struct NewExport<'a> {
    pub id: ExportId,
    pub target: &'a str,
    pub permission: &'a str,
    pub file_name: String,
    pub requested_by: Option<UserId>,
}

pub async fn insert(unit: &Unit, export: NewExport<'_>) -> Result<Export, Error> {
    let row = ActiveModel {
        public_id: Set(export.id),
        target: Set(export.target.to_owned()),
        permission: Set(export.permission.to_owned()),
        status: Set(RunStatus::Queued.name().to_owned()),
        row_count: Set(0),
        file_name: Set(export.file_name),
        requested_by: Set(export.requested_by),
        ..Default::default()
    };
    match unit.insert(row).await {
        Err(error) if error.is_unique("exports_public_id", "exports.public_id") => {
            Err(Error::ExportExists { id: export.id })
        }
        inserted => Ok(inserted?.try_into()?),
    }
}

pub async fn find(tx: &Tx, id: ExportId) -> Result<Option<Export>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Export::try_from).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Export>, data::Error> {
    tx.find::<Entity>().page(request).await?.try_map(Export::try_from)
}

/// From the first row on, into this file; `None` when it has ended.
pub async fn begin(unit: &Unit, id: ExportId, file: Uuid) -> Result<Option<Export>, data::Error> {
    let begun = unfinished(unit, id).set(Column::Status, RunStatus::Running.name());
    one(begun.set(Column::FileId, file).set(Column::RowCount, 0_i64)).await
}

/// `false` when it has ended or is written into another file, so that whoever writes this one stops.
pub async fn progress(unit: &Unit, id: ExportId, file: Uuid, rows: u64) -> Result<bool, data::Error> {
    let told = unfinished(unit, id).filter(Column::FileId.eq(file)).set(Column::RowCount, signed(rows));
    Ok(told.exec().await? > 0)
}

/// `None` when it had ended before, or it is done by now with another file than this.
pub async fn end(
    unit: &Unit,
    id: ExportId,
    end: &End,
    now: DateTime<Utc>,
) -> Result<Option<Export>, data::Error> {
    let ended = unfinished(unit, id).set(Column::Status, end.status().name()).set(Column::FinishedAt, now);
    let ended = match end {
        End::Done { file, rows, size_bytes } => {
            let ended = ended.filter(Column::FileId.eq(*file)).set(Column::RowCount, signed(*rows));
            ended.set(Column::SizeBytes, signed(*size_bytes))
        }
        End::Failed { detail } => ended.set(Column::FailureDetail, detail.as_str()),
        End::Cancelled => ended,
    };
    one(ended).await
}

fn unfinished(unit: &Unit, id: ExportId) -> Update<'_, Entity> {
    unit.update::<Entity>().filter(Column::PublicId.eq(id)).filter(Column::Status.is_in(UNFINISHED))
}

async fn one(update: Update<'_, Entity>) -> Result<Option<Export>, data::Error> {
    update.returning().await?.pop().map(Export::try_from).transpose()
}

impl TryFrom<Model> for Export {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            id: row.public_id,
            target: row.target,
            permission: row.permission,
            status: RunStatus::parse(&row.status).ok_or_else(|| unknown("status", &row.status))?,
            row_count: unsigned(row.row_count),
            size_bytes: row.size_bytes.map(unsigned),
            failure_detail: row.failure_detail,
            file_name: row.file_name,
            file: row.file_id,
            requested_by: row.requested_by,
            finished_at: row.finished_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
