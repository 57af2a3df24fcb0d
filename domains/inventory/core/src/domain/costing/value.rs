//! What stock is worth, exactly: a whole number of millionths of a minor unit, so that a quantity in millionths times a
//! cost in minor units needs no rounding.

use super::CostingError;
use inventory_contract::ItemId;
use kernel::money::round_half_even;
use kernel::{Currency, Money, Quantity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Millionths in a minor unit.
const SCALE: i128 = 1_000_000;
/// Low enough that the difference of two amounts fits as well.
pub const MAX_MINOR: i64 = 4_000_000_000_000_000_000;

/// Its whole part fits 64 bits. As text in JSON, whose numbers are too short for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Value(i128);

impl Value {
    pub const ZERO: Self = Self(0);

    pub fn from_minor(minor: i64) -> Result<Self, CostingError> {
        Self::from_millionths(i128::from(minor) * SCALE)
    }

    pub fn from_millionths(millionths: i128) -> Result<Self, CostingError> {
        let most = i128::from(MAX_MINOR) * SCALE;
        if (-most..=most).contains(&millionths) { Ok(Self(millionths)) } else { Err(CostingError::TooLarge) }
    }

    pub fn millionths(self) -> i128 {
        self.0
    }

    /// As it is kept: whole minor units, rounded down, and the millionths above them. A database can add these up.
    pub fn parts(self) -> (i64, i64) {
        let part = |part: i128| i64::try_from(part).unwrap_or(MAX_MINOR);
        (part(self.0.div_euclid(SCALE)), part(self.0.rem_euclid(SCALE)))
    }

    pub fn from_parts((minor, millionths): (i64, i64)) -> Result<Self, CostingError> {
        Self::from_millionths(i128::from(minor) * SCALE + i128::from(millionths))
    }

    /// To the nearest. A half goes up, not to even: only so does a whole amount more always show as that amount more.
    pub fn minor(self) -> i64 {
        let minor = (self.0 + SCALE / 2).div_euclid(SCALE);
        i64::try_from(minor).unwrap_or(MAX_MINOR)
    }

    /// In minor units as decimal text, without zeros to spare: `1050.3`.
    pub fn exact_text(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.abs() / SCALE, self.0.abs() % SCALE);
        if fraction == 0 {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{}", format!("{fraction:06}").trim_end_matches('0'))
    }

    pub fn plus(self, other: Self) -> Result<Self, CostingError> {
        Self::from_millionths(self.0 + other.0)
    }

    pub fn minus(self, other: Self) -> Result<Self, CostingError> {
        Self::from_millionths(self.0 - other.0)
    }

    pub fn negated(self) -> Self {
        Self(-self.0)
    }

    /// What `part` is worth where `whole` is worth this. The value is divided first, so that no product leaves 128 bits:
    /// of a part, what remains is below 2^63 times 2^63.
    pub fn share(self, part: Quantity, whole: Quantity) -> Result<Self, CostingError> {
        if !whole.is_positive() {
            return Err(CostingError::Inconsistent);
        }
        let (part, whole) = (i128::from(part.millionths()), i128::from(whole.millionths()));
        let each = self.0.div_euclid(whole);
        let rest = round_half_even(self.0.rem_euclid(whole) * part, whole);
        let share = each.checked_mul(part).and_then(|share| share.checked_add(rest));
        share.map_or(Err(CostingError::TooLarge), Self::from_millionths)
    }
}

impl From<Value> for String {
    fn from(value: Value) -> Self {
        value.millionths().to_string()
    }
}

impl TryFrom<String> for Value {
    type Error = CostingError;

    fn try_from(text: String) -> Result<Self, CostingError> {
        text.parse::<i128>().map_or(Err(CostingError::Malformed), Self::from_millionths)
    }
}

/// A cost as what a quantity cost, so that it needs no rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub value: Value,
    /// More than 0.
    pub quantity: Quantity,
}

/// What some items cost, each in its currency.
pub type Costs = BTreeMap<ItemId, (Currency, Rate)>;

impl Rate {
    pub fn per_unit(unit_minor: i64) -> Result<Self, CostingError> {
        Ok(Self { value: Value::from_minor(unit_minor)?, quantity: Quantity::whole(1) })
    }

    /// What one costs, to the minor unit. `None` where that is too much to be kept.
    pub fn per_one(self, currency: Currency) -> Option<Money> {
        self.of(Quantity::whole(1)).ok().map(|one| Money::new(one.minor(), currency))
    }

    /// What so much costs.
    pub fn of(self, quantity: Quantity) -> Result<Value, CostingError> {
        self.value.share(quantity, self.quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(millionths: i128, parts: (i64, i64), minor: i64, text: &str) {
        let value = Value::from_millionths(millionths).unwrap();
        assert_eq!((value.parts(), value.minor(), value.exact_text().as_str()), (parts, minor, text));
        assert_eq!(Value::from_parts(parts), Ok(value));
        let json = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value, "{json}");
    }

    #[test]
    fn a_value_is_kept_whole() {
        check(0, (0, 0), 0, "0");
        check(1_500_000, (1, 500_000), 2, "1.5");
        check(-1, (-1, 999_999), 0, "-0.000001");
        check(-1_500_000, (-2, 500_000), -1, "-1.5");
        check(-2_000_000, (-2, 0), -2, "-2");
        let most = i128::from(MAX_MINOR) * SCALE;
        check(most, (MAX_MINOR, 0), MAX_MINOR, "4000000000000000000");
        check(-most, (-MAX_MINOR, 0), -MAX_MINOR, "-4000000000000000000");
        for wrong in ["", "1.5", "9999999999999999999999999999"] {
            assert!(Value::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
