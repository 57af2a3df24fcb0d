//! Writes an export of the audit log: all leaves that its checkpoint has, in their order, each 256 of them with the
//! proof that they are in that tree. Memory holds one such stretch. It can be run again from the start at any time,
//! to a file of its own.

use crate::app::App;
use crate::domain::audit_export::{self as format, DetailLine};
use crate::domain::merkle::{self, Hash};
use crate::domain::{AuditExportId, AuditExportKind};
use crate::error::Error;
use crate::permissions::AUDIT_READ;
use crate::service::audit::create_audit_export::KEPT;
use crate::service::audit::download_audit_export::key;
use crate::service::audit::end_audit_export::audit_step;
use crate::service::audit::seal_audit_entries::seal_some;
use crate::service::audit::sign_checkpoint::sign_checkpoint;
use crate::service::audit::tree::{Tiles, broken};
use crate::service::sessions::signing_keys;
use crate::store::audit_export::{self, AuditExport, End};
use crate::store::audit_leaf::{self, Exported};
use ::jobs::Running;
use blobs::{Page, Pages};
use kernel::Ctx;
use module::Stop;
use sha2::{Digest, Sha256};

/// Ten million entries have some fifteen.
const MAX_BYTES: u64 = 32 << 30;
/// So often whoever asked is looked at again, and who waits is told how far it is.
const TILES_BETWEEN_LOOKS: u64 = 8;

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Trouble(error.into())
    }
}

pub async fn produce_audit_export(
    app: &App,
    ctx: &Ctx,
    id: AuditExportId,
    running: &Running,
) -> Result<(), Stop> {
    may_read(ctx)?;
    let Some(export) = begin(app, ctx, id).await? else { return Ok(()) };
    while seal_some(app, ctx).await? {
        if running.cancelled() {
            return Err(Stop::Cancelled);
        }
    }
    let signed = sign_checkpoint(app, ctx).await?;
    let keys = signing_keys::public(app, ctx.visitor()).await?;
    let size = signed.checkpoint.tree_size;
    let head = format::head(ctx.tenant(), size, &signed.text, &keys);
    let mut writer = Writer {
        app,
        ctx: ctx.clone(),
        running,
        export: &export,
        size,
        head: &head,
        tiles: Tiles::default(),
        rows: 0,
        digest: Sha256::new(),
    };
    let key = key(ctx.tenant(), id, &export.blob_name);
    let size_bytes = Box::pin(app.blobs.put_pages(&key, &mut writer, MAX_BYTES)).await?;
    let Writer { rows, digest, .. } = writer;
    let sha256 = digest.finalize().to_vec();
    let expires_at = ctx.now() + KEPT;
    let done = End::Done { tree_size: size, rows, size_bytes, sha256, expires_at };
    if !complete(app, ctx, &export, done).await? {
        app.blobs.delete(&key).await?;
    }
    Ok(())
}

fn may_read(ctx: &Ctx) -> Result<(), Stop> {
    ctx.may(&AUDIT_READ).map_err(|problem| Stop::Refused(problem.detail.into_owned()))
}

/// Under a name of its own, so that what an earlier attempt still writes is not written over; that one's file goes.
/// `None` when there is nothing left to do.
async fn begin(app: &App, ctx: &Ctx, id: AuditExportId) -> Result<Option<AuditExport>, Stop> {
    let name = format!("audit-log-{}.ndjson", ctx.new_id::<AuditExportKind>().uuid().simple());
    let mut unit = app.databases.write(ctx).await?;
    let Some(former) = audit_export::find_to_change(&unit, id).await? else { return Ok(None) };
    let Some(export) = audit_export::begin(&unit, id, &name).await? else { return Ok(None) };
    audit_step(&mut unit, &export)?;
    let export = unit.commit(export).await?;
    if !former.blob_name.is_empty() {
        let former = key(ctx.tenant(), id, &former.blob_name);
        app.blobs.delete(&former).await?;
    }
    Ok(Some(export))
}

/// `false` where it is another's by now.
async fn complete(app: &App, ctx: &Ctx, own: &AuditExport, done: End) -> Result<bool, Stop> {
    let mut unit = app.databases.write(ctx).await?;
    let completed = audit_export::complete(&unit, own, done, ctx.now()).await?;
    let Some(completed) = completed else { return Ok(false) };
    audit_step(&mut unit, &completed)?;
    Ok(unit.commit(true).await?)
}

struct Writer<'a> {
    app: &'a App,
    /// As of the last look.
    ctx: Ctx,
    running: &'a Running,
    export: &'a AuditExport,
    size: u64,
    head: &'a str,
    tiles: Tiles,
    rows: u64,
    digest: Sha256,
}

impl Pages for Writer<'_> {
    /// The number of a tile; the head comes before the first.
    type Cursor = u64;
    type Error = Stop;

    async fn page(&mut self, tile: Option<u64>) -> Result<Page<u64>, Stop> {
        let text = match tile {
            None => self.head.to_owned(),
            Some(number) => {
                if number.is_multiple_of(TILES_BETWEEN_LOOKS) {
                    self.look().await?;
                }
                self.tile(number).await?
            }
        };
        self.digest.update(text.as_bytes());
        let next = tile.map_or(0, |number| number + 1);
        let next = (next < format::tiles(self.size)).then_some(next);
        Ok(Page { content: text.into(), next })
    }
}

impl Writer<'_> {
    async fn tile(&mut self, number: u64) -> Result<String, Stop> {
        let read = self.app.databases.read(&self.ctx).await?;
        let entries = audit_leaf::exported(&read, number, self.size).await?;
        let path = self.path(&read, number).await?;
        drop(read);
        let expected = merkle::TILE.min(self.size - number * merkle::TILE);
        let in_order = entries.iter().zip(number * merkle::TILE..).all(|(entry, index)| entry.index == index);
        if entries.len() as u64 != expected || !in_order {
            return Err(broken().into());
        }
        let hashes: Vec<Hash> = entries.iter().map(|entry| entry.hash).collect();
        let mut text = format::tile(number, &hashes, &path);
        for Exported { index, entry, detail, .. } in entries {
            let detail = detail.map(|(salt, text)| DetailLine::new(&salt, text));
            // One that is gone is missing in the file: whoever verifies it is told so.
            if let Some(entry) = entry {
                text.push_str(&format::entry(index, &entry, detail.as_ref()));
            }
        }
        self.rows += hashes.len() as u64;
        Ok(text)
    }

    /// From the root of a tile's leaves to that of the tree: a tree of tiles has the shape of one of leaves.
    async fn path(&mut self, tx: &data::Tx, number: u64) -> Result<Vec<Hash>, Stop> {
        let spans = merkle::inclusion(number, format::tiles(self.size)).ok_or_else(broken)?;
        let spans: Vec<_> = spans.into_iter().map(|span| span.of_tiles(self.size)).collect();
        Ok(self.tiles.roots(tx, &spans).await?)
    }

    /// Whether anybody still wants the file, and whoever asked may still have it.
    async fn look(&mut self) -> Result<(), Stop> {
        self.running.progress(self.rows, Some(self.size)).await;
        if self.running.cancelled() {
            return Err(Stop::Cancelled);
        }
        self.ctx = self.running.caller_now(&self.ctx).await?.ok_or(Stop::CallerGone)?;
        may_read(&self.ctx)?;
        let unit = self.app.databases.write(&self.ctx).await?;
        if !audit_export::progress(&unit, self.export, self.rows).await? {
            return Err(Stop::MovedOn);
        }
        Ok(unit.commit(()).await?)
    }
}
