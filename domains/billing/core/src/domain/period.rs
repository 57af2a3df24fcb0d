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

/// From 1970-01-01 to 9999-12-31: a date of JSON has four digits for its year.
pub fn in_range(day: NaiveDate) -> bool {
    (1970..=9999).contains(&day.year())
}

/// Why there is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPeriod {
    DoesNotRecur,
    /// It begins or ends where [`in_range`] says no.
    OutOfRange,
}

/// The period `day` is in, or the first if it has not begun.
pub fn containing(began: NaiveDate, interval: Interval, day: NaiveDate) -> Result<Period, NoPeriod> {
    let months = match interval {
        Interval::Month => 1,
        Interval::Year => 12,
        Interval::OneTime => return Err(NoPeriod::DoesNotRecur),
    };
    let period = counted(began, months, day).ok_or(NoPeriod::OutOfRange)?;
    if in_range(began) && in_range(period.end) { Ok(period) } else { Err(NoPeriod::OutOfRange) }
}

fn counted(began: NaiveDate, months: u32, day: NaiveDate) -> Option<Period> {
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

    fn check(began: &str, interval: Interval, day: &str, expected: Result<(&str, &str), NoPeriod>) {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = containing(date(began), interval, date(day));
        let expected = expected.map(|(start, end)| Period { start: date(start), end: date(end) });
        assert_eq!(period, expected, "{began} {interval:?} {day}");
    }

    #[test]
    fn month_ends_clamp_and_come_back() {
        use Interval::{Month, OneTime, Year};
        check("2026-01-15", Month, "2026-01-15", Ok(("2026-01-15", "2026-02-15")));
        check("2026-01-15", Month, "2026-02-14", Ok(("2026-01-15", "2026-02-15")));
        check("2026-01-15", Month, "2026-02-15", Ok(("2026-02-15", "2026-03-15")));
        check("2026-01-31", Month, "2026-02-27", Ok(("2026-01-31", "2026-02-28")));
        check("2026-01-31", Month, "2026-02-28", Ok(("2026-02-28", "2026-03-31")));
        check("2026-01-31", Month, "2026-03-30", Ok(("2026-02-28", "2026-03-31")));
        check("2024-01-31", Month, "2024-02-29", Ok(("2024-02-29", "2024-03-31")));
        check("2026-08-31", Month, "2027-02-10", Ok(("2027-01-31", "2027-02-28")));
        check("2024-02-29", Year, "2025-02-28", Ok(("2025-02-28", "2026-02-28")));
        check("2024-02-29", Year, "2028-02-28", Ok(("2027-02-28", "2028-02-29")));
        check("2025-12-31", Year, "2026-12-30", Ok(("2025-12-31", "2026-12-31")));
        check("2026-06-01", Month, "2026-01-01", Ok(("2026-06-01", "2026-07-01")));
        check("2026-06-30", Month, "2026-06-01", Ok(("2026-06-30", "2026-07-30")));
        check("2026-01-01", OneTime, "2026-01-01", Err(NoPeriod::DoesNotRecur));
    }

    #[test]
    fn periods_keep_within_the_calendar() {
        use Interval::{Month, OneTime, Year};
        let (out, today) = (Err(NoPeriod::OutOfRange), "2026-01-15");
        check("1970-01-01", Month, today, Ok(("2026-01-01", "2026-02-01")));
        check("1969-12-31", Month, today, out);
        check("-262143-01-01", Month, today, out);
        check("9999-11-30", Month, today, Ok(("9999-11-30", "9999-12-30")));
        check("9999-12-01", Month, today, out);
        check("9998-12-31", Year, today, Ok(("9998-12-31", "9999-12-31")));
        check("9999-01-01", Year, today, out);
        check("+10000-01-01", Month, today, out);
        check("+262142-12-31", Year, today, out);
        check("+262142-12-31", OneTime, today, Err(NoPeriod::DoesNotRecur));
    }
}
