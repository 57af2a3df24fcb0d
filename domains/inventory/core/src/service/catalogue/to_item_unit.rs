//! What somebody entered in a unit of their choice, as a quantity of the item's unit. Whoever takes a quantity of an
//! item asks here, so that a case means the same everywhere.

use crate::domain::stock::MAX_QUANTITY;
use crate::domain::units::{Entered, ItemConversions, UnitError, UnitName};
use crate::error::Error;
use crate::store;
use data::Tx;
use inventory_contract::ItemId;
use kernel::{Faults, Quantity};

#[derive(Clone, Copy, Debug)]
pub struct ItemAndUnit<'a> {
    pub id: ItemId,
    /// As the item has it.
    pub unit: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InItemUnit {
    pub quantity: Quantity,
    /// `None` where no unit was named, so that the quantity is what was entered.
    pub entered: Option<Entered>,
    /// The exact quantity less this one, in millionths of the item's unit, as a fraction such as `-27/125`. `None` when
    /// nothing was rounded.
    pub rounding: Option<String>,
}

/// A fault is told at `/unit`, or at `/quantity` where nothing would be left of it.
pub async fn to_item_unit(
    tx: &Tx,
    item: ItemAndUnit<'_>,
    entered: Quantity,
    unit: Option<&str>,
) -> Result<InItemUnit, Error> {
    to_item_unit_at(tx, item, entered, unit, "").await
}

/// For what is one of several: faults are told below `place`, such as `/lines/0`.
pub async fn to_item_unit_at(
    tx: &Tx,
    item: ItemAndUnit<'_>,
    entered: Quantity,
    unit: Option<&str>,
    place: &str,
) -> Result<InItemUnit, Error> {
    let Some(unit) = unit else { return Ok(InItemUnit { quantity: entered, entered: None, rounding: None }) };
    let mut faults = Faults::new();
    let unit = UnitName::check(&mut faults, &format!("{place}/unit"), unit);
    if !faults.is_empty() {
        return Err(Error::invalid(faults.into_errors()));
    }
    let (of_item, none) = (UnitName::of(item.unit), ItemConversions::default());
    // Most of the time the item need not be asked.
    let converted = match none.convert(entered, &unit, &of_item) {
        Err(UnitError::OtherDimension { .. } | UnitError::NoConversion { .. }) => {
            let (_, conversions) = store::item_conversion::find(tx, item.id).await?;
            conversions.convert(entered, &unit, &of_item)
        }
        converted => converted,
    };
    let converted = match converted {
        Ok(converted) => converted,
        Err(error) => {
            faults.add(format!("{place}/unit"), error.code(), error.to_string());
            return Err(Error::invalid(faults.into_errors()));
        }
    };
    let quantity = converted.quantity;
    if quantity == Quantity::ZERO && entered != Quantity::ZERO {
        let detail = format!("is less than a millionth of the item's unit, {of_item}");
        faults.add(format!("{place}/quantity"), "too_small", detail);
    }
    if quantity.millionths().unsigned_abs() > MAX_QUANTITY.millionths().unsigned_abs() {
        let detail = format!("is more than {MAX_QUANTITY} of the item's unit, {of_item}");
        faults.add(format!("{place}/quantity"), "too_large", detail);
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults.into_errors()));
    }
    let entered = Some(Entered { quantity: entered, unit });
    Ok(InItemUnit { quantity, entered, rounding: converted.rounding() })
}
