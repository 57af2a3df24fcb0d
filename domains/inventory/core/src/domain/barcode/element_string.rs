//! GS1 element strings: what a label says of a thing beside its number, such as lot, expiry and quantity. Either with
//! application identifiers (AIs) in brackets, as people read them, or as a scanner gives them. Formats are those of the
//! GS1 General Specifications, 3.2, as the GS1 Barcode Syntax Dictionary lists them.

use super::check_digit::{CheckDigitError, modulo_10, verify};
use super::{BarcodeError, Gtin, Sscc, is_digits, other_ais};
use chrono::{Datelike, Months, NaiveDate};
use kernel::Quantity;

/// Far above what a label holds.
pub const MAX_LENGTH: usize = 1_024;

/// FNC1 as scanners give it: the ASCII control character GS, at the end of a value of no predefined length.
const SEPARATOR: char = '\u{1d}';

/// GS1-128, GS1 DataMatrix, GS1 QR Code, GS1 DataBar and GS1 DotCode (General Specifications, 5.1).
const SYMBOLOGIES: [&str; 5] = ["]C1", "]d2", "]Q3", "]e0", "]J1"];

const SSCC_DIGITS: usize = 18;

/// What a quantity is taken from where a label has several: the count, or else the measure that goods are sold by.
/// Width and depth are none, nor what a logistic unit measures.
const QUANTITIES: [&str; 8] = ["30", "37", "310", "320", "315", "316", "314", "311"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The thing itself (01), or on a logistic unit what is in it (02).
    pub gtin: Option<Gtin>,
    pub lot: Option<String>,
    pub serial: Option<String>,
    pub produced_on: Option<NaiveDate>,
    /// The last day of use.
    pub expires_on: Option<NaiveDate>,
    pub best_before: Option<NaiveDate>,
    pub quantity: Option<Measured>,
    /// The GTIN is of what is in a logistic unit (02).
    pub is_content: bool,
    pub sscc: Option<Sscc>,
    /// All the rest, checked and in the label's order, with measures that are not the quantity.
    pub others: Vec<Element>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    pub quantity: Quantity,
    /// Of UNECE Recommendation 20: `EA` where things are counted.
    pub unit: &'static str,
    /// It counts what the GTIN is of (37), however much that holds.
    pub is_count: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub ai: String,
    pub value: String,
}

/// `at` is the place in the text without blanks around it, from 1, where the AI begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    #[error("must be a GS1 element string such as (01)09506000134352(10)AB-12")]
    Blank,
    #[error("must have at most {MAX_LENGTH} characters")]
    TooLong,
    #[error("begins with {0}, by which scanners mark other symbols than those of GS1 element strings")]
    Symbology(String),
    #[error("character {at} cannot be in a GS1 element string")]
    Character { at: usize },
    #[error("character {at} must begin an AI in brackets, such as (10); a bracket in a value is written \\(")]
    Brackets { at: usize },
    #[error("AI ({ai}) at character {at} is not known: take it out, or check the separator before it")]
    UnknownAi { at: usize, ai: String },
    #[error("AI ({ai}) at character {at} {fault}")]
    Value { at: usize, ai: String, fault: ValueFault },
    #[error("AI ({ai}) at character {at} says otherwise than AI ({earlier}) before it")]
    Conflict { at: usize, ai: String, earlier: String },
    #[error("AI ({ai}) at character {at} cannot be on one label with AI ({other})")]
    Pair { at: usize, ai: String, other: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    #[error("has no value")]
    Empty,
    #[error("must have digits alone")]
    NotDigits,
    #[error("must not have the character {0:?}")]
    Character(char),
    #[error("must have {expected} digits, but has {found}")]
    Length { expected: usize, found: usize },
    #[error("has {found} characters, at most {max} are allowed: the separator (GS) behind it may be missing")]
    TooLong { max: usize, found: usize },
    #[error(transparent)]
    CheckDigit(#[from] CheckDigitError),
    #[error("must not be zeros alone")]
    Zeros,
    #[error("must be a date as YYMMDD, with 00 for the last day of a month")]
    Date,
    #[error("is too large")]
    TooLarge,
}

impl ElementError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too_long",
            Self::Symbology(_) => "unknown_symbology",
            Self::Character { .. } => "invalid_character",
            Self::Brackets { .. } => "malformed",
            Self::UnknownAi { .. } => "unknown_ai",
            Self::Value { fault, .. } => fault.code(),
            Self::Conflict { .. } => "conflicting_ai",
            Self::Pair { .. } => "invalid_pair",
        }
    }
}

impl ValueFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "blank",
            Self::NotDigits => "not_digits",
            Self::Character(_) => "invalid_character",
            Self::Length { .. } => "invalid_length",
            Self::TooLong { .. } => "too_long",
            Self::CheckDigit(_) => "wrong_check_digit",
            Self::Zeros => "zeros",
            Self::Date => "invalid_date",
            Self::TooLarge => "too_large",
        }
    }
}

/// Whether the text shows by itself that it is one: by a scanner's mark, a separator or an AI in brackets, or since it
/// begins with a number behind its AI and is as long as no number alone.
pub fn is_element_string(text: &str) -> bool {
    let text = text.trim();
    let begins_with_number = |ai: &str, length: usize| {
        let number = text.strip_prefix(ai).and_then(|rest| rest.get(..length));
        number.is_some_and(is_digits) && text.len() != SSCC_DIGITS
    };
    let bracketed = text.strip_prefix('(').and_then(|inner| inner.split_once(')'));
    SYMBOLOGIES.iter().any(|mark| text.starts_with(mark))
        || text.contains(SEPARATOR)
        || begins_with_number("01", 14)
        || begins_with_number("02", 14)
        || begins_with_number("00", SSCC_DIGITS)
        || bracketed.is_some_and(|(ai, _)| may_be_ai(ai))
}

fn may_be_ai(text: &str) -> bool {
    is_digits(text) && (2..=4).contains(&text.len())
}

/// `today` places the two digits of a year in a century.
pub fn parse(text: &str, today: NaiveDate) -> Result<Scan, ElementError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ElementError::Blank);
    }
    if text.len() > MAX_LENGTH {
        return Err(ElementError::TooLong);
    }
    let is_allowed = |character: char| matches!(character, ' '..='~' | SEPARATOR);
    if let Some(place) = text.chars().position(|character| !is_allowed(character)) {
        return Err(ElementError::Character { at: place + 1 });
    }
    let found = if text.starts_with('(') { split_bracketed(text)? } else { split_raw(text)? };
    let found = once_each(found)?;
    check_pairs(&found)?;
    gather(found, today)
}

#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Of one length: no separator is looked for behind it.
    Digits(usize),
    DigitsUpTo(usize),
    TextUpTo(usize),
    AnyUpTo(usize),
}

/// No listed AI has a longer value.
const LONGEST: usize = 90;

#[derive(Clone, Copy)]
enum Meaning {
    Gtin {
        is_content: bool,
    },
    Sscc,
    /// A global location number.
    Gln,
    Lot,
    Serial,
    ProducedOn,
    ExpiresOn,
    BestBefore,
    Date,
    Measure {
        unit: &'static str,
        decimals: usize,
    },
    Other,
}

struct Found<'a> {
    at: usize,
    ai: &'a str,
    meaning: Meaning,
    value: String,
}

impl Found<'_> {
    /// The last digit of the AI of a measure or a price is no part of what it says: it places the decimal point.
    fn family(&self) -> &str {
        if self.ai.len() == 4 && self.ai.starts_with('3') { &self.ai[..3] } else { self.ai }
    }

    fn fault(&self, fault: ValueFault) -> ElementError {
        ElementError::Value { at: self.at, ai: self.ai.to_owned(), fault }
    }

    fn element(&self) -> Element {
        Element { ai: self.ai.to_owned(), value: self.value.clone() }
    }
}

fn describe(ai: &str) -> Option<(Shape, Meaning)> {
    Some(match ai {
        "00" => (Shape::Digits(18), Meaning::Sscc),
        "01" => (Shape::Digits(14), Meaning::Gtin { is_content: false }),
        "02" => (Shape::Digits(14), Meaning::Gtin { is_content: true }),
        "03" => (Shape::Digits(14), Meaning::Other),
        "10" => (Shape::TextUpTo(20), Meaning::Lot),
        "11" => (Shape::Digits(6), Meaning::ProducedOn),
        "12" | "13" | "16" => (Shape::Digits(6), Meaning::Date),
        "15" => (Shape::Digits(6), Meaning::BestBefore),
        "17" => (Shape::Digits(6), Meaning::ExpiresOn),
        "20" => (Shape::Digits(2), Meaning::Other),
        "21" => (Shape::TextUpTo(20), Meaning::Serial),
        "22" | "243" | "254" | "420" => (Shape::TextUpTo(20), Meaning::Other),
        "30" | "37" => (Shape::DigitsUpTo(8), Meaning::Measure { unit: "EA", decimals: 0 }),
        "240" | "241" | "250" | "251" | "400" | "401" | "403" | "90" => (Shape::TextUpTo(30), Meaning::Other),
        "410" | "411" | "412" | "413" | "414" | "415" | "416" | "417" => (Shape::Digits(13), Meaning::Gln),
        "91" | "92" | "93" | "94" | "95" | "96" | "97" | "98" | "99" => (Shape::TextUpTo(90), Meaning::Other),
        _ => return describe_measure(ai).or_else(|| Some((other_ais::shape_of(ai)?, Meaning::Other))),
    })
}

/// `3103` is the net weight in kilograms with three decimals, and `3303` the gross weight.
fn describe_measure(ai: &str) -> Option<(Shape, Meaning)> {
    let (family, decimals) = ai.split_at_checked(3)?;
    let unit = match family {
        "310" | "330" => "KGM",
        "311" | "312" | "313" | "331" | "332" | "333" => "MTR",
        "314" | "334" => "MTK",
        "315" | "335" => "LTR",
        "316" | "336" => "MTQ",
        "320" => "LBR",
        _ => return None,
    };
    let decimals = ["0", "1", "2", "3", "4", "5"].iter().position(|digit| *digit == decimals)?;
    Some((Shape::Digits(6), Meaning::Measure { unit, decimals }))
}

/// The first two digits of an AI say how many it has.
fn length_of_ai(text: &str) -> usize {
    match text.get(..2) {
        Some("23" | "24" | "25" | "40" | "41" | "42" | "71") => 3,
        Some("31" | "32" | "33" | "34" | "35" | "36" | "39" | "43" | "70" | "72") => 4,
        Some("80" | "81" | "82") => 4,
        _ => 2,
    }
}

/// Brackets say where a value ends, so one whose AI is not listed yet is taken as it is.
fn split_bracketed(text: &str) -> Result<Vec<Found<'_>>, ElementError> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = text.len() - rest.len() + 1;
        let (ai, after) = rest
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'))
            .ok_or(ElementError::Brackets { at })?;
        let unlisted = || may_be_ai(ai).then_some((Shape::AnyUpTo(LONGEST), Meaning::Other));
        let (shape, meaning) = describe(ai).or_else(unlisted).ok_or_else(|| unknown(at, ai))?;
        let begins_ai = |place: &usize| !after[..*place].ends_with('\\');
        let end = after.match_indices('(').map(|(place, _)| place).find(begins_ai).unwrap_or(after.len());
        let (value, next) = after.split_at(end);
        let value = value.trim().replace("\\(", "(");
        found.push(checked(Found { at, ai, meaning, value }, shape)?);
        rest = next;
    }
    Ok(found)
}

/// Separators that are not needed do no harm (General Specifications, 7.8).
fn split_raw(text: &str) -> Result<Vec<Found<'_>>, ElementError> {
    let mut found = Vec::new();
    let mut rest = text;
    if text.starts_with(']') {
        let mark = SYMBOLOGIES.iter().find_map(|mark| text.strip_prefix(mark));
        rest = mark.ok_or_else(|| ElementError::Symbology(text.chars().take(3).collect()))?;
    }
    loop {
        rest = rest.trim_start_matches(SEPARATOR);
        if rest.is_empty() {
            return if found.is_empty() { Err(ElementError::Blank) } else { Ok(found) };
        }
        let at = text.len() - rest.len() + 1;
        let (ai, after) = rest.split_at_checked(length_of_ai(rest)).unwrap_or((rest, ""));
        let (shape, meaning) = describe(ai).ok_or_else(|| unknown(at, ai))?;
        let up_to = after.find(SEPARATOR).unwrap_or(after.len());
        let end = if let Shape::Digits(length) = shape { up_to.min(length) } else { up_to };
        let (value, next) = after.split_at(end);
        found.push(checked(Found { at, ai, meaning, value: value.to_owned() }, shape)?);
        rest = next;
    }
}

fn unknown(at: usize, ai: &str) -> ElementError {
    ElementError::UnknownAi { at, ai: ai.chars().take(8).collect() }
}

fn checked(found: Found<'_>, shape: Shape) -> Result<Found<'_>, ElementError> {
    match check_shape(&found.value, shape) {
        Ok(()) => Ok(found),
        Err(fault) => Err(found.fault(fault)),
    }
}

fn check_shape(value: &str, shape: Shape) -> Result<(), ValueFault> {
    if value.is_empty() {
        return Err(ValueFault::Empty);
    }
    let found = value.len();
    match shape {
        Shape::Digits(_) | Shape::DigitsUpTo(_) if !is_digits(value) => Err(ValueFault::NotDigits),
        Shape::Digits(expected) if found != expected => Err(ValueFault::Length { expected, found }),
        Shape::DigitsUpTo(max) | Shape::TextUpTo(max) | Shape::AnyUpTo(max) if found > max => {
            Err(ValueFault::TooLong { max, found })
        }
        Shape::TextUpTo(_) => {
            let wrong = value.chars().find(|character| !is_in_set_82(*character));
            wrong.map_or(Ok(()), |character| Err(ValueFault::Character(character)))
        }
        Shape::Digits(_) | Shape::DigitsUpTo(_) | Shape::AnyUpTo(_) => Ok(()),
    }
}

/// General Specifications, 7.11, of ISO/IEC 646: no blank, and of the signs not all.
fn is_in_set_82(character: char) -> bool {
    character.is_ascii_graphic()
        && !matches!(character, '#' | '$' | '@' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~')
}

/// The same said twice is said once; a measure is given with one number of decimals.
fn once_each(all: Vec<Found<'_>>) -> Result<Vec<Found<'_>>, ElementError> {
    let mut kept: Vec<Found<'_>> = Vec::new();
    for next in all {
        match kept.iter().find(|earlier| earlier.family() == next.family()) {
            None => kept.push(next),
            Some(earlier) if earlier.ai == next.ai && earlier.value == next.value => {}
            Some(earlier) => {
                let (ai, earlier) = (next.ai.to_owned(), earlier.ai.to_owned());
                return Err(ElementError::Conflict { at: next.at, ai, earlier });
            }
        }
    }
    Ok(kept)
}

/// What one label cannot say (the dictionary's `ex`). What must go together (`req`) may stand on two symbols of one
/// label, so that is not asked for.
fn check_pairs(found: &[Found<'_>]) -> Result<(), ElementError> {
    let is_item = found.iter().any(|element| element.ai == "01");
    match found.iter().find(|element| is_item && matches!(element.ai, "02" | "37")) {
        Some(wrong) => {
            Err(ElementError::Pair { at: wrong.at, ai: wrong.ai.to_owned(), other: "01".to_owned() })
        }
        None => Ok(()),
    }
}

fn gather(found: Vec<Found<'_>>, today: NaiveDate) -> Result<Scan, ElementError> {
    let has = |family: &&str| found.iter().any(|element| element.family() == *family);
    let quantity_from = QUANTITIES.into_iter().find(has);
    let mut scan = Scan::default();
    for element in found {
        let value = element.value.as_str();
        let date = || date(value, today).ok_or_else(|| element.fault(ValueFault::Date));
        match element.meaning {
            Meaning::Gtin { is_content } => {
                let gtin = value.parse::<Gtin>().map_err(|error| number_fault(&element, error))?;
                (scan.gtin, scan.is_content) = (Some(gtin), is_content);
            }
            Meaning::Sscc => {
                let sscc = value.parse::<Sscc>().map_err(|error| number_fault(&element, error))?;
                scan.sscc = Some(sscc);
            }
            Meaning::Gln => {
                verify(value, modulo_10).map_err(|error| element.fault(error.into()))?;
                scan.others.push(element.element());
            }
            Meaning::Lot => scan.lot = Some(value.to_owned()),
            Meaning::Serial => scan.serial = Some(value.to_owned()),
            Meaning::ProducedOn => scan.produced_on = Some(date()?),
            Meaning::ExpiresOn => scan.expires_on = Some(date()?),
            Meaning::BestBefore => scan.best_before = Some(date()?),
            Meaning::Date => {
                date()?;
                scan.others.push(element.element());
            }
            Meaning::Measure { unit, decimals } if quantity_from == Some(element.family()) => {
                let quantity = measured(value, decimals);
                let quantity = quantity.ok_or_else(|| element.fault(ValueFault::TooLarge))?;
                scan.quantity = Some(Measured { quantity, unit, is_count: element.ai == "37" });
            }
            Meaning::Measure { .. } | Meaning::Other => scan.others.push(element.element()),
        }
    }
    Ok(scan)
}

fn number_fault(element: &Found<'_>, error: BarcodeError) -> ElementError {
    element.fault(match error {
        BarcodeError::CheckDigit(error) => ValueFault::CheckDigit(error),
        BarcodeError::Zeros => ValueFault::Zeros,
        _ => ValueFault::NotDigits,
    })
}

/// Exact: no measure has more decimals than a quantity.
fn measured(digits: &str, decimals: usize) -> Option<Quantity> {
    let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(decimals)?)?;
    format!("{whole}.{fraction}0").parse().ok()
}

/// YYMMDD, where day 00 is the last of the month (General Specifications, 3.4). The year is the one from 49 years ago
/// to 50 years ahead that ends in YY (7.12).
fn date(value: &str, today: NaiveDate) -> Option<NaiveDate> {
    let part = |from: usize| value.get(from..from + 2)?.parse::<u32>().ok();
    let (year, month, day) = (century_year(part(0)?, today.year())?, part(2)?, part(4)?);
    match day {
        0 => NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt(),
        _ => NaiveDate::from_ymd_opt(year, month, day),
    }
}

fn century_year(two_digits: u32, this_year: i32) -> Option<i32> {
    let two_digits = i32::try_from(two_digits).ok()?;
    let year = this_year - this_year.rem_euclid(100) + two_digits;
    Some(match year - this_year {
        51.. => year - 100,
        ..=-50 => year + 100,
        _ => year,
    })
}
