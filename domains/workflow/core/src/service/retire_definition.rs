//! Retires a definition: nothing more is held for it. What is held already stays so until it is decided.
//! The hold rule goes first. A crash in between leaves a published definition without a rule, and retiring again
//! mends it: so does retiring what is retired.

use super::read_definitions::get_definition;
use super::{App, holders, json};
use crate::domain::{Definition, DefinitionStatus};
use crate::error::Error;
use crate::store::definitions;
use data::AuditEntry;
use kernel::Ctx;
use workflow_contract::DefinitionId;

pub async fn retire_definition(app: &App, ctx: &Ctx, id: DefinitionId) -> Result<Definition, Error> {
    // At most three rounds: a status only moves forward. A publication in between has put the rule again.
    loop {
        let before = get_definition(app, ctx, id).await?;
        holders::remove_hold_rule(app, ctx, &before).await?;
        if before.status == DefinitionStatus::Retired {
            // A unit without a change, so that the answer is kept for its key.
            return Ok(app.databases.write(ctx).await?.commit(before).await?);
        }
        if let Some(after) = retire(app, ctx, &before).await? {
            return Ok(after);
        }
    }
}

async fn retire(app: &App, ctx: &Ctx, before: &Definition) -> Result<Option<Definition>, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(after) = definitions::retire(&unit, before.id, before.status, ctx.now()).await? else {
        return Ok(None);
    };
    unit.audit(AuditEntry {
        action: "workflow.definition.retire",
        resource: "definition",
        resource_id: before.id.uuid(),
        before: json(before),
        after: json(&after),
    })?;
    Ok(Some(unit.commit(after).await?))
}
