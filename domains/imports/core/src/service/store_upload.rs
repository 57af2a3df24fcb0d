//! Takes a file in, and keeps it only if it is what it was sent as, to its end: CSV is looked at while it streams into
//! the blob store, a workbook once it lies there.

use super::{App, blob_key, workbook};
use crate::domain::dialect::Declared;
use crate::domain::inspect::{Csv, Inspector, NotCsv};
use crate::domain::sheet::Asked;
use crate::domain::table::Table;
use crate::domain::upload::{Format, Layout, Source, Upload};
use crate::error::Error;
use crate::store;
use blobs::BlobKey;
use bytes::Bytes;
use data::AuditEntry;
use futures::{Stream, TryStreamExt};
use imports_contract::UploadId;
use kernel::{Ctx, Problem};
use serde_json::json;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

pub struct StoreUpload {
    pub file_name: String,
    pub told: Told,
}

/// What whoever sends it says of the file.
pub enum Told {
    Csv(Declared),
    Workbook(Asked),
}

impl Told {
    pub fn format(&self) -> Format {
        match self {
            Self::Csv(_) => Format::Csv,
            Self::Workbook(asked) => Format::Workbook(asked.kind),
        }
    }
}

pub async fn store_upload(
    app: &App,
    ctx: &Ctx,
    command: StoreUpload,
    content: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<Upload, Error> {
    let StoreUpload { file_name, told } = command;
    let format = told.format();
    if let Some(extension) = format.contradicted_by(&file_name) {
        // Read to its end, since a client that is answered before it has sent its file sees a broken connection.
        content.try_for_each(|_| ready(Ok(()))).await?;
        return Err(Error::WrongExtension { extension, media_type: format.media_type() });
    }
    let id: UploadId = ctx.new_id();
    let key = blob_key(ctx.tenant(), id, format);
    let found = match told {
        Told::Csv(declared) => store_csv(app, &key, declared, content).await?,
        Told::Workbook(asked) => store_workbook(app, &key, asked, content).await?,
    };
    // Where the commit's answer was lost the row may be there, so the file stays.
    insert(app, ctx, id, file_name, found).await
}

struct Found {
    source: Source,
    table: Table,
    size_bytes: u64,
}

async fn store_csv(
    app: &App,
    key: &BlobKey,
    declared: Declared,
    content: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<Found, Error> {
    let inspection = Inspection::of(declared);
    let inspected = content.try_filter_map(|chunk| ready(Ok(inspection.look(chunk))));
    app.blobs.put_stream(key, inspected, app.upload_limit_bytes).await?;
    match inspection.finish() {
        Ok(Csv { dialect, table, size_bytes }) => {
            Ok(Found { source: Source::Csv(dialect), table, size_bytes })
        }
        Err(not_csv) => Err(unstored(app, key, Error::NotCsv(not_csv)).await),
    }
}

async fn store_workbook(
    app: &App,
    key: &BlobKey,
    asked: Asked,
    content: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<Found, Error> {
    let size_bytes = app.blobs.put_stream(key, content, app.upload_limit_bytes).await?;
    match workbook::inspect(app, key, asked).await {
        Ok((sheet, table)) => Ok(Found { source: Source::Sheet(sheet), table, size_bytes }),
        Err(error) => Err(unstored(app, key, error).await),
    }
}

async fn unstored(app: &App, key: &BlobKey, refused: Error) -> Error {
    if let Err(error) = app.blobs.delete(key).await {
        tracing::warn!(%error, %key, "a refused upload was left in the blob store");
    }
    refused
}

async fn insert(
    app: &App,
    ctx: &Ctx,
    id: UploadId,
    file_name: String,
    found: Found,
) -> Result<Upload, Error> {
    let Found { source, table, size_bytes } = found;
    let upload = Upload {
        id,
        file_name,
        layout: Layout { source, header_row: table.header_row },
        size_bytes,
        row_count: table.row_count,
        columns: table.columns,
        preview: table.preview,
        uploaded_by: Some(ctx.actor().to_string()),
        version: 1,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    let mut unit = app.databases.write(ctx).await?;
    let upload = store::upload::insert(&unit, &upload).await?;
    unit.audit(AuditEntry {
        action: "imports.upload.create",
        resource: "upload",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({
            "file_name": upload.file_name,
            "media_type": upload.layout.format().media_type(),
            "size_bytes": upload.size_bytes,
        })),
    })?;
    Ok(unit.commit(upload).await?)
}

/// Once it has found that the file is not CSV it lets the rest pass by unstored: a client that is answered before
/// it has sent its file sees a broken connection instead of the answer.
#[derive(Clone)]
struct Inspection(Arc<Mutex<Result<Inspector, NotCsv>>>);

impl Inspection {
    fn of(declared: Declared) -> Self {
        Self(Arc::new(Mutex::new(Ok(Inspector::of(declared)))))
    }

    fn look(&self, chunk: Bytes) -> Option<Bytes> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = state.as_mut().ok()?.push(&chunk);
        match looked {
            Ok(()) => Some(chunk),
            Err(not_csv) => {
                *state = Err(not_csv);
                None
            }
        }
    }

    fn finish(&self) -> Result<Csv, NotCsv> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let none = Ok(Inspector::of(Declared::default()));
        std::mem::replace(&mut *state, none)?.finish()
    }
}
