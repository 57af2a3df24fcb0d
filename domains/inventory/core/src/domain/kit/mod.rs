//! Bills of materials: what an item is sold as, or made of. What a bill comes to is reckoned in exact fractions, from
//! the item down to what is stocked, and rounded once, at the end.

mod per;

pub use per::Per;

use crate::domain::movement::EnteredQuantity;
use crate::domain::units::{Dimension, Unit};
use chrono::{DateTime, Utc};
use inventory_contract::{AssemblyId, ItemId, WarehouseId};
use kernel::Quantity;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const MAX_COMPONENTS: usize = 100;
/// How many bills stand below each other, the first and the last counted.
pub const MAX_DEPTH: usize = 8;
/// How many items there are below one, all told.
pub const MAX_ITEMS: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillKind {
    /// Sold as its parts, and never stocked itself.
    Kit,
    /// Stocked, and made of its parts.
    Assembly,
}

impl BillKind {
    const ALL: [Self; 2] = [Self::Kit, Self::Assembly];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kit => "kit",
            Self::Assembly => "assembly",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    pub item: ItemId,
    /// Of its unit, for one of the item's.
    pub quantity: Quantity,
    /// What somebody said, where it was not in the component's unit.
    pub entered: Option<EnteredQuantity>,
}

/// Of an item, also of one that has no components, which has no kind either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub item: ItemId,
    pub kind: Option<BillKind>,
    pub components: Vec<Component>,
    /// 0 where nobody has ever given the item components.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Made,
    TakenApart,
}

impl Direction {
    const ALL: [Self; 2] = [Self::Made, Self::TakenApart];

    pub fn name(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::TakenApart => "taken_apart",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == text)
    }
}

/// That something was made, or taken apart. Never changed: the opposite is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    pub id: AssemblyId,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub direction: Direction,
    pub quantity: Quantity,
    pub entered: Option<EnteredQuantity>,
    pub happened_at: DateTime<Utc>,
    pub reference: Option<String>,
    pub actor: String,
    pub created_at: DateTime<Utc>,
}

/// Whether there are only whole ones: all that is not measured, which is what a word of the tenant's own counts as.
pub fn is_counted(unit: &str) -> bool {
    Unit::of_code(unit).is_none_or(|unit| unit.dimension() == Dimension::Count)
}

pub fn is_whole(quantity: Quantity) -> bool {
    quantity == whole_part(quantity)
}

fn whole_part(quantity: Quantity) -> Quantity {
    let one = Quantity::whole(1).millionths();
    Quantity::from_millionths(quantity.millionths() - quantity.millionths().rem_euclid(one))
}

/// Terms that 128 bits cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// Several bills, each that has components.
#[derive(Clone, Debug, Default)]
pub struct Bills(BTreeMap<ItemId, (BillKind, Vec<(ItemId, Quantity)>)>);

impl Bills {
    pub fn insert(&mut self, item: ItemId, kind: BillKind, parts: Vec<(ItemId, Quantity)>) {
        self.0.insert(item, (kind, parts));
    }

    pub fn kind(&self, item: ItemId) -> Option<BillKind> {
        self.0.get(&item).map(|(kind, _)| *kind)
    }

    /// All that have a bill here, and all that are parts.
    pub fn items(&self) -> BTreeSet<ItemId> {
        let parts = self.0.values().flat_map(|(_, parts)| parts.iter().map(|(part, _)| *part));
        self.0.keys().copied().chain(parts).collect()
    }

    fn parts(&self, item: ItemId) -> impl Iterator<Item = (ItemId, Quantity)> + '_ {
        self.0.get(&item).into_iter().flat_map(|(_, parts)| parts.iter().copied())
    }

    /// From the item down to itself, where that is a way.
    pub fn loop_of(&self, item: ItemId) -> Option<Vec<ItemId>> {
        let mut path = vec![item];
        self.leads_to(item, &mut path, &mut BTreeSet::new()).then_some(path)
    }

    fn leads_to(&self, item: ItemId, path: &mut Vec<ItemId>, seen: &mut BTreeSet<ItemId>) -> bool {
        let Some(last) = path.last().copied() else { return false };
        for (part, _) in self.parts(last) {
            path.push(part);
            if part == item || (seen.insert(part) && self.leads_to(item, path, seen)) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// How many bills stand below each other from the item on, its own counted. There is no loop.
    pub fn levels(&self, item: ItemId) -> usize {
        let mut levels: BTreeMap<ItemId, usize> = BTreeMap::new();
        for item in self.bottom_up(item, |_| true) {
            let below = self.parts(item).filter_map(|(part, _)| levels.get(&part).copied()).max();
            let own = usize::from(self.0.contains_key(&item));
            levels.insert(item, own + below.unwrap_or_default());
        }
        levels.get(&item).copied().unwrap_or_default()
    }

    /// What one of the item comes to: its parts, and of those that are kits theirs, each once with all of it. There
    /// is no loop.
    pub fn for_one(&self, item: ItemId) -> Result<BTreeMap<ItemId, Per>, OutOfRange> {
        let opens = |part: ItemId| part == item || self.kind(part) == Some(BillKind::Kit);
        let mut order = self.bottom_up(item, opens);
        order.reverse();
        let mut wanted = BTreeMap::from([(item, Per::ONE)]);
        // Who is wanted by several is opened when all of them were.
        for open in order.into_iter().filter(|item| opens(*item)) {
            let Some(of_open) = wanted.remove(&open) else { continue };
            for (part, quantity) in self.parts(open) {
                let more = of_open.times(quantity).ok_or(OutOfRange)?;
                let sum = wanted.get(&part).map_or(Some(more), |sum| sum.plus(more)).ok_or(OutOfRange)?;
                wanted.insert(part, sum);
            }
        }
        Ok(wanted)
    }

    /// The item and all below it, each after all that is below it; only what opens shows what is below.
    fn bottom_up(&self, item: ItemId, opens: impl Fn(ItemId) -> bool + Copy) -> Vec<ItemId> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::from([item]));
        self.descend(item, opens, &mut order, &mut seen);
        order
    }

    fn descend(
        &self,
        item: ItemId,
        opens: impl Fn(ItemId) -> bool + Copy,
        order: &mut Vec<ItemId>,
        seen: &mut BTreeSet<ItemId>,
    ) {
        if opens(item) {
            for (part, _) in self.parts(item) {
                if seen.insert(part) {
                    self.descend(part, opens, order, seen);
                }
            }
        }
        order.push(item);
    }
}

/// What so much of an item takes of each of its parts, up to the next millionth.
pub fn taken(
    parts: &BTreeMap<ItemId, Per>,
    quantity: Quantity,
) -> Result<BTreeMap<ItemId, Quantity>, OutOfRange> {
    let taken = parts.iter().map(|(part, per)| Some((*part, per.of(quantity)?)));
    taken.collect::<Option<_>>().ok_or(OutOfRange)
}

/// How much of an item its parts are enough for, and the part that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    pub quantity: Quantity,
    pub part: ItemId,
    pub available: Quantity,
    /// For one.
    pub needed: Per,
}

/// `None` of what has no parts.
pub fn most(
    parts: &BTreeMap<ItemId, Per>,
    available: impl Fn(ItemId) -> Quantity,
    counted: bool,
) -> Result<Option<Most>, OutOfRange> {
    let mut least: Option<Most> = None;
    for (part, needed) in parts {
        let available = available(*part);
        let quantity = needed.goes_into(available).ok_or(OutOfRange)?;
        if least.is_none_or(|least| quantity < least.quantity) {
            least = Some(Most { quantity, part: *part, available, needed: *needed });
        }
    }
    Ok(least.map(|least| Most {
        quantity: if counted { whole_part(least.quantity) } else { least.quantity },
        ..least
    }))
}

#[cfg(test)]
mod tests;
