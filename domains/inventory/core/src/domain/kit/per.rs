//! How much of a part one of an item takes, as a fraction in lowest terms.

use crate::domain::stock::MAX_ON_HAND;
use kernel::Quantity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Per {
    numerator: u128,
    denominator: u128,
}

const MILLION: u128 = 1_000_000;

impl Per {
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    fn reduced(numerator: u128, denominator: u128) -> Self {
        let divisor = gcd(numerator, denominator).max(1);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// So much of it for each; the quantity is above 0.
    pub fn times(self, quantity: Quantity) -> Option<Self> {
        let other = Self::reduced(u128::try_from(quantity.millionths()).ok()?, MILLION);
        let left = Self::reduced(self.numerator, other.denominator);
        let right = Self::reduced(other.numerator, self.denominator);
        Some(Self {
            numerator: left.numerator.checked_mul(right.numerator)?,
            denominator: left.denominator.checked_mul(right.denominator)?,
        })
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        let shared = gcd(self.denominator, other.denominator).max(1);
        let (mine, theirs) = (other.denominator / shared, self.denominator / shared);
        let numerator =
            self.numerator.checked_mul(mine)?.checked_add(other.numerator.checked_mul(theirs)?)?;
        Some(Self::reduced(numerator, self.denominator.checked_mul(mine)?))
    }

    /// What so much of the item takes of the part, up to the next millionth: less would not be enough.
    pub fn of(self, quantity: Quantity) -> Option<Quantity> {
        let of = Self::reduced(u128::try_from(quantity.millionths()).ok()?, self.denominator);
        let taken = of.numerator.checked_mul(self.numerator)?.div_ceil(of.denominator);
        let taken = Quantity::from_millionths(i64::try_from(taken).ok()?);
        (taken <= MAX_ON_HAND).then_some(taken)
    }

    /// How much of the item so much of the part is enough for, down to the millionth.
    pub fn goes_into(self, available: Quantity) -> Option<Quantity> {
        let available = u128::try_from(available.millionths()).unwrap_or_default();
        let into = Self::reduced(available, self.numerator);
        let enough = into.numerator.checked_mul(self.denominator)?.checked_div(into.denominator)?;
        let enough = i64::try_from(enough).map_or(MAX_ON_HAND, Quantity::from_millionths);
        Some(enough.min(MAX_ON_HAND))
    }
}

/// Euclid's. `gcd(0, n)` is `n`.
fn gcd(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per(texts: &[&str]) -> Per {
        texts.iter().fold(Per::ONE, |per, text| per.times(text.parse().unwrap()).unwrap())
    }

    fn check(texts: &[&str], quantity: &str, of: &str, into: &str) {
        let (per, quantity) = (per(texts), quantity.parse().unwrap());
        let found = (per.of(quantity).unwrap().to_string(), per.goes_into(quantity).unwrap().to_string());
        assert_eq!(found, (of.to_owned(), into.to_owned()), "{texts:?} {quantity}");
    }

    #[test]
    fn what_is_needed_is_rounded_up_and_what_is_enough_for_down() {
        check(&["2"], "3", "6", "1.5");
        check(&["3"], "10", "30", "3.333333");
        check(&["0.5"], "3", "1.5", "6");
        check(&["0.000003", "0.5"], "1", "0.000002", "666666.666666");
        check(&["0.1", "0.1", "0.1"], "1", "0.001", "1000");
        check(&["2"], "0", "0", "0");
    }

    #[test]
    fn nothing_is_rounded_on_the_way() {
        // A third of a millionth, three times over, is a millionth.
        let third = per(&["0.000001", "0.333333"]);
        let sum = third.plus(third).and_then(|sum| sum.plus(third)).unwrap();
        assert_eq!(sum.of(Quantity::whole(1_000_000)).unwrap().to_string(), "0.999999");
        assert_eq!(third.of(Quantity::whole(1)).unwrap().to_string(), "0.000001");
    }

    #[test]
    fn what_is_less_than_nothing_is_enough_for_nothing() {
        assert_eq!(per(&["2"]).goes_into("-5".parse().unwrap()), Some(Quantity::ZERO));
    }

    #[test]
    fn terms_that_are_too_large_are_told() {
        let mut per = Some(Per::ONE);
        for _ in 0..8 {
            per = per.and_then(|per| per.times("999999.999999".parse().unwrap()));
        }
        assert_eq!(per, None);
        let large = Per::ONE.times("999999999".parse().unwrap()).unwrap();
        assert_eq!(large.of("999999999".parse().unwrap()), None);
    }
}
