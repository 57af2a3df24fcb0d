//! Gives an API key another secret. The one before is good for a while as well, so that nothing stops until its
//! program has the new one; the one before that ends at once.

use crate::app::App;
use crate::error::Error;
use crate::permissions::API_KEYS_WRITE;
use crate::service::api_keys::api_key::{self as view, audited};
use crate::service::api_keys::create_api_key::CreatedApiKey;
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::api_key;
use chrono::Duration;
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, Faults};

/// A week.
const MAX_OVERLAP_MINUTES: u32 = 7 * 24 * 60;

/// By the person who made it: a key acts as its maker, so whoever else had its secret would act as them, and a key that
/// could would have a secret that nobody knows of.
pub async fn rotate_api_key(
    app: &App,
    ctx: &Ctx,
    id: CredentialId,
    overlap_minutes: u32,
) -> Result<CreatedApiKey, Error> {
    let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
    fresh::require(app, ctx)?;
    let mut faults = Faults::new();
    let in_range = overlap_minutes <= MAX_OVERLAP_MINUTES;
    faults.require(in_range, "/overlap_minutes", "out_of_range", "must be at most 10080, which is a week");
    faults.finish(()).map_err(Error::invalid)?;
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &API_KEYS_WRITE).await?;
    let before = api_key::by_id_to_change(&unit, id).await?.ok_or(Error::ApiKeyNotFound)?;
    view::require_own(&unit, &before, own).await?;
    acting.require_covered(&view::permissions_of(app, &before.grant()?))?;
    view::require_good(&before, ctx.now())?;
    let secret = view::new_secret(ctx);
    let until = (overlap_minutes > 0).then(|| ctx.now() + Duration::minutes(overlap_minutes.into()));
    let rotated = api_key::rotate(&unit, &before, view::shown_of(&secret), secret.hash, until).await?;
    let after = rotated.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.api_key.rotate",
        resource: "api_key",
        resource_id: id.uuid(),
        before: Some(audited(&before)?),
        after: Some(audited(&after)?),
    })?;
    view::forget(app, &mut unit, &before);
    let key = view::with_maker(&unit, after).await?;
    Ok(unit.commit(CreatedApiKey { key, secret: secret.plain }).await?)
}
