//! The table `invoice_holds`: one row for each time a rule held an invoice.

use super::named;
use crate::domain::hold::HoldStatus;
use crate::domain::named::Named;
use billing_contract::{HoldId, HoldRuleId, InvoiceId};
use data::{Error, Tx, Unit};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_holds")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: HoldId,
    pub invoice_id: InvoiceId,
    pub rule_id: HoldRuleId,
    pub status: String,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<ChronoDateTimeUtc>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// One hold of one invoice, as those who decide it name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldRef {
    pub invoice: InvoiceId,
    pub rule: HoldRuleId,
    pub hold: HoldId,
}

pub async fn insert(unit: &Unit, hold: HoldRef) -> Result<(), Error> {
    let row = ActiveModel {
        public_id: Set(hold.hold),
        invoice_id: Set(hold.invoice),
        rule_id: Set(hold.rule),
        status: Set(HoldStatus::Held.name().to_owned()),
        ..Default::default()
    };
    unit.insert(row).await?;
    Ok(())
}

pub async fn status(tx: &Tx, hold: HoldRef) -> Result<Option<HoldStatus>, Error> {
    let found = tx
        .by_id::<Entity, _>(hold.hold)
        .filter(Column::InvoiceId.eq(hold.invoice))
        .filter(Column::RuleId.eq(hold.rule));
    found.one().await?.map(|row| named(&row.status)).transpose()
}

/// Whether it was undecided until now.
pub async fn decide(
    unit: &Unit,
    ctx: &Ctx,
    hold: HoldRef,
    status: HoldStatus,
    decided_by: UserId,
) -> Result<bool, Error> {
    let decided = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(hold.hold))
        .filter(Column::InvoiceId.eq(hold.invoice))
        .filter(Column::RuleId.eq(hold.rule))
        .filter(Column::Status.eq(HoldStatus::Held.name()))
        .set(Column::Status, status.name())
        .set(Column::DecidedBy, decided_by)
        .set(Column::DecidedAt, ctx.now())
        .exec()
        .await?;
    Ok(decided > 0)
}

pub async fn undecided(tx: &Tx, invoice: InvoiceId) -> Result<u64, Error> {
    let found = tx.find::<Entity>().filter(Column::InvoiceId.eq(invoice));
    found.filter(Column::Status.eq(HoldStatus::Held.name())).count().await
}

/// Those that nobody needs to decide any more, and from now on cannot.
pub async fn clear(unit: &Unit, invoice: InvoiceId) -> Result<Vec<HoldId>, Error> {
    let cleared = unit
        .update::<Entity>()
        .filter(Column::InvoiceId.eq(invoice))
        .filter(Column::Status.eq(HoldStatus::Held.name()))
        .set(Column::Status, HoldStatus::Cleared.name())
        .returning()
        .await?;
    Ok(cleared.into_iter().map(|row| row.public_id).collect())
}
