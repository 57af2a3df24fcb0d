//! `/suppliers`

use crate::App;
use crate::domain::supplier::{Supplier, SupplierFields, SupplierPatch};
use crate::service::buying;
use crate::store::supplier::SupplierFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{SupplierId, SupplierKind};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Currency, Metadata, MetadataPatch, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, OptionalIfMatch, PageQuery, PathExternalId,
    PathId, Query, Rendered, State, no_content, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "code": "EXOTIC", "name": "Exotic Liquids",
    "email": "orders@exotic.example", "currency": "GBP", "external_id": "erp-1",
    "metadata": {"terms": "30 days"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct SupplierDto {
    id: SupplierId,
    #[schema(example = "EXOTIC")]
    code: String,
    #[schema(example = "Exotic Liquids")]
    name: String,
    #[schema(required)]
    email: Option<String>,
    /// What it usually asks to be paid in
    #[schema(required)]
    currency: Option<Currency>,
    /// The tenant's own reference, unique among its suppliers
    #[schema(required)]
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Supplier> for SupplierDto {
    fn from(supplier: &Supplier) -> Self {
        let fields = supplier.fields.clone();
        Self {
            id: supplier.id,
            code: fields.code,
            name: fields.name,
            email: fields.email,
            currency: fields.currency,
            external_id: fields.external_id,
            metadata: fields.metadata,
            created_at: supplier.created_at,
            updated_at: supplier.updated_at,
            deleted_at: supplier.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "EXOTIC", "name": "Exotic Liquids", "email": "orders@exotic.example", "currency": "GBP",
    "external_id": "erp-1", "metadata": {"terms": "30 days"},
}))]
pub struct CreateSupplierDto {
    /// The caller's own, if it has one
    id: Option<SupplierId>,
    /// Unique; kept trimmed and in upper case
    #[schema(example = "EXOTIC", min_length = 1, max_length = 64, pattern = r"\S")]
    code: String,
    #[schema(example = "Exotic Liquids", min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// What it usually asks to be paid in
    currency: Option<Currency>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<String>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

/// All of it: what is left out is empty.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "EXOTIC", "name": "Exotic Liquids", "email": "orders@exotic.example", "currency": "GBP",
    "metadata": {"terms": "30 days"},
}))]
pub struct PutSupplierDto {
    /// Unique; kept trimmed and in upper case
    #[schema(example = "EXOTIC", min_length = 1, max_length = 64, pattern = r"\S")]
    code: String,
    #[schema(example = "Exotic Liquids", min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// What it usually asks to be paid in
    currency: Option<Currency>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

/// What is left out stays as it is; `null` empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": null, "metadata": {"terms": "14 days", "old": null} }))]
pub struct PatchSupplierDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 64, pattern = r"\S")]
    code: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 254)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Currency>)]
    currency: Option<Option<Currency>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
}

impl From<PatchSupplierDto> for SupplierPatch {
    fn from(dto: PatchSupplierDto) -> Self {
        let PatchSupplierDto { code, name, email, currency, external_id, metadata } = dto;
        Self { code, name, email, currency, external_id, metadata }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct SupplierParams {
    /// The supplier with this code
    code: Option<String>,
    /// The supplier with this reference
    external_id: Option<String>,
    /// Suppliers whose code, name, e-mail address or reference contains this, in whatever case
    #[param(inline)]
    q: Option<Search>,
}

fn created(supplier: &Supplier) -> Rendered {
    let location = format!("/api/v1/inventory/suppliers/{}", supplier.id);
    Rendered::created(location, &SupplierDto::from(supplier)).etag(supplier.version)
}

fn shown(supplier: &Supplier) -> Rendered {
    Rendered::ok(&SupplierDto::from(supplier)).etag(supplier.version)
}

/// Lists suppliers
#[utoipa::path(get, path = "/suppliers", responses((status = 200, body = Listing<SupplierDto>)))]
pub async fn list_suppliers(
    app: State<App>,
    caller: Caller,
    query: Query<SupplierParams>,
    page: PageQuery,
) -> Answer {
    let filter = SupplierFilter {
        code: query.code.as_deref().map(|code| code.trim().to_ascii_uppercase()),
        external_id: query.external_id.clone(),
        q: query.q.clone(),
    };
    let found = buying::show_suppliers::list_suppliers(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|supplier| SupplierDto::from(&supplier))))
}

/// Shows a supplier
#[utoipa::path(get, path = "/suppliers/{id}", responses((status = 200, body = SupplierDto)))]
pub async fn get_supplier(
    app: State<App>,
    caller: Caller,
    id: PathId<SupplierKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let supplier = if *include_deleted {
        buying::show_suppliers::get_supplier_deleted_too(&app, &caller, id.id()).await?
    } else {
        buying::show_suppliers::get_supplier(&app, &caller, id.id()).await?
    };
    Ok(shown(&supplier))
}

/// Adds a supplier
#[utoipa::path(post, path = "/suppliers", responses((status = 201, body = SupplierDto)))]
pub async fn create_supplier(app: State<App>, caller: Caller, body: Body<CreateSupplierDto>) -> Answer {
    let CreateSupplierDto { id, code, name, email, currency, external_id, metadata } = body.into_inner();
    let fields = SupplierFields { code, name, email, currency, external_id, metadata };
    respond(
        &caller,
        async |ctx| buying::create_supplier::create_supplier(&app, ctx, id, fields).await,
        created,
    )
    .await
}

/// Changes a supplier
#[utoipa::path(patch, path = "/suppliers/{id}", responses((status = 200, body = SupplierDto)))]
pub async fn patch_supplier(
    app: State<App>,
    caller: Caller,
    id: PathId<SupplierKind>,
    if_match: IfMatch,
    body: Body<PatchSupplierDto>,
) -> Answer {
    let patch = body.into_inner().into();
    respond(
        &caller,
        async |ctx| {
            buying::patch_supplier::patch_supplier(&app, ctx, id.id(), if_match.expected(), patch).await
        },
        shown,
    )
    .await
}

/// Creates or replaces the supplier with this reference
#[utoipa::path(
    put,
    path = "/suppliers/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = SupplierDto),
        (status = 201, description = "It is new", body = SupplierDto)
    )
)]
pub async fn put_supplier(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutSupplierDto>,
) -> Answer {
    let PutSupplierDto { code, name, email, currency, metadata } = body.into_inner();
    let external_id = Some(external_id.into_inner());
    let fields = SupplierFields { code, name, email, currency, external_id, metadata };
    respond(
        &caller,
        async |ctx| buying::put_supplier::put_supplier(&app, ctx, if_match.seen(), fields).await,
        |put: &Put<Supplier>| if put.created { created(&put.resource) } else { shown(&put.resource) },
    )
    .await
}

/// Deletes a supplier of whom nothing may still come
#[utoipa::path(delete, path = "/suppliers/{id}", responses((status = 204, description = "It is deleted")))]
pub async fn delete_supplier(app: State<App>, caller: Caller, id: PathId<SupplierKind>) -> Answer {
    respond(
        &caller,
        async |ctx| buying::delete_supplier::delete_supplier(&app, ctx, id.id()).await,
        no_content,
    )
    .await
}

/// Brings a deleted supplier back
#[utoipa::path(post, path = "/suppliers/{id}/restore", responses((status = 200, body = SupplierDto)))]
pub async fn restore_supplier(app: State<App>, caller: Caller, id: PathId<SupplierKind>) -> Answer {
    respond(&caller, async |ctx| buying::restore_supplier::restore_supplier(&app, ctx, id.id()).await, shown)
        .await
}
