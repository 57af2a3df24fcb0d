//! A draft changed by a merge patch: its lines are replaced as a whole.

use super::draft_invoice::require_customer;
use super::lines::{self, LineCommand};
use super::{App, audit};
use crate::domain::invoice::InvoiceDetail;
use crate::error::Error;
use crate::store::{invoice_lines, invoices};
use billing_contract::{CustomerId, InvoiceId, InvoiceStatus};
use kernel::{Ctx, Faults};

/// Absent is `None`, `null` is `Some(None)`; neither field can be taken away.
#[derive(Default)]
pub struct PatchInvoice {
    pub customer: Option<Option<CustomerId>>,
    pub lines: Option<Option<Vec<LineCommand>>>,
}

pub async fn patch_invoice(
    app: &App,
    ctx: &Ctx,
    id: InvoiceId,
    expected: Option<i64>,
    patch: PatchInvoice,
) -> Result<InvoiceDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = invoices::find_to_change(&unit, id).await?.ok_or(Error::InvoiceNotFound)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    if before.status != InvoiceStatus::Draft {
        return Err(Error::InvoiceNotDraft);
    }
    let mut faults = Faults::new();
    faults.require(patch.customer != Some(None), "/customer_id", "required", "cannot be taken away");
    faults.require(!matches!(patch.lines, Some(None)), "/lines", "required", "cannot be taken away");
    let customer = patch.customer.flatten().unwrap_or(before.customer);
    let stays = before.subscription.is_none() || customer == before.customer;
    faults.require(stays, "/customer_id", "of_subscription", "is the subscription's and cannot be changed");
    faults.finish(())?;
    if customer != before.customer {
        require_customer(&unit, customer).await?;
    }
    let lines = match patch.lines.flatten() {
        Some(commands) => Some(lines::resolve(&unit, commands).await?),
        None => None,
    };
    let total = lines.as_ref().map_or(before.total, |(_, total)| *total);
    let after = invoices::update_draft(&unit, &before, customer, total).await?.ok_or_else(Error::stale)?;
    if let Some((lines, _)) = &lines {
        invoice_lines::replace(&unit, ctx, id, lines).await?;
    }
    let detail = invoices::with_lines(&unit, after).await?;
    let change = (audit::invoice(&before), audit::invoice(&detail.invoice));
    unit.audit(audit::changed("billing.invoice.update", "invoice", id, change))?;
    Ok(unit.commit(detail).await?)
}
