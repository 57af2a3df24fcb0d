//! Who holds a bearer token or an API key, and what they may do. Asked on each request, so what is found is kept for less
//! than a second: what must be revocable within a second may not be believed for longer.

use crate::app::App;
use crate::domain::MembershipId;
use crate::error::Error;
use crate::service::api_key::permissions_of;
use crate::service::authority;
use crate::service::tokens::{ACCESS_PREFIX, API_KEY_PREFIX, API_KEY_TEST_PREFIX, cache_key};
use crate::store::identity::Holder;
use crate::store::{api_key, identity};
use chrono::{DateTime, Duration, Utc};
use kernel::ctx::{Credential, Entitlements, Mode, Principal, Strength};
use kernel::permission::PermissionSet;
use kernel::{Actor, Visitor};
use secrets::hash_token;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `None`: unknown, expired, revoked, or of a member or tenant that may not act.
pub async fn authenticate(app: &App, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Error> {
    let Some(kind) = Kind::of(bearer) else { return Ok(None) };
    let hash = hash_token(bearer);
    let load = || load(app, kind, hash, visitor.now());
    let found: Option<Arc<Verified>> = app.identities.get_with(None, &cache_key(&hash), load).await?;
    let valid = found.filter(|verified| verified.expires_at.is_none_or(|at| at > visitor.now()));
    let Some(verified) = valid else { return Ok(None) };
    let own = authority::current(app, visitor, verified.principal.tenant, verified.membership).await?;
    Ok(own.map(|own| {
        let mut principal = verified.principal.clone();
        // A key does no more than its maker may do now, whatever they might when they made it.
        principal.permissions = match &verified.of_key {
            Some(of_key) => of_key.intersection(&own),
            None => (*own).clone(),
        };
        principal
    }))
}

#[derive(Clone, Copy)]
enum Kind {
    AccessToken,
    /// Of a tenant of this mode, by its prefix.
    ApiKey(Mode),
}

impl Kind {
    /// Anything else is not one of ours, and asks no database.
    fn of(bearer: &str) -> Option<Self> {
        let (prefix, _) = bearer.match_indices('_').nth(1).map(|(at, _)| bearer.split_at(at))?;
        match prefix {
            ACCESS_PREFIX => Some(Self::AccessToken),
            API_KEY_PREFIX => Some(Self::ApiKey(Mode::Live)),
            API_KEY_TEST_PREFIX => Some(Self::ApiKey(Mode::Test)),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Verified {
    /// Without permissions, which are asked for by themselves.
    principal: Principal,
    membership: MembershipId,
    /// What a key may do where its maker may; `None` of a session.
    of_key: Option<PermissionSet>,
    expires_at: Option<DateTime<Utc>>,
}

async fn load(app: &App, kind: Kind, hash: [u8; 32], now: DateTime<Utc>) -> Result<Option<Verified>, Error> {
    let system = app.databases.system_read("authentication: who holds a token").await?;
    let holder = match kind {
        Kind::AccessToken => identity::of_access_token(&system, hash).await?,
        Kind::ApiKey(mode) => {
            let holder = identity::of_api_key(&system, hash, now).await?;
            holder.filter(|holder| holder.mode == mode)
        }
    };
    drop(system);
    let Some(holder) = holder else { return Ok(None) };
    if matches!(kind, Kind::ApiKey(_)) {
        note_use(app, &holder, now);
    }
    Ok(Some(verified(app, holder)))
}

fn verified(app: &App, holder: Holder) -> Verified {
    let (actor, strength) = match holder.key {
        Some(_) => (Actor::ApiKey { id: holder.credential, owner: holder.user }, Strength::Key),
        None => (Actor::User { id: holder.user }, holder.strength),
    };
    let principal = Principal {
        tenant: holder.tenant,
        actor,
        credential: Credential {
            id: Some(holder.credential),
            strength,
            authenticated_at: holder.authenticated_at,
        },
        impersonator: None,
        permissions: PermissionSet::default(),
        entitlements: Entitlements::default(),
        mode: holder.mode,
    };
    let of_key = holder.key.map(|grant| permissions_of(app, &grant));
    Verified { principal, membership: holder.membership, of_key, expires_at: holder.expires_at }
}

/// At most once a minute, beside the request: when the database is busy, the note of this use is left out.
fn note_use(app: &App, holder: &Holder, now: DateTime<Utc>) {
    let due = now - Duration::minutes(1);
    if holder.last_used_at.is_some_and(|last| last > due) {
        return;
    }
    let Ok(turn) = Arc::clone(&app.touches).try_acquire_owned() else { return };
    let (databases, tenant, key) = (app.databases.clone(), holder.tenant, holder.credential);
    tokio::spawn(async move {
        let _turn = turn;
        let noted = async {
            let system = databases.system("authentication: when a key was last used").await?;
            api_key::touch(&system, tenant, key, now, due).await?;
            system.commit().await
        };
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the last use of an API key was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bearer: &str, expected: Option<&str>) {
        let kind = Kind::of(bearer).map(|kind| match kind {
            Kind::AccessToken => "access",
            Kind::ApiKey(Mode::Live) => "live key",
            Kind::ApiKey(Mode::Test) => "test key",
        });
        assert_eq!(kind, expected, "{bearer}");
    }

    #[test]
    fn a_prefix_tells_what_a_token_is() {
        check("ins_at_abc_def", Some("access"));
        check("ins_live__abc", Some("live key"));
        check("ins_test_abc", Some("test key"));
        check("ins_rt_abc", None);
        check("ins_at", None);
        check("", None);
        check("eyJhbGciOiJub25lIn0.e30.", None);
    }
}
