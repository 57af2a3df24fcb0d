//! The table `tasks`.

use super::{StoreResult, approver, columns, money, unreadable};
use crate::domain::{Held, NewTask, Task, TaskStatus};
use billing_contract::{HoldId, InvoiceId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use inventory_contract::{CountHoldId, CountId, Variance, WarehouseId};
use kernel::permission::BuiltinRole;
use kernel::{Currency, Page, PageRequest, Quantity, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, NotSet, Set};
use workflow_contract::{Decision, DefinitionId, TaskId};

mod entity {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "tasks")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub tenant_id: TenantId,
        pub public_id: TaskId,
        pub definition_id: DefinitionId,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub hold_id: Uuid,
        pub title: String,
        pub total_minor: Option<i64>,
        pub currency: Option<Currency>,
        pub quantity: Option<Quantity>,
        pub warehouse_id: Option<WarehouseId>,
        pub approver_role: Option<String>,
        pub approver_user_id: Option<UserId>,
        pub requester_may_decide: bool,
        pub status: String,
        pub requested_by: Option<UserId>,
        pub decided_by: Option<UserId>,
        pub decided_at: Option<DateTime<Utc>>,
        pub comment: Option<String>,
        pub applied_at: Option<DateTime<Utc>>,
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

/// Which tasks a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<TaskStatus>,
    pub decider: Option<Decider>,
}

/// Whose tasks: what this person is asked for, or one of these roles, or anybody where they stand in.
#[derive(Clone, Debug)]
pub struct Decider {
    pub user: UserId,
    pub roles: Vec<BuiltinRole>,
    pub stands_in: bool,
}

/// A decision as it was made.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub decision: Decision,
    pub by: UserId,
    pub at: DateTime<Utc>,
    pub comment: Option<String>,
}

pub async fn find(tx: &Tx, id: TaskId) -> StoreResult<Option<Task>> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, filter: &Filter, request: &PageRequest) -> StoreResult<Page<Task>> {
    let mut find = tx.find::<Entity>();
    if let Some(status) = filter.status {
        find = find.filter(Column::Status.eq(status.name()));
    }
    if let Some(decider) = &filter.decider {
        find = find.filter(may_decide(decider));
    }
    let Page { data, next_cursor } = find.page(request).await?;
    Ok(Page { data: data.into_iter().map(read).collect::<StoreResult<_>>()?, next_cursor })
}

pub async fn insert(unit: &Unit, id: TaskId, task: &NewTask) -> StoreResult<Task> {
    let (approver_role, approver_user_id) = columns(task.approver);
    let (money, quantity, warehouse) = match task.held {
        Held::Invoice { total, .. } => (Some(total), None, None),
        Held::Count { warehouse, variance: Variance::Value(value), .. } => {
            (Some(value), None, Some(warehouse))
        }
        Held::Count { warehouse, variance: Variance::Quantity(quantity), .. } => {
            (None, Some(quantity), Some(warehouse))
        }
    };
    let subject = task.held.subject();
    let row = ActiveModel {
        public_id: Set(id),
        definition_id: Set(task.definition),
        subject_kind: Set(subject.kind),
        subject_id: Set(subject.id),
        hold_id: Set(task.held.hold()),
        title: Set(task.title.clone()),
        total_minor: Set(money.map(|money| money.amount_minor)),
        currency: Set(money.map(|money| money.currency)),
        quantity: Set(quantity),
        warehouse_id: Set(warehouse),
        approver_role: Set(approver_role),
        approver_user_id: Set(approver_user_id),
        requester_may_decide: Set(task.requester_may_decide),
        status: Set(TaskStatus::Open.name().to_owned()),
        requested_by: Set(task.requested_by),
        id: NotSet,
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

/// `None` when somebody was faster.
pub async fn decide(unit: &Unit, id: TaskId, verdict: Verdict) -> StoreResult<Option<Task>> {
    let changed = unit
        .update::<Entity>()
        .set(Column::Status, TaskStatus::of(verdict.decision).name())
        .set(Column::DecidedBy, verdict.by)
        .set(Column::DecidedAt, verdict.at)
        .set(Column::Comment, verdict.comment)
        .filter(Column::PublicId.eq(id))
        .filter(Column::Status.eq(TaskStatus::Open.name()))
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// Those of these holds that are open until now.
pub async fn clear(unit: &Unit, holds: Vec<Uuid>) -> StoreResult<Vec<Task>> {
    if holds.is_empty() {
        return Ok(Vec::new());
    }
    let changed = unit
        .update::<Entity>()
        .set(Column::Status, TaskStatus::Cleared.name())
        .filter(Column::HoldId.is_in(holds))
        .filter(Column::Status.eq(TaskStatus::Open.name()))
        .returning()
        .await?;
    changed.into_iter().map(read).collect()
}

/// `None` when it was marked before.
pub async fn mark_applied(unit: &Unit, id: TaskId, now: DateTime<Utc>) -> StoreResult<Option<Task>> {
    let changed = unit
        .update::<Entity>()
        .set(Column::AppliedAt, now)
        .filter(Column::PublicId.eq(id))
        .filter(Column::AppliedAt.is_null())
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

fn may_decide(decider: &Decider) -> Condition {
    let not_theirs = Condition::any()
        .add(Column::RequesterMayDecide.eq(true))
        .add(Column::RequestedBy.is_null())
        .add(Column::RequestedBy.ne(decider.user));
    if decider.stands_in {
        return not_theirs;
    }
    let roles = decider.roles.iter().map(|role| role.name());
    let asked =
        Condition::any().add(Column::ApproverUserId.eq(decider.user)).add(Column::ApproverRole.is_in(roles));
    Condition::all().add(asked).add(not_theirs)
}

fn read(row: Model) -> StoreResult<Task> {
    let held = held(&row)?;
    Ok(Task {
        id: row.public_id,
        definition: row.definition_id,
        held,
        title: row.title,
        approver: approver(row.approver_role, row.approver_user_id)?,
        requester_may_decide: row.requester_may_decide,
        requested_by: row.requested_by,
        status: TaskStatus::parse(&row.status).ok_or_else(|| unreadable("status", &row.status))?,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        comment: row.comment,
        applied_at: row.applied_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn held(row: &Model) -> StoreResult<Held> {
    let measured = (money(row.total_minor, row.currency), row.quantity);
    match (row.subject_kind.as_str(), row.warehouse_id, measured) {
        ("invoice", None, (Some(total), None)) => Ok(Held::Invoice {
            invoice: InvoiceId::from_uuid(row.subject_id),
            hold: HoldId::from_uuid(row.hold_id),
            total,
        }),
        ("count", Some(warehouse), (Some(value), None)) => {
            Ok(of_count(row, warehouse, Variance::Value(value)))
        }
        ("count", Some(warehouse), (None, Some(quantity))) => {
            Ok(of_count(row, warehouse, Variance::Quantity(quantity)))
        }
        _ => Err(unreadable("subject", &row.subject_kind)),
    }
}

fn of_count(row: &Model, warehouse: WarehouseId, variance: Variance) -> Held {
    let (count, hold) = (CountId::from_uuid(row.subject_id), CountHoldId::from_uuid(row.hold_id));
    Held::Count { count, hold, warehouse, variance }
}
