//! Publishes a draft: from now on billing or inventory holds what it speaks of. The hold rule comes first. A crash in
//! between leaves a rule whose definition is still a draft: its holds open tasks all the same, and publishing again mends it.

use super::members::active_member;
use super::read_definitions::get_definition;
use super::{App, holders, json};
use crate::domain::{Definition, DefinitionStatus, can_decide_at_all};
use crate::error::Error;
use crate::store::definitions;
use data::AuditEntry;
use kernel::Ctx;
use workflow_contract::{Approver, DefinitionId};

pub async fn publish_definition(app: &App, ctx: &Ctx, id: DefinitionId) -> Result<Definition, Error> {
    let before = get_definition(app, ctx, id).await?;
    if before.status != DefinitionStatus::Draft {
        return Err(Error::DefinitionNotADraft { status: before.status });
    }
    check_approver(app, ctx, before.terms.approver).await?;
    holders::put_hold_rule(app, ctx, &before).await?;

    let mut unit = app.databases.write(ctx).await?;
    let Some(after) = definitions::publish(&unit, id, ctx.now()).await? else {
        drop(unit);
        return Err(overtaken(app, ctx, id).await?);
    };
    unit.audit(AuditEntry {
        action: "workflow.definition.publish",
        resource: "definition",
        resource_id: id.uuid(),
        before: json(&before),
        after: json(&after),
    })?;
    Ok(unit.commit(after).await?)
}

/// They may have left since the draft was written; what a definition holds that nobody can decide would wait for ever.
async fn check_approver(app: &App, ctx: &Ctx, approver: Approver) -> Result<(), Error> {
    let Approver::User(user) = approver else { return Ok(()) };
    let member = active_member(app, ctx, user).await?;
    if member.is_some_and(|member| can_decide_at_all(member.role)) {
        Ok(())
    } else {
        Err(Error::ApproverCannotDecide)
    }
}

/// Somebody published or retired it meanwhile; a rule put after it was retired must not stay.
async fn overtaken(app: &App, ctx: &Ctx, id: DefinitionId) -> Result<Error, Error> {
    let now = get_definition(app, ctx, id).await?;
    if now.status == DefinitionStatus::Retired {
        holders::remove_hold_rule(app, ctx, &now).await?;
    }
    Ok(Error::DefinitionNotADraft { status: now.status })
}
