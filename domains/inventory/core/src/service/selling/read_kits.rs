//! The kits among the items of an order: what each comes to by now, and whether that is what a draft shows.

use crate::domain::item::Moving;
use crate::domain::kit::{BillKind, Bills, is_counted};
use crate::domain::selling::{Kit, SalesOrderDetail, kits_shown};
use crate::domain::stock::Level;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::kits::read_bills::{Below, bills_of, lock_bills};
use crate::store;
use data::Unit;
use inventory_contract::ItemId;
use kernel::FieldError;
use std::collections::{BTreeMap, BTreeSet};

/// Of what is said and of the parts of its kits those that are there, and the kits among what is said. All of it stays
/// as it is until the unit ends, the units of the parts too, in which their lines are written.
pub async fn keep_items(
    unit: &mut Unit,
    said: &BTreeSet<ItemId>,
) -> Result<(BTreeMap<ItemId, Moving>, BTreeMap<ItemId, Kit>), Error> {
    let items: Vec<ItemId> = said.iter().copied().collect();
    let lock = async |unit: &mut Unit, items: &[ItemId]| {
        store::item::moving_to_keep(unit, items).await.map_err(Error::from)
    };
    let (moving, bills) = lock_bills(unit, &items, Below::Kits, lock).await?;
    let kits = kits_among(moving.iter().filter(|(item, _)| said.contains(*item)), &bills)?;
    Ok((moving, kits))
}

fn kits_among<'a>(
    moving: impl IntoIterator<Item = (&'a ItemId, &'a Moving)>,
    bills: &Bills,
) -> Result<BTreeMap<ItemId, Kit>, Error> {
    let mut kits = BTreeMap::new();
    for (item, moving) in moving {
        if bills.kind(*item) == Some(BillKind::Kit) {
            let parts = bills.for_one(*item).map_err(|_| Error::BillTooLarge)?;
            kits.insert(*item, Kit { counted: is_counted(&moving.unit), parts });
        }
    }
    Ok(kits)
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
    let items = unique(shown.iter().map(|shown| shown.kit.item));
    let moving = store::item::moving(unit, &items).await?;
    let now = kits_among(&moving, &bills_of(unit, &items, Below::Kits).await?)?;
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
    Err(Error::KitChanged { errors })
}
