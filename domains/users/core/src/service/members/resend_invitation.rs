//! Sends an open invitation again, with another link and another time to live: the links before it end, and it is by
//! whoever sends it now.

use crate::app::App;
use crate::domain::InvitationId;
use crate::error::Error;
use crate::permissions::MEMBERS_INVITE;
use crate::service::members::invitation::{self as view, INVITATION_PREFIX, Invitation};
use crate::service::members::invite::require_may_promise;
use crate::service::roles::authority;
use crate::store::{invitation, tenant};
use data::AuditEntry;
use kernel::{Actor, Ctx};

pub async fn resend_invitation(app: &App, ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let &Actor::User { id: by } = ctx.actor() else { return Err(Error::SessionRequired) };
    let token = secrets::token(INVITATION_PREFIX);
    let mut unit = app.databases.write(ctx).await?;
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &MEMBERS_INVITE).await?;
    let before = invitation::by_id_to_change(&unit, id).await?.ok_or(Error::InvitationNotFound)?;
    require_may_promise(app, ctx, &unit, &acting, before.role()?).await?;
    let expires_at = ctx.now() + app.settings.invitation_lifetime();
    let renewed = invitation::renew(&unit, id, by, token.hash, expires_at).await?;
    let after = renewed.ok_or(Error::InvitationClosed)?;
    view::send(app, &mut unit, &after, &token.plain).await?;
    unit.audit(AuditEntry {
        action: "users.invitation.resend",
        resource: "invitation",
        resource_id: id.uuid(),
        before: Some(view::audited(&before)?),
        after: Some(view::audited(&after)?),
    })?;
    Ok(unit.commit(view::of(&after)?).await?)
}
