//! The kits among the items of an order: what each comes to by now, and whether that is what a draft shows.

use crate::domain::item::Moving;
use crate::domain::kit::{BillKind, is_counted};
use crate::domain::selling::{Kit, SalesOrderDetail, kits_shown};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::kits::read_bills::{Below, bills_of};
use crate::store;
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::FieldError;
use std::collections::{BTreeMap, BTreeSet};

/// Of what is said those that are there, and the kits among them. All of it stays as it is until the unit ends, the
/// units of the kits' parts too, in which their lines are written.
pub async fn keep_items(
    unit: &Unit,
    said: &BTreeSet<ItemId>,
) -> Result<(BTreeMap<ItemId, Moving>, BTreeMap<ItemId, Kit>), Error> {
    let mut items = said.clone();
    let kits = kits_of(unit, said.iter().copied().collect()).await?;
    if !kits.is_empty() {
        items.extend(bills_of(unit, &kits, Below::OfKits).await?.items());
    }
    let all: Vec<ItemId> = items.iter().copied().collect();
    let mut moving = store::item::moving_to_keep(unit, &all).await?;
    moving.retain(|item, _| said.contains(item));
    let kits = kits_among(unit, &moving).await?;
    if kits.values().flat_map(|kit| kit.parts.keys()).all(|part| items.contains(part)) {
        return Ok((moving, kits));
    }
    Err(data::Error::Busy("a kit was given other parts while it was ordered".into()).into())
}

async fn kits_of(tx: &Tx, items: Vec<ItemId>) -> Result<Vec<ItemId>, Error> {
    let kinds = store::bill::kinds(tx, &items).await?.into_iter();
    Ok(kinds.filter(|(_, kind)| *kind == BillKind::Kit).map(|(item, _)| item).collect())
}

/// Where there is none, one statement tells.
async fn kits_among(tx: &Tx, moving: &BTreeMap<ItemId, Moving>) -> Result<BTreeMap<ItemId, Kit>, Error> {
    let kits = kits_of(tx, moving.keys().copied().collect()).await?;
    if kits.is_empty() {
        return Ok(BTreeMap::new());
    }
    let bills = bills_of(tx, &kits, Below::OfKits).await?;
    let mut found = BTreeMap::new();
    for item in kits {
        let counted = moving.get(&item).is_some_and(|moving| is_counted(&moving.unit));
        let parts = bills.for_one(item).map_err(|_| Error::BillTooLarge)?;
        found.insert(item, Kit { counted, parts });
    }
    Ok(found)
}

/// Nobody gets other parts than the draft showed, and nobody waits for an item that became a kit. The items of its
/// lines are held.
pub async fn check_kits(unit: &Unit, draft: &SalesOrderDetail, levels: &[Level]) -> Result<(), Error> {
    let mut changed = BTreeMap::new();
    let kits: BTreeSet<ItemId> = levels.iter().filter(|level| level.kit).map(|level| level.item).collect();
    for (at, _) in draft.lines.iter().enumerate().filter(|(_, line)| kits.contains(&line.item)) {
        let why = "is a kit by now, and the draft does not show its parts";
        changed.insert(at, (format!("/lines/{at}/item_id"), why));
    }
    let shown = kits_shown(&draft.lines);
    let items: BTreeSet<ItemId> = shown.iter().map(|shown| shown.kit.item).collect();
    let items: Vec<ItemId> = items.into_iter().collect();
    let moving = store::item::moving(unit, &items).await?;
    let now = kits_among(unit, &moving).await?;
    for shown in shown {
        let why = match now.get(&shown.kit.item) {
            _ if !moving.contains_key(&shown.kit.item) => "was deleted meanwhile",
            None => "is no kit any more",
            Some(kit) if shown.is_still(kit) => continue,
            Some(_) => "comes to other parts by now",
        };
        changed.insert(shown.place, (format!("/lines/{}/kit", shown.place), why));
    }
    if changed.is_empty() {
        return Ok(());
    }
    let errors = changed.into_values().map(|(pointer, why)| FieldError {
        pointer,
        code: "kit_changed".into(),
        detail: why.to_owned(),
    });
    let errors: Vec<FieldError> = errors.collect();
    Err(Error::KitChanged { count: errors.len(), errors })
}
