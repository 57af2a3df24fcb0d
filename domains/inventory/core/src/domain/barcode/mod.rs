//! The codes that are printed on things. A standard number is checked and kept in one form, so that it is found
//! however it was printed; any other text may be a code of the tenant's own.

mod check_digit;
pub mod element_string;
mod of_item;
mod other_ais;
mod scan;
#[cfg(test)]
mod tests;

pub use of_item::{BarcodeFields, BarcodeInput, ItemBarcode, MAX_BARCODES, ReadAs};
pub use scan::{Reading, candidates, meant, read};

use check_digit::{CheckDigitError, modulo_10, modulo_11, verify};
use serde::Serialize;
use std::str::FromStr;

/// More is not printed as Code 128 that a scanner can still read.
pub const MAX_OWN: usize = 80;

/// How scanners mark EAN and UPC, EAN-8, ITF-14 and plain Code 128, where they are set to (ISO/IEC 15424).
const PLAIN_SYMBOLOGIES: [&str; 5] = ["]E0", "]E4", "]I0", "]I1", "]C0"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BarcodeKind {
    Gtin,
    /// A GTIN that is the number of a book.
    Isbn,
    Sscc,
    Own,
}

impl BarcodeKind {
    const ALL: [Self; 4] = [Self::Gtin, Self::Isbn, Self::Sscc, Self::Own];

    pub fn name(self) -> &'static str {
        match self {
            Self::Gtin => "gtin",
            Self::Isbn => "isbn",
            Self::Sscc => "sscc",
            Self::Own => "own",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// Two codes are the same where they are equal: a GTIN is kept with fourteen digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Barcode {
    Gtin(Gtin),
    Sscc(Sscc),
    Own(String),
}

/// Fourteen digits, of which the last is right. Shorter ones have zeros before them (General Specifications, 3.3.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(String);

/// The number of a logistic unit, such as a pallet: eighteen digits, of which the last is right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sscc(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    #[error("must not be blank")]
    Blank,
    #[error("must have at most {MAX_OWN} characters")]
    TooLong,
    #[error("character {at} cannot be in a barcode: use letters, digits and signs of ASCII")]
    Character { at: usize },
    #[error("must be digits alone")]
    NotDigits,
    #[error(
        "has {0} digits, where a GTIN has 8, 12, 13 or 14, an ISBN 10 or 13 and an SSCC 18: scan it again, or enter \
         it as a code of your own"
    )]
    Length(usize),
    #[error(transparent)]
    CheckDigit(#[from] CheckDigitError),
    #[error("must not be zeros alone")]
    Zeros,
    #[error("must be a UPC-E of eight digits that begin with 0 or 1")]
    UpcE,
    #[error("is a number of the kind {0}: leave kind out, or say that")]
    OtherKind(&'static str),
    #[error("is a GS1 element string, which holds more than a code: enter the number behind (01)")]
    ElementString,
}

impl BarcodeError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too_long",
            Self::Character { .. } => "invalid_character",
            Self::NotDigits => "not_digits",
            Self::Length(_) => "invalid_length",
            Self::CheckDigit(_) => "wrong_check_digit",
            Self::Zeros => "zeros",
            Self::UpcE => "not_upc_e",
            Self::OtherKind(_) => "other_kind",
            Self::ElementString => "element_string",
        }
    }
}

impl Barcode {
    /// Digits alone must be a GTIN, an ISBN or an SSCC, or a misread one would become a code of its own.
    /// Blanks between them count for nothing, nor do hyphens in an ISBN.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let text = without_mark(text)?;
        match standard(text)? {
            Some(code) => Ok(code),
            None if element_string::is_element_string(text) => Err(BarcodeError::ElementString),
            None => own(text),
        }
    }

    /// A code that the tenant says is their own, be it digits alone. A right standard number is still that number, so
    /// that a scan means one thing however the code was entered.
    pub fn parse_own(text: &str) -> Result<Self, BarcodeError> {
        let text = without_mark(text)?;
        match standard(text) {
            Ok(Some(code)) => Ok(code),
            Ok(None) | Err(_) => own(text),
        }
    }

    /// Eight digits as they stand below a UPC-E, of which only the symbol shows that they are no GTIN-8
    /// (General Specifications, 5.2: the sixth digit says where zeros were left out).
    pub fn parse_upc_e(text: &str) -> Result<Self, BarcodeError> {
        let digits: Vec<char> = text.chars().filter(|character| *character != ' ').take(9).collect();
        let &[system @ ('0' | '1'), a, b, c, d, e, last, check] = digits.as_slice() else {
            return Err(BarcodeError::UpcE);
        };
        let body = match last {
            '0'..='2' => format!("{system}{a}{b}{last}0000{c}{d}{e}"),
            '3' => format!("{system}{a}{b}{c}00000{d}{e}"),
            '4' => format!("{system}{a}{b}{c}{d}00000{e}"),
            _ => format!("{system}{a}{b}{c}{d}{e}0000{last}"),
        };
        Ok(Self::Gtin(format!("{body}{check}").parse()?))
    }

    pub fn kind(&self) -> BarcodeKind {
        match self {
            Self::Gtin(gtin) if gtin.is_book() => BarcodeKind::Isbn,
            Self::Gtin(_) => BarcodeKind::Gtin,
            Self::Sscc(_) => BarcodeKind::Sscc,
            Self::Own(_) => BarcodeKind::Own,
        }
    }

    /// To be compared. No code of one's own is a number that fits one of the standards.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Gtin(gtin) => gtin.as_str(),
            Self::Sscc(sscc) => sscc.as_str(),
            Self::Own(code) => code,
        }
    }
}

impl Gtin {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 979-0 is printed music, whose numbers are ISMN.
    fn is_book(&self) -> bool {
        let digits = self.0.strip_prefix('0').unwrap_or_default();
        digits.starts_with("978") || (digits.starts_with("979") && !digits.starts_with("9790"))
    }

    fn from_isbn_10(code: &str) -> Result<Self, BarcodeError> {
        let code = code.to_ascii_uppercase();
        verify(&code, modulo_11)?;
        if code.bytes().all(|byte| byte == b'0') {
            return Err(BarcodeError::Zeros);
        }
        let body = format!("978{}", code.get(..9).unwrap_or_default());
        format!("{body}{}", modulo_10(&body)).parse()
    }
}

impl FromStr for Gtin {
    type Err = BarcodeError;
    fn from_str(text: &str) -> Result<Self, BarcodeError> {
        if !is_digits(text) {
            return Err(BarcodeError::NotDigits);
        }
        if !matches!(text.len(), 8 | 12 | 13 | 14) {
            return Err(BarcodeError::Length(text.len()));
        }
        check_number(text)?;
        Ok(Self(format!("{text:0>14}")))
    }
}

impl Sscc {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sscc {
    type Err = BarcodeError;
    fn from_str(text: &str) -> Result<Self, BarcodeError> {
        if !is_digits(text) {
            return Err(BarcodeError::NotDigits);
        }
        if text.len() != 18 {
            return Err(BarcodeError::Length(text.len()));
        }
        check_number(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// What is left to read once a scanner's mark and the blanks around it are gone.
fn without_mark(text: &str) -> Result<&str, BarcodeError> {
    let text = text.trim();
    let text = PLAIN_SYMBOLOGIES.iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text).trim();
    if text.is_empty() { Err(BarcodeError::Blank) } else { Ok(text) }
}

/// None where the text does not look like a number of a standard.
fn standard(text: &str) -> Result<Option<Barcode>, BarcodeError> {
    let code: String = text.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
    if code.len() == 10 && is_digits(code.strip_suffix(['X', 'x']).unwrap_or(&code)) {
        return Ok(Some(Barcode::Gtin(Gtin::from_isbn_10(&code)?)));
    }
    let is_book = code.len() == 13 && (code.starts_with("978") || code.starts_with("979"));
    if !is_digits(&code) || (text.contains('-') && !is_book) {
        return Ok(None);
    }
    let code = if code.len() == 18 { Barcode::Sscc(code.parse()?) } else { Barcode::Gtin(code.parse()?) };
    Ok(Some(code))
}

fn own(text: &str) -> Result<Barcode, BarcodeError> {
    let is_printable = |character: char| character == ' ' || character.is_ascii_graphic();
    if let Some(place) = text.chars().position(|character| !is_printable(character)) {
        return Err(BarcodeError::Character { at: place + 1 });
    }
    if text.len() > MAX_OWN {
        return Err(BarcodeError::TooLong);
    }
    Ok(Barcode::Own(text.to_owned()))
}

fn check_number(digits: &str) -> Result<(), BarcodeError> {
    verify(digits, modulo_10)?;
    if digits.bytes().all(|byte| byte == b'0') { Err(BarcodeError::Zeros) } else { Ok(()) }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
