//! A group of the directory is a team of the tenant: its members, and those who will be when they have accepted.

use crate::app::App;
use crate::domain::scim::entry::{About, GroupEntry, link, told};
use crate::domain::scim::schema::GROUPS;
use crate::domain::scim::value::MAX_VALUES;
use crate::domain::scim::{Document, Refusal};
use crate::domain::{ScimUserId, TeamId};
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::roles::authority;
use crate::service::scim::person::{self, Person, time};
use crate::service::sessions::fresh;
use crate::service::teams::add_team_member::audited;
use crate::service::teams::create_team::granted_in;
use crate::store::team::{self, Team};
use crate::store::{scim_group_member, team_member};
use data::{AuditEntry, Tx, Unit};
use kernel::Ctx;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who comes and who goes by one request.
const MOST_CHANGED: usize = 500;

#[derive(Clone, Debug)]
pub struct Group {
    pub team: Team,
    pub members: BTreeSet<ScimUserId>,
}

pub async fn find(tx: &Tx, id: TeamId) -> Result<Group, Error> {
    let team = team::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    with_members(tx, team).await
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: TeamId) -> Result<Group, Error> {
    let team = team::find_to_change(unit, id).await?.ok_or(Refusal::NotFound)?;
    with_members(unit, team).await
}

pub async fn with_members(tx: &Tx, team: Team) -> Result<Group, Error> {
    let most = i64::try_from(MAX_VALUES).unwrap_or(i64::MAX);
    let members = scim_group_member::of_team(tx, team.id, most).await?.into_iter().collect();
    Ok(Group { team, members })
}

impl Group {
    /// Without its version.
    pub fn document(&self, base: &str) -> Document {
        let mut document = outline(&self.team, base);
        if !self.members.is_empty() {
            let members = self.members.iter().map(|member| {
                let mut member = link(base, &member.to_string());
                member["type"] = json!("User");
                member
            });
            document.insert("members".to_owned(), Value::Array(members.collect()));
        }
        document
    }
}

/// All but who is in it.
pub fn outline(team: &Team, base: &str) -> Document {
    let mut document = Document::from_iter([("displayName".to_owned(), json!(team.fields.name))]);
    if let Some(external) = &team.external_id {
        document.insert("externalId".to_owned(), json!(external));
    }
    let about = About {
        base,
        id: &team.id.to_string(),
        created: time(Some(team.created_at)),
        last_modified: time(Some(team.updated_at)),
    };
    told(&GROUPS, &about, document)
}

/// Those of the named who are there; ids that name nobody are left out.
pub async fn named(tx: &Tx, entry: &GroupEntry, known: &Group) -> Result<Moves, Error> {
    let named: BTreeSet<ScimUserId> = entry.members.iter().filter_map(|member| member.parse().ok()).collect();
    let coming: Vec<_> = named.difference(&known.members).copied().collect();
    let going: Vec<_> = known.members.difference(&named).copied().collect();
    if coming.len() + going.len() > MOST_CHANGED {
        let detail = format!("At most {MOST_CHANGED} members come or go by one request; send several.");
        return Err(Refusal::TooMany(detail).into());
    }
    Ok(Moves { coming: person::load(tx, coming).await?, going: person::load(tx, going).await? })
}

pub struct Moves {
    coming: Vec<Person>,
    going: Vec<Person>,
}

impl Moves {
    pub fn is_empty(&self) -> bool {
        self.coming.is_empty() && self.going.is_empty()
    }

    /// Nobody gives what they lack by it, or takes it. The tenant and the team must be held.
    pub async fn make(self, app: &App, ctx: &Ctx, unit: &mut Unit, team: TeamId) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let acting = authority::hold(app, ctx, unit, &DIRECTORY_PROVISION).await?;
        let granted = granted_in(app, unit, team).await?;
        acting.require_covered(&granted)?;
        if !self.coming.is_empty() {
            fresh::require_to_grant(app, ctx, &granted)?;
        }
        for person in &self.coming {
            enter(app, ctx, unit, team, person).await?;
        }
        for person in &self.going {
            leave(app, unit, team, person).await?;
        }
        Ok(())
    }
}

async fn enter(app: &App, ctx: &Ctx, unit: &mut Unit, team: TeamId, person: &Person) -> Result<(), Error> {
    let (id, what) = match person.member_id() {
        Some(member) => {
            let added = team_member::insert(unit, ctx, team, member).await?;
            authority::forget_member(app, unit, member);
            (added.public_id.uuid(), audited(team, member))
        }
        None => {
            let added = scim_group_member::insert(unit, ctx, team, person.id).await?;
            (added.public_id.uuid(), json!({ "team_id": team, "scim_user_id": person.id }))
        }
    };
    unit.audit(AuditEntry {
        action: "users.team_member.add",
        resource: "team_member",
        resource_id: id,
        before: None,
        after: Some(what),
    })?;
    Ok(())
}

async fn leave(app: &App, unit: &mut Unit, team: TeamId, person: &Person) -> Result<(), Error> {
    let (id, what) = match person.member_id() {
        Some(member) => {
            let Some(row) = team_member::find(unit, team, member).await? else { return Ok(()) };
            team_member::delete(unit, team, member).await?;
            authority::forget_member(app, unit, member);
            (row.public_id.uuid(), audited(team, member))
        }
        None => {
            scim_group_member::delete(unit, team, person.id).await?;
            (person.id.uuid(), json!({ "team_id": team, "scim_user_id": person.id }))
        }
    };
    unit.audit(AuditEntry {
        action: "users.team_member.remove",
        resource: "team_member",
        resource_id: id,
        before: Some(what),
        after: None,
    })?;
    Ok(())
}
