//! A count is over: what it is off by is posted, or held until those whom the hold rules ask have decided.

use crate::App;
use crate::domain::costing::Costs;
use crate::domain::count::{Count, CountLine, CountStep, HoldRule, Off, Totals, after};
use crate::error::Error;
use crate::service::counting::post_count::post_count;
use crate::service::ledger::hold::hold;
use crate::service::valuation::accounts::costs_now;
use crate::store;
use crate::store::count::Progress;
use crate::store::count_hold::HoldRef;
use data::{AuditEntry, Unit};
use inventory_contract::{CountHeld, CountId, CountStatus, ItemId, Variance};
use kernel::Ctx;
use serde_json::json;

pub async fn submit_count(app: &App, ctx: &Ctx, id: CountId) -> Result<Count, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = store::count::find_to_change(&unit, id).await?.ok_or(Error::CountNotFound)?;
    if before.status != CountStatus::Open {
        return Err(Error::CountState { status: before.status });
    }
    let (lines, costs) = with_variances(&mut unit, ctx, id).await?;
    let totals = Totals {
        lines: lines.len() as i64,
        counted: lines.iter().filter(|line| line.found.is_some()).count() as i64,
        off: Some(lines.iter().filter(|line| line.is_off()).count() as i64),
    };
    if totals.counted == 0 {
        return Err(Error::CountEmpty);
    }
    let off = Off::of(&lines, &costs);
    let rules = store::count_hold_rule::all(&unit).await?.into_iter();
    let held: Vec<(HoldRule, Variance)> =
        rules.filter_map(|rule| off.exceeds(rule.over).map(|variance| (rule, variance))).collect();
    let submitted = Count {
        totals,
        submitted_by: ctx.actor().user(),
        submitted_at: Some(ctx.now()),
        returned_reason: None,
        ..before.clone()
    };
    let count = if held.is_empty() {
        post_count(&mut unit, ctx, &submitted, &lines).await??
    } else {
        hold_count(&mut unit, ctx, &submitted, held).await?
    };
    unit.audit(AuditEntry {
        action: "inventory.count.submit",
        resource: "count",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.status })),
        after: Some(json!({
            "status": count.status,
            "counted": count.totals.counted,
            "variances": count.totals.off,
            "reason": count.reason,
        })),
    })?;
    Ok(unit.commit(count).await?)
}

/// And what the counted items cost by now. Under the locks of all items, so that nothing that has happened by the time of
/// the count is recorded meanwhile.
async fn with_variances(
    unit: &mut Unit,
    ctx: &Ctx,
    count: CountId,
) -> Result<(Vec<CountLine>, Costs), Error> {
    let mut lines = store::count_line::of(unit, count).await?;
    let counted = lines.iter().filter(|line| line.found.is_some());
    let items: Vec<ItemId> = counted.map(|line| line.shelf.item).collect();
    hold(unit, ctx, &items).await?;
    let late = store::count_line::late(unit, count).await?;
    let costs = costs_now(unit, &store::item::moving(unit, &items).await?).await?;
    for line in &mut lines {
        let late = late.get(&line.id).copied().unwrap_or_default();
        line.variance = line.variance_with(late);
        line.unit_cost = costs.get(&line.shelf.item).and_then(|(currency, cost)| cost.per_one(*currency));
        if line.variance.is_some() {
            store::count_line::write_variance(unit, line).await?;
        }
    }
    Ok((lines, costs))
}

async fn hold_count(
    unit: &mut Unit,
    ctx: &Ctx,
    count: &Count,
    held: Vec<(HoldRule, Variance)>,
) -> Result<Count, Error> {
    let status = after(count.status, CountStep::Hold).ok_or(Error::CountState { status: count.status })?;
    let warehouse = store::warehouse::find(unit, count.warehouse).await?;
    let warehouse_name = warehouse.map(|warehouse| warehouse.fields.name).unwrap_or_default();
    for (rule, variance) in held {
        let hold = HoldRef { count: count.id, rule: rule.id, hold: ctx.new_id() };
        store::count_hold::insert(unit, hold).await?;
        unit.publish(&CountHeld {
            count: count.id,
            rule: rule.id,
            hold: hold.hold,
            variance,
            warehouse: count.warehouse,
            warehouse_name: warehouse_name.clone(),
            reason: count.reason.clone(),
            requested_by: count.submitted_by,
        })?;
    }
    Ok(store::count::advance(unit, count.id, Progress { status, ..Progress::of(count) }).await?)
}
