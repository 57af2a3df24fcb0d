//! What this domain does when others announce something.

use crate::service::{App, open_approval};
use ::jobs::Handler;
use billing_contract::InvoicePendingApproval;
use kernel::Ctx;

pub fn handlers(app: &App) -> Vec<Handler> {
    let app = app.clone();
    let open =
        ::jobs::subscriber("workflow.open_approval", move |ctx: Ctx, event: InvoicePendingApproval| {
            let app = app.clone();
            async move { Ok(open_approval(&app, &ctx, event).await?) }
        });
    vec![open.ordered()]
}
