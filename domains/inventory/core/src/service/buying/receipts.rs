//! Receipts of purchase orders that are to be taken back, and why one is not.

use crate::domain::lot::Lot;
use crate::domain::movement::{Document, Movement, MovementKind};
use crate::domain::place::Place;
use crate::domain::unique::unique;
use crate::error::Error;
use crate::service::buying::line_faults::stands;
use crate::service::places::find_place::fault;
use crate::store;
use data::Unit;
use inventory_contract::{LocationId, LotId, MovementId};
use std::collections::{BTreeMap, BTreeSet};

pub struct Receipts {
    movements: BTreeMap<MovementId, Movement>,
    reversed: BTreeSet<MovementId>,
    /// Those that bear the cost of bringing them here.
    landed: BTreeSet<MovementId>,
    places: BTreeMap<LocationId, Place>,
    lots: BTreeMap<LotId, Lot>,
}

impl Receipts {
    /// Their items are held. The places stay until the unit ends.
    pub async fn read(unit: &Unit, ids: &[MovementId]) -> Result<Self, Error> {
        let movements = store::movement::find_all(unit, ids).await?;
        let locations = unique(movements.iter().map(|movement| movement.location));
        let places = store::location::find_to_keep(unit, &locations).await?;
        let lots = unique(movements.iter().filter_map(|movement| movement.lot));
        let lots = store::lot::find_all(unit, &lots).await?;
        Ok(Self {
            movements: movements.into_iter().map(|movement| (movement.id, movement)).collect(),
            reversed: store::movement::taken_back(unit, ids).await?.into_keys().collect(),
            landed: store::landed_cost_line::bearing(unit, ids).await?,
            places: places.into_iter().map(|location| (location.id, location.place())).collect(),
            lots: lots.into_iter().map(|lot| (lot.id, lot)).collect(),
        })
    }

    /// A receipt of that order which stands, and where it brought goods to.
    pub fn find(&self, id: MovementId, order: Document) -> Result<(&Movement, Place), Error> {
        let of_order = |receipt: &&Movement| {
            receipt.kind == MovementKind::Receipt
                && receipt.document == Some(order)
                && receipt.reverses.is_none()
        };
        let receipt = self.movements.get(&id).filter(of_order);
        let receipt =
            receipt.ok_or_else(|| fault("/movement_id", "unknown", "is no receipt of the order"))?;
        if self.reversed.contains(&id) {
            return Err(stands("/movement_id", "reversed", "was taken back already, and that is done once"));
        }
        if self.landed.contains(&id) {
            let detail = "bears a landed cost: allocate a credit of as much to it first";
            return Err(stands("/movement_id", "landed", detail));
        }
        let place = self.places.get(&receipt.location).copied();
        Ok((receipt, place.ok_or(Error::PlaceDeleted)?))
    }

    pub fn lots(&self) -> Vec<LotId> {
        self.lots.keys().copied().collect()
    }

    pub fn lot_of(&self, receipt: &Movement) -> Option<&Lot> {
        self.lots.get(&receipt.lot?)
    }
}
