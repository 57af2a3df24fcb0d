//! Who reports to whom: nobody is their own manager, by however many others.

use crate::domain::MembershipId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many managers may stand above a member.
pub const MAX_MANAGERS: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    Circle,
    TooDeep,
}

/// The managers of members; who is gone is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart(BTreeMap<MembershipId, Option<MembershipId>>);

impl Chart {
    pub fn put(&mut self, member: MembershipId, manager: Option<MembershipId>) {
        self.0.insert(member, manager);
    }

    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// What another says of members of whom this one says nothing.
    pub fn fill(&mut self, other: &Self) {
        for (member, manager) in &other.0 {
            self.0.entry(*member).or_insert(*manager);
        }
    }

    /// Of this member and all above.
    pub fn line(&self, member: MembershipId) -> Self {
        let (mut line, mut next) = (Self::default(), Some(member));
        while let Some(above) = next.filter(|above| !line.0.contains_key(above)) {
            let Some(manager) = self.0.get(&above) else { break };
            line.put(above, *manager);
            next = *manager;
        }
        line
    }

    /// Why this member cannot report to that one. What `changes` says of somebody goes first.
    pub fn fault(
        &self,
        changes: Option<&Self>,
        member: MembershipId,
        manager: MembershipId,
    ) -> Option<LineFault> {
        let mut next = Some(manager);
        for _ in 0..=MAX_MANAGERS {
            let above = next?;
            if above == member {
                return Some(LineFault::Circle);
            }
            let changed = changes.and_then(|changes| changes.0.get(&above));
            next = *changed.or_else(|| self.0.get(&above))?;
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
        let (member, manager) = (id(member), id(manager));
        assert_eq!(chart.fault(None, member, manager), expected, "{member} to {manager} of {length}");
        let line = chart.line(manager);
        assert_eq!(line.fault(None, member, manager), expected, "no more is asked than the line");
        assert_eq!(Chart::default().fault(Some(&line), member, manager), expected, "whichever says it");
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
        let (mut chart, mut changes) = (Chart::default(), Chart::default());
        chart.put(id(1), Some(id(2)));
        chart.put(id(2), None);
        assert_eq!(chart.fault(Some(&changes), id(2), id(1)), Some(LineFault::Circle));
        changes.put(id(1), None);
        assert_eq!(chart.fault(Some(&changes), id(2), id(1)), None);
        changes.fill(&chart);
        assert_eq!(Chart::default().fault(Some(&changes), id(2), id(1)), None, "what was said goes first");
        assert_eq!(changes.size(), 2);
    }

    #[test]
    fn a_line_that_is_a_circle_ends() {
        let mut chart = Chart::default();
        chart.put(id(1), Some(id(2)));
        chart.put(id(2), Some(id(1)));
        assert_eq!(chart.line(id(1)).size(), 2);
        assert_eq!(chart.fault(None, id(3), id(1)), Some(LineFault::TooDeep));
    }
}
