//! What a person is in a tenant, and how far a key of theirs goes.

use kernel::permission::BuiltinRole;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipState {
    Invited,
    Active,
    Suspended,
    Removed,
}

impl MembershipState {
    const ALL: [Self; 4] = [Self::Invited, Self::Active, Self::Suspended, Self::Removed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
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

/// A key never does more than its maker may do now, whatever they might when they made it.
pub fn effective_role(of_key: BuiltinRole, of_maker: BuiltinRole) -> BuiltinRole {
    of_key.min(of_maker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BuiltinRole::{Admin, Member, Owner, Viewer};

    fn check(of_key: BuiltinRole, of_maker: BuiltinRole, expected: BuiltinRole) {
        assert_eq!(effective_role(of_key, of_maker), expected, "{of_key:?} of {of_maker:?}");
    }

    #[test]
    fn roles_are_ordered_and_a_key_is_no_wider_than_its_maker() {
        assert!(Viewer < Member && Member < Admin && Admin < Owner);
        check(Owner, Owner, Owner);
        check(Owner, Viewer, Viewer);
        check(Viewer, Owner, Viewer);
        check(Admin, Member, Member);
    }

    #[test]
    fn only_active_members_act() {
        for state in MembershipState::ALL {
            assert_eq!(MembershipState::parse(state.name()), Some(state));
            assert_eq!(state.may_act(), state == MembershipState::Active, "{state:?}");
        }
        assert_eq!(MembershipState::parse("Active"), None);
    }
}
