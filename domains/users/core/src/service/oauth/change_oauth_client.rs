//! Changes what a client is called, where it leads back to and what it may ask for. Where it may ask for less than before,
//! what it has open ends: it was let go further.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::permissions::OAUTH_CLIENTS_WRITE;
use crate::service::oauth::oauth_client::{self as view, OauthClient, audited};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::oauth_client::{self, ClientFields};
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

pub struct ChangeOauthClient {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    pub redirect_uris: Option<Vec<String>>,
    pub scopes: Option<Vec<String>>,
}

pub async fn change_oauth_client(
    app: &App,
    ctx: &Ctx,
    id: OauthClientId,
    command: ChangeOauthClient,
) -> Result<OauthClient, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &OAUTH_CLIENTS_WRITE).await?;
    let before = oauth_client::by_id_to_change(&unit, id).await?.ok_or(Error::OauthClientNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let mut faults = Faults::new();
    let fields = ClientFields {
        name: command.name.unwrap_or_else(|| before.fields.name.clone()),
        redirect_uris: command.redirect_uris.unwrap_or_else(|| before.fields.redirect_uris.clone()),
        scopes: command.scopes.unwrap_or_else(|| before.fields.scopes.clone()),
    };
    let fields = view::worded(app, fields, before.is_public(), &mut faults);
    view::require_redirects(&before.grant_types, &fields, &mut faults);
    let fields = faults.finish(fields).map_err(Error::invalid)?;
    view::require_own(&unit, &before, own).await?;
    if fields == before.fields {
        let client = view::with_maker(&unit, before).await?;
        return Ok(unit.commit(client).await?);
    }
    if fields.redirect_uris != before.fields.redirect_uris || fields.scopes != before.fields.scopes {
        fresh::require(app, ctx)?;
        view::require_scopes_covered(app, &acting, &fields.scopes)?;
    }
    let after = oauth_client::update(&unit, &before, &fields).await?.ok_or_else(Error::stale)?;
    let is_less = before.fields.scopes.iter().any(|scope| !fields.scopes.contains(scope));
    // What was let go further than this begins anew.
    let ended = if is_less { view::end_sessions(app, ctx, &mut unit, &before).await? } else { 0 };
    let mut said = audited(&after);
    said["ended_sessions"] = ended.into();
    unit.audit(AuditEntry {
        action: "users.oauth_client.update",
        resource: "oauth_client",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(said),
    })?;
    let client = view::with_maker(&unit, after).await?;
    Ok(unit.commit(client).await?)
}
