//! Where a tenant has its members sign in by its provider alone: who that is asked of, and who gets in beside it when the
//! provider does not answer. The last of those stays one.

use crate::app::App;
use crate::domain::oidc::DomainName;
use crate::domain::{Email, RoleRef};
use crate::error::Error;
use crate::store::identity::Enforced;
use crate::store::{factors, membership, oidc_connection, oidc_identity, tenant, user, verified_domain};
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
    if !is_of_oneself(strength) {
        return Ok(Entry::Usual);
    }
    let Some(connection) = oidc_connection::enforced(tx).await? else { return Ok(Entry::Usual) };
    let person = user::by_id(tx, user).await?.ok_or(Error::NoMembership)?;
    let has_theirs = match person.email.parse::<Email>() {
        Ok(email) => verified_domain::is_own(tx, &DomainName::of(&email)).await?,
        Err(_) => false,
    };
    // Whoever the provider has spoken of once does not get round it by another address.
    if !has_theirs && !oidc_identity::any_of(tx, user).await? {
        return Ok(Entry::Usual);
    }
    let own = membership::of_user(tx, user).await?.ok_or(Error::NoMembership)?;
    if own.role()? != RoleRef::Builtin(BuiltinRole::Owner) {
        return Err(Error::SsoEnforced { start: format!("/sso/{}/start", connection.public_id) });
    }
    if strength.is_by_two_factors() { Ok(Entry::BreakGlass) } else { Err(Error::SsoSecondFactorNeeded) }
}

/// Proved by what somebody has here.
fn is_of_oneself(strength: Strength) -> bool {
    matches!(strength, Strength::Password | Strength::SecondFactor | Strength::Passkey)
}

/// Whether a session that is open is of no use by now, since its tenant has enforced a provider after it was opened.
pub fn shuts_out(enforced: Option<Enforced>, strength: Strength) -> bool {
    let Some(Enforced { is_owner }) = enforced else { return false };
    is_of_oneself(strength) && !(is_owner && strength.is_by_two_factors())
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

/// Before this owner becomes less. The tenant must be held.
pub async fn keep_way_back(tx: &Tx, user: UserId) -> Result<(), Error> {
    if oidc_connection::enforced(tx).await?.is_none() || factors::any_other_owner_by_two(tx, user).await? {
        return Ok(());
    }
    if !factors::of_user(tx, user).await?.is_some_and(factors::is_by_two) {
        return Ok(());
    }
    let tenant = tenant::own(tx).await?.ok_or(Error::NotAMember)?.name;
    Err(Error::SsoLastWayBack { tenant })
}

/// Why somebody keeps what they come in by, whichever of their tenants their session is of.
pub async fn only_way_back(app: &App, user: UserId) -> Result<Option<Error>, Error> {
    let system =
        app.databases.system_read("sign-in by a provider: where one owner alone gets past it").await?;
    let found = factors::only_way_back(&system, user).await?;
    Ok(found.map(|tenant| Error::SsoLastWayBack { tenant }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_by_two_factors_and_the_provider_itself_are_let_past() {
        let check = |is_owner: bool, strength: Strength, expected: bool| {
            let found = shuts_out(Some(Enforced { is_owner }), strength);
            assert_eq!(found, expected, "{is_owner} {strength:?}");
            assert!(!shuts_out(None, strength));
        };
        for is_owner in [true, false] {
            check(is_owner, Strength::Password, true);
            check(is_owner, Strength::SecondFactor, !is_owner);
            check(is_owner, Strength::Passkey, !is_owner);
            check(is_owner, Strength::Federated, false);
            check(is_owner, Strength::Key, false);
        }
    }
}
