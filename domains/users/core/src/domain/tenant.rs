//! What a tenant may be, and how far an operator may limit it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantState {
    Active,
    /// By an operator of the installation: nobody gets in, and nothing of it passes.
    Suspended,
    /// By an owner: the same, and in a while it is erased.
    Closed,
}

impl TenantState {
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Closed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

pub const MAX_REQUESTS_PER_MINUTE: i64 = 10_000_000;
pub const MAX_MEMBERS: i64 = 1_000_000;

/// Whether one more may come into a tenant that has so many.
pub fn has_room(members: u64, most: Option<i64>) -> bool {
    most.is_none_or(|most| u64::try_from(most).is_ok_and(|most| members < most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_names() {
        for state in TenantState::ALL {
            assert_eq!(TenantState::parse(state.name()), Some(state));
        }
        assert_eq!(TenantState::parse("deleted"), None);
    }

    #[test]
    fn the_last_place_is_taken_once() {
        let check = |members: u64, most: Option<i64>, expected: bool| {
            assert_eq!(has_room(members, most), expected, "{members} of {most:?}");
        };
        check(0, Some(1), true);
        check(1, Some(2), true);
        check(2, Some(2), false);
        // Who is over a limit that came later stays, and nobody joins them.
        check(3, Some(2), false);
        check(1_000_000, None, true);
        check(0, Some(-1), false);
    }
}
