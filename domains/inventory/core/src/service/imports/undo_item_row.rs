//! Takes back what one row of a file made of an item, where the item is as the row left it: its count by the opposite
//! movement, its fields as they were, and an item that the row made is deleted.

use super::item_rows::posting;
use crate::domain::import_row::RowChange;
use crate::domain::movement::Movement;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::service::reordering::watch::follow;
use crate::service::valuation::change_cost::change_cost;
use crate::store;
use data::Unit;
use kernel::Ctx;
use module::ImportId;

/// The item's version and level, where it is there. Says why it stays, where it does; nothing is written then. The
/// caller has the level held.
pub(super) async fn undo_item_row(
    unit: &mut Unit,
    ctx: &Ctx,
    import: ImportId,
    change: &RowChange,
    there: Option<(i64, &Level)>,
    movement: Option<&Movement>,
) -> Result<Option<String>, Error> {
    let Some((version, level)) = there else { return Ok(Some("the item is deleted already".to_owned())) };
    if let Some(why) = change.built_upon(version, level) {
        return Ok(Some(why.to_owned()));
    }
    if let Some(why) = used_elsewhere(unit, change).await? {
        return Ok(Some(why.to_owned()));
    }
    let mut level = *level;
    if let Some(moved) = change.moved {
        let Some(movement) = movement else {
            return Ok(Some("its movement is not there any more: adjust the stock by hand".to_owned()));
        };
        let opposite = Posting {
            reverses: Some(movement.id),
            reason: Some(format!("import {import} is undone")),
            ..posting(ctx, import, change.item, -moved)
        };
        let Ok(posted) = post_or_refuse(unit, ctx, &[opposite]).await? else {
            return Ok(Some("stock that it brought is reserved, or lies elsewhere by now".to_owned()));
        };
        level = posted.levels.get(&change.item).copied().unwrap_or(level);
    }
    match &change.before {
        None => {
            let empty = !store::bin::any_of(unit, change.item).await?
                && store::stock_level::delete_empty(unit, change.item).await?;
            if !empty || !store::item::delete(unit, change.item).await? {
                return Err(Error::ItemHasStock);
            }
        }
        Some(before) if change.rewrites() => {
            let written = store::item::update(unit, change.item, version, &before.fields).await?;
            written
                .ok_or_else(|| data::Error::Busy("an item was changed while its import was undone".into()))?;
            change_cost(unit, ctx, change.item, &level, change.fields.unit_cost).await?;
            if before.fields.reorder_level != change.fields.reorder_level {
                follow(unit, ctx, [(change.item, before.fields.reorder_level)]).await?;
            }
        }
        Some(_) => {}
    }
    Ok(None)
}

/// What holds a new item as it holds any that is to be deleted, and what holds the unit of one that was there.
async fn used_elsewhere(unit: &Unit, change: &RowChange) -> Result<Option<&'static str>, Error> {
    let item = change.item;
    if let Some(before) = &change.before {
        let ordered = before.fields.unit != change.fields.unit
            && store::purchase_order_line::any_of(unit, item).await?;
        return Ok(ordered.then_some("a purchase order has the item in its unit: change it by hand"));
    }
    let barcodes = store::item_barcode::count_of_item(unit, item).await?;
    let (conversions, _) = store::item_conversion::find(unit, item).await?;
    if barcodes > 0 || conversions > 0 {
        return Ok(Some("the item has barcodes or conversions by now: delete it by hand"));
    }
    if store::purchase_order_line::is_on_order(unit, item).await? {
        return Ok(Some("the item is on order by now: delete it by hand"));
    }
    if store::sale::any_of(unit, item).await? {
        return Ok(Some("sales of the item were imported by now: undo that import first"));
    }
    let has_parts = !store::bill::kinds(unit, &[item]).await?.is_empty();
    if has_parts || store::bill_component::user_of(unit, item).await?.is_some() {
        return Ok(Some("the item has parts by now, or is one: delete it by hand"));
    }
    Ok(None)
}
