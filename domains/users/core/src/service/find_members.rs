//! Members as other domains see them.

use crate::app::App;
use crate::error::Error;
use crate::store::{membership, user};
use data::Tx;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use users_contract::{MAX_MEMBERS, Member};

pub async fn by_user(app: &App, ctx: &Ctx, id: UserId) -> Result<Option<Member>, Error> {
    let read = app.databases.read(ctx).await?;
    let row = membership::of_user(&read, id).await?;
    Ok(with_people(&read, row.into_iter().collect()).await?.pop())
}

pub async fn with_role(app: &App, ctx: &Ctx, role: BuiltinRole) -> Result<Vec<Member>, Error> {
    let read = app.databases.read(ctx).await?;
    let rows = membership::with_role(&read, role, MAX_MEMBERS).await?;
    with_people(&read, rows).await
}

/// In the same order; a membership whose person is deleted is left out.
async fn with_people(tx: &Tx, rows: Vec<membership::Model>) -> Result<Vec<Member>, Error> {
    let people = user::by_ids(tx, rows.iter().map(|row| row.user_id).collect()).await?;
    let members = rows.iter().filter_map(|row| Some((row, people.get(&row.user_id)?)));
    members.map(|(row, person)| member(row, person)).collect()
}

fn member(row: &membership::Model, person: &user::Model) -> Result<Member, Error> {
    Ok(Member {
        user: row.user_id,
        email: person.email.clone(),
        display_name: person.display_name.clone(),
        role: row.role()?,
        active: row.state()?.may_act(),
    })
}
