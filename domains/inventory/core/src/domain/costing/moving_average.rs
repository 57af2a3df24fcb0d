//! The perpetual weighted average changes with each receipt and with no issue (IAS 2.27, "as each additional shipment is
//! received"): an issue takes its share of the pool. Here is how a receipt settles stock that went negative, which is
//! pooled under FIFO as well.

use super::{CostingError, Rate, Value};
use kernel::Quantity;

/// What was issued beyond stock got its cost: a movement of value of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    pub quantity: Quantity,
    /// What it was issued at.
    pub provisional: Value,
    pub actual: Value,
    /// `actual - provisional`: more cost of what was issued, where it is positive.
    pub difference: Value,
}

impl Settlement {
    pub(super) fn and(self, other: Self) -> Result<Self, CostingError> {
        Ok(Self {
            quantity: self.quantity.checked_add(other.quantity).map_err(|_| CostingError::TooLarge)?,
            provisional: self.provisional.plus(other.provisional)?,
            actual: self.actual.plus(other.actual)?,
            difference: self.difference.plus(other.difference)?,
        })
    }
}

/// `short` is what is missing and what it was issued at; `receipt` covers all or a part of it.
pub(super) fn settle(short: Rate, receipt: Rate) -> Result<Settlement, CostingError> {
    let quantity = short.quantity.min(receipt.quantity);
    let (provisional, actual) = (short.of(quantity)?, receipt.of(quantity)?);
    Ok(Settlement { quantity, provisional, actual, difference: actual.minus(provisional)? })
}
