//! The draft of a subscription's current period, once for each period.

use super::{App, audit};
use crate::domain::invoice::{InvoiceDetail, NewLine, priced};
use crate::domain::period::{self, Period};
use crate::domain::product::Offer;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::error::Error;
use crate::store::invoices::{self, NewInvoice};
use crate::store::{prices, subscriptions};
use billing_contract::SubscriptionId;
use chrono::Days;
use kernel::Ctx;

pub async fn draft_invoice_from_subscription(
    app: &App,
    ctx: &Ctx,
    id: SubscriptionId,
) -> Result<InvoiceDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let subscription = subscriptions::find(&unit, id).await?.ok_or(Error::SubscriptionNotFound)?;
    if subscription.status != SubscriptionStatus::Active {
        return Err(Error::SubscriptionCanceled);
    }
    let offer = prices::offers(&unit, vec![subscription.price]).await?.remove(&subscription.price);
    let offer = offer.ok_or_else(|| data::Error::internal("a subscription's price is gone"))?;
    let today = ctx.now().date_naive();
    let current = period::containing(subscription.started_on, offer.price.interval, today);
    let current =
        current.map_err(|no| data::Error::internal(format!("a subscription without a period: {no:?}")))?;
    if current != subscription.period {
        subscriptions::set_period(&unit, id, current).await?;
        let change = (audit::period(subscription.period), audit::period(current));
        unit.audit(audit::changed("billing.subscription.update", "subscription", id, change))?;
    }
    if invoices::of_period(&unit, id, current).await? {
        return Err(Error::PeriodAlreadyInvoiced);
    }
    let (lines, total) = priced(vec![line(&subscription, offer, current)])?;
    let new = NewInvoice {
        id: ctx.new_id(),
        customer: subscription.customer,
        subscription: Some((id, current)),
        lines,
        total,
    };
    let detail = invoices::insert(&unit, ctx, new).await.map_err(or_invoiced)?;
    let after = audit::invoice(&detail.invoice);
    unit.audit(audit::created("billing.invoice.draft", "invoice", detail.invoice.id, after))?;
    Ok(unit.commit(detail).await?)
}

/// People read a period by its last day.
fn line(subscription: &Subscription, offer: Offer, period: Period) -> NewLine {
    let last = period.end.checked_sub_days(Days::new(1)).unwrap_or(period.end);
    NewLine {
        description: format!("{}, {} to {last}", offer.product_name, period.start),
        quantity: subscription.quantity,
        unit_amount: offer.price.unit_amount,
        price: Some(subscription.price),
    }
}

/// Another call was faster.
fn or_invoiced(error: data::Error) -> Error {
    if error.is_unique("invoices_subscription_period", "invoices.subscription_id") {
        return Error::PeriodAlreadyInvoiced;
    }
    error.into()
}
