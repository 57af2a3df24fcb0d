//! The teams of the tenant as its directory sees them.

use crate::app::App;
use crate::domain::TeamId;
use crate::domain::scim::schema::GROUPS;
use crate::domain::scim::{Document, Filter};
use crate::error::Error;
use crate::service::scim::search::{Found, MAX_LOOKED_AT, Search, equalities, too_many};
use crate::service::scim::version::{self, Told};
use crate::service::scim::{base, group, person};
use crate::store::scim_group_member;
use crate::store::team::{self, Team};
use data::Tx;
use kernel::Ctx;

/// Of all groups of one answer.
const MOST_MEMBERS: usize = 20_000;

pub async fn one(app: &App, ctx: &Ctx, id: TeamId) -> Result<Told, Error> {
    let read = app.databases.read(ctx).await?;
    version::told(group::find(&read, id).await?.document(&base(app)))
}

/// Without the members, where nobody asks for them: there may be many. Then there is no version either, which is made of them.
pub async fn list(app: &App, ctx: &Ctx, search: Search, with_members: bool) -> Result<Found, Error> {
    let read = app.databases.read(ctx).await?;
    let base = base(app);
    let Some(filter) = &search.filter else {
        let total = i64::try_from(team::count(&read).await?).unwrap_or(i64::MAX);
        if search.count == 0 {
            return Ok(Found { total, resources: Vec::new() });
        }
        let ids = team::listed(&read, search.offset(), search.count).await?;
        let resources = told(&read, &base, in_order(&read, ids).await?, with_members).await?;
        return Ok(Found { total, resources });
    };
    let teams = match found_by_index(&read, filter).await? {
        Some(teams) => teams,
        None => {
            let ids = team::listed(&read, 0, MAX_LOOKED_AT + 1).await?;
            in_order(&read, ids).await?
        }
    };
    if teams.len() > usize::try_from(MAX_LOOKED_AT).unwrap_or(usize::MAX) {
        return Err(too_many().into());
    }
    // A filter may ask for members whom the answer leaves out. They are looked at group by group, and not kept.
    let asks_for_members = filter.asks_for("members");
    let mut met = Vec::new();
    for team in teams {
        let document = match asks_for_members {
            true => group::with_members(&read, team.clone()).await?.document(&base),
            false => group::outline(&team, &base),
        };
        if filter.matches(&GROUPS, &document) {
            met.push(team);
        }
    }
    let total = i64::try_from(met.len()).unwrap_or(i64::MAX);
    let page = search.slice(met);
    Ok(Found { total, resources: told(&read, &base, page, with_members).await? })
}

/// As many of them as there is room for, and one at least: where a group has thousands of members, fewer than were asked for.
async fn told(tx: &Tx, base: &str, teams: Vec<Team>, with_members: bool) -> Result<Vec<Document>, Error> {
    let (mut all, mut members) = (Vec::new(), 0);
    for team in teams {
        if !with_members {
            all.push(group::outline(&team, base));
            continue;
        }
        let group = group::with_members(tx, team).await?;
        members += group.members.len();
        if members > MOST_MEMBERS && !all.is_empty() {
            break;
        }
        all.push(version::told(group.document(base))?.document);
    }
    Ok(all)
}

async fn in_order(tx: &Tx, ids: Vec<TeamId>) -> Result<Vec<Team>, Error> {
    let mut teams = team::by_ids(tx, ids).await?;
    teams.sort_by_key(|team| (team.created_at, team.id));
    Ok(teams)
}

/// Whichever it lets through is among these; `None`: no index knows.
async fn found_by_index(tx: &Tx, filter: &Filter) -> Result<Option<Vec<Team>>, Error> {
    let limit = MAX_LOOKED_AT + 1;
    for (name, part, text) in equalities(filter) {
        let is_value = part.is_none_or(|part| part.eq_ignore_ascii_case("value"));
        if name.eq_ignore_ascii_case("members") && is_value {
            let Some(person) = person::named(tx, text).await? else { return Ok(Some(Vec::new())) };
            let teams = scim_group_member::teams_with(tx, person.id, person.member_id(), limit).await?;
            return in_order(tx, teams).await.map(Some);
        }
        if part.is_some() {
            continue;
        }
        if name.eq_ignore_ascii_case("id") {
            let ids = Vec::from_iter(text.parse::<TeamId>());
            return in_order(tx, ids).await.map(Some);
        }
        if name.eq_ignore_ascii_case("displayName") {
            return Ok(Some(Vec::from_iter(team::by_name(tx, text).await?)));
        }
        if name.eq_ignore_ascii_case("externalId") {
            let limit = u64::try_from(limit).unwrap_or_default();
            return Ok(Some(team::by_external_id(tx, text, limit).await?));
        }
    }
    Ok(None)
}
