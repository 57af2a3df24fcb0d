//! A customer begins to pay a recurring price.

use super::{App, audit};
use crate::domain::period::{self, NoPeriod, Period};
use crate::domain::product::{NOT_SOLD, Offer};
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

const OUT_OF_RANGE: &str = "must be from 1970-01-01 to 9999-12-31, and its first period must end by then too";

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
    let known = customers::find_to_keep(&unit, customer).await?.is_some();
    faults.require(known, "/customer_id", "not_found", "there is no customer with this id");
    let offer = prices::offer_to_keep(&unit, price).await?;
    let period = first_period(&mut faults, started_on, today, offer.as_ref());
    let period = match period {
        Some(period) if faults.is_empty() => period,
        _ => return Err(faults.into_errors().into()),
    };
    let new = NewSubscription { id, customer, price, quantity, started_on, period };
    let subscription = subscriptions::insert(&unit, new).await;
    let subscription = subscription.map_err(|error| Error::or_id_taken(error, "subscriptions"))?;
    let after =
        json!({ "customer_id": customer, "price_id": price, "quantity": quantity, "started_on": started_on });
    unit.audit(audit::created("billing.subscription.create", "subscription", id, after))?;
    Ok(unit.commit(subscription).await?)
}

/// `None` only with a fault.
fn first_period(
    faults: &mut Faults,
    started_on: NaiveDate,
    today: NaiveDate,
    offer: Option<&Offer>,
) -> Option<Period> {
    let Some(offer) = offer else {
        faults.add("/price_id", "not_found", "there is no price with this id");
        faults.require(period::in_range(started_on), "/started_on", "out_of_range", OUT_OF_RANGE);
        return None;
    };
    faults.require(offer.product_active, "/price_id", "inactive", NOT_SOLD);
    match period::containing(started_on, offer.price.interval, today) {
        Ok(period) => return Some(period),
        Err(NoPeriod::DoesNotRecur) => faults.add("/price_id", "not_recurring", "the price does not recur"),
        Err(NoPeriod::OutOfRange) => faults.add("/started_on", "out_of_range", OUT_OF_RANGE),
    }
    None
}
