//! Files to import from.

use crate::domain::dialect::{Declared, Delimiter, DialectError, TextEncoding};
use crate::domain::sheet::{Asked, Epoch};
use crate::domain::upload::{Format, Source, Upload, file_name};
use crate::service::{self, App, StoreUpload, Told};
use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentDisposition};
use chrono::{DateTime, Utc};
use futures::stream;
use imports_contract::{UploadId, UploadKind};
use kernel::problem::INVALID_PARAMETER;
use kernel::{Faults, Problem};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU64;
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Caller, PathId, Query, Rendered, State, respond};

/// Text whose columns are separated by tabs, as some call it.
const TAB_SEPARATED: &str = "text/tab-separated-values";
/// What is taken in.
pub const MEDIA_TYPES: [&str; 4] = [
    "text/csv",
    TAB_SEPARATED,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
];
const SHEET_NAME_MAX_CHARS: usize = 255;

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "file_name": "items.csv", "media_type": "text/csv",
    "size_bytes": 1204, "delimiter": "semicolon", "encoding": "windows-1252", "sheet": null, "epoch": null,
    "header_row": 1, "row_count": 77, "columns": ["sku", "name"], "preview": [["CHAI-10", "Chai"]],
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct ImportUploadDto {
    id: UploadId,
    file_name: String,
    #[schema(examples("text/csv"))]
    media_type: &'static str,
    size_bytes: u64,
    /// What separates the columns of a CSV file, as it was declared or found out
    delimiter: Option<ImportDelimiter>,
    /// The encoding of a CSV file, by its name on the web
    #[schema(examples("UTF-8"))]
    encoding: Option<String>,
    /// The sheet of a workbook that is read
    sheet: Option<String>,
    /// The year from which an XLSX workbook counts its dates: 1900 or 1904
    epoch: Option<u16>,
    /// The line or row of the header; what is above it is not read
    header_row: u64,
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
        let (dialect, sheet) = match &upload.layout.source {
            Source::Csv(dialect) => (Some(dialect), None),
            Source::Sheet(sheet) => (None, Some(sheet)),
        };
        Self {
            id: upload.id,
            file_name: upload.file_name.clone(),
            media_type: upload.layout.format().media_type(),
            size_bytes: upload.size_bytes,
            delimiter: dialect.map(|dialect| dialect.delimiter.into()),
            encoding: dialect.map(|dialect| dialect.encoding.name().to_owned()),
            sheet: sheet.map(|sheet| sheet.name.clone()),
            epoch: sheet.and_then(|sheet| sheet.epoch).map(Epoch::year),
            header_row: upload.layout.header_row,
            row_count: upload.row_count,
            columns: upload.columns.clone(),
            preview: upload.preview.clone(),
            created_at: upload.created_at,
            updated_at: upload.updated_at,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportDelimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl From<Delimiter> for ImportDelimiter {
    fn from(delimiter: Delimiter) -> Self {
        match delimiter {
            Delimiter::Comma => Self::Comma,
            Delimiter::Semicolon => Self::Semicolon,
            Delimiter::Tab => Self::Tab,
            Delimiter::Pipe => Self::Pipe,
        }
    }
}

impl From<ImportDelimiter> for Delimiter {
    fn from(delimiter: ImportDelimiter) -> Self {
        match delimiter {
            ImportDelimiter::Comma => Self::Comma,
            ImportDelimiter::Semicolon => Self::Semicolon,
            ImportDelimiter::Tab => Self::Tab,
            ImportDelimiter::Pipe => Self::Pipe,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct EncodingName(TextEncoding);

impl TryFrom<String> for EncodingName {
    type Error = DialectError;

    fn try_from(label: String) -> Result<Self, DialectError> {
        TextEncoding::parse(&label).map(Self)
    }
}

#[derive(Deserialize, IntoParams)]
pub struct UploadQuery {
    /// What the file is called; else what Content-Disposition says
    file_name: Option<String>,
    /// What separates the columns of a CSV file; else it is found out
    #[param(inline)]
    delimiter: Option<ImportDelimiter>,
    /// The encoding of a CSV file, by its name on the web, such as windows-1252; else it is found out
    #[param(value_type = Option<String>)]
    encoding: Option<EncodingName>,
    /// The name of a workbook's sheet; else the first that is shown
    sheet: Option<String>,
    /// The line or row of the header, from 1; else the first that is not empty. What is above it is not read
    #[param(value_type = Option<u64>, minimum = 1)]
    header_row: Option<NonZeroU64>,
}

impl UploadQuery {
    /// All at once, what is declared of a file that it cannot be said of.
    fn told(&self, media_type: &str) -> Result<Told, Problem> {
        let mut faults = Faults::new();
        let mut only = |holds: bool, pointer, detail| faults.require(holds, pointer, "invalid_value", detail);
        let header_row = self.header_row.map(NonZeroU64::get);
        let told = match Format::of(media_type) {
            Some(Format::Workbook(kind)) => {
                only(self.delimiter.is_none(), "/delimiter", "is for CSV; a workbook has cells");
                only(self.encoding.is_none(), "/encoding", "is for CSV; a workbook says its own");
                let named = self
                    .sheet
                    .as_ref()
                    .is_none_or(|sheet| !sheet.is_empty() && sheet.chars().count() <= SHEET_NAME_MAX_CHARS);
                only(named, "/sheet", "must be the name of a sheet, of 1 to 255 characters");
                Told::Workbook(Asked { kind, sheet: self.sheet.clone(), header_row })
            }
            Some(Format::Csv) | None => {
                only(self.sheet.is_none(), "/sheet", "is for workbooks; a CSV file is one sheet");
                let tabs = (media_type == TAB_SEPARATED).then_some(Delimiter::Tab);
                let delimiter = self.delimiter.map(Delimiter::from).or(tabs);
                Told::Csv(Declared { delimiter, encoding: self.encoding.map(|name| name.0), header_row })
            }
        };
        faults.finish(told).map_err(|errors| {
            let detail = errors
                .first()
                .map(|fault| format!("{}: {}.", fault.pointer.trim_start_matches('/'), fault.detail));
            Problem::new(INVALID_PARAMETER, detail.unwrap_or_default()).with_errors(errors)
        })
    }
}

/// Uploads a file to import from
///
/// The body is the file: CSV, or a workbook (XLSX, ODS) of which one sheet is read, with a header of unique names. How
/// a CSV file is written is found out where it is not declared. What is not such a file to its end is refused and not
/// kept.
#[utoipa::path(post, path = "/uploads", responses((status = 201, body = ImportUploadDto)))]
pub async fn create_upload(
    app: State<App>,
    caller: Caller,
    request: HttpRequest,
    query: Query<UploadQuery>,
    upload: web::Upload,
) -> Answer {
    let told = query.told(upload.content_type())?;
    let name = query.file_name.clone().or_else(|| disposition_name(&request));
    let command = StoreUpload { file_name: file_name(name.as_deref(), told.format()), told };
    let content = stream::try_unfold(upload, async |mut upload| {
        let chunk = upload.next().await?;
        Ok(chunk.map(|chunk| (chunk, upload)))
    });
    respond(
        &caller,
        async |ctx| service::store_upload(&app, ctx, command, content).await,
        |upload: &Upload| {
            let location = format!("/api/v1/imports/uploads/{}", upload.id);
            Rendered::created(location, &ImportUploadDto::from(upload)).etag(upload.version)
        },
    )
    .await
}

/// Shows an upload, its columns and its first rows
///
/// To whoever sent it, to who may read a target that it was imported into, and to who may read every target.
#[utoipa::path(get, path = "/uploads/{id}", responses((status = 200, body = ImportUploadDto)))]
pub async fn get_upload(app: State<App>, caller: Caller, id: PathId<UploadKind>) -> Answer {
    let upload = service::get_upload(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ImportUploadDto::from(&upload)).etag(upload.version))
}

/// Downloads the file of an upload, byte for byte as it came in
///
/// It is for whoever sent it, for who may read a target that it was imported into, and for who may read every target.
#[utoipa::path(get, path = "/uploads/{id}/content", responses(
    (status = 200, description = "The file that was uploaded", content(
        (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/vnd.oasis.opendocument.spreadsheet"),
    ))))]
pub async fn download_upload(app: State<App>, caller: Caller, id: PathId<UploadKind>) -> Answer {
    let download = service::download_upload(&app, &caller, id.id()).await?;
    Ok(Rendered::stream(download.media_type, download.blob.body).attachment(&download.file_name))
}

fn disposition_name(request: &HttpRequest) -> Option<String> {
    let disposition = ContentDisposition::from_raw(request.headers().get(CONTENT_DISPOSITION)?).ok()?;
    if let Some(extended) = disposition.get_filename_ext() {
        return String::from_utf8(extended.value.clone()).ok();
    }
    disposition.get_filename().map(str::to_owned)
}
