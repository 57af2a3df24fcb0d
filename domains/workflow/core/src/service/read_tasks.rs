//! Shows one task, or a page of them.

use super::App;
use super::members::active_member;
use crate::domain::{Task, TaskStatus, roles_up_to, stands_in};
use crate::error::Error;
use crate::permissions::TASKS_DECIDE;
use crate::store::tasks::{self, Decider, Filter};
use kernel::{Actor, Ctx, Page, PageRequest};
use workflow_contract::TaskId;

#[derive(Clone, Debug, Default)]
pub struct ListTasks {
    pub status: Option<TaskStatus>,
    /// Only those the caller could decide; what is not open only where `status` asks for it.
    pub mine: bool,
}

pub async fn get_task(app: &App, ctx: &Ctx, id: TaskId) -> Result<Task, Error> {
    let read = app.databases.read(ctx).await?;
    tasks::find(&read, id).await?.ok_or(Error::TaskNotFound)
}

pub async fn list_tasks(
    app: &App,
    ctx: &Ctx,
    query: ListTasks,
    page: &PageRequest,
) -> Result<Page<Task>, Error> {
    let mut filter = Filter { status: query.status, decider: None };
    if query.mine {
        let Some(decider) = caller(app, ctx).await? else {
            return Ok(Page { data: Vec::new(), next_cursor: None });
        };
        filter = Filter { status: query.status.or(Some(TaskStatus::Open)), decider: Some(decider) };
    }
    let read = app.databases.read(ctx).await?;
    Ok(tasks::page(&read, &filter, page).await?)
}

/// `None` for whoever decides nothing: an API key, a role without the permission.
async fn caller(app: &App, ctx: &Ctx) -> Result<Option<Decider>, Error> {
    let Actor::User { id: user } = *ctx.actor() else { return Ok(None) };
    if !ctx.permissions().has(&TASKS_DECIDE) {
        return Ok(None);
    }
    let member = active_member(app, ctx, user).await?;
    Ok(member.map(|member| Decider {
        user,
        roles: roles_up_to(member.role).collect(),
        stands_in: stands_in(member.role),
    }))
}
