//! The table `definitions`.

use super::{StoreResult, approver, columns, money, unreadable};
use crate::domain::{Condition, Definition, DefinitionStatus, Terms, Trigger};
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::Variance;
use kernel::{Currency, Page, PageRequest, Quantity, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{NotSet, Set};
use workflow_contract::DefinitionId;

mod entity {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "definitions")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub tenant_id: TenantId,
        pub public_id: DefinitionId,
        pub name: String,
        pub trigger: String,
        pub total_over_minor: Option<i64>,
        pub currency: Option<Currency>,
        pub quantity_over: Option<Quantity>,
        pub approver_role: Option<String>,
        pub approver_user_id: Option<UserId>,
        pub requester_may_decide: bool,
        pub status: String,
        pub published_at: Option<DateTime<Utc>>,
        pub retired_at: Option<DateTime<Utc>>,
        pub version: i64,
        pub created_at: DateTime<Utc>,
        pub updated_at: DateTime<Utc>,
        pub deleted_at: Option<DateTime<Utc>>,
        pub deleted_by: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    data::tenant_entity!(resource);
}

use entity::{ActiveModel, Column, Entity, Model};

pub async fn find(tx: &Tx, id: DefinitionId) -> StoreResult<Option<Definition>> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, request: &PageRequest) -> StoreResult<Page<Definition>> {
    let Page { data, next_cursor } = tx.find::<Entity>().page(request).await?;
    Ok(Page { data: data.into_iter().map(read).collect::<StoreResult<_>>()?, next_cursor })
}

pub async fn insert(unit: &Unit, id: DefinitionId, terms: &Terms) -> StoreResult<Definition> {
    let (approver_role, approver_user_id) = columns(terms.approver);
    let (money, quantity) = match terms.condition {
        Condition::InvoiceTotal(over) | Condition::CountVariance(Variance::Value(over)) => (Some(over), None),
        Condition::CountVariance(Variance::Quantity(over)) => (None, Some(over)),
    };
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(terms.name.clone()),
        trigger: Set(terms.condition.trigger().name().to_owned()),
        total_over_minor: Set(money.map(|money| money.amount_minor)),
        currency: Set(money.map(|money| money.currency)),
        quantity_over: Set(quantity),
        approver_role: Set(approver_role),
        approver_user_id: Set(approver_user_id),
        requester_may_decide: Set(terms.requester_may_decide),
        status: Set(DefinitionStatus::Draft.name().to_owned()),
        id: NotSet,
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

/// `None` when it is no draft.
pub async fn publish(unit: &Unit, id: DefinitionId, now: DateTime<Utc>) -> StoreResult<Option<Definition>> {
    let to = DefinitionStatus::Published;
    step(unit, id, DefinitionStatus::Draft, to, Column::PublishedAt, now).await
}

/// `None` when it is not in the status it was seen in.
pub async fn retire(
    unit: &Unit,
    id: DefinitionId,
    seen: DefinitionStatus,
    now: DateTime<Utc>,
) -> StoreResult<Option<Definition>> {
    step(unit, id, seen, DefinitionStatus::Retired, Column::RetiredAt, now).await
}

async fn step(
    unit: &Unit,
    id: DefinitionId,
    from: DefinitionStatus,
    to: DefinitionStatus,
    at: Column,
    now: DateTime<Utc>,
) -> StoreResult<Option<Definition>> {
    let changed = unit
        .update::<Entity>()
        .set(Column::Status, to.name())
        .set(at, now)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(from.name()))
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

fn read(row: Model) -> StoreResult<Definition> {
    let condition = condition(&row)?;
    Ok(Definition {
        id: row.public_id,
        terms: Terms {
            name: row.name,
            condition,
            approver: approver(row.approver_role, row.approver_user_id)?,
            requester_may_decide: row.requester_may_decide,
        },
        status: DefinitionStatus::parse(&row.status).ok_or_else(|| unreadable("status", &row.status))?,
        published_at: row.published_at,
        retired_at: row.retired_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn condition(row: &Model) -> StoreResult<Condition> {
    let trigger = Trigger::parse(&row.trigger).ok_or_else(|| unreadable("trigger", &row.trigger))?;
    match (trigger, money(row.total_over_minor, row.currency), row.quantity_over) {
        (Trigger::InvoiceFinalize, Some(total), None) => Ok(Condition::InvoiceTotal(total)),
        (Trigger::CountSubmit, Some(value), None) => Ok(Condition::CountVariance(Variance::Value(value))),
        (Trigger::CountSubmit, None, Some(quantity)) => {
            Ok(Condition::CountVariance(Variance::Quantity(quantity)))
        }
        _ => Err(unreadable("condition of", trigger.name())),
    }
}
