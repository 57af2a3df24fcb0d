//! What was written down of earlier movements: of one that is taken back, and of the shipments of an order that goods come
//! back from.

use crate::domain::costing::{Change, EntryKind, IssueCost, Taken, ValueEntry};
use crate::domain::movement::{Movement, MovementKind};
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::valuation::accounts::refused;
use crate::store;
use data::Unit;
use inventory_contract::MovementId;
use kernel::Quantity;
use std::cmp::Reverse;

pub struct Earlier {
    entries: Vec<ValueEntry>,
    /// Of the orders that goods come back from.
    shipped: Vec<Movement>,
}

impl Earlier {
    pub async fn read(unit: &Unit, moved: &[&Movement]) -> Result<Self, Error> {
        let back = || moved.iter().filter(|movement| comes_back(movement));
        let orders = unique(back().filter_map(|movement| movement.document).map(|document| document.id));
        let items = unique(back().map(|movement| movement.item));
        let lots = unique(back().filter_map(|movement| movement.lot));
        let shipped = store::movement::shipped_of(unit, &orders, &items, &lots).await?;
        let reversed = moved.iter().filter_map(|movement| movement.reverses);
        let sources = unique(reversed.chain(shipped.iter().map(|shipped| shipped.id)));
        Ok(Self { entries: store::value_entry::of_movements(unit, &sources).await?, shipped })
    }

    /// What a movement takes back, or what it comes back from: of its lot, first what went out last.
    pub fn sources(&self, movement: &Movement) -> Vec<MovementId> {
        if movement.reverses.is_some() {
            return movement.reverses.into_iter().collect();
        }
        if !comes_back(movement) {
            return Vec::new();
        }
        let of = |shipped: &&Movement| {
            (shipped.item, shipped.lot, shipped.document) == (movement.item, movement.lot, movement.document)
        };
        let mut shipped: Vec<&Movement> = self.shipped.iter().filter(of).collect();
        shipped.sort_by_key(|shipped| Reverse(shipped.sequence));
        shipped.into_iter().map(|shipped| shipped.id).collect()
    }

    pub fn of(&self, movement: MovementId) -> impl Iterator<Item = &ValueEntry> {
        self.entries.iter().filter(move |entry| entry.movement == Some(movement))
    }

    /// What of an issue has not come back yet; none where it was never valued.
    pub fn left_of(&self, movement: MovementId) -> Result<Option<IssueCost>, Error> {
        let Some(mut cost) = self.of(movement).find_map(|entry| IssueCost::of(&entry.change)) else {
            return Ok(None);
        };
        let returned = self.entries.iter().filter(|entry| entry.returns == Some(movement));
        for entry in returned.filter(|entry| entry.change.kind == EntryKind::Return) {
            let Change { quantity, value, .. } = entry.change;
            if quantity.is_positive() {
                cost.give_back(quantity.min(cost.quantity)).map_err(refused)?;
            } else {
                cost.take_again(-quantity, value.negated()).map_err(refused)?;
            }
        }
        Ok(Some(cost))
    }
}

/// From a customer: what goes back to a supplier leaves.
fn comes_back(movement: &Movement) -> bool {
    movement.kind == MovementKind::Return
        && movement.quantity > Quantity::ZERO
        && movement.reverses.is_none()
        && movement.document.is_some()
}

/// Into which layers an entry put something, or out of which it took it.
pub fn into_layers(entry: &ValueEntry) -> Vec<Taken> {
    let Change { kind, quantity, value, taken } = &entry.change;
    match kind {
        EntryKind::Receipt => vec![Taken { layer: Some(entry.sequence), quantity: *quantity, value: *value }],
        _ => taken.clone(),
    }
}
