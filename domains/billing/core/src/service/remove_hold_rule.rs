//! Invoices finalized from now on do not wait for this rule; those it holds still do.

use super::{App, audit};
use crate::error::Error;
use crate::store::hold_rules;
use billing_contract::HoldRuleId;
use data::AuditEntry;
use kernel::Ctx;

pub async fn remove_hold_rule(app: &App, ctx: &Ctx, id: HoldRuleId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(before) = hold_rules::find(&unit, id).await? else { return Ok(()) };
    if !hold_rules::remove(&unit, ctx, id).await? {
        return Ok(());
    }
    unit.audit(AuditEntry {
        action: "billing.hold_rule.remove",
        resource: "hold_rule",
        resource_id: id.uuid(),
        before: Some(audit::hold_rule(&before.name, before.total_over)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
