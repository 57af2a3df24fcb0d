//! Who will be in which team once they are a member; and who is in one, by the ids that a directory knows.

use crate::domain::{MembershipId, ScimGroupMemberId, ScimUserId, TeamId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Ctx, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scim_group_members")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: ScimGroupMemberId,
    pub team_id: TeamId,
    pub scim_user_id: ScimUserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

pub async fn insert(unit: &Unit, ctx: &Ctx, team: TeamId, user: ScimUserId) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        team_id: Set(team),
        scim_user_id: Set(user),
        ..Default::default()
    };
    unit.insert(row).await
}

/// Whether they were to be in it.
pub async fn delete(unit: &Unit, team: TeamId, user: ScimUserId) -> Result<bool, data::Error> {
    let of_team = unit.delete::<Entity>().filter(Column::TeamId.eq(team));
    Ok(of_team.filter(Column::ScimUserId.eq(user)).exec().await? > 0)
}

pub async fn delete_all_of(unit: &Unit, user: ScimUserId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::ScimUserId.eq(user)).exec().await
}

/// At most so many.
pub async fn teams_of(tx: &Tx, user: ScimUserId, limit: u64) -> Result<Vec<TeamId>, data::Error> {
    let rows = tx.find::<Entity>().filter(Column::ScimUserId.eq(user)).limit(limit).all().await?;
    Ok(rows.into_iter().map(|row| row.team_id).collect())
}

#[derive(FromQueryResult)]
struct Found {
    id: ScimUserId,
}

/// Those in the team, and those who will be; at most so many.
pub async fn of_team(tx: &Tx, team: TeamId, limit: i64) -> Result<Vec<ScimUserId>, data::Error> {
    let sql = data::sql!(
        "SELECT coalesce(s.public_id, t.membership_id) AS id FROM team_members t \
         LEFT JOIN scim_users s ON s.tenant_id = $1 AND s.membership_id = t.membership_id AND s.deleted_at IS NULL \
         WHERE t.tenant_id = $1 AND t.team_id = $2 AND t.deleted_at IS NULL \
         UNION SELECT g.scim_user_id FROM scim_group_members g \
         WHERE g.tenant_id = $1 AND g.team_id = $2 AND g.deleted_at IS NULL ORDER BY id LIMIT $3"
    );
    let rows: Vec<Found> = tx.sql(sql).bind(team).bind(limit).all().await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct Team {
    team_id: TeamId,
}

/// The teams that this member is in, or will be in by this word of the directory; at most so many.
pub async fn teams_with(
    tx: &Tx,
    user: ScimUserId,
    member: Option<MembershipId>,
    limit: i64,
) -> Result<Vec<TeamId>, data::Error> {
    let sql = data::sql!(
        "SELECT team_id FROM team_members WHERE tenant_id = $1 AND membership_id = $2 AND deleted_at IS NULL \
         UNION SELECT team_id FROM scim_group_members WHERE tenant_id = $1 AND scim_user_id = $3 \
         AND deleted_at IS NULL ORDER BY team_id LIMIT $4"
    );
    let rows: Vec<Team> = tx.sql(sql).bind(member).bind(user).bind(limit).all().await?;
    Ok(rows.into_iter().map(|row| row.team_id).collect())
}
