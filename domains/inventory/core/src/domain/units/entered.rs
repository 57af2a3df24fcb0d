//! What somebody entered in a unit of their choice, once it is known what that is in the item's.

use super::{Converted, Entered, UnitError, UnitName};
use crate::domain::stock::MAX_QUANTITY;
use kernel::{Faults, FieldError, Quantity};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InItemUnit {
    pub quantity: Quantity,
    /// `None` where no unit was named, so that the quantity is what was entered.
    pub entered: Option<Entered>,
    /// The exact quantity less this one, in millionths of the item's unit, as a fraction such as `-27/125`. `None` when
    /// nothing was rounded.
    pub rounding: Option<String>,
}

/// Of what conversions came to. A fault is told at `/unit`, or at `/quantity` where nothing would be left of
/// it, or too much.
pub fn settled(
    converted: Result<Converted, UnitError>,
    entered: Entered,
    of_item: &UnitName,
) -> Result<InItemUnit, Vec<FieldError>> {
    let mut faults = Faults::new();
    let converted = match converted {
        Ok(converted) => converted,
        Err(error) => {
            faults.add("/unit", error.code(), error.to_string());
            return Err(faults.into_errors());
        }
    };
    let quantity = converted.quantity;
    if quantity == Quantity::ZERO && entered.quantity != Quantity::ZERO {
        let detail = format!("is less than a millionth of the item's unit, {of_item}");
        faults.add("/quantity", "too_small", detail);
    }
    if quantity.millionths().unsigned_abs() > MAX_QUANTITY.millionths().unsigned_abs() {
        let detail = format!("is more than {MAX_QUANTITY} of the item's unit, {of_item}");
        faults.add("/quantity", "too_large", detail);
    }
    let rounding = converted.rounding();
    faults.finish(InItemUnit { quantity, entered: Some(entered), rounding })
}
