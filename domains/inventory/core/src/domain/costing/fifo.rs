//! First in, first out: each receipt is a layer, and an issue takes the oldest first (IAS 2.27). An issue remembers what
//! it took, so that a return gives back just that.

use super::{CostingError, Rate, Taken, Value};
use kernel::Quantity;
use std::collections::BTreeMap;

/// What is left of each receipt, by its number; the oldest has the lowest.
pub type Layers = BTreeMap<i64, Rate>;

/// Of an issue, what has not been returned of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCost {
    pub quantity: Quantity,
    pub value: Value,
    /// In the order it was taken; adds up to the above.
    pub taken: Vec<Taken>,
    /// What was booked when it was issued.
    pub posted_minor: i64,
}

/// What to take of which layer, and the cost of the last one touched.
pub(super) fn take(layers: &Layers, quantity: Quantity) -> Result<(Vec<Taken>, Option<Rate>), CostingError> {
    let (mut taken, mut last_cost, mut left) = (Vec::new(), None, quantity);
    for (number, layer) in layers {
        if !left.is_positive() {
            break;
        }
        let part = left.min(layer.quantity);
        taken.push(Taken { layer: Some(*number), quantity: part, value: layer.of(part)? });
        last_cost = Some(*layer);
        left = left.saturating_sub(part);
    }
    if left.is_positive() { Err(CostingError::Inconsistent) } else { Ok((taken, last_cost)) }
}

/// Like [`take`], but of these layers first, as much of each as was once put there.
pub(super) fn take_from(
    layers: &Layers,
    first: &[Taken],
    quantity: Quantity,
) -> Result<Vec<Taken>, CostingError> {
    let (mut rest, mut taken, mut left) = (layers.clone(), Vec::new(), quantity);
    for part in first {
        let Some((number, layer)) = part.layer.and_then(|number| Some((number, *rest.get(&number)?))) else {
            continue;
        };
        let quantity = left.min(part.quantity).min(layer.quantity);
        if quantity.is_positive() {
            let part = Taken { layer: Some(number), quantity, value: layer.of(quantity)? };
            remove(&mut rest, &[part])?;
            taken.push(part);
            left = left.saturating_sub(quantity);
        }
    }
    if left.is_positive() {
        taken.extend(take(&rest, left)?.0);
    }
    Ok(taken)
}

impl IssueCost {
    /// The last taken first.
    pub fn give_back(&mut self, quantity: Quantity) -> Result<Vec<Taken>, CostingError> {
        let (mut given, mut left) = (Vec::new(), quantity);
        while left.is_positive() {
            let mut last = self.taken.pop().ok_or(CostingError::Inconsistent)?;
            let mut part = last;
            if last.quantity > left {
                part.quantity = left;
                part.value = last.value.share(left, last.quantity)?;
                last.quantity = last.quantity.saturating_sub(left);
                last.value = last.value.minus(part.value)?;
                self.taken.push(last);
            }
            left = left.saturating_sub(part.quantity);
            self.value = self.value.minus(part.value)?;
            given.push(part);
        }
        self.quantity = self.quantity.saturating_sub(quantity);
        Ok(given)
    }

    /// What came back is out again, for good as far as layers go.
    pub fn take_again(&mut self, quantity: Quantity, value: Value) -> Result<(), CostingError> {
        self.quantity = self.quantity.checked_add(quantity).map_err(|_| CostingError::TooLarge)?;
        self.value = self.value.plus(value)?;
        self.taken.push(Taken { layer: None, quantity, value });
        Ok(())
    }
}

/// Takes out what [`take`] found.
pub(super) fn remove(layers: &mut Layers, taken: &[Taken]) -> Result<(), CostingError> {
    for part in taken {
        let Some(number) = part.layer else { continue };
        let layer = layers.get_mut(&number).ok_or(CostingError::Inconsistent)?;
        layer.quantity = layer.quantity.saturating_sub(part.quantity);
        layer.value = layer.value.minus(part.value)?;
        if !layer.quantity.is_positive() {
            layers.remove(&number);
        }
    }
    Ok(())
}

/// Where its number belongs, or into what is still there of that layer.
pub(super) fn put(layers: &mut Layers, number: i64, more: Rate) -> Result<(), CostingError> {
    match layers.get_mut(&number) {
        None => drop(layers.insert(number, more)),
        Some(layer) => {
            layer.quantity = layer.quantity.checked_add(more.quantity).map_err(|_| CostingError::TooLarge)?;
            layer.value = layer.value.plus(more.value)?;
        }
    }
    Ok(())
}
