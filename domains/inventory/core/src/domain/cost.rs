//! What a unit costs, read from a file exactly, and what a stock is worth.

use kernel::money::{AmountError, check_decimal, decimal_text, round_half_even};
use kernel::{Currency, Faults, Money, Quantity};
use serde::{Deserialize, Serialize};

/// How the stock of an item is valued, from its first movement on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Costing {
    #[default]
    MovingAverage,
    Fifo,
    /// At the item's unit cost, whatever was paid.
    Standard,
}

impl Costing {
    const ALL: [Self; 3] = [Self::MovingAverage, Self::Fifo, Self::Standard];

    pub fn name(self) -> &'static str {
        match self {
            Self::MovingAverage => "moving_average",
            Self::Fifo => "fifo",
            Self::Standard => "standard",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|costing| costing.name() == text)
    }
}

/// Far above any price, and low enough that a value never overflows.
pub const MAX_UNIT_COST_MINOR: i64 = 1_000_000_000_000_000;

/// A cell of a file that says what a unit costs; a fault where it says no cost. Without a currency it is only looked
/// at.
pub fn unit_cost(
    faults: &mut Faults,
    pointer: &str,
    cell: &str,
    currency: Option<Currency>,
) -> Option<Money> {
    let read = match currency {
        Some(currency) => parse_unit_cost(cell, currency).map(Some),
        None => check_decimal(cell.trim()).map(|()| None),
    };
    read.unwrap_or_else(|error| {
        faults.add(pointer, error.code(), error.to_string());
        None
    })
}

/// `"21.35"` of USD is 2135 minor units.
pub fn parse_unit_cost(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let cost = Money::from_decimal(text.trim(), currency)?;
    if cost.amount_minor > MAX_UNIT_COST_MINOR { Err(AmountError::TooLarge) } else { Ok(cost) }
}

/// Cost times quantity, rounded half to even at the minor unit, as decimal text.
pub fn value_text(cost: Money, quantity: Quantity) -> String {
    let product = i128::from(cost.amount_minor) * i128::from(quantity.millionths());
    decimal_text(round_half_even(product, 1_000_000), cost.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cost, nothing, or the fault as `rule: text`.
    fn told_of(cell: &str, currency: Option<&str>) -> Result<Option<i64>, String> {
        let mut faults = Faults::new();
        let currency = currency.map(|code| code.parse().unwrap());
        let found = unit_cost(&mut faults, "/unit_cost", cell, currency);
        match faults.into_errors().as_slice() {
            [] => Ok(found.map(|cost| cost.amount_minor)),
            faults => {
                assert_eq!((faults.len(), found), (1, None), "{cell}");
                assert_eq!(faults[0].pointer, "/unit_cost");
                Err(format!("{}: {}", faults[0].code, faults[0].detail))
            }
        }
    }

    #[test]
    fn a_unit_cost_is_read_or_refused_with_what_to_write() {
        let check = |cell: &str, currency: Option<&str>, expected: Result<Option<i64>, &str>| {
            assert_eq!(told_of(cell, currency), expected.map_err(str::to_owned), "{cell:?} {currency:?}");
        };
        let (usd, jpy) = (Some("USD"), Some("JPY"));
        let (negative, too_large) = ("negative: must not be negative", "too_large: is too large");
        let no_number = "not_a_number: must be a decimal number such as 249.90";
        check(" 21.35 ", usd, Ok(Some(2_135)));
        check("10000000000000.00", usd, Ok(Some(MAX_UNIT_COST_MINOR)));
        check("10000000000000.01", usd, Err(too_large));
        check("1000000000000000", jpy, Ok(Some(MAX_UNIT_COST_MINOR)));
        check("1000000000000001", jpy, Err(too_large));
        check("99999999999999999999", usd, Err(too_large));
        check("0.001", usd, Err("too_precise: has more decimals than USD, which has 2"));
        check("1.5", jpy, Err("too_precise: has more decimals than JPY, which has 0"));
        check("-1", usd, Err(negative));
        check("1,50", usd, Err(no_number));
        check(" 1.999 ", None, Ok(None));
        check("-1", None, Err(negative));
        check("1e3", None, Err(no_number));
    }

    #[test]
    fn costings_are_read_as_they_are_written() {
        for costing in Costing::ALL {
            assert_eq!(Costing::parse(costing.name()), Some(costing));
        }
        assert_eq!(Costing::parse("lifo"), None);
    }

    fn check_value(minor: i64, currency: &str, quantity: &str, expected: &str) {
        let cost = Money::new(minor, currency.parse().unwrap());
        assert_eq!(value_text(cost, quantity.parse().unwrap()), expected, "{cost} × {quantity}");
    }

    #[test]
    fn a_value_is_exact_decimal_text() {
        check_value(2135, "USD", "10", "213.50");
        check_value(5, "USD", "0", "0.00");
        check_value(5, "USD", "0.5", "0.02");
        check_value(15, "USD", "0.5", "0.08");
        check_value(1500, "JPY", "3", "4500");
        check_value(1234, "KWD", "2", "2.468");
        check_value(MAX_UNIT_COST_MINOR, "USD", "1000000000000", "10000000000000000000000000.00");
    }
}
