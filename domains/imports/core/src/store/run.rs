//! The table `import_runs`. Every change says from which state it goes, so that two workers or a late cancel cannot
//! undo each other.

use super::{from_json, signed, to_json, unknown, unsigned};
use crate::domain::mapping::Mapping;
use crate::domain::records::Position;
use crate::domain::run::{Counts, Mode, Run, RunStatus, Undo, UndoStatus};
use crate::error::Error;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use imports_contract::{ImportRunId, MappingId, UploadId};
use kernel::id::MessageId;
use kernel::{Page, PageRequest, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait, Set};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_runs")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ImportRunId,
    pub upload_id: UploadId,
    pub target: String,
    pub mapping: String,
    pub mode: String,
    pub status: String,
    pub cancel_requested: bool,
    pub rows_total: i64,
    pub rows_done: i64,
    pub rows_created: i64,
    pub rows_updated: i64,
    pub rows_unchanged: i64,
    pub rows_refused: i64,
    pub next_batch: i64,
    pub resume_byte: i64,
    pub resume_line: i64,
    pub message_id: MessageId,
    pub failure_detail: Option<String>,
    pub requested_by: Option<UserId>,
    pub mapping_id: Option<MappingId>,
    pub plan_id: Option<ImportRunId>,
    pub undoable: bool,
    pub undo_status: Option<String>,
    pub undo_next_batch: i64,
    pub undo_id: Option<Uuid>,
    pub undo_failure_detail: Option<String>,
    pub rows_undone: i64,
    pub rows_kept: i64,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
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
const UNDOING: [&str; 2] = ["queued", "running"];

pub async fn insert(unit: &Unit, run: &Run) -> Result<Run, Error> {
    let row = ActiveModel {
        public_id: Set(run.id),
        upload_id: Set(run.upload),
        target: Set(run.target.clone()),
        mapping: Set(to_json(&run.mapping)?),
        mode: Set(run.mode.name().to_owned()),
        status: Set(run.status.name().to_owned()),
        cancel_requested: Set(run.cancel_requested),
        rows_total: Set(signed(run.rows_total)),
        rows_done: Set(0),
        rows_created: Set(0),
        rows_updated: Set(0),
        rows_unchanged: Set(0),
        rows_refused: Set(0),
        next_batch: Set(0),
        resume_byte: Set(signed(run.resume.byte)),
        resume_line: Set(signed(run.resume.line)),
        message_id: Set(run.message),
        requested_by: Set(run.requested_by),
        mapping_id: Set(run.mapping_id),
        plan_id: Set(run.plan),
        undoable: Set(run.undoable),
        undo_next_batch: Set(0),
        rows_undone: Set(0),
        rows_kept: Set(0),
        ..Default::default()
    };
    match unit.insert(row).await {
        Err(error) if error.is_unique("import_runs_of_plan", "import_runs.plan_id") => {
            Err(Error::PlanCarriedOut)
        }
        inserted => Ok(inserted?.try_into()?),
    }
}

pub async fn find(tx: &Tx, id: ImportRunId) -> Result<Option<Run>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(Run::try_from).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Run>, data::Error> {
    let page = tx.find::<Entity>().page(request).await?;
    let data = page.data.into_iter().map(Run::try_from).collect::<Result<_, _>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

/// From queued to running; `None` when it is not queued.
pub async fn begin(unit: &Unit, id: ImportRunId, now: DateTime<Utc>) -> Result<Option<Run>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, RunStatus::Running.name())
        .set(Column::StartedAt, now)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(RunStatus::Queued.name()));
    one(update.returning().await?)
}

/// Takes the step from `batch` to the next; `None` when it is not running or not at this batch any more.
pub async fn advance(
    unit: &Unit,
    id: ImportRunId,
    batch: u32,
    counts: Counts,
    resume: Position,
) -> Result<Option<Run>, data::Error> {
    let add = |column: Column, count: u64| Expr::col(column).add(signed(count));
    let update = unit
        .update::<Entity>()
        .set_expr(Column::RowsDone, add(Column::RowsDone, counts.rows()))
        .set_expr(Column::RowsCreated, add(Column::RowsCreated, counts.created))
        .set_expr(Column::RowsUpdated, add(Column::RowsUpdated, counts.updated))
        .set_expr(Column::RowsUnchanged, add(Column::RowsUnchanged, counts.unchanged))
        .set_expr(Column::RowsRefused, add(Column::RowsRefused, counts.refused))
        .set(Column::NextBatch, i64::from(batch) + 1)
        .set(Column::ResumeByte, signed(resume.byte))
        .set(Column::ResumeLine, signed(resume.line))
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(RunStatus::Running.name()))
        .filter(Column::NextBatch.eq(i64::from(batch)));
    one(update.returning().await?)
}

/// To a final state; `None` when it has one already.
pub async fn finish(
    unit: &Unit,
    id: ImportRunId,
    status: RunStatus,
    failure_detail: Option<String>,
    now: DateTime<Utc>,
) -> Result<Option<Run>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .set(Column::FailureDetail, failure_detail)
        .set(Column::FinishedAt, now)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.is_in(UNFINISHED));
    one(update.returning().await?)
}

/// What waits is cancelled at once; `None` when it does not wait.
pub async fn cancel_queued(
    unit: &Unit,
    id: ImportRunId,
    now: DateTime<Utc>,
) -> Result<Option<Run>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::Status, RunStatus::Cancelled.name())
        .set(Column::CancelRequested, true)
        .set(Column::FinishedAt, now)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(RunStatus::Queued.name()));
    one(update.returning().await?)
}

/// What runs is asked to stop; `None` when it does not run.
pub async fn cancel_running(unit: &Unit, id: ImportRunId) -> Result<Option<Run>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::CancelRequested, true)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(RunStatus::Running.name()));
    one(update.returning().await?)
}

/// Whether the upload was imported into any of these targets, dry or not.
pub async fn is_any_into(
    tx: &Tx,
    upload: UploadId,
    targets: impl IntoIterator<Item = String>,
) -> Result<bool, data::Error> {
    let runs = tx.find::<Entity>().filter(Column::UploadId.eq(upload));
    Ok(runs.filter(Column::Target.is_in(targets)).one().await?.is_some())
}

/// How the newest run into a target was mapped.
pub async fn last_mapping(
    tx: &Tx,
    target: &str,
) -> Result<Option<(Mapping, Option<MappingId>)>, data::Error> {
    let newest = tx.find::<Entity>().filter(Column::Target.eq(target));
    let newest = newest.order_by_desc(Column::CreatedAt).order_by_desc(Column::PublicId).one().await?;
    newest.map(|run| Ok((from_json(&run.mapping)?, run.mapping_id))).transpose()
}

/// From never asked for, or from done where rows were kept, or from failed where it goes on; `None` when it is
/// none of these. The batch after the last that is recorded may have gone in as well, where the run ended between
/// the two.
pub async fn ask_undo(unit: &Unit, id: ImportRunId, undo: Uuid) -> Result<Option<Run>, data::Error> {
    let all = asking(unit, id, undo).set_expr(Column::UndoNextBatch, Expr::col(Column::NextBatch).add(1));
    let kept_some = Column::UndoStatus.eq(UndoStatus::Done.name()).and(Column::RowsKept.gt(0_i64));
    let all = all.set(Column::RowsKept, 0_i64).filter(Column::UndoStatus.is_null().or(kept_some));
    let all = all.filter(Column::Status.is_not_in(UNFINISHED));
    match one(all.returning().await?)? {
        Some(run) => Ok(Some(run)),
        None => {
            let again = asking(unit, id, undo).filter(Column::UndoStatus.eq(UndoStatus::Failed.name()));
            one(again.returning().await?)
        }
    }
}

fn asking(unit: &Unit, id: ImportRunId, undo: Uuid) -> data::Update<'_, Entity> {
    let ask = unit.update::<Entity>().set(Column::UndoStatus, UndoStatus::Queued.name());
    let ask = ask.set(Column::UndoId, undo).set(Column::UndoFailureDetail, None::<String>);
    ask.filter(Column::PublicId.eq(id)).filter(Column::Undoable.eq(true))
}

/// Takes the step from so many batches left to one less; `None` when it is not there any more.
pub async fn advance_undo(
    unit: &Unit,
    id: ImportRunId,
    undo: Uuid,
    batches_left: u32,
    undone: u64,
    kept: u64,
) -> Result<Option<Run>, data::Error> {
    let add = |column: Column, count: u64| Expr::col(column).add(signed(count));
    let update = unit
        .update::<Entity>()
        .set(Column::UndoStatus, UndoStatus::Running.name())
        .set(Column::UndoNextBatch, i64::from(batches_left) - 1)
        .set_expr(Column::RowsUndone, add(Column::RowsUndone, undone))
        .set_expr(Column::RowsKept, add(Column::RowsKept, kept))
        .filter(Column::PublicId.eq(id))
        .filter(Column::UndoId.eq(undo))
        .filter(Column::UndoStatus.is_in(UNDOING))
        .filter(Column::UndoNextBatch.eq(i64::from(batches_left)));
    one(update.returning().await?)
}

/// To its end; `None` when it has one already.
pub async fn finish_undo(
    unit: &Unit,
    id: ImportRunId,
    undo: Uuid,
    status: UndoStatus,
    failure_detail: Option<String>,
) -> Result<Option<Run>, data::Error> {
    let update = unit
        .update::<Entity>()
        .set(Column::UndoStatus, status.name())
        .set(Column::UndoFailureDetail, failure_detail)
        .filter(Column::PublicId.eq(id))
        .filter(Column::UndoId.eq(undo))
        .filter(Column::UndoStatus.is_in(UNDOING));
    one(update.returning().await?)
}

fn one(rows: Vec<Model>) -> Result<Option<Run>, data::Error> {
    rows.into_iter().next().map(Run::try_from).transpose()
}

fn undo_of(row: &Model) -> Result<Option<Undo>, data::Error> {
    let (Some(status), Some(id)) = (&row.undo_status, row.undo_id) else { return Ok(None) };
    Ok(Some(Undo {
        id,
        status: UndoStatus::parse(status).ok_or_else(|| unknown("undo_status", status))?,
        batches_left: u32::try_from(row.undo_next_batch).map_err(data::Error::internal)?,
        rows_undone: unsigned(row.rows_undone),
        rows_kept: unsigned(row.rows_kept),
        failure_detail: row.undo_failure_detail.clone(),
    }))
}

impl TryFrom<Model> for Run {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        Ok(Self {
            undo: undo_of(&row)?,
            mapping_id: row.mapping_id,
            plan: row.plan_id,
            undoable: row.undoable,
            id: row.public_id,
            upload: row.upload_id,
            target: row.target,
            mapping: from_json(&row.mapping)?,
            mode: Mode::parse(&row.mode).ok_or_else(|| unknown("mode", &row.mode))?,
            status: RunStatus::parse(&row.status).ok_or_else(|| unknown("status", &row.status))?,
            cancel_requested: row.cancel_requested,
            rows_total: unsigned(row.rows_total),
            counts: Counts {
                created: unsigned(row.rows_created),
                updated: unsigned(row.rows_updated),
                unchanged: unsigned(row.rows_unchanged),
                refused: unsigned(row.rows_refused),
            },
            next_batch: u32::try_from(row.next_batch).map_err(data::Error::internal)?,
            resume: Position { byte: unsigned(row.resume_byte), line: unsigned(row.resume_line) },
            message: row.message_id,
            failure_detail: row.failure_detail,
            requested_by: row.requested_by,
            started_at: row.started_at,
            finished_at: row.finished_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
