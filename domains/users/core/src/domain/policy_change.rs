//! How what a tenant asks of its members' sign-ins is changed: what may be told, and the policy that would come of it.

use crate::domain::address_range;
use crate::domain::policy::{Policy, SecondFactorRule, SignInMethod};
use ipnet::IpNet;
use kernel::Faults;
use std::collections::BTreeSet;

pub const MAX_ADDRESS_RANGES: usize = 100;
pub const MIN_SESSION_MINUTES: i64 = 5;
pub const MAX_SESSION_MINUTES: i64 = 366 * 24 * 60;
/// So that nobody who did something has its traces erased the next day.
pub const MIN_AUDIT_DETAIL_DAYS: i64 = 30;
pub const MAX_AUDIT_DETAIL_DAYS: i64 = 3_660;

/// What is to become of a policy; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct PolicyChange {
    pub second_factor: Option<SecondFactorRule>,
    pub sign_in_methods: Option<Vec<SignInMethod>>,
    /// Networks and single addresses.
    pub address_ranges: Option<Vec<String>>,
    /// `Some(None)`: no end but that of the tokens.
    pub session_minutes: Option<Option<i64>>,
    /// `Some(None)`: as long as the tenant is there.
    pub audit_detail_days: Option<Option<i64>>,
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
        let kept = MIN_AUDIT_DETAIL_DAYS..=MAX_AUDIT_DETAIL_DAYS;
        if self.audit_detail_days.flatten().is_some_and(|days| !kept.contains(&days)) {
            let detail = format!("must be from {MIN_AUDIT_DETAIL_DAYS} to {MAX_AUDIT_DETAIL_DAYS}, or null");
            faults.add("/audit_detail_days", "out_of_range", detail);
        }
        let policy = Policy {
            second_factor: self.second_factor.unwrap_or(to.second_factor),
            sign_in_methods,
            address_ranges,
            session_minutes: self.session_minutes.unwrap_or(to.session_minutes),
            audit_detail_days: self.audit_detail_days.unwrap_or(to.audit_detail_days),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn within(ranges: &[&str]) -> Policy {
        let address_ranges = ranges.iter().map(|range| range.parse().unwrap()).collect();
        Policy { address_ranges, ..Policy::default() }
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
        for days in [0, MIN_AUDIT_DETAIL_DAYS - 1, MAX_AUDIT_DETAIL_DAYS + 1] {
            let change = PolicyChange { audit_detail_days: Some(Some(days)), ..none() };
            check(change, &["/audit_detail_days out_of_range"]);
        }
        check(PolicyChange { audit_detail_days: Some(Some(MIN_AUDIT_DETAIL_DAYS)), ..none() }, &[]);
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
            ..within(&["203.0.113.0/24"])
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
            ..within(&["198.51.100.0/24", "203.0.113.9/32", "2001:db8::/32"])
        };
        assert_eq!(after, expected);
        assert!(faults.is_empty());
    }
}
