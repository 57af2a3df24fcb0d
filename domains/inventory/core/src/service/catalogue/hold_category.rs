//! Behind the name of an item's category is one of the tenant's: whoever gives an item a name holds that category, and
//! makes it where it is new. Before the item is held, as whoever renames a category goes from there to its items.

use crate::domain::category::name_in_use;
use crate::error::Error;
use crate::store;
use data::Unit;
use kernel::Ctx;

/// What is no name is left to the check of the item.
pub(in crate::service) async fn hold_categories<'a>(
    unit: &mut Unit,
    ctx: &Ctx,
    named: impl IntoIterator<Item = Option<&'a str>>,
) -> Result<(), Error> {
    let made = store::category::hold(unit, ctx, named.into_iter().filter_map(name_in_use).collect()).await?;
    for category in made {
        unit.publish(&category.created())?;
    }
    Ok(())
}
