//! Where a category may stand: below one that is there, not below itself, and not too deep.

use crate::domain::category::{CategoryFields, MAX_DEPTH, Misplaced, check_placement};
use crate::domain::item::MAX_CATEGORY;
use crate::error::Error;
use crate::store;
use data::Unit;
use inventory_contract::CategoryId;
use kernel::Faults;

/// With its name trimmed. The tree is held, or else two moves could make a loop together.
pub(super) async fn placed(
    unit: &Unit,
    id: CategoryId,
    fields: CategoryFields,
) -> Result<CategoryFields, Error> {
    let mut faults = Faults::new();
    let name = faults.text("/name", &fields.name, MAX_CATEGORY);
    if let Some(parent) = fields.parent {
        let above = store::category::with_above(unit, parent).await?;
        if above.is_empty() {
            faults.add("/parent_id", "unknown_category", "names no category of this tenant");
        }
        let levels_below = store::category::levels_below(unit, id).await?;
        match check_placement(id, levels_below, &above) {
            Ok(()) => {}
            Err(Misplaced::Loop(names)) => return Err(Error::CategoryLoop { path: names.join(" > ") }),
            Err(Misplaced::TooDeep) => {
                let detail = format!("leaves no room: categories go at most {MAX_DEPTH} deep");
                faults.add("/parent_id", "too_deep", detail);
            }
        }
    }
    faults.finish(CategoryFields { name, ..fields }).map_err(Error::invalid)
}
