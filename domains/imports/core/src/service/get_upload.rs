//! Shows an upload, to who may see what is in it.

use super::App;
use super::sight::may_see_upload;
use crate::domain::upload::Upload;
use crate::error::Error;
use crate::store;
use imports_contract::UploadId;
use kernel::Ctx;

pub async fn get_upload(app: &App, ctx: &Ctx, id: UploadId) -> Result<Upload, Error> {
    let upload = find_upload(app, ctx, id).await?;
    may_see_upload(app, ctx, &upload).await?;
    Ok(upload)
}

/// For what shows nothing of it.
pub(super) async fn find_upload(app: &App, ctx: &Ctx, id: UploadId) -> Result<Upload, Error> {
    let read = app.databases.read(ctx).await?;
    store::upload::find(&read, id).await?.ok_or(Error::UploadNotFound)
}
