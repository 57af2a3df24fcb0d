//! Orders of customers: what may be done to one, and what each of its lines may still get, send and take back.

mod kit;
mod said;

pub use kit::{Kit, KitOrdered, Wanted, kits_shown, open_kits};
pub use said::{are_said_by, said};

use crate::domain::movement::EnteredQuantity;
use crate::domain::share::{NoShare, Part, share_of};
use crate::domain::stock::{check_moved, check_unit_cost};
use crate::domain::text;
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ReservationId, SalesOrderId, SalesOrderLineId, WarehouseId};
use kernel::reference::{check_external_id, check_metadata};
use kernel::{Currency, Faults, Metadata, Money, Quantity};
use serde::Serialize;
use std::collections::BTreeMap;

/// Of one order, and of one shipment or return.
pub const MAX_LINES: usize = 500;
pub const MAX_CUSTOMER: usize = 200;
pub const MAX_REFERENCE: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesOrderStatus {
    Draft,
    Confirmed,
    PartlyShipped,
    /// All that was not cancelled.
    Shipped,
    Cancelled,
}

/// What somebody wants to do to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Its lines and where they come from; its texts can always be changed.
    Change,
    Confirm,
    Cancel,
    Ship,
    TakeBack,
}

impl SalesOrderStatus {
    const ALL: [Self; 5] =
        [Self::Draft, Self::Confirmed, Self::PartlyShipped, Self::Shipped, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirmed => "confirmed",
            Self::PartlyShipped => "partly_shipped",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }

    /// Where something cannot be done: what would do instead.
    pub fn check(self, action: Action) -> Result<(), &'static str> {
        match (self, action) {
            (Self::Draft, Action::Change | Action::Confirm | Action::Cancel)
            | (Self::Confirmed | Self::PartlyShipped, Action::Ship | Action::Cancel)
            | (Self::PartlyShipped | Self::Shipped, Action::TakeBack) => Ok(()),
            (Self::Draft, Action::Ship | Action::TakeBack) => Err("confirm it first"),
            (Self::Confirmed, Action::TakeBack) => Err("nothing has left yet, so ship it first"),
            (Self::Confirmed | Self::PartlyShipped, Action::Change) => {
                Err("its lines stay as they are; cancel what has not been shipped and place another order")
            }
            (Self::Confirmed | Self::PartlyShipped, Action::Confirm) => Err("ship what is allocated"),
            (Self::Shipped, _) => Err("take goods back by a return, or place another order"),
            (Self::Cancelled, _) => Err("place another order"),
        }
    }

    /// What the lines of an order that was confirmed make of it.
    pub fn of(lines: &[SalesOrderLine]) -> Self {
        let open = lines.iter().any(|line| line.open() > Quantity::ZERO);
        let shipped = lines.iter().any(|line| line.shipped > Quantity::ZERO);
        match (open, shipped) {
            (true, false) => Self::Confirmed,
            (true, true) => Self::PartlyShipped,
            (false, true) => Self::Shipped,
            (false, false) => Self::Cancelled,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesOrder {
    pub id: SalesOrderId,
    pub fields: SalesOrderFields,
    pub status: SalesOrderStatus,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SalesOrderFields {
    pub warehouse: WarehouseId,
    /// The tenant's own, unique among its orders.
    pub reference: Option<String>,
    pub customer_name: String,
    pub customer_reference: Option<String>,
    /// Of all prices.
    pub currency: Option<Currency>,
    pub placed_at: DateTime<Utc>,
    pub external_id: Option<String>,
    pub metadata: Metadata,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesOrderDetail {
    pub order: SalesOrder,
    pub lines: Vec<SalesOrderLine>,
}

/// In the unit of its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesOrderLine {
    pub id: SalesOrderLineId,
    /// In its order, from 1.
    pub position: i64,
    pub item: ItemId,
    pub quantity: Quantity,
    /// What somebody said, where it was not in the item's unit.
    pub entered: Option<EnteredQuantity>,
    pub unit_price: Option<Money>,
    /// What was ordered, where it is a part of that.
    pub kit: Option<KitOrdered>,
    /// Promised, and still here.
    pub allocated: Quantity,
    pub shipped: Quantity,
    /// Of that, what was said in the line's unit; the same of what came back.
    pub shipped_entered: Quantity,
    pub returned: Quantity,
    pub returned_entered: Quantity,
    pub cancelled: Quantity,
    /// What holds the allocated.
    pub reservation: Option<ReservationId>,
    /// There as long as it waits for stock; who waits longer has the lower one.
    pub waits_since: Option<i64>,
}

/// Why a line cannot do what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineRefusal {
    #[error("{wanted} were to leave, and {allocated} are allocated")]
    NotAllocated { wanted: Quantity, allocated: Quantity },
    #[error("{wanted} were to come back, and {out} are with the customer")]
    NotShipped { wanted: Quantity, out: Quantity },
    #[error("there would be more than can be kept")]
    TooMuch,
}

impl LineRefusal {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllocated { .. } => "not_allocated",
            Self::NotShipped { .. } => "not_shipped",
            Self::TooMuch => "too_large",
        }
    }
}

impl SalesOrderLine {
    /// What is neither shipped nor cancelled.
    pub fn open(&self) -> Quantity {
        self.quantity.saturating_sub(self.shipped).saturating_sub(self.cancelled)
    }

    /// What waits for stock.
    pub fn backordered(&self) -> Quantity {
        if self.waits_since.is_some() { self.open().saturating_sub(self.allocated) } else { Quantity::ZERO }
    }

    /// What could still come back.
    pub fn out(&self) -> Quantity {
        self.shipped.saturating_sub(self.returned)
    }

    /// By the reservation that holds it; `since` is for a line that waits on.
    pub fn allocate(
        &mut self,
        quantity: Quantity,
        reservation: Option<ReservationId>,
        since: Option<i64>,
    ) -> Result<(), LineRefusal> {
        let allocated = more(self.allocated, quantity)?;
        if allocated > self.open() {
            return Err(LineRefusal::TooMuch);
        }
        self.allocated = allocated;
        self.reservation = reservation;
        self.waits_since = if allocated == self.open() { None } else { since };
        Ok(())
    }

    /// So much of a unit, leaving; `None` where that is not the line's, so that a conversion has to tell.
    pub fn leaving(
        &self,
        quantity: Quantity,
        unit: Option<&str>,
    ) -> Option<Result<(Part, EnteredQuantity), NoShare>> {
        // What is allocated for now is no rest of the line.
        let left = if self.allocated == self.open() { self.allocated } else { Quantity::ZERO };
        share_of(self.quantity, self.entered.as_ref(), (quantity, unit), (self.shipped_entered, left))
    }

    /// So much of a unit, coming back; `out` is what the customer still has of its lot, where there is one.
    pub fn coming_back(
        &self,
        quantity: Quantity,
        unit: Option<&str>,
        out: Option<Quantity>,
    ) -> Option<Result<(Part, EnteredQuantity), NoShare>> {
        let left = out.map_or(self.out(), |out| out.min(self.out()));
        share_of(self.quantity, self.entered.as_ref(), (quantity, unit), (self.returned_entered, left))
    }

    pub fn ship(&mut self, part: Part) -> Result<(), LineRefusal> {
        let Part { quantity, entered } = part;
        if quantity > self.allocated {
            return Err(LineRefusal::NotAllocated { wanted: quantity, allocated: self.allocated });
        }
        self.shipped = more(self.shipped, quantity)?;
        self.shipped_entered = more(self.shipped_entered, entered)?;
        self.allocated = self.allocated.saturating_sub(quantity);
        if self.allocated == Quantity::ZERO {
            self.reservation = None;
        }
        Ok(())
    }

    pub fn take_back(&mut self, part: Part) -> Result<(), LineRefusal> {
        let Part { quantity, entered } = part;
        if quantity > self.out() {
            return Err(LineRefusal::NotShipped { wanted: quantity, out: self.out() });
        }
        self.returned = more(self.returned, quantity)?;
        self.returned_entered = more(self.returned_entered, entered)?;
        Ok(())
    }

    /// What it would still have got; the reservation, if there is one, holds nothing any more.
    pub fn cancel(&mut self) -> Result<Quantity, LineRefusal> {
        let open = self.open();
        self.cancelled = more(self.cancelled, open)?;
        self.allocated = Quantity::ZERO;
        self.reservation = None;
        self.waits_since = None;
        Ok(open)
    }
}

/// What each gets of what is free, one after the other; who comes later gets what is left.
pub fn allocate(wanted: &[(ItemId, Quantity)], free: &mut BTreeMap<ItemId, Quantity>) -> Vec<Quantity> {
    let take = |(item, quantity): &(ItemId, Quantity)| {
        let Some(free) = free.get_mut(item) else { return Quantity::ZERO };
        let taken = (*quantity).min(*free).max(Quantity::ZERO);
        *free = free.saturating_sub(taken);
        taken
    };
    wanted.iter().map(take).collect()
}

fn more(sum: Quantity, quantity: Quantity) -> Result<Quantity, LineRefusal> {
    sum.checked_add(quantity).map_err(|_| LineRefusal::TooMuch)
}

/// What somebody says of an order.
#[derive(Clone, Debug)]
pub struct SalesOrderInput<'a> {
    pub warehouse: WarehouseId,
    pub reference: Option<&'a str>,
    pub customer_name: &'a str,
    pub customer_reference: Option<&'a str>,
    pub currency: Option<Currency>,
    pub placed_at: DateTime<Utc>,
    pub external_id: Option<&'a str>,
    pub metadata: &'a Metadata,
}

impl SalesOrderInput<'_> {
    pub fn check(&self, faults: &mut Faults) -> SalesOrderFields {
        let customer = self.customer_reference;
        let external_id = self.external_id.map(str::to_owned);
        let external_id = check_external_id(faults, "/external_id", external_id);
        check_metadata(faults, "/metadata", self.metadata);
        SalesOrderFields {
            warehouse: self.warehouse,
            reference: text::optional_line(faults, "/reference", self.reference, MAX_REFERENCE),
            customer_name: text::line(faults, "/customer_name", self.customer_name, MAX_CUSTOMER),
            customer_reference: text::optional_line(faults, "/customer_reference", customer, MAX_REFERENCE),
            currency: self.currency,
            placed_at: self.placed_at,
            external_id,
            metadata: self.metadata.clone(),
        }
    }
}

/// A line as somebody says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineInput {
    pub item: ItemId,
    pub quantity: Quantity,
    /// The item's own where nothing is said.
    pub unit: Option<String>,
    pub unit_price: Option<Money>,
}

/// The currency of the order, which is that of its prices.
pub fn check_lines(faults: &mut Faults, lines: &[LineInput], currency: Option<Currency>) -> Option<Currency> {
    check_count(faults, lines.len());
    let first = lines.iter().find_map(|line| line.unit_price).map(|price| price.currency);
    let currency = currency.or(first);
    for (at, line) in lines.iter().take(MAX_LINES).enumerate() {
        check_moved(faults, &format!("/lines/{at}/quantity"), line.quantity);
        check_unit_cost(faults, &format!("/lines/{at}/unit_price/amount"), line.unit_price);
        let other = line.unit_price.is_some_and(|price| Some(price.currency) != currency);
        let pointer = format!("/lines/{at}/unit_price/currency");
        faults.require(!other, &pointer, "mixed_currencies", "all prices of an order are in one currency");
    }
    currency
}

pub fn check_count(faults: &mut Faults, lines: usize) {
    let allowed = (1..=MAX_LINES).contains(&lines);
    faults.require(allowed, "/lines", "out_of_range", &format!("must have from 1 to {MAX_LINES} lines"));
}

#[cfg(test)]
mod tests;
