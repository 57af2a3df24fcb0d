//! Who holds a bearer token or an API key, and what they may do. Asked on each request, so what is found is kept for less
//! than a second: what must be revocable within a second may not be believed for longer.

use crate::app::App;
use crate::domain::oauth::granted;
use crate::domain::{MembershipId, Policy};
use crate::error::Error;
use crate::permissions::{OF_ONESELF, OPERATORS, WITHHELD_FROM_SUPPORT};
use crate::service::api_keys::api_key::permissions_of;
use crate::service::platform::switches;
use crate::service::roles::authority;
use crate::service::sessions::signing_keys;
use crate::service::sessions::tokens::{API_KEY_PREFIX, API_KEY_TEST_PREFIX, OPERATOR_PREFIX, cache_key};
use crate::service::sso::enforcement;
use crate::service::support::grant_support::may_grant;
use crate::store::identity::{Holder, Support};
use crate::store::{api_key, identity, operator};
use chrono::{DateTime, Duration, Utc};
use kernel::ctx::{Credential, Mode, Principal, Strength};
use kernel::id::{CredentialId, PLATFORM};
use kernel::permission::{BuiltinRole, PermissionSet};
use kernel::{Actor, Permission, Visitor};
use secrets::hash_token;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `None`: unknown, expired, revoked, or of a member or tenant that may not act.
pub async fn authenticate(app: &App, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Error> {
    let Some(kind) = Kind::of(bearer) else { return Ok(None) };
    let hash = hash_token(bearer);
    let load = || load(app, visitor, kind, bearer, hash);
    let found: Option<Arc<Verified>> = app.identities.get_with(None, &cache_key(&hash), load).await?;
    let valid = found.filter(|verified| verified.expires_at.is_none_or(|at| at > visitor.now()));
    let Some(verified) = valid else { return Ok(None) };
    let mut principal = verified.principal.clone();
    let Some(membership) = verified.membership else { return Ok(Some(principal)) };
    if !verified.policy.allows_address(visitor.client_address) {
        return Err(Error::AddressNotAllowed);
    }
    let Some(own) = authority::current(app, visitor, principal.tenant, membership).await? else {
        return Ok(None);
    };
    if !is_still_granted(app, visitor, &verified).await? {
        return Ok(None);
    }
    // A key does no more than its maker may do now, whatever they might when they made it.
    principal.permissions = match &verified.at_most {
        Some(at_most) => at_most.intersection(&own),
        None => (*own).clone(),
    };
    principal.switches = switches::current(app, visitor, principal.tenant).await?;
    Ok(Some(principal))
}

/// An operator's session goes no further than who let them in does.
async fn is_still_granted(app: &App, visitor: &Visitor, verified: &Verified) -> Result<bool, Error> {
    let Some(GrantedBy { member, most }) = verified.granted_by else { return Ok(true) };
    let theirs = authority::current(app, visitor, verified.principal.tenant, member).await?;
    Ok(theirs.is_some_and(|theirs| may_grant(app, &theirs, most)))
}

#[derive(Clone, Copy)]
enum Kind {
    AccessToken,
    /// Of a tenant of this mode, by its prefix.
    ApiKey(Mode),
    Operator,
}

impl Kind {
    /// Anything else is not one of ours, and asks no database.
    fn of(bearer: &str) -> Option<Self> {
        if bearer.bytes().filter(|byte| *byte == b'.').count() == 2 {
            return Some(Self::AccessToken);
        }
        let (prefix, _) = bearer.match_indices('_').nth(1).map(|(at, _)| bearer.split_at(at))?;
        match prefix {
            API_KEY_PREFIX => Some(Self::ApiKey(Mode::Live)),
            API_KEY_TEST_PREFIX => Some(Self::ApiKey(Mode::Test)),
            OPERATOR_PREFIX => Some(Self::Operator),
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Verified {
    /// Without a member's permissions, which are asked for by themselves.
    principal: Principal,
    /// `None` of an operator.
    membership: Option<MembershipId>,
    /// What is left to a key, to a client, to a session without the second factor that its tenant asks for, or to an operator
    /// who looks through a member; `None` of any other session.
    at_most: Option<PermissionSet>,
    /// `None` but where an operator looks through a member.
    granted_by: Option<GrantedBy>,
    policy: Policy,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct GrantedBy {
    member: MembershipId,
    most: BuiltinRole,
}

async fn load(
    app: &App,
    visitor: &Visitor,
    kind: Kind,
    bearer: &str,
    hash: [u8; 32],
) -> Result<Option<Verified>, Error> {
    let now = visitor.now();
    // A token that this installation did not sign is in no table.
    if matches!(kind, Kind::AccessToken) && !signing_keys::verify(app, bearer, now).await? {
        return Ok(None);
    }
    let system = app.databases.system_read("authentication: who holds a token").await?;
    let holder = match kind {
        Kind::AccessToken => identity::of_access_token(&system, hash).await?,
        Kind::ApiKey(mode) => {
            let holder = identity::of_api_key(&system, hash, now).await?;
            holder.filter(|holder| holder.mode == mode)
        }
        Kind::Operator => {
            let found = operator::by_hash(&system, hash).await?;
            return Ok(found.map(|operator| of_operator(&operator)));
        }
    };
    drop(system);
    let holder = holder.filter(|it| !(is_person(it) && enforcement::shuts_out(it.enforced, it.strength)));
    let Some(holder) = holder else { return Ok(None) };
    if matches!(kind, Kind::ApiKey(_)) {
        note_use(app, &holder, now);
    }
    Ok(Some(of_member(app, holder)))
}

fn of_operator(operator: &operator::Model) -> Verified {
    let id = operator.public_id;
    let credential = Credential {
        id: Some(CredentialId::from_uuid(id.uuid())),
        strength: Strength::Key,
        authenticated_at: operator.created_at,
    };
    Verified {
        principal: Principal {
            actor: Actor::Operator { id },
            credential,
            permissions: names(OPERATORS),
            ..Principal::system(PLATFORM, "users", operator.created_at)
        },
        membership: None,
        at_most: None,
        granted_by: None,
        policy: Policy::default(),
        expires_at: Some(operator.expires_at),
    }
}

/// Or somebody whom a person lets act for them, in a session that they have proved.
fn is_person(holder: &Holder) -> bool {
    let is_machine = holder.client.as_ref().is_some_and(|client| client.actor.is_some());
    holder.key.is_none() && holder.support.is_none() && !is_machine
}

fn of_member(app: &App, holder: Holder) -> Verified {
    let client = holder.client.as_ref();
    let of_machine = client.and_then(|client| client.actor);
    let credential = of_machine.unwrap_or(holder.credential);
    let (actor, strength) = match (&holder.key, client, holder.support) {
        // To all domains a client is what a key is: a program that somebody stands behind.
        (Some(_), ..) | (None, Some(_), _) => {
            (Actor::ApiKey { id: credential, owner: holder.user }, Strength::Key)
        }
        (None, None, Some(_)) => (Actor::User { id: holder.user }, Strength::Key),
        (None, None, None) => (Actor::User { id: holder.user }, holder.strength),
    };
    let is_person = is_person(&holder);
    let restriction = holder.policy.restriction(holder.strength).filter(|_| is_person);
    let principal = Principal {
        actor,
        credential: Credential { id: Some(credential), strength, authenticated_at: holder.authenticated_at },
        impersonator: holder.support.map(|support| Actor::Operator { id: support.operator }),
        mode: holder.mode,
        restriction,
        tenant_requests_per_minute: holder.requests_per_minute,
        ..Principal::system(holder.tenant, "users", holder.authenticated_at)
    };
    let at_most = match (&holder.key, client, holder.support, restriction) {
        (Some(grant), ..) => Some(permissions_of(app, grant)),
        (None, Some(client), _, None) => Some(granted(&client.scopes, &app.permissions)),
        (None, Some(client), _, Some(_)) => {
            Some(granted(&client.scopes, &app.permissions).intersection(&names(OF_ONESELF)))
        }
        (None, None, Some(support), _) => Some(through_a_member(app, support)),
        (None, None, None, Some(_)) => Some(names(OF_ONESELF)),
        (None, None, None, None) => None,
    };
    let ends = holder.policy.session_ends(holder.signed_in_at).filter(|_| is_person);
    Verified {
        principal,
        membership: Some(holder.membership),
        at_most,
        granted_by: holder.support.map(|it| GrantedBy { member: it.granted_by, most: it.most }),
        policy: holder.policy,
        expires_at: [holder.expires_at, ends].into_iter().flatten().min(),
    }
}

/// Nothing that would outlive the session, or that only the person themselves should do.
fn through_a_member(app: &App, support: Support) -> PermissionSet {
    let withheld = names(WITHHELD_FROM_SUPPORT);
    let most = app.permissions.of_role(support.most);
    most.names().filter(|name| !withheld.names().any(|other| other == *name)).collect()
}

fn names(permissions: &[Permission]) -> PermissionSet {
    permissions.iter().map(|permission| permission.name).collect()
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
            Kind::Operator => "operator",
            Kind::ApiKey(Mode::Live) => "live key",
            Kind::ApiKey(Mode::Test) => "test key",
        });
        assert_eq!(kind, expected, "{bearer}");
    }

    #[test]
    fn a_prefix_tells_what_a_token_is() {
        check("eyJhbGciOiJFZERTQSJ9.e30.c2ln", Some("access"));
        check("ins_op_abc", Some("operator"));
        check("ins_live__abc", Some("live key"));
        check("ins_test_abc", Some("test key"));
        check("ins_rt_abc", None);
        check("ins_live", None);
        check("", None);
        check("eyJhbGciOiJub25lIn0.e30", None);
    }
}
