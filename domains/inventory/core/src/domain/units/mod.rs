//! Units of measure by their code in UNECE Recommendation 20 (and 21 for packages), the words that a tenant has of its
//! own, and what somebody entered in one. `table` says what each unit is, `convert` turns a quantity of one into
//! another by the exact numbers of `ratio`.

mod convert;
mod entered;
mod ratio;
mod table;

pub use convert::{Equation, ItemConversions, MAX_ITEM_CONVERSIONS, UnitError};
pub use entered::{InItemUnit, settled};
pub use ratio::{Converted, Fraction, Ratio};

use crate::domain::item::{DEFAULT_UNIT, MAX_UNIT};
use crate::domain::text;
use kernel::{Faults, Quantity};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What an item's default unit means.
const ONE: &str = "C62";

/// How people write what has another code, so that an error can name it.
const SYMBOLS: [(&str, &str); 25] = [
    ("pc", "H87"),
    ("pcs", "H87"),
    ("unit", "C62"),
    ("dz", "DZN"),
    ("kg", "KGM"),
    ("g", "GRM"),
    ("mg", "MGM"),
    ("t", "TNE"),
    ("lb", "LBR"),
    ("lbs", "LBR"),
    ("oz", "ONZ"),
    ("l", "LTR"),
    ("ml", "MLT"),
    ("cl", "CLT"),
    ("gal", "GLL"),
    ("m", "MTR"),
    ("cm", "CMT"),
    ("mm", "MMT"),
    ("km", "KMT"),
    ("in", "INH"),
    ("ft", "FOT"),
    ("m2", "MTK"),
    ("m3", "MTQ"),
    ("h", "HUR"),
    ("cs", "XCS"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Count,
    Mass,
    Volume,
    Length,
    Area,
    Time,
}

impl Dimension {
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Mass => "mass",
            Self::Volume => "volume",
            Self::Length => "length",
            Self::Area => "area",
            Self::Time => "time",
        }
    }

    /// The code of the unit that all ratios of the dimension are to.
    pub fn base_code(self) -> &'static str {
        match self {
            Self::Count => ONE,
            Self::Mass => "KGM",
            Self::Volume => "LTR",
            Self::Length => "MTR",
            Self::Area => "MTK",
            Self::Time => "SEC",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A unit of the table. One that is not there cannot be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unit(&'static table::Definition);

impl Unit {
    /// In the order of the table: by dimension, the packages last.
    pub fn all() -> impl Iterator<Item = Self> {
        table::UNITS.iter().map(Self)
    }

    /// In whatever case the code is written.
    pub fn of_code(text: &str) -> Option<Self> {
        Self::all().find(|unit| unit.code().eq_ignore_ascii_case(text))
    }

    pub fn code(self) -> &'static str {
        self.0.code
    }

    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub fn dimension(self) -> Dimension {
        self.0.dimension
    }

    /// To the base unit of its dimension. `None` of a package, which holds what the item's conversion says.
    pub fn ratio(self) -> Option<Ratio> {
        self.0.ratio
    }

    /// What is most likely meant by a word that is no code.
    fn meant_by(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let single = word.strip_suffix('s').unwrap_or(&word);
        let symbol = SYMBOLS.iter().find(|(symbol, _)| *symbol == word);
        match symbol {
            Some((_, code)) => Self::of_code(code),
            None => Self::all().find(|unit| unit.name() == word || unit.name() == single),
        }
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A unit as somebody names it: a code of the table, kept in upper case, or a word of the tenant's own, which only an
/// item's conversions can say more of.
#[derive(Clone, Debug)]
pub struct UnitName {
    text: String,
    standard: Option<Unit>,
}

impl UnitName {
    /// Of a text that was checked.
    pub fn of(text: &str) -> Self {
        let coded = Unit::of_code(text);
        let standard = if text.eq_ignore_ascii_case(DEFAULT_UNIT) { Unit::of_code(ONE) } else { coded };
        let text = coded.map_or_else(|| text.to_owned(), |unit| unit.code().to_owned());
        Self { text, standard }
    }

    /// Of what somebody sent.
    pub fn check(faults: &mut Faults, pointer: &str, text: &str) -> Self {
        Self::of(&text::line(faults, pointer, text, MAX_UNIT))
    }

    /// The code of the tables, or the tenant's word as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Words are the same in whatever case.
impl PartialEq for UnitName {
    fn eq(&self, other: &Self) -> bool {
        match (self.standard, other.standard) {
            (None, None) => self.text.to_lowercase() == other.text.to_lowercase(),
            (one, another) => one == another,
        }
    }
}
impl Eq for UnitName {}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl Serialize for UnitName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
impl<'de> Deserialize<'de> for UnitName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Self::of(&text))
    }
}

/// Whether two say one unit of an item, whose own is meant where nothing is said. That one is not known where the item
/// is gone.
pub fn is_one_unit(one: Option<&str>, another: Option<&str>, own: Option<&str>) -> bool {
    let named = |said: Option<&str>| said.or(own).map(|text| UnitName::of(text.trim()));
    named(one) == named(another)
}

/// What somebody said, kept beside the millionths of the item's unit that it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    pub quantity: Quantity,
    pub unit: UnitName,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, kept: &str, standard: Option<(&str, Dimension)>) {
        let unit = UnitName::of(text);
        let found = unit.standard.map(|unit| (unit.name(), unit.dimension()));
        assert_eq!((unit.as_str(), found), (kept, standard), "{text:?}");
    }

    #[test]
    fn a_code_is_read_in_any_case_and_a_word_stays() {
        check("EA", "EA", Some(("each", Dimension::Count)));
        check("kgm", "KGM", Some(("kilogram", Dimension::Mass)));
        check("Gll", "GLL", Some(("gallon (US)", Dimension::Volume)));
        check("4h", "4H", Some(("micrometre", Dimension::Length)));
        check("xbx", "XBX", Some(("box", Dimension::Count)));
        check("each", "each", Some(("one", Dimension::Count)));
        for word in ["kg", "Box", "BX", "XX", "CELSIUS", "carton of 12"] {
            check(word, word, None);
        }
    }

    #[test]
    fn two_names_of_one_unit_are_the_same() {
        let same = |one: &str, another: &str| UnitName::of(one) == UnitName::of(another);
        assert!(same("ea", "EA") && same("each", "C62") && same("Box", "bOX"));
        assert!(!same("EA", "C62") && !same("box", "XBX") && !same("box", "boxes"));
    }

    #[test]
    fn who_says_no_unit_means_the_items_own() {
        for (one, another, own, expected) in [
            (None, None, None, true),
            (None, Some("kgm"), Some("KGM"), true),
            (Some(" dzn "), Some("DZN"), Some("each"), true),
            (None, Some("DZN"), Some("each"), false),
            (None, Some("each"), None, false),
        ] {
            assert_eq!(is_one_unit(one, another, own), expected, "{one:?} {another:?} {own:?}");
        }
    }

    #[test]
    fn what_is_meant_is_guessed() {
        let guess = |word: &str| Unit::meant_by(word).map(Unit::code);
        assert_eq!(guess("kg"), Some("KGM"));
        assert_eq!(guess("Dozen"), Some("DZN"));
        assert_eq!(guess("boxes"), None);
        assert_eq!(guess("Kilograms"), Some("KGM"));
        assert_eq!(guess("thing"), None);
        for (symbol, code) in SYMBOLS {
            assert!(Unit::of_code(code).is_some() && Unit::of_code(symbol).is_none(), "{symbol} {code}");
        }
    }

    #[test]
    fn what_was_entered_reads_back() {
        let entered = Entered { quantity: "2.5".parse().unwrap(), unit: UnitName::of("dzn") };
        let json = serde_json::json!({ "quantity": "2.5", "unit": "DZN" });
        assert_eq!(serde_json::to_value(&entered).unwrap(), json);
        assert_eq!(serde_json::from_value::<Entered>(json).unwrap(), entered);
    }
}
