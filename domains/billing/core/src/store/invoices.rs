//! The table `invoices`. Whoever changes an invoice or its lines or holds changes its row first, which is the lock.

use super::{invoice_lines, named};
use crate::domain::invoice::{Invoice, InvoiceDetail, Line, Step};
use crate::domain::named::Named;
use crate::domain::period::Period;
use billing_contract::{CustomerId, InvoiceId, InvoiceStatus, SubscriptionId};
use chrono::{DateTime, Utc};
use data::{Error, Tx, Unit};
use kernel::{Ctx, Currency, Money, Page, PageRequest, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoices")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: InvoiceId,
    pub customer_id: CustomerId,
    pub subscription_id: Option<SubscriptionId>,
    pub period_start: Option<ChronoDate>,
    pub period_end: Option<ChronoDate>,
    pub number: Option<String>,
    pub status: String,
    pub currency: Currency,
    pub total_minor: i64,
    pub finalized_at: Option<ChronoDateTimeUtc>,
    pub requested_by: Option<UserId>,
    pub rejection_reason: Option<String>,
    pub version: i64,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub struct NewInvoice {
    pub id: InvoiceId,
    pub customer: CustomerId,
    pub subscription: Option<(SubscriptionId, Period)>,
    pub lines: Vec<Line>,
    pub total: Money,
}

pub async fn insert(unit: &Unit, ctx: &Ctx, new: NewInvoice) -> Result<InvoiceDetail, Error> {
    let period = new.subscription.map(|(_, period)| period);
    let row = ActiveModel {
        public_id: Set(new.id),
        customer_id: Set(new.customer),
        subscription_id: Set(new.subscription.map(|(id, _)| id)),
        period_start: Set(period.map(|period| period.start)),
        period_end: Set(period.map(|period| period.end)),
        status: Set(InvoiceStatus::Draft.name().to_owned()),
        currency: Set(new.total.currency),
        total_minor: Set(new.total.amount_minor),
        ..Default::default()
    };
    let invoice = read(unit.insert(row).await?)?;
    invoice_lines::insert(unit, ctx, new.id, &new.lines).await?;
    Ok(InvoiceDetail { invoice, lines: new.lines })
}

pub async fn find(tx: &Tx, id: InvoiceId) -> Result<Option<Invoice>, Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: InvoiceId) -> Result<Option<Invoice>, Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

pub async fn with_lines(tx: &Tx, invoice: Invoice) -> Result<InvoiceDetail, Error> {
    let lines = invoice_lines::of(tx, invoice.id, invoice.total.currency).await?;
    Ok(InvoiceDetail { invoice, lines })
}

#[derive(Clone, Copy, Debug, Default)]
pub struct InvoiceFilter {
    pub status: Option<InvoiceStatus>,
    pub customer: Option<CustomerId>,
}

pub async fn page(tx: &Tx, filter: InvoiceFilter, request: &PageRequest) -> Result<Page<Invoice>, Error> {
    let mut found = tx.find::<Entity>();
    if let Some(status) = filter.status {
        found = found.filter(Column::Status.eq(status.name()));
    }
    if let Some(customer) = filter.customer {
        found = found.filter(Column::CustomerId.eq(customer));
    }
    found.page(request).await?.try_map(read)
}

/// Whether this customer has one, in whatever state.
pub async fn any_of(tx: &Tx, customer: CustomerId) -> Result<bool, Error> {
    let found = tx.find::<Entity>().filter(Column::CustomerId.eq(customer)).limit(1);
    Ok(found.one().await?.is_some())
}

/// Whether one of this customer's has still to become final.
pub async fn any_unfinished_of(tx: &Tx, customer: CustomerId) -> Result<bool, Error> {
    let unfinished = [InvoiceStatus::Draft, InvoiceStatus::PendingApproval].map(|status| status.name());
    let found = tx
        .find::<Entity>()
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::Status.is_in(unfinished))
        .limit(1);
    Ok(found.one().await?.is_some())
}

/// Whether a period of the subscription has an invoice already.
pub async fn of_period(tx: &Tx, subscription: SubscriptionId, period: Period) -> Result<bool, Error> {
    let found = tx
        .find::<Entity>()
        .filter(Column::SubscriptionId.eq(subscription))
        .filter(Column::PeriodStart.eq(period.start))
        .filter(Column::Status.ne(InvoiceStatus::Void.name()));
    Ok(found.one().await?.is_some())
}

/// Where a page of finalized invoices ends.
pub type Position = (DateTime<Utc>, InvoiceId);

/// Those that became final from `from` to before `to`, in that order.
pub async fn finalized(
    tx: &Tx,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    after: Option<Position>,
    limit: u64,
) -> Result<Vec<Invoice>, Error> {
    let mut found =
        tx.find::<Entity>().filter(Column::FinalizedAt.gte(from)).filter(Column::FinalizedAt.lt(to));
    if let Some((at, id)) = after {
        let same_time = Cond::all().add(Column::FinalizedAt.eq(at)).add(Column::PublicId.gt(id));
        found = found
            .filter(Column::FinalizedAt.gte(at))
            .filter(Cond::any().add(Column::FinalizedAt.gt(at)).add(same_time));
    }
    let found = found.order_by_asc(Column::FinalizedAt).order_by_asc(Column::PublicId).limit(limit);
    found.all().await?.into_iter().map(read).collect()
}

/// Changes a draft of this version; `None` when it is no draft or has another version by now.
pub async fn update_draft(
    unit: &Unit,
    before: &Invoice,
    customer: CustomerId,
    total: Money,
) -> Result<Option<Invoice>, Error> {
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .filter(Column::Status.eq(InvoiceStatus::Draft.name()))
        .set(Column::CustomerId, customer)
        .set(Column::Currency, total.currency)
        .set(Column::TotalMinor, total.amount_minor)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// Locks the invoice if it waits for approval.
pub async fn lock_pending(unit: &Unit, id: InvoiceId) -> Result<Option<Invoice>, Error> {
    let locked = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(InvoiceStatus::PendingApproval.name()))
        .returning()
        .await?;
    locked.into_iter().next().map(read).transpose()
}

pub async fn submit(
    unit: &Unit,
    id: InvoiceId,
    requested_by: Option<UserId>,
) -> Result<Option<Invoice>, Error> {
    let changed = step(unit, id, Step::Submit)
        .set(Column::RequestedBy, requested_by)
        .set(Column::RejectionReason, None::<String>)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

pub async fn open(
    unit: &Unit,
    id: InvoiceId,
    number: String,
    at: DateTime<Utc>,
) -> Result<Option<Invoice>, Error> {
    let changed = step(unit, id, Step::Open)
        .set(Column::Number, number)
        .set(Column::FinalizedAt, at)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

pub async fn reject(unit: &Unit, id: InvoiceId, reason: Option<String>) -> Result<Option<Invoice>, Error> {
    let changed = step(unit, id, Step::Reject).set(Column::RejectionReason, reason).returning().await?;
    changed.into_iter().next().map(read).transpose()
}

/// Only from where the step may begin, so of two that race one finds nothing to change.
fn step(unit: &Unit, id: InvoiceId, step: Step) -> data::Update<'_, Entity> {
    let from = step.from().iter().map(|status| status.name());
    unit.update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.is_in(from))
        .set(Column::Status, step.to().name())
}

fn read(row: Model) -> Result<Invoice, Error> {
    let period = row.period_start.zip(row.period_end).map(|(start, end)| Period { start, end });
    Ok(Invoice {
        id: row.public_id,
        customer: row.customer_id,
        subscription: row.subscription_id,
        period,
        number: row.number,
        status: named(&row.status)?,
        total: Money::new(row.total_minor, row.currency),
        finalized_at: row.finalized_at,
        requested_by: row.requested_by,
        rejection_reason: row.rejection_reason,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
