//! The table `count_hold_rules`.

use crate::domain::count::{HoldRule, MAX_RULES};
use data::{Tx, Unit, sql};
use inventory_contract::{CountHoldRuleId, Variance};
use kernel::{Ctx, Currency, Money, Quantity, TenantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "count_hold_rules")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: CountHoldRuleId,
    pub name: String,
    pub quantity_over: Option<Quantity>,
    pub value_over_minor: Option<i64>,
    pub currency: Option<Currency>,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

data::tenant_entity!(resource);

pub async fn find(tx: &Tx, id: CountHoldRuleId) -> Result<Option<HoldRule>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(HoldRule::try_from).transpose()
}

/// Calls that add rules at once may pass their number by a few, never by as many.
const ALL: u64 = 10 * MAX_RULES;

pub async fn all(tx: &Tx) -> Result<Vec<HoldRule>, data::Error> {
    let found = tx.find::<Entity>().order_by_asc(Column::Id).limit(ALL);
    found.all().await?.into_iter().map(HoldRule::try_from).collect()
}

pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

/// Brings a removed rule back too. One statement, so that two calls at once end as one rule.
pub async fn put(unit: &Unit, ctx: &Ctx, rule: &HoldRule) -> Result<(), data::Error> {
    let (quantity, value) = match rule.over {
        Variance::Quantity(quantity) => (Some(quantity.millionths()), None),
        Variance::Value(value) => (None, Some(value)),
    };
    unit.sql(sql!(
        "INSERT INTO count_hold_rules (tenant_id, public_id, name, quantity_over, value_over_minor, currency, \
         version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7) \
         ON CONFLICT (tenant_id, public_id) \
         DO UPDATE SET name = excluded.name, quantity_over = excluded.quantity_over, \
         value_over_minor = excluded.value_over_minor, currency = excluded.currency, \
         version = count_hold_rules.version + 1, updated_at = excluded.updated_at, deleted_at = NULL, \
         deleted_by = NULL"
    ))
    .bind(rule.id)
    .bind(rule.name.as_str())
    .bind(quantity)
    .bind(value.map(|value| value.amount_minor))
    .bind(value.map(|value| value.currency))
    .bind(ctx.now())
    .exec()
    .await?;
    Ok(())
}

/// Whether there was one to remove.
pub async fn remove(unit: &Unit, id: CountHoldRuleId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

impl TryFrom<Model> for HoldRule {
    type Error = data::Error;

    fn try_from(row: Model) -> Result<Self, data::Error> {
        let over = match (row.quantity_over, row.value_over_minor.zip(row.currency)) {
            (Some(quantity), None) => Variance::Quantity(quantity),
            (None, Some((amount_minor, currency))) => Variance::Value(Money::new(amount_minor, currency)),
            _ => return Err(data::Error::internal("a hold rule of counts measures nothing, or two things")),
        };
        Ok(Self { id: row.public_id, name: row.name, over })
    }
}
