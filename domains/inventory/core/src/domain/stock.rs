//! The arithmetic of an item's stock: on hand is the sum of the movements, and what is promised is covered by it.

use crate::domain::cost::MAX_UNIT_COST_MINOR;
use crate::domain::item::ItemFields;
use chrono::{DateTime, Utc};
use inventory_contract::ItemId;
use kernel::{Faults, Money, Quantity};

/// Of one receipt, reservation or count.
pub const MAX_QUANTITY: Quantity = Quantity::from_millionths(1_000_000_000_000_000);

/// Of one item; no sum of allowed movements can leave the range of the column before this is reached.
pub const MAX_ON_HAND: Quantity = Quantity::from_millionths(1_000_000_000_000_000_000);

/// The maintained balance of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub item: ItemId,
    pub on_hand: Quantity,
    /// Of that, what cannot be promised: in quarantine, or on its way.
    pub blocked: Quantity,
    pub reserved: Quantity,
    /// Of what is on hand and not blocked, what is past its last day. Only there once it was asked for.
    pub expired: Quantity,
    pub may_be_negative: bool,
    /// Whether its stock is of lots or serial numbers.
    pub tracked: bool,
    /// Until then `reserved` is exact; from then on it may be too high.
    pub next_expiry: Option<DateTime<Utc>>,
    /// Whether lines of sales orders wait for it.
    pub awaited: bool,
    /// Sold as its parts, so that none of it ever moves.
    pub kit: bool,
    /// The item's reorder level.
    pub reorder_at: Option<Quantity>,
    /// Since when no more than that is available.
    pub reorder_due_since: Option<DateTime<Utc>>,
    /// Of the next movement; the first is 1.
    pub next_sequence: i64,
    /// Grows with every change of the balance.
    pub revision: i64,
}

impl Level {
    /// Of an item that never had stock.
    pub fn empty(item: ItemId) -> Self {
        Self {
            item,
            on_hand: Quantity::ZERO,
            blocked: Quantity::ZERO,
            reserved: Quantity::ZERO,
            expired: Quantity::ZERO,
            may_be_negative: false,
            tracked: false,
            next_expiry: None,
            awaited: false,
            kit: false,
            reorder_at: None,
            reorder_due_since: None,
            next_sequence: 1,
            revision: 0,
        }
    }

    /// Of a new item.
    pub fn of(item: ItemId, fields: &ItemFields) -> Self {
        let ItemFields { may_be_negative, tracking, reorder_level, .. } = *fields;
        let tracked = tracking.is_tracked();
        Self { may_be_negative, tracked, reorder_at: reorder_level, ..Self::empty(item) }
    }

    /// Below nothing only where the item's policy lets it be.
    pub fn available(&self) -> Quantity {
        let taken = [self.blocked, self.expired, self.reserved].map(Quantity::millionths);
        Quantity::from_millionths(taken.into_iter().fold(self.on_hand.millionths(), i64::saturating_sub))
    }

    /// Whether stock of it has ever moved, or is promised before it came.
    pub fn has_moved(&self) -> bool {
        self.next_sequence > 1 || self.reserved > Quantity::ZERO
    }

    /// Of the movement that made this level.
    pub fn last_sequence(&self) -> i64 {
        self.next_sequence - 1
    }
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

pub fn check_unit_cost(faults: &mut Faults, pointer: &str, cost: Option<Money>) {
    let allowed = cost.is_none_or(|cost| (0..=MAX_UNIT_COST_MINOR).contains(&cost.amount_minor));
    faults.require(allowed, pointer, "out_of_range", &format!("must be from 0 to {MAX_UNIT_COST_MINOR}"));
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

    #[test]
    fn available_is_what_is_not_reserved() {
        assert_eq!(level(5, 2).available(), Quantity::whole(3));
        assert_eq!(level(5, 5).available(), Quantity::ZERO);
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
