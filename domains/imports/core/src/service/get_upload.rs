//! Shows an upload.

use super::App;
use crate::domain::upload::Upload;
use crate::error::Error;
use crate::store;
use imports_contract::UploadId;
use kernel::Ctx;

pub async fn get_upload(app: &App, ctx: &Ctx, id: UploadId) -> Result<Upload, Error> {
    let read = app.databases.read(ctx).await?;
    store::upload::find(&read, id).await?.ok_or(Error::UploadNotFound)
}
