//! What a number in a cell means: the decimal text it has in the file, or a date where its format says so.

use super::Cell;
use chrono::{Days, NaiveDate};

/// No more zeros than these are written out for an exponent.
const MAX_EXPONENT: u32 = 40;
/// Excel keeps so many digits and writes 17, of which the last are those of a binary fraction.
const EXCEL_DIGITS: usize = 15;
const BINARY_DIGITS: usize = 17;

/// The number as plain decimal text. Where it has 16 or 17 digits, as binary fractions do when they are written
/// (`1.1000000000000001`), those behind the point are rounded to the 15 that the program shows, by their text alone;
/// longer ones, and whole numbers, are no such artefacts and stay as they are. Nothing if it is no number.
pub fn decimal(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    if exponent.unsigned_abs() > MAX_EXPONENT {
        return digits.bytes().all(|digit| digit == b'0').then(|| "0".to_owned());
    }
    // Where the point stands among the digits; before the first of them where negative.
    let mut point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let mut digits = digits.into_bytes();
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.drain(..zeros);
    point -= i32::try_from(zeros).ok()?;
    while digits.last() == Some(&b'0') && i32::try_from(digits.len()).ok()? > point {
        digits.pop();
    }
    let behind = i32::try_from(digits.len()).ok()? > point;
    if behind && (EXCEL_DIGITS + 1..=BINARY_DIGITS).contains(&digits.len()) {
        let kept = EXCEL_DIGITS.max(usize::try_from(point).unwrap_or(0));
        point += i32::from(round_to(&mut digits, kept));
    }
    Some(plain(negative, &digits, point))
}

/// Half up; whether a digit came before the first.
fn round_to(digits: &mut Vec<u8>, kept: usize) -> bool {
    let up = digits.get(kept).is_some_and(|digit| *digit >= b'5');
    digits.truncate(kept);
    if !up {
        return false;
    }
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
    true
}

fn plain(negative: bool, digits: &[u8], point: i32) -> String {
    let digit = |at: i32| {
        let found = usize::try_from(at).ok().and_then(|at| digits.get(at)).copied();
        char::from(found.unwrap_or(b'0'))
    };
    let whole: String = if point > 0 { (0..point).map(digit).collect() } else { "0".to_owned() };
    let end = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let fraction: String = (point..end).map(digit).collect();
    let fraction = fraction.trim_end_matches('0');
    let zero = fraction.is_empty() && whole == "0";
    let sign = if negative && !zero { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// What a number format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Number,
    Date,
    Time,
    DateTime,
}

/// ECMA-376 Part 1, 18.8.30; those of 27 to 36 and 50 to 58 are dates in East Asian languages.
pub fn builtin_form(id: u32) -> Form {
    match id {
        14..=17 | 27..=31 | 36 | 50..=58 => Form::Date,
        18..=21 | 32..=35 | 45 | 47 => Form::Time,
        22 => Form::DateTime,
        _ => Form::Number,
    }
}

/// Of a format code such as `[$-407]dd/mm/yyyy\ hh:mm;@`. Elapsed time (`[h]:mm`) is a number.
pub fn form(code: &str) -> Form {
    let (mut date, mut time, mut minutes_or_months) = (false, false, false);
    let mut characters = code.chars();
    if code.trim().eq_ignore_ascii_case("general") {
        return Form::Number;
    }
    while let Some(character) = characters.next() {
        match character.to_ascii_lowercase() {
            ';' => break,
            '"' => {
                let _closing = characters.by_ref().find(|character| *character == '"');
            }
            '\\' | '_' | '*' => {
                let _shown_as_it_is = characters.next();
            }
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                let elapsed = |letter: char| inside.chars().all(|found| found.eq_ignore_ascii_case(&letter));
                if !inside.is_empty() && ['h', 'm', 's'].into_iter().any(elapsed) {
                    return Form::Number;
                }
            }
            'y' | 'd' => date = true,
            'h' | 's' => time = true,
            'm' => minutes_or_months = true,
            _ => {}
        }
    }
    match (date || (minutes_or_months && !time), time) {
        (true, true) => Form::DateTime,
        (true, false) => Form::Date,
        (false, true) => Form::Time,
        (false, false) => Form::Number,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// Day 1 is 1 January 1900, and day 60 a 29 February that never was (Lotus 1-2-3 had it, and Excel keeps it).
    Of1900,
    /// Day 0 is 1 January 1904.
    Of1904,
}

impl Epoch {
    pub const ALL: [Self; 2] = [Self::Of1900, Self::Of1904];

    pub fn year(self) -> u16 {
        match self {
            Self::Of1900 => 1900,
            Self::Of1904 => 1904,
        }
    }
}

const DAY_MILLIS: i128 = 86_400_000;

/// The day and time of a number, to the millisecond.
pub fn moment(decimal: &str, form: Form, epoch: Epoch) -> Cell {
    let fault = || Cell::Fault(format!("{decimal} is no date"));
    let Some(millis) = millis(decimal) else { return fault() };
    let (Ok(day), time) = (u64::try_from(millis / DAY_MILLIS), clock(millis % DAY_MILLIS)) else {
        return fault();
    };
    if form == Form::Time && day == 0 {
        return Cell::Date(time);
    }
    let base = match (epoch, day) {
        (Epoch::Of1904, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
        (Epoch::Of1900, 0 | 60) => None,
        (Epoch::Of1900, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31),
        (Epoch::Of1900, _) => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    let last = NaiveDate::from_ymd_opt(9999, 12, 31);
    let date = base.and_then(|base| base.checked_add_days(Days::new(day)));
    let Some(date) = date.filter(|date| last.is_some_and(|last| *date <= last)) else { return fault() };
    if form == Form::Date && millis % DAY_MILLIS == 0 {
        return Cell::Date(date.to_string());
    }
    Cell::Date(format!("{date}T{time}"))
}

fn millis(decimal: &str) -> Option<i128> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let days = whole.parse::<i128>().ok().filter(|days| (0..10_000_000).contains(days))?;
    let fraction = &fraction[..fraction.len().min(18)];
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    if decimal.starts_with('-') {
        return None;
    }
    Some(days * DAY_MILLIS + (2 * parts * DAY_MILLIS + scale) / (2 * scale))
}

fn clock(millis: i128) -> String {
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let shown = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if rest == 0 { shown } else { format!("{shown}.{rest:03}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_decimal_text_of_the_file() {
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(decimal(text).as_deref(), expected, "{text}");
        }
        check("0", Some("0"));
        check("-0.0", Some("0"));
        check("007", Some("7"));
        check("1200", Some("1200"));
        check("1.50", Some("1.5"));
        check("1.5E-3", Some("0.0015"));
        check("1.2E+5", Some("120000"));
        check("1.1000000000000001", Some("1.1"));
        check("0.30000000000000004", Some("0.3"));
        check("-1234567.8900000001", Some("-1234567.89"));
        check("0.99999999999999989", Some("1"));
        check("12345678901234567", Some("12345678901234567"));
        check("0.1234567890123456789", Some("0.1234567890123456789"));
        check("1E999", None);
        check("12,5", None);
        check("", None);
    }

    #[test]
    fn formats_say_what_a_number_is() {
        fn check(code: &str, expected: Form) {
            assert_eq!(form(code), expected, "{code}");
        }
        check("General", Form::Number);
        check("#,##0.00\\ \"days\"", Form::Number);
        check("[Red]0.00;[Blue]-0.00", Form::Number);
        check("yyyy-mm-dd", Form::Date);
        check("[$-407]d/\\ mmmm\\ yyyy;@", Form::Date);
        check("mmm", Form::Date);
        check("h:mm AM/PM", Form::Time);
        check("mm:ss.0", Form::Time);
        check("dd/mm/yy hh:mm", Form::DateTime);
        check("[h]:mm:ss", Form::Number);
    }

    /// The days are those Microsoft gives for the two systems: they lie 1,462 apart.
    #[test]
    fn dates_are_counted_from_either_epoch() {
        fn check(number: &str, form: Form, epoch: Epoch, expected: Cell) {
            assert_eq!(moment(number, form, epoch), expected, "{number}");
        }
        let date = |text: &str| Cell::Date(text.to_owned());
        check("1", Form::Date, Epoch::Of1900, date("1900-01-01"));
        check("59", Form::Date, Epoch::Of1900, date("1900-02-28"));
        check("60", Form::Date, Epoch::Of1900, Cell::Fault("60 is no date".to_owned()));
        check("61", Form::Date, Epoch::Of1900, date("1900-03-01"));
        check("36526", Form::Date, Epoch::Of1900, date("2000-01-01"));
        check("35064", Form::Date, Epoch::Of1904, date("2000-01-01"));
        check("0", Form::Date, Epoch::Of1904, date("1904-01-01"));
        check("2958465", Form::Date, Epoch::Of1900, date("9999-12-31"));
        check("2958466", Form::Date, Epoch::Of1900, Cell::Fault("2958466 is no date".to_owned()));
        check("-1", Form::Date, Epoch::Of1900, Cell::Fault("-1 is no date".to_owned()));
        check("0.5", Form::Time, Epoch::Of1900, date("12:00:00"));
        check("36526.430555555555", Form::DateTime, Epoch::Of1900, date("2000-01-01T10:20:00"));
        check("36526.25", Form::Date, Epoch::Of1900, date("2000-01-01T06:00:00"));
        check("36525.999999999999", Form::Date, Epoch::Of1900, date("2000-01-01"));
    }
}
