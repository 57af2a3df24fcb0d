//! Approval tasks over HTTP.

use super::dto::{ApprovalTaskDto, DecideApprovalTask, TaskFilter};
use crate::domain::Task;
use crate::service::{self, App, DecideTask};
use web::{Answer, Body, Caller, Listing, PageQuery, PathId, Query, Rendered, State, respond};
use workflow_contract::{Decision, TaskKind};

/// Lists approval tasks
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/tasks",
    responses((status = 200, description = "A page of tasks", body = Listing<ApprovalTaskDto>))
)]
pub async fn list_tasks(
    app: State<App>,
    caller: Caller,
    filter: Query<TaskFilter>,
    page: PageQuery,
) -> Answer {
    let tasks = service::list_tasks(&app, &caller, filter.to_query(), &page).await?;
    Ok(page.render(tasks.map(|task| ApprovalTaskDto::from(&task))))
}

/// Shows an approval task
#[utoipa::path(
    get,
    path = "/tasks/{id}",
    responses((status = 200, description = "The task", body = ApprovalTaskDto))
)]
pub async fn get_task(app: State<App>, caller: Caller, id: PathId<TaskKind>) -> Answer {
    Ok(shown(&service::get_task(&app, &caller, id.id()).await?))
}

/// Approves a task
///
/// Only its approver may, or an owner, signed in as themselves: an API key decides nothing. The subject follows within
/// moments: see `applied_at`.
#[utoipa::path(
    post,
    path = "/tasks/{id}/approve",
    responses((status = 200, description = "The approved task", body = ApprovalTaskDto))
)]
pub async fn approve_task(
    app: State<App>,
    caller: Caller,
    id: PathId<TaskKind>,
    body: Body<DecideApprovalTask>,
) -> Answer {
    decide(&app, &caller, id, Decision::Approved, body).await
}

/// Rejects a task
///
/// Only its approver may, or an owner, signed in as themselves: an API key decides nothing. The subject follows within
/// moments: see `applied_at`.
#[utoipa::path(
    post,
    path = "/tasks/{id}/reject",
    responses((status = 200, description = "The rejected task", body = ApprovalTaskDto))
)]
pub async fn reject_task(
    app: State<App>,
    caller: Caller,
    id: PathId<TaskKind>,
    body: Body<DecideApprovalTask>,
) -> Answer {
    decide(&app, &caller, id, Decision::Rejected, body).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: PathId<TaskKind>,
    decision: Decision,
    body: Body<DecideApprovalTask>,
) -> Answer {
    let command = DecideTask { task: id.id(), decision, comment: body.into_inner().comment };
    respond(caller, async |ctx| service::decide_task(app, ctx, command).await, shown).await
}

fn shown(task: &Task) -> Rendered {
    Rendered::ok(&ApprovalTaskDto::from(task)).etag(task.version)
}
