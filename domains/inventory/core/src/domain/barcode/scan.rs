//! What a scanner gives, or somebody types in its place: one code, or an element string with more beside it.

use super::element_string::{self, ElementError, Measured, Scan};
use super::{Barcode, BarcodeError};
use crate::domain::units::UnitName;
use chrono::NaiveDate;
use kernel::Quantity;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Code(Barcode),
    Elements(Box<Scan>),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    #[error(transparent)]
    Code(#[from] BarcodeError),
    #[error(transparent)]
    Elements(#[from] ElementError),
}

impl ReadingError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Code(error) => error.code(),
            Self::Elements(error) => error.code(),
        }
    }
}

/// The codes that an item may have it by, the likeliest first: the very text, and what it is as a UPC-E.
pub fn candidates(text: &str) -> Vec<String> {
    if text.len() > element_string::MAX_LENGTH {
        return Vec::new();
    }
    let readings = [Barcode::parse_own(text), Barcode::parse_upc_e(text)];
    readings.into_iter().flatten().map(|code| code.as_str().to_owned()).collect()
}

/// `today` places the two digits of a year in a century.
pub fn read(text: &str, today: NaiveDate) -> Result<Reading, ReadingError> {
    if text.len() > element_string::MAX_LENGTH || element_string::is_element_string(text) {
        return Ok(Reading::Elements(Box::new(element_string::parse(text, today)?)));
    }
    match Barcode::parse(text) {
        Ok(code) => Ok(Reading::Code(code)),
        Err(error) => Ok(Reading::Code(Barcode::parse_upc_e(text).map_err(|_| error)?)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoQuantity {
    #[error("the label does not say how many of it are inside")]
    NotCounted,
    #[error("the label counts more of it than can be kept")]
    TooLarge,
}

/// How much a scan means: what the label tells, or else what its code does.
pub fn meant(said: &Scan, of_code: Quantity, unit: UnitName) -> Result<(Quantity, UnitName), NoQuantity> {
    match said.quantity {
        Some(Measured { quantity, is_count: true, .. }) => {
            Ok((times(of_code, quantity).ok_or(NoQuantity::TooLarge)?, unit))
        }
        Some(Measured { quantity, unit, .. }) => Ok((quantity, UnitName::of(unit))),
        None if said.is_content => Err(NoQuantity::NotCounted),
        None => Ok((of_code, unit)),
    }
}

/// `count` is whole.
fn times(one: Quantity, count: Quantity) -> Option<Quantity> {
    let count = count.millionths() / Quantity::whole(1).millionths();
    one.millionths().checked_mul(count).map(Quantity::from_millionths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, 1).unwrap()
    }

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = read(text, day()).map(|reading| match reading {
            Reading::Code(code) => format!("{} {}", code.kind().name(), code.as_str()),
            Reading::Elements(scan) => {
                let gtin = scan.gtin.map(|gtin| gtin.as_str().to_owned());
                let sscc = scan.sscc.map(|sscc| sscc.as_str().to_owned());
                format!("elements {}", gtin.or(sscc).unwrap_or_default())
            }
        });
        let found = found.map_err(|error| error.code());
        assert_eq!(found.as_deref().map_err(|code| *code), expected, "{text:?}");
    }

    #[test]
    fn a_scan_is_a_code_or_an_element_string() {
        check("6291041500213", Ok("gtin 06291041500213"));
        check("978-0-306-40615-7", Ok("isbn 09780306406157"));
        check("376104250021234569", Ok("sscc 376104250021234569"));
        check("Shelf 7", Ok("own Shelf 7"));
        check("04252614", Ok("gtin 00042100005264"));
        check("(01)09506000134352(17)271231", Ok("elements 09506000134352"));
        // Without mark and separator, as plain Code 128 has it.
        check("0109506000134352", Ok("elements 09506000134352"));
        check("010950600013435217271231", Ok("elements 09506000134352"));
        check("010950600013435210ABC", Ok("elements 09506000134352"));
        check("00376104250021234569", Ok("elements 376104250021234569"));
        check("6291041500214", Err("wrong_check_digit"));
        check("0109506000134353", Err("wrong_check_digit"));
        check("12345", Err("invalid_length"));
        check(" ", Err("blank"));
        check(&"x".repeat(1_025), Err("too_long"));
    }

    #[test]
    fn a_code_is_looked_for_in_each_of_its_forms() {
        assert_eq!(candidates("6291041500213"), ["06291041500213"]);
        assert_eq!(candidates("1001"), ["1001"]);
        assert_eq!(candidates("04252614"), ["04252614", "00042100005264"]);
        assert_eq!(candidates("(10)A"), ["(10)A"]);
        assert!(candidates("K\u{e4}se").is_empty() && candidates(&"x".repeat(1_025)).is_empty());
    }

    fn check_meant(text: &str, expected: Result<&str, NoQuantity>) {
        let said = element_string::parse(text, day()).unwrap();
        let found = meant(&said, Quantity::whole(12), UnitName::of("EA"));
        let found = found.map(|(quantity, unit)| format!("{quantity} {unit}"));
        assert_eq!(found.as_deref().map_err(|error| *error), expected, "{text:?}");
    }

    #[test]
    fn a_label_says_how_much_it_is_of() {
        check_meant("(01)09506000134352", Ok("12 EA"));
        check_meant("(01)09506000134352(3103)001250", Ok("1.25 KGM"));
        check_meant("(01)09506000134352(30)5", Ok("5 EA"));
        check_meant("(02)09506000134352(37)40", Ok("480 EA"));
        check_meant("(02)09506000134352(3103)001250", Ok("1.25 KGM"));
        check_meant("(02)09506000134352", Err(NoQuantity::NotCounted));
        let most = Quantity::from_millionths(i64::MAX / 2);
        let said = element_string::parse("(02)09506000134352(37)3", day()).unwrap();
        assert_eq!(meant(&said, most, UnitName::of("EA")), Err(NoQuantity::TooLarge));
    }
}
