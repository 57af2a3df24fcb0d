//! What this domain does when others announce something.

use crate::service::{App, clear_tasks, open_approval};
use ::jobs::Handler;
use billing_contract::{InvoicePendingApproval, InvoiceRejected};
use kernel::Ctx;

/// Each is told of one invoice's events in their order; of the two, either may be told first.
pub fn handlers(app: &App) -> Vec<Handler> {
    let (opening, clearing) = (app.clone(), app.clone());
    let open =
        ::jobs::subscriber("workflow.open_approval", move |ctx: Ctx, event: InvoicePendingApproval| {
            let app = opening.clone();
            async move { Ok(open_approval(&app, &ctx, event).await?) }
        });
    let clear = ::jobs::subscriber("workflow.clear_tasks", move |ctx: Ctx, event: InvoiceRejected| {
        let app = clearing.clone();
        async move { Ok(clear_tasks(&app, &ctx, event).await?) }
    });
    vec![open.ordered(), clear.ordered()]
}
