//! A draft becomes final: open with its number, or held until those the hold rules ask have decided.

use super::{App, audit};
use crate::domain::invoice::{Invoice, InvoiceDetail};
use crate::error::Error;
use crate::store::invoice_holds::{self, HoldRef};
use crate::store::{counters, customers, hold_rules, invoices};
use billing_contract::{InvoiceFinalized, InvoiceId, InvoicePendingApproval};
use data::Unit;
use kernel::Ctx;
use serde_json::json;

pub async fn finalize_invoice(app: &App, ctx: &Ctx, id: InvoiceId) -> Result<InvoiceDetail, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // The step out of draft is the lock: of two finalizes one finds no draft any more.
    let Some(invoice) = invoices::submit(&unit, id, ctx.actor().user()).await? else {
        let known = invoices::find(&unit, id).await?.is_some();
        return Err(if known { Error::InvoiceNotDraft } else { Error::InvoiceNotFound });
    };
    let rules = hold_rules::matching(&unit, invoice.total).await?;
    let invoice = if rules.is_empty() {
        open(&mut unit, ctx, &invoice).await?
    } else {
        let customer = customers::names(&unit, vec![invoice.customer]).await?.remove(&invoice.customer);
        let customer_name = customer.unwrap_or_default();
        for rule in rules {
            let hold = HoldRef { invoice: id, rule: rule.id, hold: ctx.new_id() };
            invoice_holds::insert(&unit, hold).await?;
            unit.publish(&InvoicePendingApproval {
                invoice: id,
                rule: rule.id,
                hold: hold.hold,
                total: invoice.total,
                customer_name: customer_name.clone(),
                requested_by: invoice.requested_by,
            })?;
        }
        invoice
    };
    let change = (json!({ "status": "draft" }), audit::invoice(&invoice));
    unit.audit(audit::changed("billing.invoice.finalize", "invoice", id, change))?;
    let detail = invoices::with_lines(&unit, invoice).await?;
    Ok(unit.commit(detail).await?)
}

/// Gives the invoice, which this unit has locked, its number.
pub(super) async fn open(unit: &mut Unit, ctx: &Ctx, invoice: &Invoice) -> Result<Invoice, Error> {
    let number = counters::take_number(unit, ctx).await?;
    let finalized_at = ctx.now();
    let opened = invoices::open(unit, invoice.id, number.clone(), finalized_at).await?;
    let opened = opened.ok_or_else(|| data::Error::internal("a locked invoice has changed its state"))?;
    let (invoice, customer, total) = (opened.id, opened.customer, opened.total);
    unit.publish(&InvoiceFinalized { invoice, number, customer, total, finalized_at })?;
    Ok(opened)
}
