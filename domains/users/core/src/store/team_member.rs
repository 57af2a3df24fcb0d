//! Who is in which team.

use crate::domain::{MembershipId, TeamId, TeamMemberId};
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Ctx, Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

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
