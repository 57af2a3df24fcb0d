//! Who reports to whom: nobody is their own manager, by however many others.

use crate::domain::MembershipId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many managers may stand above a member.
pub const MAX_MANAGERS: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    Circle,
    TooDeep,
}

/// The managers of members; who is gone is not in it.
#[derive(Clone, Debug, Default)]
pub struct Chart(HashMap<MembershipId, Option<MembershipId>>);

impl Chart {
    pub fn put(&mut self, member: MembershipId, manager: Option<MembershipId>) {
        self.0.insert(member, manager);
    }

    /// Why this member cannot report to that one.
    pub fn fault(&self, member: MembershipId, manager: MembershipId) -> Option<LineFault> {
        let mut next = Some(manager);
        for _ in 0..=MAX_MANAGERS {
            let above = next?;
            if above == member {
                return Some(LineFault::Circle);
            }
            next = *self.0.get(&above)?;
        }
        Some(LineFault::TooDeep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: usize) -> MembershipId {
        MembershipId::from_uuid(Uuid::from_u128(number as u128))
    }

    /// Each of `1..=length` reports to the next.
    fn check(length: usize, member: usize, manager: usize, expected: Option<LineFault>) {
        let mut chart = Chart::default();
        for at in 1..=length {
            chart.put(id(at), (at < length).then(|| id(at + 1)));
        }
        assert_eq!(chart.fault(id(member), id(manager)), expected, "{member} to {manager} of {length}");
    }

    #[test]
    fn nobody_is_their_own_manager() {
        check(3, 9, 1, None);
        check(3, 1, 3, None);
        check(3, 1, 1, Some(LineFault::Circle));
        check(3, 3, 1, Some(LineFault::Circle));
        check(3, 9, 8, None);
        check(MAX_MANAGERS, 99, 1, None);
        check(MAX_MANAGERS + 1, 99, 1, Some(LineFault::TooDeep));
        check(MAX_MANAGERS + 1, 99, 2, None);
    }

    #[test]
    fn a_line_may_be_turned_around_from_its_top() {
        let mut chart = Chart::default();
        chart.put(id(1), Some(id(2)));
        chart.put(id(2), None);
        assert_eq!(chart.fault(id(2), id(1)), Some(LineFault::Circle));
        chart.put(id(1), None);
        assert_eq!(chart.fault(id(2), id(1)), None);
    }
}
