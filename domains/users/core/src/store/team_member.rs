//! Who is in which team.

use crate::domain::{MembershipId, TeamId, TeamMemberId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_members")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: TeamMemberId,
    pub team_id: TeamId,
    pub membership_id: MembershipId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(record);

pub async fn insert(
    unit: &Unit,
    ctx: &Ctx,
    team: TeamId,
    membership: MembershipId,
) -> Result<Model, data::Error> {
    let row = ActiveModel {
        public_id: Set(ctx.new_id()),
        team_id: Set(team),
        membership_id: Set(membership),
        ..Default::default()
    };
    unit.insert(row).await
}

pub async fn find(tx: &Tx, team: TeamId, membership: MembershipId) -> Result<Option<Model>, data::Error> {
    let of_team = tx.find::<Entity>().filter(Column::TeamId.eq(team));
    of_team.filter(Column::MembershipId.eq(membership)).one().await
}

/// Which of these members are in it.
pub async fn among(
    tx: &Tx,
    team: TeamId,
    members: Vec<MembershipId>,
) -> Result<Vec<MembershipId>, data::Error> {
    let limit = members.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let of_team = tx.find::<Entity>().filter(Column::TeamId.eq(team));
    let found = of_team.filter(Column::MembershipId.is_in(members)).limit(limit).all().await?;
    Ok(found.into_iter().map(|row| row.membership_id).collect())
}

#[derive(FromQueryResult)]
struct First {
    membership_id: MembershipId,
    name: String,
}

/// By its name, the team that each active member came into first: of those after the one, up to the other.
pub async fn first_of(
    tx: &Tx,
    after: Option<MembershipId>,
    up_to: MembershipId,
) -> Result<BTreeMap<MembershipId, String>, data::Error> {
    let sql = data::sql!(
        "SELECT i.membership_id, t.name FROM memberships m \
         JOIN team_members i ON i.tenant_id = $1 AND i.membership_id = m.public_id AND i.deleted_at IS NULL \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = i.team_id AND t.deleted_at IS NULL \
         WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.state = 'active' \
         AND m.public_id > $2 AND m.public_id <= $3 \
         AND NOT EXISTS (SELECT 1 FROM team_members o \
         JOIN teams u ON u.tenant_id = $1 AND u.public_id = o.team_id AND u.deleted_at IS NULL \
         WHERE o.tenant_id = $1 AND o.membership_id = i.membership_id AND o.deleted_at IS NULL \
         AND o.public_id < i.public_id)"
    );
    // No id is less than that of nobody.
    let after = after.unwrap_or(MembershipId::from_uuid(Uuid::nil()));
    let rows: Vec<First> = tx.sql(sql).bind(after).bind(up_to).all().await?;
    Ok(rows.into_iter().map(|row| (row.membership_id, row.name)).collect())
}

pub async fn page(tx: &Tx, team: TeamId, request: &PageRequest) -> Result<Page<Model>, data::Error> {
    tx.find::<Entity>().filter(Column::TeamId.eq(team)).page(request).await
}

/// Whether they were in it.
pub async fn delete(unit: &Unit, team: TeamId, membership: MembershipId) -> Result<bool, data::Error> {
    let of_team = unit.delete::<Entity>().filter(Column::TeamId.eq(team));
    Ok(of_team.filter(Column::MembershipId.eq(membership)).exec().await? > 0)
}

pub async fn delete_all_of(unit: &Unit, membership: MembershipId) -> Result<u64, data::Error> {
    unit.delete::<Entity>().filter(Column::MembershipId.eq(membership)).exec().await
}

pub fn is_there(error: &data::Error) -> bool {
    error.is_unique("team_members_once", "team_members.team_id")
}
