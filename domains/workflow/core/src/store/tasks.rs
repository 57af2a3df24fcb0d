//! The table `tasks`.

use super::{StoreResult, approver, columns, unreadable};
use crate::domain::{NewTask, Task, TaskStatus};
use billing_contract::HoldId;
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use kernel::permission::BuiltinRole;
use kernel::{Currency, Money, Page, PageRequest, TenantId, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, NotSet, Set};
use workflow_contract::{Decision, DefinitionId, Subject, TaskId};

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
        pub hold_id: HoldId,
        pub title: String,
        pub total_minor: i64,
        pub currency: Currency,
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
    let row = ActiveModel {
        public_id: Set(id),
        definition_id: Set(task.definition),
        subject_kind: Set(task.subject.kind.clone()),
        subject_id: Set(task.subject.id),
        hold_id: Set(task.hold),
        title: Set(task.title.clone()),
        total_minor: Set(task.total.amount_minor),
        currency: Set(task.total.currency),
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
pub async fn clear(unit: &Unit, holds: Vec<HoldId>) -> StoreResult<Vec<Task>> {
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
    Ok(Task {
        id: row.public_id,
        definition: row.definition_id,
        subject: Subject { kind: row.subject_kind, id: row.subject_id },
        hold: row.hold_id,
        title: row.title,
        total: Money::new(row.total_minor, row.currency),
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
