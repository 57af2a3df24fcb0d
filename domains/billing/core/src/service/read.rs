//! Reading what is there: one of a kind, or a page of them. Too little each for a file of its own.

use super::App;
use crate::domain::customer::Customer;
use crate::domain::hold::HoldRule;
use crate::domain::invoice::{Invoice, InvoiceDetail};
use crate::domain::product::{Price, Product};
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::store::customers::CustomerFilter;
use crate::store::invoices::InvoiceFilter;
use crate::store::products::ProductFilter;
use crate::store::{customers, hold_rules, invoices, prices, products, subscriptions};
use billing_contract::{CustomerId, InvoiceId, PriceId, ProductId, SubscriptionId};
use kernel::{Ctx, Page, PageRequest};
use std::sync::Arc;

pub async fn get_customer(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Arc<Customer>, Error> {
    let load = || async {
        let read = app.databases.read(ctx).await?;
        Ok(customers::find(&read, id).await?)
    };
    let found: Result<_, Error> = app.customers.get_with(Some(ctx.tenant()), &id.to_string(), load).await;
    found?.ok_or(Error::CustomerNotFound)
}

pub async fn get_customer_deleted_too(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Customer, Error> {
    let read = app.databases.read(ctx).await?;
    customers::find_deleted_too(&read, id).await?.ok_or(Error::CustomerNotFound)
}

pub async fn list_customers(
    app: &App,
    ctx: &Ctx,
    filter: &CustomerFilter,
    page: &PageRequest,
) -> Result<Page<Customer>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(customers::page(&read, filter, page).await?)
}

pub async fn get_product(app: &App, ctx: &Ctx, id: ProductId) -> Result<Arc<Product>, Error> {
    let load = || async {
        let read = app.databases.read(ctx).await?;
        Ok(products::find(&read, id).await?)
    };
    let found: Result<_, Error> = app.products.get_with(Some(ctx.tenant()), &id.to_string(), load).await;
    found?.ok_or(Error::ProductNotFound)
}

pub async fn get_product_deleted_too(app: &App, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let read = app.databases.read(ctx).await?;
    products::find_deleted_too(&read, id).await?.ok_or(Error::ProductNotFound)
}

pub async fn list_products(
    app: &App,
    ctx: &Ctx,
    filter: &ProductFilter,
    page: &PageRequest,
) -> Result<Page<Product>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(products::page(&read, filter, page).await?)
}

pub async fn get_price(app: &App, ctx: &Ctx, id: PriceId) -> Result<Arc<Price>, Error> {
    let load = || async {
        let read = app.databases.read(ctx).await?;
        Ok(prices::find(&read, id).await?)
    };
    let found: Result<_, Error> = app.prices.get_with(Some(ctx.tenant()), &id.to_string(), load).await;
    found?.ok_or(Error::PriceNotFound)
}

pub async fn list_prices(
    app: &App,
    ctx: &Ctx,
    product: ProductId,
    page: &PageRequest,
) -> Result<Page<Price>, Error> {
    let read = app.databases.read(ctx).await?;
    products::find(&read, product).await?.ok_or(Error::ProductNotFound)?;
    Ok(prices::page_of(&read, product, page).await?)
}

pub async fn get_subscription(app: &App, ctx: &Ctx, id: SubscriptionId) -> Result<Subscription, Error> {
    let read = app.databases.read(ctx).await?;
    subscriptions::find(&read, id).await?.ok_or(Error::SubscriptionNotFound)
}

pub async fn list_subscriptions(
    app: &App,
    ctx: &Ctx,
    customer: Option<CustomerId>,
    page: &PageRequest,
) -> Result<Page<Subscription>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(subscriptions::page(&read, customer, page).await?)
}

/// `None` where it is of the version the caller has: then its lines are not read.
pub async fn get_invoice(
    app: &App,
    ctx: &Ctx,
    id: InvoiceId,
    known: Option<i64>,
) -> Result<Option<InvoiceDetail>, Error> {
    let read = app.databases.read(ctx).await?;
    let invoice = invoices::find(&read, id).await?.ok_or(Error::InvoiceNotFound)?;
    if known == Some(invoice.version) {
        return Ok(None);
    }
    Ok(Some(invoices::with_lines(&read, invoice).await?))
}

pub async fn list_invoices(
    app: &App,
    ctx: &Ctx,
    filter: InvoiceFilter,
    page: &PageRequest,
) -> Result<Page<Invoice>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(invoices::page(&read, filter, page).await?)
}

pub async fn list_hold_rules(app: &App, ctx: &Ctx, page: &PageRequest) -> Result<Page<HoldRule>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(hold_rules::page(&read, page).await?)
}
