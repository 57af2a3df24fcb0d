//! What a member may do now: all that their own role and their teams grant. Asked on each request, so it is kept for less
//! than a second, and forgotten at once where it changes.

use crate::app::App;
use crate::domain::role::granted;
use crate::domain::{MembershipId, RoleId, RoleRef, TeamId};
use crate::error::Error;
use crate::service::sessions::still_open;
use crate::store::authority::{self, Held, Standing};
use crate::store::{membership, role, team};
use data::{Tx, Unit};
use kernel::permission::PermissionSet;
use kernel::{Ctx, Permission, TenantId, Visitor};
use std::sync::Arc;

/// Of how many members a change of a role or team is felt at once; of more it is within a second.
const MAX_FORGOTTEN: u64 = 1000;

/// `None` when there is no such member, or they may not act.
pub async fn current(
    app: &App,
    visitor: &Visitor,
    tenant: TenantId,
    membership: MembershipId,
) -> Result<Option<Arc<PermissionSet>>, Error> {
    let load = || async {
        let read = app.databases.read(&visitor.enter(tenant, "users")).await?;
        of_member(app, &read, membership).await
    };
    app.authorities.get_with(Some(tenant), &membership.to_string(), load).await
}

/// The same, as the database has it.
pub async fn of_member(app: &App, tx: &Tx, membership: MembershipId) -> Result<Option<PermissionSet>, Error> {
    let standing = authority::of(tx, membership).await?.filter(|standing| standing.state.may_act());
    Ok(standing.map(|standing| permissions(app, &standing)))
}

pub fn permissions(app: &App, standing: &Standing) -> PermissionSet {
    let of_teams = standing.of_teams.iter().map(|(_, held)| of_held(app, held));
    of_teams.fold(of_held(app, &standing.own), |all, more| all.union(&more))
}

pub fn of_held(app: &App, held: &Held) -> PermissionSet {
    match held.role {
        RoleRef::Builtin(role) => app.permissions.of_role(role),
        RoleRef::Custom(_) => granted(&held.names, &app.permissions),
    }
}

/// What a role that somebody is about to be given grants. It stays as it is until the transaction ends.
pub async fn of_role(app: &App, unit: &Unit, role: RoleRef) -> Result<PermissionSet, Error> {
    match role {
        RoleRef::Builtin(role) => Ok(app.permissions.of_role(role)),
        RoleRef::Custom(id) => {
            let role = role::find_to_keep(unit, id).await?.ok_or_else(Error::no_such_role)?;
            Ok(granted(&role.fields.permissions, &app.permissions))
        }
    }
}

/// Whoever acts in a unit of work, with what they may do, as the database has it there.
pub struct Acting {
    pub membership: MembershipId,
    permissions: PermissionSet,
}

impl Acting {
    pub fn covers(&self, permissions: &PermissionSet) -> bool {
        self.permissions.covers(permissions)
    }

    /// Nobody grants what they lack, nor takes from those who have more.
    pub fn require_covered(&self, permissions: &PermissionSet) -> Result<(), Error> {
        if self.covers(permissions) { Ok(()) } else { Err(Error::GrantTooWide) }
    }
}

/// Whoever gives, takes or makes something that lasts is asked again in the unit that does it, since what the guard believed is
/// up to a second old: they are a member who may act, and stay one until it ends, they have the permission that let them in, and
/// their session is open. Held before roles, teams and other members, and after the tenant where that is held, so that no two
/// units wait for each other.
pub async fn hold(app: &App, ctx: &Ctx, unit: &Unit, permission: &Permission) -> Result<Acting, Error> {
    let user = ctx.actor().user().ok_or(Error::NotAMember)?;
    let own = membership::of_user_to_act(unit, user).await?.ok_or(Error::NotAMember)?.public_id;
    still_open::require(ctx, unit).await?;
    let now = of_member(app, unit, own).await?.ok_or(Error::NotAMember)?;
    // A key, a client or an operator has less than the member.
    let permissions = ctx.permissions().intersection(&now);
    if permissions.has(permission) {
        Ok(Acting { membership: own, permissions })
    } else {
        Err(Error::GrantTooWide)
    }
}

pub fn forget_member(app: &App, unit: &mut Unit, membership: MembershipId) {
    unit.forget(&app.authorities, membership.to_string());
}

/// All whose permissions hang on this role, by themselves or by a team.
pub async fn forget_role(app: &App, unit: &mut Unit, role: RoleId) -> Result<(), Error> {
    let mut touched = membership::ids_of_role(unit, role, MAX_FORGOTTEN).await?;
    touched.extend(team::members_under(unit, None, Some(role), MAX_FORGOTTEN as i64).await?);
    touched.into_iter().for_each(|member| forget_member(app, unit, member));
    Ok(())
}

/// All in this team and those below it.
pub async fn forget_team(app: &App, unit: &mut Unit, team: TeamId) -> Result<(), Error> {
    let touched = team::members_under(unit, Some(team), None, MAX_FORGOTTEN as i64).await?;
    touched.into_iter().for_each(|member| forget_member(app, unit, member));
    Ok(())
}
