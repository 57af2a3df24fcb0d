//! The arithmetic of stock: on-hand is the sum of the movements, and what is reserved is never more than that.

use inventory_contract::{ItemId, Stock};
use kernel::{Faults, Quantity};

/// Of one receipt, reservation or count.
pub const MAX_QUANTITY: Quantity = Quantity::from_millionths(1_000_000_000_000_000);

/// Of one item; no sum of allowed movements can leave the range of the column before this is reached.
pub const MAX_ON_HAND: Quantity = Quantity::from_millionths(1_000_000_000_000_000_000);

/// The maintained balance of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub item: ItemId,
    pub on_hand: Quantity,
    pub reserved: Quantity,
    /// Of the next movement; the first is 1.
    pub next_sequence: i64,
    /// Grows with every change of the balance.
    pub revision: i64,
}

impl Level {
    /// Of an item that never had stock.
    pub fn empty(item: ItemId) -> Self {
        Self { item, on_hand: Quantity::ZERO, reserved: Quantity::ZERO, next_sequence: 1, revision: 0 }
    }

    /// Never negative, since `reserved` is kept at most `on_hand`.
    pub fn available(&self) -> Quantity {
        Quantity::from_millionths(self.on_hand.millionths().saturating_sub(self.reserved.millionths()))
    }

    pub fn stock(&self) -> Stock {
        Stock { on_hand: self.on_hand, reserved: self.reserved, available: self.available() }
    }

    /// Of the movement that made this level.
    pub fn last_sequence(&self) -> i64 {
        self.next_sequence - 1
    }

    /// The level after a count found `counted`, and the movement that explains it.
    pub fn counted(&self, counted: Quantity) -> Result<Count, CountError> {
        if counted < self.reserved {
            return Err(CountError::BelowReserved(self.reserved));
        }
        let difference = counted.millionths() - self.on_hand.millionths();
        if difference == 0 {
            return Ok(Count { level: *self, difference: None });
        }
        let level = Self {
            on_hand: counted,
            next_sequence: self.next_sequence + 1,
            revision: self.revision + 1,
            ..*self
        };
        Ok(Count { level, difference: Some(Quantity::from_millionths(difference)) })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub level: Level,
    /// `None` when the balance was right.
    pub difference: Option<Quantity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    #[error("must be at least {0}, which is reserved")]
    BelowReserved(Quantity),
}

/// A quantity that moves or is reserved.
pub fn check_moved(faults: &mut Faults, pointer: &str, quantity: Quantity) {
    if !quantity.is_positive() {
        faults.add(pointer, "not_positive", "must be greater than 0");
    }
    check_size(faults, pointer, quantity);
}

/// A quantity that is counted, or a level to reorder at.
pub fn check_level(faults: &mut Faults, pointer: &str, quantity: Quantity) {
    if quantity < Quantity::ZERO {
        faults.add(pointer, "negative", "must not be negative");
    }
    check_size(faults, pointer, quantity);
}

fn check_size(faults: &mut Faults, pointer: &str, quantity: Quantity) {
    if quantity > MAX_QUANTITY {
        faults.add(pointer, "too_large", format!("must be at most {MAX_QUANTITY}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn level(on_hand: i32, reserved: i32) -> Level {
        let (on_hand, reserved) = (Quantity::whole(on_hand), Quantity::whole(reserved));
        Level {
            on_hand,
            reserved,
            next_sequence: 4,
            revision: 9,
            ..Level::empty(Id::from_uuid(uuid::Uuid::nil()))
        }
    }

    fn check_count(on_hand: i32, reserved: i32, counted: &str, expected: Result<Option<&str>, &str>) {
        let before = level(on_hand, reserved);
        let counted: Quantity = counted.parse().unwrap();
        let count = before.counted(counted);
        if let Ok(count) = &count {
            assert_eq!(count.level.on_hand, counted);
            assert_eq!(count.level.reserved, before.reserved);
            let moved = i64::from(count.difference.is_some());
            assert_eq!(count.level.next_sequence, before.next_sequence + moved);
        }
        let found = count.map(|count| count.difference.map(|difference| difference.to_string()));
        let expected = expected.map(|difference| difference.map(str::to_owned)).map_err(str::to_owned);
        assert_eq!(found.map_err(|error| error.to_string()), expected, "{on_hand} {reserved} {counted}");
    }

    #[test]
    fn a_count_moves_the_difference() {
        check_count(5, 2, "5", Ok(None));
        check_count(5, 2, "7.5", Ok(Some("2.5")));
        check_count(5, 2, "2", Ok(Some("-3")));
        check_count(0, 0, "0", Ok(None));
        check_count(5, 2, "1.999999", Err("must be at least 2, which is reserved"));
    }

    #[test]
    fn available_is_what_is_not_reserved() {
        assert_eq!(level(5, 2).available(), Quantity::whole(3));
        assert_eq!(level(5, 5).stock().available, Quantity::ZERO);
    }

    fn check_quantity(millionths: i64, of_move: Option<&str>, of_level: Option<&str>) {
        let first = |check: fn(&mut Faults, &str, Quantity)| {
            let mut faults = Faults::new();
            check(&mut faults, "/quantity", Quantity::from_millionths(millionths));
            faults.into_errors().first().map(|fault| fault.code.to_string())
        };
        assert_eq!(first(check_moved).as_deref(), of_move, "{millionths}");
        assert_eq!(first(check_level).as_deref(), of_level, "{millionths}");
    }

    #[test]
    fn quantities_are_bounded() {
        check_quantity(1, None, None);
        check_quantity(0, Some("not_positive"), None);
        check_quantity(-1, Some("not_positive"), Some("negative"));
        check_quantity(MAX_QUANTITY.millionths(), None, None);
        check_quantity(MAX_QUANTITY.millionths() + 1, Some("too_large"), Some("too_large"));
    }
}
