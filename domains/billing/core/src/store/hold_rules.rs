//! The table `hold_rules`.

use crate::domain::hold::{self, HoldRule, MAX_RULES};
use billing_contract::HoldRuleId;
use data::{Error, Tx, Unit, sql};
use kernel::{Ctx, Currency, Money, Page, PageRequest, TenantId};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold_rules")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: HoldRuleId,
    pub name: String,
    pub amount_minor: i64,
    pub currency: Currency,
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

pub async fn find(tx: &Tx, id: HoldRuleId) -> Result<Option<HoldRule>, Error> {
    Ok(tx.by_id::<Entity, _>(id).one().await?.map(read))
}

pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<HoldRule>, Error> {
    Ok(tx.find::<Entity>().page(request).await?.map(read))
}

/// Brings a removed rule back too. One statement, so that two calls at once end as one rule.
pub async fn put(unit: &Unit, ctx: &Ctx, id: HoldRuleId, name: &str, total_over: Money) -> Result<(), Error> {
    unit.sql(sql!(
        "INSERT INTO hold_rules (tenant_id, public_id, name, amount_minor, currency, version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $6) \
         ON CONFLICT (tenant_id, public_id) \
         DO UPDATE SET name = excluded.name, amount_minor = excluded.amount_minor, currency = excluded.currency, \
         version = hold_rules.version + 1, updated_at = excluded.updated_at, deleted_at = NULL, deleted_by = NULL"
    ))
    .bind(id)
    .bind(name)
    .bind(total_over.amount_minor)
    .bind(total_over.currency)
    .bind(ctx.now())
    .exec()
    .await?;
    Ok(())
}

/// Whether there was one to remove.
pub async fn remove(unit: &Unit, ctx: &Ctx, id: HoldRuleId) -> Result<bool, Error> {
    let removed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(id))
        .set(Column::DeletedAt, ctx.now())
        .set(Column::DeletedBy, ctx.actor().to_string())
        .exec()
        .await?;
    Ok(removed > 0)
}

pub async fn count(tx: &Tx) -> Result<u64, Error> {
    tx.find::<Entity>().count().await
}

/// Calls that add rules at once may pass their number by a few, never by as many.
const ALL: u64 = 10 * MAX_RULES;

/// The rules that hold an invoice of this total.
pub async fn matching(tx: &Tx, total: Money) -> Result<Vec<HoldRule>, Error> {
    let found = tx.find::<Entity>().filter(Column::Currency.eq(total.currency));
    let rows = found.order_by_asc(Column::Id).limit(ALL).all().await?;
    let rules = rows.into_iter().map(read);
    Ok(rules.filter(|rule| hold::matches(rule.total_over, total)).collect())
}

fn read(row: Model) -> HoldRule {
    HoldRule {
        id: row.public_id,
        name: row.name,
        total_over: Money::new(row.amount_minor, row.currency),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
