//! Asks for a report: checks what can be checked at once, and leaves the rest to a job.

use crate::App;
use crate::domain::parameters;
use crate::domain::run::{Run, file_name};
use crate::error::Error;
use crate::jobs::RunReport;
use crate::service::require;
use crate::store::report_runs::{self, NewRun};
use data::{AuditEntry, JobOptions};
use kernel::{Ctx, Faults};
use reports_contract::ReportRunId;
use serde_json::json;
use std::collections::BTreeMap;

pub struct CreateRun {
    pub id: Option<ReportRunId>,
    pub report: String,
    pub parameters: BTreeMap<String, String>,
    pub notify: bool,
}

pub async fn create_run(app: &App, ctx: &Ctx, command: CreateRun) -> Result<Run, Error> {
    let definition = match app.catalogue.find(&command.report) {
        Some(offer) => &offer.definition,
        None => return Err(unknown_report()),
    };
    require(ctx, &definition.permission)?;
    parameters::check(&definition.parameters, &command.parameters).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    let new = NewRun {
        id: command.id.unwrap_or_else(|| ctx.new_id()),
        report: &definition.name,
        title: &definition.title,
        permission: &definition.permission,
        parameters: &command.parameters,
        requested_by: ctx.actor().user(),
        notify: command.notify,
        blob_name: file_name(&definition.name, ctx.now()),
    };
    let inserted = report_runs::insert(&unit, new).await;
    let run = inserted.map_err(|error| match report_runs::is_taken(&error) {
        true => Error::RunExists,
        false => error.into(),
    })?;
    unit.enqueue(&RunReport { run: run.id }, JobOptions::default())?;
    unit.audit(AuditEntry {
        action: "reports.run.create",
        resource: "report_run",
        resource_id: run.id.uuid(),
        before: None,
        after: Some(json!({ "report": run.report, "parameters": run.parameters, "notify": run.notify })),
    })?;
    Ok(unit.commit(run).await?)
}

fn unknown_report() -> Error {
    let mut faults = Faults::new();
    faults.add("/report", "unknown_report", "there is no report of this name; GET /definitions lists them");
    Error::invalid(faults.into_errors())
}
