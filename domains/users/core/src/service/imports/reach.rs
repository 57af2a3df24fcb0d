//! How far roles and teams go, and what whoever imports may do: for rules that know no permissions.

use crate::app::App;
use crate::domain::RoleRef;
use crate::domain::import_member::{May, Reach};
use crate::error::Error;
use crate::permissions::{MEMBERS_READ, MEMBERS_WRITE, TEAMS_WRITE};
use crate::service::roles::authority::{self, Acting};
use crate::service::sessions::fresh;
use data::Unit;
use kernel::permission::PermissionSet;
use kernel::{Actor, Ctx, Permission};

pub(super) fn may(ctx: &Ctx, acting: &Acting) -> May {
    let has = |permission: &Permission| acting.covers(&[permission.name].into_iter().collect());
    // A key that could would leave behind who outlives its own end; an operator who acts through a member, too.
    let is_person = matches!(ctx.actor(), Actor::User { .. }) && ctx.principal().impersonator.is_none();
    let change_members = has(&MEMBERS_WRITE);
    let see_members = change_members || has(&MEMBERS_READ);
    May { invite: is_person, see_members, change_members, change_teams: has(&TEAMS_WRITE) }
}

pub(super) fn reach(app: &App, acting: &Acting, granted: &PermissionSet) -> Reach {
    Reach { covered: acting.covers(granted), of_members: fresh::is_of_members(app, granted) }
}

/// Of roles, each looked at once. They stay as they are until the transaction ends.
pub(super) struct Reaches<'a> {
    app: &'a App,
    acting: &'a Acting,
    known: Vec<(RoleRef, Reach)>,
}

impl<'a> Reaches<'a> {
    pub(super) fn new(app: &'a App, acting: &'a Acting) -> Self {
        Self { app, acting, known: Vec::new() }
    }

    pub(super) async fn of(&mut self, unit: &Unit, role: RoleRef) -> Result<Reach, Error> {
        if let Some((_, reach)) = self.known.iter().find(|(known, _)| *known == role) {
            return Ok(*reach);
        }
        let granted = authority::of_role(self.app, unit, role).await?;
        let reach = reach(self.app, self.acting, &granted);
        self.known.push((role, reach));
        Ok(reach)
    }
}
