//! Asks somebody in by mail, to a role that the caller could have given. The address may have an account or not; that
//! is looked at when the invitation is accepted, so that nobody learns it by inviting.

use crate::app::App;
use crate::domain::{Email, InvitationId, MembershipId, RoleRef, TeamId};
use crate::error::Error;
use crate::permissions::MEMBERS_INVITE;
use crate::service::members::accept_invitation::require_room;
use crate::service::members::invitation::{self as view, INVITATION_PREFIX, Invitation};
use crate::service::roles::authority::{self, Acting};
use crate::service::sessions::fresh;
use crate::store::invitation::{self as store, NewInvitation};
use crate::store::{membership, tenant, user};
use data::{AuditEntry, Unit};
use kernel::{Actor, Ctx, Faults, UserId};

pub struct Invite {
    pub id: Option<InvitationId>,
    pub email: String,
    pub role: RoleRef,
}

pub async fn invite(app: &App, ctx: &Ctx, command: Invite) -> Result<Invitation, Error> {
    // A key that could would leave behind who outlives its own end.
    let &Actor::User { id: invited_by } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut faults = Faults::new();
    let email = faults.parse::<Email>("/email", "invalid_email", &command.email);
    let Some(email) = email else { return Err(Error::invalid(faults.into_errors())) };
    let mut unit = app.databases.write(ctx).await?;
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &MEMBERS_INVITE).await?;
    require_may_promise(app, ctx, &unit, &acting, command.role).await?;
    refuse_member(&unit, &email).await?;
    require_room(&unit, &own).await?;
    let asked = Asked {
        id: command.id.unwrap_or_else(|| ctx.new_id()),
        email: &email,
        role: command.role,
        invited_by,
        team: None,
        manager: None,
    };
    let row = ask_in(app, ctx, &mut unit, asked).await?;
    Ok(unit.commit(view::of(&row)?).await?)
}

/// Nobody asks in to a role that they could not have given.
pub(in crate::service) async fn require_may_promise(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    acting: &Acting,
    role: RoleRef,
) -> Result<(), Error> {
    let promised = authority::of_role(app, unit, role).await?;
    acting.require_covered(&promised)?;
    fresh::require_to_grant(app, ctx, &promised)
}

/// Somebody who is no member, and whom the caller may ask in to all of this.
pub(in crate::service) struct Asked<'a> {
    pub id: InvitationId,
    pub email: &'a Email,
    pub role: RoleRef,
    pub invited_by: UserId,
    pub team: Option<TeamId>,
    pub manager: Option<MembershipId>,
}

/// The tenant must be held.
pub(in crate::service) async fn ask_in(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    asked: Asked<'_>,
) -> Result<store::Model, Error> {
    let Asked { id, email, role, invited_by, team, manager } = asked;
    let token = secrets::token(INVITATION_PREFIX);
    if let Some(open) = store::open_for_to_change(unit, email).await? {
        if open.expires_at > ctx.now() {
            return Err(Error::InvitationOpen);
        }
        store::revoke(unit, open.public_id).await?;
    }
    let expires_at = ctx.now() + app.settings.invitation_lifetime();
    let new = NewInvitation { id, email, role, invited_by, hash: token.hash, expires_at, team, manager };
    let row = match store::insert(unit, new).await {
        Err(error) if store::is_open_already(&error) => return Err(Error::InvitationOpen),
        Err(error) if store::is_id_taken(&error) => return Err(Error::InvitationExists),
        outcome => outcome?,
    };
    view::send(app, unit, &row, &token.plain).await?;
    unit.audit(AuditEntry {
        action: "users.invitation.create",
        resource: "invitation",
        resource_id: row.public_id.uuid(),
        before: None,
        after: Some(view::audited(&row)?),
    })?;
    Ok(row)
}

/// A member's address is no secret of the tenant's; of anybody else's nothing is told.
async fn refuse_member(unit: &Unit, email: &Email) -> Result<(), Error> {
    let Some(person) = user::by_email_here(unit, email).await? else { return Ok(()) };
    match membership::of_user(unit, person.public_id).await? {
        Some(member) if member.state()? != crate::domain::MembershipState::Removed => {
            Err(Error::MemberAlready)
        }
        _ => Ok(()),
    }
}
