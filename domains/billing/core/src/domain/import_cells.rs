//! What rows of a file have in common, whatever they are about: cells by their fields. A blank one is not there.

use kernel::reference::check_external_id;
use kernel::{Currency, Faults, Money};
use module::FieldKind;
use std::collections::BTreeMap;

pub type Cells = BTreeMap<String, String>;

/// A field of an import target, with what its column may hold.
pub struct Field {
    pub name: &'static str,
    pub description: &'static str,
    pub required: bool,
    pub kind: FieldKind,
}

pub const fn field(name: &'static str, description: &'static str, required: bool, kind: FieldKind) -> Field {
    Field { name, description, required, kind }
}

pub fn text<'a>(cells: &'a Cells, name: &str) -> Option<&'a str> {
    cells.get(name).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// A reference of the tenant's that can be looked up; one that breaks its rules is none.
pub fn reference(cells: &Cells, name: &str) -> Option<String> {
    let mut faults = Faults::new();
    let reference = check_external_id(&mut faults, "", Some(text(cells, name)?.to_owned()));
    reference.filter(|_| faults.is_empty())
}

pub fn check_names(faults: &mut Faults, cells: &Cells, fields: &[Field]) {
    for name in cells.keys().filter(|name| fields.iter().all(|field| field.name != **name)) {
        faults.add(format!("/{name}"), "unknown_field", format!("there is no field {name}"));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("must be a decimal number such as 249.90")]
    NotANumber,
    #[error("must not be negative")]
    Negative,
    #[error("has more decimals than {0}, which has {decimals}", decimals = .0.exponent())]
    TooPrecise(Currency),
    #[error("is too large")]
    TooLarge,
}

impl AmountError {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::Negative => "negative",
            Self::TooPrecise(_) => "too_precise",
            Self::TooLarge => "too_large",
        }
    }
}

/// `249.9` of USD is 24990 minor units. Zeros at the end do not count as decimals.
pub fn parse_amount(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let (whole, fraction) = split(text)?;
    let decimals = usize::from(currency.exponent());
    if fraction.len() > decimals {
        return Err(AmountError::TooPrecise(currency));
    }
    let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| AmountError::TooLarge)?;
    Ok(Money::new(minor, currency))
}

/// What can be said of an amount whose currency is not known.
pub fn check_number(text: &str) -> Result<(), AmountError> {
    split(text).map(|_| ())
}

/// Whole part and decimals, without zeros at the end.
fn split(text: &str) -> Result<(&str, &str), AmountError> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return Err(AmountError::NotANumber);
    }
    if negative && digits.bytes().any(|byte| !matches!(byte, b'0' | b'.')) {
        return Err(AmountError::Negative);
    }
    Ok((whole, fraction.trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, currency: &str, expected: Result<i64, &str>) {
        let found = parse_amount(text, currency.parse().unwrap());
        let found = found.map(|money| money.amount_minor).map_err(AmountError::code);
        assert_eq!(found, expected, "{text} {currency}");
    }

    #[test]
    fn amounts_are_read_exactly() {
        check("249.9", "USD", Ok(24_990));
        check(" 249.90 ", "USD", Ok(24_990));
        check("249.900", "USD", Ok(24_990));
        check("007", "USD", Ok(700));
        check("0", "USD", Ok(0));
        check("-0.0", "USD", Ok(0));
        check("5000", "JPY", Ok(5_000));
        check("5000.0", "JPY", Ok(5_000));
        check("1.234", "KWD", Ok(1_234));
        check("92233720368547758.07", "USD", Ok(i64::MAX));
        check("92233720368547758.08", "USD", Err("too_large"));
        check("0.5", "JPY", Err("too_precise"));
        check("1.999", "USD", Err("too_precise"));
        check("-1", "USD", Err("negative"));
        for text in ["", "1,5", "1e3", "1.", ".5", "+1", "--1", "1.2.3", "one", "١"] {
            check(text, "USD", Err("not_a_number"));
        }
    }

    #[test]
    fn a_reference_that_breaks_its_rules_is_looked_up_nowhere() {
        let check = |cell: &str, expected: Option<&str>| {
            let cells = Cells::from([("product".to_owned(), cell.to_owned())]);
            assert_eq!(reference(&cells, "product").as_deref(), expected, "{cell:?}");
        };
        check(" box-1 ", Some("box-1"));
        check("box 1/2", Some("box 1/2"));
        check("  ", None);
        check("..", None);
        check("a\0b", None);
        check(&"x".repeat(201), None);
    }
}
