//! `/items`

use crate::App;
use crate::domain::cost::Costing;
use crate::domain::family::Options;
use crate::domain::item::{ItemChange, ItemInput, StockedItem};
use crate::domain::lot::Tracking;
use crate::http::families::OptionsSchema;
use crate::http::stock_rules::{CostingDto, TrackingDto};
use crate::service;
use crate::store::item::ItemFilter;
use chrono::{DateTime, Utc};
use inventory_contract::{FamilyId, ItemId, ItemKind};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Metadata, MetadataPatch, Money, Page, Quantity, Search};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, OptionalIfMatch, PageQuery, PathExternalId,
    PathId, Query, Rendered, State, no_content, nullable, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "sku": "CHAI-10", "name": "Chai",
    "description": "Ten boxes of twenty bags", "category": "Beverages", "unit": "each",
    "unit_cost": {"amount": 1800, "currency": "USD"}, "tracking": "none", "costing": "fifo",
    "may_be_negative": false, "reorder_level": "10", "reorder_up_to": "40", "lead_time_days": 14,
    "on_hand": "39", "reserved": "5", "available": "34", "family_id": null, "options": {},
    "external_id": "shop-17", "metadata": {"shelf": "A3"},
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
    tracking: TrackingDto,
    costing: CostingDto,
    /// Whether more may leave than is on hand
    may_be_negative: bool,
    /// At which stock to order again
    #[schema(required)]
    reorder_level: Option<Quantity>,
    /// Up to which stock to order
    #[schema(required)]
    reorder_up_to: Option<Quantity>,
    /// From the order to the delivery
    #[schema(required)]
    lead_time_days: Option<i64>,
    /// The sum of its movements
    on_hand: Quantity,
    /// Held by active reservations
    reserved: Quantity,
    /// On hand in storage, within its last day and not reserved. Below 0 where `may_be_negative`, or where what was
    /// reserved has expired
    available: Quantity,
    /// The family that it is a variant of
    #[schema(required)]
    family_id: Option<FamilyId>,
    /// Its value of each option of the family
    #[schema(value_type = OptionsSchema)]
    options: Options,
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
        let (item, level) = (&stocked.item, &stocked.level);
        let mut fields = item.fields.clone();
        let variant = fields.variant.take();
        Self {
            id: item.id,
            sku: fields.sku.to_string(),
            name: fields.name,
            description: fields.description,
            category: fields.category,
            unit: fields.unit,
            unit_cost: fields.unit_cost,
            tracking: fields.tracking.into(),
            costing: fields.costing.into(),
            may_be_negative: fields.may_be_negative,
            reorder_level: fields.reorder_level,
            reorder_up_to: fields.reorder_up_to,
            lead_time_days: fields.lead_time_days,
            on_hand: level.on_hand,
            reserved: level.reserved,
            available: level.available(),
            family_id: variant.as_ref().map(|variant| variant.family_id),
            options: variant.map(|variant| variant.options).unwrap_or_default(),
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
    "unit": "each", "unit_cost": {"amount": 1800, "currency": "USD"}, "tracking": "lot", "costing": "fifo",
    "may_be_negative": false, "reorder_level": "10", "reorder_up_to": "40", "lead_time_days": 14,
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
    /// By lots, by serial numbers, or not at all: fixed once its stock has moved
    tracking: Option<TrackingDto>,
    /// How its stock is valued: fixed once it has moved
    costing: Option<CostingDto>,
    /// Whether more may leave than is on hand; not where it is tracked
    may_be_negative: Option<bool>,
    reorder_level: Option<Quantity>,
    reorder_up_to: Option<Quantity>,
    #[schema(minimum = 0, maximum = 3650)]
    lead_time_days: Option<i64>,
    /// The family that it is a variant of
    family_id: Option<FamilyId>,
    /// Its value of each option of the family
    #[serde(default)]
    #[schema(value_type = OptionsSchema)]
    options: Options,
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
    "unit": "each", "unit_cost": {"amount": 1800, "currency": "USD"}, "tracking": "lot", "costing": "fifo",
    "may_be_negative": false, "reorder_level": "10", "reorder_up_to": "40", "lead_time_days": 14,
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
    /// By lots, by serial numbers, or not at all: fixed once its stock has moved
    tracking: Option<TrackingDto>,
    /// How its stock is valued: fixed once it has moved
    costing: Option<CostingDto>,
    /// Whether more may leave than is on hand; not where it is tracked
    may_be_negative: Option<bool>,
    reorder_level: Option<Quantity>,
    reorder_up_to: Option<Quantity>,
    #[schema(minimum = 0, maximum = 3650)]
    lead_time_days: Option<i64>,
    /// The family that it is a variant of
    family_id: Option<FamilyId>,
    /// Its value of each option of the family
    #[serde(default)]
    #[schema(value_type = OptionsSchema)]
    options: Options,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

/// What the bodies of POST and PUT say, which differ in the reference alone.
macro_rules! input {
    ($dto:ident, $external_id:expr) => {
        ItemInput {
            sku: $dto.sku,
            name: $dto.name,
            description: $dto.description,
            category: $dto.category,
            unit: $dto.unit,
            unit_cost: $dto.unit_cost,
            tracking: $dto.tracking.map(Tracking::from),
            costing: $dto.costing.map(Costing::from),
            may_be_negative: $dto.may_be_negative,
            reorder_level: $dto.reorder_level,
            reorder_up_to: $dto.reorder_up_to,
            lead_time_days: $dto.lead_time_days,
            family_id: $dto.family_id,
            options: $dto.options,
            external_id: $external_id,
            metadata: $dto.metadata,
        }
    };
}

impl From<CreateItemDto> for service::catalogue::create_item::CreateItem {
    fn from(dto: CreateItemDto) -> Self {
        Self { id: dto.id, input: input!(dto, dto.external_id) }
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
    /// Fixed once its stock has moved; `null` is `none`
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TrackingDto>)]
    tracking: Option<Option<TrackingDto>>,
    /// Fixed once its stock has moved; `null` is `moving_average`
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<CostingDto>)]
    costing: Option<Option<CostingDto>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>, nullable = false)]
    may_be_negative: Option<bool>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Quantity>)]
    reorder_level: Option<Option<Quantity>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Quantity>)]
    reorder_up_to: Option<Option<Quantity>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 3650)]
    lead_time_days: Option<Option<i64>>,
    /// Without the options of another family; `null` takes it out of its family
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<FamilyId>)]
    family_id: Option<Option<FamilyId>>,
    /// Merged with those it has of the family
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<OptionsSchema>, nullable = false)]
    options: Option<Options>,
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
            tracking: dto.tracking.map(|given| given.map(Tracking::from)),
            costing: dto.costing.map(|given| given.map(Costing::from)),
            may_be_negative: dto.may_be_negative.map(Some),
            reorder_level: dto.reorder_level,
            reorder_up_to: dto.reorder_up_to,
            lead_time_days: dto.lead_time_days,
            family_id: dto.family_id,
            options: dto.options,
            external_id: dto.external_id,
            metadata: dto.metadata,
        }
    }
}

/// What is left out or has a value: an item's options are not taken away while it is of a family.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize, IntoParams)]
pub struct ItemParams {
    /// The item with this sku
    sku: Option<String>,
    /// Items of this category, and not of those below it
    category: Option<String>,
    /// The variants of this family
    family_id: Option<FamilyId>,
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
    let found = service::catalogue::list_items::list_items(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|item| ItemDto::from(&item))))
}

/// `None` when no item can be meant.
fn filter(params: &ItemParams) -> Option<ItemFilter> {
    let sku = params.sku.as_deref().map(str::parse).transpose().ok()?;
    let ItemParams { category, external_id, q, family_id: family, .. } = params;
    let (category, external_id, q) = (category.clone(), external_id.clone(), q.clone());
    Some(ItemFilter { sku, category, family: *family, external_id, q })
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
        service::catalogue::get_item::get_item_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::catalogue::get_item::get_item(&app, &caller, id.id()).await?
    };
    Ok(shown(&item))
}

/// Adds an item
#[utoipa::path(post, path = "/items", responses((status = 201, body = ItemDto)))]
pub async fn create_item(app: State<App>, caller: Caller, body: Body<CreateItemDto>) -> Answer {
    let command = body.into_inner().into();
    respond(
        &caller,
        async |ctx| service::catalogue::create_item::create_item(&app, ctx, command).await,
        created,
    )
    .await
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
        async |ctx| {
            service::catalogue::patch_item::patch_item(&app, ctx, id.id(), if_match.expected(), change).await
        },
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
    let dto = body.into_inner();
    let input = input!(dto, Some(external_id.into_inner()));
    respond(
        &caller,
        async |ctx| service::catalogue::put_item::put_item(&app, ctx, if_match.seen(), input).await,
        |put: &Put<StockedItem>| if put.created { created(&put.resource) } else { shown(&put.resource) },
    )
    .await
}

/// Deletes an item that has no stock
#[utoipa::path(delete, path = "/items/{id}", responses((status = 204, description = "It is deleted")))]
pub async fn delete_item(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::catalogue::delete_item::delete_item(&app, ctx, id.id()).await,
        no_content,
    )
    .await
}

/// Brings a deleted item back
#[utoipa::path(post, path = "/items/{id}/restore", responses((status = 200, body = ItemDto)))]
pub async fn restore_item(app: State<App>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::catalogue::restore_item::restore_item(&app, ctx, id.id()).await,
        shown,
    )
    .await
}
