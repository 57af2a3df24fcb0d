//! Parts of a line that was entered in another unit than its item's. How much of the item's unit it is was settled when
//! it was written, so what is said in the line's own unit is a share of that: all parts together are all of it,
//! whatever each was rounded to.

use crate::domain::movement::EnteredQuantity;
use crate::domain::units::{Fraction, UnitName};
use kernel::Quantity;
use kernel::money::round_half_even;

/// Some of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Of the item's unit.
    pub quantity: Quantity,
    /// Of the line's, where it was said in that.
    pub entered: Quantity,
}

impl Part {
    /// Said in another unit than the line's.
    pub fn of_item(quantity: Quantity) -> Self {
        Self { quantity, entered: Quantity::ZERO }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<'a> {
    /// Of the item's unit.
    pub quantity: Quantity,
    pub entered: Quantity,
    /// What rounding left out of it, as `EnteredQuantity` has it.
    pub rounding: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoShare {
    #[error("is more than can be kept")]
    TooLarge,
    #[error("is less than a millionth of the item's unit")]
    TooSmall,
}

impl NoShare {
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooSmall => "too_small",
        }
    }
}

impl Whole<'_> {
    /// Of the item's unit, for the next so much of what was entered, when `before` was said so far; `None` when it is
    /// too much. Of what is left it is all where no rounding could tell the two apart.
    pub fn part(&self, before: Quantity, entered: Quantity, left: Quantity) -> Option<Quantity> {
        let after = before.checked_add(entered).ok()?;
        let part = self.share(after)?.checked_sub(self.share(before)?).ok()?;
        Some(if left.is_positive() && self.is_within_a_millionth(entered, left) { left } else { part })
    }

    /// What rounding left out of a part, in millionths of the item's unit; `None` where it is exact.
    pub fn rounding(&self, part: Part) -> Option<String> {
        let left_out = self.rounding.and_then(Fraction::parse).unwrap_or(Fraction::ZERO);
        let of_part = self.left_out(part, left_out).or_else(|| self.left_out(part, Fraction::ZERO))?;
        (of_part.numerator != 0).then(|| of_part.to_string())
    }

    /// All of it for all, to the nearest millionth.
    fn share(&self, entered: Quantity) -> Option<Quantity> {
        let product = i128::from(self.quantity.millionths()) * i128::from(entered.millionths());
        let share = round_half_even(product, i128::from(self.entered.millionths()).max(1));
        i64::try_from(share).ok().map(Quantity::from_millionths)
    }

    fn is_within_a_millionth(&self, entered: Quantity, quantity: Quantity) -> bool {
        let exact = i128::from(self.quantity.millionths()) * i128::from(entered.millionths());
        let said = i128::from(quantity.millionths()) * i128::from(self.entered.millionths());
        said.abs_diff(exact) < u128::from(self.entered.millionths().unsigned_abs())
    }

    /// `None` when a term leaves 128 bits.
    fn left_out(&self, part: Part, of_whole: Fraction) -> Option<Fraction> {
        let denominator = i128::try_from(of_whole.denominator).ok()?;
        let whole = i128::from(self.quantity.millionths()).checked_mul(denominator)?;
        let exact = whole.checked_add(of_whole.numerator)?.checked_mul(part.entered.millionths().into())?;
        let per = denominator.checked_mul(self.entered.millionths().into())?;
        let kept = i128::from(part.quantity.millionths()).checked_mul(per)?;
        Fraction::new(exact.checked_sub(kept)?, u128::try_from(per).ok()?)
    }
}

/// What is said of a line of so much that was `entered` so: its share, where it is said in the same unit, and `None`
/// where only a conversion can tell.
pub fn share_of(
    quantity: Quantity,
    entered: Option<&EnteredQuantity>,
    (said, unit): (Quantity, Option<&str>),
    (before, left): (Quantity, Quantity),
) -> Option<Result<(Part, EnteredQuantity), NoShare>> {
    let line = entered?;
    if UnitName::of(unit?.trim()) != UnitName::of(&line.unit) {
        return None;
    }
    let whole = Whole { quantity, entered: line.quantity, rounding: line.rounding.as_deref() };
    let Some(quantity) = whole.part(before, said, left) else { return Some(Err(NoShare::TooLarge)) };
    if !quantity.is_positive() {
        return Some(Err(NoShare::TooSmall));
    }
    let part = Part { quantity, entered: said };
    let entered = EnteredQuantity { quantity: said, unit: line.unit.clone(), rounding: whole.rounding(part) };
    Some(Ok((part, entered)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    /// Parts that are said one after the other, of a line that is said as so much: each in millionths, with what
    /// rounding left out of it.
    fn check(
        (quantity, said): (&str, &str),
        rounding: Option<&str>,
        parts: &[&str],
        expected: &[(i64, Option<&str>)],
    ) {
        let whole = Whole { quantity: of(quantity), entered: of(said), rounding };
        let (mut before, mut left) = (Quantity::ZERO, whole.quantity);
        let mut found = Vec::new();
        for entered in parts.iter().map(|entered| of(entered)) {
            let quantity = whole.part(before, entered, left).unwrap();
            found.push((quantity.millionths(), whole.rounding(Part { quantity, entered })));
            (before, left) = (before.saturating_add(entered), left.saturating_sub(quantity));
        }
        let expected: Vec<_> =
            expected.iter().map(|(part, rounding)| (*part, rounding.map(str::to_owned))).collect();
        assert_eq!(found, expected, "{said} as {quantity} in {parts:?}");
        if before == whole.entered {
            assert_eq!(left, Quantity::ZERO, "{said} as {quantity} in {parts:?}");
        }
    }

    #[test]
    fn parts_add_up_to_the_line() {
        // Three ounces are 85048.569375 millionths of a kilogram, and one is 28349.523125.
        let ounces = [(28_350, Some("-763/1600")), (28_349, Some("837/1600")), (28_350, Some("-763/1600"))];
        check(("0.085049", "3"), Some("-689/1600"), &["1", "1", "1"], &ounces);
        let rest = [(28_350, Some("-763/1600")), (56_699, Some("37/800"))];
        check(("0.085049", "3"), Some("-689/1600"), &["1", "2"], &rest);
        // Three pounds are 1360777.11, and one is 453592.37.
        let pounds = [(453_592, Some("37/100")), (453_593, Some("-63/100")), (453_592, Some("37/100"))];
        check(("1.360777", "3"), Some("11/100"), &["1", "1", "1"], &pounds);
        // Where it was not kept what was left out, the line is taken for exact.
        check(("1.360777", "3"), None, &["1"], &[(453_592, Some("1/3"))]);
        check(("24", "2"), None, &["0.5", "1.5"], &[(6_000_000, None), (18_000_000, None)]);
        check(("5", "5"), None, &["1.000001"], &[(1_000_001, None)]);
        // More than the line is as much more.
        check(("60", "5"), None, &["5.5"], &[(66_000_000, None)]);
    }

    #[test]
    fn what_rounding_cannot_tell_from_the_rest_is_the_rest() {
        let pounds = Whole { quantity: of("1.360777"), entered: of("3"), rounding: Some("11/100") };
        // One of the three is 453592.33 millionths.
        for (left, expected) in [
            ("0.453592", "0.453592"),
            ("0.453593", "0.453593"),
            ("0.453594", "0.453592"),
            ("0.453591", "0.453592"),
            ("0", "0.453592"),
        ] {
            assert_eq!(pounds.part(Quantity::ZERO, of("1"), of(left)), Some(of(expected)), "{left}");
        }
        let most = Quantity::from_millionths(i64::MAX);
        assert_eq!(pounds.part(most, of("1"), Quantity::ZERO), None);
    }

    #[test]
    fn a_share_is_of_what_is_said_in_the_lines_unit() {
        let entered = |rounding: Option<&str>| EnteredQuantity {
            quantity: of("3"),
            unit: "LBR".to_owned(),
            rounding: rounding.map(str::to_owned),
        };
        let line = entered(Some("11/100"));
        let none = (Quantity::ZERO, Quantity::ZERO);
        let share = |said: &str, unit| share_of(of("1.360777"), Some(&line), (of(said), unit), none);
        let (part, said) = share("3", Some(" lbr ")).unwrap().unwrap();
        assert_eq!((part, said), (Part { quantity: of("1.360777"), entered: of("3") }, line.clone()));
        assert_eq!(share("3", Some("KGM")), None);
        assert_eq!(share("3", None), None);
        assert_eq!(share_of(of("3"), None, (of("3"), Some("LBR")), none), None);
        assert_eq!(share("0.000001", Some("LBR")), Some(Err(NoShare::TooSmall)));
        let much = (of("9000000000000"), Some("LBR"));
        assert_eq!(share_of(of("1360.777"), Some(&line), much, none), Some(Err(NoShare::TooLarge)));
    }
}
