//! Invoice numbers.

/// The one series a tenant has.
pub const SERIES: &str = "INV";

/// `INV-000001`. Past a million it grows longer instead of beginning again.
pub fn format(number: i64) -> String {
    format!("{SERIES}-{number:06}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_padded() {
        let check = |number, expected| assert_eq!(super::format(number), expected);
        check(1, "INV-000001");
        check(999_999, "INV-999999");
        check(1_000_000, "INV-1000000");
    }
}
