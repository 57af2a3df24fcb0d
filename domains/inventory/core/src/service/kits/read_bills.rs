//! An item's bill of materials, and those of all that it is made of.

use crate::App;
use crate::domain::kit::{Bill, BillKind, Bills, MAX_DEPTH, MAX_ITEMS};
use crate::domain::stock::Level;
use crate::error::Error;
use crate::service::ledger::hold::hold;
use crate::store;
use data::{Tx, Unit};
use inventory_contract::ItemId;
use kernel::Ctx;
use std::collections::{BTreeMap, BTreeSet};

pub async fn get_components(app: &App, ctx: &Ctx, item: ItemId) -> Result<Bill, Error> {
    let tx = app.databases.read(ctx).await?;
    find_bill(&tx, item).await
}

/// An item that was never given components has a bill without any.
pub async fn find_bill(tx: &Tx, item: ItemId) -> Result<Bill, Error> {
    let stocked = store::item::find(tx, item).await?.ok_or(Error::ItemNotFound)?;
    if let Some(bill) = store::bill::find(tx, item).await? {
        return Ok(bill);
    }
    let created_at = stocked.item.created_at;
    Ok(Bill { item, kind: None, components: Vec::new(), version: 0, created_at, updated_at: created_at })
}

/// An item with its parts, those of kits among them too, held until the unit ends, and its bill as it is then: who
/// replaces one of these bills holds its item.
pub async fn hold_bill(
    unit: &mut Unit,
    ctx: &Ctx,
    item: ItemId,
) -> Result<(BTreeMap<ItemId, Level>, Bills), Error> {
    let lock = async |unit: &mut Unit, items: &[ItemId]| hold(unit, ctx, items).await;
    let (held, bills) = lock_bills(unit, &[item], Below::OfKits, lock).await?;
    Ok((held.into_iter().map(|level| (level.item, level)).collect(), bills))
}

/// What `lock` says of these items and all below them, and their bills as they are after it: what was read
/// before may be replaced by then, and count in units that the parts do not have any more.
pub async fn lock_bills<L>(
    unit: &mut Unit,
    items: &[ItemId],
    below: Below,
    lock: impl AsyncFnOnce(&mut Unit, &[ItemId]) -> Result<L, Error>,
) -> Result<(L, Bills), Error> {
    let mut all = bills_of(unit, items, below).await?.items();
    all.extend(items);
    let locked = lock(unit, &all.iter().copied().collect::<Vec<_>>()).await?;
    let bills = bills_of(unit, items, below).await?;
    if !bills.items().is_subset(&all) {
        return Err(data::Error::Busy("a bill was replaced while its parts were waited for".into()).into());
    }
    Ok((locked, bills))
}

/// How far down to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    All,
    /// What an assembly among the parts is made of is left out.
    OfKits,
    /// And what an assembly among the items themselves is made of.
    Kits,
}

/// The bills of these items and of those below them. Two statements for each level.
pub async fn bills_of(tx: &Tx, items: &[ItemId], below: Below) -> Result<Bills, Error> {
    let (mut bills, mut seen) = (Bills::default(), BTreeSet::new());
    let mut next: Vec<ItemId> = items.iter().copied().filter(|item| seen.insert(*item)).collect();
    for level in 0..=MAX_DEPTH {
        let kinds = store::bill::kinds(tx, &next).await?;
        let assemblies = match below {
            Below::All => true,
            Below::OfKits => level == 0,
            Below::Kits => false,
        };
        let opened = kinds.iter().filter(|(_, kind)| assemblies || *kind == BillKind::Kit);
        let opened: BTreeMap<ItemId, BillKind> = opened.copied().collect();
        let found =
            store::bill_component::of_several(tx, &opened.keys().copied().collect::<Vec<_>>()).await?;
        let mut parts: BTreeMap<ItemId, Vec<_>> = BTreeMap::new();
        next.clear();
        for (item, part, quantity) in found {
            parts.entry(item).or_default().push((part, quantity));
            if seen.insert(part) {
                next.push(part);
            }
        }
        for (item, kind) in opened {
            bills.insert(item, kind, parts.remove(&item).unwrap_or_default());
        }
        if seen.len() > MAX_ITEMS + items.len() {
            return Err(Error::BillTooLarge);
        }
        if next.is_empty() {
            break;
        }
    }
    Ok(bills)
}
