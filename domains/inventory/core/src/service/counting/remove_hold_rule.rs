//! Counts submitted from now on do not wait for this rule; those it holds still do.

use crate::App;
use crate::error::Error;
use crate::service::counting::put_hold_rule::shown;
use crate::store;
use data::AuditEntry;
use inventory_contract::CountHoldRuleId;
use kernel::Ctx;

pub async fn remove_hold_rule(app: &App, ctx: &Ctx, id: CountHoldRuleId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let Some(before) = store::count_hold_rule::find(&unit, id).await? else { return Ok(()) };
    if !store::count_hold_rule::remove(&unit, id).await? {
        return Ok(());
    }
    unit.audit(AuditEntry {
        action: "inventory.count_hold_rule.remove",
        resource: "count_hold_rule",
        resource_id: id.uuid(),
        before: Some(shown(&before)),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
