//! The file of an upload, as it came in.

use super::{App, blob_key, get_upload};
use crate::error::Error;
use blobs::Blob;
use imports_contract::UploadId;
use kernel::Ctx;

pub struct Download {
    pub file_name: String,
    pub media_type: &'static str,
    pub blob: Blob,
}

pub async fn download_upload(app: &App, ctx: &Ctx, id: UploadId) -> Result<Download, Error> {
    let upload = get_upload(app, ctx, id).await?;
    let format = upload.layout.format();
    let blob = app.blobs.stream(&blob_key(ctx.tenant(), upload.id, format)).await?;
    Ok(Download { file_name: upload.file_name, media_type: format.media_type(), blob })
}
