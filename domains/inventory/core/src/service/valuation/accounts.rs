//! The values of some items as they change within a unit: read once, written down entry by entry, kept once. The
//! items are held by whoever opens them.

use crate::domain::cost::Costing;
use crate::domain::costing::{
    Change, CostingError, Costs, ItemValue, Layers, Method, Negative, Position, Rate, Stock, ValueEntry,
};
use crate::domain::item::Moving;
use crate::domain::stock::Level;
use crate::error::Error;
use crate::store;
use crate::store::cost_layer::Needed;
use chrono::{DateTime, Utc};
use data::Unit;
use inventory_contract::{ItemId, LandedCostId, MovementId};
use kernel::{Ctx, Currency};
use std::collections::BTreeMap;

/// What will be asked of an item's layers.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// As much as may leave, in millionths.
    pub out: i128,
    pub layers: Vec<i64>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of {
    pub movement: Option<MovementId>,
    pub returns: Option<MovementId>,
    pub landed_cost: Option<LandedCostId>,
}

pub struct Account {
    item: ItemId,
    method: Method,
    currency: Currency,
    pub position: Position,
    /// As it was read; none of what is new.
    before: Option<ItemValue>,
    read: Needed,
    /// What is written down so far.
    stock: Stock,
    sequence: i64,
    recorded_at: DateTime<Utc>,
    entries: Vec<ValueEntry>,
}

impl Account {
    /// Of an item that was never valued, from here on in that currency. What is there of it costs so much.
    pub fn new(
        ctx: &Ctx,
        moving: &Moving,
        level: &Level,
        currency: Currency,
        cost: Rate,
    ) -> Result<Self, Error> {
        let value = ItemValue {
            currency,
            stock: Stock::default(),
            last_cost: None,
            next_sequence: 1,
            recorded_at: ctx.now(),
        };
        let mut account = Self::of(ctx, moving, level, value, Needed::default())?;
        account.before = None;
        let opening = account.position.open(1, level.on_hand, cost).map_err(refused)?;
        account.book(ctx, Of::default(), opening)?;
        Ok(account)
    }

    fn of(ctx: &Ctx, moving: &Moving, level: &Level, value: ItemValue, read: Needed) -> Result<Self, Error> {
        let method = method(moving)?;
        let negative = if level.may_be_negative { Negative::Allowed } else { Negative::Refused };
        let position = Position::kept(method, negative, value.stock, value.last_cost, read.layers.clone());
        Ok(Self {
            item: moving.id,
            method,
            currency: value.currency,
            position: position.map_err(refused)?,
            before: Some(value),
            read,
            stock: value.stock,
            sequence: value.next_sequence,
            recorded_at: value.recorded_at.max(ctx.now()),
            entries: Vec::new(),
        })
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The number of the next entry, and of the layer that it makes.
    pub fn next(&self) -> i64 {
        self.sequence
    }

    /// Writes down what became of the position, and sees to it that nothing else did.
    pub fn book(
        &mut self,
        ctx: &Ctx,
        of: Of,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<(), Error> {
        for change in changes {
            self.note(ctx, of, change)?;
        }
        if self.stock == self.position.stock() { Ok(()) } else { Err(refused(CostingError::Inconsistent)) }
    }

    /// One of several entries that are of different things.
    pub fn note(&mut self, ctx: &Ctx, of: Of, change: Change) -> Result<(), Error> {
        let on_hand = self.stock.on_hand.checked_add(change.quantity);
        self.stock = Stock {
            on_hand: on_hand.map_err(|_| Error::StockTooLarge)?,
            value: self.stock.value.plus(change.value).map_err(refused)?,
        };
        self.entries.push(ValueEntry {
            id: ctx.new_id::<()>().uuid(),
            item: self.item,
            sequence: self.sequence,
            movement: of.movement,
            returns: of.returns,
            landed_cost: of.landed_cost,
            change,
            currency: self.currency,
            stock: self.stock,
            recorded_at: self.recorded_at,
            created_at: self.recorded_at,
        });
        self.sequence += 1;
        Ok(())
    }
}

pub struct Accounts(BTreeMap<ItemId, Account>);

impl Accounts {
    /// Of those of the items that have been valued.
    pub async fn read(
        unit: &Unit,
        ctx: &Ctx,
        items: &BTreeMap<ItemId, (&Moving, &Level)>,
        needs: &BTreeMap<ItemId, Needs>,
    ) -> Result<Self, Error> {
        let ids: Vec<ItemId> = items.keys().copied().collect();
        let mut accounts = BTreeMap::new();
        for (item, value) in store::item_value::of(unit, &ids).await? {
            let Some((moving, level)) = items.get(&item) else { continue };
            let read = match (moving.costing, needs.get(&item)) {
                (Costing::Fifo, Some(needs)) => {
                    store::cost_layer::needed(unit, item, needs.out, &needs.layers).await?
                }
                _ => Needed::default(),
            };
            accounts.insert(item, Account::of(ctx, moving, level, value, read)?);
        }
        Ok(Self(accounts))
    }

    pub fn get(&mut self, item: ItemId) -> Option<&mut Account> {
        self.0.get_mut(&item)
    }

    pub fn add(&mut self, account: Account) {
        self.0.insert(account.item, account);
    }

    /// What is not as it was before.
    pub async fn write(self, unit: &Unit, ctx: &Ctx) -> Result<(), Error> {
        let (mut entries, mut values, mut layers) = (Vec::new(), Vec::new(), Vec::new());
        for (item, account) in self.0 {
            let value = ItemValue {
                currency: account.currency,
                stock: account.stock,
                last_cost: account.position.last_cost(),
                next_sequence: account.sequence,
                recorded_at: account.recorded_at,
            };
            match account.before {
                None => values.push((ctx.new_id::<()>().uuid(), item, value)),
                Some(_) if account.entries.is_empty() => {}
                Some(_) => store::item_value::write(unit, item, &value).await?,
            }
            let now = account.position.layers();
            for (number, layer) in now {
                match account.read.layers.get(number) {
                    Some(was) if was == layer => {}
                    Some(_) => store::cost_layer::write(unit, item, *number, *layer).await?,
                    None => layers.push((item, *number, *layer)),
                }
            }
            for range in used_up(&account.read, now) {
                store::cost_layer::remove(unit, item, range).await?;
            }
            entries.extend(account.entries);
        }
        store::value_entry::insert_all(unit, &entries).await?;
        store::item_value::insert_all(unit, &values).await?;
        Ok(store::cost_layer::insert_all(unit, ctx, &layers).await?)
    }
}

/// The numbers of layers that are no more, from the first to the last of each row of them. Layers are used from the
/// oldest, so that is one row most of the time; beyond what was read without a gap each stands alone.
fn used_up(read: &Needed, now: &Layers) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    let mut goes_on = false;
    for number in read.layers.keys() {
        if now.contains_key(number) {
            goes_on = false;
            continue;
        }
        let known = *number <= read.through;
        match ranges.last_mut().filter(|_| goes_on && known) {
            Some((_, last)) => *last = *number,
            None => ranges.push((*number, *number)),
        }
        goes_on = known;
    }
    ranges
}

/// What these items cost by now: what such stock does, or else what the item was given. Those are left out of which neither
/// is known.
pub async fn costs_now(unit: &Unit, moving: &BTreeMap<ItemId, Moving>) -> Result<Costs, Error> {
    let items: Vec<ItemId> = moving.keys().copied().collect();
    let values = store::item_value::of(unit, &items).await?;
    let mut costs = Costs::new();
    for (item, moving) in moving {
        let now = match values.get(item) {
            Some(value) => cost_now(moving, value)?.map(|now| (value.currency, now)),
            None => None,
        };
        let cost = match (now, moving.unit_cost) {
            (None, Some(own)) => Some((own.currency, Rate::per_unit(own.amount_minor).map_err(refused)?)),
            (now, _) => now,
        };
        costs.extend(cost.map(|cost| (*item, cost)));
    }
    Ok(costs)
}

fn cost_now(moving: &Moving, value: &ItemValue) -> Result<Option<Rate>, Error> {
    let position =
        Position::kept(method(moving)?, Negative::Allowed, value.stock, value.last_cost, Layers::new());
    Ok(position.map_err(refused)?.cost_now())
}

fn method(moving: &Moving) -> Result<Method, Error> {
    match (moving.costing, moving.unit_cost) {
        (Costing::Fifo, _) => Ok(Method::Fifo),
        (Costing::MovingAverage, _) => Ok(Method::MovingAverage),
        (Costing::Standard, Some(cost)) => Ok(Method::Standard { unit_minor: cost.amount_minor }),
        (Costing::Standard, None) => Err(refused(CostingError::NotStandard)),
    }
}

/// Why a value cannot be. What can be no fault of the caller's is none.
pub fn refused(error: CostingError) -> Error {
    match error {
        CostingError::TooLarge => Error::ValueTooLarge,
        CostingError::NegativeValue => Error::ValueBelowNothing,
        CostingError::Insufficient { wanted, on_hand } => Error::NotThere { wanted, there: on_hand },
        error => data::Error::internal(error).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(numbers: &[i64]) -> Layers {
        numbers.iter().map(|number| (*number, Rate::per_unit(100).unwrap())).collect()
    }

    fn check(read: &[i64], through: i64, now: &[i64], expected: &[(i64, i64)]) {
        let needed = Needed { layers: layers(read), through };
        assert_eq!(used_up(&needed, &layers(now)), expected, "{read:?} to {through}, now {now:?}");
    }

    #[test]
    fn what_is_used_up_goes_at_once() {
        check(&[], 0, &[1], &[]);
        check(&[1, 2, 5, 9], 9, &[9], &[(1, 5)]);
        check(&[1, 2, 5, 9], 9, &[10], &[(1, 9)]);
        check(&[1, 2, 5, 9], 9, &[2], &[(1, 1), (5, 9)]);
        // Between those that are named there may be others.
        check(&[1, 2, 5, 9, 20], 2, &[], &[(1, 2), (5, 5), (9, 9), (20, 20)]);
    }
}
