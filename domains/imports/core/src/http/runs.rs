//! Imports: asked for, watched, cancelled, undone.

use super::sources::{Entries, ImportSourceDto, shown, shown_without_values};
use crate::domain::row::{Outcome, RowResult};
use crate::domain::run::{Mode, Run, Undo};
use crate::error::Error;
use crate::service::{self, App, Mapped, RunOf, StartRun};
use chrono::{DateTime, Utc};
use imports_contract::{ImportRunId, ImportRunKind, MappingId, UploadId};
use kernel::{Ctx, Faults, UserId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Answer, Body, Caller, Listing, OwnOrder, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "upload_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "target": "inventory.items", "mode": "dry_run",
    "mapping": {
        "sku": {"column": "product_id"},
        "unit_cost": {"column": "unit_price", "decimals": 2, "decimal_mark": ","},
        "currency": {"value": "USD"},
    },
}))]
pub struct StartImport {
    /// Required without `plan_id`
    upload_id: Option<UploadId>,
    /// Required without `plan_id` and `mapping_id`
    #[schema(examples("inventory.items"))]
    target: Option<String>,
    /// By the target's field; required without `plan_id` and `mapping_id`
    #[schema(value_type = Option<BTreeMap<String, ImportSourceDto>>)]
    mapping: Option<Entries>,
    /// In place of `mapping`: one that is kept
    mapping_id: Option<MappingId>,
    /// In place of all of these: a dry run that is done, whose decisions are carried out
    plan_id: Option<ImportRunId>,
    mode: ImportMode,
}

impl StartImport {
    fn command(self) -> Result<StartRun, Error> {
        let mut faults = Faults::new();
        let mode = match self.mode {
            ImportMode::DryRun => Mode::DryRun,
            ImportMode::Apply => Mode::Apply,
        };
        if let Some(plan) = self.plan_id {
            let mut without = |is_absent: bool, pointer| {
                faults.require(
                    is_absent,
                    pointer,
                    "with_plan",
                    "must be left out with plan_id, which names it",
                );
            };
            without(self.upload_id.is_none(), "/upload_id");
            without(self.target.is_none(), "/target");
            without(self.mapping.is_none(), "/mapping");
            without(self.mapping_id.is_none(), "/mapping_id");
            let applies = mode == Mode::Apply;
            faults.require(applies, "/mode", "with_plan", "must be apply with plan_id, which is carried out");
            return faults.finish(StartRun { of: RunOf::Plan(plan), mode }).map_err(Error::invalid);
        }
        faults.require(self.upload_id.is_some(), "/upload_id", "required", "is required without plan_id");
        let mapped = match (self.mapping_id, self.mapping) {
            (Some(mapping), given) => {
                let detail = "must be left out with mapping_id: give one of them";
                faults.require(given.is_none(), "/mapping", "ambiguous", detail);
                Some(Mapped::AsKept { mapping, target: self.target })
            }
            (None, given) => {
                let detail = "is required without plan_id and mapping_id";
                faults.require(self.target.is_some(), "/target", "required", detail);
                faults.require(given.is_some(), "/mapping", "required", detail);
                let given = self.target.zip(given);
                given.map(|(target, entries)| Mapped::Anew { target, entries: entries.0 })
            }
        };
        match (self.upload_id, mapped) {
            (Some(upload), Some(mapped)) => {
                faults.finish(StartRun { of: RunOf::File { upload, mapped }, mode }).map_err(Error::invalid)
            }
            _ => Err(Error::invalid(faults.into_errors())),
        }
    }
}

/// `dry_run` decides and reports everything, and keeps the decisions; nothing else changes.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    DryRun,
    Apply,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "upload_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "target": "inventory.items",
    "mapping": {
        "sku": {"column": "product_id"},
        "unit_cost": {"column": "unit_price", "decimals": 2, "decimal_mark": ","},
        "currency": {"value": "USD"},
    },
    "mapping_id": null, "plan_id": null, "mode": "apply", "status": "done", "cancel_requested": false,
    "rows_total": 77, "rows_done": 77, "rows_created": 70, "rows_updated": 4, "rows_unchanged": 1,
    "rows_refused": 2, "failure_detail": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "undo": null,
    "started_at": "2026-02-03T09:30:01Z", "finished_at": "2026-02-03T09:30:04Z",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:04Z",
}))]
pub struct ImportRunDto {
    id: ImportRunId,
    upload_id: UploadId,
    target: String,
    mapping: BTreeMap<String, ImportSourceDto>,
    /// The mapping that was named
    #[schema(required)]
    mapping_id: Option<MappingId>,
    /// The dry run that it carries out
    #[schema(required)]
    plan_id: Option<ImportRunId>,
    mode: ImportMode,
    /// queued, running, done, failed or cancelled
    status: &'static str,
    /// It ends after the batch it is working on
    cancel_requested: bool,
    rows_total: u64,
    rows_done: u64,
    rows_created: u64,
    rows_updated: u64,
    rows_unchanged: u64,
    rows_refused: u64,
    /// Why it failed, and what of a failed or cancelled one is not known
    failure_detail: Option<String>,
    requested_by: Option<UserId>,
    /// Once somebody has asked for it
    #[schema(required)]
    undo: Option<ImportUndoDto>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl ImportRunDto {
    /// To who may read these targets.
    fn of(run: &Run, readable: &BTreeSet<String>) -> Self {
        let shown = if readable.contains(&run.target) { shown } else { shown_without_values };
        Self {
            id: run.id,
            upload_id: run.upload,
            target: run.target.clone(),
            mapping: shown(&run.mapping),
            mapping_id: run.mapping_id,
            plan_id: run.plan,
            mode: match run.mode {
                Mode::DryRun => ImportMode::DryRun,
                Mode::Apply => ImportMode::Apply,
            },
            status: run.status.name(),
            cancel_requested: run.cancel_requested,
            rows_total: run.rows_total,
            rows_done: run.counts.rows(),
            rows_created: run.counts.created,
            rows_updated: run.counts.updated,
            rows_unchanged: run.counts.unchanged,
            rows_refused: run.counts.refused,
            failure_detail: run.failure_detail.clone(),
            requested_by: run.requested_by,
            undo: run.undo.as_ref().map(ImportUndoDto::from),
            started_at: run.started_at,
            finished_at: run.finished_at,
            created_at: run.created_at,
            updated_at: run.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"status": "running", "rows_undone": 60, "rows_kept": 1, "failure_detail": null}))]
pub struct ImportUndoDto {
    /// queued, running, done or failed
    status: &'static str,
    rows_undone: u64,
    /// Left as they are, since something has built on them; each row says why. Counted anew when tried again
    rows_kept: u64,
    /// Why it failed
    #[schema(required)]
    failure_detail: Option<String>,
}

impl From<&Undo> for ImportUndoDto {
    fn from(undo: &Undo) -> Self {
        Self {
            status: undo.status.name(),
            rows_undone: undo.rows_undone,
            rows_kept: undo.rows_kept,
            failure_detail: undo.failure_detail.clone(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "line": 12, "outcome": "refused", "resource_id": null,
    "faults": [{
        "column": "unit_price", "field": "unit_cost", "value": "1,80", "rule": "not_a_number",
        "detail": "must be a decimal number such as 2.5",
    }],
}))]
pub struct ImportRowDto {
    /// Where the row begins in the file; the header is line 1
    line: u64,
    /// created, updated, unchanged, refused or undone
    outcome: &'static str,
    /// What it created, updated or found unchanged; in a dry run it need not exist
    resource_id: Option<Uuid>,
    /// Why it was refused, or was not undone
    faults: Vec<ImportFaultDto>,
}

#[derive(Serialize, ToSchema)]
pub struct ImportFaultDto {
    /// The file's column
    column: Option<String>,
    /// The target's field
    field: Option<String>,
    value: Option<String>,
    #[schema(examples("malformed_row"))]
    rule: String,
    detail: String,
}

impl From<RowResult> for ImportRowDto {
    fn from(row: RowResult) -> Self {
        let faults = row.faults.into_iter().map(|fault| ImportFaultDto {
            column: fault.column,
            field: fault.field,
            value: fault.value,
            rule: fault.rule,
            detail: fault.detail,
        });
        Self {
            line: row.line,
            outcome: row.outcome.name(),
            resource_id: row.resource_id,
            faults: faults.collect(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct RowFilter {
    /// Only rows that ended so
    #[param(inline)]
    outcome: Option<ImportOutcome>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    Created,
    Updated,
    Unchanged,
    Refused,
    Undone,
}

impl From<ImportOutcome> for Outcome {
    fn from(outcome: ImportOutcome) -> Self {
        match outcome {
            ImportOutcome::Created => Self::Created,
            ImportOutcome::Updated => Self::Updated,
            ImportOutcome::Unchanged => Self::Unchanged,
            ImportOutcome::Refused => Self::Refused,
            ImportOutcome::Undone => Self::Undone,
        }
    }
}

/// Starts an import or a dry run
///
/// A dry run decides each row as the import would, knowing the earlier rows of its file. An import that names one
/// carries out its decisions; a row is decided anew where what it was decided upon has changed.
#[utoipa::path(post, path = "/runs", responses((status = 202, body = ImportRunDto)))]
pub async fn start_run(app: State<App>, caller: Caller, body: Body<StartImport>) -> Answer {
    let command = body.into_inner().command()?;
    let render = accepted(&app, &caller);
    respond(&caller, async |ctx| service::start_run(&app, ctx, command).await, render).await
}

/// Lists imports
#[utoipa::path(get, path = "/runs", responses((status = 200, body = Listing<ImportRunDto>)))]
pub async fn list_runs(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = service::list_runs(&app, &caller, page.request()).await?;
    let readable = service::readable(&app, &caller);
    Ok(page.render(found.map(|run| ImportRunDto::of(&run, &readable))))
}

/// Shows an import and how far it is
#[utoipa::path(get, path = "/runs/{id}", responses((status = 200, body = ImportRunDto)))]
pub async fn get_run(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    let run = service::get_run(&app, &caller, id.id()).await?;
    let readable = service::readable(&app, &caller);
    Ok(Rendered::ok(&ImportRunDto::of(&run, &readable)).etag(run.version))
}

/// Lists what became of each row, in the order of the file
///
/// Needs the permission to read the run's target, beside that of imports: what is wrong with a row tells of what is there.
#[utoipa::path(get, path = "/runs/{id}/rows", responses((status = 200, body = Listing<ImportRowDto>)))]
pub async fn list_run_rows(
    app: State<App>,
    caller: Caller,
    id: PathId<ImportRunKind>,
    filter: Query<RowFilter>,
    page: PageQuery<OwnOrder>,
) -> Answer {
    let outcome = filter.outcome.map(Outcome::from);
    let found = service::list_row_results(&app, &caller, id.id(), outcome, page.request()).await?;
    Ok(page.render(found.map(ImportRowDto::from)))
}

/// Cancels an import
///
/// One that runs ends after the batch it is working on; what has gone in stays, and is in its rows and counts. Where the
/// target does not tell what it has of that batch, `failure_detail` says so.
#[utoipa::path(post, path = "/runs/{id}/cancel", responses((status = 202, body = ImportRunDto)))]
pub async fn cancel_run(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    let render = accepted(&app, &caller);
    respond(&caller, async |ctx| service::cancel_run(&app, ctx, id.id()).await, render).await
}

/// Downloads the rows that were refused, to fix and upload again
///
/// Written as the file they came in, with all its columns and two more: `error` says what is wrong, and `import_row`
/// which row it was, so that it is not taken for another that says the same. Leave that as it is, and map neither. Of a
/// workbook it is CSV. Needs the permission to read the run's target, beside that of imports.
#[utoipa::path(get, path = "/runs/{id}/error-file", responses(
    (status = 200, description = "The rows that were refused", content((String = "text/csv")))))]
pub async fn download_error_file(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    let file = service::download_error_file(&app, &caller, id.id()).await?;
    Ok(Rendered::stream("text/csv", file.content).attachment(&file.file_name))
}

/// Undoes an import
///
/// What its rows created is deleted, and what they updated is as it was before. What something has built on since
/// stays; each row says what became of it. Where it is done and rows were kept it can be asked for again: those
/// on which nothing is built any more are taken back then too. Where it failed it goes on.
#[utoipa::path(post, path = "/runs/{id}/undo", responses((status = 202, body = ImportRunDto)))]
pub async fn undo_run(app: State<App>, caller: Caller, id: PathId<ImportRunKind>) -> Answer {
    let render = accepted(&app, &caller);
    respond(&caller, async |ctx| service::undo_run(&app, ctx, id.id()).await, render).await
}

fn accepted(app: &App, caller: &Ctx) -> impl Fn(&Run) -> Rendered + Send + Sync + use<> {
    let readable = service::readable(app, caller);
    move |run| {
        let location = format!("/api/v1/imports/runs/{}", run.id);
        Rendered::accepted(&ImportRunDto::of(run, &readable)).location(location).etag(run.version)
    }
}
