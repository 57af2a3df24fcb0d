//! Asks for an import: checked in full, written with its job, done by the job.

use super::{App, audit, check_permission, get_upload};
use crate::domain::mapping::{self, Entry};
use crate::domain::records::Position;
use crate::domain::run::{Counts, Mode, Run, RunStatus};
use crate::error::Error;
use crate::jobs::RunImport;
use crate::store;
use data::JobOptions;
use imports_contract::{ImportRunId, UploadId};
use kernel::{Ctx, Faults};

pub struct StartRun {
    pub upload: UploadId,
    pub target: String,
    pub mapping: Vec<Entry>,
    pub mode: Mode,
}

pub async fn start_run(app: &App, ctx: &Ctx, command: StartRun) -> Result<Run, Error> {
    let upload = match get_upload(app, ctx, command.upload).await {
        Err(Error::UploadNotFound) => return Err(unknown_upload()),
        found => found?,
    };
    let Some(offer) = app.targets.get(&command.target) else {
        let mut faults = Faults::new();
        faults.add("/target", "unknown_target", format!("there is no import target `{}`", command.target));
        return Err(Error::invalid(faults.into_errors()));
    };
    check_permission(ctx, &offer.definition)?;
    let mapping =
        mapping::check(&offer.definition, &upload.columns, command.mapping).map_err(Error::invalid)?;
    let id: ImportRunId = ctx.new_id();
    let mut unit = app.databases.write(ctx).await?;
    let message = unit.enqueue(&RunImport { run: id }, JobOptions::default())?;
    let run = Run {
        id,
        upload: upload.id,
        target: command.target,
        mapping,
        mode: command.mode,
        status: RunStatus::Queued,
        cancel_requested: false,
        rows_total: upload.row_count,
        counts: Counts::default(),
        next_batch: 0,
        resume: Position::default(),
        message,
        failure_detail: None,
        requested_by: ctx.actor().user(),
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

/// As every id in a body that names nothing of the tenant's.
fn unknown_upload() -> Error {
    let mut faults = Faults::new();
    faults.add("/upload_id", "unknown", "there is no such upload");
    Error::invalid(faults.into_errors())
}
