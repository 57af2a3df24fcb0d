//! Takes support access back, and ends all sessions that were opened by it: at once on this node and within a second on all.
//! Revoking it again changes nothing.

use crate::app::App;
use crate::domain::SupportGrantId;
use crate::error::Error;
use crate::service::sessions::tokens;
use crate::service::support::support_grant::{self as view, SupportGrant, audited};
use crate::store::{session, support_grant};
use data::AuditEntry;
use kernel::Ctx;

pub async fn revoke_support_grant(app: &App, ctx: &Ctx, id: SupportGrantId) -> Result<SupportGrant, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = support_grant::by_id_to_change(&unit, id).await?.ok_or(Error::SupportGrantNotFound)?;
    let Some(after) = support_grant::revoke(&unit, ctx, id).await? else {
        return Ok(unit.commit(view::of(before)?).await?);
    };
    let ended = session::revoke_of_grant(&unit, ctx, id).await?;
    let mut said = audited(&after);
    said["ended_sessions"] = ended.iter().map(|row| row.public_id.to_string()).collect();
    unit.audit(AuditEntry {
        action: "users.support_grant.revoke",
        resource: "support_grant",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(said),
    })?;
    ended.iter().for_each(|row| tokens::forget(app, &mut unit, &row.access_hash));
    Ok(unit.commit(view::of(after)?).await?)
}
