//! Whom a role, a team or a line of reporting stands for: those of them who may act, and the widest role they have.

use crate::domain::team::MAX_DEPTH;
use crate::domain::{RoleId, TeamId};
use crate::store::builtin_role;
use data::Tx;
use kernel::UserId;
use kernel::permission::BuiltinRole;
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use users_contract::MembersOf;
use uuid::Uuid;

/// One of them is there; what the others would be compared with matches nothing.
#[derive(Default)]
struct Asked {
    team: Option<TeamId>,
    custom: Option<RoleId>,
    role: Option<&'static str>,
    reports_of: Option<UserId>,
    manager_of: Option<UserId>,
}

impl From<MembersOf> for Asked {
    fn from(of: MembersOf) -> Self {
        match of {
            MembersOf::Role(role) => Self { role: Some(role.name()), ..Self::default() },
            MembersOf::CustomRole(role) => Self { custom: Some(role), ..Self::default() },
            MembersOf::Team(team) => Self { team: Some(team), ..Self::default() },
            MembersOf::ReportsOf(user) => Self { reports_of: Some(user), ..Self::default() },
            MembersOf::ManagerOf(user) => Self { manager_of: Some(user), ..Self::default() },
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    user_id: UserId,
    role: String,
}

/// At most so many, those after this one in the order of their ids. Beside a role of the tenant's own stands the least that
/// every tenant has.
pub async fn page(
    tx: &Tx,
    of: MembersOf,
    after: Option<UserId>,
    limit: i64,
) -> Result<BTreeMap<UserId, BuiltinRole>, data::Error> {
    let sql = data::sql!(
        "WITH RECURSIVE below (team_id, depth) AS (\
         SELECT public_id, 0 FROM teams WHERE tenant_id = $1 AND deleted_at IS NULL \
         AND (public_id = $2 OR role_id = $3 OR (role = $4 AND role_id IS NULL)) \
         UNION SELECT t.public_id, b.depth + 1 FROM below b \
         JOIN teams t ON t.tenant_id = $1 AND t.parent_id = b.team_id AND t.deleted_at IS NULL \
         WHERE b.depth < $5), \
         meant (membership_id) AS (\
         SELECT m.membership_id FROM team_members m JOIN below b ON b.team_id = m.team_id \
         WHERE m.tenant_id = $1 AND m.deleted_at IS NULL \
         UNION SELECT public_id FROM memberships WHERE tenant_id = $1 AND role_id = $3 \
         UNION SELECT public_id FROM memberships WHERE tenant_id = $1 AND role = $4 AND role_id IS NULL \
         UNION SELECT r.public_id FROM memberships m \
         JOIN memberships r ON r.tenant_id = $1 AND r.manager_id = m.public_id \
         WHERE m.tenant_id = $1 AND m.user_id = $6 AND m.deleted_at IS NULL \
         UNION SELECT manager_id FROM memberships \
         WHERE tenant_id = $1 AND user_id = $7 AND deleted_at IS NULL), \
         found (membership_id, user_id, role) AS (\
         SELECT m.public_id, m.user_id, m.role FROM meant w \
         JOIN memberships m ON m.tenant_id = $1 AND m.public_id = w.membership_id \
         WHERE m.deleted_at IS NULL AND m.state = 'active' AND m.user_id > $8 ORDER BY m.user_id LIMIT $9), \
         above (membership_id, team_id, depth) AS (\
         SELECT f.membership_id, m.team_id, 0 FROM found f \
         JOIN team_members m ON m.tenant_id = $1 AND m.membership_id = f.membership_id AND m.deleted_at IS NULL \
         UNION SELECT a.membership_id, t.parent_id, a.depth + 1 FROM above a \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = a.team_id AND t.deleted_at IS NULL \
         WHERE t.parent_id IS NOT NULL AND a.depth < $5) \
         SELECT user_id, role FROM found \
         UNION SELECT f.user_id, t.role FROM above a JOIN found f ON f.membership_id = a.membership_id \
         JOIN teams t ON t.tenant_id = $1 AND t.public_id = a.team_id AND t.deleted_at IS NULL \
         WHERE t.role IS NOT NULL AND t.role_id IS NULL"
    );
    let Asked { team, custom, role, reports_of, manager_of } = Asked::from(of);
    let asked = tx.sql(sql).bind(team).bind(custom).bind(role).bind(i64::from(MAX_DEPTH));
    let asked = asked.bind(reports_of).bind(manager_of);
    // No id is less than that of nobody.
    let asked = asked.bind(after.unwrap_or(UserId::from_uuid(Uuid::nil()))).bind(limit);
    let rows: Vec<Row> = asked.all().await?;
    let mut widest = BTreeMap::new();
    for row in rows {
        let role = builtin_role(&row.role)?;
        let held = widest.entry(row.user_id).or_insert(role);
        *held = role.max(*held);
    }
    Ok(widest)
}
