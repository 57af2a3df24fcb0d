//! Drafts a definition. It does nothing until it is published.

use super::members::active_member;
use super::{App, json};
use crate::domain::{Definition, Terms, TermsInput, can_decide_at_all};
use crate::error::Error;
use crate::store::definitions;
use data::AuditEntry;
use kernel::{Ctx, Faults};
use workflow_contract::DefinitionId;

#[derive(Clone, Debug)]
pub struct CreateDefinition {
    /// The client's own, if it sent one.
    pub id: Option<DefinitionId>,
    pub terms: TermsInput,
}

pub async fn create_definition(app: &App, ctx: &Ctx, command: CreateDefinition) -> Result<Definition, Error> {
    let terms = check(app, ctx, &command.terms).await?;
    let id = command.id.unwrap_or_else(|| ctx.new_id());
    let mut unit = app.databases.write(ctx).await?;
    let definition = definitions::insert(&unit, id, &terms).await.map_err(|error| {
        if error.is_unique("public_id", "public_id") { Error::DefinitionExists } else { error.into() }
    })?;
    unit.audit(AuditEntry {
        action: "workflow.definition.create",
        resource: "definition",
        resource_id: id.uuid(),
        before: None,
        after: json(&definition),
    })?;
    Ok(unit.commit(definition).await?)
}

/// All faults at once, so the approver is looked up even when something else is wrong.
async fn check(app: &App, ctx: &Ctx, input: &TermsInput) -> Result<Terms, Error> {
    let mut faults = Faults::new();
    let terms = Terms::check(input, &mut faults);
    if let (None, Some(user)) = (&input.approver.role, input.approver.user_id) {
        let member = active_member(app, ctx, user).await?;
        let pointer = "/approver/user_id";
        match member {
            None => faults.add(pointer, "not_a_member", "must be an active member of the tenant"),
            Some(member) if !can_decide_at_all(member.role) => {
                faults.add(pointer, "cannot_decide", "must be a member whose role is member, admin or owner");
            }
            Some(_) => {}
        }
    }
    match terms {
        Some(terms) if faults.is_empty() => Ok(terms),
        _ => Err(Error::invalid(faults.into_errors())),
    }
}
