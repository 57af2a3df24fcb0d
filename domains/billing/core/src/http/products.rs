//! `/products` and their prices.

use super::names::PriceInterval;
use crate::domain::product::{Price, Product, ProductFields};
use crate::service::create_price::{self, CreatePrice};
use crate::service::{App, create_product, read};
use billing_contract::{PriceId, PriceKind, ProductId, ProductKind};
use chrono::{DateTime, Utc};
use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
pub struct ProductDto {
    id: ProductId,
    name: String,
    description: Option<String>,
    /// Only what is active can be sold
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Product> for ProductDto {
    fn from(product: &Product) -> Self {
        let ProductFields { name, description, active } = product.fields.clone();
        let Product { id, created_at, updated_at, .. } = *product;
        Self { id, name, description, active, created_at, updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProductDto {
    /// A UUID of the client's own making
    id: Option<ProductId>,
    name: String,
    description: Option<String>,
    /// True unless told
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

/// A price never changes: make another one.
#[derive(Serialize, ToSchema)]
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
pub struct CreatePriceDto {
    /// A UUID of the client's own making
    id: Option<PriceId>,
    unit_amount: Money,
    interval: PriceInterval,
}

/// Creates a product
#[utoipa::path(post, path = "/products", responses((status = 201, body = ProductDto)))]
pub async fn create_product(app: State<App>, caller: Caller, body: Body<CreateProductDto>) -> Answer {
    let CreateProductDto { id, name, description, active } = body.into_inner();
    let fields = ProductFields { name, description, active };
    respond(
        &caller,
        async |ctx| create_product::create_product(&app, ctx, id, fields).await,
        |product: &Product| {
            let location = format!("/api/v1/billing/products/{}", product.id);
            Rendered::created(location, &ProductDto::from(product)).etag(product.version)
        },
    )
    .await
}

/// Lists products
#[utoipa::path(get, path = "/products", responses((status = 200, body = Listing<ProductDto>)))]
pub async fn list_products(app: State<App>, caller: Caller, page: PageQuery) -> Answer {
    let found = read::list_products(&app, &caller, page.request()).await?;
    Ok(page.render(found.map(|product| ProductDto::from(&product))))
}

/// Shows a product
#[utoipa::path(get, path = "/products/{id}", responses((status = 200, body = ProductDto)))]
pub async fn get_product(app: State<App>, caller: Caller, id: PathId<ProductKind>) -> Answer {
    let product = read::get_product(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&ProductDto::from(&product)).etag(product.version))
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
            Rendered::created(location, &PriceDto::from(price))
        },
    )
    .await
}

/// Shows a price
#[utoipa::path(get, path = "/prices/{id}", responses((status = 200, body = PriceDto)))]
pub async fn get_price(app: State<App>, caller: Caller, id: PathId<PriceKind>) -> Answer {
    Ok(Rendered::ok(&PriceDto::from(&read::get_price(&app, &caller, id.id()).await?)).etag_of_body())
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
