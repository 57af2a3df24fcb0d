//! Ratios as reduced fractions of whole numbers, and what a quantity times one of them comes to. What a millionth
//! cannot hold is told as the fraction that rounding took or gave.

use kernel::Quantity;
use std::fmt;

/// Greater than zero, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub(super) numerator: u128,
    pub(super) denominator: u128,
}

impl Ratio {
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    pub const fn new(numerator: u128, denominator: u128) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    pub fn inverse(self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }

    /// `None` when a term leaves 128 bits. Reduced crosswise first, so the product is in lowest terms.
    pub fn times(self, other: Self) -> Option<Self> {
        let left = gcd(self.numerator, other.denominator);
        let right = gcd(other.numerator, self.denominator);
        Some(Self {
            numerator: (self.numerator / left).checked_mul(other.numerator / right)?,
            denominator: (self.denominator / right).checked_mul(other.denominator / left)?,
        })
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Euclid's. `gcd(0, n)` is `n`; never 0 where one of them is not.
const fn gcd(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        let rest = left % right;
        left = right;
        right = rest;
    }
    left
}

/// In lowest terms; the sign is the numerator's, and nothing is 0/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    pub numerator: i128,
    pub denominator: u128,
}

impl Fraction {
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `None` where there is nothing below the line.
    pub fn new(numerator: i128, denominator: u128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator);
        let numerator = numerator / i128::try_from(divisor).ok()?;
        Some(Self { numerator, denominator: denominator / divisor })
    }

    /// As it is shown.
    pub fn parse(text: &str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/')?;
        Self::new(numerator.parse().ok()?, denominator.parse().ok()?)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Converted {
    /// To the nearest millionth, a tie to the even one.
    pub quantity: Quantity,
    /// The exact quantity less `quantity`, in millionths: from -1/2 to 1/2, and 0/1 when nothing was rounded.
    pub remainder: Fraction,
}

impl Converted {
    pub fn is_exact(&self) -> bool {
        self.remainder.numerator == 0
    }

    /// The remainder, where there is one.
    pub fn rounding(&self) -> Option<String> {
        (!self.is_exact()).then(|| self.remainder.to_string())
    }
}

/// `None` when the result, or a term on the way, is too large.
pub fn scale(quantity: Quantity, ratio: Ratio) -> Option<Converted> {
    let negative = quantity.millionths() < 0;
    let magnitude = u128::from(quantity.millionths().unsigned_abs());
    let divisor = gcd(magnitude, ratio.denominator);
    let denominator = ratio.denominator / divisor;
    let product = (magnitude / divisor).checked_mul(ratio.numerator)?;
    let (quotient, over) = (product / denominator, product % denominator);
    let short = denominator - over;
    let up = over > short || (over == short && quotient % 2 == 1);
    let rounded = i128::try_from(quotient).ok()?.checked_add(i128::from(up))?;
    let remainder = if up { -i128::try_from(short).ok()? } else { i128::try_from(over).ok()? };
    let divisor = gcd(remainder.unsigned_abs(), denominator);
    let remainder = remainder / i128::try_from(divisor).ok()?;
    let signed = |value: i128| if negative { -value } else { value };
    Some(Converted {
        quantity: Quantity::from_millionths(i64::try_from(signed(rounded)).ok()?),
        remainder: Fraction { numerator: signed(remainder), denominator: denominator / divisor },
    })
}
