//! Stock that goes from a place to another. What has left lies in transit until it has come or is said to be lost, so
//! nothing is ever in no place.

use crate::domain::movement::EnteredQuantity;
use crate::domain::place::Place;
use crate::domain::share::{NoShare, Part, share_of};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LocationId, LotId, TransferId, WarehouseId};
use kernel::Quantity;
use serde::Serialize;

pub const MAX_LINES: usize = 200;

/// Where what is on its way to a warehouse lies.
pub const TRANSIT: &str = "TRANSIT";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStatus {
    Requested,
    InTransit,
    /// All of it came or is lost.
    Completed,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferStep {
    Ship,
    /// From place to place, with nothing on its way.
    Move,
    /// Something came or is lost, and something is still on its way.
    SettleSome,
    SettleRest,
    Cancel,
}

impl TransferStatus {
    pub const ALL: [Self; 4] = [Self::Requested, Self::InTransit, Self::Completed, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::InTransit => "in_transit",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }

    /// `None` where the step may not be taken.
    pub fn after(self, step: TransferStep) -> Option<Self> {
        match (self, step) {
            (Self::Requested, TransferStep::Ship) => Some(Self::InTransit),
            (Self::Requested, TransferStep::Move) => Some(Self::Completed),
            (Self::Requested, TransferStep::Cancel) => Some(Self::Cancelled),
            (Self::InTransit, TransferStep::SettleSome) => Some(Self::InTransit),
            (Self::InTransit, TransferStep::SettleRest) => Some(Self::Completed),
            _ => None,
        }
    }

    /// What would do instead.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Requested => "ship it first, or cancel it",
            Self::InTransit => "receive what has come, or say what is lost",
            Self::Completed => "all of it came or is lost; ask for another transfer",
            Self::Cancelled => "ask for another transfer",
        }
    }
}

/// A place as a transfer remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    pub warehouse: WarehouseId,
    pub location: LocationId,
}

impl From<Place> for Spot {
    fn from(place: Place) -> Self {
        Self { warehouse: place.warehouse, location: place.location }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub id: TransferId,
    pub from: Spot,
    pub to: Spot,
    /// Where it lies while it is on its way.
    pub transit: Option<LocationId>,
    pub status: TransferStatus,
    pub reference: Option<String>,
    pub shipped_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// With its lines, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferDetail {
    pub transfer: Transfer,
    pub lines: Vec<TransferLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferLine {
    /// From 1.
    pub line: i64,
    pub item: ItemId,
    pub lot: Option<LotId>,
    /// In the item's unit.
    pub quantity: Quantity,
    pub entered: Option<EnteredQuantity>,
    pub received: Quantity,
    pub lost: Quantity,
    /// Of both, what was said in the line's unit.
    pub settled_entered: Quantity,
}

impl TransferLine {
    /// So much of a unit, come or lost; `None` where that is not the line's, so that a conversion has to tell.
    pub fn settling(
        &self,
        quantity: Quantity,
        unit: Option<&str>,
    ) -> Option<Result<(Part, EnteredQuantity), NoShare>> {
        let so_far = (self.settled_entered, self.left());
        share_of(self.quantity, self.entered.as_ref(), (quantity, unit), so_far)
    }

    /// What of it has neither come nor is lost.
    pub fn left(&self) -> Quantity {
        let settled = self.received.millionths().saturating_add(self.lost.millionths());
        Quantity::from_millionths(self.quantity.millionths().saturating_sub(settled))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Received,
    Lost,
}

/// More of a line than is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub line: i64,
    pub wanted: Quantity,
    pub left: Quantity,
}

/// Writes down what became of some of a line.
pub fn settle(line: &mut TransferLine, outcome: Outcome, part: Part) -> Result<(), Exceeded> {
    let Part { quantity, entered } = part;
    let left = line.left();
    let exceeded = Exceeded { line: line.line, wanted: quantity, left };
    if quantity > left {
        return Err(exceeded);
    }
    let settled_entered = line.settled_entered.checked_add(entered).map_err(|_| exceeded)?;
    let sum = match outcome {
        Outcome::Received => &mut line.received,
        Outcome::Lost => &mut line.lost,
    };
    *sum = sum.checked_add(quantity).map_err(|_| exceeded)?;
    line.settled_entered = settled_entered;
    Ok(())
}

/// Whether the transfer is done with.
pub fn step_of(lines: &[TransferLine]) -> TransferStep {
    let is_left = |line: &TransferLine| line.left() > Quantity::ZERO;
    if lines.iter().any(is_left) { TransferStep::SettleSome } else { TransferStep::SettleRest }
}

/// One of the two movements by which stock goes from a place to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub place: Place,
    pub quantity: Quantity,
}

/// It comes before it leaves, so that what a warehouse promises can go from shelf to shelf of it; but a serial number
/// leaves first, since it is never in two places.
pub fn legs(from: Place, to: Place, quantity: Quantity, is_serial: bool) -> [Leg; 2] {
    let (leaves, comes) = (Leg { place: from, quantity: -quantity }, Leg { place: to, quantity });
    if is_serial { [leaves, comes] } else { [comes, leaves] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::LocationUse;
    use kernel::Id;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn check_step(status: TransferStatus, step: TransferStep, expected: Option<TransferStatus>) {
        assert_eq!(status.after(step), expected, "{status:?} {step:?}");
    }

    #[test]
    fn a_transfer_goes_one_way() {
        use TransferStatus::{Cancelled, Completed, InTransit, Requested};
        use TransferStep::{Cancel, Move, SettleRest, SettleSome, Ship};
        check_step(Requested, Ship, Some(InTransit));
        check_step(Requested, Move, Some(Completed));
        check_step(Requested, Cancel, Some(Cancelled));
        check_step(Requested, SettleSome, None);
        check_step(Requested, SettleRest, None);
        check_step(InTransit, SettleSome, Some(InTransit));
        check_step(InTransit, SettleRest, Some(Completed));
        for step in [Ship, Move, Cancel] {
            check_step(InTransit, step, None);
        }
        for status in [Completed, Cancelled] {
            for step in [Ship, Move, SettleSome, SettleRest, Cancel] {
                check_step(status, step, None);
            }
        }
        for status in TransferStatus::ALL {
            assert_eq!(TransferStatus::parse(status.name()), Some(status));
        }
        assert_eq!(TransferStatus::parse("lost"), None);
    }

    fn line(quantity: i32) -> TransferLine {
        TransferLine {
            line: 1,
            item: Id::from_uuid(Uuid::nil()),
            lot: None,
            quantity: Quantity::whole(quantity),
            entered: None,
            received: Quantity::ZERO,
            lost: Quantity::ZERO,
            settled_entered: Quantity::ZERO,
        }
    }

    #[test]
    fn what_is_said_in_the_lines_unit_is_a_share_of_it() {
        let pounds = EnteredQuantity { quantity: Quantity::whole(3), unit: "LBR".to_owned(), rounding: None };
        let quantity = Quantity::from_millionths(1_360_777);
        let mut line = TransferLine { quantity, entered: Some(pounds), ..line(0) };
        for (outcome, expected) in
            [(Outcome::Received, 453_592), (Outcome::Lost, 453_593), (Outcome::Received, 453_592)]
        {
            let (part, _) = line.settling(Quantity::whole(1), Some("lbr")).unwrap().unwrap();
            assert_eq!(part.quantity, Quantity::from_millionths(expected));
            settle(&mut line, outcome, part).unwrap();
        }
        let step = step_of(std::slice::from_ref(&line));
        assert_eq!((line.left(), step), (Quantity::ZERO, TransferStep::SettleRest));
    }

    #[test]
    fn no_more_comes_than_was_sent() {
        let mut line = line(5);
        let whole = Quantity::whole;
        let pieces = |pieces| Part::of_item(whole(pieces));
        settle(&mut line, Outcome::Received, pieces(3)).unwrap();
        settle(&mut line, Outcome::Lost, pieces(1)).unwrap();
        assert_eq!((line.left(), step_of(std::slice::from_ref(&line))), (whole(1), TransferStep::SettleSome));
        let before = line.clone();
        let exceeded = Exceeded { line: 1, wanted: whole(2), left: whole(1) };
        assert_eq!(settle(&mut line, Outcome::Received, pieces(2)), Err(exceeded));
        assert_eq!(line, before);
        settle(&mut line, Outcome::Received, pieces(1)).unwrap();
        assert_eq!(step_of(&[line]), TransferStep::SettleRest);
    }

    /// A model of a tenant: what lies where, and the lines that are on their way.
    #[derive(Debug, Default)]
    struct Model {
        lying: BTreeMap<Place, i64>,
        on_its_way: Vec<(TransferLine, Place)>,
        received: i64,
        lost: i64,
    }

    #[derive(Clone, Debug)]
    enum Step {
        Receive { at: usize, quantity: i64 },
        Move { from: usize, to: usize, quantity: i64, is_serial: bool },
        Ship { from: usize, to: usize, quantity: i64 },
        Settle { nth: usize, quantity: i64, outcome: Outcome },
    }

    /// Two shelves in each of three warehouses, and after them the transit of each.
    fn place(at: usize) -> Place {
        let (warehouse, shelf) = (at % 3, at / 3 % 2);
        let location = Id::from_uuid(Uuid::from_u128((warehouse * 10 + shelf) as u128));
        let warehouse = Id::from_uuid(Uuid::from_u128(warehouse as u128));
        Place { warehouse, location, kind: LocationUse::Storage }
    }

    fn transit(warehouse: WarehouseId) -> Place {
        let location = Id::from_uuid(Uuid::from_u128(warehouse.uuid().as_u128() + 1_000));
        Place { warehouse, location, kind: LocationUse::Transit }
    }

    impl Model {
        fn go(&mut self, from: Place, to: Place, quantity: i64, is_serial: bool) {
            for leg in legs(from, to, Quantity::from_millionths(quantity), is_serial) {
                *self.lying.entry(leg.place).or_default() += leg.quantity.millionths();
            }
        }

        fn take(&mut self, step: Step) {
            match step {
                Step::Receive { at, quantity } => {
                    *self.lying.entry(place(at)).or_default() += quantity;
                    self.received += quantity;
                }
                Step::Move { from, to, quantity, is_serial } => {
                    self.go(place(from), place(to), quantity, is_serial);
                }
                Step::Ship { from, to, quantity } => {
                    let to = place(to);
                    self.go(place(from), transit(to.warehouse), quantity, false);
                    let quantity = Quantity::from_millionths(quantity);
                    self.on_its_way.push((TransferLine { quantity, ..line(0) }, to));
                }
                Step::Settle { .. } if self.on_its_way.is_empty() => {}
                Step::Settle { nth, quantity, outcome } => {
                    let nth = nth % self.on_its_way.len();
                    let (line, to) = &mut self.on_its_way[nth];
                    let to = *to;
                    if settle(line, outcome, Part::of_item(Quantity::from_millionths(quantity))).is_err() {
                        return;
                    }
                    let from = transit(to.warehouse);
                    match outcome {
                        Outcome::Received => self.go(from, to, quantity, false),
                        Outcome::Lost => {
                            *self.lying.entry(from).or_default() -= quantity;
                            self.lost += quantity;
                        }
                    }
                }
            }
        }

        fn check(&self) {
            let sum: i64 = self.lying.values().sum();
            assert_eq!(sum, self.received - self.lost, "{self:?}");
            for warehouse in 0..3 {
                let warehouse = place(warehouse).warehouse;
                let there = self.on_its_way.iter().filter(|(_, to)| to.warehouse == warehouse);
                let left: i64 = there.map(|(line, _)| line.left().millionths()).sum();
                let lies = self.lying.get(&transit(warehouse)).copied().unwrap_or_default();
                assert_eq!(lies, left, "{self:?}");
            }
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        let (at, quantity) = (0..6usize, 1..5_000_000i64);
        let outcome = prop_oneof![Just(Outcome::Received), Just(Outcome::Lost)];
        prop_oneof![
            (at.clone(), quantity.clone()).prop_map(|(at, quantity)| Step::Receive { at, quantity }),
            (at.clone(), at.clone(), quantity.clone(), any::<bool>())
                .prop_map(|(from, to, quantity, is_serial)| Step::Move { from, to, quantity, is_serial }),
            (at.clone(), at, quantity.clone()).prop_map(|(from, to, quantity)| Step::Ship {
                from,
                to,
                quantity
            }),
            (0..50usize, quantity, outcome).prop_map(|(nth, quantity, outcome)| Step::Settle {
                nth,
                quantity,
                outcome
            }),
        ]
    }

    proptest! {
        #[test]
        fn the_total_is_what_came_less_what_is_lost(steps in prop::collection::vec(step(), 1..300)) {
            let mut model = Model::default();
            for step in steps {
                model.take(step);
                model.check();
            }
        }
    }
}
