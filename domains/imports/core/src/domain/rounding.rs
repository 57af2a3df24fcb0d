//! Numbers with more decimals than they mean, such as a float's `21.3500004`, made as precise as an importer says.

use rust_decimal::{Decimal, RoundingStrategy};
use std::borrow::Cow;

/// As many as a quantity has.
pub const MAX_DECIMALS: i64 = 6;

/// Half to even. What is no plain number, or has more than 28 digits, stays as it is: the target refuses it.
pub fn rounded(cell: &str, decimals: u32) -> Cow<'_, str> {
    let plain = cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    match Decimal::from_str_exact(cell) {
        Ok(number) if plain && number.scale() > decimals => {
            let rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven);
            // No `-0.00`.
            Cow::Owned(if rounded.is_zero() { "0".to_owned() } else { rounded.to_string() })
        }
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_are_rounded_half_to_even_and_nothing_else_is_touched() {
        for (cell, decimals, expected) in [
            ("21.3500004", 2, "21.35"),
            ("21.35", 2, "21.35"),
            ("21.3", 2, "21.3"),
            ("18", 2, "18"),
            ("0.125", 2, "0.12"),
            ("0.135", 2, "0.14"),
            ("0.1250000000000000000000001", 2, "0.13"),
            ("-0.125", 2, "-0.12"),
            ("-0.004", 2, "0"),
            ("0.5", 0, "0"),
            ("1.5", 0, "2"),
            ("2.5", 0, "2"),
            ("99.999", 2, "100.00"),
            ("9007199254740993.005", 2, "9007199254740993.00"),
            ("0.0000005", 6, "0"),
            ("0.0000015", 6, "0.000002"),
            ("0.100000000000000005551115123125", 2, "0.100000000000000005551115123125"),
            ("1_0.255", 2, "1_0.255"),
            ("1,255.125", 2, "1,255.125"),
            ("1.5e-3", 2, "1.5e-3"),
            ("cheap", 2, "cheap"),
            ("", 2, ""),
        ] {
            assert_eq!(rounded(cell, decimals), expected, "{cell} to {decimals}");
        }
    }
}
