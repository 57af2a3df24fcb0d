//! From now on, invoices over a total wait for a decision.

use super::{App, audit};
use crate::domain::hold::{self, HoldRule, MAX_RULES};
use crate::error::Error;
use crate::store::hold_rules;
use billing_contract::HoldRuleId;
use kernel::{Ctx, Money};

pub async fn put_hold_rule(
    app: &App,
    ctx: &Ctx,
    id: HoldRuleId,
    name: &str,
    total_over: Money,
) -> Result<HoldRule, Error> {
    let name = hold::checked_rule(name, total_over)?;
    let mut unit = app.databases.write(ctx).await?;
    let before = hold_rules::find(&unit, id).await?;
    match &before {
        Some(rule) if rule.name == name && rule.total_over == total_over => return Ok(rule.clone()),
        Some(_) => {}
        None if hold_rules::count(&unit).await? >= MAX_RULES => {
            let detail = format!("there are {MAX_RULES} hold rules already; remove one first");
            return Err(Error::field("/rule", "too_many", &detail));
        }
        None => {}
    }
    hold_rules::put(&unit, ctx, id, &name, total_over).await?;
    let after = hold_rules::find(&unit, id).await?;
    let after = after.ok_or_else(|| data::Error::internal("a hold rule that was put is not there"))?;
    let mut entry =
        audit::created("billing.hold_rule.put", "hold_rule", id, audit::hold_rule(&name, total_over));
    entry.before = before.map(|rule| audit::hold_rule(&rule.name, rule.total_over));
    unit.audit(entry)?;
    Ok(unit.commit(after).await?)
}
