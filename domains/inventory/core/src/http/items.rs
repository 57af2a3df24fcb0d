//! `/items`

use crate::App;
use crate::domain::item::{ItemChange, ItemInput, StockedItem};
use crate::service;
use crate::store::item::ItemFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ItemKind};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Metadata, MetadataPatch, Money, Page, Quantity, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, OptionalIfMatch, PageQuery, PathExternalId,
    PathId, Query, Rendered, State, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "sku": "CHAI-10", "name": "Chai",
    "description": "Ten boxes of twenty bags", "category": "Beverages", "unit": "each",
    "unit_cost": {"amount": 1800, "currency": "USD"}, "reorder_level": "10",
    "on_hand": "39", "reserved": "5", "available": "34", "external_id": "shop-17",
    "metadata": {"shelf": "A3"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct ItemDto {
    id: ItemId,
    #[schema(example = "CHAI-10")]
    sku: String,
    #[schema(example = "Chai")]
    name: String,
    #[schema(required)]
    description: Option<String>,
    #[schema(required, example = "Beverages")]
    category: Option<String>,
    /// What it is counted in
    #[schema(example = "each")]
    unit: String,
    #[schema(required)]
    unit_cost: Option<Money>,
    /// At which stock to order again
    #[schema(required)]
    reorder_level: Option<Quantity>,
    /// The sum of its movements
    on_hand: Quantity,
    /// Held by active reservations
    reserved: Quantity,
    /// On hand and not reserved
    available: Quantity,
    /// The tenant's own reference, unique among its items
    #[schema(required)]
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&StockedItem> for ItemDto {
    fn from(stocked: &StockedItem) -> Self {
        let (item, stock) = (&stocked.item, stocked.level.stock());
        let fields = item.fields.clone();
        Self {
            id: item.id,
            sku: fields.sku.to_string(),
            name: fields.name,
            description: fields.description,
            category: fields.category,
            unit: fields.unit,
            unit_cost: fields.unit_cost,
            reorder_level: fields.reorder_level,
            on_hand: stock.on_hand,
            reserved: stock.reserved,
            available: stock.available,
            external_id: fields.external_id,
            metadata: fields.metadata,
            created_at: item.created_at,
            updated_at: item.updated_at,
            deleted_at: item.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sku": "CHAI-10", "name": "Chai", "description": "Ten boxes of twenty bags", "category": "Beverages",
    "unit": "each", "unit_cost": {"amount": 1800, "currency": "USD"}, "reorder_level": "10",
    "external_id": "shop-17", "metadata": {"shelf": "A3"},
}))]
pub struct CreateItemDto {
    /// The caller's own, if it has one
    id: Option<ItemId>,
    /// Unique; kept trimmed and in upper case
    #[schema(example = "CHAI-10", min_length = 1, max_length = 64, pattern = r"\S")]
    sku: String,
    #[schema(example = "Chai", min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    /// What it is counted in; `each` when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    unit_cost: Option<Money>,
    reorder_level: Option<Quantity>,
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
    "sku": "CHAI-10", "name": "Chai", "description": "Ten boxes of twenty bags", "category": "Beverages",
    "unit": "each", "unit_cost": {"amount": 1800, "currency": "USD"}, "reorder_level": "10",
    "metadata": {"shelf": "A3"},
}))]
pub struct PutItemDto {
    /// Unique; kept trimmed and in upper case
    #[schema(example = "CHAI-10", min_length = 1, max_length = 64, pattern = r"\S")]
    sku: String,
    #[schema(example = "Chai", min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    /// What it is counted in; `each` when left out
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<String>,
    unit_cost: Option<Money>,
    reorder_level: Option<Quantity>,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

impl From<CreateItemDto> for service::create_item::CreateItem {
    fn from(dto: CreateItemDto) -> Self {
        let input = ItemInput {
            sku: dto.sku,
            name: dto.name,
            description: dto.description,
            category: dto.category,
            unit: dto.unit,
            unit_cost: dto.unit_cost,
            reorder_level: dto.reorder_level,
            external_id: dto.external_id,
            metadata: dto.metadata,
        };
        Self { id: dto.id, input }
    }
}

/// What is left out stays as it is; `null` empties it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reorder_level": "12", "category": null, "metadata": {"shelf": "B1", "old": null},
}))]
pub struct PatchItemDto {
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 64, pattern = r"\S")]
    sku: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 100)]
    category: Option<Option<String>>,
    /// `null` is `each`
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, pattern = r"\S")]
    unit: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Money>)]
    unit_cost: Option<Option<Money>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Quantity>)]
    reorder_level: Option<Option<Quantity>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
}

impl From<PatchItemDto> for ItemChange {
    fn from(dto: PatchItemDto) -> Self {
        Self {
            sku: dto.sku,
            name: dto.name,
            description: dto.description,
            category: dto.category,
            unit: dto.unit,
            unit_cost: dto.unit_cost,
            reorder_level: dto.reorder_level,
            external_id: dto.external_id,
            metadata: dto.metadata,
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct ItemParams {
    /// The item with this sku
    sku: Option<String>,
    /// Items of this category
    category: Option<String>,
    /// The item with this reference
    external_id: Option<String>,
    /// Items whose sku, name, description or reference contains this, in whatever case
    #[param(inline)]
    q: Option<Search>,
}

fn created(item: &StockedItem) -> Rendered {
    let location = format!("/api/v1/inventory/items/{}", item.item.id);
    Rendered::created(location, &ItemDto::from(item)).etag(item.tag())
}

fn shown(item: &StockedItem) -> Rendered {
    Rendered::ok(&ItemDto::from(item)).etag(item.tag())
}

/// Lists items
#[utoipa::path(get, path = "/items", responses((status = 200, body = Listing<ItemDto>)))]
pub async fn list_items(
    app: State<App>,
    caller: Caller,
    query: Query<ItemParams>,
    page: PageQuery,
) -> Answer {
    let Some(filter) = filter(&query) else {
        return Ok(page.render(Page::<ItemDto> { data: Vec::new(), next_cursor: None }));
    };
    let found = service::list_items::list_items(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|item| ItemDto::from(&item))))
}

/// `None` when no item can be meant.
fn filter(params: &ItemParams) -> Option<ItemFilter> {
    let sku = params.sku.as_deref().map(str::parse).transpose().ok()?;
    let ItemParams { category, external_id, q, .. } = params;
    Some(ItemFilter { sku, category: category.clone(), external_id: external_id.clone(), q: q.clone() })
}

/// Shows an item
#[utoipa::path(get, path = "/items/{id}", responses((status = 200, body = ItemDto)))]
pub async fn get_item(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let item = if *include_deleted {
        service::get_item::get_item_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::get_item::get_item(&app, &caller, id.id()).await?
    };
    Ok(shown(&item))
}

/// Adds an item
#[utoipa::path(post, path = "/items", responses((status = 201, body = ItemDto)))]
pub async fn create_item(app: State<App>, caller: Caller, body: Body<CreateItemDto>) -> Answer {
    let command = body.into_inner().into();
    respond(&caller, async |ctx| service::create_item::create_item(&app, ctx, command).await, created).await
}

/// Changes an item
#[utoipa::path(patch, path = "/items/{id}", responses((status = 200, body = ItemDto)))]
pub async fn patch_item(
    app: State<App>,
    caller: Caller,
    id: PathId<ItemKind>,
    if_match: IfMatch,
    body: Body<PatchItemDto>,
) -> Answer {
    let change = body.into_inner().into();
    respond(
        &caller,
        async |ctx| service::patch_item::patch_item(&app, ctx, id.id(), if_match.expected(), change).await,
        shown,
    )
    .await
}

/// Creates or replaces the item with this reference
#[utoipa::path(
    put,
    path = "/items/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = ItemDto),
        (status = 201, description = "It is new", body = ItemDto)
    )
)]
pub async fn put_item(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutItemDto>,
) -> Answer {
    let PutItemDto { sku, name, description, category, unit, unit_cost, reorder_level, metadata } =
        body.into_inner();
    let external_id = Some(external_id.into_inner());
    let input =
        ItemInput { sku, name, description, category, unit, unit_cost, reorder_level, external_id, metadata };
    respond(
        &caller,
        async |ctx| service::put_item::put_item(&app, ctx, if_match.seen(), input).await,
        |put: &Put<StockedItem>| if put.created { created(&put.resource) } else { shown(&put.resource) },
    )
    .await
}

/// Deletes an item that has no stock
#[utoipa::path(delete, path = "/items/{id}", responses((status = 204, description = "It is deleted")))]
pub async fn delete_item(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::delete_item::delete_item(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}

/// Brings a deleted item back
#[utoipa::path(post, path = "/items/{id}/restore", responses((status = 200, body = ItemDto)))]
pub async fn restore_item(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    respond(&caller, async |ctx| service::restore_item::restore_item(&app, ctx, id.id()).await, shown).await
}
