//! A standard cost: stock is worth its quantity times that, whatever was paid (IAS 2.21). The difference to what was paid
//! is the purchase price variance, and a new standard moves value by itself.

use super::{Change, CostingError, EntryKind, Method, Position, Value};
use kernel::Quantity;

/// Exact: millionths of a unit times minor units are millionths of a minor unit.
pub(super) fn value(quantity: Quantity, unit_minor: i64) -> Result<Value, CostingError> {
    Value::from_millionths(i128::from(quantity.millionths()) * i128::from(unit_minor))
}

impl Position {
    /// For what is on hand and all that follows; what was issued keeps its cost. None where it moves no value.
    pub fn change_standard(&mut self, unit_minor: i64) -> Result<Option<Change>, CostingError> {
        if !matches!(self.method, Method::Standard { .. }) {
            return Err(CostingError::NotStandard);
        }
        if unit_minor < 0 {
            return Err(CostingError::NegativeValue);
        }
        let after = value(self.on_hand, unit_minor)?;
        let difference = after.minus(self.value)?;
        (self.method, self.value) = (Method::Standard { unit_minor }, after);
        Ok(Change::of_value(EntryKind::Revaluation, difference))
    }
}
