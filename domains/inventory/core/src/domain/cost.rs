//! What a unit costs, read from a file exactly, and what a stock is worth.

use kernel::money::round_half_even;
use kernel::{Currency, Money, Quantity};
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    #[error("must be a decimal number such as 21.35")]
    NotANumber,
    #[error("must not be negative")]
    Negative,
    #[error("has more decimals than {0}, which has {decimals}", decimals = .0.exponent())]
    TooPrecise(Currency),
    #[error("is too large")]
    TooLarge,
}

impl CostError {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::Negative => "negative",
            Self::TooPrecise(_) => "too_precise",
            Self::TooLarge => "too_large",
        }
    }
}

/// `"21.35"` of USD is 2135 minor units. Zeros at the end do not count as decimals.
pub fn parse_unit_cost(text: &str, currency: Currency) -> Result<Money, CostError> {
    let (whole, fraction) = split(text)?;
    let decimals = usize::from(currency.exponent());
    if fraction.len() > decimals {
        return Err(CostError::TooPrecise(currency));
    }
    let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().map_err(|_| CostError::TooLarge)?;
    if minor > MAX_UNIT_COST_MINOR { Err(CostError::TooLarge) } else { Ok(Money::new(minor, currency)) }
}

/// What can be said of a cost whose currency is not known.
pub fn check_number(text: &str) -> Result<(), CostError> {
    split(text).map(|_| ())
}

/// Whole part and decimals of a number that is not negative, without zeros at the end.
fn split(text: &str) -> Result<(&str, &str), CostError> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return Err(CostError::NotANumber);
    }
    let is_zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if negative && !is_zero {
        return Err(CostError::Negative);
    }
    Ok((whole, fraction.trim_end_matches('0')))
}

/// The cost alone as decimal text: `21.35`.
pub fn cost_text(cost: Money) -> String {
    decimal_text(i128::from(cost.amount_minor), cost.currency)
}

/// Cost times quantity, rounded half to even at the minor unit, as decimal text.
pub fn value_text(cost: Money, quantity: Quantity) -> String {
    let product = i128::from(cost.amount_minor) * i128::from(quantity.millionths());
    decimal_text(round_half_even(product, 1_000_000), cost.currency)
}

fn decimal_text(minor: i128, currency: Currency) -> String {
    let decimals = usize::from(currency.exponent());
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_cost(text: &str, currency: &str, expected: Result<i64, &str>) {
        let cost = parse_unit_cost(text, currency.parse().unwrap());
        assert_eq!(
            cost.map(|cost| cost.amount_minor).map_err(CostError::code),
            expected,
            "{text:?} {currency}"
        );
    }

    #[test]
    fn a_unit_cost_is_read_exactly() {
        check_cost("21.35", "USD", Ok(2135));
        check_cost(" 18 ", "USD", Ok(1800));
        check_cost("0.1", "EUR", Ok(10));
        check_cost("0.10000", "EUR", Ok(10));
        check_cost("-0.00", "EUR", Ok(0));
        check_cost("1500", "JPY", Ok(1500));
        check_cost("1500.0", "JPY", Ok(1500));
        check_cost("1.234", "KWD", Ok(1234));
        check_cost("9999999999999.99", "USD", Ok(999_999_999_999_999));
        check_cost("0.001", "USD", Err("too_precise"));
        check_cost("1.5", "JPY", Err("too_precise"));
        check_cost("-1", "USD", Err("negative"));
        check_cost("10000000000000.01", "USD", Err("too_large"));
        check_cost("99999999999999999999", "USD", Err("too_large"));
        for wrong in ["", ".", "1.", ".5", "1,50", "$5", "1e3", "NaN", "+1", "--1", "1 000"] {
            check_cost(wrong, "USD", Err("not_a_number"));
        }
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
        assert_eq!(cost_text(Money::new(7, Currency::EUR)), "0.07");
    }
}
