//! Runs. A run that has ended stays as it ended: every change is for those still queued or running.

use crate::domain::run::{End, Run, RunStatus};
use chrono::{DateTime, Utc};
use data::{Error, Find, Tx, Unit, Update};
use kernel::{Page, PageRequest, UserId};
use reports_contract::ReportRunId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_runs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: Uuid,
    pub public_id: ReportRunId,
    pub report: String,
    pub title: String,
    pub permission: String,
    pub parameters: Json,
    pub status: String,
    pub rows_written: i64,
    pub size_bytes: Option<i64>,
    pub failure_detail: Option<String>,
    pub requested_by: Option<UserId>,
    pub notify: bool,
    pub blob_name: String,
    pub finished_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub struct NewRun<'a> {
    pub id: ReportRunId,
    pub report: &'a str,
    pub title: &'a str,
    pub permission: &'a str,
    pub parameters: &'a BTreeMap<String, String>,
    pub requested_by: Option<UserId>,
    pub notify: bool,
    pub blob_name: String,
}

pub struct RunFilter<'a> {
    pub status: Option<RunStatus>,
    pub report: Option<&'a str>,
}

pub async fn insert(unit: &Unit, run: NewRun<'_>) -> Result<Run, Error> {
    let row = ActiveModel {
        public_id: Set(run.id),
        report: Set(run.report.to_owned()),
        title: Set(run.title.to_owned()),
        permission: Set(run.permission.to_owned()),
        parameters: Set(serde_json::to_value(run.parameters).map_err(Error::internal)?),
        status: Set(RunStatus::Queued.name().to_owned()),
        rows_written: Set(0),
        requested_by: Set(run.requested_by),
        notify: Set(run.notify),
        blob_name: Set(run.blob_name),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

/// Whether the client's own id is taken.
pub fn is_taken(error: &Error) -> bool {
    error.is_unique("report_runs_public_id", "report_runs.public_id")
}

pub async fn find(tx: &Tx, id: ReportRunId) -> Result<Option<Run>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, filter: RunFilter<'_>, request: &PageRequest) -> Result<Page<Run>, Error> {
    let mut runs: Find<'_, Entity> = tx.find();
    if let Some(status) = filter.status {
        runs = runs.filter(Column::Status.eq(status.name()));
    }
    if let Some(report) = filter.report {
        runs = runs.filter(Column::Report.eq(report));
    }
    let Page { data, next_cursor } = runs.page(request).await?;
    Ok(Page { data: data.into_iter().map(read).collect::<Result<_, _>>()?, next_cursor })
}

/// From the first row on; `None` when the run has ended.
pub async fn begin(unit: &Unit, id: ReportRunId) -> Result<Option<Run>, Error> {
    let update =
        active(unit, id).set(Column::Status, RunStatus::Running.name()).set(Column::RowsWritten, 0_i64);
    one(update).await
}

/// `false` when the run has ended, so that whoever writes it stops.
pub async fn progress(unit: &Unit, id: ReportRunId, rows: u64) -> Result<bool, Error> {
    Ok(active(unit, id).set(Column::RowsWritten, stored(rows)).exec().await? > 0)
}

/// `None` when it had ended before.
pub async fn end(unit: &Unit, id: ReportRunId, end: &End, now: DateTime<Utc>) -> Result<Option<Run>, Error> {
    let update = active(unit, id).set(Column::Status, end.status().name()).set(Column::FinishedAt, now);
    let update = match end {
        End::Ready { rows, size_bytes } => {
            update.set(Column::RowsWritten, stored(*rows)).set(Column::SizeBytes, stored(*size_bytes))
        }
        End::Failed { detail } => update.set(Column::FailureDetail, detail.as_str()),
        End::Cancelled => update,
    };
    one(update).await
}

fn active(unit: &Unit, id: ReportRunId) -> Update<'_, Entity> {
    let active = RunStatus::ACTIVE.map(RunStatus::name);
    unit.update::<Entity>().filter(Column::PublicId.eq(id)).filter(Column::Status.is_in(active))
}

async fn one(update: Update<'_, Entity>) -> Result<Option<Run>, Error> {
    update.returning().await?.pop().map(read).transpose()
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn read(row: Model) -> Result<Run, Error> {
    let status = RunStatus::parse(&row.status);
    Ok(Run {
        id: row.public_id,
        report: row.report,
        title: row.title,
        permission: row.permission,
        parameters: serde_json::from_value(row.parameters).map_err(Error::internal)?,
        status: status.ok_or_else(|| Error::internal("a run of an unknown status"))?,
        rows_written: count(row.rows_written),
        size_bytes: row.size_bytes.map(count),
        failure_detail: row.failure_detail,
        requested_by: row.requested_by,
        notify: row.notify,
        blob_name: row.blob_name,
        finished_at: row.finished_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
