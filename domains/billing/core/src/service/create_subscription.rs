//! A customer begins to pay a recurring price.

use super::{App, audit};
use crate::domain::period;
use crate::domain::subscription::Subscription;
use crate::error::Error;
use crate::store::subscriptions::{self, NewSubscription};
use crate::store::{customers, prices};
use billing_contract::{CustomerId, PriceId, SubscriptionId};
use chrono::NaiveDate;
use kernel::{Ctx, Faults, Quantity};
use serde_json::json;

pub struct CreateSubscription {
    pub id: Option<SubscriptionId>,
    pub customer: CustomerId,
    pub price: PriceId,
    pub quantity: Quantity,
    /// Today unless told.
    pub started_on: Option<NaiveDate>,
}

pub async fn create_subscription(
    app: &App,
    ctx: &Ctx,
    command: CreateSubscription,
) -> Result<Subscription, Error> {
    let CreateSubscription { customer, price, quantity, .. } = command;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let today = ctx.now().date_naive();
    let started_on = command.started_on.unwrap_or(today);
    let mut faults = Faults::new();
    faults.require(quantity.is_positive(), "/quantity", "not_positive", "must be more than zero");
    let mut unit = app.databases.write(ctx).await?;
    let known = customers::find(&unit, customer).await?.is_some();
    faults.require(known, "/customer_id", "not_found", "there is no customer with this id");
    let offer = prices::offers(&unit, vec![price]).await?.remove(&price);
    let period = match &offer {
        None => {
            faults.add("/price_id", "not_found", "there is no price with this id");
            None
        }
        Some(offer) => {
            faults.require(offer.product_active, "/price_id", "inactive", "the product is not sold any more");
            let period = period::containing(started_on, offer.price.interval, today);
            faults.require(period.is_some(), "/price_id", "not_recurring", "the price does not recur");
            period
        }
    };
    let period = faults.finish(period)?.ok_or_else(|| Error::field("/price_id", "not_recurring", ""))?;
    let new = NewSubscription { id, customer, price, quantity, started_on, period };
    let subscription = subscriptions::insert(&unit, new).await;
    let subscription = subscription.map_err(|error| Error::or_id_taken(error, "subscriptions"))?;
    let after =
        json!({ "customer_id": customer, "price_id": price, "quantity": quantity, "started_on": started_on });
    unit.audit(audit::created("billing.subscription.create", "subscription", id, after))?;
    Ok(unit.commit(subscription).await?)
}
