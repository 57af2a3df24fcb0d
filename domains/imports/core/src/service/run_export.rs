//! Writes an export: page after page from its target, as CSV into the blobs, and then says that it is done. Memory
//! holds one page. It can be run again from the start at any time, into a file of its own: the export names the one
//! that was written to its end last, and no other stays.

use super::download_export::export_key;
use super::{App, audit_export, get_export, may_export, was};
use crate::domain::export::{End, Export};
use crate::domain::export_file;
use crate::domain::run::RunStatus;
use crate::store;
use ::jobs::Running;
use blobs::{Page, Pages};
use imports_contract::ExportId;
use kernel::{Ctx, Problem};
use module::{ExportPage, ExportedRows, ImportError, ImportOffer, Stop};
use uuid::Uuid;

const MAX_BYTES: u64 = 1 << 30;
const PAGE_ROWS: u16 = 200;

pub async fn run_export(app: &App, ctx: &Ctx, id: ExportId, running: &Running) -> Result<(), Stop> {
    let file = ctx.new_id::<()>().uuid();
    let Some(export) = begin(app, ctx, id, file).await? else { return Ok(()) };
    may_see(ctx, &export)?;
    let offer = app.targets.get(&export.target);
    let offer =
        offer.ok_or_else(|| Stop::Broken(format!("There is no target {} any more.", export.target)))?;
    let key = export_key(ctx.tenant(), &export);
    let mut reader = Reader { app, ctx: ctx.clone(), running, export: &export, file, offer, rows: 0 };
    let size_bytes = Box::pin(app.blobs.put_pages(&key, &mut reader, MAX_BYTES)).await?;
    let rows = reader.rows;
    if complete(app, ctx, id, &End::Done { file, rows, size_bytes }).await? {
        return Ok(());
    }
    app.blobs.delete(&key).await?;
    let found = get_export(app, ctx, id).await.map_err(Problem::from)?;
    if found.status == RunStatus::Done { Ok(()) } else { Err(stopped_by(&found)) }
}

/// Why an export takes no more from whoever wrote it.
fn stopped_by(found: &Export) -> Stop {
    if found.status.is_final() { Stop::Cancelled } else { Stop::MovedOn }
}

fn may_see(ctx: &Ctx, export: &Export) -> Result<(), Stop> {
    may_export(ctx, &export.target, &export.permission).map_err(|error| Stop::Refused(error.to_string()))
}

/// `None` when there is nothing left to do.
pub(super) async fn begin(app: &App, ctx: &Ctx, id: ExportId, file: Uuid) -> Result<Option<Export>, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(before) = store::export::find(&unit, id).await? else {
        return Err(Stop::Broken("The export is not there.".to_owned()));
    };
    let Some(export) = store::export::begin(&unit, id, file).await? else {
        drop(unit);
        return match get_export(app, ctx, id).await.map_err(Problem::from)?.status {
            RunStatus::Done | RunStatus::Failed => Ok(None),
            _ => Err(Stop::Cancelled),
        };
    };
    audit_export(&mut unit, "imports.export.begin", was(export.came_from()), &export)?;
    let export = unit.commit(export).await?;
    if before.file.is_some() {
        // Of an attempt that died after it had stored it.
        app.blobs.delete(&export_key(ctx.tenant(), &before)).await?;
    }
    Ok(Some(export))
}

pub(super) async fn complete(app: &App, ctx: &Ctx, id: ExportId, end: &End) -> Result<bool, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(export) = store::export::end(&unit, id, end, ctx.now()).await? else { return Ok(false) };
    audit_export(&mut unit, "imports.export.finish", was(export.came_from()), &export)?;
    Ok(unit.commit(true).await?)
}

struct Reader<'a> {
    app: &'a App,
    /// As of the last page.
    ctx: Ctx,
    running: &'a Running,
    export: &'a Export,
    file: Uuid,
    offer: &'a ImportOffer,
    rows: u64,
}

impl Pages for Reader<'_> {
    type Cursor = String;
    type Error = Stop;

    async fn page(&mut self, after: Option<String>) -> Result<Page<String>, Stop> {
        let offer = self.offer;
        let fields = &offer.definition.fields;
        let mut text = if after.is_none() {
            export_file::header(fields).map_err(Problem::internal)?
        } else {
            Vec::new()
        };
        let page = self.read(after).await?;
        self.rows += page.rows.len() as u64;
        self.tell().await?;
        self.ctx = self.running.caller_now(&self.ctx).await?.ok_or(Stop::CallerGone)?;
        may_see(&self.ctx, self.export)?;
        text.extend(export_file::lines(fields, &page.rows).map_err(Problem::internal)?);
        Ok(Page { content: text.into(), next: page.next })
    }
}

impl Reader<'_> {
    async fn read(&self, after: Option<String>) -> Result<ExportedRows, Stop> {
        let asked = after.clone();
        let request = ExportPage { target: self.export.target.clone(), after, most: PAGE_ROWS };
        let page = self.offer.target.export(&self.ctx, request).await.map_err(refusal)?;
        if let Some(name) = export_file::unknown_field(&self.offer.definition.fields, &page.rows) {
            let detail = format!("The target gave a value for {name}, which is none of its fields.");
            return Err(Stop::Broken(detail));
        }
        if page.next.is_some() && page.next == asked {
            return Err(Stop::Broken("The target goes round in a circle.".to_owned()));
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
        if !store::export::progress(&unit, self.export.id, self.file, self.rows).await? {
            let found = store::export::find(&unit, self.export.id).await?;
            return Err(found.as_ref().map_or(Stop::Cancelled, stopped_by));
        }
        Ok(unit.commit(()).await?)
    }
}

fn refusal(error: ImportError) -> Stop {
    match error {
        ImportError::Forbidden => {
            Stop::Refused("Whoever asked for the export may not see what its target has.".to_owned())
        }
        ImportError::UnknownTarget => Stop::Broken("The target is not there any more.".to_owned()),
        ImportError::Unavailable(cause) => Stop::Trouble(Problem::unavailable(cause.into_inner())),
        ImportError::DeadlineExceeded => Stop::Trouble(Problem::unavailable(error)),
    }
}
