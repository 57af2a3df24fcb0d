//! Changes an API key's name, or until when it is good. To make it good for longer is to grant it anew, so that
//! takes what making it takes: its maker, who may do all that it may.

use crate::app::App;
use crate::error::Error;
use crate::permissions::API_KEYS_WRITE;
use crate::service::api_keys::api_key::{self as view, ApiKey, audited};
use crate::service::api_keys::create_api_key::{MAX_NAME, check_expiry};
use crate::service::roles::authority;
use crate::service::sessions::fresh;
use crate::store::api_key;
use chrono::{DateTime, Utc};
use data::AuditEntry;
use kernel::id::CredentialId;
use kernel::{Actor, Ctx, Faults};

pub struct ChangeApiKey {
    /// The version the caller has seen; `None` when they do not mind.
    pub expected_version: Option<i64>,
    /// `None` leaves it as it is.
    pub name: Option<String>,
    /// `Some(None)`: good until it is revoked.
    pub expires_at: Option<Option<DateTime<Utc>>>,
}

pub async fn change_api_key(
    app: &App,
    ctx: &Ctx,
    id: CredentialId,
    command: ChangeApiKey,
) -> Result<ApiKey, Error> {
    let mut unit = app.databases.write(ctx).await?;
    let acting = authority::hold(app, ctx, &unit, &API_KEYS_WRITE).await?;
    let before = api_key::by_id_to_change(&unit, id).await?.ok_or(Error::ApiKeyNotFound)?;
    if command.expected_version.is_some_and(|expected| expected != before.version) {
        return Err(Error::stale());
    }
    let (name, expires_at) = changed(&before, command, ctx.now())?;
    view::require_good(&before, ctx.now())?;
    if is_later(expires_at, before.expires_at) {
        let &Actor::User { id: own } = ctx.actor() else { return Err(Error::SessionRequired) };
        fresh::require(app, ctx)?;
        view::require_own(&unit, &before, own).await?;
        acting.require_covered(&view::permissions_of(app, &before.grant()?))?;
    }
    if name == before.name && expires_at == before.expires_at {
        let key = view::with_maker(&unit, before).await?;
        return Ok(unit.commit(key).await?);
    }
    let after = api_key::change(&unit, &before, &name, expires_at).await?.ok_or_else(Error::stale)?;
    unit.audit(AuditEntry {
        action: "users.api_key.update",
        resource: "api_key",
        resource_id: id.uuid(),
        before: Some(audited(&before)?),
        after: Some(audited(&after)?),
    })?;
    view::forget(app, &mut unit, &before);
    let key = view::with_maker(&unit, after).await?;
    Ok(unit.commit(key).await?)
}

/// The time is looked at only where it is told anew.
fn changed(
    before: &api_key::Model,
    command: ChangeApiKey,
    now: DateTime<Utc>,
) -> Result<(String, Option<DateTime<Utc>>), Error> {
    let mut faults = Faults::new();
    let name = match command.name {
        Some(name) => faults.text("/name", &name, MAX_NAME),
        None => before.name.clone(),
    };
    let expires_at = match command.expires_at {
        Some(told) => {
            check_expiry(&mut faults, told, now);
            told
        }
        None => before.expires_at,
    };
    faults.finish((name, expires_at)).map_err(Error::invalid)
}

/// Never is the latest.
fn is_later(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> bool {
    match (one, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => one > other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_is_later_than_any_time() {
        let soon = DateTime::<Utc>::UNIX_EPOCH;
        let later = soon + chrono::Duration::seconds(1);
        let ordered = [Some(soon), Some(later), None];
        for (at, one) in ordered.into_iter().enumerate() {
            for (than, other) in ordered.into_iter().enumerate() {
                assert_eq!(is_later(one, other), at > than, "{one:?} {other:?}");
            }
        }
    }
}
