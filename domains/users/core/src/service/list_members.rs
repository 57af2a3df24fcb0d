//! The members of the caller's tenant, newest first.

use crate::app::App;
use crate::domain::{MembershipId, MembershipState};
use crate::error::Error;
use crate::store::{membership, user};
use chrono::{DateTime, Utc};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Page, PageRequest, UserId};

#[derive(Clone, Debug)]
pub struct ListedMember {
    pub id: MembershipId,
    pub user: UserId,
    pub email: String,
    pub display_name: String,
    pub role: BuiltinRole,
    pub state: MembershipState,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn list_members(app: &App, ctx: &Ctx, request: &PageRequest) -> Result<Page<ListedMember>, Error> {
    let read = app.databases.read(ctx).await?;
    let page = membership::page(&read, request).await?;
    let people = user::by_ids(&read, page.data.iter().map(|row| row.user_id).collect()).await?;
    let known = page.data.iter().filter_map(|row| Some((row, people.get(&row.user_id)?)));
    let data = known.map(|(row, person)| listed(row, person)).collect::<Result<_, Error>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

fn listed(row: &membership::Model, person: &user::Model) -> Result<ListedMember, Error> {
    Ok(ListedMember {
        id: row.public_id,
        user: row.user_id,
        email: person.email.clone(),
        display_name: person.display_name.clone(),
        role: row.role()?,
        state: row.state()?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
