//! Takes an open invitation back.

use crate::app::App;
use crate::domain::InvitationId;
use crate::error::Error;
use crate::service::members::invitation::{self as view, Invitation};
use crate::store::invitation;
use data::{AuditEntry, Unit};
use kernel::Ctx;

pub async fn revoke_invitation(app: &App, ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = invitation::by_id_to_change(&unit, id).await?.ok_or(Error::InvitationNotFound)?;
    let after = revoke_within(&mut unit, &before).await?;
    Ok(unit.commit(view::of(&after)?).await?)
}

/// The same in a unit that does more.
pub(in crate::service) async fn revoke_within(
    unit: &mut Unit,
    before: &invitation::Model,
) -> Result<invitation::Model, Error> {
    let id = before.public_id;
    let after = invitation::revoke(unit, id).await?.ok_or(Error::InvitationClosed)?;
    unit.audit(AuditEntry {
        action: "users.invitation.revoke",
        resource: "invitation",
        resource_id: id.uuid(),
        before: Some(view::audited(before)?),
        after: Some(view::audited(&after)?),
    })?;
    Ok(after)
}
