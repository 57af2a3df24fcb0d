//! Asks for an import: checked in full, written with its job, done by the job.

use super::sight::may_see_upload;
use super::{App, audit, check_permission, find_upload, get_mapping, get_run, target};
use crate::domain::mapping::{self, Entry, Mapping};
use crate::domain::records::Position;
use crate::domain::run::{Counts, Mode, Run, RunStatus};
use crate::domain::upload::{Source, Upload};
use crate::error::Error;
use crate::jobs::RunImport;
use crate::store;
use data::JobOptions;
use imports_contract::{ImportRunId, MappingId, UploadId};
use kernel::{Ctx, Faults, FieldError};
use module::TargetDefinition;

pub struct StartRun {
    pub of: RunOf,
    pub mode: Mode,
}

pub enum RunOf {
    /// The file, the target and the mapping of this dry run.
    Plan(ImportRunId),
    File {
        upload: UploadId,
        mapped: Mapped,
    },
}

pub enum Mapped {
    Anew {
        target: String,
        entries: Vec<Entry>,
    },
    /// As it is kept; the target, where it is named as well, has to be its own.
    AsKept {
        mapping: MappingId,
        target: Option<String>,
    },
}

/// What is imported where, and how.
struct Asked {
    upload: Upload,
    target: String,
    mapping: Mapping,
    mapping_id: Option<MappingId>,
    plan: Option<ImportRunId>,
}

pub async fn start_run(app: &App, ctx: &Ctx, command: StartRun) -> Result<Run, Error> {
    let asked = match command.of {
        RunOf::Plan(plan) => of_plan(app, ctx, plan).await?,
        RunOf::File { upload, mapped } => of_file(app, ctx, upload, mapped).await?,
    };
    check_permission(ctx, &target(app, &asked.target)?.definition)?;
    let id: ImportRunId = ctx.new_id();
    let mut unit = app.databases.write(ctx).await?;
    let message = unit.enqueue(&RunImport { run: id }, JobOptions::default())?;
    let run = Run {
        id,
        upload: asked.upload.id,
        target: asked.target,
        mapping: asked.mapping,
        mapping_id: asked.mapping_id,
        plan: asked.plan,
        mode: command.mode,
        status: RunStatus::Queued,
        cancel_requested: false,
        rows_total: asked.upload.row_count,
        counts: Counts::default(),
        next_batch: 0,
        resume: Position::default(),
        message,
        failure_detail: None,
        requested_by: ctx.actor().user(),
        undoable: command.mode == Mode::Apply,
        undo: None,
        started_at: None,
        finished_at: None,
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    let run = store::run::insert(&unit, &run).await?;
    audit(&mut unit, "imports.run.start", None, &run)?;
    Ok(unit.commit(run).await?)
}

async fn of_file(app: &App, ctx: &Ctx, upload: UploadId, mapped: Mapped) -> Result<Asked, Error> {
    let upload = match find_upload(app, ctx, upload).await {
        Err(Error::UploadNotFound) => return Err(wrong("/upload_id", "unknown", "there is no such upload")),
        found => found?,
    };
    match mapped {
        Mapped::Anew { target: name, entries } => {
            let definition = &target(app, &name)?.definition;
            // Who may not write there is told no more of it.
            check_permission(ctx, definition)?;
            may_see_upload(app, ctx, &upload).await?;
            let mapping = checked(definition, &upload, entries).map_err(Error::invalid)?;
            Ok(Asked { upload, target: name, mapping, mapping_id: None, plan: None })
        }
        Mapped::AsKept { mapping: id, target: named } => {
            let kept = match get_mapping(app, ctx, id).await {
                Err(Error::MappingNotFound) => {
                    return Err(wrong("/mapping_id", "unknown", "there is no such mapping"));
                }
                found => found?.fields,
            };
            if named.is_some_and(|named| named != kept.target) {
                let detail = format!("is not that of the mapping, which is for `{}`", kept.target);
                return Err(wrong("/target", "of_another_mapping", &detail));
            }
            let definition = &target(app, &kept.target)?.definition;
            check_permission(ctx, definition)?;
            may_see_upload(app, ctx, &upload).await?;
            let checked = checked(definition, &upload, kept.mapping.entries());
            let mapping =
                checked.map_err(|errors| Error::invalid(errors.into_iter().map(of_kept).collect()))?;
            Ok(Asked { upload, target: kept.target, mapping, mapping_id: Some(id), plan: None })
        }
    }
}

fn checked(
    definition: &TargetDefinition,
    upload: &Upload,
    entries: Vec<Entry>,
) -> Result<Mapping, Vec<FieldError>> {
    let mapping = mapping::check(definition, Some(&upload.columns), entries)?;
    match upload.layout.source {
        Source::Csv(_) => {}
        Source::Sheet(_) => mapping.check_for_workbook()?,
    }
    Ok(mapping)
}

async fn of_plan(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Asked, Error> {
    let plan = match get_run(app, ctx, id).await {
        Err(Error::RunNotFound) => return Err(wrong("/plan_id", "unknown", "there is no such dry run")),
        found => found?,
    };
    if plan.mode != Mode::DryRun {
        return Err(wrong("/plan_id", "not_a_plan", "is an import; name a dry run"));
    }
    if plan.status != RunStatus::Done {
        let detail = format!("is {}: a dry run is carried out once it is done", plan.status.name());
        return Err(wrong("/plan_id", "not_done", &detail));
    }
    let upload = find_upload(app, ctx, plan.upload).await?;
    let Run { target, mapping, mapping_id, .. } = plan;
    Ok(Asked { upload, target, mapping, mapping_id, plan: Some(id) })
}

/// What does not fit the file is the mapping's that was named.
fn of_kept(mut error: FieldError) -> FieldError {
    error.pointer = "/mapping_id".to_owned();
    error
}

/// As every id in a body that names nothing of the tenant's.
fn wrong(pointer: &str, code: &'static str, detail: &str) -> Error {
    let mut faults = Faults::new();
    faults.add(pointer, code, detail);
    Error::invalid(faults.into_errors())
}
