//! How a column's cells are written where targets read them otherwise: `1.234,50`, `03.02.2026`. A cell is brought into
//! the targets' form, or it does not fit; nothing is guessed.

use super::rounding::rounded;
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// One of them between groups of three digits. The blanks are the plain one and those that do not break, of which
/// French has the narrow one; the apostrophe is as it is typed or as it is set.
const BETWEEN_GROUPS: [char; 6] = ['.', ' ', '\u{a0}', '\u{202f}', '\'', '\u{2019}'];
const BETWEEN_DATES: [char; 3] = ['.', '/', '-'];

/// What an importer says of a column; what nothing is said of goes to the target as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
}

/// What stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Point,
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    Iso,
    Dmy,
    Mdy,
    Ymd,
}

/// Why a cell is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// As targets call it.
    pub rule: &'static str,
    pub expected: &'static str,
}

impl Reading {
    /// A cell that is not blank, without blanks around it.
    pub fn read(self, cell: &str) -> Result<String, Misfit> {
        let read = match (self.decimal_mark, self.date_order) {
            (Some(DecimalMark::Comma), _) => with_comma(cell).ok_or(Misfit {
                rule: "not_a_number",
                expected: "a number with a comma before its decimals, such as 1.234,50",
            })?,
            (_, Some(order)) => {
                let misfit = Misfit { rule: "not_a_date", expected: order.expected() };
                order.read(cell).ok_or(misfit)?
            }
            _ => cell.to_owned(),
        };
        Ok(match self.decimals {
            Some(decimals) => rounded(&read, decimals).into_owned(),
            None => read,
        })
    }
}

/// With a point and no groups.
fn with_comma(cell: &str) -> Option<String> {
    let (sign, unsigned) = match cell.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", cell),
    };
    let Some((whole, decimals)) = unsigned.split_once(',') else {
        return Some(format!("{sign}{}", ungrouped(unsigned)?));
    };
    let whole = ungrouped(whole)?;
    is_digits(decimals).then(|| format!("{sign}{whole}.{decimals}"))
}

/// A number in groups does not begin with 0: `0.125` has a point before its decimals.
fn ungrouped(whole: &str) -> Option<String> {
    let Some(separator) = whole.chars().find(|found| BETWEEN_GROUPS.contains(found)) else {
        return is_digits(whole).then(|| whole.to_owned());
    };
    let (first, rest) = whole.split_once(separator)?;
    let begins = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let goes_on = rest.split(separator).all(|group| is_digits(group) && group.len() == 3);
    (begins && goes_on).then(|| whole.replace(separator, ""))
}

impl DateOrder {
    fn expected(self) -> &'static str {
        match self {
            Self::Iso => "a day such as 2026-02-03",
            Self::Dmy => "day, month and year of four digits, such as 03.02.2026 or 03.02.2026 09:30",
            Self::Mdy => "month, day and year of four digits, such as 02/03/2026 or 02/03/2026 09:30",
            Self::Ymd => "year of four digits, month and day, such as 2026.02.03 or 2026.02.03 09:30",
        }
    }

    /// By ISO 8601, with the time if there is one.
    fn read(self, cell: &str) -> Option<String> {
        if self == Self::Iso {
            return Some(cell.to_owned());
        }
        let between = |found: char| matches!(found, 'T' | 't') || found.is_whitespace();
        match cell.split_once(between) {
            None => Some(self.day(cell)?.to_string()),
            Some((day, time)) => Some(format!("{}T{}", self.day(day)?, clock(time.trim_start())?)),
        }
    }

    fn day(self, text: &str) -> Option<NaiveDate> {
        let separator = text.chars().find(|found| BETWEEN_DATES.contains(found))?;
        let parts: Vec<&str> = text.split(separator).collect();
        let &[first, second, third] = parts.as_slice() else { return None };
        let (year, month, day) = match self {
            // What is ISO 8601 already is meant in one way only: a workbook has such dates beside texts.
            _ if separator == '-' && first.len() == 4 => (first, second, third),
            Self::Iso | Self::Ymd => (first, second, third),
            Self::Dmy => (third, second, first),
            Self::Mdy => (third, first, second),
        };
        let short = |part: &str| is_digits(part) && part.len() <= 2;
        let fits = is_digits(year) && year.len() == 4 && short(month) && short(day);
        if !fits {
            return None;
        }
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }
}

/// A time of day, with its offset as it is: the target knows whether it takes one.
fn clock(text: &str) -> Option<String> {
    let (time, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let time: NaiveTime = time.parse().ok()?;
    Some(format!("{time}{offset}"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reading: Reading, cases: &[(&str, &str)], refused: &[&str], rule: &str) {
        for (cell, expected) in cases {
            assert_eq!(reading.read(cell).as_deref(), Ok(*expected), "{cell:?}");
        }
        for cell in refused {
            assert_eq!(reading.read(cell).map_err(|misfit| misfit.rule), Err(rule), "{cell:?}");
        }
    }

    fn mark(mark: DecimalMark) -> Reading {
        Reading { decimal_mark: Some(mark), ..Reading::default() }
    }

    #[test]
    fn a_comma_stands_before_decimals_and_separators_between_groups() {
        let cases = [
            ("1.234,50", "1234.50"),
            ("1.234.567,5", "1234567.5"),
            ("1 234,50", "1234.50"),
            ("1\u{a0}234,50", "1234.50"),
            ("1\u{202f}234\u{202f}567", "1234567"),
            ("12'345,5", "12345.5"),
            ("12\u{2019}345", "12345"),
            ("1.234", "1234"),
            ("-1.234,50", "-1234.50"),
            ("1234,5", "1234.5"),
            ("0,125", "0.125"),
            ("007", "007"),
            ("18", "18"),
        ];
        let refused = [
            "1.23",
            "1234.567",
            "1.2345,6",
            "12.34.567",
            "1.234 567",
            "1..234",
            ".234",
            "1.234.",
            "0.125",
            "1,234.50",
            "1,2,3",
            "1,",
            ",5",
            "1,5-",
            "- 1,5",
            "+1,5",
            "--1",
            "-",
            "1,5 EUR",
            "1,2e3",
            "\u{661},5",
            "cheap",
        ];
        check(mark(DecimalMark::Comma), &cases, &refused, "not_a_number");
        let rounding = Reading { decimals: Some(2), ..mark(DecimalMark::Comma) };
        check(rounding, &[("1.021,3500004", "1021.35"), ("0,005", "0")], &["1.5"], "not_a_number");
    }

    #[test]
    fn what_nothing_is_said_of_stays_as_it_is() {
        let iso = Reading { date_order: Some(DateOrder::Iso), ..Reading::default() };
        for reading in [Reading::default(), mark(DecimalMark::Point), iso] {
            for cell in ["1.234,50", "1,5", "1234.5", "03.02.2026", "2026-02-03T00:00:00", "cheap"] {
                check(reading, &[(cell, cell)], &[], "");
            }
        }
    }

    #[test]
    fn dates_are_read_in_the_order_that_is_said() {
        let order = |order| Reading { date_order: Some(order), ..Reading::default() };
        let cases = [
            ("03.02.2026", "2026-02-03"),
            ("3.2.2026", "2026-02-03"),
            ("03/02/2026", "2026-02-03"),
            ("03-02-2026", "2026-02-03"),
            ("29.02.2028", "2028-02-29"),
            ("03.02.2026 9:30", "2026-02-03T09:30:00"),
            ("03.02.2026T09:30:05.250", "2026-02-03T09:30:05.250"),
            ("03.02.2026 00:00:00+01:00", "2026-02-03T00:00:00+01:00"),
            ("2026-02-03", "2026-02-03"),
            ("2026-02-03T00:00:00", "2026-02-03T00:00:00"),
        ];
        let refused = [
            "31.02.",
            "31.02.2026",
            "29.02.2026",
            "13.13.2026",
            "03.02.26",
            "03.02.02026",
            "003.02.2026",
            "03.02/2026",
            "03.02.2026.",
            "2026.02.03",
            "2026/02/03",
            "0.2.2026",
            "03.02.2026 25:00",
            "03.02.2026 soon",
            "03.02.2026 ",
            "+3.02.2026",
            "46056",
            "soon",
        ];
        check(order(DateOrder::Dmy), &cases, &refused, "not_a_date");
        let cases = [("02/03/2026", "2026-02-03"), ("2/3/2026 14:30", "2026-02-03T14:30:00")];
        check(order(DateOrder::Mdy), &cases, &["13/02/2026", "02/03/26", "2/3/2026 2:30 PM"], "not_a_date");
        let cases = [("2026.02.03", "2026-02-03"), ("2026/2/3", "2026-02-03"), ("2026-02-03", "2026-02-03")];
        check(order(DateOrder::Ymd), &cases, &["26.02.03", "03.02.2026", "2026.31.02"], "not_a_date");
    }
}
