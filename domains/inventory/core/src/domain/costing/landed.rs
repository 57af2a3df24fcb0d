//! Freight, duty and other costs of bringing stock to its place belong to its cost (IAS 2.10-11): each is
//! spread over the lines of a receipt, to the minor unit. The shares are rounded down, and what is left goes
//! a unit each to the largest remainders (Hamilton's method), the earlier line first among equals. So they
//! add up to the cost, and each is less than one unit from its exact share.

use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LandedCostId, MovementId};
use kernel::{Money, Quantity};
use std::cmp::Reverse;

/// A cost that was allocated. It is never changed: a credit is another one, below 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandedCost {
    pub id: LandedCostId,
    pub amount: Money,
    pub basis: Basis,
    pub reference: Option<String>,
    /// In the order they were given.
    pub lines: Vec<LandedLine>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a receipt bears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandedLine {
    pub movement: MovementId,
    pub item: ItemId,
    pub quantity: Quantity,
    pub amount_minor: i64,
    /// Of that, what is in the stock; the rest is cost of what had been issued, or a variance.
    pub kept_minor: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Value,
    Quantity,
    Equally,
}

impl Basis {
    const ALL: [Self; 3] = [Self::Value, Self::Quantity, Self::Equally];

    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Quantity => "quantity",
            Self::Equally => "equally",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.name() == text)
    }
}

/// One line of a receipt, with what it may be weighed by. The caller sees to it that all lines have the same
/// units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub value_minor: i64,
    pub quantity: Quantity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LandedError {
    #[error("there is no line to allocate the cost to")]
    NoLines,
    #[error("line {} has a negative value or quantity to allocate by", .0 + 1)]
    Negative(usize),
    #[error("the lines have nothing to allocate by: choose another basis, or allocate equally")]
    NothingToAllocateBy,
}

impl LandedError {
    pub fn code(self) -> &'static str {
        match self {
            Self::NoLines => "no_lines",
            Self::Negative(_) => "negative",
            Self::NothingToAllocateBy => "nothing_to_allocate_by",
        }
    }
}

/// The share of each line, in their order. A negative cost is a credit and is spread alike.
pub fn allocate(cost_minor: i64, basis: Basis, lines: &[Line]) -> Result<Vec<i64>, LandedError> {
    if lines.is_empty() {
        return Err(LandedError::NoLines);
    }
    let keys: Vec<i128> = lines.iter().map(|line| i128::from(key(basis, line))).collect();
    if let Some(index) = keys.iter().position(|key| *key < 0) {
        return Err(LandedError::Negative(index));
    }
    let total: i128 = keys.iter().sum();
    if total == 0 {
        return Err(LandedError::NothingToAllocateBy);
    }
    let cost = i128::from(cost_minor.unsigned_abs());
    let mut shares: Vec<i128> = keys.iter().map(|key| cost * key / total).collect();
    let left = cost - shares.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..keys.len()).collect();
    // Stable. What is left is less than the lines that have a remainder, so no line without a key gets any.
    by_remainder.sort_by_key(|index| Reverse(keys.get(*index).map(|key| cost * key % total)));
    for index in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    let sign = if cost_minor < 0 { -1 } else { 1 };
    // None is larger than the cost, which is 64 bits wide.
    Ok(shares.into_iter().map(|share| i64::try_from(sign * share).unwrap_or(cost_minor)).collect())
}

fn key(basis: Basis, line: &Line) -> i64 {
    match basis {
        Basis::Value => line.value_minor,
        Basis::Quantity => line.quantity.millionths(),
        Basis::Equally => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(value_minor: i64, quantity: &str) -> Line {
        Line { value_minor, quantity: quantity.parse().unwrap() }
    }

    fn check(cost_minor: i64, basis: Basis, lines: &[Line], expected: Result<&[i64], &str>) {
        let shares = allocate(cost_minor, basis, lines);
        assert_eq!(
            shares.as_deref().map_err(|error| error.code()),
            expected,
            "{cost_minor} {basis:?} {lines:?}"
        );
    }

    #[test]
    fn a_cost_is_spread_to_the_minor_unit() {
        // 3 lines of 100.00, 200.00 and 700.00; 1, 1 and 4 pieces.
        let lines = [line(10_000, "1"), line(20_000, "1"), line(70_000, "4")];
        check(5_000, Basis::Value, &lines, Ok(&[500, 1_000, 3_500]));
        // 100.00 / 6 = 16.666…: remainders 4/6, 4/6, 4/6 and two units left.
        check(10_000, Basis::Quantity, &lines, Ok(&[1_667, 1_667, 6_666]));
        // 100.00 × 5 / 7.5 = 66.666…, the other 33.333…; nothing for what is nothing.
        let amounts = [line(1, "5"), line(1, "2.5"), line(1, "0")];
        check(10_000, Basis::Quantity, &amounts, Ok(&[6_667, 3_333, 0]));
        check(10_000, Basis::Equally, &lines, Ok(&[3_334, 3_333, 3_333]));
        check(-10_000, Basis::Equally, &lines, Ok(&[-3_334, -3_333, -3_333]));
        check(2, Basis::Equally, &lines, Ok(&[1, 1, 0]));
        check(0, Basis::Value, &lines, Ok(&[0, 0, 0]));
        check(i64::MAX, Basis::Equally, &lines[..1], Ok(&[i64::MAX]));
        check(i64::MIN, Basis::Equally, &lines[..1], Ok(&[i64::MIN]));
    }

    /// Wikipedia, "Quota method", the Alabama paradox: votes 1500, 1500, 900, 500, 500 and 200, with 25 seats or 26.
    #[test]
    fn it_is_hamiltons_method() {
        let lines = [1500, 1500, 900, 500, 500, 200].map(|people| line(people, "1"));
        check(25, Basis::Value, &lines, Ok(&[7, 7, 4, 3, 3, 1]));
        check(26, Basis::Value, &lines, Ok(&[8, 8, 5, 2, 2, 1]));
    }

    #[test]
    fn what_cannot_be_spread_is_refused() {
        check(100, Basis::Equally, &[], Err("no_lines"));
        check(100, Basis::Quantity, &[line(1, "0")], Err("nothing_to_allocate_by"));
        check(100, Basis::Value, &[line(1, "1"), line(-1, "1")], Err("negative"));
    }

    #[test]
    fn bases_are_read_as_they_are_written() {
        for basis in Basis::ALL {
            assert_eq!(Basis::parse(basis.name()), Some(basis));
        }
        assert_eq!(Basis::parse("weight"), None);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_fair(
            cost in any::<i64>(),
            keys in prop::collection::vec(0..i64::MAX, 1..40),
        ) {
            let lines: Vec<Line> = keys.iter().map(|key| line(*key, "1")).collect();
            let total: i128 = keys.iter().map(|key| i128::from(*key)).sum();
            prop_assume!(total > 0);
            let shares = allocate(cost, Basis::Value, &lines).unwrap();
            prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(cost));
            for (share, key) in shares.iter().zip(&keys) {
                // The floors differ by at most one; products of 2^63 and 2^63 fit.
                let exact = i128::from(cost.unsigned_abs()) * i128::from(*key) / total;
                let over = i128::from(share.unsigned_abs()) - exact;
                prop_assert!((0..=1).contains(&over), "{} of {}", share, cost);
            }
        }
    }
}
