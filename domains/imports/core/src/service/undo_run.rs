//! Asks for an import to be undone, which is a job as the import was. Where one has failed it goes on; where
//! rows were kept, these are tried again.

use super::{App, audit, check_permission, get_run, target, undo, was};
use crate::domain::run::Run;
use crate::error::Error;
use crate::jobs::UndoRun;
use crate::store;
use data::JobOptions;
use imports_contract::ImportRunId;
use kernel::Ctx;
use serde_json::json;

pub async fn undo_run(app: &App, ctx: &Ctx, id: ImportRunId) -> Result<Run, Error> {
    let before = get_run(app, ctx, id).await?;
    let gone = |_| Error::TargetGone { target: before.target.clone() };
    check_permission(ctx, &target(app, &before.target).map_err(gone)?.definition)?;
    refuse(&before)?;
    let mut unit = app.databases.write(ctx).await?;
    let undo_id = ctx.new_id::<()>().uuid();
    unit.enqueue(&UndoRun { run: id, undo: undo_id }, JobOptions::default())?;
    let Some(run) = store::run::ask_undo(&unit, id, undo_id).await? else {
        // Somebody else has asked for it meanwhile.
        return Err(Error::NotUndoable { why: "it is being undone" });
    };
    let before = before.undo.as_ref().map(|before| json!({ "undo": undo(before) }));
    audit(&mut unit, "imports.run.undo", before.or_else(|| was(run.status)), &run)?;
    Ok(unit.commit(run).await?)
}

fn refuse(run: &Run) -> Result<(), Error> {
    run.not_undoable().map_or(Ok(()), |why| Err(Error::NotUndoable { why }))
}
