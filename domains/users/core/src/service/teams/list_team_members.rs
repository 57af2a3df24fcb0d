//! Who is in a team, newest first. Who is in a team below it is there, not here.

use crate::app::App;
use crate::domain::{MembershipId, TeamId, TeamMemberId};
use crate::error::Error;
use crate::store::{team, team_member};
use chrono::{DateTime, Utc};
use kernel::{Ctx, Page, PageRequest};

#[derive(Clone, Debug)]
pub struct TeamMember {
    pub id: TeamMemberId,
    pub team: TeamId,
    pub member: MembershipId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<team_member::Model> for TeamMember {
    fn from(row: team_member::Model) -> Self {
        Self {
            id: row.public_id,
            team: row.team_id,
            member: row.membership_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub async fn list_team_members(
    app: &App,
    ctx: &Ctx,
    team: TeamId,
    request: &PageRequest,
) -> Result<Page<TeamMember>, Error> {
    let read = app.databases.read(ctx).await?;
    team::find(&read, team).await?.ok_or(Error::TeamNotFound)?;
    Ok(team_member::page(&read, team, request).await?.map(TeamMember::from))
}
