//! What a tenant asks of its members' sign-ins: whom it lets in, how far, and whom it would keep out; and how long the details of
//! its log are kept.

use chrono::{DateTime, Duration, Utc};
use ipnet::IpNet;
use kernel::ctx::{Restriction, Strength};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorRule {
    #[default]
    Optional,
    /// An authenticator or a passkey.
    Required,
    /// A passkey, whatever else somebody has.
    Passkey,
}

impl SecondFactorRule {
    pub const ALL: [Self; 3] = [Self::Optional, Self::Required, Self::Passkey];

    pub fn name(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
            Self::Passkey => "passkey",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// With a code or without.
    Password,
    Passkey,
}

impl SignInMethod {
    pub const ALL: [Self; 2] = [Self::Password, Self::Passkey];

    /// By which a session of this strength was proved; `None`: it is no person's.
    pub fn of(strength: Strength) -> Option<Self> {
        match strength {
            Strength::Password | Strength::SecondFactor => Some(Self::Password),
            Strength::Passkey => Some(Self::Passkey),
            // Whether the tenant's provider signs people in is said by its connection.
            Strength::Federated | Strength::Internal | Strength::Key => None,
        }
    }
}

/// By which of its rules a policy leaves nobody more than themselves without a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyRule {
    SecondFactor,
    SignInMethods,
}

impl PasskeyRule {
    /// As the API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::SignInMethods => "sign_in_methods",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub second_factor: SecondFactorRule,
    /// Never empty.
    pub sign_in_methods: Vec<SignInMethod>,
    /// Where an empty list allows all.
    pub address_ranges: Vec<IpNet>,
    /// From the sign-in on.
    pub session_minutes: Option<i64>,
    /// `None`: as long as the tenant is there. What is read for each request has it never.
    pub audit_detail_days: Option<i64>,
}

/// What somebody can prove themselves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    pub password: bool,
    pub totp: bool,
    pub passkey: bool,
}

/// What is known of somebody who may be new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub joined_at: DateTime<Utc>,
    /// When their address was proved; by an invitation that made the account as well, as they joined.
    pub proved_at: DateTime<Utc>,
    /// They have had a passkey, an authenticator or another password.
    pub has_changed: bool,
}

impl Newcomer {
    /// Whether this is who accepted an invitation within the last day and made the account by it, as it was made.
    pub fn is_new(self, now: DateTime<Utc>) -> bool {
        let made_by_it = self.joined_at - self.proved_at < Duration::minutes(1);
        made_by_it && !self.has_changed && now - self.joined_at < Duration::days(1)
    }
}

/// Why somebody would not get in, or no further than to themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    NoSecondFactor,
    NoPasskey,
    /// They have nothing that they could sign in with.
    Method,
    Address,
}

/// Why whoever changes a policy would be kept out by it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOut {
    Address,
    Method(SignInMethod),
    NoSecondFactor,
    NoPasskey,
}

impl LockOut {
    /// Why, and what to do before.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Address => {
                "the address you come from is in none of the ranges. Add it, or do this from an address in them."
            }
            Self::Method(SignInMethod::Password) => {
                "you have signed in with a password, which would do no more. Sign in with a passkey and do it there."
            }
            Self::Method(SignInMethod::Passkey) => {
                "you have signed in with a passkey, which would do no more. Sign in with your password and do it there."
            }
            Self::NoSecondFactor => {
                "you have no second factor. Set up an authenticator, or register a passkey, first."
            }
            Self::NoPasskey => "you have no passkey. Register one first.",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            second_factor: SecondFactorRule::Optional,
            sign_in_methods: SignInMethod::ALL.to_vec(),
            address_ranges: Vec::new(),
            session_minutes: None,
            audit_detail_days: None,
        }
    }
}

impl Policy {
    /// An address that is not known is in no range.
    pub fn allows_address(&self, address: Option<IpAddr>) -> bool {
        let within = |address: IpAddr| self.address_ranges.iter().any(|range| range.contains(&address));
        self.address_ranges.is_empty() || address.is_some_and(|address| within(address.to_canonical()))
    }

    pub fn allows_method(&self, method: SignInMethod) -> bool {
        self.sign_in_methods.contains(&method)
    }

    /// Whether a session of this strength was proved by one of its methods.
    pub fn allows(&self, strength: Strength) -> bool {
        SignInMethod::of(strength).is_none_or(|method| self.allows_method(method))
    }

    /// `None`: it is content without one.
    pub fn demands_passkey(&self) -> Option<PasskeyRule> {
        if self.second_factor == SecondFactorRule::Passkey {
            return Some(PasskeyRule::SecondFactor);
        }
        (!self.allows_method(SignInMethod::Password)).then_some(PasskeyRule::SignInMethods)
    }

    /// What is left to a session of this strength: all where it is `None`. Where passkeys alone sign in, one by a password is
    /// of before that rule, or of who has lost every passkey.
    pub fn restriction(&self, strength: Strength) -> Option<Restriction> {
        // What the tenant's own provider asks for is for the tenant to say there.
        if matches!(strength, Strength::Passkey | Strength::Federated) {
            return None;
        }
        if self.demands_passkey().is_some() {
            return Some(Restriction::Passkey);
        }
        let is_lacking = self.second_factor == SecondFactorRule::Required && !strength.is_by_two_factors();
        is_lacking.then_some(Restriction::SecondFactor)
    }

    /// Whether a session of this strength may be opened by somebody who has these. Where passkeys alone sign in, who has none
    /// comes in by a password and a second factor, to register one. Whoever has one is asked for it, or a password that was
    /// stolen would do in its place. Somebody new comes in by the password that they have just chosen, see `Newcomer`.
    pub fn admits(&self, strength: Strength, has: Factors) -> bool {
        let comes_back = strength == Strength::SecondFactor && !has.passkey;
        self.allows(strength) || comes_back
    }

    pub fn session_ends(&self, signed_in_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(signed_in_at + Duration::minutes(self.session_minutes?))
    }

    /// A session is over by its length when its sign-in was then or before.
    pub fn over_if_signed_in_by(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(now - Duration::minutes(self.session_minutes?))
    }

    /// What is in the way of somebody who has these. Where they come from is seen elsewhere.
    pub fn obstacles(&self, has: Factors) -> Vec<Obstacle> {
        let by_password = has.password && self.allows_method(SignInMethod::Password);
        let by_passkey = has.passkey && self.allows_method(SignInMethod::Passkey);
        let by_both = has.password && has.totp && self.admits(Strength::SecondFactor, has);
        let lacks = match self.second_factor {
            SecondFactorRule::Required if !has.totp && !by_passkey => Some(Obstacle::NoSecondFactor),
            SecondFactorRule::Passkey if !has.passkey => Some(Obstacle::NoPasskey),
            // No further than to register one.
            _ if by_both && !by_password => Some(Obstacle::NoPasskey),
            _ => None,
        };
        let shut_out = (!by_password && !by_passkey && !by_both).then_some(Obstacle::Method);
        lacks.into_iter().chain(shut_out).collect()
    }

    /// Whether what a session was proved by is still there, where that is asked for.
    pub fn is_still_proved(&self, strength: Strength, has: Factors) -> bool {
        let is_gone = match strength {
            Strength::SecondFactor => !has.totp && !has.passkey,
            Strength::Passkey => !has.passkey,
            Strength::Password | Strength::Federated | Strength::Key | Strength::Internal => false,
        };
        !is_gone || self.restriction(Strength::Password).is_none()
    }

    /// Whether a session of this strength, from there, would go no further, and its holder could not help it.
    pub fn locks_out(&self, address: Option<IpAddr>, strength: Strength, has: Factors) -> Option<LockOut> {
        if !self.allows_address(address) {
            return Some(LockOut::Address);
        }
        if let Some(method) = SignInMethod::of(strength).filter(|method| !self.allows_method(*method)) {
            return Some(LockOut::Method(method));
        }
        self.restriction(strength)?;
        self.obstacles(has).into_iter().find_map(|obstacle| match obstacle {
            Obstacle::NoSecondFactor => Some(LockOut::NoSecondFactor),
            Obstacle::NoPasskey => Some(LockOut::NoPasskey),
            Obstacle::Method | Obstacle::Address => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(ranges: &[&str]) -> Policy {
        let address_ranges = ranges.iter().map(|range| range.parse().unwrap()).collect();
        Policy { address_ranges, ..Policy::default() }
    }

    #[test]
    fn addresses() {
        let check = |ranges: &[&str], address: Option<&str>, expected: bool| {
            let allowed = policy(ranges).allows_address(address.map(|address| address.parse().unwrap()));
            assert_eq!(allowed, expected, "{ranges:?} {address:?}");
        };
        check(&[], None, true);
        check(&[], Some("203.0.113.7"), true);
        check(&["203.0.113.0/24", "2001:db8::/32"], Some("203.0.113.7"), true);
        check(&["203.0.113.0/24", "2001:db8::/32"], Some("::ffff:203.0.113.7"), true);
        check(&["203.0.113.0/24", "2001:db8::/32"], Some("2001:db8::7"), true);
        check(&["203.0.113.0/24"], Some("203.0.114.7"), false);
        check(&["203.0.113.0/24"], Some("2001:db8::7"), false);
        check(&["203.0.113.0/24"], None, false);
    }

    #[test]
    fn strengths() {
        use Restriction::{Passkey, SecondFactor};
        let check = |rule: SecondFactorRule, strength: Strength, expected: Option<Restriction>| {
            let policy = Policy { second_factor: rule, ..Policy::default() };
            assert_eq!(policy.restriction(strength), expected, "{rule:?} {strength:?}");
        };
        check(SecondFactorRule::Optional, Strength::Password, None);
        check(SecondFactorRule::Required, Strength::Password, Some(SecondFactor));
        check(SecondFactorRule::Required, Strength::SecondFactor, None);
        check(SecondFactorRule::Required, Strength::Passkey, None);
        check(SecondFactorRule::Passkey, Strength::Password, Some(Passkey));
        check(SecondFactorRule::Passkey, Strength::SecondFactor, Some(Passkey));
        check(SecondFactorRule::Passkey, Strength::Passkey, None);
    }

    #[test]
    fn where_passkeys_alone_sign_in_no_other_session_does_more_than_look_after_oneself() {
        for rule in SecondFactorRule::ALL {
            let policy = asking(rule, &[SignInMethod::Passkey]);
            for strength in [Strength::Password, Strength::SecondFactor] {
                assert_eq!(policy.restriction(strength), Some(Restriction::Passkey), "{rule:?} {strength:?}");
            }
            assert_eq!(policy.restriction(Strength::Passkey), None, "{rule:?}");
        }
    }

    #[test]
    fn new_is_who_came_within_a_day_by_an_invitation_and_has_changed_nothing() {
        let joined_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let check = |proved: Duration, has_changed: bool, since: Duration, expected: bool| {
            let newcomer = Newcomer { joined_at, proved_at: joined_at - proved, has_changed };
            assert_eq!(newcomer.is_new(joined_at + since), expected, "{proved} {has_changed} {since}");
        };
        let day = Duration::days(1);
        check(Duration::zero(), false, Duration::zero(), true);
        check(Duration::milliseconds(20), false, day - Duration::seconds(1), true);
        check(Duration::zero(), false, day, false);
        check(Duration::zero(), true, Duration::zero(), false);
        // The account was there before.
        check(Duration::minutes(1), false, Duration::zero(), false);
        check(Duration::days(90), false, Duration::zero(), false);
    }

    #[test]
    fn a_passkey_is_demanded_by_two_rules() {
        use PasskeyRule::{SecondFactor, SignInMethods};
        use SignInMethod::{Passkey, Password};
        let check = |rule, methods: &[SignInMethod], expected: Option<PasskeyRule>| {
            assert_eq!(asking(rule, methods).demands_passkey(), expected, "{rule:?} {methods:?}");
        };
        for rule in [SecondFactorRule::Optional, SecondFactorRule::Required] {
            check(rule, &SignInMethod::ALL, None);
            check(rule, &[Password], None);
            check(rule, &[Passkey], Some(SignInMethods));
        }
        check(SecondFactorRule::Passkey, &SignInMethod::ALL, Some(SecondFactor));
        check(SecondFactorRule::Passkey, &[Passkey], Some(SecondFactor));
    }

    #[test]
    fn who_has_a_passkey_is_let_in_by_nothing_less_where_passkeys_alone_sign_in() {
        use SignInMethod::{Passkey, Password};
        let check = |methods: &[SignInMethod], strength: Strength, has: Factors, expected: bool| {
            for rule in [SecondFactorRule::Optional, SecondFactorRule::Required] {
                let found = asking(rule, methods).admits(strength, has);
                assert_eq!(found, expected, "{rule:?} {methods:?} {strength:?} {has:?}");
            }
        };
        let of_mail = Factors { password: false, ..NOTHING };
        let all = Factors { totp: true, ..PASSKEY };
        for has in [NOTHING, TOTP, PASSKEY, all, PASSKEY_ALONE, of_mail] {
            check(&[Passkey], Strength::Password, has, false);
            check(&[Passkey], Strength::Passkey, has, true);
            check(&[Password], Strength::Passkey, has, false);
            for strength in [Strength::Password, Strength::SecondFactor] {
                check(&[Password], strength, has, true);
                check(&SignInMethod::ALL, strength, has, true);
            }
        }
        // A code of the authenticator; or a recovery code, for the password that a reset has brought.
        for has in [TOTP, NOTHING, of_mail] {
            check(&[Passkey], Strength::SecondFactor, has, true);
        }
        for has in [PASSKEY, all, PASSKEY_ALONE] {
            check(&[Passkey], Strength::SecondFactor, has, false);
        }
    }

    const NOTHING: Factors = Factors { password: true, totp: false, passkey: false };
    const TOTP: Factors = Factors { totp: true, ..NOTHING };
    const PASSKEY: Factors = Factors { passkey: true, ..NOTHING };
    const PASSKEY_ALONE: Factors = Factors { password: false, ..PASSKEY };

    fn asking(rule: SecondFactorRule, methods: &[SignInMethod]) -> Policy {
        Policy { second_factor: rule, sign_in_methods: methods.to_vec(), ..Policy::default() }
    }

    #[test]
    fn obstacles_are_what_somebody_lacks() {
        use Obstacle::{Method, NoPasskey, NoSecondFactor};
        use SignInMethod::{Passkey, Password};
        let check = |rule, methods: &[SignInMethod], has: Factors, expected: &[Obstacle]| {
            let found = asking(rule, methods).obstacles(has);
            assert_eq!(found, expected, "{rule:?} {methods:?} {has:?}");
        };
        let (optional, required) = (SecondFactorRule::Optional, SecondFactorRule::Required);
        for has in [NOTHING, TOTP, PASSKEY, PASSKEY_ALONE] {
            check(optional, &SignInMethod::ALL, has, &[]);
        }
        check(optional, &[Passkey], NOTHING, &[Method]);
        check(optional, &[Passkey], Factors { password: false, ..NOTHING }, &[Method]);
        // They come in to register one.
        check(optional, &[Passkey], TOTP, &[NoPasskey]);
        check(optional, &[Passkey], PASSKEY, &[]);
        check(optional, &[Password], TOTP, &[]);
        check(optional, &[Password], PASSKEY_ALONE, &[Method]);
        check(required, &SignInMethod::ALL, NOTHING, &[NoSecondFactor]);
        check(required, &SignInMethod::ALL, TOTP, &[]);
        check(required, &SignInMethod::ALL, PASSKEY, &[]);
        // With the password alone they have no second factor, and the passkey is not asked for.
        check(required, &[Password], PASSKEY, &[NoSecondFactor]);
        check(required, &[Passkey], TOTP, &[NoPasskey]);
        check(required, &[Passkey], NOTHING, &[NoSecondFactor, Method]);
        check(SecondFactorRule::Passkey, &SignInMethod::ALL, TOTP, &[NoPasskey]);
        check(SecondFactorRule::Passkey, &[Passkey], TOTP, &[NoPasskey]);
        check(SecondFactorRule::Passkey, &[Passkey], NOTHING, &[NoPasskey, Method]);
        check(SecondFactorRule::Passkey, &[Passkey], PASSKEY_ALONE, &[]);
    }

    #[test]
    fn a_factor_that_was_given_up_proves_nothing_any_more() {
        let check = |rule, strength: Strength, has: Factors, expected: bool| {
            let found = asking(rule, &SignInMethod::ALL).is_still_proved(strength, has);
            assert_eq!(found, expected, "{rule:?} {strength:?} {has:?}");
        };
        for rule in [SecondFactorRule::Required, SecondFactorRule::Passkey] {
            check(rule, Strength::SecondFactor, TOTP, true);
            check(rule, Strength::SecondFactor, NOTHING, false);
            check(rule, Strength::Passkey, PASSKEY_ALONE, true);
            check(rule, Strength::Passkey, TOTP, false);
            check(rule, Strength::Password, NOTHING, true);
        }
        for strength in [Strength::Password, Strength::SecondFactor, Strength::Passkey] {
            check(SecondFactorRule::Optional, strength, NOTHING, true);
        }
        let by_passkey = asking(SecondFactorRule::Optional, &[SignInMethod::Passkey]);
        assert!(!by_passkey.is_still_proved(Strength::Passkey, TOTP));
        assert!(by_passkey.is_still_proved(Strength::Passkey, PASSKEY_ALONE));
        assert!(by_passkey.is_still_proved(Strength::SecondFactor, TOTP));
        assert!(!by_passkey.is_still_proved(Strength::SecondFactor, NOTHING));
    }

    #[test]
    fn nobody_locks_themselves_out() {
        use SignInMethod::{Passkey, Password};
        let check = |policy: &Policy, strength: Strength, has: Factors, expected: Option<LockOut>| {
            let found = policy.locks_out(Some("203.0.113.7".parse().unwrap()), strength, has);
            assert_eq!(found, expected, "{policy:?} {strength:?} {has:?}");
        };
        let here = policy(&["203.0.113.0/24"]);
        check(&here, Strength::Password, NOTHING, None);
        check(&policy(&["198.51.100.0/24"]), Strength::Passkey, PASSKEY, Some(LockOut::Address));
        assert_eq!(here.locks_out(None, Strength::Password, NOTHING), Some(LockOut::Address));
        let required = asking(SecondFactorRule::Required, &SignInMethod::ALL);
        check(&required, Strength::Password, NOTHING, Some(LockOut::NoSecondFactor));
        // They have one, and sign in with it from now on.
        check(&required, Strength::Password, TOTP, None);
        check(&required, Strength::Password, PASSKEY, None);
        check(&required, Strength::SecondFactor, TOTP, None);
        let passkeys = asking(SecondFactorRule::Passkey, &SignInMethod::ALL);
        check(&passkeys, Strength::SecondFactor, TOTP, Some(LockOut::NoPasskey));
        check(&passkeys, Strength::SecondFactor, PASSKEY, None);
        check(&passkeys, Strength::Passkey, PASSKEY_ALONE, None);
        let by_passkey = asking(SecondFactorRule::Optional, &[Passkey]);
        check(&by_passkey, Strength::SecondFactor, PASSKEY, Some(LockOut::Method(Password)));
        check(&by_passkey, Strength::Passkey, PASSKEY, None);
        let by_password = asking(SecondFactorRule::Optional, &[Password]);
        check(&by_password, Strength::Passkey, PASSKEY, Some(LockOut::Method(Passkey)));
    }

    #[test]
    fn a_session_ends_by_its_sign_in() {
        let at: DateTime<Utc> = "2026-01-15T12:00:00Z".parse().unwrap();
        assert_eq!(Policy::default().session_ends(at), None);
        assert_eq!(Policy::default().over_if_signed_in_by(at), None);
        let policy = Policy { session_minutes: Some(30), ..Policy::default() };
        let ends = policy.session_ends(at).unwrap();
        assert_eq!(ends, at + Duration::minutes(30));
        assert_eq!(policy.over_if_signed_in_by(ends), Some(at));
    }
}
