//! Approves or rejects a task. The decision and the job that tells whoever holds it are committed together. It takes
//! a person: a key has a role of its own, less than its owner's, and the approver's role is asked of the owner.

use super::members::active_member;
use super::read_tasks::get_task;
use super::{App, json};
use crate::domain::{Task, TaskStatus, comment, in_words, is_satisfied_by};
use crate::error::Error;
use crate::jobs::ApplyDecision;
use crate::store::tasks::{self, Verdict};
use data::{ActAs, AuditEntry, JobOptions, Unit};
use kernel::{Actor, Ctx, Faults, UserId};
use workflow_contract::{Decision, TaskDecided, TaskId};

#[derive(Clone, Debug)]
pub struct DecideTask {
    pub task: TaskId,
    pub decision: Decision,
    pub comment: Option<String>,
}

pub async fn decide_task(app: &App, ctx: &Ctx, command: DecideTask) -> Result<Task, Error> {
    let Actor::User { id: by } = *ctx.actor() else { return Err(Error::PersonRequired) };
    // The member did not decide, and what follows would go on in their name.
    if ctx.principal().impersonator.is_some() {
        return Err(data::Error::JobThroughAnother.into());
    }
    let before = get_task(app, ctx, command.task).await?;
    check_decider(app, ctx, &before, by).await?;
    if before.status != TaskStatus::Open {
        return Err(Error::not_open(before.status));
    }
    let mut faults = Faults::new();
    let comment = comment(&before.held, command.comment.as_deref(), &mut faults);
    let comment = faults.finish(comment).map_err(Error::invalid)?;
    let verdict = Verdict { decision: command.decision, by, at: ctx.now(), comment };

    let mut unit = app.databases.write(ctx).await?;
    let Some(after) = tasks::decide(&unit, before.id, verdict.clone()).await? else {
        let now = tasks::find(&unit, before.id).await?.ok_or(Error::TaskNotFound)?;
        return Err(Error::not_open(now.status));
    };
    announce(&mut unit, &before, &after, verdict)?;
    let options =
        JobOptions { unique_key: Some(after.id.to_string()), act_as: ActAs::System, ..JobOptions::default() };
    unit.enqueue(&ApplyDecision { task: after.id }, options)?;
    Ok(unit.commit(after).await?)
}

/// Whether this task is for them as they are today.
async fn check_decider(app: &App, ctx: &Ctx, task: &Task, user: UserId) -> Result<(), Error> {
    let member = active_member(app, ctx, user).await?;
    if !member.is_some_and(|member| is_satisfied_by(task.approver, &member)) {
        return Err(Error::NotAnApprover { wanted: in_words(task.approver) });
    }
    if task.may_be_decided_by(user) { Ok(()) } else { Err(Error::RequesterMayNotDecide) }
}

fn announce(unit: &mut Unit, before: &Task, after: &Task, verdict: Verdict) -> Result<(), Error> {
    unit.publish(&TaskDecided {
        task: after.id,
        definition: after.definition,
        subject: after.held.subject(),
        decision: verdict.decision,
        decided_by: verdict.by,
        decided_at: verdict.at,
        comment: verdict.comment,
    })?;
    unit.audit(AuditEntry {
        action: match verdict.decision {
            Decision::Approved => "workflow.task.approve",
            Decision::Rejected => "workflow.task.reject",
        },
        resource: "task",
        resource_id: after.id.uuid(),
        before: json(before),
        after: json(after),
    })?;
    Ok(())
}
