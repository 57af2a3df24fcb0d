//! By how many letters a tenant asks people in within a day: or whoever makes a tenant could mail strangers as they
//! like.

use chrono::{DateTime, Duration, Utc};

const DAY: Duration = Duration::days(1);

/// How many there were since the first of the day. The first after that begins another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailed {
    pub sent: i64,
    pub since: DateTime<Utc>,
}

impl Mailed {
    /// As far as it counts now.
    pub fn of(sent: Option<i64>, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        match (sent, since) {
            (Some(sent), Some(since)) if now < since + DAY => Self { sent, since },
            _ => Self { sent: 0, since: now },
        }
    }

    pub fn left(self, most: u32) -> u64 {
        u64::try_from(i64::from(most).saturating_sub(self.sent)).unwrap_or_default()
    }

    /// `None` where there were as many as there may be.
    pub fn and_one(self, most: u32) -> Option<Self> {
        (self.left(most) > 0).then(|| Self { sent: self.sent.saturating_add(1), ..self })
    }

    /// From when on there may be more.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.since + DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_so_many_and_the_next_as_many_again() {
        let first = "2026-01-15T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let check = |sent: Option<i64>, hours: i64, left: u64| {
            let mailed = Mailed::of(sent, sent.map(|_| first), first + Duration::hours(hours));
            assert_eq!(mailed.left(3), left, "{sent:?} after {hours} h");
            assert_eq!(mailed.and_one(3).is_some(), left > 0, "{sent:?} after {hours} h");
        };
        check(None, 0, 3);
        check(Some(1), 0, 2);
        check(Some(2), 23, 1);
        check(Some(3), 23, 0);
        // More than the limit allows, which came later.
        check(Some(9), 23, 0);
        check(Some(3), 24, 3);
        let third = Mailed { sent: 2, since: first }.and_one(3);
        assert_eq!(third, Some(Mailed { sent: 3, since: first }));
        assert_eq!(third.map(Mailed::ends_at), Some(first + Duration::hours(24)));
    }
}
