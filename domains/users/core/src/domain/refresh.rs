//! What a refresh token that comes in means for its session.

use crate::domain::MembershipState;
use chrono::{DateTime, Utc};

/// All that is known of a refresh token that was found.
#[derive(Clone, Copy, Debug)]
pub struct Presented {
    pub used_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
    pub session_revoked_at: Option<DateTime<Utc>>,
    pub membership: MembershipState,
    pub tenant_is_active: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    Rotate,
    /// It was used before: two hold it, so one of them stole it, and the session ends for both.
    Stolen,
    Refuse,
}

pub fn judge(presented: &Presented, now: DateTime<Utc>) -> RefreshVerdict {
    if presented.session_revoked_at.is_some() {
        return RefreshVerdict::Refuse;
    }
    if presented.used_at.is_some() {
        return RefreshVerdict::Stolen;
    }
    let may_act = presented.membership.may_act() && presented.tenant_is_active;
    if may_act && presented.expires_at > now { RefreshVerdict::Rotate } else { RefreshVerdict::Refuse }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: fn(&mut Presented), expected: RefreshVerdict) {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut presented = Presented {
            used_at: None,
            expires_at: now + chrono::Duration::seconds(1),
            session_revoked_at: None,
            membership: MembershipState::Active,
            tenant_is_active: true,
        };
        change(&mut presented);
        assert_eq!(judge(&presented, now), expected, "{presented:?}");
    }

    #[test]
    fn a_refresh_token_is_good_once() {
        check(|_| {}, RefreshVerdict::Rotate);
        check(|it| it.used_at = Some(it.expires_at), RefreshVerdict::Stolen);
        check(|it| it.expires_at = DateTime::UNIX_EPOCH, RefreshVerdict::Refuse);
        check(|it| it.session_revoked_at = Some(it.expires_at), RefreshVerdict::Refuse);
        check(|it| it.membership = MembershipState::Suspended, RefreshVerdict::Refuse);
        check(|it| it.tenant_is_active = false, RefreshVerdict::Refuse);
    }

    #[test]
    fn a_stolen_token_is_noticed_even_when_it_has_expired() {
        check(
            |it| {
                it.used_at = Some(DateTime::UNIX_EPOCH);
                it.expires_at = DateTime::UNIX_EPOCH;
            },
            RefreshVerdict::Stolen,
        );
    }
}
