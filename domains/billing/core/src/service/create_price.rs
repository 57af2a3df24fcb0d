//! A new price of a product.

use super::{App, audit};
use crate::domain::named::Named;
use crate::domain::product::{Interval, Price, check_unit_amount};
use crate::error::Error;
use crate::store::{prices, products};
use billing_contract::{PriceId, ProductId};
use kernel::{Ctx, Faults, Money};
use serde_json::json;

pub struct CreatePrice {
    pub id: Option<PriceId>,
    pub product: ProductId,
    pub unit_amount: Money,
    pub interval: Interval,
}

pub async fn create_price(app: &App, ctx: &Ctx, command: CreatePrice) -> Result<Price, Error> {
    let CreatePrice { id, product, unit_amount, interval } = command;
    let mut faults = Faults::new();
    check_unit_amount(&mut faults, "/unit_amount", unit_amount);
    faults.finish(())?;
    let id = id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    products::find_to_keep(&unit, product).await?.ok_or(Error::ProductNotFound)?;
    let price = prices::insert(&unit, id, product, unit_amount, interval).await;
    let price = price.map_err(|error| Error::or_id_taken(error, "prices"))?;
    let after = json!({ "product_id": product, "unit_amount": unit_amount, "interval": interval.name() });
    unit.audit(audit::created("billing.price.create", "price", id, after))?;
    Ok(unit.commit(price).await?)
}
