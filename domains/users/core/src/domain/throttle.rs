//! How long the next sign-in waits after some that failed: ever longer, and never for good.

use chrono::{DateTime, Duration, Utc};

/// Those of an account that are waited for by nobody: people mistype.
pub const FREE_OF_ACCOUNT: i64 = 5;
/// The same from one address, which many people may share.
pub const FREE_OF_ADDRESS: i64 = 50;
/// Failures this long ago count no more.
pub const FORGOTTEN_AFTER: Duration = Duration::hours(24);
/// Who proved who they are at a place this long ago is a stranger there again.
pub const PLACE_KEPT: Duration = Duration::days(90);
const LONGEST_S: i64 = 15 * 60;

/// Whether the tries of an account from one place are counted by themselves: where its owner has been, strangers from elsewhere
/// hold nobody up, and whoever tries there holds up nobody elsewhere.
pub fn is_place_of(proved_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    proved_at.is_some_and(|proved_at| now - proved_at < PLACE_KEPT)
}

/// One second after the first that is not free, then twice as long each time, up to a quarter of an hour.
pub fn delay(failures: i64, free: i64) -> Duration {
    let over = failures - free;
    // Ten doublings are more than the longest.
    let seconds = if over < 1 { 0 } else { (1_i64 << (over - 1).min(10)).min(LONGEST_S) };
    Duration::seconds(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_owners_for_ninety_days() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let check = |proved: Option<Duration>, expected: bool| {
            assert_eq!(is_place_of(proved.map(|ago| now - ago), now), expected, "{proved:?}");
        };
        check(None, false);
        check(Some(Duration::zero()), true);
        check(Some(Duration::days(90) - Duration::microseconds(1)), true);
        check(Some(Duration::days(90)), false);
        check(Some(Duration::days(900)), false);
        // Noted by a node whose clock is ahead.
        check(Some(-Duration::seconds(1)), true);
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..18).map(|failures| delay(failures, 5).num_seconds()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        for failures in [68, 69, 70, 200, i64::MAX] {
            assert_eq!(delay(failures, 5).num_seconds(), 900, "{failures}");
        }
    }
}
