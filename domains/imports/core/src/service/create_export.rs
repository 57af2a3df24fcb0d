//! Asks for a file of what a target has, and leaves the writing of it to a job.

use super::{App, audit_export, may_export, target};
use crate::domain::export::{Export, file_name};
use crate::error::Error;
use crate::jobs::exports::RunExport;
use crate::store::export::{self, NewExport};
use data::JobOptions;
use imports_contract::ExportId;
use kernel::Ctx;

pub struct CreateExport {
    pub id: Option<ExportId>,
    pub target: String,
}

pub async fn create_export(app: &App, ctx: &Ctx, command: CreateExport) -> Result<Export, Error> {
    let definition = &target(app, &command.target)?.definition;
    may_export(ctx, &definition.name, &definition.read_permission)?;
    let mut unit = app.databases.write(ctx).await?;
    let new = NewExport {
        id: command.id.unwrap_or_else(|| ctx.new_id()),
        target: &definition.name,
        permission: &definition.read_permission,
        file_name: file_name(&definition.name, ctx.now()),
        requested_by: ctx.actor().user(),
    };
    let export = export::insert(&unit, new).await?;
    unit.enqueue(&RunExport { export: export.id }, JobOptions::default())?;
    audit_export(&mut unit, "imports.export.create", None, &export)?;
    Ok(unit.commit(export).await?)
}
