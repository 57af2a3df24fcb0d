//! An operator limits a tenant, or gives it more than others. Felt within a second on every node.

use crate::app::App;
use crate::domain::tenant::{MAX_MEMBERS, MAX_REQUESTS_PER_MINUTE};
use crate::error::Error;
use crate::service::platform::platform_tenant::{self as view, PlatformTenant, audited};
use crate::store::tenant::{self, Terms};
use data::AuditEntry;
use kernel::{Ctx, Faults, TenantId};

pub struct LimitTenant {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is; `Some(None)` is what everybody has.
    pub requests_per_minute: Option<Option<i64>>,
    pub max_members: Option<Option<i64>>,
}

pub async fn limit_tenant(
    app: &App,
    ctx: &Ctx,
    id: TenantId,
    command: LimitTenant,
) -> Result<PlatformTenant, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = tenant::by_id_to_change(&unit, id).await?.ok_or(Error::NoSuchTenant)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let mut faults = Faults::new();
    check(&mut faults, "/requests_per_minute", command.requests_per_minute, MAX_REQUESTS_PER_MINUTE);
    check(&mut faults, "/max_members", command.max_members, MAX_MEMBERS);
    let former = view::terms(&before)?;
    let terms = Terms {
        requests_per_minute: command.requests_per_minute.unwrap_or(former.requests_per_minute),
        max_members: command.max_members.unwrap_or(former.max_members),
        ..former.clone()
    };
    let terms = faults.finish(terms).map_err(Error::invalid)?;
    if terms == former {
        return Ok(unit.commit(view::of(before)?).await?);
    }
    let after = tenant::set_terms(&unit, ctx, &before, &terms).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.tenant.limit",
        resource: "tenant",
        resource_id: id.uuid(),
        before: Some(audited(&former)),
        after: Some(audited(&terms)),
    })?;
    Ok(unit.commit(view::of(after)?).await?)
}

fn check(faults: &mut Faults, pointer: &str, limit: Option<Option<i64>>, most: i64) {
    if limit.flatten().is_some_and(|limit| !(1..=most).contains(&limit)) {
        faults.add(pointer, "out_of_range", format!("must be from 1 to {most}, or null"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lets_something_through() {
        let allowed = |limit| {
            let mut faults = Faults::new();
            check(&mut faults, "/max_members", limit, 10);
            faults.is_empty()
        };
        for limit in [None, Some(None), Some(Some(1)), Some(Some(10))] {
            assert!(allowed(limit), "{limit:?}");
        }
        for limit in [0, -1, 11, i64::MIN, i64::MAX] {
            assert!(!allowed(Some(Some(limit))), "{limit}");
        }
    }
}
