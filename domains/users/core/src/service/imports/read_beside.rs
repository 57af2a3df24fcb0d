//! What the rows of a batch name: their people, and roles, teams and managers, and how far those go.

use super::reach::{Reaches, may, reach};
use super::read_people::read_people;
use crate::app::App;
use crate::domain::import_member::{
    self, Beside, NamedManager, NamedRole, NamedTeam, PersonThere, Reach, address, cell,
};
use crate::domain::reporting_line::{Chart, MAX_MANAGERS};
use crate::domain::tenant::has_room;
use crate::domain::{MembershipId, MembershipState, RoleRef, TeamId};
use crate::error::Error;
use crate::permissions::MEMBERS_INVITE;
use crate::service::members::invitation_bounds;
use crate::service::roles::authority::{self, Acting};
use crate::service::teams::create_team::granted_in;
use crate::store::{membership, role, team, team_member, tenant, user};
use data::Unit;
use kernel::Ctx;
use module::ImportRow;
use std::collections::{BTreeSet, HashMap, HashSet};

/// One for each row. The tenant and whoever imports are held, and so is who is there.
pub(super) async fn read_beside(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    rows: &[ImportRow],
) -> Result<Vec<Beside>, Error> {
    let addresses = rows.iter().filter_map(|row| address(&row.values, "email")).collect();
    let people = read_people(app, ctx, unit, &addresses).await?;
    let own = tenant::own_to_change(unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, unit, &MEMBERS_INVITE).await?;
    let may = may(ctx, &acting);
    let has_room = own.max_members.is_none() || has_room(membership::present(unit).await?, own.max_members);
    let invitations_left = invitation_bounds::left(app, ctx, unit, &own).await?;
    let roles = roles(app, &acting, unit, rows).await?;
    let teams = teams(app, &acting, unit, rows).await?;
    let insiders = insiders(unit, &teams, &people, rows).await?;
    let managers = managers(unit, rows).await?;
    let chart = chart(unit, managers.values().copied().collect()).await?;
    let beside = rows.iter().map(|row| {
        let there = address(&row.values, "email").and_then(|address| people.get(&address));
        let member = member_of(there);
        let team =
            cell(&row.values, "team").and_then(|name| teams.get(name)).map(|(team, reach)| NamedTeam {
                team: *team,
                reach: *reach,
                is_in: member.is_some_and(|member| insiders.contains(&(*team, member))),
            });
        let manager = address(&row.values, "manager").and_then(|address| managers.get(&address).copied());
        let manager = manager.map(|member| NamedManager { member, line: chart.line(member) });
        let role = cell(&row.values, "role").and_then(|name| roles.get(name).copied());
        Beside { there: there.cloned(), may, has_room, invitations_left, role, team, manager }
    });
    Ok(beside.collect())
}

fn member_of(there: Option<&PersonThere>) -> Option<MembershipId> {
    match there {
        Some(PersonThere::Member(member)) => Some(member.id),
        _ => None,
    }
}

fn named<'a>(rows: &'a [ImportRow], field: &str) -> BTreeSet<&'a str> {
    rows.iter().filter_map(|row| cell(&row.values, field)).collect()
}

/// By what rows call them.
async fn roles(
    app: &App,
    acting: &Acting,
    unit: &Unit,
    rows: &[ImportRow],
) -> Result<HashMap<String, NamedRole>, Error> {
    let names = named(rows, "role");
    let mut known: Vec<(String, RoleRef)> = Vec::new();
    for name in &names {
        known.extend(import_member::builtin(name).map(|role| ((*name).to_owned(), RoleRef::Builtin(role))));
    }
    let own = names.iter().filter(|name| import_member::builtin(name).is_none());
    let own = role::by_names_to_keep(unit, own.map(|name| (*name).to_owned()).collect()).await?;
    known.extend(own.into_iter().map(|role| (role.fields.name, RoleRef::Custom(role.id))));
    let mut reaches = Reaches::new(app, acting);
    let mut found = HashMap::new();
    for (name, role) in known {
        found.insert(name, NamedRole { role, reach: reaches.of(unit, role).await? });
    }
    Ok(found)
}

/// By their names.
async fn teams(
    app: &App,
    acting: &Acting,
    unit: &Unit,
    rows: &[ImportRow],
) -> Result<HashMap<String, (TeamId, Reach)>, Error> {
    let names = named(rows, "team").into_iter().map(str::to_owned).collect();
    let mut found = HashMap::new();
    for team in team::by_names_to_keep(unit, names).await? {
        let granted = granted_in(app, unit, team.id).await?;
        found.insert(team.fields.name, (team.id, reach(app, acting, &granted)));
    }
    Ok(found)
}

/// Which members are in the team that their row names.
async fn insiders(
    unit: &Unit,
    teams: &HashMap<String, (TeamId, Reach)>,
    people: &HashMap<String, PersonThere>,
    rows: &[ImportRow],
) -> Result<HashSet<(TeamId, MembershipId)>, Error> {
    let mut asked: HashMap<TeamId, BTreeSet<MembershipId>> = HashMap::new();
    for row in rows {
        let team = cell(&row.values, "team").and_then(|name| teams.get(name));
        let address = address(&row.values, "email");
        let member = member_of(address.and_then(|address| people.get(&address)));
        if let (Some((team, _)), Some(member)) = (team, member) {
            asked.entry(*team).or_default().insert(member);
        }
    }
    let mut found = HashSet::new();
    for (team, members) in asked {
        let inside = team_member::among(unit, team, members.into_iter().collect()).await?;
        found.extend(inside.into_iter().map(|member| (team, member)));
    }
    Ok(found)
}

/// By their addresses in lower case: members who are not gone.
async fn managers(unit: &Unit, rows: &[ImportRow]) -> Result<HashMap<String, MembershipId>, Error> {
    let addresses: BTreeSet<String> = rows.iter().filter_map(|row| address(&row.values, "manager")).collect();
    let people = user::by_email_keys(unit, addresses.into_iter().collect()).await?;
    let users = people.iter().map(|person| person.public_id).collect();
    let members = membership::of_users(unit, users).await?;
    let here = members.iter().filter(|row| row.state != MembershipState::Removed.name());
    let here: HashMap<_, _> = here.map(|row| (row.user_id, row.public_id)).collect();
    let found = people.into_iter().filter_map(|person| {
        let member = here.get(&person.public_id)?;
        Some((person.email_key, *member))
    });
    Ok(found.collect())
}

/// The lines above these, as deep as one may be.
async fn chart(unit: &Unit, of: BTreeSet<MembershipId>) -> Result<Chart, Error> {
    let (mut chart, mut asked, mut next) = (Chart::default(), BTreeSet::new(), of);
    for _ in 0..=MAX_MANAGERS {
        next.retain(|member| asked.insert(*member));
        let rows = membership::by_ids(unit, next.into_iter().collect()).await?;
        next = rows.iter().filter_map(|row| row.manager_id).collect();
        for row in rows.iter().filter(|row| row.state != MembershipState::Removed.name()) {
            chart.put(row.public_id, row.manager_id);
        }
        if next.is_empty() {
            break;
        }
    }
    Ok(chart)
}
