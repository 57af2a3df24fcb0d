//! What changes a receipt that was valued already: it is taken back, or it turns out to have cost more. What of it was
//! issued meanwhile keeps what was booked; the difference is an entry of its own.

use super::{Change, CostingError, EntryKind, Method, Negative, Position, Taken, Value};
use super::{check_positive, fifo, kept, standard};
use kernel::Quantity;

impl Position {
    /// Takes `quantity` out again, with just the value that it came in with, whatever it costs by now. `from` says into
    /// which layers it went. Where that would leave the rest at no cost it can have, the change that is given back puts
    /// it right: what is left keeps its average, its layers or its standard, and nothing is worth nothing.
    pub fn withdraw(
        &mut self,
        quantity: Quantity,
        value: Value,
        from: &[Taken],
    ) -> Result<Option<Change>, CostingError> {
        check_positive(quantity)?;
        if quantity > self.on_hand && self.negative == Negative::Refused {
            return Err(CostingError::Insufficient { wanted: quantity, on_hand: self.on_hand });
        }
        let on_hand = kept(self.on_hand.checked_sub(quantity))?;
        let exact = self.value.minus(value)?;
        let there = quantity.min(self.on_hand.max(Quantity::ZERO));
        let taken = match self.method {
            Method::Fifo if there.is_positive() => fifo::take_from(&self.layers, from, there)?,
            _ => Vec::new(),
        };
        let after = match self.method {
            Method::Standard { unit_minor } => standard::value(on_hand, unit_minor)?,
            _ if on_hand < Quantity::ZERO && exact > Value::ZERO => {
                self.provisional(-on_hand, self.last_cost)?.negated()
            }
            _ if on_hand < Quantity::ZERO => exact,
            Method::Fifo => taken.iter().try_fold(self.value, |left, part| left.minus(part.value))?,
            Method::MovingAverage if on_hand == Quantity::ZERO => Value::ZERO,
            Method::MovingAverage if exact < Value::ZERO => self.value.share(on_hand, self.on_hand)?,
            Method::MovingAverage => exact,
        };
        let mut layers = self.layers.clone();
        fifo::remove(&mut layers, &taken)?;
        let correction = Change::of_value(self.kind_of_difference(), after.minus(exact)?);
        (self.on_hand, self.value, self.layers) = (on_hand, after, layers);
        Ok(correction)
    }

    /// So much more for what came in as `received`, into that layer; less where it is negative. What is still there
    /// bears its share. Of a pool nobody can tell what is still there, so as much as may be is taken to be, save `others`,
    /// which the same cost has found to be there of other receipts.
    pub fn land(
        &mut self,
        cost: Value,
        received: Quantity,
        layer: i64,
        others: Quantity,
    ) -> Result<Vec<Change>, CostingError> {
        check_positive(received)?;
        let of_layer = self.layers.get(&layer).copied();
        let there = match self.method {
            Method::Standard { .. } => Quantity::ZERO,
            Method::Fifo => of_layer.map(|layer| layer.quantity).unwrap_or_default(),
            Method::MovingAverage => self.on_hand.saturating_sub(others).max(Quantity::ZERO),
        };
        let borne = cost.share(there.min(received), received)?;
        let (after, mut layers) = (self.value.plus(borne)?, self.layers.clone());
        if let Some(layer) = layers.get_mut(&layer) {
            layer.value = layer.value.plus(borne)?;
            if layer.value < Value::ZERO {
                return Err(CostingError::NegativeValue);
            }
        }
        if self.on_hand.is_positive() && after < Value::ZERO {
            return Err(CostingError::NegativeValue);
        }
        let gone = Change::of_value(self.kind_of_difference(), borne.minus(cost)?);
        (self.value, self.layers) = (after, layers);
        Ok(Change::of_value(EntryKind::Landed, cost).into_iter().chain(gone).collect())
    }

    /// What the cost of something else turned out to be by.
    fn kind_of_difference(&self) -> EntryKind {
        match self.method {
            Method::Standard { .. } => EntryKind::Variance,
            Method::Fifo | Method::MovingAverage => EntryKind::Settlement,
        }
    }
}

/// Of a value, what each of several is worth that were made of it at once, by the weights they have; equally where
/// none has any. The last one takes what is left, so nothing is lost.
pub fn divide(value: Value, weights: &[Value]) -> Result<Vec<Value>, CostingError> {
    let weight = |weight: &Value| Quantity::from_millionths(weight.minor().max(0));
    let mut weights: Vec<Quantity> = weights.iter().map(weight).collect();
    if weights.iter().all(|weight| !weight.is_positive()) {
        weights.fill(Quantity::whole(1));
    }
    let sum = |sum: Result<Quantity, CostingError>, weight: &Quantity| {
        sum.and_then(|sum| sum.checked_add(*weight).map_err(|_| CostingError::TooLarge))
    };
    let mut whole = weights.iter().fold(Ok(Quantity::ZERO), sum)?;
    let (mut shares, mut left) = (Vec::with_capacity(weights.len()), value);
    for weight in weights {
        let share = if weight.is_positive() { left.share(weight, whole)? } else { Value::ZERO };
        left = left.minus(share)?;
        whole = whole.saturating_sub(weight);
        shares.push(share);
    }
    Ok(shares)
}
