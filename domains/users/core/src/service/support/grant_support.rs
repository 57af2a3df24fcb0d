//! An owner lets operators of the installation look at the tenant through its members, up to a role and for a time.

use crate::app::App;
use crate::domain::SupportGrantId;
use crate::domain::support::{MAX_MINUTES, MIN_MINUTES, SupportRole};
use crate::error::Error;
use crate::permissions::SUPPORT_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::service::support::support_grant::{self as view, SupportGrant};
use crate::store::support_grant::{self, NewSupportGrant};
use chrono::Duration;
use data::AuditEntry;
use kernel::permission::{BuiltinRole, PermissionSet};
use kernel::{Actor, Ctx, Faults};

pub(super) const MAX_REASON: usize = 500;

pub struct GrantSupport {
    pub id: Option<SupportGrantId>,
    pub role: SupportRole,
    pub reason: String,
    pub minutes: i64,
}

pub async fn grant_support(app: &App, ctx: &Ctx, command: GrantSupport) -> Result<SupportGrant, Error> {
    // A key that could would let somebody in past its own end.
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let GrantSupport { id, role, reason, minutes } = command;
    let mut faults = Faults::new();
    let reason = faults.prose("/reason", &reason, MAX_REASON);
    let in_range = (MIN_MINUTES..=MAX_MINUTES).contains(&minutes);
    faults.require(in_range, "/minutes", "out_of_range", "must be from 5 to 10080, which is a week");
    let reason = faults.finish(reason).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &SUPPORT_WRITE).await?;
    acting.require_covered(&app.permissions.of_role(role.builtin()))?;
    let new = NewSupportGrant {
        id: id.unwrap_or_else(|| ctx.new_id()),
        role,
        reason: &reason,
        granted_by: acting.membership,
        expires_at: ctx.now() + Duration::minutes(minutes),
    };
    let row = match support_grant::insert(&unit, new).await {
        Err(error) if support_grant::is_taken(&error) => return Err(Error::SupportGrantExists),
        outcome => outcome?,
    };
    unit.audit(AuditEntry {
        action: "users.support_grant.create",
        resource: "support_grant",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(view::audited(&row)),
    })?;
    Ok(unit.commit(view::of(row)?).await?)
}

/// Whether somebody with these permissions may give a grant up to this role. Asked again where it is used: it is worth no more
/// than whoever stands behind it.
pub fn may_grant(app: &App, theirs: &PermissionSet, role: BuiltinRole) -> bool {
    theirs.has(&SUPPORT_WRITE) && theirs.covers(&app.permissions.of_role(role))
}
