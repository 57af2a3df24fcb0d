//! What a person is in a tenant, and what may become of that.

use crate::domain::role::RoleRef;
use serde::{Deserialize, Serialize};

/// Who is only asked in has an invitation and no membership, so that whoever invites does not learn whether the address has an
/// account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipState {
    Active,
    Suspended,
    Removed,
}

impl MembershipState {
    const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Removed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// Only an active member may do anything.
    pub fn may_act(self) -> bool {
        self == Self::Active
    }
}

/// Each names the state a membership goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Suspend,
    Resume,
    /// By another or by oneself. Who comes back is invited again.
    Remove,
}

impl Move {
    /// `None`: there is no such way from here.
    pub fn from(self, state: MembershipState) -> Option<MembershipState> {
        use MembershipState::{Active, Removed, Suspended};
        match (self, state) {
            (Self::Suspend, Active) => Some(Suspended),
            (Self::Resume, Suspended) => Some(Active),
            (Self::Remove, Active | Suspended) => Some(Removed),
            _ => None,
        }
    }
}

/// An active owner is one of those whom a tenant cannot be without.
pub fn counts_as_owner(role: RoleRef, state: MembershipState) -> bool {
    role.is_owner() && state.may_act()
}

#[cfg(test)]
mod tests {
    use super::*;
    use MembershipState::{Active, Removed, Suspended};
    use kernel::permission::BuiltinRole;

    #[test]
    fn only_active_members_act() {
        for state in MembershipState::ALL {
            assert_eq!(MembershipState::parse(state.name()), Some(state));
            assert_eq!(state.may_act(), state == Active, "{state:?}");
            let owner = RoleRef::Builtin(BuiltinRole::Owner);
            assert_eq!(counts_as_owner(owner, state), state == Active, "{state:?}");
            assert!(!counts_as_owner(RoleRef::Builtin(BuiltinRole::Admin), state));
        }
        assert_eq!(MembershipState::parse("gone"), None);
    }

    #[test]
    fn a_membership_goes_these_ways_alone() {
        let ways = |step: Move| MembershipState::ALL.map(|state| step.from(state));
        assert_eq!(MembershipState::ALL, [Active, Suspended, Removed]);
        assert_eq!(ways(Move::Suspend), [Some(Suspended), None, None]);
        assert_eq!(ways(Move::Resume), [None, Some(Active), None]);
        assert_eq!(ways(Move::Remove), [Some(Removed), Some(Removed), None]);
    }
}
