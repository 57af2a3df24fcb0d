//! What an order brought of each lot, less what went: no more of it goes back or is taken back.

use crate::domain::buying::NotReceived;
use crate::domain::lot::Lot;
use crate::domain::movement::Document;
use crate::error::Error;
use crate::service::buying::line_faults::not_brought;
use crate::store;
use data::Unit;
use inventory_contract::LotId;
use kernel::Quantity;
use std::collections::BTreeMap;

pub struct Brought(BTreeMap<LotId, Quantity>);

impl Brought {
    pub async fn read(unit: &Unit, order: Document, lots: &[LotId]) -> Result<Self, data::Error> {
        Ok(Self(store::movement::nets_of_lots(unit, order, lots).await?))
    }

    pub fn take(&mut self, lot: &Lot, wanted: Quantity) -> Result<(), Error> {
        let here = self.0.get(&lot.id).copied().unwrap_or_default();
        if wanted > here {
            return Err(not_brought(&lot.code, NotReceived { wanted, here }));
        }
        self.0.insert(lot.id, here.saturating_sub(wanted));
        Ok(())
    }
}
