//! A member as other domains see them.

use crate::app::App;
use crate::domain::RoleRef;
use crate::error::Error;
use crate::store::{authority, membership, user};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use users_contract::Member;

/// `None` also when the person is deleted.
pub async fn find_member(app: &App, ctx: &Ctx, id: UserId) -> Result<Option<Member>, Error> {
    let read = app.databases.read(ctx).await?;
    let Some(row) = membership::of_user(&read, id).await? else { return Ok(None) };
    let Some(person) = user::by_id(&read, row.user_id).await? else { return Ok(None) };
    let Some(standing) = authority::of(&read, row.public_id).await? else { return Ok(None) };
    let user::Model { email, display_name, .. } = person;
    let (role, active) = (widest_builtin(&standing), standing.state.may_act());
    Ok(Some(Member { user: row.user_id, email, display_name, role, active }))
}

/// Of all the roles they have; the least where none of them is one that every tenant has.
fn widest_builtin(standing: &authority::Standing) -> BuiltinRole {
    let of_teams = standing.of_teams.iter().map(|(_, held)| held.role);
    let builtin = of_teams.chain([standing.own.role]).filter_map(|role| match role {
        RoleRef::Builtin(role) => Some(role),
        RoleRef::Custom(_) => None,
    });
    builtin.max().unwrap_or(BuiltinRole::Viewer)
}
