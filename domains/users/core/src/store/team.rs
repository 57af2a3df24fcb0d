//! Teams, one below the other.

use crate::domain::team::MAX_DEPTH;
use crate::domain::{MembershipId, RoleId, RoleRef, TeamId};
use crate::store::builtin_role;
use chrono::{DateTime, Utc};
use data::{Tx, Unit, tenant_entity};
use kernel::{Page, PageRequest, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub tenant_id: TenantId,
    pub public_id: TeamId,
    pub name: String,
    pub parent_id: Option<TeamId>,
    pub role: Option<String>,
    pub role_id: Option<RoleId>,
    pub external_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

tenant_entity!(resource);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamFields {
    pub name: String,
    pub parent: Option<TeamId>,
    /// What its members have by it, and those of the teams below it.
    pub role: Option<RoleRef>,
}

#[derive(Clone, Debug)]
pub struct Team {
    pub id: TeamId,
    pub fields: TeamFields,
    /// What the tenant's directory calls it.
    pub external_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
}

pub async fn insert(unit: &Unit, id: TeamId, fields: &TeamFields) -> Result<Team, data::Error> {
    let (role, role_id) = columns(fields.role);
    let row = ActiveModel {
        public_id: Set(id),
        name: Set(fields.name.clone()),
        parent_id: Set(fields.parent),
        role: Set(role),
        role_id: Set(role_id),
        ..Default::default()
    };
    read(unit.insert(row).await?)
}

pub async fn find(tx: &Tx, id: TeamId) -> Result<Option<Team>, data::Error> {
    tx.by_id::<Entity, _>(id).one().await?.map(read).transpose()
}

pub async fn find_deleted_too(tx: &Tx, id: TeamId) -> Result<Option<Team>, data::Error> {
    tx.by_id::<Entity, _>(id).with_deleted().one().await?.map(read).transpose()
}

/// As it is now, and so it stays until the transaction ends.
pub async fn find_to_change(unit: &Unit, id: TeamId) -> Result<Option<Team>, data::Error> {
    unit.by_id::<Entity, _>(id).to_change().one().await?.map(read).transpose()
}

/// The same for whoever counts on its being there.
pub async fn find_to_keep(unit: &Unit, id: TeamId) -> Result<Option<Team>, data::Error> {
    unit.by_id::<Entity, _>(id).to_keep().one().await?.map(read).transpose()
}

pub async fn page(tx: &Tx, parent: Option<TeamId>, request: &PageRequest) -> Result<Page<Team>, data::Error> {
    let mut found = tx.find::<Entity>();
    if let Some(parent) = parent {
        found = found.filter(Column::ParentId.eq(parent));
    }
    found.page(request).await?.try_map(read)
}

/// `None` when the row has another version by now.
pub async fn update(unit: &Unit, before: &Team, fields: &TeamFields) -> Result<Option<Team>, data::Error> {
    let (role, role_id) = columns(fields.role);
    let changed = unit
        .update::<Entity>()
        .filter(Column::PublicId.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .set(Column::Name, fields.name.clone())
        .set(Column::ParentId, fields.parent)
        .set(Column::Role, role)
        .set(Column::RoleId, role_id)
        .returning()
        .await?;
    changed.into_iter().next().map(read).transpose()
}

/// By the word of the tenant's directory.
pub async fn call(unit: &Unit, id: TeamId, external: Option<String>) -> Result<Option<Team>, data::Error> {
    let update = unit.update::<Entity>().filter(Column::PublicId.eq(id));
    let changed = update.set(Column::ExternalId, external).returning().await?;
    changed.into_iter().next().map(read).transpose()
}

pub async fn delete(unit: &Unit, id: TeamId) -> Result<bool, data::Error> {
    Ok(unit.delete::<Entity>().filter(Column::PublicId.eq(id)).exec().await? > 0)
}

/// `None` when it is not deleted.
pub async fn restore(unit: &Unit, id: TeamId) -> Result<Option<Team>, data::Error> {
    let restored = unit.restore::<Entity>().filter(Column::PublicId.eq(id)).returning().await?;
    restored.into_iter().next().map(read).transpose()
}

#[derive(FromQueryResult)]
struct Found {
    team_id: TeamId,
}

/// The oldest first.
pub async fn listed(tx: &Tx, offset: i64, limit: i64) -> Result<Vec<TeamId>, data::Error> {
    let sql = data::sql!(
        "SELECT public_id AS team_id FROM teams WHERE tenant_id = $1 AND deleted_at IS NULL \
         ORDER BY created_at, public_id LIMIT $2 OFFSET $3"
    );
    let rows: Vec<Found> = tx.sql(sql).bind(limit).bind(offset).all().await?;
    Ok(rows.into_iter().map(|row| row.team_id).collect())
}

pub async fn count(tx: &Tx) -> Result<u64, data::Error> {
    tx.find::<Entity>().count().await
}

pub async fn by_name(tx: &Tx, name: &str) -> Result<Option<Team>, data::Error> {
    tx.find::<Entity>().filter(Column::Name.eq(name)).one().await?.map(read).transpose()
}

/// Those of these names that are there, as they stay until the transaction ends.
pub async fn by_names_to_keep(unit: &Unit, names: Vec<String>) -> Result<Vec<Team>, data::Error> {
    let limit = names.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = unit.find::<Entity>().filter(Column::Name.is_in(names));
    let found = found.order_by_asc(Column::PublicId).limit(limit).to_keep().all().await?;
    found.into_iter().map(read).collect()
}

pub async fn by_external_id(tx: &Tx, external: &str, limit: u64) -> Result<Vec<Team>, data::Error> {
    let found = tx.find::<Entity>().filter(Column::ExternalId.eq(external)).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

pub async fn by_ids(tx: &Tx, ids: Vec<TeamId>) -> Result<Vec<Team>, data::Error> {
    let limit = ids.len() as u64;
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = tx.find::<Entity>().filter(Column::PublicId.is_in(ids)).limit(limit).all().await?;
    found.into_iter().map(read).collect()
}

pub async fn any_below(tx: &Tx, parent: TeamId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::ParentId.eq(parent)).one().await?.is_some())
}

pub async fn any_of_role(tx: &Tx, role: RoleId) -> Result<bool, data::Error> {
    Ok(tx.find::<Entity>().filter(Column::RoleId.eq(role)).one().await?.is_some())
}

#[derive(FromQueryResult)]
struct Level {
    team_id: TeamId,
    depth: i64,
}

/// The team and those above it, itself first. One more than may be, so that who is too deep shows.
pub async fn with_above(tx: &Tx, team: TeamId) -> Result<Vec<TeamId>, data::Error> {
    let sql = data::sql!(
        "WITH RECURSIVE above (team_id, depth) AS (\
         SELECT public_id, 0 FROM teams WHERE tenant_id = $1 AND public_id = $2 AND deleted_at IS NULL \
         UNION SELECT t.parent_id, a.depth + 1 FROM above a \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = a.team_id AND t.deleted_at IS NULL \
         WHERE t.parent_id IS NOT NULL AND a.depth < $3) \
         SELECT team_id, CAST(depth AS BIGINT) AS depth FROM above ORDER BY depth"
    );
    let rows: Vec<Level> = tx.sql(sql).bind(team).bind(i64::from(MAX_DEPTH) + 1).all().await?;
    Ok(rows.into_iter().map(|row| row.team_id).collect())
}

/// The team and those below it, with how deep.
pub async fn with_below(tx: &Tx, team: TeamId) -> Result<Vec<(TeamId, usize)>, data::Error> {
    let sql = data::sql!(
        "WITH RECURSIVE below (team_id, depth) AS (\
         SELECT public_id, 0 FROM teams WHERE tenant_id = $1 AND public_id = $2 AND deleted_at IS NULL \
         UNION SELECT t.public_id, b.depth + 1 FROM below b \
         JOIN teams t ON t.tenant_id = $1 AND t.parent_id = b.team_id AND t.deleted_at IS NULL \
         WHERE b.depth < $3) \
         SELECT team_id, CAST(depth AS BIGINT) AS depth FROM below ORDER BY depth"
    );
    let rows: Vec<Level> = tx.sql(sql).bind(team).bind(i64::from(MAX_DEPTH) + 1).all().await?;
    Ok(rows.into_iter().map(|row| (row.team_id, usize::try_from(row.depth).unwrap_or_default())).collect())
}

#[derive(FromQueryResult)]
struct Touched {
    membership_id: MembershipId,
}

/// Whose permissions hang on this team or this role, by a team they are in or below; at most so many.
pub async fn members_under(
    tx: &Tx,
    team: Option<TeamId>,
    role: Option<RoleId>,
    limit: i64,
) -> Result<Vec<MembershipId>, data::Error> {
    let sql = data::sql!(
        "WITH RECURSIVE below (team_id, depth) AS (\
         SELECT public_id, 0 FROM teams WHERE tenant_id = $1 AND (public_id = $2 OR role_id = $3) \
         UNION SELECT t.public_id, b.depth + 1 FROM below b \
         JOIN teams t ON t.tenant_id = $1 AND t.parent_id = b.team_id AND t.deleted_at IS NULL \
         WHERE b.depth < $4) \
         SELECT DISTINCT m.membership_id FROM team_members m JOIN below b ON b.team_id = m.team_id \
         WHERE m.tenant_id = $1 AND m.deleted_at IS NULL LIMIT $5"
    );
    let found = tx.sql(sql).bind(team).bind(role).bind(i64::from(MAX_DEPTH)).bind(limit);
    let rows: Vec<Touched> = found.all().await?;
    Ok(rows.into_iter().map(|row| row.membership_id).collect())
}

pub fn is_name_taken(error: &data::Error) -> bool {
    error.is_unique("teams_name", "teams.name")
}

pub fn is_id_taken(error: &data::Error) -> bool {
    error.is_unique("teams_tenant_id_public_id", "teams.public_id")
}

fn columns(role: Option<RoleRef>) -> (Option<String>, Option<RoleId>) {
    match role {
        None => (None, None),
        Some(RoleRef::Builtin(role)) => (Some(role.name().to_owned()), None),
        Some(RoleRef::Custom(id)) => (None, Some(id)),
    }
}

fn read(row: Model) -> Result<Team, data::Error> {
    let role = match (row.role, row.role_id) {
        (_, Some(id)) => Some(RoleRef::Custom(id)),
        (Some(word), None) => Some(RoleRef::Builtin(builtin_role(&word)?)),
        (None, None) => None,
    };
    Ok(Team {
        id: row.public_id,
        fields: TeamFields { name: row.name, parent: row.parent_id, role },
        external_id: row.external_id,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    })
}

/// The roles that the team and those above it hand down. A deleted one grants nothing.
pub async fn handed_down(tx: &Tx, team: TeamId) -> Result<Vec<crate::store::authority::Held>, data::Error> {
    let line = with_above(tx, team).await?;
    let limit = line.len() as u64;
    let rows = tx.find::<Entity>().filter(Column::PublicId.is_in(line)).limit(limit).all().await?;
    let mut all = Vec::new();
    for row in rows {
        let Some(role) = read(row)?.fields.role else { continue };
        let own = match role {
            RoleRef::Custom(id) => crate::store::role::find(tx, id).await?,
            RoleRef::Builtin(_) => None,
        };
        let names = own.map(|own| own.fields.permissions).unwrap_or_default();
        all.push(crate::store::authority::Held { role, names });
    }
    Ok(all)
}
