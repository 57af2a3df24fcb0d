//! Teams over HTTP, and who is in them.

use crate::app::App;
use crate::domain::{MembershipId, RoleId, RoleRef, TeamId, TeamKind, TeamMemberId};
use crate::error::Error;
use crate::http::{HeldRole, MemberRole, RoleChoice};
use crate::service;
use crate::service::teams::change_team::ChangeTeam;
use crate::service::teams::list_team_members::TeamMember;
use crate::store::team::{Team, TeamFields};
use chrono::{DateTime, Utc};
use kernel::Faults;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Answer, Body, Caller, IfMatch, IncludeDeleted, Listing, PageQuery, PathId, PathParams, Query, Rendered,
    State, respond,
};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "name": "Night shift",
    "parent_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f", "role": "member", "role_id": null,
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z", "deleted_at": null,
}))]
pub struct TeamDto {
    id: TeamId,
    #[schema(example = "Night shift")]
    name: String,
    /// The team above it
    #[schema(required)]
    parent_id: Option<TeamId>,
    /// What its members have by it beside their own role, and those of the teams below it
    #[schema(required)]
    role: Option<HeldRole>,
    /// Of the tenant's own roles
    #[schema(required)]
    role_id: Option<RoleId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    #[schema(required)]
    deleted_at: Option<DateTime<Utc>>,
}

impl From<&Team> for TeamDto {
    fn from(team: &Team) -> Self {
        Self {
            id: team.id,
            name: team.fields.name.clone(),
            parent_id: team.fields.parent,
            role: team.fields.role.map(HeldRole::of),
            role_id: team.fields.role.and_then(RoleRef::id),
            created_at: team.created_at,
            updated_at: team.updated_at,
            deleted_at: team.deleted_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Night shift", "role": "member"}))]
pub struct CreateTeamDto {
    /// Your own, or one is made
    id: Option<TeamId>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// The team above it; at most eight stand above one
    parent_id: Option<TeamId>,
    /// One of the roles every tenant has; no wider than yours
    role: Option<MemberRole>,
    /// Instead of `role`, one of the tenant's own
    role_id: Option<RoleId>,
}

impl CreateTeamDto {
    fn parts(self) -> Result<(Option<TeamId>, TeamFields), Error> {
        let Self { id, name, parent_id, role, role_id } = self;
        let mut faults = Faults::new();
        let role = RoleChoice { role, role_id }.chosen(&mut faults);
        faults.finish((id, TeamFields { name, parent: parent_id, role })).map_err(Error::invalid)
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Late shift", "parent_id": null, "role": "viewer"}))]
pub struct PatchTeamDto {
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(
        value_type = Option<String>, nullable = false,
        min_length = 1, max_length = 100, pattern = r"\S"
    )]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<TeamId>)]
    parent_id: Option<Option<TeamId>>,
    /// In the place of whatever role it has, also one of the tenant's own; `null` takes that away
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<MemberRole>)]
    role: Option<Option<MemberRole>>,
    /// The same by one of the tenant's own
    #[serde(default, deserialize_with = "web::nullable")]
    #[schema(value_type = Option<RoleId>, nullable = false)]
    role_id: Option<Option<RoleId>>,
}

impl PatchTeamDto {
    fn command(self, expected_version: Option<i64>) -> Result<ChangeTeam, Error> {
        let mut faults = Faults::new();
        faults.require(self.name != Some(None), "/name", "null", "must not be null");
        faults.require(
            self.role_id != Some(None),
            "/role_id",
            "null",
            "must not be null: role takes it away",
        );
        let role = self.role(&mut faults);
        let command =
            ChangeTeam { expected_version, name: self.name.flatten(), parent: self.parent_id, role };
        faults.finish(command).map_err(Error::invalid)
    }

    /// One field shows what the team has, whichever of the two it is: so either says all of it.
    fn role(&self, faults: &mut Faults) -> Option<Option<RoleRef>> {
        if self.role.is_none() && self.role_id.is_none() {
            return None;
        }
        let choice = RoleChoice { role: self.role.flatten(), role_id: self.role_id.flatten() };
        Some(choice.chosen(faults))
    }
}

#[derive(Deserialize, IntoParams)]
pub struct TeamQuery {
    /// Only those right below this team
    parent_id: Option<TeamId>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b", "team_id": "0190a5c8-7d3e-7a61-8f2b-1a2b3c4d5e6f",
    "member_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a",
    "created_at": "2026-02-03T09:30:00Z", "updated_at": "2026-02-03T09:30:00Z",
}))]
pub struct TeamMemberDto {
    id: TeamMemberId,
    team_id: TeamId,
    member_id: MembershipId,
    /// When they came into the team
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&TeamMember> for TeamMemberDto {
    fn from(row: &TeamMember) -> Self {
        let TeamMember { id, team, member, created_at, updated_at } = *row;
        Self { id, team_id: team, member_id: member, created_at, updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"member_id": "0190a5c8-7d3e-7a61-8f2b-6f5e4d3c2b1a"}))]
pub struct AddTeamMemberDto {
    member_id: MembershipId,
}

#[derive(Deserialize, IntoParams)]
pub struct TeamMemberPath {
    /// The id of the team
    id: TeamId,
    /// The id of the membership
    member_id: MembershipId,
}

fn shown(team: &Team) -> Rendered {
    Rendered::ok(&TeamDto::from(team)).etag(team.version)
}

fn created(team: &Team) -> Rendered {
    let location = format!("/api/v1/users/teams/{}", team.id);
    Rendered::created(location, &TeamDto::from(team)).etag(team.version)
}

/// Makes a team
///
/// What it hands down is yours, and so is what the teams above it do. An API key gives at most what a `member` may;
/// more is given by a person.
#[utoipa::path(post, path = "/teams", responses((status = 201, body = TeamDto)))]
pub async fn create_team(app: State<App>, caller: Caller, body: Body<CreateTeamDto>) -> Answer {
    let (id, fields) = body.into_inner().parts()?;
    respond(
        &caller,
        async |ctx| service::teams::create_team::create_team(&app, ctx, id, fields).await,
        created,
    )
    .await
}

/// Lists the teams of the tenant
#[utoipa::path(get, path = "/teams", responses((status = 200, body = Listing<TeamDto>)))]
pub async fn list_teams(app: State<App>, caller: Caller, query: Query<TeamQuery>, page: PageQuery) -> Answer {
    let found = service::teams::show_teams::list(&app, &caller, query.parent_id, page.request()).await?;
    Ok(page.render(found.map(|team| TeamDto::from(&team))))
}

/// Shows a team
#[utoipa::path(get, path = "/teams/{id}", responses((status = 200, body = TeamDto)))]
pub async fn get_team(
    app: State<App>,
    caller: Caller,
    id: PathId<TeamKind>,
    include_deleted: IncludeDeleted,
) -> Answer {
    let team = if *include_deleted {
        service::teams::show_teams::one_deleted_too(&app, &caller, id.id()).await?
    } else {
        service::teams::show_teams::one(&app, &caller, id.id()).await?
    };
    Ok(shown(&team))
}

/// Changes a team's name, place or role
///
/// For all in it and in the teams below it, within a second. An API key gives at most what a `member` may; more is
/// given by a person.
#[utoipa::path(patch, path = "/teams/{id}", responses((status = 200, body = TeamDto)))]
pub async fn patch_team(
    app: State<App>,
    caller: Caller,
    id: PathId<TeamKind>,
    if_match: IfMatch,
    body: Body<PatchTeamDto>,
) -> Answer {
    let command = body.into_inner().command(if_match.expected())?;
    respond(
        &caller,
        async |ctx| service::teams::change_team::change_team(&app, ctx, id.id(), command).await,
        shown,
    )
    .await
}

/// Deletes a team without teams below it
///
/// What its members may do by it ends.
#[utoipa::path(
    delete,
    path = "/teams/{id}",
    responses((status = 204, description = "It is deleted, and can be restored"))
)]
pub async fn delete_team(app: State<App>, caller: Caller, id: PathId<TeamKind>) -> Answer {
    respond(
        &caller,
        async |ctx| service::teams::delete_team::delete_team(&app, ctx, id.id()).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}

/// Brings a deleted team back, with its members
///
/// An API key gives at most what a `member` may; more is given by a person who has signed in.
#[utoipa::path(post, path = "/teams/{id}/restore", responses((status = 200, body = TeamDto)))]
pub async fn restore_team(app: State<App>, caller: Caller, id: PathId<TeamKind>) -> Answer {
    respond(&caller, async |ctx| service::teams::restore_team::restore_team(&app, ctx, id.id()).await, shown)
        .await
}

/// Puts a member into a team
///
/// An API key gives at most what a `member` may; more is given by a person who has signed in.
#[utoipa::path(post, path = "/teams/{id}/members", responses((status = 201, body = TeamMemberDto)))]
pub async fn add_team_member(
    app: State<App>,
    caller: Caller,
    id: PathId<TeamKind>,
    body: Body<AddTeamMemberDto>,
) -> Answer {
    let (team, member) = (id.id(), body.member_id);
    respond(
        &caller,
        async |ctx| service::teams::add_team_member::add_team_member(&app, ctx, team, member).await,
        |added: &TeamMember| {
            let location = format!("/api/v1/users/teams/{}/members", added.team);
            Rendered::created(location, &TeamMemberDto::from(added))
        },
    )
    .await
}

/// Lists who is in a team
#[utoipa::path(get, path = "/teams/{id}/members", responses((status = 200, body = Listing<TeamMemberDto>)))]
pub async fn list_team_members(
    app: State<App>,
    caller: Caller,
    id: PathId<TeamKind>,
    page: PageQuery,
) -> Answer {
    let found =
        service::teams::list_team_members::list_team_members(&app, &caller, id.id(), page.request()).await?;
    Ok(page.render(found.map(|row| TeamMemberDto::from(&row))))
}

/// Takes a member out of a team
#[utoipa::path(
    post,
    path = "/teams/{id}/members/{member_id}/remove",
    responses((status = 204, description = "They are not in the team any more"))
)]
pub async fn remove_team_member(app: State<App>, caller: Caller, path: PathParams<TeamMemberPath>) -> Answer {
    let (team, member) = (path.id, path.member_id);
    respond(
        &caller,
        async |ctx| service::teams::remove_team_member::remove_team_member(&app, ctx, team, member).await,
        |_: &()| Rendered::no_content(),
    )
    .await
}
