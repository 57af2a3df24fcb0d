//! Whether a link of a mail still does what it was sent for: once, and until it expires.

use chrono::{DateTime, Utc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkVerdict {
    Good,
    Used,
    Expired,
}

/// A used link is told as used, however old it is.
pub fn judge(used_at: Option<DateTime<Utc>>, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> LinkVerdict {
    match used_at {
        Some(_) => LinkVerdict::Used,
        None if expires_at <= now => LinkVerdict::Expired,
        None => LinkVerdict::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(used: bool, expires_in_s: i64, expected: LinkVerdict) {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let verdict = judge(used.then_some(now), now + chrono::Duration::seconds(expires_in_s), now);
        assert_eq!(verdict, expected, "used {used}, expires in {expires_in_s} s");
    }

    #[test]
    fn a_link_works_once_and_in_time() {
        check(false, 1, LinkVerdict::Good);
        check(false, 0, LinkVerdict::Expired);
        check(false, -1, LinkVerdict::Expired);
        check(true, 1, LinkVerdict::Used);
        check(true, -1, LinkVerdict::Used);
    }
}
