//! Active members, and after them who has an open invitation, as rows that would leave them unchanged: as far as whoever
//! asks may see them. Of several teams a row names the first that the member came into.

use crate::domain::{InvitationId, MembershipId, MembershipState, RoleId, RoleRef};
use crate::error::Error;
use crate::permissions::{MEMBERS_READ, ROLES_READ, TEAMS_READ};
use crate::store::{invitation, membership, role, team, team_member, user};
use data::Tx;
use kernel::{Ctx, Id};
use module::ExportedRows;
use std::collections::{BTreeMap, HashMap};

const MEMBERS: &str = "member:";
const INVITATIONS: &str = "invitation:";

/// After which one an earlier page ended.
enum After {
    Member(Option<MembershipId>),
    Invitation(Option<InvitationId>),
}

/// What a row is made of.
struct Person {
    email: String,
    role: RoleRef,
    team: Option<String>,
    manager: Option<MembershipId>,
}

pub(super) async fn export_members(
    tx: &Tx,
    ctx: &Ctx,
    after: Option<&str>,
    most: usize,
) -> Result<ExportedRows, Error> {
    let may_see_members = ctx.may(&MEMBERS_READ).is_ok();
    let after = match after {
        None if may_see_members => After::Member(None),
        None => After::Invitation(None),
        Some(after) => read(after)?,
    };
    let (mut people, after) = match after {
        After::Member(_) if !may_see_members => (Vec::new(), None),
        After::Member(last) => {
            let (people, last) = members(tx, ctx, last, most).await?;
            if let Some(last) = last {
                let rows = rows(tx, ctx, people).await?;
                return Ok(ExportedRows { rows, next: Some(format!("{MEMBERS}{last}")) });
            }
            (people, None)
        }
        After::Invitation(last) => (Vec::new(), last),
    };
    let (invited, last) = invited(tx, ctx, after, most.saturating_sub(people.len())).await?;
    people.extend(invited);
    let rows = rows(tx, ctx, people).await?;
    Ok(ExportedRows { rows, next: last.map(|last| format!("{INVITATIONS}{last}")) })
}

fn read(after: &str) -> Result<After, data::Error> {
    let unknown = || data::Error::internal("an export does not go on there");
    if let Some(id) = after.strip_prefix(MEMBERS) {
        return Ok(After::Member(Some(id.parse().map_err(|_| unknown())?)));
    }
    let id = after.strip_prefix(INVITATIONS).ok_or_else(unknown)?;
    Ok(After::Invitation(Some(id.parse().map_err(|_| unknown())?)))
}

/// With the last of them, where others may follow.
async fn members(
    tx: &Tx,
    ctx: &Ctx,
    after: Option<MembershipId>,
    most: usize,
) -> Result<(Vec<Person>, Option<MembershipId>), Error> {
    let found = membership::active_after(tx, after, most).await?;
    let Some(last) = found.last().map(|row| row.public_id) else { return Ok((Vec::new(), None)) };
    let mut teams = match ctx.may(&TEAMS_READ) {
        Ok(()) => team_member::first_of(tx, after, last).await?,
        Err(_) => BTreeMap::new(),
    };
    let people = user::by_ids(tx, found.iter().map(|row| row.user_id).collect()).await?;
    let mut all = Vec::new();
    for row in &found {
        let Some(person) = people.get(&row.user_id) else { continue };
        all.push(Person {
            email: person.email.clone(),
            role: row.role()?,
            team: teams.remove(&row.public_id),
            manager: row.manager_id,
        });
    }
    Ok((all, (found.len() == most).then_some(last)))
}

/// The same of invitations.
async fn invited(
    tx: &Tx,
    ctx: &Ctx,
    after: Option<InvitationId>,
    most: usize,
) -> Result<(Vec<Person>, Option<InvitationId>), Error> {
    let found = invitation::open_after(tx, after, ctx.now(), most).await?;
    let teams = match ctx.may(&TEAMS_READ) {
        Ok(()) => team::by_ids(tx, distinct(found.iter().filter_map(|row| row.team_id))).await?,
        Err(_) => Vec::new(),
    };
    let teams: HashMap<_, _> = teams.into_iter().map(|team| (team.id, team.fields.name)).collect();
    let mut all = Vec::new();
    for row in &found {
        all.push(Person {
            email: row.email.clone(),
            role: row.role()?,
            team: row.team_id.and_then(|team| teams.get(&team).cloned()),
            manager: row.manager_id,
        });
    }
    let last = found.last().filter(|_| found.len() == most).map(|row| row.public_id);
    Ok((all, last))
}

async fn rows(tx: &Tx, ctx: &Ctx, people: Vec<Person>) -> Result<Vec<BTreeMap<String, String>>, Error> {
    let roles = names_of_roles(tx, ctx, &people).await?;
    let managers = managers(tx, ctx, &people).await?;
    let row = |person: Person| {
        let role = match person.role {
            RoleRef::Builtin(role) => role.name().to_owned(),
            RoleRef::Custom(id) => roles.get(&id)?.clone(),
        };
        let manager = person.manager.and_then(|manager| managers.get(&manager).cloned());
        let cells = [
            ("email", Some(person.email)),
            ("role", Some(role)),
            ("team", person.team),
            ("manager", manager),
        ];
        Some(cells.into_iter().filter_map(|(name, cell)| Some((name.to_owned(), cell?))).collect())
    };
    Ok(people.into_iter().filter_map(row).collect())
}

/// Whoever may not see them sees nobody who has one.
async fn names_of_roles(tx: &Tx, ctx: &Ctx, people: &[Person]) -> Result<HashMap<RoleId, String>, Error> {
    if ctx.may(&ROLES_READ).is_err() {
        return Ok(HashMap::new());
    }
    let ids = distinct(people.iter().filter_map(|person| person.role.id()));
    let roles = role::by_ids(tx, ids).await?;
    Ok(roles.into_iter().map(|role| (role.id, role.fields.name)).collect())
}

/// Their addresses. One who is gone is none.
async fn managers(tx: &Tx, ctx: &Ctx, people: &[Person]) -> Result<HashMap<MembershipId, String>, Error> {
    if ctx.may(&MEMBERS_READ).is_err() {
        return Ok(HashMap::new());
    }
    let ids = distinct(people.iter().filter_map(|person| person.manager));
    let rows = membership::by_ids(tx, ids).await?;
    let here = rows.iter().filter(|row| row.state != MembershipState::Removed.name());
    let here: Vec<_> = here.map(|row| (row.public_id, row.user_id)).collect();
    let users = user::by_ids(tx, here.iter().map(|(_, user)| *user).collect()).await?;
    let found = here.into_iter().filter_map(|(id, user)| Some((id, users.get(&user)?.email.clone())));
    Ok(found.collect())
}

fn distinct<K>(ids: impl Iterator<Item = Id<K>>) -> Vec<Id<K>> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}
