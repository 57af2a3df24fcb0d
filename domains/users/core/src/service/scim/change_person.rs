//! The directory says something else of a person. A member's account is theirs: of it nothing changes but whether it is let in
//! here, and whom it reports to. Of who is waited for it changes where they are asked in, and whether.

use crate::app::App;
use crate::domain::membership::Move;
use crate::domain::scim::entry::UserEntry;
use crate::domain::scim::patch::{Operation, apply};
use crate::domain::scim::schema::USERS;
use crate::domain::scim::{Document, Refusal};
use crate::domain::{MembershipState, ScimUserId};
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::members::change_member::check_manager;
use crate::service::members::move_member::{end_credentials, move_within};
use crate::service::roles::authority;
use crate::service::scim::person::{self, Person, audited, manager_of, or_taken, require_free, said};
use crate::service::scim::version::{self, Seen, Told};
use crate::service::scim::{ask_in, base};
use crate::store::{membership, scim_user, tenant};
use data::{AuditEntry, Unit};
use kernel::Ctx;

pub enum Change {
    /// Another in its place.
    Whole(Document),
    Part(Vec<Operation>),
}

pub async fn change_person(
    app: &App,
    ctx: &Ctx,
    id: ScimUserId,
    seen: Seen,
    change: Change,
) -> Result<Told, Error> {
    let base = base(app);
    let mut unit = app.databases.write(ctx).await?;
    let own = tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    authority::hold(app, ctx, &unit, &DIRECTORY_PROVISION).await?;
    let person = person::find(&unit, id).await?;
    let document = person.document(&base)?;
    seen.require(&document)?;
    let before = UserEntry::of(document.clone())?;
    let mut entry = UserEntry::of(changed(document, change)?)?;
    let manager = match manager_of(&unit, &entry).await? {
        // Nobody takes the place of who is there.
        None if entry.manager.is_some() => manager_of(&unit, &before).await?,
        named => named,
    };
    entry.manager = manager.as_ref().map(|manager| manager.id.to_string());
    if entry == before {
        let told = version::told(person.document(&base)?)?;
        return Ok(unit.commit(told).await?);
    }
    require_free(&unit, Some(&person), &entry).await?;
    let row = write(&unit, &person, &entry, manager.as_ref()).await?;
    match &person.member {
        Some(member) => {
            let member = &member.row;
            let member = report_to(&unit, member, &before, &entry, manager.as_ref()).await?;
            let is_active = member.state()? == MembershipState::Active;
            if let Some(active) = entry.active.filter(|active| *active != is_active) {
                let step = if active { Move::Resume } else { Move::Suspend };
                move_within(app, ctx, &mut unit, &DIRECTORY_PROVISION, &member, step).await?;
                if !active {
                    // Whom a directory lets go is gone: who comes back signs in anew.
                    end_credentials(app, ctx, &mut unit, member.public_id).await?;
                }
            }
        }
        None => {
            let former = person.row.as_ref().and_then(|row| row.email_key.as_deref());
            ask_in::settle(app, ctx, &mut unit, &own, former, &row, entry.active == Some(true)).await?;
        }
    }
    unit.audit(AuditEntry {
        action: "users.scim_user.update",
        resource: "scim_user",
        resource_id: id.uuid(),
        before: person.row.as_ref().map(audited),
        after: Some(audited(&row)),
    })?;
    let told = version::told(person::find(&unit, id).await?.document(&base)?)?;
    Ok(unit.commit(told).await?)
}

fn changed(document: Document, change: Change) -> Result<Document, Refusal> {
    match change {
        Change::Part(operations) => apply(&USERS, document, operations),
        Change::Whole(mut whole) => {
            // Nobody is let in or kept out by what is not said.
            if let Some(active) = document.get("active") {
                whole.entry("active").or_insert_with(|| active.clone());
            }
            Ok(whole)
        }
    }
}

async fn write(
    unit: &Unit,
    person: &Person,
    entry: &UserEntry,
    manager: Option<&Person>,
) -> Result<scim_user::Model, Error> {
    // Of two members the membership says who reports to whom.
    let of_members = person.member.is_some() && manager.is_some_and(|manager| manager.member.is_some());
    let mut said = said(entry, manager.map(|manager| manager.id).filter(|_| !of_members))?;
    if person.member.is_some() {
        // Nobody is waited for there.
        said.email_key = None;
    }
    let written = match (&person.row, person.member_id()) {
        (Some(row), _) => scim_user::change(unit, row, said).await,
        (None, Some(member)) => scim_user::adopt(unit, person.id, member, said).await,
        (None, None) => return Err(Refusal::NotFound.into()),
    };
    written.map_err(or_taken)?.ok_or_else(Error::stale)
}

async fn report_to(
    unit: &Unit,
    member: &membership::Model,
    before: &UserEntry,
    entry: &UserEntry,
    manager: Option<&Person>,
) -> Result<membership::Model, Error> {
    let manager = manager.and_then(Person::member_id);
    if entry.manager == before.manager || manager == member.manager_id {
        return Ok(member.clone());
    }
    if let Err(error) = check_manager(unit, member.public_id, manager).await {
        // A circle keeps nobody from being switched off.
        return if entry.active == Some(false) { Ok(member.clone()) } else { Err(error) };
    }
    let after = membership::change(unit, member, member.role()?, manager, member.state()?).await?;
    after.ok_or_else(Error::stale)
}
