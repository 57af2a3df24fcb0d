//! Writes a report: page after page from its source, as CSV into the blobs, and then says that it is ready. Memory
//! holds one page. It can be run again from the start at any time: the file is the same one.

use crate::App;
use crate::domain::csv_text;
use crate::domain::run::{End, Run, RunStatus};
use crate::service::download_run::key;
use crate::service::{audit_step, require};
use crate::store::report_runs;
use ::jobs::Running;
use blobs::{Page, Pages};
use kernel::{Ctx, Problem};
use module::{ReadReport, ReportError, ReportOffer, ReportPage, Stop};
use reports_contract::{ReportReady, ReportRunId};

const MAX_BYTES: u64 = 1 << 30;

pub async fn produce_report(app: &App, ctx: &Ctx, id: ReportRunId, running: &Running) -> Result<(), Stop> {
    let Some(run) = begin(app, ctx, id).await? else { return Ok(()) };
    may_read(ctx, &run)?;
    let offer = app.catalogue.find(&run.report);
    let offer =
        offer.ok_or_else(|| Stop::Broken(format!("The report {} is no longer offered.", run.report)))?;
    let mut reader = Reader { app, ctx: ctx.clone(), running, run: &run, offer, rows: 0 };
    let key = key(ctx.tenant(), &run);
    let size_bytes = Box::pin(app.blobs.put_pages(&key, &mut reader, MAX_BYTES)).await?;
    let rows = reader.rows;
    if complete(app, ctx, &run, End::Ready { rows, size_bytes }).await? {
        return Ok(());
    }
    // Another worker that took this one for dead may have made it ready: then the file is the run's.
    let read = app.databases.read(ctx).await?;
    let found = report_runs::find(&read, id).await?;
    drop(read);
    if found.is_some_and(|run| run.status == RunStatus::Ready) {
        return Ok(());
    }
    app.blobs.delete(&key).await?;
    Err(Stop::MovedOn)
}

fn may_read(ctx: &Ctx, run: &Run) -> Result<(), Stop> {
    require(ctx, &run.permission).map_err(|problem| Stop::Refused(problem.detail.into_owned()))
}

/// `None` when there is nothing left to do.
async fn begin(app: &App, ctx: &Ctx, id: ReportRunId) -> Result<Option<Run>, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(run) = report_runs::begin(&unit, id).await? {
        audit_step(&mut unit, &run)?;
        return Ok(Some(unit.commit(run).await?));
    }
    match report_runs::find(&unit, id).await?.map(|run| run.status) {
        Some(RunStatus::Ready | RunStatus::Failed) => Ok(None),
        Some(_) => Err(Stop::Cancelled),
        None => Err(Stop::Broken("The run is not there.".to_owned())),
    }
}

async fn complete(app: &App, ctx: &Ctx, run: &Run, end: End) -> Result<bool, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(run) = report_runs::end(&unit, run.id, &end, ctx.now()).await? else { return Ok(false) };
    if run.notify {
        unit.publish(&ReportReady {
            run: run.id,
            title: run.title.clone(),
            requested_by: run.requested_by,
            rows: run.rows_written,
        })?;
    }
    audit_step(&mut unit, &run)?;
    Ok(unit.commit(true).await?)
}

struct Reader<'a> {
    app: &'a App,
    /// As of the last page.
    ctx: Ctx,
    running: &'a Running,
    run: &'a Run,
    offer: &'a ReportOffer,
    rows: u64,
}

impl Pages for Reader<'_> {
    type Cursor = String;
    type Error = Stop;

    async fn page(&mut self, cursor: Option<String>) -> Result<Page<String>, Stop> {
        let columns = &self.offer.definition.columns;
        let mut text =
            if cursor.is_none() { csv_text::header(columns).map_err(Problem::internal)? } else { Vec::new() };
        let page = self.read(cursor).await?;
        self.rows += page.rows.len() as u64;
        self.tell().await?;
        self.ctx = self.running.caller_now(&self.ctx).await?.ok_or(Stop::CallerGone)?;
        may_read(&self.ctx, self.run)?;
        text.extend(csv_text::lines(&page.rows).map_err(Problem::internal)?);
        Ok(Page { content: text.into(), next: page.next_cursor })
    }
}

impl Reader<'_> {
    async fn read(&self, cursor: Option<String>) -> Result<ReportPage, Stop> {
        let asked = cursor.clone();
        let request =
            ReadReport { report: self.run.report.clone(), parameters: self.run.parameters.clone(), cursor };
        let page = self.offer.source.read(&self.ctx, request).await.map_err(refusal)?;
        let columns = self.offer.definition.columns.len();
        if let Some(row) = page.rows.iter().find(|row| row.len() != columns) {
            let detail =
                format!("The report's source gave a row of {} cells for {columns} columns.", row.len());
            return Err(Stop::Broken(detail));
        }
        if page.next_cursor.is_some() && page.next_cursor == asked {
            return Err(Stop::Broken("The report's source goes round in a circle.".to_owned()));
        }
        Ok(page)
    }

    /// The one write of a page, which learns too whether anybody still wants the file.
    async fn tell(&self) -> Result<(), Stop> {
        self.running.progress(self.rows, None).await;
        if self.running.cancelled() {
            return Err(Stop::Cancelled);
        }
        let unit = self.app.databases.write(&self.ctx).await?;
        if !report_runs::progress(&unit, self.run.id, self.rows).await? {
            return Err(Stop::MovedOn);
        }
        Ok(unit.commit(()).await?)
    }
}

fn refusal(error: ReportError) -> Stop {
    match error {
        ReportError::BadParameter { .. } => Stop::Refused(sentence(&error.to_string())),
        ReportError::Forbidden => {
            Stop::Refused("Whoever asked for the report may not read what it shows.".to_owned())
        }
        ReportError::UnknownReport => Stop::Broken("The report's source no longer has it.".to_owned()),
        ReportError::Unavailable(cause) => Stop::Trouble(Problem::unavailable(cause.into_inner())),
        ReportError::DeadlineExceeded => Stop::Trouble(Problem::unavailable(error)),
    }
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str().trim_end_matches('.'))
}
