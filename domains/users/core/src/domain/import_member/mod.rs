//! One row of a file as somebody who is to be a member: what it does, and what it takes to undo it. Blank cells are not
//! there, and leave a member's team and manager alone. A file gives and takes no more than a member may do: more
//! takes a proof of just now, and the job that carries a file out has none.

#[cfg(test)]
mod tests;

use crate::domain::reporting_line::{Chart, LineFault};
use crate::domain::{Email, InvitationId, MembershipId, MembershipState, RoleRef, TeamId};
use kernel::permission::BuiltinRole;
use kernel::{Faults, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A field of the import target.
pub struct Field {
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
}

pub const FIELDS: [Field; 4] = [
    field("email", "Their address; who is no member is asked in by mail, a member is changed", true),
    field("role", "`viewer`, `member`, or the name of a role of your own", true),
    field("team", "The name of a team that they are put into; it takes them out of no other", false),
    field("manager", "The address of the member to whom they report", false),
];

const fn field(name: &'static str, description: &'static str, required: bool) -> Field {
    Field { name, description, required }
}

/// How far something goes that is given or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Whoever imports may do all of it.
    pub covered: bool,
    /// A `member` may.
    pub of_members: bool,
}

/// Who has the address, as far as a row is decided upon it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonThere {
    Member(MemberThere),
    Invited(InvitedThere),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberThere {
    pub id: MembershipId,
    pub version: i64,
    pub state: MembershipState,
    pub role: RoleRef,
    /// Of that role.
    pub reach: Reach,
    pub manager: Option<MembershipId>,
    pub is_last_owner: bool,
}

/// By an invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedThere {
    pub id: InvitationId,
    pub role: RoleRef,
    pub team: Option<TeamId>,
    pub manager: Option<MembershipId>,
    pub has_expired: bool,
}

/// How many managers a dry run knows of that its file has changed, with those above them: more than a batch comes to.
const MAX_LINES: usize = 5_000;

/// What the rows before do that counts for any row, in a dry run all of them; else those of the batch, since those of
/// earlier ones are carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsBefore {
    /// Whom others report to by them, with the lines above.
    pub managers: Chart,
    /// How many they ask in.
    pub invited: u64,
}

/// What a row names, and what whoever imports may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// Who has the address; no other row of the file changes them, since it stands there once.
    pub there: Option<PersonThere>,
    pub may: May,
    /// For another member.
    pub has_room: bool,
    /// How many more the tenant may ask in, those whom the rows before ask in among them.
    pub invitations_left: u64,
    /// This and what follows: none where the row names none, or one that is not there.
    pub role: Option<NamedRole>,
    pub team: Option<NamedTeam>,
    pub manager: Option<NamedManager>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct May {
    pub invite: bool,
    /// And be told of each what they are.
    pub see_members: bool,
    pub change_members: bool,
    pub change_teams: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NamedRole {
    pub role: RoleRef,
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NamedTeam {
    pub team: TeamId,
    /// Of all that it hands down.
    pub reach: Reach,
    /// Whether the row's member is in it.
    pub is_in: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedManager {
    pub member: MembershipId,
    /// To whom they and all above report, whatever the rows before change of it.
    pub line: Chart,
}

/// What a row does, and how it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    Invite(Asked),
    Change(MemberChange),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub invitation: InvitationId,
    pub email: String,
    pub role: RoleRef,
    pub team: Option<TeamId>,
    pub manager: Option<MembershipId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChange {
    pub member: MembershipId,
    pub before: Before,
    pub role: RoleRef,
    pub manager: Option<MembershipId>,
    /// None where the row names no team, or they are in it.
    pub joins: Option<TeamId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub version: i64,
    pub role: RoleRef,
    pub manager: Option<MembershipId>,
}

impl MemberChange {
    /// Whether the membership itself is another.
    pub fn rewrites(&self) -> bool {
        self.role != self.before.role || self.manager != self.before.manager
    }

    /// Whether the membership is as the row left it, which was active. What was put back since has another version,
    /// and the same role and manager.
    pub fn left(
        &self,
        version: i64,
        state: MembershipState,
        role: RoleRef,
        manager: Option<MembershipId>,
    ) -> bool {
        let left = self.before.version.saturating_add(i64::from(self.rewrites()));
        let same = state == MembershipState::Active && role == self.role && manager == self.manager;
        version == left || same
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Changed(Box<RowChange>),
    /// The member or the invitation that is so already.
    Unchanged(Uuid),
}

/// A value that is there.
pub fn cell<'a>(values: &'a BTreeMap<String, String>, field: &str) -> Option<&'a str> {
    values.get(field).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// In lower case; none where the row has no good address.
pub fn address(values: &BTreeMap<String, String>, field: &str) -> Option<String> {
    cell(values, field)?.parse::<Email>().ok().map(|email| email.key())
}

/// Of those that every tenant has; no role of a tenant's own is called so.
pub fn builtin(name: &str) -> Option<BuiltinRole> {
    BuiltinRole::ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name))
}

/// How a row leaves what the rows after it are decided upon; none where it leaves that as it is.
pub fn left(before: Option<&RowsBefore>, beside: &Beside, change: &RowChange) -> Option<RowsBefore> {
    let mut after = before.cloned().unwrap_or_default();
    match change {
        RowChange::Invite(_) => after.invited += 1,
        RowChange::Change(change) => {
            let named = beside.manager.as_ref().filter(|_| change.manager != change.before.manager)?;
            if after.managers.size() >= MAX_LINES {
                return None;
            }
            after.managers.put(change.member, change.manager);
            after.managers.fill(&named.line);
        }
    }
    Some(after)
}

/// What becomes of a row; `id` is for an invitation that it makes. All faults of the row at once.
pub fn decide(
    values: &BTreeMap<String, String>,
    id: InvitationId,
    before: Option<&RowsBefore>,
    beside: &Beside,
) -> Result<Decided, Vec<FieldError>> {
    let mut faults = Faults::new();
    for name in values.keys().filter(|name| FIELDS.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
    let email = match cell(values, "email") {
        Some(text) => faults.parse::<Email>("/email", "invalid_email", text),
        None => {
            faults.add("/email", "required", "is required");
            None
        }
    };
    check_named(values, beside, &mut faults);
    let decided = match &beside.there {
        Some(PersonThere::Member(member)) => change(member, before, beside, &mut faults),
        Some(PersonThere::Invited(invited)) if !invited.has_expired => stay(invited, beside, &mut faults),
        _ => email.and_then(|email| invite(&email, id, before, beside, &mut faults)),
    };
    match decided {
        Some(decided) => faults.finish(decided),
        None => Err(faults.into_errors()),
    }
}

/// What a row names has to be there.
fn check_named(values: &BTreeMap<String, String>, beside: &Beside, faults: &mut Faults) {
    match (cell(values, "role"), beside.role) {
        (None, _) => faults.add("/role", "required", "is required"),
        (Some(_), None) => {
            let detail = "is no role of this tenant: name `viewer`, `member`, or one of your own";
            faults.add("/role", "unknown_role", detail);
        }
        (Some(_), Some(_)) => {}
    }
    if cell(values, "team").is_some() && beside.team.is_none() {
        faults.add("/team", "unknown_team", "is no team of this tenant: make it first, or leave it out");
    }
    if let Some(manager) = cell(values, "manager")
        && beside.manager.is_none()
    {
        match manager.parse::<Email>() {
            Ok(_) => faults.add(
                "/manager",
                "unknown_member",
                "is no member of this tenant, or not yet: import the row again once they are, or leave it out",
            ),
            Err(error) => faults.add("/manager", "invalid_email", error.to_string()),
        }
    }
}

fn invite(
    email: &Email,
    id: InvitationId,
    before: Option<&RowsBefore>,
    beside: &Beside,
    faults: &mut Faults,
) -> Option<Decided> {
    let May { invite, change_members, change_teams, .. } = beside.may;
    if !invite {
        let detail = "is asked in by somebody who has signed in, not by an API key: import it signed in";
        faults.add("/email", "session_required", detail);
    }
    if !beside.has_room {
        let detail = "has no room: the tenant has as many members as it may have, so remove one first";
        faults.add("/email", "too_many_members", detail);
    }
    if beside.invitations_left <= before.map_or(0, |before| before.invited) {
        let detail = "would be asked in by one invitation too many of those open at once, or of a day: import the row \
             again tomorrow, or once others are accepted or revoked";
        faults.add("/email", "too_many_invitations", detail);
    }
    if let Some(named) = beside.role {
        check_given(faults, "/role", named.reach);
    }
    if let Some(named) = beside.team {
        check_team(faults, change_teams, named.reach);
    }
    if beside.manager.is_some() && !change_members {
        forbid(faults, "/manager", "users.members.write");
    }
    Some(Decided::Changed(Box::new(RowChange::Invite(Asked {
        invitation: id,
        email: email.as_str().to_owned(),
        role: beside.role?.role,
        team: beside.team.map(|named| named.team),
        manager: beside.manager.as_ref().map(|named| named.member),
    }))))
}

/// Who is asked in otherwise is not asked in anew: they have a link to what it was.
fn stay(there: &InvitedThere, beside: &Beside, faults: &mut Faults) -> Option<Decided> {
    let detail = "must be what their open invitation says: revoke that first, then import the row again";
    let (role, team, manager) = (beside.role, beside.team, beside.manager.as_ref());
    let same = role.is_none_or(|named| named.role == there.role);
    faults.require(same, "/role", "invited_otherwise", detail);
    let same = team.is_none_or(|named| Some(named.team) == there.team);
    faults.require(same, "/team", "invited_otherwise", detail);
    let same = manager.is_none_or(|named| Some(named.member) == there.manager);
    faults.require(same, "/manager", "invited_otherwise", detail);
    Some(Decided::Unchanged(there.id.uuid()))
}

fn change(
    there: &MemberThere,
    before: Option<&RowsBefore>,
    beside: &Beside,
    faults: &mut Faults,
) -> Option<Decided> {
    let May { see_members, change_members, change_teams, .. } = beside.may;
    if !see_members {
        let detail = "is or was a member, and you may not see members: have somebody import it who may";
        faults.add("/email", "member_already", detail);
        return None;
    }
    match there.state {
        MembershipState::Active => {}
        MembershipState::Suspended => {
            let detail = "is a member who is suspended: let them back in first, or leave the row out";
            faults.add("/email", "member_suspended", detail);
            return None;
        }
        MembershipState::Removed => {
            let detail = "was a member and was taken out: invite them by hand, or leave the row out";
            faults.add("/email", "member_removed", detail);
            return None;
        }
    }
    let role = beside.role.filter(|named| named.role != there.role);
    let manager = beside.manager.as_ref().filter(|named| Some(named.member) != there.manager);
    let team = beside.team.filter(|named| !named.is_in);
    if let Some(named) = role {
        if !change_members {
            forbid(faults, "/role", "users.members.write");
        }
        if there.is_last_owner {
            let detail = "must stay `owner` of the last active owner: make another member an owner first";
            faults.add("/role", "last_owner", detail);
        } else {
            check_taken(faults, there.reach);
        }
        check_given(faults, "/role", named.reach);
    }
    if let Some(named) = manager {
        if !change_members {
            forbid(faults, "/manager", "users.members.write");
        }
        match named.line.fault(before.map(|before| &before.managers), there.id, named.member) {
            None => {}
            Some(LineFault::Circle) => {
                faults.add("/manager", "circle", "would make the member their own manager: name another");
            }
            Some(LineFault::TooDeep) => {
                faults.add("/manager", "too_deep", "has too many managers above already: name another");
            }
        }
    }
    if let Some(named) = team {
        check_team(faults, change_teams, named.reach);
    }
    if role.is_none() && manager.is_none() && team.is_none() {
        return Some(Decided::Unchanged(there.id.uuid()));
    }
    Some(Decided::Changed(Box::new(RowChange::Change(MemberChange {
        member: there.id,
        before: Before { version: there.version, role: there.role, manager: there.manager },
        role: role.map_or(there.role, |named| named.role),
        manager: manager.map_or(there.manager, |named| Some(named.member)),
        joins: team.map(|named| named.team),
    }))))
}

fn check_given(faults: &mut Faults, pointer: &str, given: Reach) {
    if !given.covered {
        let detail = "may do what you may not: name a lesser one, or have somebody import it who may";
        faults.add(pointer, "grant_too_wide", detail);
    } else if !given.of_members {
        let detail = "may do more than a `member`, which takes a proof of just now and is given by hand: name a lesser one";
        faults.add(pointer, "needs_proof", detail);
    }
}

fn check_taken(faults: &mut Faults, taken: Reach) {
    if !taken.covered {
        let detail =
            "cannot be another, since the member may do what you may not: have somebody change it who may";
        faults.add("/role", "grant_too_wide", detail);
    } else if !taken.of_members {
        let detail = "cannot be another, since the member may do more than a `member`, which is taken by hand: change it there";
        faults.add("/role", "needs_proof", detail);
    }
}

fn check_team(faults: &mut Faults, may_change: bool, given: Reach) {
    if !may_change {
        forbid(faults, "/team", "users.teams.write");
    }
    check_given(faults, "/team", given);
}

fn forbid(faults: &mut Faults, pointer: &str, permission: &str) {
    let detail = format!("is said by somebody who has `{permission}`: leave it out, or have them import it");
    faults.add(pointer, "forbidden", detail);
}
