//! `/subscriptions`, and the invoice of their current period.

use super::invoices::{InvoiceDto, created_invoice};
use super::names::SubscriptionState;
use crate::domain::subscription::Subscription;
use crate::service::create_subscription::{self, CreateSubscription};
use crate::service::{App, draft_invoice_from_subscription, read};
use billing_contract::{CustomerId, PriceId, SubscriptionId, SubscriptionKind};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "customer_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "price_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70", "quantity": "1", "status": "active",
    "started_on": "2026-02-01", "current_period_start": "2026-02-01", "current_period_end": "2026-03-01",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct SubscriptionDto {
    id: SubscriptionId,
    customer_id: CustomerId,
    price_id: PriceId,
    quantity: Quantity,
    status: SubscriptionState,
    started_on: NaiveDate,
    /// Of the period it was in when it was made or last invoiced
    current_period_start: NaiveDate,
    /// The first day after that period
    current_period_end: NaiveDate,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Subscription> for SubscriptionDto {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id,
            customer_id: subscription.customer,
            price_id: subscription.price,
            quantity: subscription.quantity,
            status: subscription.status.into(),
            started_on: subscription.started_on,
            current_period_start: subscription.period.start,
            current_period_end: subscription.period.end,
            created_at: subscription.created_at,
            updated_at: subscription.updated_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "price_id": "0190a5c8-7d3e-7a61-8f2b-2b3c4d5e6f70",
    "quantity": "1", "started_on": "2026-02-01",
}))]
pub struct CreateSubscriptionDto {
    /// A UUID of the client's own making
    id: Option<SubscriptionId>,
    customer_id: CustomerId,
    /// Of a recurring price
    price_id: PriceId,
    /// 1 unless told
    quantity: Option<Quantity>,
    /// Today in UTC unless told; all periods are counted from it. From 1970-01-01, and the first period ends by
    /// 9999-12-31
    started_on: Option<NaiveDate>,
}

#[derive(Deserialize, IntoParams)]
pub struct SubscriptionFilter {
    /// Only those of this customer
    customer_id: Option<CustomerId>,
}

/// Creates a subscription
#[utoipa::path(post, path = "/subscriptions", responses((status = 201, body = SubscriptionDto)))]
pub async fn create_subscription(
    app: State<App>,
    caller: Caller,
    body: Body<CreateSubscriptionDto>,
) -> Answer {
    let CreateSubscriptionDto { id, customer_id, price_id, quantity, started_on } = body.into_inner();
    let quantity = quantity.unwrap_or_else(|| Quantity::whole(1));
    let command = CreateSubscription { id, customer: customer_id, price: price_id, quantity, started_on };
    respond(
        &caller,
        async |ctx| create_subscription::create_subscription(&app, ctx, command).await,
        |subscription: &Subscription| {
            let location = format!("/api/v1/billing/subscriptions/{}", subscription.id);
            Rendered::created(location, &SubscriptionDto::from(subscription)).etag(subscription.version)
        },
    )
    .await
}

/// Lists subscriptions
#[utoipa::path(get, path = "/subscriptions", responses((status = 200, body = Listing<SubscriptionDto>)))]
pub async fn list_subscriptions(
    app: State<App>,
    caller: Caller,
    filter: Query<SubscriptionFilter>,
    page: PageQuery,
) -> Answer {
    let found = read::list_subscriptions(&app, &caller, filter.customer_id, page.request()).await?;
    Ok(page.render(found.map(|subscription| SubscriptionDto::from(&subscription))))
}

/// Shows a subscription
#[utoipa::path(get, path = "/subscriptions/{id}", responses((status = 200, body = SubscriptionDto)))]
pub async fn get_subscription(app: State<App>, caller: Caller, id: PathId<SubscriptionKind>) -> Answer {
    let subscription = read::get_subscription(&app, &caller, id.id()).await?;
    Ok(Rendered::ok(&SubscriptionDto::from(&subscription)).etag(subscription.version))
}

/// Drafts the invoice of a subscription's current period
///
/// Once for each period: a second call answers 409.
#[utoipa::path(post, path = "/subscriptions/{id}/invoices", responses((status = 201, body = InvoiceDto)))]
pub async fn draft_invoice_from_subscription(
    app: State<App>,
    caller: Caller,
    id: PathId<SubscriptionKind>,
) -> Answer {
    respond(
        &caller,
        async |ctx| {
            draft_invoice_from_subscription::draft_invoice_from_subscription(&app, ctx, id.id()).await
        },
        created_invoice,
    )
    .await
}
