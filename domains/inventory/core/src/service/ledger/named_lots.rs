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

#[derive(Default)]
pub struct NamedLots(HashMap<(ItemId, String), Lot>);

impl NamedLots {
    pub async fn read<'a>(
        unit: &Unit,
        named: impl IntoIterator<Item = (ItemId, &'a str)>,
    ) -> Result<Self, data::Error> {
        Ok(Self(store::lot::named(unit, named.into_iter().map(|(item, code)| (item, code.trim()))).await?))
    }

    pub fn ids(&self) -> Vec<LotId> {
        self.0.values().map(|lot| lot.id).collect()
    }

    /// The lot that leaves, which must be there; of a tracked item one is named.
    pub fn find(&self, moving: &Moving, code: Option<&str>) -> Result<Option<&Lot>, Error> {
        of_tracked(moving, code)?.map(|code| self.find_named(moving, code)).transpose()
    }

    /// A text that no lot may bear is unknown, too.
    pub fn find_named(&self, moving: &Moving, code: &str) -> Result<&Lot, Error> {
        of_tracked(moving, Some(code))?;
        let lot = self.0.get(&(moving.id, code.trim().to_owned()));
        lot.ok_or_else(|| fault("/lot", "unknown", "the item has no such lot"))
    }

    /// The lot that comes in, made where it was not among those read; its item is held, so that nobody else makes it
    /// meanwhile.
    pub async fn find_or_make(
        &mut self,
        unit: &mut Unit,
        ctx: &Ctx,
        moving: &Moving,
        given: Option<&LotInput>,
    ) -> Result<Option<&Lot>, Error> {
        let Some(given) = of_tracked(moving, given)? else { return Ok(None) };
        let mut faults = Faults::new();
        let given = given.check(&mut faults, "/lot");
        let given = faults.finish(given).map_err(Error::invalid)?;
        let lot = match self.0.entry((moving.id, given.code.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let lot = store::lot::insert(unit, ctx.new_id(), moving.id, &given).await?;
                unit.publish(&lot.created())?;
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
