//! Takes an open invitation back.

use crate::app::App;
use crate::domain::InvitationId;
use crate::error::Error;
use crate::service::members::invitation::{self as view, Invitation};
use crate::store::invitation;
use data::AuditEntry;
use kernel::Ctx;

pub async fn revoke_invitation(app: &App, ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = invitation::by_id_to_change(&unit, id).await?.ok_or(Error::InvitationNotFound)?;
    let after = invitation::revoke(&unit, id).await?.ok_or(Error::InvitationClosed)?;
    unit.audit(AuditEntry {
        action: "users.invitation.revoke",
        resource: "invitation",
        resource_id: id.uuid(),
        before: Some(view::audited(&before)?),
        after: Some(view::audited(&after)?),
    })?;
    Ok(unit.commit(view::of(&after)?).await?)
}
