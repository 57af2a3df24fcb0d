//! From now on, counts that are off by more wait for a decision.

use crate::App;
use crate::domain::count::{HoldRule, MAX_RULES, checked_rule};
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::store;
use data::AuditEntry;
use inventory_contract::{CountHoldRuleId, Variance};
use kernel::Ctx;
use serde_json::{Value, json};

pub async fn put_hold_rule(
    app: &App,
    ctx: &Ctx,
    id: CountHoldRuleId,
    name: &str,
    over: Variance,
) -> Result<HoldRule, Error> {
    let name = checked_rule(name, over).map_err(Error::invalid)?;
    let rule = HoldRule { id, name, over };
    let mut unit = app.databases.write(ctx).await?;
    let before = store::count_hold_rule::find(&unit, id).await?;
    match &before {
        Some(before) if *before == rule => return Ok(rule),
        Some(_) => {}
        None if store::count_hold_rule::count(&unit).await? >= MAX_RULES => {
            let detail = format!("there are {MAX_RULES} hold rules already; remove one first");
            return Err(fault("/rule", "too_many", &detail));
        }
        None => {}
    }
    store::count_hold_rule::put(&unit, ctx, &rule).await?;
    unit.audit(AuditEntry {
        action: "inventory.count_hold_rule.put",
        resource: "count_hold_rule",
        resource_id: id.uuid(),
        before: before.as_ref().map(shown),
        after: Some(shown(&rule)),
    })?;
    Ok(unit.commit(rule).await?)
}

pub(super) fn shown(rule: &HoldRule) -> Value {
    json!({ "name": rule.name, "over": rule.over })
}
