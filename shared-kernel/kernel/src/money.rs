//! Money in minor units of an ISO 4217 currency. Never a float; every operation that can overflow or mix currencies
//! says so.

mod decimal;

pub use decimal::{AmountError, check_decimal, decimal_text};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// In minor units: 9900 is 99.00 USD, and 9,900 JPY.
    #[serde(rename = "amount")]
    pub amount_minor: i64,
    pub currency: Currency,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MoneyError {
    #[error("the amount is too large")]
    Overflow,
    #[error("{0} and {1} cannot be added")]
    MixedCurrencies(Currency, Currency),
}

impl Money {
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let amount = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }

    /// A unit price times a quantity in millionths, rounded half to even at the minor unit.
    pub fn times(self, quantity: crate::Quantity) -> Result<Self, MoneyError> {
        let product = i128::from(self.amount_minor) * i128::from(quantity.millionths());
        let rounded = round_half_even(product, 1_000_000);
        let amount = i64::try_from(rounded).map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(amount, self.currency))
    }
}

/// `1234.50 USD`, with as many decimals as the currency has.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

/// Divides rounding half to even (IEEE 754 roundTiesToEven), for a positive divisor.
pub fn round_half_even(value: i128, divisor: i128) -> i128 {
    let quotient = value.div_euclid(divisor);
    let twice = value.rem_euclid(divisor) * 2;
    if twice > divisor || (twice == divisor && quotient % 2 != 0) { quotient + 1 } else { quotient }
}

/// An ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const USD: Self = Self(*b"USD");
    pub const GBP: Self = Self(*b"GBP");
    pub const JPY: Self = Self(*b"JPY");

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimals of the minor unit, from the ISO 4217 list one.
    pub fn exponent(self) -> u8 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

/// Active codes of ISO 4217 list one, without funds and test codes.
pub(crate) const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP \
BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP \
PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP \
TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// By halves: every amount that is read from a database asks. The codes are sorted, four bytes apart.
fn is_known(code: [u8; 3]) -> bool {
    let (mut low, mut high) = (0, CODES.len().div_ceil(4));
    while low < high {
        let middle = low.midpoint(high);
        match CODES.as_bytes()[middle * 4..][..3].cmp(&code) {
            Ordering::Equal => return true,
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    false
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not an ISO 4217 currency code such as EUR or USD")]
pub struct UnknownCurrency(String);

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if is_known(code) => Ok(Self(code)),
            _ => Err(UnknownCurrency(text.chars().take(8).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_known_and_no_other() {
        for code in CODES.split(' ') {
            assert_eq!(code.parse::<Currency>().unwrap().code(), code);
        }
        for unknown in ["", "AAA", "ZZZ", "US", "USDX", "usd", "D A", "EU "] {
            assert!(unknown.parse::<Currency>().is_err(), "{unknown:?}");
        }
    }

    fn check(price: i64, quantity: &str, expected: i64) {
        let quantity = quantity.parse().unwrap();
        assert_eq!(Money::new(price, Currency::EUR).times(quantity).unwrap().amount_minor, expected);
    }

    #[test]
    fn a_price_times_a_quantity_rounds_half_to_even() {
        check(1000, "3", 3000);
        check(5, "0.5", 2);
        check(15, "0.5", 8);
        check(-5, "0.5", -2);
        check(999, "0.333333", 333);
    }

    #[test]
    fn money_reads_as_people_write_it() {
        assert_eq!(Money::new(-105, Currency::USD).to_string(), "-1.05 USD");
        assert_eq!(Money::new(9900, Currency::JPY).to_string(), "9900 JPY");
        assert_eq!(Money::new(1_234, "KWD".parse().unwrap()).to_string(), "1.234 KWD");
        assert!("usd".parse::<Currency>().is_err());
        assert!("ABC".parse::<Currency>().is_err());
    }
}
