//! How far an export is, and its file once it is ready, for whoever may ask for one.

use crate::app::App;
use crate::domain::DataExportId;
use crate::domain::leaving::ExportStatus;
use crate::error::Error;
use crate::service::leaving::export::{Export, file_name, key};
use crate::service::leaving::request_export::OfWhom;
use crate::service::sessions::fresh;
use crate::service::sso::federated;
use crate::store::data_export;
use blobs::Blob;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub struct Download {
    pub file_name: String,
    pub blob: Blob,
}

pub async fn show_export(app: &App, ctx: &Ctx, of: OfWhom, id: DataExportId) -> Result<Export, Error> {
    let &Actor::User { id: user } = ctx.actor() else { return Err(Error::SessionRequired) };
    if of == OfWhom::Oneself {
        federated::refuse(ctx)?;
    }
    let of_person = (of == OfWhom::Oneself).then_some(user);
    let read = app.databases.read(ctx).await?;
    let found = data_export::find(&read, id, of_person).await?;
    let found = found.filter(|found| ctx.now() < found.expires_at).ok_or(Error::ExportNotFound)?;
    Export::of(found)
}

/// All of it leaves with the file, so it takes a fresh proof as asking for it did, and is in the log before it begins.
pub async fn download_export(app: &App, ctx: &Ctx, of: OfWhom, id: DataExportId) -> Result<Download, Error> {
    fresh::require(app, ctx)?;
    let export = show_export(app, ctx, of, id).await?;
    if export.status != ExportStatus::Ready {
        return Err(Error::ExportNotReady(export.status.name()));
    }
    let blob = app.blobs.stream(&key(ctx.tenant(), id)).await.map_err(kernel::Problem::from)?;
    let mut unit = app.databases.write(ctx).await?;
    unit.audit(AuditEntry {
        action: "users.data_export.download",
        resource: "data_export",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "of_person": export.of_person, "size_bytes": export.size_bytes })),
    })?;
    unit.commit(()).await?;
    Ok(Download { file_name: file_name(&export), blob })
}
