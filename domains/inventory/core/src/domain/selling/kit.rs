//! Kits on orders. A line that names one is kept as a line for each of its parts, and each of those says what was
//! ordered: parts are promised, shipped and taken back as anything else is.

use super::{MAX_LINES, SalesOrderLine};
use crate::domain::kit::{Per, is_whole, taken};
use crate::domain::movement::EnteredQuantity;
use crate::domain::stock::MAX_QUANTITY;
use inventory_contract::{ItemId, SalesOrderLineId};
use kernel::{Faults, Money, Quantity};
use std::collections::BTreeMap;

/// A kit that can be ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    /// Whether there are only whole ones.
    pub counted: bool,
    /// What one of it comes to, down to what is stocked.
    pub parts: BTreeMap<ItemId, Per>,
}

/// What was ordered, where a line is a part of it. All its parts say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitOrdered {
    /// Which of the lines that were said named it, from 1.
    pub line: i64,
    pub item: ItemId,
    /// In the kit's unit.
    pub quantity: Quantity,
    /// What somebody said, where it was not in the kit's unit.
    pub entered: Option<EnteredQuantity>,
    /// The whole kit's. Its parts have none of their own.
    pub unit_price: Option<Money>,
}

/// What a line wants, in the unit of its item: as somebody says it, and with its kit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub item: ItemId,
    pub quantity: Quantity,
    pub entered: Option<EnteredQuantity>,
    pub unit_price: Option<Money>,
    pub kit: Option<KitOrdered>,
}

impl Wanted {
    /// Of a draft: nothing has come of it yet.
    pub fn line(self, id: SalesOrderLineId, position: i64) -> SalesOrderLine {
        let Self { item, quantity, entered, unit_price, kit } = self;
        SalesOrderLine {
            id,
            position,
            item,
            quantity,
            entered,
            unit_price,
            kit,
            allocated: Quantity::ZERO,
            shipped: Quantity::ZERO,
            shipped_entered: Quantity::ZERO,
            returned: Quantity::ZERO,
            returned_entered: Quantity::ZERO,
            cancelled: Quantity::ZERO,
            reservation: None,
            waits_since: None,
        }
    }
}

/// The lines as they are kept: of a kit its parts, in its place.
pub fn open_kits(faults: &mut Faults, said: Vec<Wanted>, kits: &BTreeMap<ItemId, Kit>) -> Vec<Wanted> {
    let counts: Vec<usize> =
        said.iter().map(|line| kits.get(&line.item).map_or(1, |kit| kit.parts.len())).collect();
    let places = beyond(&counts);
    for at in &places {
        let detail = format!(
            "is a kit of {} parts, with which the order has more than {MAX_LINES} lines: order it in another one",
            counts[*at]
        );
        faults.add(format!("/lines/{at}/item_id"), "too_many_lines", detail);
    }
    let mut lines = Vec::new();
    for ((at, line), number) in said.into_iter().enumerate().zip(1..) {
        match kits.get(&line.item) {
            None => lines.push(line),
            Some(_) if places.contains(&at) => {}
            Some(kit) => lines.extend(parts_of(faults, at, number, line, kit)),
        }
    }
    lines
}

/// The places of the kits with which there are too many lines. Every line counts as one before any kit counts as more.
fn beyond(counts: &[usize]) -> Vec<usize> {
    let mut lines = counts.len();
    let mut beyond = Vec::new();
    for (at, parts) in counts.iter().enumerate().filter(|(_, parts)| **parts > 1) {
        lines += parts - 1;
        if lines > MAX_LINES {
            beyond.push(at);
        }
    }
    beyond
}

fn parts_of(faults: &mut Faults, at: usize, number: i64, line: Wanted, kit: &Kit) -> Vec<Wanted> {
    let pointer = format!("/lines/{at}/quantity");
    if kit.parts.is_empty() {
        let detail = "is a kit without parts: give it components first";
        faults.add(format!("/lines/{at}/item_id"), "no_parts", detail);
        return Vec::new();
    }
    if kit.counted && !is_whole(line.quantity) {
        faults.add(pointer, "not_whole", "must be whole: the kit is counted");
        return Vec::new();
    }
    let parts = taken(&kit.parts, line.quantity).ok();
    let Some(parts) = parts.filter(|parts| parts.values().all(|quantity| *quantity <= MAX_QUANTITY)) else {
        let detail = format!("must be so much of the kit that no part is more than {MAX_QUANTITY}");
        faults.add(pointer, "too_large", detail);
        return Vec::new();
    };
    let Wanted { item, quantity, entered, unit_price, .. } = line;
    let ordered = KitOrdered { line: number, item, quantity, entered, unit_price };
    let part = |(item, quantity)| Wanted {
        item,
        quantity,
        entered: None,
        unit_price: None,
        kit: Some(ordered.clone()),
    };
    parts.into_iter().map(part).collect()
}

/// A kit as the lines of an order show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitShown<'a> {
    /// Where the first of its parts stands.
    pub place: usize,
    pub kit: &'a KitOrdered,
    pub parts: BTreeMap<ItemId, Quantity>,
}

impl KitShown<'_> {
    /// Whether it would come to the same if it was ordered now.
    pub fn is_still(&self, now: &Kit) -> bool {
        taken(&now.parts, self.kit.quantity).is_ok_and(|parts| parts == self.parts)
    }
}

/// Each once, in the order of their lines.
pub fn kits_shown(lines: &[SalesOrderLine]) -> Vec<KitShown<'_>> {
    let mut shown: BTreeMap<i64, KitShown<'_>> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        let Some(kit) = &line.kit else { continue };
        let of_kit = shown.entry(kit.line).or_insert_with(|| KitShown { place, kit, parts: BTreeMap::new() });
        of_kit.parts.insert(line.item, line.quantity);
    }
    shown.into_values().collect()
}

#[cfg(test)]
mod tests;
