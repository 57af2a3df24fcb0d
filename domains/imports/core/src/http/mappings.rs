//! Mappings that are kept.

use super::sources::{Entries, ImportSourceDto, shown};
use crate::domain::saved_mapping::SavedMapping;
use crate::error::Error;
use crate::service::{self, App, PatchMapping};
use chrono::{DateTime, Utc};
use imports_contract::{MappingId, MappingKind};
use kernel::Faults;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Query, Rendered, State,
    no_content, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Weekly count", "target": "inventory.items",
    "mapping": {"sku": {"column": "product_id"}, "currency": {"value": "USD"}},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct ImportMappingDto {
    id: MappingId,
    #[schema(example = "Weekly count")]
    name: String,
    #[schema(example = "inventory.items")]
    target: String,
    /// By the target's field
    mapping: BTreeMap<String, ImportSourceDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&SavedMapping> for ImportMappingDto {
    fn from(saved: &SavedMapping) -> Self {
        Self {
            id: saved.id,
            name: saved.fields.name.clone(),
            target: saved.fields.target.clone(),
            mapping: shown(&saved.fields.mapping),
            created_at: saved.created_at,
            updated_at: saved.updated_at,
            deleted_at: saved.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Weekly count", "target": "inventory.items",
    "mapping": {
        "sku": {"column": "product_id"}, "name": {"column": "title"},
        "on_hand": {"column": "counted", "decimal_mark": ","},
    },
}))]
pub struct CreateImportMapping {
    /// The caller's own, if it has one
    id: Option<MappingId>,
    /// One of its kind among those for the target
    #[schema(example = "Weekly count", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    #[schema(example = "inventory.items")]
    target: String,
    /// By the target's field
    #[schema(value_type = BTreeMap<String, ImportSourceDto>)]
    mapping: Entries,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mapping": {"on_hand": {"column": "counted"}, "category": null}}))]
pub struct PatchImportMapping {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    /// By the target's field; null takes one out. A source is taken as a whole
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<BTreeMap<String, ImportSourceDto>>, nullable = false)]
    mapping: Option<Option<BTreeMap<String, Option<ImportSourceDto>>>>,
}

impl PatchImportMapping {
    fn command(self, expected: Option<i64>) -> Result<PatchMapping, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        let is_null = matches!(self.mapping, Some(None));
        faults.require(!is_null, "/mapping", "null", "must not be null");
        let sources = self.mapping.flatten().unwrap_or_default().into_iter();
        let sources = sources.map(|(field, source)| {
            let entry = source.map(|source| source.entry(field.clone()));
            (field, entry)
        });
        let command = PatchMapping { expected, name: self.name.flatten(), sources: sources.collect() };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, IntoParams)]
pub struct MappingFilter {
    /// Only those for this target
    target: Option<String>,
}

fn created(mapping: &SavedMapping) -> Rendered {
    let location = format!("/api/v1/imports/mappings/{}", mapping.id);
    Rendered::created(location, &ImportMappingDto::from(mapping)).etag(mapping.version)
}

fn rendered(mapping: &SavedMapping) -> Rendered {
    Rendered::ok(&ImportMappingDto::from(mapping)).etag(mapping.version)
}

/// Lists mappings that are kept
#[utoipa::path(get, path = "/mappings", responses((status = 200, body = Listing<ImportMappingDto>)))]
pub async fn list_mappings(
    app: State<App>,
    caller: Caller,
    filter: Query<MappingFilter>,
    page: PageQuery,
) -> Answer {
    let found = service::list_mappings(&app, &caller, filter.target.as_deref(), page.request()).await?;
    Ok(page.render(found.map(|mapping| ImportMappingDto::from(&mapping))))
}

/// Shows a mapping
#[utoipa::path(get, path = "/mappings/{id}", responses((status = 200, body = ImportMappingDto)))]
pub async fn get_mapping(
    app: State<App>,
    caller: Caller,
    id: PathId<MappingKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let mapping = if *include_deleted {
        service::get_mapping_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::get_mapping(&app, &caller, id.id()).await?
    };
    Ok(rendered(&mapping))
}

/// Keeps a mapping for files that come again
///
/// Whether a file has its columns is seen when it is used.
#[utoipa::path(post, path = "/mappings", responses((status = 201, body = ImportMappingDto)))]
pub async fn create_mapping(app: State<App>, caller: Caller, body: Body<CreateImportMapping>) -> Answer {
    let CreateImportMapping { id, name, target, mapping } = body.into_inner();
    let entries = mapping.0;
    respond(
        &caller,
        async |ctx| service::create_mapping(&app, ctx, id, &name, &target, entries).await,
        created,
    )
    .await
}

/// Changes a mapping
#[utoipa::path(patch, path = "/mappings/{id}", responses((status = 200, body = ImportMappingDto)))]
pub async fn patch_mapping(
    app: State<App>,
    caller: Caller,
    id: PathId<MappingKind>,
    if_match: IfMatch,
    body: Body<PatchImportMapping>,
) -> Answer {
    let change = body.into_inner().command(if_match.expected())?;
    respond(&caller, async |ctx| service::patch_mapping(&app, ctx, id.id(), change).await, rendered).await
}

/// Deletes a mapping
#[utoipa::path(
    delete,
    path = "/mappings/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_mapping(app: State<App>, caller: Caller, id: PathId<MappingKind>) -> Answer {
    respond(&caller, async |ctx| service::delete_mapping(&app, ctx, id.id()).await, no_content).await
}

/// Brings a deleted mapping back
#[utoipa::path(post, path = "/mappings/{id}/restore", responses((status = 200, body = ImportMappingDto)))]
pub async fn restore_mapping(app: State<App>, caller: Caller, id: PathId<MappingKind>) -> Answer {
    respond(&caller, async |ctx| service::restore_mapping(&app, ctx, id.id()).await, rendered).await
}
