//! Has a connection know a member no more: whoever was linked wrongly, or has become somebody else at the provider. What the
//! tenant's providers have opened for them ends; whom the provider says next has their address, it links anew. So it takes what
//! naming the provider takes.

use crate::app::App;
use crate::domain::{MembershipId, OidcConnectionId};
use crate::error::Error;
use crate::permissions::SSO_WRITE;
use crate::service::roles::authority;
use crate::service::sessions::{fresh, tokens};
use crate::service::sso::connection as view;
use crate::store::{membership, oidc_identity, oidc_sign_in, session, tenant};
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub async fn unlink_identity(
    app: &App,
    ctx: &Ctx,
    id: MembershipId,
    connection: OidcConnectionId,
) -> Result<(), Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    // Held with the member, so that nobody comes in as them meanwhile.
    tenant::own_to_change(&unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, &unit, &SSO_WRITE).await?;
    let member = membership::by_id_to_change(&unit, id).await?.ok_or(Error::MemberNotFound)?;
    let known = oidc_identity::of_person(&unit, connection, member.user_id).await?;
    let known = known.ok_or(Error::IdentityNotFound)?;
    view::require_covered(app, &acting)?;
    if oidc_identity::delete_of(&unit, connection, member.user_id).await? == 0 {
        return Err(Error::IdentityNotFound);
    }
    oidc_sign_in::void_codes(&unit, ctx, connection, member.user_id).await?;
    // By which of the providers each was opened is not kept.
    let ended = session::revoke_federated(&unit, ctx, id).await?;
    ended.iter().for_each(|row| tokens::forget(app, &mut unit, &row.access_hash));
    unit.audit(AuditEntry {
        action: "users.oidc_identity.delete",
        resource: "oidc_identity",
        resource_id: known.public_id.uuid(),
        before: Some(json!({ "connection": connection, "user": member.user_id, "member": id })),
        after: Some(json!({ "sessions_ended": ended.len() })),
    })?;
    Ok(unit.commit(()).await?)
}
