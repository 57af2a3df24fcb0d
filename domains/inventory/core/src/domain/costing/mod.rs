//! What stock of one item is worth, and what goes out costs, under IAS 2: first in first out, moving average, or a
//! standard.
//!
//! A value is a whole number of millionths of a minor unit. It is only ever moved, never computed twice: an issue takes
//! its share of what is there, the rest stays, and the last unit takes all that is left. No average is kept; it is the
//! value over the quantity. So, exactly and at all times, what is on hand and what it is worth are the sums of the
//! changes that are written down.
//!
//! What is booked is in minor units: by how much the rounded value of the stock changed. These differences telescope, so
//! the books say the rounded value, whatever went before, and no remainder gathers.
//!
//! All values of a position are in one currency, which its holder knows. Who allows negative stock has it valued at the
//! last known cost; the receipt that covers it settles the difference beside what was booked, which is never rewritten.

mod correct;
mod entry;
mod fifo;
pub mod landed;
mod moving_average;
mod standard;
#[cfg(test)]
mod tests;
mod value;

pub use correct::divide;
pub use entry::{Change, EntryKind, ItemValue, Stock, Taken, ValueEntry};
pub use fifo::{IssueCost, Layers};
pub use moving_average::Settlement;
pub use value::{Costs, Rate, Value};

use crate::domain::stock::MAX_ON_HAND;
use kernel::Quantity;
use kernel::quantity::QuantityError;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostingError {
    #[error("the quantity must be greater than 0")]
    NotPositive,
    #[error("the value of a receipt, a layer and a standard cost must not be negative")]
    NegativeValue,
    #[error("{wanted} were to be issued, and {on_hand} are on hand: receive first, or allow negative stock")]
    Insufficient { wanted: Quantity, on_hand: Quantity },
    #[error("{wanted} were to be returned, and {left} of that issue are still out")]
    MoreThanIssued { wanted: Quantity, left: Quantity },
    #[error("the quantity or its value is too large to be kept")]
    TooLarge,
    #[error("the stock is not kept at a standard cost, so there is none to change")]
    NotStandard,
    #[error("a value is a whole number of millionths of a minor unit")]
    Malformed,
    #[error("the layers do not add up to what is on hand")]
    Inconsistent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Fifo,
    MovingAverage,
    /// What one unit is to cost.
    Standard {
        unit_minor: i64,
    },
}

/// Whether more may be issued than is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negative {
    Refused,
    Allowed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub quantity: Quantity,
    /// What all of it cost.
    pub value: Value,
}

/// What became of the value that came in: `value = stock + variance + the settlement's difference`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub quantity: Quantity,
    pub value: Value,
    /// By how much the stock's value grew.
    pub stock: Value,
    /// The purchase price variance: above standard where it is positive, which is unfavourable.
    pub variance: Value,
    /// Where stock was negative.
    pub settlement: Option<Settlement>,
    /// What is booked to stock; the rest of what was paid is variance or settlement.
    pub posted_minor: i64,
}

/// Stock of one item. What is refused changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    method: Method,
    negative: Negative,
    on_hand: Quantity,
    value: Value,
    /// Empty but for FIFO. Not all of them: as many of the oldest as will be issued, and those that are named.
    layers: Layers,
    last_cost: Option<Rate>,
}

impl Position {
    /// As it was left.
    pub fn kept(
        method: Method,
        negative: Negative,
        stock: Stock,
        last_cost: Option<Rate>,
        layers: Layers,
    ) -> Result<Self, CostingError> {
        if matches!(method, Method::Standard { unit_minor } if unit_minor < 0) {
            return Err(CostingError::NegativeValue);
        }
        Ok(Self { method, negative, on_hand: stock.on_hand, value: stock.value, layers, last_cost })
    }

    /// What it is worth is negative where stock is.
    pub fn stock(&self) -> Stock {
        Stock { on_hand: self.on_hand, value: self.value }
    }

    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    pub fn last_cost(&self) -> Option<Rate> {
        self.last_cost
    }

    /// What stock costs by now, as far as that is known.
    pub fn cost_now(&self) -> Option<Rate> {
        match self.method {
            Method::Standard { unit_minor } => Rate::per_unit(unit_minor).ok(),
            Method::MovingAverage if self.on_hand.is_positive() => {
                Some(Rate { value: self.value, quantity: self.on_hand })
            }
            Method::MovingAverage | Method::Fifo => self.last_cost,
        }
    }

    /// Of what was there, or missing, before its cost was known. The position is new.
    pub fn open(
        &mut self,
        number: i64,
        on_hand: Quantity,
        cost: Rate,
    ) -> Result<Option<Change>, CostingError> {
        self.last_cost = Some(cost);
        if on_hand.is_positive() {
            self.take_in(number, on_hand, cost.of(on_hand)?)?;
        } else if on_hand < Quantity::ZERO {
            self.issue(-on_hand)?;
        }
        let Stock { on_hand, value } = self.stock();
        Ok((on_hand != Quantity::ZERO).then(|| Change::new(EntryKind::Opening, on_hand, value)))
    }

    /// Under FIFO it becomes the layer of that number.
    pub fn receive(&mut self, number: i64, receipt: &Receipt) -> Result<Received, CostingError> {
        let Receipt { quantity, value } = *receipt;
        check_positive(quantity)?;
        if value < Value::ZERO {
            return Err(CostingError::NegativeValue);
        }
        let received = self.take_in(number, quantity, value)?;
        self.last_cost = Some(Rate { value, quantity });
        Ok(received)
    }

    pub fn issue(&mut self, quantity: Quantity) -> Result<IssueCost, CostingError> {
        check_positive(quantity)?;
        if quantity > self.on_hand && self.negative == Negative::Refused {
            return Err(CostingError::Insufficient { wanted: quantity, on_hand: self.on_hand });
        }
        let on_hand = kept(self.on_hand.checked_sub(quantity))?;
        let of_stock = quantity.min(self.on_hand.max(Quantity::ZERO));
        let (mut taken, last_cost) = self.draw(of_stock)?;
        let beyond = quantity.saturating_sub(of_stock);
        if beyond.is_positive() {
            let value = self.provisional(beyond, last_cost)?;
            taken.push(Taken { layer: None, quantity: beyond, value });
        }
        let value = taken.iter().try_fold(Value::ZERO, |sum, part| sum.plus(part.value))?;
        let after = self.value.minus(value)?;
        let posted_minor = self.value.minor() - after.minor();
        fifo::remove(&mut self.layers, &taken)?;
        (self.on_hand, self.value, self.last_cost) = (on_hand, after, last_cost);
        Ok(IssueCost { quantity, value, taken, posted_minor })
    }

    /// Back at the cost it went out at and, under FIFO, into the layers it came from, or the layer of that number where
    /// it came from none: as though less had been issued.
    pub fn take_back(
        &mut self,
        number: i64,
        issue: &mut IssueCost,
        quantity: Quantity,
    ) -> Result<(Received, Vec<Taken>), CostingError> {
        check_positive(quantity)?;
        if quantity > issue.quantity {
            return Err(CostingError::MoreThanIssued { wanted: quantity, left: issue.quantity });
        }
        let (mut after, mut rest, mut sum) = (self.clone(), issue.clone(), None);
        let mut given = rest.give_back(quantity)?;
        for part in &mut given {
            let layer = *part.layer.get_or_insert(number);
            let received = after.take_in(layer, part.quantity, part.value)?;
            sum = Some(sum.map_or(Ok(received), |sum: Received| sum.and(received))?);
        }
        let received = sum.ok_or(CostingError::Inconsistent)?;
        (*self, *issue) = (after, rest);
        Ok((received, given))
    }

    fn take_in(&mut self, number: i64, quantity: Quantity, value: Value) -> Result<Received, CostingError> {
        let on_hand = kept(self.on_hand.checked_add(quantity))?;
        let mut variance = Value::ZERO;
        let mut settlement = None;
        if let Method::Standard { unit_minor } = self.method {
            variance = value.minus(standard::value(quantity, unit_minor)?)?;
        } else if self.on_hand < Quantity::ZERO {
            let short = Rate { value: self.value.negated(), quantity: -self.on_hand };
            settlement = Some(moving_average::settle(short, Rate { value, quantity })?);
        }
        let settled = settlement.unwrap_or_default();
        let stock = value.minus(variance)?.minus(settled.difference)?;
        let after = self.value.plus(stock)?;
        let posted_minor = after.minor() - self.value.minor();
        let left = quantity.saturating_sub(settled.quantity);
        if self.method == Method::Fifo && left.is_positive() {
            let rest = Rate { value: value.minus(settled.actual)?, quantity: left };
            fifo::put(&mut self.layers, number, rest)?;
        }
        (self.on_hand, self.value) = (on_hand, after);
        Ok(Received { quantity, value, stock, variance, settlement, posted_minor })
    }

    /// What an issue takes of the stock that is there, and the last cost known once it has.
    fn draw(&self, quantity: Quantity) -> Result<(Vec<Taken>, Option<Rate>), CostingError> {
        if !quantity.is_positive() {
            return Ok((Vec::new(), self.last_cost));
        }
        let stock = Rate { value: self.value, quantity: self.on_hand };
        let of_pool = |value: Value| (vec![Taken { layer: None, quantity, value }], Some(stock));
        match self.method {
            Method::Fifo => fifo::take(&self.layers, quantity),
            Method::MovingAverage => Ok(of_pool(stock.of(quantity)?)),
            Method::Standard { unit_minor } => Ok(of_pool(standard::value(quantity, unit_minor)?)),
        }
    }

    /// Nothing, for what was never received: the settlement is then all of its cost.
    fn provisional(&self, quantity: Quantity, last_cost: Option<Rate>) -> Result<Value, CostingError> {
        match (self.method, last_cost) {
            (Method::Standard { unit_minor }, _) => standard::value(quantity, unit_minor),
            (_, Some(last)) => last.of(quantity),
            (_, None) => Ok(Value::ZERO),
        }
    }
}

impl Received {
    fn and(self, other: Self) -> Result<Self, CostingError> {
        let settlement = match (self.settlement, other.settlement) {
            (Some(one), Some(two)) => Some(one.and(two)?),
            (one, two) => one.or(two),
        };
        Ok(Self {
            quantity: self.quantity.checked_add(other.quantity).map_err(|_| CostingError::TooLarge)?,
            value: self.value.plus(other.value)?,
            stock: self.stock.plus(other.stock)?,
            variance: self.variance.plus(other.variance)?,
            settlement,
            posted_minor: self.posted_minor + other.posted_minor,
        })
    }

    /// As it is written down: what came in, and what of its value is none of the stock's. `taken` says into which layers.
    pub fn changes(&self, kind: EntryKind, taken: Vec<Taken>) -> Vec<Change> {
        let settled = self.settlement.unwrap_or_default().difference;
        let came_in = Change { taken, ..Change::new(kind, self.quantity, self.value) };
        let settled = Change::of_value(EntryKind::Settlement, settled.negated());
        let variance = Change::of_value(EntryKind::Variance, self.variance.negated());
        std::iter::once(came_in).chain(settled).chain(variance).collect()
    }
}

impl IssueCost {
    /// As it is written down.
    pub fn change(&self, method: Method) -> Change {
        let taken = if method == Method::Fifo { self.taken.clone() } else { Vec::new() };
        Change { taken, ..Change::new(EntryKind::Issue, -self.quantity, self.value.negated()) }
    }

    /// What that says. `None` where the change is no issue.
    pub fn of(change: &Change) -> Option<Self> {
        let (quantity, value) = (-change.quantity, change.value.negated());
        if change.kind != EntryKind::Issue || !quantity.is_positive() {
            return None;
        }
        let taken = match change.taken.as_slice() {
            [] => vec![Taken { layer: None, quantity, value }],
            taken => taken.to_vec(),
        };
        Some(Self { quantity, value, taken, posted_minor: 0 })
    }
}

fn check_positive(quantity: Quantity) -> Result<(), CostingError> {
    if quantity.is_positive() { Ok(()) } else { Err(CostingError::NotPositive) }
}

/// Within what stock may be, above or below zero.
fn kept(quantity: Result<Quantity, QuantityError>) -> Result<Quantity, CostingError> {
    let quantity = quantity.map_err(|_| CostingError::TooLarge)?;
    if (-MAX_ON_HAND..=MAX_ON_HAND).contains(&quantity) { Ok(quantity) } else { Err(CostingError::TooLarge) }
}
