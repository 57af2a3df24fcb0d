//! Billing periods. All are counted from the day the subscription began, so that one begun on January 31 is billed
//! on February 28 and on March 31 again.

use super::product::Interval;
use chrono::{Datelike, Months, NaiveDate};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub start: NaiveDate,
    /// The first day after.
    pub end: NaiveDate,
}

/// The period `day` is in, or the first if it has not begun. `None` for what does not recur, or past the calendar.
pub fn containing(began: NaiveDate, interval: Interval, day: NaiveDate) -> Option<Period> {
    let months = match interval {
        Interval::Month => 1,
        Interval::Year => 12,
        Interval::OneTime => return None,
    };
    let since = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let whole = u32::try_from(since(day) - since(began)).unwrap_or(0) / months;
    let nth = |n: u32| began.checked_add_months(Months::new(n.checked_mul(months)?));
    // The estimate is one too many when the day of the month has not come yet.
    let n = if nth(whole)? > day { whole.saturating_sub(1) } else { whole };
    Some(Period { start: nth(n)?, end: nth(n + 1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(began: &str, interval: Interval, day: &str, expected: Option<(&str, &str)>) {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = containing(date(began), interval, date(day));
        let expected = expected.map(|(start, end)| Period { start: date(start), end: date(end) });
        assert_eq!(period, expected, "{began} {interval:?} {day}");
    }

    #[test]
    fn month_ends_clamp_and_come_back() {
        use Interval::{Month, OneTime, Year};
        check("2026-01-15", Month, "2026-01-15", Some(("2026-01-15", "2026-02-15")));
        check("2026-01-15", Month, "2026-02-14", Some(("2026-01-15", "2026-02-15")));
        check("2026-01-15", Month, "2026-02-15", Some(("2026-02-15", "2026-03-15")));
        check("2026-01-31", Month, "2026-02-27", Some(("2026-01-31", "2026-02-28")));
        check("2026-01-31", Month, "2026-02-28", Some(("2026-02-28", "2026-03-31")));
        check("2026-01-31", Month, "2026-03-30", Some(("2026-02-28", "2026-03-31")));
        check("2024-01-31", Month, "2024-02-29", Some(("2024-02-29", "2024-03-31")));
        check("2026-08-31", Month, "2027-02-10", Some(("2027-01-31", "2027-02-28")));
        check("2024-02-29", Year, "2025-02-28", Some(("2025-02-28", "2026-02-28")));
        check("2024-02-29", Year, "2028-02-28", Some(("2027-02-28", "2028-02-29")));
        check("2025-12-31", Year, "2026-12-30", Some(("2025-12-31", "2026-12-31")));
        check("2026-06-01", Month, "2026-01-01", Some(("2026-06-01", "2026-07-01")));
        check("2026-06-30", Month, "2026-06-01", Some(("2026-06-30", "2026-07-30")));
        check("2026-01-01", OneTime, "2026-01-01", None);
    }
}
