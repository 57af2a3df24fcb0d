//! Ends a connection for good, with its secret and with whom it knew: sessions that it opened end when they are renewed.

use crate::app::App;
use crate::domain::OidcConnectionId;
use crate::error::Error;
use crate::service::sessions::fresh;
use crate::service::sso::connection as view;
use crate::store::{oidc_connection, oidc_identity};
use data::AuditEntry;
use kernel::{Actor, Ctx};

pub async fn delete_connection(app: &App, ctx: &Ctx, id: OidcConnectionId) -> Result<(), Error> {
    let Actor::User { .. } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut unit = app.databases.write(ctx).await?;
    let before = oidc_connection::by_id_to_change(&unit, id).await?.ok_or(Error::OidcConnectionNotFound)?;
    let forgotten = oidc_identity::delete_all_of(&unit, id).await?;
    if !oidc_connection::delete(&unit, id).await? {
        return Err(Error::OidcConnectionNotFound);
    }
    let mut said = view::audited(&before.fields()?);
    said["identities"] = forgotten.into();
    unit.audit(AuditEntry {
        action: "users.oidc_connection.delete",
        resource: "oidc_connection",
        resource_id: id.uuid(),
        before: Some(said),
        after: None,
    })?;
    Ok(unit.commit(()).await?)
}
