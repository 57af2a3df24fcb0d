//! From what the lines of a request name to the lots of their items, which are read at once.

use crate::domain::item::Moving;
use crate::domain::lot::{Lot, LotInput, Tracking};
use crate::error::Error;
use crate::service::places::find_place::fault;
use crate::store;
use data::Unit;
use inventory_contract::{ItemId, LotId};
use kernel::{Ctx, Faults};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub struct NamedLots {
    known: HashMap<(ItemId, String), Lot>,
    /// What is in `known` and not in the table yet.
    made: Vec<Lot>,
}

impl NamedLots {
    pub async fn read<'a>(
        unit: &Unit,
        named: impl IntoIterator<Item = (ItemId, &'a str)>,
    ) -> Result<Self, data::Error> {
        let named = named.into_iter().map(|(item, code)| (item, code.trim()));
        Ok(Self { known: store::lot::named(unit, named).await?, made: Vec::new() })
    }

    pub fn ids(&self) -> Vec<LotId> {
        self.known.values().map(|lot| lot.id).collect()
    }

    /// The lot that leaves, which must be there; of a tracked item one is named.
    pub fn find(&self, moving: &Moving, code: Option<&str>) -> Result<Option<&Lot>, Error> {
        of_tracked(moving, code)?.map(|code| self.find_named(moving, code)).transpose()
    }

    /// A text that no lot may bear is unknown, too.
    pub fn find_named(&self, moving: &Moving, code: &str) -> Result<&Lot, Error> {
        of_tracked(moving, Some(code))?;
        let lot = self.known.get(&(moving.id, code.trim().to_owned()));
        lot.ok_or_else(|| fault("/lot", "unknown", "the item has no such lot"))
    }

    /// The lot that comes in, made where it was not among those read; its item is held, so that nobody else makes it
    /// meanwhile. It can be booked once [`insert_made`](Self::insert_made) has been called.
    pub fn find_or_make(
        &mut self,
        ctx: &Ctx,
        moving: &Moving,
        given: Option<&LotInput>,
    ) -> Result<Option<&Lot>, Error> {
        let Some(given) = of_tracked(moving, given)? else { return Ok(None) };
        let mut faults = Faults::new();
        let given = given.check(&mut faults, "/lot");
        let given = faults.finish(given).map_err(Error::invalid)?;
        let lot = match self.known.entry((moving.id, given.code.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let lot = Lot::new(ctx.new_id(), moving.id, given.clone(), ctx.now());
                self.made.push(lot.clone());
                new.insert(lot)
            }
        };
        if given.expires_on.is_some() && given.expires_on != lot.expires_on {
            return Err(fault(
                "/lot/expires_on",
                "differs",
                "the lot is known with another last day; change the lot",
            ));
        }
        Ok(Some(lot))
    }

    pub async fn insert_made(&mut self, unit: &mut Unit) -> Result<(), Error> {
        store::lot::insert_all(unit, &self.made).await?;
        for lot in self.made.drain(..) {
            unit.publish(&lot.created())?;
        }
        Ok(())
    }
}

fn of_tracked<T>(moving: &Moving, named: Option<T>) -> Result<Option<T>, Error> {
    match (moving.tracking, named) {
        (Tracking::None, Some(_)) => Err(fault("/lot", "not_tracked", "the item is not tracked by lots")),
        (Tracking::Lot | Tracking::Serial, None) => {
            Err(fault("/lot", "required", "is required: the item is tracked"))
        }
        (_, named) => Ok(named),
    }
}
