//! Reading what is there: one of a kind, or a page of them. Too little each for a file of its own.

use super::App;
use crate::domain::customer::Customer;
use crate::domain::hold::HoldRule;
use crate::domain::invoice::{Invoice, InvoiceDetail};
use crate::domain::product::{Price, Product};
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::store::invoices::InvoiceFilter;
use crate::store::{customers, hold_rules, invoices, prices, products, subscriptions};
use billing_contract::{CustomerId, InvoiceId, PriceId, ProductId, SubscriptionId};
use kernel::{Ctx, Page, PageRequest};

pub async fn get_customer(app: &App, ctx: &Ctx, id: CustomerId) -> Result<Customer, Error> {
    let read = app.databases.read(ctx).await?;
    customers::find(&read, id).await?.ok_or(Error::CustomerNotFound)
}

pub async fn list_customers(
    app: &App,
    ctx: &Ctx,
    external_id: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Customer>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(customers::page(&read, external_id, page).await?)
}

pub async fn get_product(app: &App, ctx: &Ctx, id: ProductId) -> Result<Product, Error> {
    let read = app.databases.read(ctx).await?;
    products::find(&read, id).await?.ok_or(Error::ProductNotFound)
}

pub async fn list_products(app: &App, ctx: &Ctx, page: &PageRequest) -> Result<Page<Product>, Error> {
    let read = app.databases.read(ctx).await?;
    Ok(products::page(&read, page).await?)
}

pub async fn get_price(app: &App, ctx: &Ctx, id: PriceId) -> Result<Price, Error> {
    let read = app.databases.read(ctx).await?;
    prices::find(&read, id).await?.ok_or(Error::PriceNotFound)
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

pub async fn get_invoice(app: &App, ctx: &Ctx, id: InvoiceId) -> Result<InvoiceDetail, Error> {
    let read = app.databases.read(ctx).await?;
    let invoice = invoices::find(&read, id).await?.ok_or(Error::InvoiceNotFound)?;
    Ok(invoices::with_lines(&read, invoice).await?)
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
