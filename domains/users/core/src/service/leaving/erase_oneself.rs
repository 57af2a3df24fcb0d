//! A person erases their account. They leave each of their tenants, with sessions and keys ended, are nobody from then on, and
//! their address is free; what is personal of them everywhere is erased by a job. That is written first, in the tenant that is
//! none, as for a tenant: what is cut off between leaves a job with nothing to do, and never somebody half erased.

use crate::app::App;
use crate::domain::leaving::Because;
use crate::domain::{Email, UserErasureId};
use crate::error::Error;
use crate::jobs::ErasePerson;
use crate::service::leaving::erase_person::{self, Person};
use crate::service::members::change_member::keep_an_owner;
use crate::service::members::move_member::leave_within;
use crate::service::sessions::{fresh, still_open};
use crate::service::sso::{enforcement, federated};
use crate::store::{membership, tenant, user};
use data::{ActAs, JobOptions, Unit};
use kernel::id::PLATFORM;
use kernel::{Actor, Ctx, Faults, UserId};

/// Of the tenants that would have no owner, at most so many are told.
const MOST_TOLD: i64 = 10;
const PLACES: i64 = 100;

pub struct EraseOneself {
    /// Their own, so that nobody is erased by a slip.
    pub email: String,
}

/// What was done, for the stored answer.
pub struct Erasing;

pub async fn erase_oneself(app: &App, ctx: &Ctx, command: EraseOneself) -> Result<Erasing, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    fresh::require(app, ctx)?;
    // By a unit, since what is left elsewhere is left for good: a session that has ended a moment ago leaves nothing.
    let unit = app.databases.write(ctx).await?;
    still_open::require(ctx, &unit).await?;
    let person = user::by_id(&unit, id).await?.ok_or(Error::SessionEnded)?;
    drop(unit);
    confirm(&person, &command)?;
    refuse_last_owner(app, id).await?;
    let erasure: UserErasureId = ctx.new_id();
    plan(app, ctx, erasure).await?;
    leave_elsewhere(app, ctx, id).await?;
    let mut unit = app.databases.write(ctx).await?;
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let person = user::by_id_to_change(&unit, id).await?.ok_or(Error::SessionEnded)?;
    still_open::require(ctx, &unit).await?;
    // Another address may have come about meanwhile.
    confirm(&person, &command)?;
    leave(app, ctx, &mut unit, id, &own).await?;
    erase_person::begin(app, ctx, &unit, erasure, &Person::of(&person), Because::Asked).await?;
    erase_person::audit_begin(&mut unit, id, Because::Asked)?;
    Ok(unit.commit(Erasing).await?)
}

fn confirm(person: &user::Model, command: &EraseOneself) -> Result<(), Error> {
    let told = command.email.parse::<Email>().map(|email| email.key());
    let mut faults = Faults::new();
    let is_own = told.is_ok_and(|key| key == person.email_key);
    faults.require(is_own, "/email", "another_address", "must be the address of your account");
    faults.finish(()).map_err(Error::invalid)
}

/// All are named at once, before anything is done.
async fn refuse_last_owner(app: &App, person: UserId) -> Result<(), Error> {
    let system = app.databases.system_read("leaving: which tenants would have no owner").await?;
    let last = membership::last_owner_of(&system, person, MOST_TOLD).await?;
    drop(system);
    if last.is_empty() {
        return enforcement::only_way_back(app, person).await?.map_or(Ok(()), Err);
    }
    let named = |one: &membership::Joined| format!("{} ({})", one.tenant_name, one.tenant_id);
    Err(Error::LastOwnerOf { tenants: last.iter().map(named).collect::<Vec<_>>().join(", ") })
}

async fn plan(app: &App, ctx: &Ctx, erasure: UserErasureId) -> Result<(), Error> {
    let nowhere = ctx.visitor().enter(PLATFORM, "users");
    let mut unit = app.databases.write(&nowhere).await?;
    let job = ErasePerson { erasure, asked_at: ctx.now() };
    unit.enqueue(&job, JobOptions { act_as: ActAs::System, ..JobOptions::default() })?;
    Ok(unit.commit(()).await?)
}

/// Each in a unit of its own, since each is another tenant's; who is cut off does the rest when they come again.
async fn leave_elsewhere(app: &App, ctx: &Ctx, person: UserId) -> Result<(), Error> {
    let mut after = PLATFORM;
    loop {
        let system = app.databases.system_read("leaving: which tenants a person leaves").await?;
        let places = membership::living_of(&system, person, after, PLACES).await?;
        drop(system);
        let Some(last) = places.last() else { return Ok(()) };
        after = last.tenant_id;
        for place in places.iter().filter(|place| place.tenant_id != ctx.tenant()) {
            let there = ctx.visitor().enter(place.tenant_id, "users");
            let mut unit = app.databases.write(&there).await?;
            let Some(own) = tenant::own_to_change(&unit).await? else { continue };
            leave(app, &there, &mut unit, person, &own).await?;
            unit.commit(()).await?;
        }
    }
}

/// A tenant that is closed is on its way out itself, and may be left by its last owner.
async fn leave(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    person: UserId,
    own: &tenant::Model,
) -> Result<(), Error> {
    let Some(member) = membership::of_user_to_change(unit, person).await? else { return Ok(()) };
    if own.closed_at.is_none() {
        keep_an_owner(unit, &member, false).await?;
    }
    leave_within(app, ctx, unit, &member).await
}
