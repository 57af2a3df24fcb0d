//! Amounts as exact decimal text in major units: `249.90` of USD is 24990 minor units. What is read can be meant in one
//! way only: ASCII digits around at most one point, without blanks, separators of thousands or an exponent.

use super::{Currency, Money};

/// Why a text is no amount, in words that follow the name of its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
    #[error("must be a decimal number such as 249.90")]
    NotANumber,
    #[error("must not be negative")]
    Negative,
    #[error("has more decimals than {0}, which has {decimals}", decimals = .0.exponent())]
    TooPrecise(Currency),
    #[error("is too large")]
    TooLarge,
}

impl AmountError {
    /// The rule that it breaks, as clients know it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::Negative => "negative",
            Self::TooPrecise(_) => "too_precise",
            Self::TooLarge => "too_large",
        }
    }
}

impl Money {
    /// An amount that is not negative. Zeros before it and at the end of its decimals do not count. However long the
    /// text is, nothing of it is copied.
    pub fn from_decimal(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (whole, fraction) = split(text)?;
        let decimals = usize::from(currency.exponent());
        let Some(missing) = decimals.checked_sub(fraction.len()) else {
            return Err(AmountError::TooPrecise(currency));
        };
        let mut digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', missing));
        let amount = digits
            .try_fold(0_i64, |amount, digit| amount.checked_mul(10)?.checked_add(i64::from(digit - b'0')));
        Ok(Self::new(amount.ok_or(AmountError::TooLarge)?, currency))
    }

    /// `1234.50`, with as many decimals as the currency has, for a place that has the currency beside it.
    pub fn to_decimal(self) -> String {
        decimal_text(i128::from(self.amount_minor), self.currency)
    }
}

/// What can be said of an amount whose currency is not known.
pub fn check_decimal(text: &str) -> Result<(), AmountError> {
    split(text).map(|_| ())
}

/// [`Money::to_decimal`] of more minor units than money has.
pub fn decimal_text(amount_minor: i128, currency: Currency) -> String {
    let decimals = usize::from(currency.exponent());
    let sign = if amount_minor < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", amount_minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Whole part and decimals, without zeros at the end.
fn split(text: &str) -> Result<(&str, &str), AmountError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return Err(AmountError::NotANumber);
    }
    if negative && digits.bytes().any(|byte| !matches!(byte, b'0' | b'.')) {
        return Err(AmountError::Negative);
    }
    Ok((whole, fraction.trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::AmountError::{Negative, NotANumber, TooLarge};
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn check(text: &str, code: &str, expected: Result<i64, AmountError>) {
        let found = Money::from_decimal(text, currency(code));
        let shown: String = text.chars().take(40).collect();
        assert_eq!(found, expected.map(|amount| Money::new(amount, currency(code))), "{shown:?} {code}");
    }

    fn too_precise(code: &str) -> Result<i64, AmountError> {
        Err(AmountError::TooPrecise(currency(code)))
    }

    #[test]
    fn amounts_are_read_exactly() {
        check("249.9", "USD", Ok(24_990));
        check("249.90", "USD", Ok(24_990));
        check("249.90000", "USD", Ok(24_990));
        check("249", "USD", Ok(24_900));
        check("007", "USD", Ok(700));
        check("00.07", "USD", Ok(7));
        check("0", "USD", Ok(0));
        check("0.00", "USD", Ok(0));
        check("0.29", "EUR", Ok(29));
        check("4.35", "EUR", Ok(435));
    }

    #[test]
    fn a_currency_has_its_decimals_and_no_more() {
        check("5000", "JPY", Ok(5_000));
        check("5000.0", "JPY", Ok(5_000));
        check("0.5", "JPY", too_precise("JPY"));
        check("1.999", "USD", too_precise("USD"));
        check("0.001", "USD", too_precise("USD"));
        check("1.2", "KWD", Ok(1_200));
        check("1.234", "KWD", Ok(1_234));
        check("1.2345", "KWD", too_precise("KWD"));
        check("1.2345", "CLF", Ok(12_345));
        check("99999999999999999999.999", "USD", too_precise("USD"));
    }

    #[test]
    fn an_amount_is_not_below_zero() {
        check("-0", "USD", Ok(0));
        check("-0.00", "USD", Ok(0));
        check("-1", "USD", Err(Negative));
        check("-0.01", "USD", Err(Negative));
        check("-1.999", "USD", Err(Negative));
        check("-92233720368547758.08", "USD", Err(Negative));
        check("-99999999999999999999", "USD", Err(Negative));
    }

    #[test]
    fn an_amount_fits_into_64_bits() {
        check("92233720368547758.07", "USD", Ok(i64::MAX));
        check("92233720368547758.08", "USD", Err(TooLarge));
        check("922337203685477580.7", "USD", Err(TooLarge));
        check("9223372036854775807", "JPY", Ok(i64::MAX));
        check("9223372036854775808", "JPY", Err(TooLarge));
        check("9223372036854775.807", "KWD", Ok(i64::MAX));
        check("9223372036854775.808", "KWD", Err(TooLarge));
        check("9223372036854775807", "USD", Err(TooLarge));
    }

    #[test]
    fn what_can_be_meant_in_two_ways_is_no_number() {
        let blank = ["", " ", " 1", "1 ", "1\n", "\u{feff}1"];
        let pointless = [".", "1.", ".5", "1.2.3", "1..2", "-", "-.", "-1.", "-.5"];
        let separated = ["1,5", "1,234.50", "1.234,50", "1 000", "1'000", "1_000", "1\u{a0}000"];
        let signed = ["+1", "--1", "-+1", "1-", "−1", "(1)", "- 1", "1.-5"];
        let others =
            ["1e3", "1E3", "1e-2", "0x1F", "$5", "5 USD", "5%", "one", "NaN", "inf", "١", "１", "1\0"];
        for text in [&blank[..], &pointless, &separated, &signed, &others].concat() {
            check(text, "USD", Err(NotANumber));
            assert_eq!(check_decimal(text), Err(NotANumber), "{text:?}");
        }
    }

    #[test]
    fn a_text_is_as_long_as_it_likes() {
        const LONG: usize = 100_000;
        let (nines, zeros) = ("9".repeat(LONG), "0".repeat(LONG));
        check(&nines, "USD", Err(TooLarge));
        check(&format!("{zeros}7"), "USD", Ok(700));
        check(&format!("1.{zeros}"), "USD", Ok(100));
        check(&format!("1.{zeros}1"), "USD", too_precise("USD"));
        check(&format!("-{nines}"), "USD", Err(Negative));
        check(&format!("-{zeros}.{zeros}"), "USD", Ok(0));
        check(&format!("{nines}x"), "USD", Err(NotANumber));
    }

    #[test]
    fn without_a_currency_there_is_no_telling_of_size_and_decimals() {
        for (text, expected) in [
            ("1.23456789", Ok(())),
            ("99999999999999999999", Ok(())),
            ("-0.0", Ok(())),
            ("-1", Err(Negative)),
            ("1,5", Err(NotANumber)),
        ] {
            assert_eq!(check_decimal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn each_fault_says_what_to_write() {
        let check = |error: AmountError, expected: &str| {
            assert_eq!(format!("{}: {error}", error.code()), expected);
        };
        check(NotANumber, "not_a_number: must be a decimal number such as 249.90");
        check(Negative, "negative: must not be negative");
        check(
            AmountError::TooPrecise(currency("JPY")),
            "too_precise: has more decimals than JPY, which has 0",
        );
        check(TooLarge, "too_large: is too large");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let check = |amount: i64, code: &str, expected: &str| {
            let money = Money::new(amount, currency(code));
            assert_eq!(money.to_decimal(), expected, "{amount} {code}");
            let read = Money::from_decimal(expected, currency(code));
            assert_eq!(read, if amount < 0 { Err(Negative) } else { Ok(money) }, "{amount} {code}");
        };
        check(123_450, "USD", "1234.50");
        check(7, "EUR", "0.07");
        check(-5, "EUR", "-0.05");
        check(0, "USD", "0.00");
        check(0, "JPY", "0");
        check(4_500, "JPY", "4500");
        check(2_468, "KWD", "2.468");
        check(5, "CLF", "0.0005");
        check(i64::MAX, "USD", "92233720368547758.07");
        check(i64::MIN, "USD", "-92233720368547758.08");
    }

    #[test]
    fn sums_beyond_64_bits_are_written_as_well() {
        let least = "-1701411834604692317316873037158841057.28";
        assert_eq!(decimal_text(i128::MIN, Currency::USD), least);
    }
}
