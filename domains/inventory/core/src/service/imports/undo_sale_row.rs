//! Takes back what sales of a file did to stock: each movement by its opposite. A sale that moved none has nothing to
//! take back.

use super::sale_rows::SaleMade;
use super::{built_upon, not_permitted};
use crate::domain::movement::Movement;
use crate::domain::place::Place;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::service::ledger::post::{Posting, post_or_refuse};
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, LocationId, SaleId};
use kernel::Ctx;
use module::{ImportId, RowFault};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Why sales stay, of those that do. All others are as if they had never been; their own rows are the caller's.
pub(super) async fn take_back(
    unit: &mut Unit,
    ctx: &Ctx,
    import: ImportId,
    sales: &[&SaleMade],
) -> Result<BTreeMap<SaleId, RowFault>, Error> {
    let moved: Vec<&SaleMade> =
        sales.iter().copied().filter(|sale| sale.fields.warehouse.is_some()).collect();
    let mut kept = BTreeMap::new();
    if moved.is_empty() {
        return Ok(kept);
    }
    let items: Vec<ItemId> = moved.iter().map(|sale| sale.fields.item).collect();
    hold(unit, ctx, &items).await?;
    let there = store::item::moving(unit, &items).await?;
    let floors = moved.iter().filter_map(|sale| sale.fields.warehouse);
    let floors: Vec<LocationId> = floors.map(|warehouse| Place::floor_of(warehouse).location).collect();
    let floors = store::location::find_to_keep(unit, &floors).await?;
    let floors: HashSet<LocationId> = floors.into_iter().map(|floor| floor.id).collect();
    let documents: Vec<Uuid> = moved.iter().map(|sale| sale.id.uuid()).collect();
    let movements = store::movement::of_documents(unit, &documents).await?;
    let movements: HashMap<Uuid, Movement> =
        movements.into_iter().filter_map(|made| Some((made.document?.id, made))).collect();
    let counted = store::movement::counted_since(unit, &documents).await?;
    let counted: HashSet<Uuid> = counted.into_iter().collect();
    let (mut waiting, mut postings) = (Vec::new(), Vec::new());
    for sale in moved {
        let why = match movements.get(&sale.id.uuid()) {
            None => "its movement is not there any more: adjust the stock by hand",
            Some(_) if !there.contains_key(&sale.fields.item) => {
                "the item is deleted by now: restore it first"
            }
            Some(made) if !floors.contains(&made.location) => {
                "the warehouse is deleted by now: restore it first"
            }
            // What is there was said since, and was there without its goods.
            Some(_) if counted.contains(&sale.id.uuid()) => {
                "stock was counted or adjusted there since: adjust it by hand"
            }
            Some(made) => {
                if let Some(why) = not_permitted(ctx, "warehouse", -made.quantity) {
                    kept.insert(sale.id, why);
                } else {
                    waiting.push(sale.id);
                    postings.push(opposite(ctx, import, made));
                }
                continue;
            }
        };
        kept.insert(sale.id, built_upon("sku", why));
    }
    // One that cannot be is left out of the rest. Nothing is written while there is one.
    while !postings.is_empty() {
        let Err(refused) = post_or_refuse(unit, ctx, &postings).await? else { break };
        let why = format!("its goods cannot be moved back: {}", refused.refusal);
        kept.insert(waiting.remove(refused.index), built_upon("sku", &why));
        postings.remove(refused.index);
    }
    Ok(kept)
}

fn opposite(ctx: &Ctx, import: ImportId, made: &Movement) -> Posting {
    Posting {
        happened_at: made.happened_at,
        document: made.document,
        reverses: Some(made.id),
        reference: made.reference.clone(),
        reason: Some(format!("import {import} is undone")),
        ..Posting::new(ctx, made.item, Place::floor_of(made.warehouse), made.kind, -made.quantity)
    }
}
