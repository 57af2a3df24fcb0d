//! How far a tenant may let operators of the installation in through one of its members, and for how long.

use chrono::{DateTime, Duration, Utc};
use kernel::permission::BuiltinRole;

pub const MIN_MINUTES: i64 = 5;
/// A week.
pub const MAX_MINUTES: i64 = 7 * 24 * 60;
/// No session lasts longer, however long the grant does.
pub const SESSION: Duration = Duration::hours(1);

/// An owner's place is lent to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SupportRole {
    Viewer,
    Member,
    Admin,
}

impl SupportRole {
    const ALL: [Self; 3] = [Self::Viewer, Self::Member, Self::Admin];

    pub fn builtin(self) -> BuiltinRole {
        match self {
            Self::Viewer => BuiltinRole::Viewer,
            Self::Member => BuiltinRole::Member,
            Self::Admin => BuiltinRole::Admin,
        }
    }

    pub fn name(self) -> &'static str {
        self.builtin().name()
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == word)
    }
}

/// When one that is opened now ends: with the grant or with the operator's own token, and soon in any case.
pub fn session_ends(
    now: DateTime<Utc>,
    grant_ends: DateTime<Utc>,
    operator_ends: DateTime<Utc>,
) -> DateTime<Utc> {
    (now + SESSION).min(grant_ends).min(operator_ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_with_what_ends_first() {
        let now = DateTime::UNIX_EPOCH;
        let at = |minutes| now + Duration::minutes(minutes);
        for (grant, operator, expected) in [(61, 61, 60), (60, 60, 60), (5, 61, 5), (61, 7, 7), (5, 7, 5)] {
            assert_eq!(session_ends(now, at(grant), at(operator)), at(expected), "{grant} {operator}");
        }
    }

    #[test]
    fn no_word_lends_the_place_of_an_owner() {
        for role in SupportRole::ALL {
            assert_eq!(SupportRole::parse(role.name()), Some(role));
            assert!(role.builtin() < BuiltinRole::Owner);
        }
        assert_eq!(SupportRole::parse(BuiltinRole::Owner.name()), None);
    }
}
