//! An operator says for how many tenants a feature is on. Felt at once on this node and within a second on all.

use crate::app::App;
use crate::error::Error;
use crate::service::platform::show_switches::{SharedSwitch, shared};
use crate::service::platform::switches::{declared, forget_shares};
use crate::store::switch;
use data::AuditEntry;
use kernel::{Ctx, Faults, Switch};
use serde_json::json;

pub struct SetSwitch {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    pub share_percent: i64,
}

pub async fn set_switch(app: &App, ctx: &Ctx, name: &str, command: SetSwitch) -> Result<SharedSwitch, Error> {
    let switch = declared(app, name)?;
    match write(app, ctx, switch, &command).await {
        // Two speak of it for the first time at once: the slower finds it there.
        Err(Error::Data(error)) if switch::is_there(&error) => write(app, ctx, switch, &command).await,
        outcome => outcome,
    }
}

async fn write(app: &App, ctx: &Ctx, switch: Switch, command: &SetSwitch) -> Result<SharedSwitch, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = switch::by_name_to_change(&unit, switch.name).await?;
    let former = shared(switch, before.as_ref());
    if command.expected_version.is_some_and(|expected| expected != former.version) {
        return Err(Error::stale());
    }
    let share_percent = share(command.share_percent)?;
    let after = match &before {
        Some(row) if row.share() == share_percent => return Ok(unit.commit(former).await?),
        Some(row) => switch::set(&unit, ctx, row, share_percent).await?.ok_or_else(Error::stale)?,
        None => switch::insert(&unit, ctx, switch.name, share_percent).await?,
    };
    unit.audit(AuditEntry {
        action: "users.switch.set",
        resource: "switch",
        resource_id: after.public_id.uuid(),
        before: Some(json!({ "name": switch.name, "share_percent": former.share_percent })),
        after: Some(json!({ "name": switch.name, "share_percent": share_percent })),
    })?;
    forget_shares(app, &mut unit);
    Ok(unit.commit(shared(switch, Some(&after))).await?)
}

fn share(percent: i64) -> Result<u8, Error> {
    let mut faults = Faults::new();
    let share = u8::try_from(percent).ok().filter(|share| *share <= 100);
    faults.require(share.is_some(), "/share_percent", "out_of_range", "must be from 0 to 100");
    faults.finish(share.unwrap_or_default()).map_err(Error::invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_a_hundred() {
        for (percent, expected) in
            [(0, Some(0)), (100, Some(100)), (-1, None), (101, None), (256, None), (i64::MAX, None)]
        {
            assert_eq!(share(percent).ok(), expected, "{percent}");
        }
    }
}
