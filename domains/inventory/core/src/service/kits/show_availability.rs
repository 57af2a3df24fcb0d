//! How much of an item there is to promise. Of a kit it is as many as the scarcest of its parts is enough for.

use crate::App;
use crate::domain::kit::{BillKind, Bills, Most, is_counted, most};
use crate::domain::ledger::WarehouseLevel;
use crate::error::Error;
use crate::service::kits::read_bills::{Below, bills_of};
use crate::service::ledger::stock_now::Now;
use crate::store;
use inventory_contract::{ItemId, WarehouseId};
use kernel::{Ctx, Quantity};
use std::collections::{BTreeMap, BTreeSet};

pub struct Availability {
    pub item: ItemId,
    pub kind: Option<BillKind>,
    /// None of all.
    pub warehouse: Option<WarehouseId>,
    pub on_hand: Quantity,
    pub reserved: Quantity,
    /// On hand and past its last day.
    pub expired: Quantity,
    /// To promise: of a kit, what its parts are enough for.
    pub available: Quantity,
    /// Of an assembly, how many more its parts are enough for.
    pub can_make: Option<Quantity>,
    pub limited_by: Option<LimitedBy>,
}

/// The part of a kit or assembly that is the scarcest.
pub struct LimitedBy {
    pub item: ItemId,
    pub sku: String,
    pub available: Quantity,
    /// For one.
    pub needed: Quantity,
}

pub async fn show_availability(
    app: &App,
    ctx: &Ctx,
    item: ItemId,
    warehouse: Option<WarehouseId>,
) -> Result<Availability, Error> {
    let tx = app.databases.read(ctx).await?;
    let stocked = store::item::find(&tx, item).await?.ok_or(Error::ItemNotFound)?;
    let bills: Bills = bills_of(&tx, &[item], Below::OfKits).await?;
    let kind = bills.kind(item);
    let parts = match kind {
        Some(_) => bills.for_one(item).map_err(|_| Error::BillTooLarge)?,
        None => BTreeMap::new(),
    };
    let items: Vec<ItemId> = parts.keys().copied().chain([item]).collect();
    let levels = match warehouse {
        Some(warehouse) => store::warehouse_level::of(&tx, &items, &[warehouse]).await?,
        None => store::warehouse_level::everywhere(&tx, &items).await?,
    };
    let there = There::of(&Now::read(&tx, ctx, &items).await?, levels);
    let own = there.all_of(item);
    let counted = is_counted(&stocked.item.fields.unit);
    // Parts at two warehouses are no kit, so each warehouse counts for itself.
    let mut whole = Quantity::ZERO;
    for at in there.warehouses() {
        let here =
            most(&parts, |part| there.at(part, at).available, counted).map_err(|_| Error::BillTooLarge)?;
        let here = here.map(|most| most.quantity).unwrap_or_default();
        whole = whole.checked_add(here).map_err(|_| Error::BillTooLarge)?;
    }
    let scarcest =
        most(&parts, |part| there.all_of(part).available, counted).map_err(|_| Error::BillTooLarge)?;
    let limited_by = match scarcest {
        None => None,
        Some(Most { part, available, needed, .. }) => {
            let named = store::item::moving(&tx, &[part]).await?;
            Some(LimitedBy {
                item: part,
                sku: named.get(&part).map(|named| named.sku.to_string()).unwrap_or_default(),
                available,
                needed: needed.of(Quantity::whole(1)).ok_or(Error::BillTooLarge)?,
            })
        }
    };
    Ok(Availability {
        item,
        kind,
        warehouse,
        on_hand: own.on_hand,
        reserved: own.reserved,
        expired: own.expired,
        available: if kind == Some(BillKind::Kit) { whole } else { own.available },
        can_make: (kind == Some(BillKind::Assembly)).then_some(whole),
        limited_by,
    })
}

#[derive(Clone, Copy, Default)]
struct Amounts {
    on_hand: Quantity,
    reserved: Quantity,
    expired: Quantity,
    available: Quantity,
}

/// Balances by item and warehouse, without what is past its time.
struct There(BTreeMap<(ItemId, WarehouseId), Amounts>);

impl There {
    fn of(now: &Now, levels: Vec<(ItemId, WarehouseId, WarehouseLevel)>) -> Self {
        let amounts = levels.into_iter().map(|(item, warehouse, level)| {
            let (level, expired) = now.of(item, warehouse, level);
            let available = level.available().saturating_sub(expired);
            let WarehouseLevel { on_hand, reserved, .. } = level;
            ((item, warehouse), Amounts { on_hand, reserved, expired, available })
        });
        Self(amounts.collect())
    }

    fn warehouses(&self) -> BTreeSet<WarehouseId> {
        self.0.keys().map(|(_, warehouse)| *warehouse).collect()
    }

    fn at(&self, item: ItemId, warehouse: WarehouseId) -> Amounts {
        self.0.get(&(item, warehouse)).copied().unwrap_or_default()
    }

    fn all_of(&self, item: ItemId) -> Amounts {
        let of_item = self.0.iter().filter(|((of, _), _)| *of == item).map(|(_, amounts)| amounts);
        // Balances have a bound far below what would be cut off.
        of_item.fold(Amounts::default(), |sum, more| Amounts {
            on_hand: sum.on_hand.saturating_add(more.on_hand),
            reserved: sum.reserved.saturating_add(more.reserved),
            expired: sum.expired.saturating_add(more.expired),
            available: sum.available.saturating_add(more.available),
        })
    }
}
