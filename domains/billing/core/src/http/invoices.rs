//! `/invoices`.

use super::names::InvoiceState;
use crate::domain::invoice::{Invoice, InvoiceDetail, Line};
use crate::error::Error;
use crate::service::draft_invoice::{DraftInvoice, draft_invoice};
use crate::service::lines::LineCommand;
use crate::service::patch_invoice::{self, PatchInvoice};
use crate::service::{App, finalize_invoice, read};
use crate::store::invoices::InvoiceFilter;
use billing_contract::{CustomerId, InvoiceId, InvoiceKind, InvoiceStatus, PriceId, SubscriptionId};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Money, Quantity, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IfNoneMatch, Listing, PageQuery, PathId, Query, Rendered, State, respond,
};

/// An invoice in a list: without its lines.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "customer_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "subscription_id": null, "period_start": null, "period_end": null, "number": "INV-000001",
    "status": "open", "total": {"amount": 2500, "currency": "USD"}, "finalized_at": "2026-02-03T09:45:00Z",
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "rejection_reason": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:45:00Z",
}))]
pub struct InvoiceSummaryDto {
    id: InvoiceId,
    customer_id: CustomerId,
    subscription_id: Option<SubscriptionId>,
    /// The first day of what a subscription's invoice is for
    period_start: Option<NaiveDate>,
    /// The first day after it
    period_end: Option<NaiveDate>,
    /// Given when it becomes final, without a gap
    #[schema(example = "INV-000001")]
    number: Option<String>,
    status: InvoiceState,
    total: Money,
    finalized_at: Option<DateTime<Utc>>,
    /// Who finalized it
    requested_by: Option<UserId>,
    /// Why it is a draft again
    rejection_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Invoice> for InvoiceSummaryDto {
    fn from(invoice: &Invoice) -> Self {
        Self {
            id: invoice.id,
            customer_id: invoice.customer,
            subscription_id: invoice.subscription,
            period_start: invoice.period.map(|period| period.start),
            period_end: invoice.period.map(|period| period.end),
            number: invoice.number.clone(),
            status: invoice.status.into(),
            total: invoice.total,
            finalized_at: invoice.finalized_at,
            requested_by: invoice.requested_by,
            rejection_reason: invoice.rejection_reason.clone(),
            created_at: invoice.created_at,
            updated_at: invoice.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "customer_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "subscription_id": null, "period_start": null, "period_end": null, "number": "INV-000001",
    "status": "open", "total": {"amount": 2500, "currency": "USD"}, "finalized_at": "2026-02-03T09:45:00Z",
    "requested_by": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a", "rejection_reason": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:45:00Z",
    "lines": [{
        "description": "Catering", "quantity": "2.5", "unit_amount": {"amount": 1000, "currency": "USD"},
        "amount": {"amount": 2500, "currency": "USD"}, "price_id": null,
    }],
}))]
pub struct InvoiceDto {
    #[serde(flatten)]
    summary: InvoiceSummaryDto,
    lines: Vec<InvoiceLineDto>,
}

#[derive(Serialize, ToSchema)]
pub struct InvoiceLineDto {
    description: String,
    quantity: Quantity,
    unit_amount: Money,
    /// Quantity times unit amount, rounded half to even
    amount: Money,
    price_id: Option<PriceId>,
}

impl From<&InvoiceDetail> for InvoiceDto {
    fn from(detail: &InvoiceDetail) -> Self {
        let line = |line: &Line| InvoiceLineDto {
            description: line.description.clone(),
            quantity: line.quantity,
            unit_amount: line.unit_amount,
            amount: line.amount,
            price_id: line.price,
        };
        Self { summary: (&detail.invoice).into(), lines: detail.lines.iter().map(line).collect() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "customer_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "lines": [{
        "description": "Catering", "quantity": "2.5", "unit_amount": {"amount": 1000, "currency": "USD"},
    }],
}))]
pub struct CreateInvoiceDto {
    /// A UUID of the client's own making
    id: Option<InvoiceId>,
    customer_id: CustomerId,
    /// All in one currency
    #[schema(min_items = 1, max_items = 100)]
    lines: Vec<NewInvoiceLineDto>,
}

/// With a price, or with an amount and a description.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvoiceLineDto {
    /// The product's name unless told
    #[schema(min_length = 1, max_length = 500, pattern = r"\S")]
    description: Option<String>,
    quantity: Quantity,
    price_id: Option<PriceId>,
    unit_amount: Option<Money>,
}

impl From<NewInvoiceLineDto> for LineCommand {
    fn from(line: NewInvoiceLineDto) -> Self {
        let NewInvoiceLineDto { description, quantity, price_id, unit_amount } = line;
        Self { description, quantity, price: price_id, unit_amount }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "lines": [{
        "description": "Catering", "quantity": "2.5", "unit_amount": {"amount": 1000, "currency": "USD"},
    }],
}))]
pub struct PatchInvoiceDto {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<CustomerId>, nullable = false)]
    customer_id: Option<Option<CustomerId>>,
    /// All lines anew
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<Vec<NewInvoiceLineDto>>, nullable = false, min_items = 1, max_items = 100)]
    lines: Option<Option<Vec<NewInvoiceLineDto>>>,
}

#[derive(Deserialize, IntoParams)]
pub struct InvoiceQuery {
    /// Only those in this state
    status: Option<InvoiceState>,
    /// Only those of this customer
    customer_id: Option<CustomerId>,
}

fn commands(lines: Vec<NewInvoiceLineDto>) -> Vec<LineCommand> {
    lines.into_iter().map(Into::into).collect()
}

pub(super) fn created_invoice(detail: &InvoiceDetail) -> Rendered {
    let location = format!("/api/v1/billing/invoices/{}", detail.invoice.id);
    Rendered::created(location, &InvoiceDto::from(detail)).etag(detail.invoice.version)
}

/// Drafts an invoice
#[utoipa::path(post, path = "/invoices", responses((status = 201, body = InvoiceDto)))]
pub async fn create_invoice(app: State<App>, caller: Caller, body: Body<CreateInvoiceDto>) -> Answer {
    let CreateInvoiceDto { id, customer_id, lines } = body.into_inner();
    let command = DraftInvoice { id, customer: customer_id, lines: commands(lines) };
    respond(&caller, async |ctx| draft_invoice(&app, ctx, command).await, created_invoice).await
}

/// Lists invoices
#[utoipa::path(get, path = "/invoices", responses((status = 200, body = Listing<InvoiceSummaryDto>)))]
pub async fn list_invoices(
    app: State<App>,
    caller: Caller,
    query: Query<InvoiceQuery>,
    page: PageQuery,
) -> Answer {
    let filter = InvoiceFilter { status: query.status.map(Into::into), customer: query.customer_id };
    let found = read::list_invoices(&app, &caller, filter, page.request()).await?;
    Ok(page.render(found.map(|invoice| InvoiceSummaryDto::from(&invoice))))
}

/// Shows an invoice
#[utoipa::path(get, path = "/invoices/{id}", responses((status = 200, body = InvoiceDto)))]
pub async fn get_invoice(
    app: State<App>,
    caller: Caller,
    id: PathId<InvoiceKind>,
    known: IfNoneMatch,
) -> Answer {
    let known = known.version();
    Ok(match (read::get_invoice(&app, &caller, id.id(), known).await?, known) {
        (None, Some(version)) => Rendered::not_modified(version),
        (detail, _) => {
            let detail = detail.ok_or(Error::InvoiceNotFound)?;
            Rendered::ok(&InvoiceDto::from(&detail)).etag(detail.invoice.version)
        }
    })
}

/// Changes a draft
#[utoipa::path(patch, path = "/invoices/{id}", responses((status = 200, body = InvoiceDto)))]
pub async fn patch_invoice(
    app: State<App>,
    caller: Caller,
    id: PathId<InvoiceKind>,
    if_match: IfMatch,
    body: Body<PatchInvoiceDto>,
) -> Answer {
    let PatchInvoiceDto { customer_id, lines } = body.into_inner();
    let patch = PatchInvoice { customer: customer_id, lines: lines.map(|lines| lines.map(commands)) };
    respond(
        &caller,
        async |ctx| patch_invoice::patch_invoice(&app, ctx, id.id(), if_match.expected(), patch).await,
        |detail: &InvoiceDetail| Rendered::ok(&InvoiceDto::from(detail)).etag(detail.invoice.version),
    )
    .await
}

/// Finalizes an invoice
///
/// It gets its number at once, or waits for those whom the hold rules ask.
#[utoipa::path(
    post,
    path = "/invoices/{id}/finalize",
    responses(
        (status = 200, description = "It is open, with its number", body = InvoiceDto),
        (status = 202, description = "It waits for an approval", body = InvoiceDto)
    )
)]
pub async fn finalize_invoice(app: State<App>, caller: Caller, id: PathId<InvoiceKind>) -> Answer {
    respond(
        &caller,
        async |ctx| finalize_invoice::finalize_invoice(&app, ctx, id.id()).await,
        |detail: &InvoiceDetail| {
            let dto = InvoiceDto::from(detail);
            let rendered = match detail.invoice.status {
                InvoiceStatus::PendingApproval => Rendered::accepted(&dto),
                _ => Rendered::ok(&dto),
            };
            rendered.etag(detail.invoice.version)
        },
    )
    .await
}
