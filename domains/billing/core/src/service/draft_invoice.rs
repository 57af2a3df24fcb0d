//! A new draft with lines of its own.

use super::lines::{self, LineCommand};
use super::{App, audit};
use crate::domain::invoice::InvoiceDetail;
use crate::error::Error;
use crate::store::customers;
use crate::store::invoices::{self, NewInvoice};
use billing_contract::{CustomerId, InvoiceId};
use data::Unit;
use kernel::Ctx;

pub struct DraftInvoice {
    pub id: Option<InvoiceId>,
    pub customer: CustomerId,
    pub lines: Vec<LineCommand>,
}

pub async fn draft_invoice(app: &App, ctx: &Ctx, command: DraftInvoice) -> Result<InvoiceDetail, Error> {
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let customer = command.customer;
    let mut unit = app.databases.write(ctx).await?;
    require_customer(&unit, customer).await?;
    let (lines, total) = lines::resolve(&unit, command.lines).await?;
    let new = NewInvoice { id, customer, subscription: None, lines, total };
    let detail = invoices::insert(&unit, ctx, new).await;
    let detail = detail.map_err(|error| Error::or_id_taken(error, "invoices"))?;
    unit.audit(audit::created("billing.invoice.draft", "invoice", id, audit::invoice(&detail.invoice)))?;
    Ok(unit.commit(detail).await?)
}

/// A neighbour's customer and none at all are told alike.
pub(super) async fn require_customer(unit: &Unit, customer: CustomerId) -> Result<(), Error> {
    match customers::find_to_keep(unit, customer).await? {
        Some(_) => Ok(()),
        None => Err(Error::field("/customer_id", "not_found", "there is no customer with this id")),
    }
}
