//! Takes support access back, and ends all sessions that were opened by it: at once on this node and within a second on all.
//! Revoking it again changes nothing. What a member gave ends by itself once they may not give it any more.

use crate::app::App;
use crate::domain::{MembershipId, SupportGrantId};
use crate::error::Error;
use crate::service::roles::authority;
use crate::service::sessions::tokens;
use crate::service::support::grant_support::may_grant;
use crate::service::support::support_grant::{self as view, SupportGrant, audited};
use crate::store::{session, support_grant};
use data::{AuditEntry, Unit};
use kernel::Ctx;

/// Of one member: more than anybody gives in a week.
const MOST_ENDED: u64 = 1000;

pub async fn revoke_support_grant(app: &App, ctx: &Ctx, id: SupportGrantId) -> Result<SupportGrant, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = support_grant::by_id_to_change(&unit, id).await?.ok_or(Error::SupportGrantNotFound)?;
    let after = end(app, ctx, &mut unit, &before).await?;
    Ok(unit.commit(view::of(after.unwrap_or(before))?).await?)
}

/// In the unit that has changed who this member is or what they may do: what was theirs to give and is not any more would
/// count again when they come back to it.
pub async fn end_what_is_not_theirs(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    member: MembershipId,
) -> Result<(), Error> {
    let given = support_grant::in_force_by(unit, member, ctx.now(), MOST_ENDED).await?;
    if given.is_empty() {
        return Ok(());
    }
    let theirs = authority::of_member(app, unit, member).await?;
    for grant in given {
        let role = grant.role()?.builtin();
        if theirs.as_ref().is_none_or(|theirs| !may_grant(app, theirs, role)) {
            end(app, ctx, unit, &grant).await?;
        }
    }
    Ok(())
}

/// `None` when it had ended before.
async fn end(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    before: &support_grant::Model,
) -> Result<Option<support_grant::Model>, Error> {
    let id = before.public_id;
    let Some(after) = support_grant::revoke(unit, ctx, id).await? else { return Ok(None) };
    let ended = session::revoke_of_grant(unit, ctx, id).await?;
    let mut said = audited(&after);
    said["ended_sessions"] = ended.iter().map(|row| row.public_id.to_string()).collect();
    unit.audit(AuditEntry {
        action: "users.support_grant.revoke",
        resource: "support_grant",
        resource_id: id.uuid(),
        before: Some(audited(before)),
        after: Some(said),
    })?;
    ended.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
    Ok(Some(after))
}
