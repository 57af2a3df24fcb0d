//! What a stream of the audit log may say, and when it is tried again.

use chrono::{DateTime, Duration, Utc};

pub const MAX_STREAMS: u64 = 10;
pub const MAX_PREFIX: usize = 100;
/// A week.
pub const MAX_OVERLAP_MINUTES: u32 = 7 * 24 * 60;
/// Of the log, not of what is sent of it.
pub const BATCH_LEAVES: i64 = 100;
/// A batch that holds more than one entry is no longer than this, its frame aside.
pub const BATCH_BYTES: usize = 1024 * 1024;

const FIRST_PAUSE_SECONDS: i64 = 10;
const LONGEST_PAUSE_SECONDS: i64 = 3_600;
/// A collector that asks for more is asked again all the same.
const LONGEST_ASKED_SECONDS: i64 = 24 * 3_600;
const GIVEN_UP_AFTER: Duration = Duration::days(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamState {
    Active,
    Paused(PausedBecause),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PausedBecause {
    Asked,
    /// The collector said that it is there no more.
    Gone,
    /// It did not take anything for days.
    Failed,
}

impl PausedBecause {
    const ALL: [Self; 3] = [Self::Asked, Self::Gone, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.name() == text)
    }
}

/// Whether actions may begin so: as `billing.invoice.finalize` does.
pub fn is_prefix(text: &str) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.';
    (1..=MAX_PREFIX).contains(&text.len()) && text.bytes().all(letter)
}

pub fn is_asked_for(action: &str, prefix: Option<&str>) -> bool {
    prefix.is_none_or(|prefix| action.starts_with(prefix))
}

pub fn is_given_up(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - failing_since >= GIVEN_UP_AFTER
}

/// After so many failures in a row. Doubled each time up to an hour, of which chance takes up to a half, so that those who fail
/// together do not come back together; never sooner than the collector asks.
pub fn pause(failures: i64, chance_per_thousand: u16, asked: Option<Duration>) -> Duration {
    let doublings = u32::try_from(failures.max(1) - 1).unwrap_or(u32::MAX).min(20);
    let seconds = (FIRST_PAUSE_SECONDS << doublings).min(LONGEST_PAUSE_SECONDS);
    let whole = Duration::seconds(seconds);
    let taken = Duration::milliseconds(seconds * i64::from(chance_per_thousand.min(1_000)) / 2);
    let longest = Duration::seconds(LONGEST_ASKED_SECONDS);
    (whole - taken).max(asked.unwrap_or_default().min(longest))
}

/// `Retry-After` (RFC 9110 10.2.3): seconds, or a date.
pub fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::seconds(seconds.into()));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.with_timezone(&Utc) - now).max(Duration::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_beginning_of_an_action() {
        for good in ["billing", "billing.", "users.api_key.create", "a", "x2"] {
            assert!(is_prefix(good), "{good}");
        }
        for bad in ["", "Billing", "billing%", "billing *", "é", &"x".repeat(MAX_PREFIX + 1)] {
            assert!(!is_prefix(bad), "{bad}");
        }
        assert!(is_asked_for("billing.invoice.finalize", None));
        assert!(is_asked_for("billing.invoice.finalize", Some("billing.inv")));
        assert!(!is_asked_for("users.billing", Some("billing")));
    }

    #[test]
    fn who_fails_waits_longer_each_time() {
        let check = |failures, chance, asked: Option<i64>, expected_ms| {
            let pause = pause(failures, chance, asked.map(Duration::seconds));
            assert_eq!(pause.num_milliseconds(), expected_ms, "{failures} {chance} {asked:?}");
        };
        check(1, 0, None, 10_000);
        check(1, 1_000, None, 5_000);
        check(2, 500, None, 15_000);
        check(9, 0, None, 2_560_000);
        check(10, 0, None, 3_600_000);
        check(i64::MAX, 1_000, None, 1_800_000);
        check(1, 0, Some(60), 60_000);
        check(1, 0, Some(1), 10_000);
        check(10, 0, Some(7_200), 7_200_000);
        check(1, 0, Some(1_000_000), 86_400_000);
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert!(!is_given_up(now, now + Duration::days(3) - Duration::seconds(1)));
        assert!(is_given_up(now, now + Duration::days(3)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2026-10-21T07:28:00Z".parse().unwrap();
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(retry_after(text, now).map(|after| after.num_seconds()), expected, "{text}");
        };
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Wed, 21 Oct 2026 07:30:00 GMT", Some(120));
        check("Wed, 21 Oct 2026 07:00:00 GMT", Some(0));
        check("-1", None);
        check("soon", None);
        check("99999999999999", None);
    }
}
