//! Takes back what rows of a file made of items, where each is as its row left it: its count by the opposite
//! movement, its fields as they were, and an item that the row made is deleted.

use super::item_rows::posting;
use super::{built_upon, not_permitted};
use crate::domain::import_row::{ItemNow, RowChange};
use crate::domain::item::Item;
use crate::domain::movement::Movement;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::catalogue::hold_category::hold_categories;
use crate::service::catalogue::patch_item::write_policy;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::service::reordering::watch::follow;
use crate::service::valuation::change_cost::change_cost;
use crate::store;
use data::Unit;
use inventory_contract::ItemId;
use kernel::Ctx;
use module::{ImportId, RowFault};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why rows stay, by their items, of those that do. All others are as if they had never been.
pub(super) async fn undo_item_rows(
    unit: &mut Unit,
    ctx: &Ctx,
    import: ImportId,
    changes: &[&RowChange],
) -> Result<BTreeMap<ItemId, RowFault>, Error> {
    let ids: Vec<ItemId> = changes.iter().map(|change| change.item).collect();
    let levels = hold(unit, ctx, &ids).await?;
    let mut levels: HashMap<ItemId, Level> = levels.into_iter().map(|level| (level.item, level)).collect();
    let before: Vec<_> = changes.iter().filter_map(|change| change.before.as_ref()).collect();
    let categories: Vec<_> = before.iter().map(|before| before.fields.category.as_deref()).collect();
    hold_categories(unit, ctx, categories).await?;
    store::item::hold(unit, &ids).await?;
    let items = store::item::with_ids(unit, &ids).await?;
    let items: HashMap<ItemId, Item> = items.into_iter().map(|item| (item.id, item)).collect();
    let movements = store::movement::of_document(unit, import.uuid(), &ids).await?;
    let movements: HashMap<ItemId, Movement> =
        movements.into_iter().map(|movement| (movement.item, movement)).collect();
    let uses = Uses::read(unit, changes).await?;
    let (mut kept, mut going, mut postings) = (BTreeMap::new(), Vec::new(), Vec::new());
    for change in changes.iter().copied() {
        let there = items.get(&change.item).zip(levels.get(&change.item));
        let movement = movements.get(&change.item);
        let why = match stays(unit, ctx, change, there, movement).await? {
            None => uses.of(unit, change).await?.map(|why| built_upon("sku", why)),
            why => why,
        };
        if let Some(why) = why {
            kept.insert(change.item, why);
            continue;
        }
        going.push(change);
        postings.extend(opposite(ctx, import, change, movement));
    }
    // One that cannot be is left out of the rest. Nothing is written while there is one.
    while !postings.is_empty() {
        let refused = match post_or_refuse(unit, ctx, &postings).await? {
            Ok(posted) => {
                levels.extend(posted.levels);
                break;
            }
            Err(refused) => refused,
        };
        let item = postings.remove(refused.index).item;
        going.retain(|change| change.item != item);
        kept.insert(item, built_upon("sku", "stock that it brought is reserved, or lies elsewhere by now"));
    }
    delete(unit, &going).await?;
    put_back(unit, ctx, &going, (&items, &levels)).await?;
    Ok(kept)
}

/// Of an item as it is now, where it is there, and what the row moved.
async fn stays(
    unit: &Unit,
    ctx: &Ctx,
    change: &RowChange,
    there: Option<(&Item, &Level)>,
    movement: Option<&Movement>,
) -> Result<Option<RowFault>, data::Error> {
    let Some((item, level)) = there else {
        return Ok(Some(built_upon("sku", "the item is deleted already")));
    };
    let next = change.next_sequence();
    let has_moved_since = change.depends_on_stock()
        && level.next_sequence != next
        && store::movement::any_standing_from(unit, item.id, next).await?;
    let now = ItemNow { version: item.version, fields: &item.fields, level, has_moved_since };
    if let Some(why) = change.built_upon(now) {
        return Ok(Some(built_upon("sku", why)));
    }
    let Some(moved) = change.moved else { return Ok(None) };
    if movement.is_none() {
        let why = "its movement is not there any more: adjust the stock by hand";
        return Ok(Some(built_upon("sku", why)));
    }
    Ok(not_permitted(ctx, "on_hand", -moved))
}

fn opposite(ctx: &Ctx, import: ImportId, change: &RowChange, movement: Option<&Movement>) -> Option<Posting> {
    Some(Posting {
        reverses: Some(movement?.id),
        reason: Some(format!("import {import} is undone")),
        ..posting(ctx, import, change.item, -change.moved?)
    })
}

async fn delete(unit: &mut Unit, going: &[&RowChange]) -> Result<(), Error> {
    let new: Vec<&RowChange> = going.iter().copied().filter(|change| change.before.is_none()).collect();
    let items: Vec<ItemId> = new.iter().map(|change| change.item).collect();
    if store::bin::any_of(unit, &items).await? {
        return Err(Error::ItemHasStock);
    }
    for change in new {
        let item = change.item;
        if !store::stock_level::delete_empty(unit, item).await? || !store::item::delete(unit, item).await? {
            return Err(Error::ItemHasStock);
        }
        unit.publish(&change.fields.deleted(item))?;
    }
    Ok(())
}

async fn put_back(
    unit: &mut Unit,
    ctx: &Ctx,
    going: &[&RowChange],
    (items, levels): (&HashMap<ItemId, Item>, &HashMap<ItemId, Level>),
) -> Result<(), Error> {
    let mut reordered = Vec::new();
    for change in going.iter().filter(|change| change.rewrites()) {
        let Some(before) = &change.before else { continue };
        let there = items.get(&change.item).zip(levels.get(&change.item));
        let (item, level) = there.ok_or(Error::ItemNotFound)?;
        let level = write_policy(unit, *level, &before.fields).await?;
        let written = store::item::update(unit, change.item, item.version, &before.fields).await?;
        written.ok_or_else(|| data::Error::Busy("an item was changed while its import was undone".into()))?;
        unit.publish(&before.fields.changed(change.item))?;
        let (was, is) = (&before.fields, &change.fields);
        if was.unit_cost != is.unit_cost {
            change_cost(unit, ctx, change.item, &level, is.unit_cost).await?;
        }
        if was.reorder_level != is.reorder_level {
            reordered.push((change.item, was.reorder_level));
        }
    }
    if !reordered.is_empty() {
        follow(unit, ctx, reordered).await?;
    }
    Ok(())
}

/// What may hold a new item as it holds any that is to be deleted. Mostly nothing does: each is asked once for all
/// rows, and row by row only where any is held.
struct Uses {
    has_barcodes: bool,
    has_conversions: BTreeSet<ItemId>,
    is_on_order: bool,
    is_sold: bool,
    has_parts: BTreeSet<ItemId>,
    is_part: bool,
}

impl Uses {
    async fn read(unit: &Unit, changes: &[&RowChange]) -> Result<Self, data::Error> {
        let new: Vec<ItemId> =
            changes.iter().filter(|change| change.before.is_none()).map(|change| change.item).collect();
        let kinds = store::bill::kinds(unit, &new).await?;
        Ok(Self {
            has_barcodes: store::item_barcode::any_of(unit, &new).await?,
            has_conversions: store::item_conversion::of(unit, &new).await?.into_keys().collect(),
            is_on_order: store::purchase_order_line::any_on_order(unit, &new).await?,
            is_sold: store::sale::any_of(unit, &new).await?,
            has_parts: kinds.into_iter().map(|(item, _)| item).collect(),
            is_part: store::bill_component::any_uses(unit, &new).await?,
        })
    }

    async fn of(&self, unit: &Unit, change: &RowChange) -> Result<Option<&'static str>, data::Error> {
        let item = change.item;
        let one = &[item];
        if let Some(before) = &change.before {
            if change.lets_be_negative() && store::warehouse_level::is_uncovered(unit, item).await? {
                return Ok(Some(
                    "the item has less than nothing somewhere, or promises more: count it first",
                ));
            }
            let used = before.fields.unit != change.fields.unit
                && store::unit_use::uses_unit_of(unit, item).await?.is_some();
            return Ok(used.then_some("the item is counted in its unit elsewhere by now, so that stays"));
        }
        let has_barcodes = self.has_barcodes && store::item_barcode::any_of(unit, one).await?;
        if has_barcodes || self.has_conversions.contains(&item) {
            return Ok(Some("the item has barcodes or conversions by now: delete it by hand"));
        }
        if self.is_on_order && store::purchase_order_line::any_on_order(unit, one).await? {
            return Ok(Some("the item is on order by now: delete it by hand"));
        }
        if self.is_sold && store::sale::any_of(unit, one).await? {
            return Ok(Some("sales of the item were imported by now: undo that import first"));
        }
        let is_part = self.is_part && store::bill_component::user_of(unit, item).await?.is_some();
        let has_parts = is_part || self.has_parts.contains(&item);
        Ok(has_parts.then_some("the item has parts by now, or is one: delete it by hand"))
    }
}
