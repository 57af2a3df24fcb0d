//! Where a tenant has its members sign in by its provider alone: who that is asked of, and who gets in beside it when the
//! provider does not answer.

use crate::domain::oidc::DomainName;
use crate::domain::{Email, RoleRef};
use crate::error::Error;
use crate::store::{factors, membership, oidc_connection, oidc_identity, user, verified_domain};
use data::Tx;
use kernel::UserId;
use kernel::ctx::Strength;
use kernel::permission::BuiltinRole;

/// How somebody comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Usual,
    /// An owner, past the provider.
    BreakGlass,
}

/// Whether a session of this strength may be this person's in the transaction's tenant.
pub async fn admit(tx: &Tx, user: UserId, strength: Strength) -> Result<Entry, Error> {
    if !matches!(strength, Strength::Password | Strength::SecondFactor | Strength::Passkey) {
        return Ok(Entry::Usual);
    }
    let Some(connection) = oidc_connection::enforced(tx).await? else { return Ok(Entry::Usual) };
    let person = user::by_id(tx, user).await?.ok_or(Error::NoMembership)?;
    let is_theirs = match person.email.parse::<Email>() {
        Ok(email) => verified_domain::is_own(tx, &DomainName::of(&email)).await?,
        Err(_) => false,
    };
    if !is_theirs {
        return Ok(Entry::Usual);
    }
    let own = membership::of_user(tx, user).await?.ok_or(Error::NoMembership)?;
    if own.role()? != RoleRef::Builtin(BuiltinRole::Owner) {
        return Err(Error::SsoEnforced { start: format!("/sso/{}/start", connection.public_id) });
    }
    if strength.is_by_two_factors() { Ok(Entry::BreakGlass) } else { Err(Error::SsoSecondFactorNeeded) }
}

/// Whether a session that a provider has opened goes on: as long as one of the tenant's knows them.
pub async fn is_known(tx: &Tx, user: UserId, strength: Strength) -> Result<bool, Error> {
    Ok(strength != Strength::Federated || oidc_identity::any_of(tx, user).await?)
}

/// Before it is asked of anybody. The tenant must be held.
pub async fn require_way_back(tx: &Tx) -> Result<(), Error> {
    if verified_domain::count_verified(tx).await? == 0 {
        return Err(Error::SsoNoWayBack(
            "it is asked of whoever has an address in a verified domain, and there is none. Verify one first.",
        ));
    }
    if !factors::any_owner_by_two(tx).await? {
        return Err(Error::SsoNoWayBack(
            "no owner has a passkey, or a password and an authenticator, to come in by when the provider does not \
             answer. Set up one first.",
        ));
    }
    Ok(())
}
