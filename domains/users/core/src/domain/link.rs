//! Whether a link of a mail still does what it was sent for: once, until it expires, and for who knows the password of
//! its sign-up without having to guess long.

use chrono::{DateTime, Utc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkVerdict {
    Good,
    Used,
    Expired,
}

/// How many passwords a link may be tried with; then it is as if it had been used.
pub const MAX_TRIES: i64 = 5;

/// A used link is told as used, however old it is.
pub fn judge(
    used_at: Option<DateTime<Utc>>,
    tries: i64,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> LinkVerdict {
    match used_at {
        Some(_) => LinkVerdict::Used,
        None if tries >= MAX_TRIES => LinkVerdict::Used,
        None if expires_at <= now => LinkVerdict::Expired,
        None => LinkVerdict::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(used: bool, tries: i64, expires_in_s: i64, expected: LinkVerdict) {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let verdict = judge(used.then_some(now), tries, now + chrono::Duration::seconds(expires_in_s), now);
        assert_eq!(verdict, expected, "used {used}, tried {tries} times, expires in {expires_in_s} s");
    }

    #[test]
    fn a_link_works_once_and_in_time() {
        check(false, 0, 1, LinkVerdict::Good);
        check(false, 0, 0, LinkVerdict::Expired);
        check(false, 0, -1, LinkVerdict::Expired);
        check(true, 0, 1, LinkVerdict::Used);
        check(true, 0, -1, LinkVerdict::Used);
        check(false, 4, 1, LinkVerdict::Good);
        check(false, 5, 1, LinkVerdict::Used);
        check(false, 5, -1, LinkVerdict::Used);
    }
}
