//! What this domain does when others announce something.

use crate::service::{App, clear_tasks, open_approval};
use ::jobs::Handler;
use billing_contract::{InvoicePendingApproval, InvoiceRejected};
use inventory_contract::{CountCancelled, CountHeld, CountRejected};
use kernel::{Ctx, Id};

/// Each is told of one invoice's or one count's events in their order; of two, either may be told first. A count that is
/// returned after its last release has no hold left to clear, so nobody listens for that.
pub fn handlers(app: &App) -> Vec<Handler> {
    let [invoices, rejected, counts, recounted, cancelled] = std::array::from_fn(|_| app.clone());
    let open_invoice =
        ::jobs::subscriber("workflow.open_approval", move |ctx: Ctx, event: InvoicePendingApproval| {
            let app = invoices.clone();
            async move { Ok(open_approval(&app, &ctx, event.into()).await?) }
        });
    let clear_invoice =
        ::jobs::subscriber("workflow.clear_tasks", move |ctx: Ctx, event: InvoiceRejected| {
            let app = rejected.clone();
            async move { Ok(clear_tasks(&app, &ctx, uuids(event.cleared)).await?) }
        });
    let open_count = ::jobs::subscriber("workflow.open_count_approval", move |ctx: Ctx, event: CountHeld| {
        let app = counts.clone();
        async move { Ok(open_approval(&app, &ctx, event.into()).await?) }
    });
    let clear_count =
        ::jobs::subscriber("workflow.clear_rejected_count", move |ctx: Ctx, event: CountRejected| {
            let app = recounted.clone();
            async move { Ok(clear_tasks(&app, &ctx, uuids(event.cleared)).await?) }
        });
    let end_count =
        ::jobs::subscriber("workflow.clear_cancelled_count", move |ctx: Ctx, event: CountCancelled| {
            let app = cancelled.clone();
            async move { Ok(clear_tasks(&app, &ctx, uuids(event.cleared)).await?) }
        });
    [open_invoice, clear_invoice, open_count, clear_count, end_count].map(Handler::ordered).into()
}

fn uuids<K>(holds: Vec<Id<K>>) -> Vec<uuid::Uuid> {
    holds.into_iter().map(Id::uuid).collect()
}
