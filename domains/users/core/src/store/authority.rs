//! Where a member's permissions come from: their own role, and those of the teams they are in, with the teams above these.

use crate::domain::membership::MembershipState;
use crate::domain::role::RoleRef;
use crate::domain::team::MAX_DEPTH;
use crate::domain::{MembershipId, RoleId, TeamId};
use crate::store::{builtin_role, role, unknown};
use data::Tx;
use sea_orm::FromQueryResult;

#[derive(Debug)]
pub struct Standing {
    pub state: MembershipState,
    pub own: Held,
    pub of_teams: Vec<(Team, Held)>,
}

/// A role, and the names of what it grants when it is the tenant's own. A deleted one grants nothing.
#[derive(Debug)]
pub struct Held {
    pub role: RoleRef,
    pub names: Vec<String>,
}

#[derive(Debug)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
}

#[derive(FromQueryResult)]
struct Row {
    team_id: Option<TeamId>,
    team_name: Option<String>,
    state: Option<String>,
    role: Option<String>,
    role_id: Option<RoleId>,
    permissions: Option<String>,
}

/// `None` when there is no such membership.
pub async fn of(tx: &Tx, membership: MembershipId) -> Result<Option<Standing>, data::Error> {
    let sql = data::sql!(
        "WITH RECURSIVE above (team_id, depth) AS (\
         SELECT team_id, 0 FROM team_members WHERE tenant_id = $1 AND membership_id = $2 AND deleted_at IS NULL \
         UNION SELECT t.parent_id, a.depth + 1 FROM above a \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = a.team_id AND t.deleted_at IS NULL \
         WHERE t.parent_id IS NOT NULL AND a.depth < $3) \
         SELECT CAST(NULL AS UUID) AS team_id, NULL AS team_name, m.state, m.role, m.role_id, r.permissions \
         FROM memberships m \
         LEFT JOIN roles r ON r.tenant_id = $1 AND r.public_id = m.role_id AND r.deleted_at IS NULL \
         WHERE m.tenant_id = $1 AND m.public_id = $2 AND m.deleted_at IS NULL \
         UNION ALL SELECT t.public_id, t.name, NULL, t.role, t.role_id, r.permissions \
         FROM (SELECT DISTINCT team_id FROM above) a \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = a.team_id AND t.deleted_at IS NULL \
         LEFT JOIN roles r ON r.tenant_id = $1 AND r.public_id = t.role_id AND r.deleted_at IS NULL \
         WHERE t.role IS NOT NULL OR t.role_id IS NOT NULL"
    );
    let rows: Vec<Row> = tx.sql(sql).bind(membership).bind(i64::from(MAX_DEPTH)).all().await?;
    let mut standing = None;
    let mut of_teams = Vec::new();
    for row in rows {
        let held = held(row.role.as_deref(), row.role_id, row.permissions.as_deref())?;
        match (row.team_id, row.team_name, row.state) {
            (Some(id), Some(name), _) => of_teams.push((Team { id, name }, held)),
            (_, _, Some(state)) => {
                let state =
                    MembershipState::parse(&state).ok_or_else(|| unknown("membership state", &state))?;
                standing = Some((state, held));
            }
            _ => return Err(data::Error::internal("a source of permissions without a name")),
        }
    }
    Ok(standing.map(|(state, own)| Standing { state, own, of_teams }))
}

fn held(role: Option<&str>, id: Option<RoleId>, permissions: Option<&str>) -> Result<Held, data::Error> {
    let role = match (role, id) {
        (_, Some(id)) => RoleRef::Custom(id),
        (Some(word), None) => RoleRef::Builtin(builtin_role(word)?),
        (None, None) => return Err(data::Error::internal("a source of permissions without a role")),
    };
    Ok(Held { role, names: permissions.map(role::permissions).transpose()?.unwrap_or_default() })
}
