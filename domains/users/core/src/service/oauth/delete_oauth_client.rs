//! Takes a client out of use: all that it has open ends, at once on this node and within a second on all, and what members let it
//! do is taken back.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::service::oauth::oauth_client::{self as view, audited};
use crate::store::{oauth_client, oauth_grant};
use data::AuditEntry;
use kernel::Ctx;
use serde_json::json;

pub async fn delete_oauth_client(app: &App, ctx: &Ctx, id: OauthClientId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let before = oauth_client::by_id_to_change(&unit, id).await?.ok_or(Error::OauthClientNotFound)?;
    if !oauth_client::delete(&unit, id).await? {
        return Err(Error::OauthClientNotFound);
    }
    // Before the sessions, as who takes one back does.
    let grants = oauth_grant::delete_all_to(&unit, id).await?;
    let ended = view::end_sessions(app, ctx, &mut unit, &before).await?;
    unit.audit(AuditEntry {
        action: "users.oauth_client.delete",
        resource: "oauth_client",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(json!({ "deleted": true, "ended_sessions": ended, "ended_grants": grants })),
    })?;
    Ok(unit.commit(()).await?)
}
