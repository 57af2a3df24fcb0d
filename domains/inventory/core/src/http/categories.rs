//! `/categories`

use crate::App;
use crate::domain::category::{Category, CategoryFields};
use crate::error::Error;
use crate::service::catalogue::patch_category::PatchCategory;
use crate::service::catalogue::{
    create_category, delete_category, patch_category, restore_category, show_categories,
};
use crate::store::category::CategoryFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{CategoryId, CategoryKind};
use kernel::Faults;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, Query, Rendered, State,
    no_content, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Green tea",
    "parent_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct CategoryDto {
    id: CategoryId,
    /// What its items have as their `category`
    #[schema(example = "Green tea")]
    name: String,
    /// The category above it
    #[schema(required)]
    parent_id: Option<CategoryId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Category> for CategoryDto {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.fields.name.clone(),
            parent_id: category.fields.parent,
            created_at: category.created_at,
            updated_at: category.updated_at,
            deleted_at: category.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Green tea", "parent_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f"}))]
pub struct CreateCategoryDto {
    /// The caller's own, if it has one
    id: Option<CategoryId>,
    /// Unique among the tenant's categories
    #[schema(example = "Green tea", min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// The category above it; there are at most 16 from the root to the lowest
    parent_id: Option<CategoryId>,
}

/// What is left out stays as it is; `null` empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Green teas", "parent_id": null}))]
pub struct PatchCategoryDto {
    /// Its items have the new name too
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    /// Moves it, with all below it; `null` is the root
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CategoryId>)]
    parent_id: Option<Option<CategoryId>>,
}

impl PatchCategoryDto {
    fn command(self, expected: Option<i64>) -> Result<PatchCategory, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        let command = PatchCategory { expected, name: self.name.flatten(), parent: self.parent_id };
        faults.finish(command).map_err(Error::invalid)
    }
}

#[derive(Deserialize, IntoParams)]
pub struct CategoryParams {
    /// The category with this name
    name: Option<String>,
    /// Only those right below this category
    parent_id: Option<CategoryId>,
    /// Only those that stand below no other
    root: Option<bool>,
}

fn created(category: &Category) -> Rendered {
    let location = format!("/api/v1/inventory/categories/{}", category.id);
    Rendered::created(location, &CategoryDto::from(category)).etag(category.version)
}

fn shown(category: &Category) -> Rendered {
    Rendered::ok(&CategoryDto::from(category)).etag(category.version)
}

/// Lists categories
///
/// With `root`, those at the top of the tree; with `parent_id`, those one step below.
#[utoipa::path(get, path = "/categories", responses((status = 200, body = Listing<CategoryDto>)))]
pub async fn list_categories(
    app: State<App>,
    caller: Caller,
    query: Query<CategoryParams>,
    page: PageQuery,
) -> Answer {
    let filter = CategoryFilter {
        name: query.name.clone(),
        parent: query.parent_id,
        at_root: query.root.unwrap_or_default(),
    };
    let found = show_categories::list_categories(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|category| CategoryDto::from(&category))))
}

/// Shows a category
#[utoipa::path(get, path = "/categories/{id}", responses((status = 200, body = CategoryDto)))]
pub async fn get_category(
    app: State<App>,
    caller: Caller,
    id: PathId<CategoryKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let category = if *include_deleted {
        show_categories::get_category_deleted_too(&app, &caller, id.id()).await?
    } else {
        show_categories::get_category(&app, &caller, id.id()).await?
    };
    Ok(shown(&category))
}

/// Makes a category
///
/// A name that an item is given and no category has makes one too, at the root.
#[utoipa::path(post, path = "/categories", responses((status = 201, body = CategoryDto)))]
pub async fn create_category(app: State<App>, caller: Caller, body: Body<CreateCategoryDto>) -> Answer {
    let CreateCategoryDto { id, name, parent_id } = body.into_inner();
    let fields = CategoryFields { name, parent: parent_id };
    respond(&caller, async |ctx| create_category::create_category(&app, ctx, id, fields).await, created).await
}

/// Renames or moves a category
///
/// Its items have the new name at once. Where there are more than a thousand, the rest stand in a category of the old name until
/// they are renamed as well, moments later; it goes then. A move that would put a category below itself is refused.
#[utoipa::path(patch, path = "/categories/{id}", responses((status = 200, body = CategoryDto)))]
pub async fn patch_category(
    app: State<App>,
    caller: Caller,
    id: PathId<CategoryKind>,
    if_match: IfMatch,
    body: Body<PatchCategoryDto>,
) -> Answer {
    let change = body.into_inner().command(if_match.expected())?;
    respond(&caller, async |ctx| patch_category::patch_category(&app, ctx, id.id(), change).await, shown)
        .await
}

/// Deletes a category that has no items and no others below it
#[utoipa::path(
    delete,
    path = "/categories/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_category(app: State<App>, caller: Caller, id: PathId<CategoryKind>) -> Answer {
    respond(&caller, async |ctx| delete_category::delete_category(&app, ctx, id.id()).await, no_content).await
}

/// Brings a deleted category back where it stood
#[utoipa::path(post, path = "/categories/{id}/restore", responses((status = 200, body = CategoryDto)))]
pub async fn restore_category(app: State<App>, caller: Caller, id: PathId<CategoryKind>) -> Answer {
    respond(&caller, async |ctx| restore_category::restore_category(&app, ctx, id.id()).await, shown).await
}
