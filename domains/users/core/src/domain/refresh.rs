//! What a refresh token that comes in means for its session.

use crate::domain::MembershipState;
use chrono::{DateTime, Duration, Utc};

/// How long after its use a refresh token is answered as before: two tabs may have it, or an answer was lost.
pub const GRACE: Duration = Duration::seconds(10);

/// All that is known of a refresh token that was found.
#[derive(Clone, Copy, Debug)]
pub struct Presented {
    pub used_at: Option<DateTime<Utc>>,
    /// What came of it has not been used yet, and is kept.
    pub answer_is_kept: bool,
    pub expires_at: DateTime<Utc>,
    pub session_revoked_at: Option<DateTime<Utc>>,
    pub membership: MembershipState,
    pub tenant_is_active: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    Rotate,
    /// What it was answered is told again.
    Replay,
    /// It was used before, and not just now: two hold it, so one of them stole it, and the session ends for both.
    Stolen,
    Refuse,
}

pub fn judge(presented: &Presented, now: DateTime<Utc>) -> RefreshVerdict {
    if presented.session_revoked_at.is_some() {
        return RefreshVerdict::Refuse;
    }
    let may_act = presented.membership.may_act() && presented.tenant_is_active;
    match presented.used_at {
        Some(used_at) if presented.answer_is_kept && used_at + GRACE > now => {
            if may_act {
                RefreshVerdict::Replay
            } else {
                RefreshVerdict::Refuse
            }
        }
        Some(_) => RefreshVerdict::Stolen,
        None if may_act && presented.expires_at > now => RefreshVerdict::Rotate,
        None => RefreshVerdict::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: fn(&mut Presented), expected: RefreshVerdict) {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut presented = Presented {
            used_at: None,
            answer_is_kept: false,
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
    fn the_parent_of_an_unused_one_is_answered_again_for_a_while() {
        let just_used = |it: &mut Presented| {
            it.used_at = Some(DateTime::UNIX_EPOCH);
            it.answer_is_kept = true;
        };
        let check = |more: fn(&mut Presented), expected| {
            let now = DateTime::<Utc>::UNIX_EPOCH + Duration::milliseconds(9_999);
            let mut presented = Presented {
                used_at: None,
                answer_is_kept: false,
                expires_at: now,
                session_revoked_at: None,
                membership: MembershipState::Active,
                tenant_is_active: true,
            };
            just_used(&mut presented);
            more(&mut presented);
            assert_eq!(judge(&presented, now), expected, "{presented:?}");
        };
        check(|_| {}, RefreshVerdict::Replay);
        check(|it| it.used_at = it.used_at.map(|at| at - Duration::milliseconds(1)), RefreshVerdict::Stolen);
        check(|it| it.answer_is_kept = false, RefreshVerdict::Stolen);
        check(|it| it.session_revoked_at = it.used_at, RefreshVerdict::Refuse);
        check(|it| it.tenant_is_active = false, RefreshVerdict::Refuse);
        check(|it| it.membership = MembershipState::Suspended, RefreshVerdict::Refuse);
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
