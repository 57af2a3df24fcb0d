//! Whom the provider speaks of. By its issuer and what it calls them there, and for the first time by an address that it says
//! is proved, whose domain is this tenant's: of somebody who is a member here, or is invited, or new. Nobody is reached
//! across tenants so, and whoever is elsewhere and not here stays so until they are asked in.

use crate::app::{App, SignUpPolicy};
use crate::domain::oidc::{Claimed, DomainName, Fields, GivenRole, Joining};
use crate::domain::{Email, MembershipId, MembershipState, OidcConnectionId, RoleRef};
use crate::error::Error;
use crate::service::accounts::sign_up_policy;
use crate::service::members::accept_invitation::{join, require_open, settle, still_holds};
use crate::service::members::take_place::take_place;
use crate::service::members::{invitation as invitation_view, member};
use crate::service::roles::authority;
use crate::service::scim::join as directory;
use crate::service::support::revoke_support_grant as support_grant;
use crate::store::invitation::InvitationState;
use crate::store::{
    invitation, membership, oidc_connection, oidc_identity, oidc_sign_in, tenant, user, verified_domain,
};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use serde_json::json;

/// Of a password that nobody knows, so that any is wrong and looks and takes as it does.
const VOID: &str = "void";

pub struct Arrival<'a> {
    pub connection: OidcConnectionId,
    pub fields: &'a Fields,
    pub claimed: &'a Claimed,
    /// `None` where the provider does not say who is what.
    pub role: Option<GivenRole>,
}

/// In the tenant of the `Ctx`; the code that is handed out is of whom it finds.
pub async fn identify(
    app: &App,
    ctx: &Ctx,
    arrival: Arrival<'_>,
    begun: &oidc_sign_in::Model,
    code: ([u8; 32], DateTime<Utc>),
) -> Result<(), Error> {
    let read = app.databases.read(ctx).await?;
    let known = oidc_identity::by_subject(&read, arrival.connection, &arrival.claimed.subject).await?;
    drop(read);
    // Hashed while nothing is open.
    let void = match &known {
        Some(_) => None,
        None => Some(app.passwords.hash(secrets::token(VOID).plain).await?),
    };
    let may_be_new = known.is_none() && sign_up_policy::current(app).await? != SignUpPolicy::Closed;
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two who come for the last place one gets it.
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::OidcConnectionNotFound)?;
    if !own.is_active() {
        return Err(Error::TenantSuspended);
    }
    oidc_connection::by_id_to_keep(&unit, arrival.connection).await?.ok_or(Error::OidcConnectionNotFound)?;
    let known = oidc_identity::by_subject(&unit, arrival.connection, &arrival.claimed.subject).await?;
    let (person, member) = match (known, void) {
        (Some(known), _) => (known.user_id, active(&unit, known.user_id).await?),
        (None, Some(void)) => {
            let newcomer = may_be_new.then_some(void.as_str());
            introduce(app, ctx, &mut unit, &arrival, &own, newcomer).await?
        }
        // It was unlinked a moment ago.
        (None, None) => return Err(Error::SsoStateInvalid),
    };
    if let Some(role) = arrival.role {
        give(app, ctx, &mut unit, person, role).await?;
    }
    if !oidc_sign_in::answer(&unit, ctx, begun.public_id, (person, member), code).await? {
        return Err(Error::SsoStateInvalid);
    }
    Ok(unit.commit(()).await?)
}

async fn active(unit: &Unit, user: UserId) -> Result<MembershipId, Error> {
    let own = membership::of_user_to_act(unit, user).await?;
    own.map(|own| own.public_id).ok_or(Error::SsoNotAMember)
}

/// Somebody whom the provider has not spoken of before. `newcomer`: the void password of somebody new, where they may be.
async fn introduce(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    arrival: &Arrival<'_>,
    own: &tenant::Model,
    newcomer: Option<&str>,
) -> Result<(UserId, MembershipId), Error> {
    let email = arrival.claimed.email.as_ref().ok_or(Error::SsoAddressUnproved)?;
    if !verified_domain::is_own(unit, &DomainName::of(email)).await? {
        return Err(Error::SsoDomainUnverified);
    }
    let person = user::by_email_here(unit, email).await?;
    let person = person.filter(|person| person.email_verified_at.is_some()).map(|person| person.public_id);
    let invited = invited(app, ctx, unit, email).await?;
    let is_member = match person {
        Some(person) => membership::of_user_to_act(unit, person).await?.is_some(),
        None => false,
    };
    let role = match (&invited, person, arrival.fields.joining) {
        _ if is_member => None,
        (Some(invited), ..) => Some(invited.role()?),
        // But for whom the tenant's directory knows and does not let in.
        (None, None, Joining::Anybody) if !directory::keeps_out(unit, &email.key()).await? => {
            let given = arrival.role.unwrap_or(arrival.fields.default_role);
            Some(RoleRef::Builtin(given.builtin()))
        }
        _ => return Err(Error::SsoNotAMember),
    };
    let person = match (person, newcomer) {
        (Some(person), _) => person,
        (None, Some(void)) => settle(unit, ctx, email, &arrival.claimed.display_name, void).await?,
        (None, None) => return Err(Error::SignUpClosed),
    };
    if let Some(role) = role {
        join(app, ctx, unit, person, role, own).await?;
        // Whoever comes back by an invitation may be called otherwise by their provider.
        oidc_identity::delete_of(unit, arrival.connection, person).await?;
        oidc_sign_in::void_codes(unit, ctx, arrival.connection, person).await?;
    }
    let member = active(unit, person).await?;
    if oidc_identity::of_person(unit, arrival.connection, person).await?.is_some() {
        return Err(Error::SsoOtherIdentity);
    }
    match invited.filter(|_| role.is_some()) {
        Some(invited) => {
            accept(unit, &invited, person, member).await?;
            directory::join(app, ctx, unit, &invited, member).await?;
            take_place(app, ctx, unit, &invited, member).await?;
        }
        None if role.is_some() => {
            directory::join_at(app, ctx, unit, &email.key(), None, member).await?;
        }
        None => {}
    }
    let subject = &arrival.claimed.subject;
    let identity = oidc_identity::insert(unit, ctx, arrival.connection, subject, person).await?;
    unit.audit(AuditEntry {
        action: "users.oidc_identity.create",
        resource: "oidc_identity",
        resource_id: identity.public_id.uuid(),
        before: None,
        after: Some(json!({
            "connection": arrival.connection, "user": person, "member": member, "joined_as": role.map(RoleRef::name),
        })),
    })?;
    Ok((person, member))
}

/// Who is asked in with this address, as far as it holds.
async fn invited(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    email: &Email,
) -> Result<Option<invitation::Model>, Error> {
    let Some(open) = invitation::open_for_to_change(unit, email).await? else { return Ok(None) };
    let holds = require_open(&open, ctx.now()).is_ok() && still_holds(app, unit, &open).await?;
    Ok(holds.then_some(open))
}

async fn accept(
    unit: &mut Unit,
    invited: &invitation::Model,
    person: UserId,
    member: MembershipId,
) -> Result<(), Error> {
    if !invitation::accept(unit, invited.public_id, member).await? {
        return Err(Error::InvitationUsed);
    }
    unit.audit(AuditEntry {
        action: "users.invitation.accept",
        resource: "invitation",
        resource_id: invited.public_id.uuid(),
        before: Some(invitation_view::audited(invited)?),
        after: Some(json!({ "state": InvitationState::Accepted.name(), "member": member, "user": person })),
    })?;
    Ok(())
}

/// Where the provider says who is what, it says so at each sign-in. Owners and who has a role of the tenant's own keep it.
async fn give(app: &App, ctx: &Ctx, unit: &mut Unit, person: UserId, role: GivenRole) -> Result<(), Error> {
    let Some(before) = membership::of_user_to_change(unit, person).await? else {
        return Err(Error::SsoNotAMember);
    };
    let given = RoleRef::Builtin(role.builtin());
    let is_kept = matches!(before.role()?, RoleRef::Custom(_) | RoleRef::Builtin(BuiltinRole::Owner));
    if is_kept || before.role()? == given {
        return Ok(());
    }
    let after = membership::change(unit, &before, given, before.manager_id, MembershipState::Active).await?;
    let after = after.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.member.update",
        resource: "member",
        resource_id: after.public_id.uuid(),
        before: Some(member::audited(&before)?),
        after: Some(member::audited(&after)?),
    })?;
    support_grant::end_what_is_not_theirs(app, ctx, unit, after.public_id).await?;
    authority::forget_member(app, unit, after.public_id);
    Ok(())
}
