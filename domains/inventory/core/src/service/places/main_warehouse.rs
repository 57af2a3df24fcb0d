//! The main warehouse and its floor, which are made by whoever needs them first, and told of then.

use crate::domain::place::Place;
use crate::store;
use data::{Error, Unit};
use kernel::Ctx;

pub async fn ensure_main(unit: &mut Unit, ctx: &Ctx) -> Result<(), Error> {
    if !store::warehouse::ensure_main(unit, ctx).await? {
        return Ok(());
    }
    let main = Place::main(ctx.tenant());
    if let Some(warehouse) = store::warehouse::find(unit, main.warehouse).await? {
        unit.publish(&warehouse.created())?;
    }
    if let Some(floor) = store::location::find(unit, main.location).await? {
        unit.publish(&floor.created())?;
    }
    Ok(())
}
