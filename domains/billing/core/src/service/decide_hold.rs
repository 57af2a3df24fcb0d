//! A decision on a hold. The same decision again changes nothing and tells how the invoice is now.

use super::finalize_invoice::open;
use super::{App, audit};
use crate::domain::hold::{HoldStatus, check_reason};
use crate::domain::invoice::Invoice;
use crate::domain::named::Named;
use crate::error::Error;
use crate::store::invoice_holds::{self, HoldRef};
use crate::store::invoices;
use billing_contract::InvoiceRejected;
use data::Unit;
use kernel::{Ctx, UserId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Release,
    Reject { reason: Option<String> },
}

pub async fn decide_hold(
    app: &App,
    ctx: &Ctx,
    hold: HoldRef,
    decided_by: UserId,
    decision: Decision,
) -> Result<Invoice, Error> {
    if let Decision::Reject { reason: Some(reason) } = &decision {
        check_reason(reason)?;
    }
    let mut unit = app.databases.write(ctx).await?;
    let status = match decision {
        Decision::Release => HoldStatus::Released,
        Decision::Reject { .. } => HoldStatus::Rejected,
    };
    let Some(before) = invoices::lock_pending(&unit, hold.invoice).await? else {
        return decided_before(&unit, hold, status).await;
    };
    if !invoice_holds::decide(&unit, ctx, hold, status, decided_by).await? {
        return decided_before(&unit, hold, status).await;
    }
    let after = match decision {
        Decision::Release => release(&mut unit, ctx, &before).await?,
        Decision::Reject { reason } => reject(&mut unit, hold, decided_by, reason).await?,
    };
    let action = match status {
        HoldStatus::Released => "billing.invoice.release_hold",
        _ => "billing.invoice.reject_hold",
    };
    let mut now = audit::invoice(&after);
    if let Some(fields) = now.as_object_mut() {
        fields.insert("hold".to_owned(), status.name().into());
        fields.insert("hold_rule_id".to_owned(), hold.rule.to_string().into());
        fields.insert("decided_by".to_owned(), decided_by.to_string().into());
    }
    unit.audit(audit::changed(action, "invoice", hold.invoice, (audit::invoice(&before), now)))?;
    Ok(unit.commit(after).await?)
}

async fn decided_before(unit: &Unit, hold: HoldRef, status: HoldStatus) -> Result<Invoice, Error> {
    let invoice = invoices::find(unit, hold.invoice).await?.ok_or(Error::InvoiceNotFound)?;
    if invoice_holds::status(unit, hold).await? == Some(status) { Ok(invoice) } else { Err(Error::NotHeld) }
}

async fn release(unit: &mut Unit, ctx: &Ctx, invoice: &Invoice) -> Result<Invoice, Error> {
    if invoice_holds::undecided(unit, invoice.id).await? > 0 {
        return Ok(invoice.clone());
    }
    open(unit, ctx, invoice).await
}

async fn reject(
    unit: &mut Unit,
    hold: HoldRef,
    rejected_by: UserId,
    reason: Option<String>,
) -> Result<Invoice, Error> {
    let HoldRef { invoice, rule, hold } = hold;
    let cleared = invoice_holds::clear(unit, invoice).await?;
    let rejected = invoices::reject(unit, invoice, reason.clone()).await?;
    let rejected = rejected.ok_or_else(|| data::Error::internal("a locked invoice has changed its state"))?;
    unit.publish(&InvoiceRejected { invoice, rule, hold, rejected_by, reason, cleared })?;
    Ok(rejected)
}
