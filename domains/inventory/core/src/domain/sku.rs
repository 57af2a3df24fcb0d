//! The tenant's own code of an item. `" ab  12 "` and `"AB 12"` are the same code, so they are kept as one.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

pub const MAX_SKU: usize = 64;

/// Trimmed, inner blanks as one space, ASCII letters in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sku(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkuError {
    #[error("must not be blank")]
    Blank,
    #[error("must have at most {MAX_SKU} characters")]
    TooLong,
    #[error("must not hold control characters")]
    Control,
}

impl SkuError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too_long",
            Self::Control => "control_character",
        }
    }
}

impl Sku {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in the database, where it was parsed before.
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Sku {
    type Err = SkuError;
    fn from_str(text: &str) -> Result<Self, SkuError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let sku = words.join(" ").to_ascii_uppercase();
        if sku.is_empty() {
            return Err(SkuError::Blank);
        }
        if sku.chars().any(char::is_control) {
            return Err(SkuError::Control);
        }
        if sku.chars().count() > MAX_SKU {
            return Err(SkuError::TooLong);
        }
        Ok(Self(sku))
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, SkuError>) {
        assert_eq!(text.parse::<Sku>().as_ref().map(Sku::as_str), expected.as_ref().copied(), "{text:?}");
    }

    #[test]
    fn a_sku_is_normalised() {
        check("chai-1", Ok("CHAI-1"));
        check("  ab \t 12 ", Ok("AB 12"));
        check("Käse", Ok("KäSE"));
        check("1", Ok("1"));
        check(" ", Err(SkuError::Blank));
        check("a\0b", Err(SkuError::Control));
        check(&"x".repeat(64), Ok(&"X".repeat(64)));
        check(&"x".repeat(65), Err(SkuError::TooLong));
    }
}
