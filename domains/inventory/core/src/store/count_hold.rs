//! The table `count_holds`: one row for each time a rule held a count.

use crate::domain::count::HoldStatus;
use data::{Tx, Unit};
use inventory_contract::{CountHoldId, CountHoldRuleId, CountId};
use kernel::{Ctx, TenantId, UserId};
use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "count_holds")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CountHoldId,
    pub count_id: CountId,
    pub rule_id: CountHoldRuleId,
    pub status: String,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(record);

/// One hold of one count, as those who decide it name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldRef {
    pub count: CountId,
    pub rule: CountHoldRuleId,
    pub hold: CountHoldId,
}

pub async fn insert(unit: &Unit, hold: HoldRef) -> Result<(), data::Error> {
    let row = ActiveModel {
        public_id: Set(hold.hold),
        count_id: Set(hold.count),
        rule_id: Set(hold.rule),
        status: Set(HoldStatus::Held.name().to_owned()),
        ..Default::default()
    };
    unit.insert(row).await.map(|_| ())
}

pub async fn status(tx: &Tx, hold: HoldRef) -> Result<Option<HoldStatus>, data::Error> {
    let found = tx
        .by_id::<Entity, _>(hold.hold)
        .filter(Column::CountId.eq(hold.count))
        .filter(Column::RuleId.eq(hold.rule));
    let Some(row) = found.one().await? else { return Ok(None) };
    let status = HoldStatus::parse(&row.status);
    status.map(Some).ok_or_else(|| data::Error::internal(format!("a hold of a count is {}", row.status)))
}

/// Whether it was undecided until now.
pub async fn decide(
    unit: &Unit,
    ctx: &Ctx,
    hold: HoldRef,
    status: HoldStatus,
    decided_by: UserId,
) -> Result<bool, data::Error> {
    let decide = unit
        .update::<Entity>()
        .set(Column::Status, status.name())
        .set(Column::DecidedBy, decided_by)
        .set(Column::DecidedAt, ctx.now())
        .filter(Column::PublicId.eq(hold.hold))
        .filter(Column::CountId.eq(hold.count))
        .filter(Column::RuleId.eq(hold.rule))
        .filter(Column::Status.eq(HoldStatus::Held.name()));
    Ok(decide.exec().await? > 0)
}

pub async fn undecided(tx: &Tx, count: CountId) -> Result<u64, data::Error> {
    let found = tx.find::<Entity>().filter(Column::CountId.eq(count));
    found.filter(Column::Status.eq(HoldStatus::Held.name())).count().await
}

/// Those that nobody needs to decide any more, and from now on cannot.
pub async fn clear(unit: &Unit, count: CountId) -> Result<Vec<CountHoldId>, data::Error> {
    let clear = unit
        .update::<Entity>()
        .set(Column::Status, HoldStatus::Cleared.name())
        .filter(Column::CountId.eq(count))
        .filter(Column::Status.eq(HoldStatus::Held.name()));
    Ok(clear.returning().await?.into_iter().map(|row| row.public_id).collect())
}
