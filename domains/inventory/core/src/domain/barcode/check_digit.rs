//! The check digits of GS1 numbers (General Specifications, 7.9.1) and of ISBN-10 (ISO 2108:1992).

/// What was read does not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "ends in the check digit {found}, but {computed} belongs to what is before it: scan or type it again"
)]
pub struct CheckDigitError {
    pub found: char,
    pub computed: char,
}

/// GTIN, SSCC and GLN: weights 3 and 1 in turn from the right, modulo 10. It finds each single wrong digit, and two
/// neighbours in each other's place unless they differ by five.
pub fn modulo_10(body: &str) -> char {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 = digits_from_the_right(body).zip(weights).map(|(digit, weight)| digit * weight).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// ISBN-10: weights from 2 upwards from the right, modulo 11, where ten is written as X.
pub fn modulo_11(body: &str) -> char {
    let sum: u32 = digits_from_the_right(body).zip(2..).map(|(digit, weight)| digit * weight).sum();
    char::from_digit((11 - sum % 11) % 11, 10).unwrap_or('X')
}

/// Holds the last character of `code` against what the others come to.
pub fn verify(code: &str, compute: fn(&str) -> char) -> Result<(), CheckDigitError> {
    let mut characters = code.chars();
    let found = characters.next_back().unwrap_or(' ');
    let computed = compute(characters.as_str());
    if found == computed { Ok(()) } else { Err(CheckDigitError { found, computed }) }
}

/// What is no digit is passed over.
fn digits_from_the_right(body: &str) -> impl Iterator<Item = u32> {
    body.chars().rev().filter_map(|character| character.to_digit(10))
}
