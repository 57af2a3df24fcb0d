//! What somebody entered in a unit of their choice, as a quantity of the item's unit. Whoever takes a quantity of an
//! item asks here, so that a case means the same everywhere.

use crate::domain::units::{Entered, InItemUnit, ItemConversions, UnitError, UnitName, settled};
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

/// A fault is told at `/unit`, or at `/quantity` where nothing would be left of it.
pub async fn to_item_unit(
    tx: &Tx,
    item: ItemAndUnit<'_>,
    entered: Quantity,
    unit: Option<&str>,
) -> Result<InItemUnit, Error> {
    let Some(unit) = unit else { return Ok(InItemUnit { quantity: entered, entered: None, rounding: None }) };
    let mut faults = Faults::new();
    let unit = UnitName::check(&mut faults, "/unit", unit);
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
    settled(converted, Entered { quantity: entered, unit }, &of_item).map_err(Error::invalid)
}
