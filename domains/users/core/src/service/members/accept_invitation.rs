//! Somebody follows an invitation. Who has an account gives its password; who has none chooses one, and has proved the
//! address by the link. A person comes of it, or none, once: of many at a time one is let in.

use crate::app::{App, SignUpPolicy};
use crate::domain::link::{LinkVerdict, judge};
use crate::domain::tenant::has_room;
use crate::domain::{Email, MembershipId, MembershipState, Password, RoleRef};
use crate::error::Error;
use crate::service::accounts::{breaches, sign_up_policy};
use crate::service::members::invitation as view;
use crate::service::members::take_place::take_place;
use crate::service::roles::authority;
use crate::service::scim::join as directory;
use crate::store::invitation::InvitationState;
use crate::store::user::NewUser;
use crate::store::{invitation, membership, tenant, user};
use chrono::{DateTime, Utc};
use data::{AuditEntry, Unit};
use kernel::{Ctx, Faults, TenantId, UserId, Visitor};
use secrets::hash_token;
use serde_json::json;

const MAX_NAME: usize = 100;

pub struct AcceptInvitation {
    pub token: String,
    pub password: String,
    /// Of somebody new.
    pub display_name: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    pub tenant: TenantId,
    pub member: MembershipId,
}

/// A password is hashed whatever the token is.
pub async fn accept_invitation(
    app: &App,
    visitor: &Visitor,
    command: AcceptInvitation,
) -> Result<Accepted, Error> {
    let Some(Found { invited, known }) = find(app, &command.token).await? else {
        app.passwords.verify_absent().await?;
        return Err(Error::InvitationInvalid);
    };
    require_open(&invited, visitor.now())?;
    let guest = match known {
        Some(person) => {
            let matches = app.passwords.verify(command.password, &person.password_hash).await?.matches;
            Guest::Known { user: person.public_id, matches }
        }
        None => newcomer(app, &address(&invited)?, command.password, command.display_name).await?,
    };
    let ctx = visitor.enter(invited.tenant_id, "users");
    match admit(app, &ctx, &invited, &guest).await {
        // Somebody made an account of this address meanwhile: whether the password is theirs is to be seen again.
        Err(Error::Data(error)) if user::is_taken(&error) => Err(Error::InvitationInvalid),
        outcome => outcome,
    }
}

pub(super) struct Found {
    pub invited: invitation::Model,
    /// Who has proved to have its address.
    pub known: Option<user::Model>,
}

pub(super) async fn find(app: &App, token: &str) -> Result<Option<Found>, Error> {
    let system = app.databases.system_read("invitation: who holds the token of a link").await?;
    let Some(invited) = invitation::by_hash(&system, hash_token(token)).await? else { return Ok(None) };
    let known = user::by_email(&system, &address(&invited)?).await?;
    Ok(Some(Found { invited, known: known.filter(|person| person.email_verified_at.is_some()) }))
}

pub(in crate::service) fn require_open(invited: &invitation::Model, now: DateTime<Utc>) -> Result<(), Error> {
    match (invited.state()?, judge(None, invited.tries, invited.expires_at, now)) {
        (InvitationState::Open, LinkVerdict::Good) => Ok(()),
        (InvitationState::Accepted, _) => Err(Error::InvitationUsed),
        (InvitationState::Open, LinkVerdict::Expired) => Err(Error::InvitationExpired),
        _ => Err(Error::InvitationInvalid),
    }
}

/// `matches`: whether somebody known has proved who they are.
pub(super) enum Guest {
    Known { user: UserId, matches: bool },
    New { display_name: String, password_hash: String },
}

async fn newcomer(
    app: &App,
    email: &Email,
    password: String,
    display_name: Option<String>,
) -> Result<Guest, Error> {
    if sign_up_policy::current(app).await? == SignUpPolicy::Closed {
        return Err(Error::SignUpClosed);
    }
    let mut faults = Faults::new();
    let display_name = faults.text("/display_name", display_name.as_deref().unwrap_or_default(), MAX_NAME);
    let password = Password::choose(&mut faults, "/password", &password, Some(email));
    let Some(password) = password.filter(|_| faults.is_empty()) else {
        return Err(Error::invalid(faults.into_errors()));
    };
    breaches::refuse(app, "/password", &password).await?;
    Ok(Guest::New { display_name, password_hash: app.passwords.hash(password.into_inner()).await? })
}

/// What came of a password is told only to who could have the try counted.
pub(super) async fn admit(
    app: &App,
    ctx: &Ctx,
    invited: &invitation::Model,
    guest: &Guest,
) -> Result<Accepted, Error> {
    let mut unit = app.databases.write(ctx).await?;
    // Held, so that of two who come for the last place one gets it.
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::InvitationInvalid)?;
    if !own.is_active() {
        return Err(Error::TenantSuspended);
    }
    if !invitation::count_try(&unit, invited.public_id).await? {
        let now = invitation::by_id(&unit, invited.public_id).await?;
        let accepted = matches!(now.map(|row| row.state()).transpose()?, Some(InvitationState::Accepted));
        return Err(if accepted { Error::InvitationUsed } else { Error::InvitationInvalid });
    }
    if !still_holds(app, &unit, invited).await? {
        return Err(Error::InvitationInvalid);
    }
    let person = match guest {
        Guest::Known { matches: false, .. } => return refuse(unit, invited).await,
        Guest::Known { user, .. } => *user,
        Guest::New { display_name, password_hash } => {
            settle(&unit, ctx, &address(invited)?, display_name, password_hash).await?
        }
    };
    let member = join(app, ctx, &mut unit, person, invited.role()?, &own).await?;
    if !invitation::accept(&unit, invited.public_id, member).await? {
        return Err(Error::InvitationUsed);
    }
    directory::join(app, ctx, &mut unit, invited, member).await?;
    take_place(app, ctx, &mut unit, invited, member).await?;
    unit.audit(AuditEntry {
        action: "users.invitation.accept",
        resource: "invitation",
        resource_id: invited.public_id.uuid(),
        before: Some(view::audited(invited)?),
        after: Some(json!({ "state": InvitationState::Accepted.name(), "member": member, "user": person })),
    })?;
    Ok(unit.commit(Accepted { tenant: ctx.tenant(), member }).await?)
}

/// Nobody is let in further than whoever asked them in could now.
pub(in crate::service) async fn still_holds(
    app: &App,
    unit: &Unit,
    invited: &invitation::Model,
) -> Result<bool, Error> {
    let promised = authority::of_role(app, unit, invited.role()?).await?;
    let Some(inviter) = membership::of_user(unit, invited.invited_by).await? else { return Ok(false) };
    let theirs = authority::of_member(app, unit, inviter.public_id).await?;
    Ok(theirs.is_some_and(|theirs| theirs.covers(&promised)))
}

async fn refuse(mut unit: Unit, invited: &invitation::Model) -> Result<Accepted, Error> {
    unit.audit(AuditEntry {
        action: "users.invitation.refuse",
        resource: "invitation",
        resource_id: invited.public_id.uuid(),
        before: Some(view::audited(invited)?),
        after: Some(json!({ "reason": "wrong_password" })),
    })?;
    unit.commit(()).await?;
    Err(Error::InvitationInvalid)
}

/// A person, or the one who signed up with this address and never proved it: what the link's holder says of them counts.
pub(in crate::service) async fn settle(
    unit: &Unit,
    ctx: &Ctx,
    email: &Email,
    display_name: &str,
    password_hash: &str,
) -> Result<UserId, Error> {
    if let Some(unproved) = user::by_email_here(unit, email).await? {
        if !user::verify(unit, ctx, unproved.public_id, display_name, password_hash).await? {
            return Err(Error::InvitationInvalid);
        }
        return Ok(unproved.public_id);
    }
    let id: UserId = ctx.new_id();
    user::insert(unit, ctx, NewUser { id, email, display_name, password_hash }).await?;
    user::verify(unit, ctx, id, display_name, password_hash).await?;
    Ok(id)
}

/// A member, or one who was taken out and comes back as what they are invited to be.
pub(in crate::service) async fn join(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    user: UserId,
    role: RoleRef,
    own: &tenant::Model,
) -> Result<MembershipId, Error> {
    let former = membership::of_user_to_change(unit, user).await?;
    if let Some(former) = &former
        && former.state()? != MembershipState::Removed
    {
        return Err(Error::MemberAlready);
    }
    require_room(unit, own).await?;
    let Some(former) = former else {
        return Ok(membership::insert_active(unit, ctx, user, role).await?.public_id);
    };
    let back = membership::change(unit, &former, role, None, MembershipState::Active).await?;
    let back = back.ok_or_else(Error::stale)?.public_id;
    authority::forget_member(app, unit, back);
    Ok(back)
}

/// The tenant must be held.
pub(in crate::service) async fn require_room(unit: &Unit, own: &tenant::Model) -> Result<(), Error> {
    if own.max_members.is_some() && !has_room(membership::present(unit).await?, own.max_members) {
        return Err(Error::TooManyMembers);
    }
    Ok(())
}

fn address(invited: &invitation::Model) -> Result<Email, Error> {
    let stored = invited.email.parse();
    Ok(stored.map_err(|_| data::Error::internal("an invitation to what is no address"))?)
}
