//! Takes a file in: looked at while it streams into the blob store, and kept only if it is CSV to its end.

use super::{App, blob_key};
use crate::domain::inspect::{Inspector, NotCsv, Sheet};
use crate::domain::upload::{MEDIA_TYPE, Upload};
use crate::error::Error;
use crate::store;
use bytes::Bytes;
use data::AuditEntry;
use futures::{Stream, TryStreamExt};
use imports_contract::UploadId;
use kernel::{Ctx, Problem};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

pub async fn store_upload(
    app: &App,
    ctx: &Ctx,
    file_name: String,
    content: impl Stream<Item = Result<Bytes, Problem>>,
) -> Result<Upload, Error> {
    let id: UploadId = ctx.new_id();
    let key = blob_key(ctx.tenant(), id);
    let inspection = Inspection::default();
    let inspected = content.try_filter_map(|chunk| std::future::ready(Ok(inspection.look(chunk))));
    app.blobs.put_stream(&key, inspected, app.upload_limit_bytes).await?;
    match inspection.finish() {
        // Where the commit's answer was lost the row may be there, so the file stays.
        Ok(sheet) => insert(app, ctx, id, file_name, sheet).await,
        Err(not_csv) => {
            if let Err(error) = app.blobs.delete(&key).await {
                tracing::warn!(%error, %key, "a refused upload was left in the blob store");
            }
            Err(Error::NotCsv(not_csv))
        }
    }
}

async fn insert(
    app: &App,
    ctx: &Ctx,
    id: UploadId,
    file_name: String,
    sheet: Sheet,
) -> Result<Upload, Error> {
    let upload = Upload {
        id,
        file_name,
        media_type: MEDIA_TYPE.to_owned(),
        size_bytes: sheet.size_bytes,
        row_count: sheet.row_count,
        columns: sheet.columns,
        preview: sheet.preview,
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
        after: Some(json!({ "file_name": upload.file_name, "size_bytes": upload.size_bytes })),
    })?;
    Ok(unit.commit(upload).await?)
}

/// Once it has found that the file is not CSV it lets the rest pass by unstored: a client that is answered before
/// it has sent its file sees a broken connection instead of the answer.
#[derive(Clone)]
struct Inspection(Arc<Mutex<Result<Inspector, NotCsv>>>);

impl Default for Inspection {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Ok(Inspector::default()))))
    }
}

impl Inspection {
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

    fn finish(&self) -> Result<Sheet, NotCsv> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *state, Ok(Inspector::default()))?.finish()
    }
}
