//! What a tenant asks of its members' sign-ins: how it is changed, and whom it would keep out.

use crate::domain::address_range;
use chrono::{DateTime, Duration, Utc};
use ipnet::IpNet;
use kernel::Faults;
use kernel::ctx::{Restriction, Strength};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

pub const MAX_ADDRESS_RANGES: usize = 100;
pub const MIN_SESSION_MINUTES: i64 = 5;
pub const MAX_SESSION_MINUTES: i64 = 366 * 24 * 60;

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
            Strength::Internal | Strength::Key => None,
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
}

/// What is to become of a policy; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    pub second_factor: Option<SecondFactorRule>,
    pub sign_in_methods: Option<Vec<SignInMethod>>,
    /// Networks and single addresses.
    pub address_ranges: Option<Vec<String>>,
    /// `Some(None)`: no end but that of the tokens.
    pub session_minutes: Option<Option<i64>>,
}

/// What somebody can prove themselves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    pub password: bool,
    pub totp: bool,
    pub passkey: bool,
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

impl PolicyChange {
    /// The policy that would come of it. Its lists are in order, with nothing twice.
    pub fn apply(self, to: &Policy, faults: &mut Faults) -> Policy {
        let sign_in_methods = match self.sign_in_methods {
            Some(told) => methods(told, faults),
            None => to.sign_in_methods.clone(),
        };
        let address_ranges = match self.address_ranges {
            Some(told) => ranges(&told, faults),
            None => to.address_ranges.clone(),
        };
        let allowed = MIN_SESSION_MINUTES..=MAX_SESSION_MINUTES;
        if self.session_minutes.flatten().is_some_and(|minutes| !allowed.contains(&minutes)) {
            let detail = format!("must be from {MIN_SESSION_MINUTES} to {MAX_SESSION_MINUTES}, or null");
            faults.add("/session_minutes", "out_of_range", detail);
        }
        let policy = Policy {
            second_factor: self.second_factor.unwrap_or(to.second_factor),
            sign_in_methods,
            address_ranges,
            session_minutes: self.session_minutes.unwrap_or(to.session_minutes),
        };
        let excludes_passkeys = policy.sign_in_methods == [SignInMethod::Password];
        let fits = policy.second_factor != SecondFactorRule::Passkey || !excludes_passkeys;
        let detail = "must have passkey in it, since second_factor asks for one";
        faults.require(fits, "/sign_in_methods", "contradiction", detail);
        policy
    }
}

fn methods(told: Vec<SignInMethod>, faults: &mut Faults) -> Vec<SignInMethod> {
    let most = SignInMethod::ALL.len();
    faults.require(!told.is_empty(), "/sign_in_methods", "too_few", "must name at least one");
    if told.len() > most {
        faults.add("/sign_in_methods", "too_many", format!("must name at most {most}"));
    }
    let distinct: BTreeSet<_> = told.into_iter().collect();
    distinct.into_iter().collect()
}

fn ranges(told: &[String], faults: &mut Faults) -> Vec<IpNet> {
    if told.len() > MAX_ADDRESS_RANGES {
        let detail = format!("must have at most {MAX_ADDRESS_RANGES} entries");
        faults.add("/address_ranges", "too_many", detail);
        return Vec::new();
    }
    let mut distinct = BTreeSet::new();
    for (at, text) in told.iter().enumerate() {
        match address_range::parse(text) {
            Some(range) => {
                distinct.insert(range);
            }
            None => {
                let detail = "must be an address or a network, such as 203.0.113.7 or 2001:db8::/32";
                faults.add(format!("/address_ranges/{at}"), "invalid_range", detail);
            }
        }
    }
    distinct.into_iter().collect()
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            second_factor: SecondFactorRule::Optional,
            sign_in_methods: SignInMethod::ALL.to_vec(),
            address_ranges: Vec::new(),
            session_minutes: None,
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

    /// What is left to a session of this strength: all where it is `None`.
    pub fn restriction(&self, strength: Strength) -> Option<Restriction> {
        match self.second_factor {
            SecondFactorRule::Required if !strength.is_by_two_factors() => Some(Restriction::SecondFactor),
            SecondFactorRule::Passkey if strength != Strength::Passkey => Some(Restriction::Passkey),
            _ => None,
        }
    }

    pub fn session_ends(&self, signed_in_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(signed_in_at + Duration::minutes(self.session_minutes?))
    }

    /// What is in the way of somebody who has these. Where they come from is seen elsewhere.
    pub fn obstacles(&self, has: Factors) -> Vec<Obstacle> {
        let by_password = has.password && self.allows_method(SignInMethod::Password);
        let by_passkey = has.passkey && self.allows_method(SignInMethod::Passkey);
        let lacks = match self.second_factor {
            SecondFactorRule::Required if !has.totp && !by_passkey => Some(Obstacle::NoSecondFactor),
            SecondFactorRule::Passkey if !has.passkey => Some(Obstacle::NoPasskey),
            _ => None,
        };
        let shut_out = (!by_password && !by_passkey).then_some(Obstacle::Method);
        lacks.into_iter().chain(shut_out).collect()
    }

    /// Whether what a session was proved by is still there, where that is asked for.
    pub fn is_still_proved(&self, strength: Strength, has: Factors) -> bool {
        let is_gone = match strength {
            Strength::SecondFactor => !has.totp && !has.passkey,
            Strength::Passkey => !has.passkey,
            Strength::Password | Strength::Key | Strength::Internal => false,
        };
        !is_gone || self.second_factor == SecondFactorRule::Optional
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
    fn a_change_says_all_that_is_wrong_with_it() {
        use SignInMethod::{Passkey, Password};
        let check = |change: PolicyChange, expected: &[&str]| {
            let mut faults = Faults::new();
            change.clone().apply(&Policy::default(), &mut faults);
            let faults = faults.into_errors();
            let told: Vec<_> = faults.iter().map(|it| format!("{} {}", it.pointer, it.code)).collect();
            assert_eq!(told, expected, "{change:?}");
        };
        let none = PolicyChange::default;
        check(none(), &[]);
        for minutes in [None, Some(MIN_SESSION_MINUTES), Some(MAX_SESSION_MINUTES)] {
            check(PolicyChange { session_minutes: Some(minutes), ..none() }, &[]);
        }
        for minutes in [MIN_SESSION_MINUTES - 1, MAX_SESSION_MINUTES + 1, 0, i64::MIN, i64::MAX] {
            let change = PolicyChange { session_minutes: Some(Some(minutes)), ..none() };
            check(change, &["/session_minutes out_of_range"]);
        }
        check(PolicyChange { sign_in_methods: Some(Vec::new()), ..none() }, &["/sign_in_methods too_few"]);
        let thrice = vec![Passkey, Password, Passkey];
        check(PolicyChange { sign_in_methods: Some(thrice), ..none() }, &["/sign_in_methods too_many"]);
        let contradiction = PolicyChange {
            second_factor: Some(SecondFactorRule::Passkey),
            sign_in_methods: Some(vec![Password]),
            ..none()
        };
        check(contradiction, &["/sign_in_methods contradiction"]);
        let many = vec!["203.0.113.7".to_owned(); MAX_ADDRESS_RANGES + 1];
        check(PolicyChange { address_ranges: Some(many), ..none() }, &["/address_ranges too_many"]);
        let all = PolicyChange {
            address_ranges: Some(["203.0.113.7", "x", "y"].map(str::to_owned).to_vec()),
            sign_in_methods: Some(Vec::new()),
            session_minutes: Some(Some(1)),
            ..none()
        };
        let expected = [
            "/sign_in_methods too_few",
            "/address_ranges/1 invalid_range",
            "/address_ranges/2 invalid_range",
            "/session_minutes out_of_range",
        ];
        check(all, &expected);
    }

    #[test]
    fn a_change_leaves_the_rest_and_keeps_lists_in_order() {
        use SignInMethod::{Passkey, Password};
        let before = Policy {
            second_factor: SecondFactorRule::Required,
            session_minutes: Some(60),
            ..policy(&["203.0.113.0/24"])
        };
        let mut faults = Faults::new();
        assert_eq!(PolicyChange::default().apply(&before, &mut faults), before);
        let ranges = ["2001:db8::/32", "203.0.113.9", "198.51.100.1/24", "203.0.113.9/32"].map(str::to_owned);
        let change = PolicyChange {
            sign_in_methods: Some(vec![Passkey, Password]),
            address_ranges: Some(ranges.to_vec()),
            session_minutes: Some(None),
            ..PolicyChange::default()
        };
        let after = change.apply(&before, &mut faults);
        let expected = Policy {
            second_factor: SecondFactorRule::Required,
            ..policy(&["198.51.100.0/24", "203.0.113.9/32", "2001:db8::/32"])
        };
        assert_eq!(after, expected);
        assert!(faults.is_empty());
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
        check(optional, &[Passkey], TOTP, &[Method]);
        check(optional, &[Passkey], PASSKEY, &[]);
        check(optional, &[Password], PASSKEY_ALONE, &[Method]);
        check(required, &SignInMethod::ALL, NOTHING, &[NoSecondFactor]);
        check(required, &SignInMethod::ALL, TOTP, &[]);
        check(required, &SignInMethod::ALL, PASSKEY, &[]);
        // With the password alone they have no second factor, and the passkey is not asked for.
        check(required, &[Password], PASSKEY, &[NoSecondFactor]);
        check(required, &[Passkey], TOTP, &[Method]);
        check(required, &[Passkey], NOTHING, &[NoSecondFactor, Method]);
        check(SecondFactorRule::Passkey, &SignInMethod::ALL, TOTP, &[NoPasskey]);
        check(SecondFactorRule::Passkey, &[Passkey], TOTP, &[NoPasskey, Method]);
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
        let policy = Policy { session_minutes: Some(30), ..Policy::default() };
        assert_eq!(policy.session_ends(at), Some(at + Duration::minutes(30)));
    }
}
