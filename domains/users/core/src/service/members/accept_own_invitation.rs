//! Somebody who is signed in follows an invitation to their own address: a session that was proved just now says what a
//! password would, and more, of who has none. The link is asked for as well: their session alone does not show who was
//! invited. Whoever else holds it is told the same as of one that nobody sent.
//!
//! They are let in before their own tenant's log says so, which is not told where to. Whoever is cut off between the two is in:
//! the other tenant's log says it, and asking again is told that it was accepted already.

use crate::app::App;
use crate::error::Error;
use crate::service::members::accept_invitation::{Accepted, Found, Guest, admit, find, require_open};
use crate::service::sessions::fresh;
use crate::service::sso::federated;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub async fn accept_own_invitation(app: &App, ctx: &Ctx, token: &str) -> Result<Accepted, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    fresh::require(app, ctx)?;
    let Found { invited, known } = find(app, token).await?.ok_or(Error::InvitationInvalid)?;
    if known.is_none_or(|person| person.public_id != id) {
        return Err(Error::InvitationInvalid);
    }
    require_open(&invited, ctx.now())?;
    let there = ctx.visitor().enter(invited.tenant_id, "users");
    let accepted = admit(app, &there, &invited, &Guest::Known { user: id, matches: true }).await?;
    let mut unit = app.databases.write(ctx).await?;
    unit.audit(AuditEntry {
        action: "users.user.accept_invitation",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "invitation": "open" })),
        after: Some(json!({ "invitation": "accepted" })),
    })?;
    Ok(unit.commit(accepted).await?)
}
