//! Gives a client another secret. The one before is good for a while as well, so that nothing stops until the program has the new
//! one; the one before that ends at once.

use crate::app::App;
use crate::domain::OauthClientId;
use crate::error::Error;
use crate::permissions::OAUTH_CLIENTS_WRITE;
use crate::service::oauth::create_oauth_client::CreatedOauthClient;
use crate::service::oauth::oauth_client::{self as view, audited};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::oauth_client;
use chrono::Duration;
use data::AuditEntry;
use kernel::{Actor, Ctx, Faults};

/// A week.
const MAX_OVERLAP_MINUTES: u32 = 7 * 24 * 60;

pub async fn rotate_oauth_client(
    app: &App,
    ctx: &Ctx,
    id: OauthClientId,
    overlap_minutes: u32,
) -> Result<CreatedOauthClient, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut faults = Faults::new();
    let in_range = overlap_minutes <= MAX_OVERLAP_MINUTES;
    faults.require(in_range, "/overlap_minutes", "out_of_range", "must be at most 10080, which is a week");
    faults.finish(()).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &OAUTH_CLIENTS_WRITE).await?;
    let before = oauth_client::by_id_to_change(&unit, id).await?.ok_or(Error::OauthClientNotFound)?;
    if before.is_public() {
        return Err(Error::OauthClientPublic);
    }
    view::require_own(&unit, &before, own).await?;
    view::require_scopes_covered(app, &acting, &before.fields.scopes)?;
    let secret = view::new_secret();
    let until = (overlap_minutes > 0).then(|| ctx.now() + Duration::minutes(overlap_minutes.into()));
    let rotated = oauth_client::rotate(&unit, &before, secret.hash, until).await?;
    let after = rotated.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.oauth_client.rotate",
        resource: "oauth_client",
        resource_id: id.uuid(),
        before: Some(audited(&before)),
        after: Some(audited(&after)),
    })?;
    let client = view::with_maker(&unit, after).await?;
    Ok(unit.commit(CreatedOauthClient { client, secret: Some(secret.plain) }).await?)
}
