//! What a quantity of one unit is in another, by the standard's ratio or by the conversions of an item.

use crate::App;
use crate::domain::units::{Converted, Entered, ItemConversions, UnitName};
use crate::error::Error;
use crate::store;
use inventory_contract::ItemId;
use kernel::{Ctx, Faults, Quantity};

pub struct ConvertQuantity {
    pub quantity: Quantity,
    pub from: String,
    pub to: String,
    /// Whose conversions count beside the standard's.
    pub item: Option<ItemId>,
}

pub struct Conversion {
    pub from: Entered,
    pub to: UnitName,
    pub converted: Converted,
}

pub async fn convert_quantity(app: &App, ctx: &Ctx, question: ConvertQuantity) -> Result<Conversion, Error> {
    let ConvertQuantity { quantity, from, to, item } = question;
    let mut faults = Faults::new();
    let from = UnitName::check(&mut faults, "/from", &from);
    let to = UnitName::check(&mut faults, "/to", &to);
    if !faults.is_empty() {
        return Err(Error::invalid(faults.into_errors()));
    }
    let conversions = match item {
        None => ItemConversions::default(),
        Some(item) => {
            let tx = app.databases.read(ctx).await?;
            store::item::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
            store::item_conversion::find(&tx, item).await?.1
        }
    };
    match conversions.convert(quantity, &from, &to) {
        Ok(converted) => Ok(Conversion { from: Entered { quantity, unit: from }, to, converted }),
        Err(error) => {
            faults.add("/to", error.code(), error.to_string());
            Err(Error::invalid(faults.into_errors()))
        }
    }
}
