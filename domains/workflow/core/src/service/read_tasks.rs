//! Shows one task, or a page of them.

use super::App;
use super::members::active_member;
use crate::domain::{Task, TaskStatus, roles_up_to};
use crate::error::Error;
use crate::store::tasks::{self, Filter, ForApprover};
use kernel::{Ctx, Page, PageRequest};
use workflow_contract::TaskId;

#[derive(Clone, Debug, Default)]
pub struct ListTasks {
    pub status: Option<TaskStatus>,
    /// Only those the caller could decide, by person or role.
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
    let mut filter = Filter { status: query.status, for_approver: None };
    if query.mine {
        let Some(approver) = caller(app, ctx).await? else {
            return Ok(Page { data: Vec::new(), next_cursor: None });
        };
        filter.for_approver = Some(approver);
    }
    let read = app.databases.read(ctx).await?;
    Ok(tasks::page(&read, &filter, page).await?)
}

async fn caller(app: &App, ctx: &Ctx) -> Result<Option<ForApprover>, Error> {
    let Some(user) = ctx.actor().user() else { return Ok(None) };
    let member = active_member(app, ctx, user).await?;
    Ok(member.map(|member| ForApprover { user, roles: roles_up_to(member.role).collect() }))
}
