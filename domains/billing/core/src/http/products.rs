//! `/products` and their prices.

use super::names::PriceInterval;
use crate::domain::product::{Price, Product, ProductFields, ProductPatch};
use crate::service::create_price::{self, CreatePrice};
use crate::service::{
    App, create_product, delete_product, patch_product, put_product, read, restore_product,
};
use crate::store::products::ProductFilter;
use billing_contract::{PriceId, PriceKind, ProductId, ProductKind};
use chrono::{DateTime, Utc};
use kernel::reference::{MetadataPatchSchema, MetadataSchema, Put};
use kernel::{Metadata, MetadataPatch, Money, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, OptionalIfMatch, PageQuery, PathExternalId,
    PathId, Query, Rendered, State, no_content, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
    "name": "Weekly delivery", "description": "Fruit and vegetables, every Monday", "active": true,
    "external_id": "shop-17", "metadata": {"season": "all"},
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct ProductDto {
    id: ProductId,
    name: String,
    description: Option<String>,
    /// Only what is active can be sold
    active: bool,
    /// The tenant's own reference, unique among its products
    external_id: Option<String>,
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Product> for ProductDto {
    fn from(product: &Product) -> Self {
        let ProductFields { name, description, active, external_id, metadata } = product.fields.clone();
        let Product { id, created_at, updated_at, deleted_at, .. } = *product;
        Self { id, name, description, active, external_id, metadata, created_at, updated_at, deleted_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Weekly delivery", "description": "Fruit and vegetables, every Monday", "active": true,
    "external_id": "shop-17", "metadata": {"season": "all"},
}))]
pub struct CreateProductDto {
    /// A UUID of the client's own making
    id: Option<ProductId>,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    description: Option<String>,
    /// True unless told
    #[serde(default = "yes")]
    active: bool,
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
    "name": "Weekly delivery", "description": "Fruit and vegetables, every Monday", "active": true,
    "metadata": {"season": "all"},
}))]
pub struct PutProductDto {
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    name: String,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    description: Option<String>,
    /// True unless told
    #[serde(default = "yes")]
    active: bool,
    #[serde(default)]
    #[schema(value_type = MetadataSchema)]
    metadata: Metadata,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": false, "metadata": {"season": "summer", "old": null}}))]
pub struct PatchProductDto {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 200, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2000, pattern = r"\S")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    active: Option<Option<bool>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, pattern = r"\S")]
    external_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<MetadataPatchSchema>)]
    metadata: Option<Option<MetadataPatch>>,
}

#[derive(Deserialize, IntoParams)]
pub struct ProductQuery {
    /// Only the one with this reference
    external_id: Option<String>,
    /// Only those whose name, description or reference contains this, in whatever case
    #[param(inline)]
    q: Option<Search>,
}

fn created(product: &Product) -> Rendered {
    let location = format!("/api/v1/billing/products/{}", product.id);
    Rendered::created(location, &ProductDto::from(product)).etag(product.version)
}

fn shown(product: &Product) -> Rendered {
    Rendered::ok(&ProductDto::from(product)).etag(product.version)
}

fn yes() -> bool {
    true
}

/// A price never changes: make another one.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "product_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "unit_amount": {"amount": 24900, "currency": "USD"}, "interval": "month",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct PriceDto {
    id: PriceId,
    product_id: ProductId,
    unit_amount: Money,
    interval: PriceInterval,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Price> for PriceDto {
    fn from(price: &Price) -> Self {
        let Price { id, product, unit_amount, interval, created_at, updated_at } = *price;
        Self { id, product_id: product, unit_amount, interval: interval.into(), created_at, updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"unit_amount": {"amount": 24900, "currency": "USD"}, "interval": "month"}))]
pub struct CreatePriceDto {
    /// A UUID of the client's own making
    id: Option<PriceId>,
    unit_amount: Money,
    interval: PriceInterval,
}

/// Creates a product
#[utoipa::path(post, path = "/products", responses((status = 201, body = ProductDto)))]
pub async fn create_product(app: State<App>, caller: Caller, body: Body<CreateProductDto>) -> Answer {
    let CreateProductDto { id, name, description, active, external_id, metadata } = body.into_inner();
    let fields = ProductFields { name, description, active, external_id, metadata };
    respond(&caller, async |ctx| create_product::create_product(&app, ctx, id, fields).await, created).await
}

/// Lists products
#[utoipa::path(get, path = "/products", responses((status = 200, body = Listing<ProductDto>)))]
pub async fn list_products(
    app: State<App>,
    caller: Caller,
    query: Query<ProductQuery>,
    page: PageQuery,
) -> Answer {
    let filter = ProductFilter { external_id: query.external_id.clone(), q: query.q.clone() };
    let found = read::list_products(&app, &caller, &filter, page.request()).await?;
    Ok(page.render(found.map(|product| ProductDto::from(&product))))
}

/// Shows a product
#[utoipa::path(get, path = "/products/{id}", responses((status = 200, body = ProductDto)))]
pub async fn get_product(
    app: State<App>,
    caller: Caller,
    id: PathId<ProductKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    Ok(if *include_deleted {
        shown(&read::get_product_deleted_too(&app, &caller, id.id()).await?)
    } else {
        shown(&*read::get_product(&app, &caller, id.id()).await?)
    })
}

/// Changes a product
#[utoipa::path(patch, path = "/products/{id}", responses((status = 200, body = ProductDto)))]
pub async fn patch_product(
    app: State<App>,
    caller: Caller,
    id: PathId<ProductKind>,
    if_match: IfMatch,
    body: Body<PatchProductDto>,
) -> Answer {
    let PatchProductDto { name, description, active, external_id, metadata } = body.into_inner();
    let patch = ProductPatch { name, description, active, external_id, metadata };
    respond(
        &caller,
        async |ctx| patch_product::patch_product(&app, ctx, id.id(), if_match.expected(), patch).await,
        shown,
    )
    .await
}

/// Creates or replaces the product with this reference
#[utoipa::path(
    put,
    path = "/products/by-external-id/{external_id}",
    responses(
        (status = 200, description = "It was there and is as told now", body = ProductDto),
        (status = 201, description = "It is new", body = ProductDto)
    )
)]
pub async fn put_product(
    app: State<App>,
    caller: Caller,
    external_id: PathExternalId,
    if_match: OptionalIfMatch,
    body: Body<PutProductDto>,
) -> Answer {
    let PutProductDto { name, description, active, metadata } = body.into_inner();
    let external_id = Some(external_id.into_inner());
    let fields = ProductFields { name, description, active, external_id, metadata };
    respond(
        &caller,
        async |ctx| put_product::put_product(&app, ctx, if_match.seen(), fields).await,
        |put: &Put<Product>| if put.created { created(&put.resource) } else { shown(&put.resource) },
    )
    .await
}

/// Deletes a product that nobody pays for any more
#[utoipa::path(
    delete,
    path = "/products/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_product(app: State<App>, caller: Caller, id: PathId<ProductKind>) -> Answer {
    respond(&caller, async |ctx| delete_product::delete_product(&app, ctx, id.id()).await, no_content).await
}

/// Brings a deleted product back
#[utoipa::path(post, path = "/products/{id}/restore", responses((status = 200, body = ProductDto)))]
pub async fn restore_product(app: State<App>, caller: Caller, id: PathId<ProductKind>) -> Answer {
    respond(&caller, async |ctx| restore_product::restore_product(&app, ctx, id.id()).await, shown).await
}

/// Creates a price of a product
#[utoipa::path(post, path = "/products/{id}/prices", responses((status = 201, body = PriceDto)))]
pub async fn create_price(
    app: State<App>,
    caller: Caller,
    id: PathId<ProductKind>,
    body: Body<CreatePriceDto>,
) -> Answer {
    let product = id.id();
    let CreatePriceDto { id, unit_amount, interval } = body.into_inner();
    let command = CreatePrice { id, product, unit_amount, interval: interval.into() };
    respond(
        &caller,
        async |ctx| create_price::create_price(&app, ctx, command).await,
        |price: &Price| {
            let location = format!("/api/v1/billing/prices/{}", price.id);
            Rendered::created(location, &PriceDto::from(price)).etag_of_body()
        },
    )
    .await
}

/// Shows a price
#[utoipa::path(get, path = "/prices/{id}", responses((status = 200, body = PriceDto)))]
pub async fn get_price(app: State<App>, caller: Caller, id: PathId<PriceKind>) -> Answer {
    Ok(Rendered::ok(&PriceDto::from(&*read::get_price(&app, &caller, id.id()).await?)).etag_of_body())
}

/// Lists the prices of a product
#[utoipa::path(get, path = "/products/{id}/prices", responses((status = 200, body = Listing<PriceDto>)))]
pub async fn list_prices(
    app: State<App>,
    caller: Caller,
    id: PathId<ProductKind>,
    page: PageQuery,
) -> Answer {
    let found = read::list_prices(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|price| PriceDto::from(&price))))
}
