//! Brings a deleted client back, with the secret that it had. Nobody is signed in by it, and its members let it in anew. It is as
//! much as to register it.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::permissions::OAUTH_CLIENTS_WRITE;
use crate::service::oauth::oauth_client::{self as view, OauthClient, audited};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::oauth_client;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub async fn restore_oauth_client(app: &App, ctx: &Ctx, id: OauthClientId) -> Result<OauthClient, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &OAUTH_CLIENTS_WRITE).await?;
    let Some(client) = oauth_client::restore(&unit, id).await? else {
        let known = oauth_client::by_id(&unit, id).await?.is_some();
        return Err(if known { Error::OauthClientNotDeleted } else { Error::OauthClientNotFound });
    };
    view::require_own(&unit, &client, own).await?;
    view::require_scopes_covered(app, &acting, &client.fields.scopes)?;
    unit.audit(AuditEntry {
        action: "users.oauth_client.restore",
        resource: "oauth_client",
        resource_id: id.uuid(),
        before: Some(json!({ "deleted": true })),
        after: Some(audited(&client)),
    })?;
    let client = view::with_maker(&unit, client).await?;
    Ok(unit.commit(client).await?)
}
