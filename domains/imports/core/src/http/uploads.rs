//! Files to import from.

use crate::domain::upload::{MEDIA_TYPE, Upload, file_name};
use crate::service::{self, App};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentDisposition};
use chrono::{DateTime, Utc};
use futures::stream;
use imports_contract::{UploadId, UploadKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Caller, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "file_name": "items.csv", "media_type": "text/csv",
    "size_bytes": 1204, "row_count": 77, "columns": ["sku", "name"], "preview": [["CHAI-10", "Chai"]],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ImportUploadDto {
    id: UploadId,
    file_name: String,
    #[schema(examples("text/csv"))]
    media_type: String,
    size_bytes: u64,
    /// Rows below the header, those that cannot be read included
    row_count: u64,
    /// The header's names, in its order
    columns: Vec<String>,
    /// The cells of the first rows that can be read, five at most, long ones cut
    preview: Vec<Vec<String>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Upload> for ImportUploadDto {
    fn from(upload: &Upload) -> Self {
        Self {
            id: upload.id,
            file_name: upload.file_name.clone(),
            media_type: upload.media_type.clone(),
            size_bytes: upload.size_bytes,
            row_count: upload.row_count,
            columns: upload.columns.clone(),
            preview: upload.preview.clone(),
            created_at: upload.created_at,
            updated_at: upload.updated_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct UploadName {
    /// What the file is called; else what Content-Disposition says
    file_name: Option<String>,
}

/// Uploads a CSV file
///
/// The body is the file: UTF-8, separated by commas, with a header of unique names. What is not CSV to its end is
/// refused and not kept.
#[utoipa::path(post, path = "/uploads", responses((status = 201, body = ImportUploadDto)))]
pub async fn create_upload(
    app: State<App>,
    caller: Caller,
    request: HttpRequest,
    name: Query<UploadName>,
    upload: web::Upload,
) -> Answer {
    let name = file_name(name.file_name.clone().or_else(|| disposition_name(&request)).as_deref());
    let content = stream::try_unfold(upload, async |mut upload| {
        let chunk = upload.next().await?;
        Ok(chunk.map(|chunk| (chunk, upload)))
    });
    respond(
        &caller,
        async |ctx| service::store_upload(&app, ctx, name, content).await,
        |upload: &Upload| {
            let location = format!("/api/v1/imports/uploads/{}", upload.id);
            Rendered::created(location, &ImportUploadDto::from(upload)).etag(upload.version)
        },
    )
    .await
}

/// Shows an upload, its columns and its first rows
#[utoipa::path(get, path = "/uploads/{id}", responses((status = 200, body = ImportUploadDto)))]
pub async fn get_upload(app: State<App>, caller: Caller, id: PathId<UploadKind>) -> Answer {
    let upload = service::get_upload(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ImportUploadDto::from(&upload)).etag(upload.version))
}

/// Downloads the file of an upload, byte for byte as it came in
#[utoipa::path(get, path = "/uploads/{id}/content", responses(
    (status = 200, description = "The file that was uploaded", body = String, content_type = "text/csv")))]
pub async fn download_upload(app: State<App>, caller: Caller, id: PathId<UploadKind>) -> Answer {
    let download = service::download_upload(&app, &caller, id.id()).await?;
    Ok(Rendered::stream(MEDIA_TYPE, download.blob.body).attachment(&download.file_name))
}

fn disposition_name(request: &HttpRequest) -> Option<String> {
    let disposition = ContentDisposition::from_raw(request.headers().get(CONTENT_DISPOSITION)?).ok()?;
    if let Some(extended) = disposition.get_filename_ext() {
        return String::from_utf8(extended.value.clone()).ok();
    }
    disposition.get_filename().map(str::to_owned)
}
