//! The members of a role, of a team or below a manager, as other domains ask for them: only those who may act.

use crate::app::App;
use crate::error::Error;
use crate::store::{members_of, user};
use kernel::Ctx;
use users_contract::{MAX_MEMBERS, Member, Members, ResolveMembers};

pub async fn resolve_members(app: &App, ctx: &Ctx, request: ResolveMembers) -> Result<Members, Error> {
    let ResolveMembers { of, after, limit } = request;
    let limit = limit.clamp(1, MAX_MEMBERS);
    let read = app.databases.read(ctx).await?;
    // One more than asked for says whether others follow.
    let mut found = members_of::page(&read, of, after, i64::from(limit) + 1).await?;
    let more = found.len() > usize::from(limit) && found.pop_last().is_some();
    let next = found.last_key_value().map(|(user, _)| *user).filter(|_| more);
    let mut people = user::by_ids(&read, found.keys().copied().collect()).await?;
    let known = found.into_iter().filter_map(|(user, role)| {
        let user::Model { email, display_name, .. } = people.remove(&user)?;
        Some(Member { user, email, display_name, role, active: true })
    });
    Ok(Members { members: known.collect(), next })
}
