//! A member as other domains see them.

use crate::app::App;
use crate::error::Error;
use crate::store::{membership, user};
use kernel::{Ctx, UserId};
use users_contract::Member;

/// `None` also when the person is deleted.
pub async fn find_member(app: &App, ctx: &Ctx, id: UserId) -> Result<Option<Member>, Error> {
    let read = app.databases.read(ctx).await?;
    let Some(row) = membership::of_user(&read, id).await? else { return Ok(None) };
    let Some(person) = user::by_id(&read, row.user_id).await? else { return Ok(None) };
    let (role, active) = (row.role()?, row.state()?.may_act());
    let user::Model { email, display_name, .. } = person;
    Ok(Some(Member { user: row.user_id, email, display_name, role, active }))
}
