//! A line of a purchase order.

use super::{LineInput, PurchaseStatus};
use crate::domain::share::{Part, Whole};
use crate::domain::units::is_one_unit;
use inventory_contract::ItemId;
use kernel::money::round_half_even;
use kernel::{Money, Quantity};
use serde::{Deserialize, Serialize};

/// `quantity` and what came of it are of the item's unit, `entered` and the cost of the line's. All but the
/// last four stays as it was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// From 1.
    pub number: i64,
    pub item: ItemId,
    pub quantity: Quantity,
    pub entered: Quantity,
    /// The item's own where there is none.
    pub unit: Option<String>,
    /// What rounding to the item's unit left out, as `EnteredQuantity` has it.
    #[serde(default)]
    pub rounding: Option<String>,
    pub unit_cost: Money,
    /// All that ever came, but for what was recorded wrongly.
    pub received: Quantity,
    pub returned: Quantity,
    /// What is not expected any more.
    pub cancelled: Quantity,
    /// What came less what went back, of what was said in the line's unit.
    pub net_entered: Quantity,
}

/// What would come is more than was ordered and is tolerated. In the item's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverReceipt {
    /// Less what was cancelled.
    pub ordered: Quantity,
    pub would_be: Quantity,
    pub most: Quantity,
}

/// What would go back is more than is here of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotReceived {
    pub wanted: Quantity,
    pub here: Quantity,
}

impl Line {
    /// Of which nothing came yet: so much of the item's unit, as it was entered.
    pub fn ordered(
        number: i64,
        item: ItemId,
        quantity: Quantity,
        (entered, unit): (Quantity, Option<String>),
        unit_cost: Money,
    ) -> Self {
        let (received, returned, cancelled) = (Quantity::ZERO, Quantity::ZERO, Quantity::ZERO);
        let (net_entered, rounding) = (Quantity::ZERO, None);
        Self {
            number,
            item,
            quantity,
            entered,
            unit,
            rounding,
            unit_cost,
            received,
            returned,
            cancelled,
            net_entered,
        }
    }

    /// Whether somebody says what it is already. `own` is the unit of its item, where that is still there.
    pub fn is_said_by(&self, input: &LineInput, own: Option<&str>) -> bool {
        let said = (input.item, input.quantity, input.unit_cost);
        said == (self.item, self.entered, self.unit_cost)
            && is_one_unit(input.unit.as_deref(), self.unit.as_deref(), own)
    }

    /// What all of it costs, to the minor unit; `None` when that is too much.
    pub fn cost(&self) -> Option<Money> {
        self.unit_cost.times(self.entered).ok()
    }

    /// So much in the line's unit, coming in; `None` when it is too much.
    pub fn coming(&self, entered: Quantity) -> Option<Part> {
        let quantity = self.whole().part(self.net_entered, entered, self.due())?;
        Some(Part { quantity, entered })
    }

    /// So much in the line's unit, going back.
    pub fn going(&self, entered: Quantity) -> Option<Part> {
        let after = self.net_entered.checked_sub(entered).ok()?;
        let quantity = self.whole().part(after, entered, self.net())?;
        Some(Part { quantity, entered })
    }

    /// What came and did not go back.
    pub fn net(&self) -> Quantity {
        self.received.saturating_sub(self.returned)
    }

    /// What is expected to come.
    pub fn due(&self) -> Quantity {
        self.quantity.saturating_sub(self.cancelled).saturating_sub(self.net()).max(Quantity::ZERO)
    }

    /// Of that, what counts while the order is in this state.
    pub fn on_order(&self, status: PurchaseStatus) -> Quantity {
        if status.is_open() { self.due() } else { Quantity::ZERO }
    }

    /// Takes a part in, and says what it cost, if that can be kept. The costs of all parts add up to what so
    /// much costs, to the minor unit.
    pub fn receive(&mut self, part: Part, over_percent: i64) -> Result<Option<Money>, OverReceipt> {
        let would_be = self.net().saturating_add(part.quantity);
        let most = self.most(over_percent).saturating_sub(self.cancelled);
        if would_be > most {
            let ordered = self.quantity.saturating_sub(self.cancelled);
            return Err(OverReceipt { ordered, would_be, most });
        }
        let Ok(received) = self.received.checked_add(part.quantity) else { return Ok(None) };
        let cost = self.cost_up_to(received).zip(self.cost_up_to(self.received));
        let cost = cost.and_then(|(after, before)| after.checked_sub(before));
        self.received = received;
        self.net_entered = self.net_entered.saturating_add(part.entered);
        Ok(cost.map(|minor| Money::new(minor, self.unit_cost.currency)))
    }

    /// What goes back is expected again, or is not. What came beyond what was ordered is not expected anyway.
    pub fn give_back(&mut self, part: Part, replaced: bool) -> Result<(), NotReceived> {
        if part.quantity > self.net() {
            return Err(NotReceived { wanted: part.quantity, here: self.net() });
        }
        self.returned = self.returned.saturating_add(part.quantity);
        self.net_entered = self.net_entered.saturating_sub(part.entered);
        if !replaced {
            self.cancelled = self.cancelled.saturating_add(part.quantity.min(self.due()));
        }
        Ok(())
    }

    /// What was recorded as received did not come, so it is expected as before.
    pub fn take_back(&mut self, part: Part) -> Result<(), NotReceived> {
        if part.quantity > self.net() {
            return Err(NotReceived { wanted: part.quantity, here: self.net() });
        }
        self.received = self.received.saturating_sub(part.quantity);
        self.net_entered = self.net_entered.saturating_sub(part.entered);
        Ok(())
    }

    /// What was still expected, which is not any more.
    pub fn cancel_rest(&mut self) -> Quantity {
        let due = self.due();
        self.cancelled = self.cancelled.saturating_add(due);
        due
    }

    /// What of it is said in its unit is a share of this.
    pub fn whole(&self) -> Whole<'_> {
        Whole { quantity: self.quantity, entered: self.entered, rounding: self.rounding.as_deref() }
    }

    /// Rounded as a share is, so that a tenth more of the line's unit is a tenth more.
    fn most(&self, over_percent: i64) -> Quantity {
        let hundredths = i128::from(self.quantity.millionths()) * i128::from(100 + over_percent);
        let most = i64::try_from(round_half_even(hundredths, 100)).unwrap_or(i64::MAX);
        Quantity::from_millionths(most)
    }

    /// What so much of the item's unit costs, in minor units: the cost of the line's unit times what the line
    /// was entered as, over what that is in the item's. The whole part is taken first, so that no product
    /// leaves 128 bits.
    fn cost_up_to(&self, quantity: Quantity) -> Option<i64> {
        let cost = i128::from(self.unit_cost.amount_minor) * i128::from(self.entered.millionths());
        let per = i128::from(self.quantity.millionths()).max(1) * 1_000_000;
        let quantity = i128::from(quantity.millionths());
        let whole = (cost / per).checked_mul(quantity)?;
        let rest = round_half_even((cost % per).checked_mul(quantity)?, per);
        i64::try_from(whole.checked_add(rest)?).ok()
    }
}
