//! What a tenant asks of whoever comes in, where a session is opened, moves here or goes on. What it asks of each request is
//! seen to in `authenticate`, where a session that lacks a second factor is left little to do.

use crate::app::App;
use crate::domain::Policy;
use crate::domain::policy::LockOut;
use crate::error::Error;
use crate::service::api_keys::api_key as key_view;
use crate::service::sessions::tokens;
use crate::service::sso::enforcement::{self, Entry};
use crate::store::{api_key, factors, session, tenant_policy};
use chrono::{DateTime, Utc};
use data::{Tx, Unit};
use kernel::ctx::Strength;
use kernel::{Ctx, UserId, Visitor};

/// Of how many sessions, and of how many keys, a change is felt at once on this node; of more it is within the second.
const MAX_FORGOTTEN: u64 = 1000;

/// That of the transaction's tenant, and its version: none has been said yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantPolicy {
    pub policy: Policy,
    pub version: i64,
}

pub async fn own(tx: &Tx) -> Result<TenantPolicy, Error> {
    of(tenant_policy::own(tx).await?.as_ref())
}

/// Where no word was said, nothing is asked, as version 0.
pub fn of(row: Option<&tenant_policy::Model>) -> Result<TenantPolicy, Error> {
    let policy = row.map(tenant_policy::Model::policy).transpose()?.unwrap_or_default();
    Ok(TenantPolicy { policy, version: row.map_or(0, |row| row.version) })
}

/// Whether this person's session of this strength may be opened in the transaction's tenant, once all that it takes is
/// proved. One that moves here was proved a while ago.
pub async fn admit(
    tx: &Tx,
    visitor: &Visitor,
    user: UserId,
    strength: Strength,
    proved_at: DateTime<Utc>,
) -> Result<(), Error> {
    entry(tx, visitor, user, strength, proved_at).await.map(|_| ())
}

/// The same, and whether it is past the provider that the tenant enforces.
pub async fn entry(
    tx: &Tx,
    visitor: &Visitor,
    user: UserId,
    strength: Strength,
    proved_at: DateTime<Utc>,
) -> Result<Entry, Error> {
    let policy = own(tx).await?.policy;
    require_address(&policy, visitor)?;
    if !policy.allows(strength) {
        let has = factors::of_user(tx, user).await?.ok_or(Error::MethodNotAllowed)?;
        if !policy.admits(strength, has) && !is_taken_in(tx, visitor, user, strength).await? {
            return Err(Error::MethodNotAllowed);
        }
    }
    let ended = policy.session_ends(proved_at).is_some_and(|at| at <= visitor.now());
    if ended { Err(Error::FreshCredentialNeeded) } else { enforcement::admit(tx, user, strength).await }
}

/// Or a tenant where passkeys alone sign in could ask nobody in who has none. What they come to is a session that looks after
/// oneself and registers one; it is not renewed.
async fn is_taken_in(tx: &Tx, visitor: &Visitor, user: UserId, strength: Strength) -> Result<bool, Error> {
    if strength != Strength::Password {
        return Ok(false);
    }
    Ok(factors::newcomer(tx, user).await?.is_some_and(|newcomer| newcomer.is_new(visitor.now())))
}

/// Whether this person's session goes on; `false`: it ends by what its tenant asks.
pub async fn goes_on(
    tx: &Tx,
    visitor: &Visitor,
    user: UserId,
    session: &session::Model,
) -> Result<bool, Error> {
    let policy = own(tx).await?.policy;
    require_address(&policy, visitor)?;
    let ended = policy.session_ends(session.signed_in_at()).is_some_and(|at| at <= visitor.now());
    if ended {
        return Ok(false);
    }
    let strength = session::strength(session.strength.as_deref())?;
    let _entry = match enforcement::admit(tx, user, strength).await {
        Err(Error::SsoEnforced { .. } | Error::SsoSecondFactorNeeded) => return Ok(false),
        admitted => admitted?,
    };
    if !enforcement::is_known(tx, user, strength).await? {
        return Ok(false);
    }
    if policy.allows(strength) && policy.restriction(Strength::Password).is_none() {
        return Ok(true);
    }
    // Or a factor that was set up and given up would do for as long as the session is renewed.
    let has = factors::of_user(tx, user).await?;
    Ok(has.is_some_and(|has| policy.admits(strength, has) && policy.is_still_proved(strength, has)))
}

pub fn require_address(policy: &Policy, visitor: &Visitor) -> Result<(), Error> {
    if policy.allows_address(visitor.client_address) { Ok(()) } else { Err(Error::AddressNotAllowed) }
}

/// Whether the caller's own session would go no further by this.
pub async fn lock_out(tx: &Tx, ctx: &Ctx, user: UserId, policy: &Policy) -> Result<Option<LockOut>, Error> {
    let has = factors::of_user(tx, user).await?.ok_or(Error::NotAMember)?;
    let strength = ctx.principal().credential.strength;
    Ok(policy.locks_out(ctx.visitor().client_address, strength, has))
}

/// What is kept of whoever has a credential here tells the former policy.
pub async fn forget_holders(app: &App, unit: &mut Unit) -> Result<(), Error> {
    let sessions = session::newest(unit, MAX_FORGOTTEN).await?;
    sessions.iter().for_each(|row| tokens::forget(app, unit, &row.access_hash));
    let keys = api_key::newest(unit, MAX_FORGOTTEN).await?;
    keys.iter().for_each(|row| key_view::forget(app, unit, row));
    Ok(())
}
