//! The members of the caller's tenant, newest first.

use crate::app::App;
use crate::domain::MembershipId;
use crate::error::Error;
use crate::service::members::member::{self, Member};
use crate::store::membership::MemberFilter;
use crate::store::{membership, user};
use kernel::{Ctx, Page, PageRequest};

pub async fn list_members(
    app: &App,
    ctx: &Ctx,
    filter: MemberFilter,
    request: &PageRequest,
) -> Result<Page<Member>, Error> {
    let read = app.databases.read(ctx).await?;
    let page = membership::page(&read, filter, request).await?;
    let people = user::by_ids(&read, page.data.iter().map(|row| row.user_id).collect()).await?;
    let known = page.data.iter().filter_map(|row| Some((row, people.get(&row.user_id)?)));
    let data = known.map(|(row, person)| member::of(row, person)).collect::<Result<_, Error>>()?;
    Ok(Page { data, next_cursor: page.next_cursor })
}

pub async fn get_member(app: &App, ctx: &Ctx, id: MembershipId) -> Result<Member, Error> {
    let read = app.databases.read(ctx).await?;
    let row = membership::by_id(&read, id).await?.ok_or(Error::MemberNotFound)?;
    member::with_person(&read, &row).await
}
