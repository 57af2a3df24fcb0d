//! A person gives up the change of address they have asked for. Its links do nothing any more.

use crate::app::App;
use crate::error::Error;
use crate::service::accounts::email_change as view;
use crate::service::sso::federated;
use crate::store::email_change;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

/// What was done, for the stored answer.
pub struct Cancelled;

pub async fn cancel_email_change(app: &App, ctx: &Ctx) -> Result<Cancelled, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    federated::refuse(ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let open = email_change::open_of(&unit, id).await?.filter(|change| change.is_pending(ctx.now()));
    let open = open.ok_or(Error::EmailChangeNotFound)?;
    if !email_change::end(&unit, ctx, open.public_id).await? {
        return Err(Error::EmailChangeNotFound);
    }
    unit.audit(AuditEntry {
        action: "users.user.cancel_email_change",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(view::audited(&open)),
        after: Some(json!({ "reason": "given_up" })),
    })?;
    Ok(unit.commit(Cancelled).await?)
}
