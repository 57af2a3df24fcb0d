//! Gives a member another role or manager. Nobody gives what they lack or takes it from who has more, and a tenant keeps
//! an owner.

use crate::app::App;
use crate::domain::membership::counts_as_owner;
use crate::domain::reporting_line::MAX_MANAGERS;
use crate::domain::{MembershipId, MembershipState, RoleRef};
use crate::error::Error;
use crate::permissions::MEMBERS_WRITE;
use crate::service::members::member::{self, Member};
use crate::service::roles::authority::{self, Acting};
use crate::service::sessions::fresh;
use crate::service::sso::enforcement;
use crate::service::support::revoke_support_grant as support_grant;
use crate::store::{membership, tenant};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Faults};

pub struct ChangeMember {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub role: Option<RoleRef>,
    pub manager: Option<Option<MembershipId>>,
}

pub async fn change_member(
    app: &App,
    ctx: &Ctx,
    id: MembershipId,
    command: ChangeMember,
) -> Result<Member, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two owners who step down at once one is the last.
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &MEMBERS_WRITE).await?;
    let before = membership::by_id_to_change(&unit, id).await?.ok_or(Error::MemberNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let role = command.role.unwrap_or(before.role()?);
    let manager = command.manager.unwrap_or(before.manager_id);
    if role == before.role()? && manager == before.manager_id {
        let member = member::with_person(&unit, &before).await?;
        return Ok(unit.commit(member).await?);
    }
    let after = change_within(app, ctx, &mut unit, &acting, &before, role, manager).await?;
    let member = member::with_person(&unit, &after).await?;
    Ok(unit.commit(member).await?)
}

/// The same in a unit that does more, by whoever may change members. The tenant must be held.
pub(in crate::service) async fn change_within(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    acting: &Acting,
    before: &membership::Model,
    role: RoleRef,
    manager: Option<MembershipId>,
) -> Result<membership::Model, Error> {
    let (id, state) = (before.public_id, before.state()?);
    if state == MembershipState::Removed {
        return Err(Error::MemberState { state: state.name() });
    }
    if role != before.role()? {
        let taken = authority::of_role(app, unit, before.role()?).await?;
        acting.require_covered(&taken)?;
        fresh::require_to_take(app, ctx, &taken)?;
        let given = authority::of_role(app, unit, role).await?;
        acting.require_covered(&given)?;
        fresh::require_to_grant(app, ctx, &given)?;
        keep_an_owner(unit, before, counts_as_owner(role, state)).await?;
    }
    if manager != before.manager_id {
        check_manager(unit, id, manager).await?;
    }
    let after = membership::change(unit, before, role, manager, state).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.member.update",
        resource: "member",
        resource_id: id.uuid(),
        before: Some(member::audited(before)?),
        after: Some(member::audited(&after)?),
    })?;
    if role != before.role()? {
        support_grant::end_what_is_not_theirs(app, ctx, unit, id).await?;
    }
    authority::forget_member(app, unit, id);
    Ok(after)
}

/// The tenant must be held.
pub async fn keep_an_owner(unit: &Unit, before: &membership::Model, stays: bool) -> Result<(), Error> {
    let was = counts_as_owner(before.role()?, before.state()?);
    if was && !stays && membership::active_owners(unit).await? <= 1 {
        return Err(Error::LastOwner);
    }
    if was && !stays { enforcement::keep_way_back(unit, before.user_id).await } else { Ok(()) }
}

/// A manager is a member who is not gone, and nobody is their own, by however many others.
pub async fn check_manager(
    unit: &Unit,
    member: MembershipId,
    manager: Option<MembershipId>,
) -> Result<(), Error> {
    let mut faults = Faults::new();
    let mut next = manager;
    for level in 0..=MAX_MANAGERS {
        let Some(above) = next else { return Ok(()) };
        if above == member {
            faults.add("/manager_id", "circle", "would make the member their own manager");
            return Err(Error::invalid(faults.into_errors()));
        }
        let found = membership::by_id(unit, above).await?;
        let Some(found) = found.filter(|found| found.state != MembershipState::Removed.name()) else {
            // Who stands above may have gone since; whoever is named now must be here.
            if level > 0 {
                return Ok(());
            }
            faults.add("/manager_id", "unknown_member", "names no member of this tenant");
            return Err(Error::invalid(faults.into_errors()));
        };
        next = found.manager_id;
    }
    faults.add("/manager_id", "too_deep", format!("managers are nested at most {MAX_MANAGERS} deep"));
    Err(Error::invalid(faults.into_errors()))
}
