//! Writes an export: page after page from its target, as CSV into the blobs, and then says that it is done. Memory holds
//! one page. It can be run again from the start at any time: the file is the same one, and is there whole or not at all.

use super::download_export::export_key;
use super::{App, audit_export, may_export, was};
use crate::domain::export::{End, Export};
use crate::domain::export_file;
use crate::domain::run::RunStatus;
use crate::store;
use ::jobs::Running;
use bytes::Bytes;
use futures::stream::{self, Stream};
use imports_contract::ExportId;
use kernel::{Ctx, Problem};
use module::{ExportPage, ExportedRows, ImportError, ImportOffer};

const MAX_BYTES: u64 = 1 << 30;
const PAGE_ROWS: u16 = 200;

/// Why there is no file (yet).
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    #[error("the export was cancelled, or has ended otherwise")]
    Cancelled,
    /// In their name nothing more is written: the job that follows this one ends the export.
    #[error("whoever asked for the export may no longer act here")]
    CallerGone,
    /// For whoever asked: it would be refused again.
    #[error("{0}")]
    Refused(String),
    /// A fault of the target; its operators should know.
    #[error("{0}")]
    Broken(String),
    /// It may pass.
    #[error(transparent)]
    Trouble(#[from] Problem),
}

impl From<data::Error> for Stop {
    fn from(error: data::Error) -> Self {
        Self::Trouble(error.into())
    }
}

pub async fn run_export(app: &App, ctx: &Ctx, id: ExportId, running: &Running) -> Result<(), Stop> {
    let Some(export) = begin(app, ctx, id).await? else { return Ok(()) };
    may_see(ctx, &export)?;
    let offer = app.targets.get(&export.target);
    let offer =
        offer.ok_or_else(|| Stop::Broken(format!("There is no target {} any more.", export.target)))?;
    let key = export_key(ctx.tenant(), &export);
    let mut reader =
        Reader { app, ctx: ctx.clone(), running, export: &export, offer, next: Next::Header, rows: 0 };
    let size_bytes = Box::pin(app.blobs.put_stream(&key, reader.chunks(), MAX_BYTES)).await.map_err(why)?;
    let rows = reader.rows;
    if complete(app, ctx, id, &End::Done { rows, size_bytes }).await? {
        return Ok(());
    }
    // Another worker that took this one for dead may have written it: then the file is the export's.
    let read = app.databases.read(ctx).await?;
    let found = store::export::find(&read, id).await?;
    drop(read);
    if found.is_some_and(|export| export.status == RunStatus::Done) {
        return Ok(());
    }
    app.blobs.delete(&key).await.map_err(|error| Stop::Trouble(error.into()))?;
    Err(Stop::Cancelled)
}

fn may_see(ctx: &Ctx, export: &Export) -> Result<(), Stop> {
    may_export(ctx, &export.target, &export.permission).map_err(|error| Stop::Refused(error.to_string()))
}

/// `None` when there is nothing left to do.
async fn begin(app: &App, ctx: &Ctx, id: ExportId) -> Result<Option<Export>, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    if let Some(export) = store::export::begin(&unit, id).await? {
        audit_export(&mut unit, "imports.export.begin", was(export.came_from()), &export)?;
        return Ok(Some(unit.commit(export).await?));
    }
    match store::export::find(&unit, id).await?.map(|export| export.status) {
        Some(RunStatus::Done | RunStatus::Failed) => Ok(None),
        Some(_) => Err(Stop::Cancelled),
        None => Err(Stop::Broken("The export is not there.".to_owned())),
    }
}

async fn complete(app: &App, ctx: &Ctx, id: ExportId, end: &End) -> Result<bool, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(export) = store::export::end(&unit, id, end, ctx.now()).await? else { return Ok(false) };
    audit_export(&mut unit, "imports.export.finish", was(export.came_from()), &export)?;
    Ok(unit.commit(true).await?)
}

/// What interrupted the stream is our own; all else is the store's.
fn why(error: blobs::Error) -> Stop {
    match error {
        blobs::Error::Interrupted(source) => match source.downcast::<Stop>() {
            Ok(stop) => *stop,
            Err(source) => Stop::Trouble(Problem::unavailable(source)),
        },
        blobs::Error::TooLarge { max_bytes } => {
            let mib = max_bytes >> 20;
            Stop::Refused(format!("The file would be larger than {mib} MiB, which is the most there is."))
        }
        other => Stop::Trouble(other.into()),
    }
}

enum Next {
    Header,
    /// After this one, or the first.
    Page(Option<String>),
    End,
}

struct Reader<'a> {
    app: &'a App,
    /// As of the last page.
    ctx: Ctx,
    running: &'a Running,
    export: &'a Export,
    offer: &'a ImportOffer,
    next: Next,
    rows: u64,
}

impl Reader<'_> {
    fn chunks(&mut self) -> impl Stream<Item = Result<Bytes, Stop>> + Send {
        stream::try_unfold(self, |reader| async move {
            let chunk = reader.chunk().await?;
            Ok(chunk.map(|chunk| (chunk, reader)))
        })
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Stop> {
        let offer = self.offer;
        let fields = &offer.definition.fields;
        let text = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::Header => {
                self.next = Next::Page(None);
                export_file::header(fields)
            }
            Next::Page(after) => {
                let page = self.page(after).await?;
                self.rows += page.rows.len() as u64;
                self.tell().await?;
                self.ctx = self.running.caller_now(&self.ctx).await?.ok_or(Stop::CallerGone)?;
                may_see(&self.ctx, self.export)?;
                self.next = page.next.map_or(Next::End, |next| Next::Page(Some(next)));
                export_file::lines(fields, &page.rows)
            }
        };
        text.map(|text| Some(text.into())).map_err(|error| Stop::Trouble(Problem::internal(error)))
    }

    async fn page(&self, after: Option<String>) -> Result<ExportedRows, Stop> {
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
        if !store::export::progress(&unit, self.export.id, self.rows).await? {
            return Err(Stop::Cancelled);
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
