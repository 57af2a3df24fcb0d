//! Ends the undoing of an import whose job has ended without a word of its own.

use super::App;
use super::carry_undo_on::finish_undo;
use crate::domain::run::UndoStatus;
use crate::error::Error;
use imports_contract::ImportRunId;
use kernel::Ctx;
use uuid::Uuid;

const GIVEN_UP: &str = "The job behind this was stopped, or given up before it was done: whoever asked for it may no \
    longer act here, or it failed too often. Ask for it again and it goes on.";

pub async fn end_undo(app: &App, ctx: &Ctx, id: ImportRunId, undo: Uuid) -> Result<(), Error> {
    finish_undo(app, ctx, id, undo, UndoStatus::Failed, Some(GIVEN_UP.to_owned())).await
}
