//! Quantities in millionths of a unit, so that SQL can compare and sum them as integers on every backend.
//! On the wire they are decimal strings: `"2.5"`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Quantity(i64);

const UNIT: i64 = 1_000_000;
const MAX_DECIMALS: usize = 6;
/// More would not fit into 64 bits.
const MAX_WHOLE_DIGITS: usize = 13;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuantityError {
    #[error("a quantity is a decimal number such as \"2.5\"")]
    Malformed,
    #[error("a quantity has at most six decimals")]
    TooPrecise,
    #[error("the quantity is too large")]
    Overflow,
}

impl Quantity {
    pub const ZERO: Self = Self(0);

    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> i64 {
        self.0
    }

    pub fn whole(units: i32) -> Self {
        Self(i64::from(units) * UNIT)
    }

    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub fn checked_add(self, other: Self) -> Result<Self, QuantityError> {
        self.0.checked_add(other.0).map(Self).ok_or(QuantityError::Overflow)
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, QuantityError> {
        self.0.checked_sub(other.0).map(Self).ok_or(QuantityError::Overflow)
    }

    /// Of quantities whose bound is far below what would be cut off.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Below zero where the other is more; cut off as a sum is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Neg for Quantity {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(QuantityError::Malformed);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > MAX_DECIMALS {
            return Err(QuantityError::TooPrecise);
        }
        let whole: i64 = whole.parse().map_err(|_| QuantityError::Overflow)?;
        let fraction: i64 = format!("{fraction:0<6}").parse().map_err(|_| QuantityError::Malformed)?;
        let value = whole
            .checked_mul(UNIT)
            .and_then(|value| value.checked_add(fraction))
            .ok_or(QuantityError::Overflow)?;
        Ok(Self(if negative { -value } else { value }))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.0.unsigned_abs();
        let (whole, fraction) = (value / UNIT.unsigned_abs(), value % UNIT.unsigned_abs());
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0'))
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
/// As the document says it. Files may have zeros to spare, JSON has none.
impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let quantity = text.parse::<Self>().map_err(D::Error::custom)?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        if decimals.len() > MAX_DECIMALS {
            return Err(D::Error::custom(QuantityError::TooPrecise));
        }
        if whole.len() > MAX_WHOLE_DIGITS {
            return Err(D::Error::custom(QuantityError::Malformed));
        }
        Ok(quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(i64, &str), QuantityError>) {
        let parsed = text.parse::<Quantity>().map(|quantity| (quantity.millionths(), quantity.to_string()));
        assert_eq!(parsed, expected.map(|(value, shown)| (value, shown.to_owned())), "{text:?}");
    }

    #[test]
    fn decimal_strings_are_read_exactly() {
        check("2.5", Ok((2_500_000, "2.5")));
        check("-0.000001", Ok((-1, "-0.000001")));
        check("10.1000000000", Ok((10_100_000, "10.1")));
        check("0.0000001", Err(QuantityError::TooPrecise));
        check("1e3", Err(QuantityError::Malformed));
        check("+1", Err(QuantityError::Malformed));
        check(".5", Err(QuantityError::Malformed));
        check("9223372036855", Err(QuantityError::Overflow));
    }

    #[test]
    fn a_sum_and_a_difference_end_at_the_bounds() {
        let check = |one: i64, other: i64, sum: i64, difference: i64| {
            let [one, other] = [one, other].map(Quantity::from_millionths);
            assert_eq!(one.saturating_add(other).millionths(), sum, "{one} and {other}");
            assert_eq!(one.saturating_sub(other).millionths(), difference, "{one} less {other}");
        };
        check(5, 3, 8, 2);
        check(3, 5, 8, -2);
        check(-3, -5, -8, 2);
        check(i64::MAX, 1, i64::MAX, i64::MAX - 1);
        check(i64::MIN, 1, i64::MIN + 1, i64::MIN);
        check(0, i64::MIN, i64::MIN, i64::MAX);
    }

    #[test]
    fn json_has_no_digits_to_spare() {
        let taken = |text: &str| serde_json::from_value::<Quantity>(text.into()).is_ok();
        for text in ["2.5", "-2.500000", "0000000000001", "8999999999999.999999"] {
            assert!(taken(text), "{text}");
        }
        for text in ["1.0000000", "00000000000001", "-000000000000000000000", "9223372036855"] {
            assert!(!taken(text), "{text}");
        }
    }
}
