//! Leaving over HTTP: taking along what there is of a tenant or of oneself, erasing oneself, closing a tenant, and the register of
//! personal data.

use crate::app::App;
use crate::domain::leaving::{ClosureState, ExportStatus};
use crate::domain::{DataExportId, DataExportKind, TenantClosureId};
use crate::service::leaving::close_tenant::CloseTenant;
use crate::service::leaving::erase_oneself::{EraseOneself, Erasing};
use crate::service::leaving::export::Export;
use crate::service::leaving::request_export::OfWhom;
use crate::service::leaving::show_closure::Closure;
use crate::service::leaving::{close_tenant, download_export, erase_oneself, personal_data, request_export};
use chrono::{DateTime, Utc};
use kernel::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Guest, PathId, Rendered, State, respond};

const NDJSON: &str = "application/x-ndjson";

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataExportStatus {
    Queued,
    Running,
    Ready,
    Failed,
}

impl From<ExportStatus> for DataExportStatus {
    fn from(status: ExportStatus) -> Self {
        match status {
            ExportStatus::Queued => Self::Queued,
            ExportStatus::Running => Self::Running,
            ExportStatus::Ready => Self::Ready,
            ExportStatus::Failed => Self::Failed,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "of_person": null,
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "status": "ready", "rows_written": 1204,
    "size_bytes": 481120, "failure_detail": null, "expires_at": "2026-03-08T09:30:00Z",
    "finished_at": "2026-03-01T09:30:02Z",
    "created_at": "2026-03-01T09:30:00Z", "updated_at": "2026-03-01T09:30:02Z",
}))]
pub struct DataExportDto {
    id: DataExportId,
    /// Whose data it is; `null`: the whole tenant's
    #[schema(required)]
    of_person: Option<UserId>,
    requested_by: UserId,
    status: DataExportStatus,
    /// So far
    rows_written: u64,
    /// Of the file, once it is ready
    #[schema(required)]
    size_bytes: Option<u64>,
    /// Why there is no file, when it has failed
    #[schema(required)]
    failure_detail: Option<String>,
    /// Until then the file can be downloaded
    expires_at: DateTime<Utc>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Export> for DataExportDto {
    fn from(export: &Export) -> Self {
        Self {
            id: export.id,
            of_person: export.of_person,
            requested_by: export.requested_by,
            status: export.status.into(),
            rows_written: export.rows_written,
            size_bytes: export.size_bytes,
            failure_detail: export.failure_detail.clone(),
            expires_at: export.expires_at,
            finished_at: export.finished_at,
            created_at: export.created_at,
            updated_at: export.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct RequestDataExport {
    /// The client's own; made up when it is left out
    id: Option<DataExportId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Analytical Engines"}))]
pub struct CloseTenantRequest {
    /// What the tenant is called, so that nobody closes another
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantClosureState {
    Closed,
    Reopened,
    /// Nobody brings it back from here on
    Erasing,
    Erased,
}

impl From<ClosureState> for TenantClosureState {
    fn from(state: ClosureState) -> Self {
        match state {
            ClosureState::Closed => Self::Closed,
            ClosureState::Reopened => Self::Reopened,
            ClosureState::Erasing => Self::Erasing,
            ClosureState::Erased => Self::Erased,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "tenant_id": "0190a5c8-7d3e-7a61-8f2b-5d4c3b2a1f0e",
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "state": "erased", "erases_at": "2026-03-31T09:30:00Z",
    "erased_at": "2026-03-31T09:30:04Z", "rows": {"billing.invoices": 12, "users.memberships": 3},
    "certificate": "eyJhbGciOiJFZERTQSIsImp3ayI6…",
    "created_at": "2026-03-01T09:30:00Z", "updated_at": "2026-03-31T09:30:04Z",
}))]
pub struct TenantClosureDto {
    id: TenantClosureId,
    tenant_id: TenantId,
    requested_by: UserId,
    state: TenantClosureState,
    /// Until then operators can bring it back
    erases_at: DateTime<Utc>,
    #[schema(required)]
    erased_at: Option<DateTime<Utc>>,
    /// How many rows of each table there were when erasing began
    rows: BTreeMap<String, u64>,
    /// A JWS that says what was erased, when, and by whose request. It brings along the key that it is signed with
    #[schema(required)]
    certificate: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Closure> for TenantClosureDto {
    fn from(closure: &Closure) -> Self {
        Self {
            id: closure.id,
            tenant_id: closure.tenant,
            requested_by: closure.requested_by,
            state: closure.state.into(),
            erases_at: closure.erases_at,
            erased_at: closure.erased_at,
            rows: closure.counts.clone(),
            certificate: closure.certificate.clone(),
            created_at: closure.created_at,
            updated_at: closure.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"data": [{
    "table": "users.sessions", "column": "client_address",
    "why": "So that somebody sees where they are signed in", "basis": "legitimate interest",
    "kept": "A month after the session has ended", "when_erased": "goes with its row",
}]}))]
pub struct PersonalDataRegister {
    data: Vec<PersonalDataColumn>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "table": "users.sessions", "column": "client_address",
    "why": "So that somebody sees where they are signed in", "basis": "legitimate interest",
    "kept": "A month after the session has ended", "when_erased": "goes with its row",
}))]
pub struct PersonalDataColumn {
    #[schema(example = "users.sessions")]
    table: String,
    #[schema(example = "client_address")]
    column: &'static str,
    /// What it is kept for
    why: &'static str,
    /// By what right
    #[schema(example = "legitimate interest")]
    basis: &'static str,
    /// For how long
    kept: &'static str,
    /// What becomes of it when the person is erased
    when_erased: &'static str,
}

/// Asks for all that the tenant has
///
/// From every domain, as one file, which can be downloaded for a week. It takes a proof of who you are from the last quarter of
/// an hour.
#[utoipa::path(post, path = "/tenant-exports", responses(
    (status = 202, description = "The file is being written", body = DataExportDto)))]
pub async fn create_tenant_export(app: State<App>, caller: Caller, body: Body<RequestDataExport>) -> Answer {
    let id = body.into_inner().id;
    respond(
        &caller,
        async |ctx| request_export::request_export(&app, ctx, OfWhom::Tenant, id).await,
        |export: &Export| accepted("tenant-exports", export),
    )
    .await
}

/// Shows how far an export of the tenant is
#[utoipa::path(get, path = "/tenant-exports/{id}", responses((status = 200, body = DataExportDto)))]
pub async fn get_tenant_export(app: State<App>, caller: Caller, id: PathId<DataExportKind>) -> Answer {
    Ok(shown(&download_export::show_export(&app, &caller, OfWhom::Tenant, id.id()).await?))
}

/// Downloads an export of the tenant
#[utoipa::path(get, path = "/tenant-exports/{id}/content", responses(
    (status = 200, description = "A JSON object a line", body = String, content_type = "application/x-ndjson")))]
pub async fn download_tenant_export(app: State<App>, caller: Caller, id: PathId<DataExportKind>) -> Answer {
    content(download_export::download_export(&app, &caller, OfWhom::Tenant, id.id()).await?)
}

/// Asks for all that concerns you
///
/// Of your account and in all your tenants, as one file, which can be downloaded for a week. It takes a proof of who you are
/// from the last quarter of an hour.
#[utoipa::path(post, path = "/me/exports", responses(
    (status = 202, description = "The file is being written", body = DataExportDto)))]
pub async fn create_own_export(app: State<App>, caller: Caller, body: Body<RequestDataExport>) -> Answer {
    let id = body.into_inner().id;
    respond(
        &caller,
        async |ctx| request_export::request_export(&app, ctx, OfWhom::Oneself, id).await,
        |export: &Export| accepted("me/exports", export),
    )
    .await
}

/// Shows how far an export of your data is
#[utoipa::path(get, path = "/me/exports/{id}", responses((status = 200, body = DataExportDto)))]
pub async fn get_own_export(app: State<App>, caller: Caller, id: PathId<DataExportKind>) -> Answer {
    Ok(shown(&download_export::show_export(&app, &caller, OfWhom::Oneself, id.id()).await?))
}

/// Downloads an export of your data
#[utoipa::path(get, path = "/me/exports/{id}/content", responses(
    (status = 200, description = "A JSON object a line", body = String, content_type = "application/x-ndjson")))]
pub async fn download_own_export(app: State<App>, caller: Caller, id: PathId<DataExportKind>) -> Answer {
    content(download_export::download_export(&app, &caller, OfWhom::Oneself, id.id()).await?)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ada@example.com"}))]
pub struct EraseMeRequest {
    /// The address of your account, so that nobody is erased by a slip
    #[schema(max_length = 254)]
    email: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "message": "You are erased. An e-mail with a certificate goes to your address once nothing of you is left.",
}))]
pub struct ErasingMe {
    #[schema(
        example = "You are erased. An e-mail with a certificate goes to your address once nothing of you is left."
    )]
    message: &'static str,
}

/// Erases your account
///
/// At once you leave all your tenants, sessions and API keys end, and the address is free for somebody else. What is personal of
/// you is then erased in every domain and in the audit logs, whose entries stay and say so; a certificate of it goes to your
/// address. It takes a proof of who you are from the last quarter of an hour, and cannot be taken back.
#[utoipa::path(post, path = "/me/erase", responses(
    (status = 202, description = "You are nobody from now on", body = ErasingMe),
    (status = 409, description = "A tenant would have no owner")))]
pub async fn erase_me(app: State<App>, caller: Caller, body: Body<EraseMeRequest>) -> Answer {
    let command = EraseOneself { email: body.into_inner().email };
    respond(&caller, async |ctx| erase_oneself::erase_oneself(&app, ctx, command).await, erasing_me).await
}

fn erasing_me(_: &Erasing) -> Rendered {
    let message =
        "You are erased. An e-mail with a certificate goes to your address once nothing of you is left.";
    Rendered::accepted(&ErasingMe { message })
}

/// Closes the caller's tenant
///
/// Within a second nothing of it passes. Until `erases_at` the operators of the installation can bring it back; then all of it
/// is erased, and whoever closed it gets a certificate by mail. It takes a proof of who you are from the last quarter of an
/// hour.
#[utoipa::path(post, path = "/tenant/close", responses((status = 200, body = TenantClosureDto)))]
pub async fn close_tenant(app: State<App>, caller: Caller, body: Body<CloseTenantRequest>) -> Answer {
    let command = CloseTenant { name: body.into_inner().name };
    respond(&caller, async |ctx| close_tenant::close_tenant(&app, ctx, command).await, closure).await
}

/// Shows the register of personal data
///
/// What is kept of people, column by column: why, by what right, for how long, and what becomes of it when somebody is erased.
#[utoipa::path(get, path = "/personal-data", responses((status = 200, body = PersonalDataRegister)))]
pub async fn show_personal_data(app: State<App>, _guest: Guest) -> Answer {
    let lines = personal_data::personal_data(&app).into_iter();
    let data = lines.map(|line| PersonalDataColumn {
        table: line.table,
        column: line.column,
        why: line.why,
        basis: line.basis,
        kept: line.kept,
        when_erased: line.when_erased,
    });
    let register = PersonalDataRegister { data: data.collect() };
    Ok(Rendered::ok(&register).etag_of_body().cache_control("no-store"))
}

pub fn closure(closure: &Closure) -> Rendered {
    Rendered::ok(&TenantClosureDto::from(closure)).etag_of_body()
}

fn accepted(collection: &str, export: &Export) -> Rendered {
    let location = format!("/api/v1/users/{collection}/{}", export.id);
    Rendered::accepted(&DataExportDto::from(export)).location(location).etag(export.version)
}

fn shown(export: &Export) -> Rendered {
    Rendered::ok(&DataExportDto::from(export)).etag(export.version)
}

fn content(download: download_export::Download) -> Answer {
    Ok(Rendered::stream(NDJSON, download.blob.body).attachment(&download.file_name).cache_control("no-store"))
}
