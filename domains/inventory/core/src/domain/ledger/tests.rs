//! What a movement may do, told by examples and by a model that adds everything up anew.

use super::*;
use crate::domain::place::LocationUse::{Quarantine, Storage};
use kernel::Id;
use proptest::prelude::*;
use uuid::Uuid;

const WHOLE: i64 = 1_000_000;

fn uuid(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

/// Of two warehouses, each with two shelves and a corner in quarantine.
fn place(number: usize) -> Place {
    let number = number % 6;
    let kind = if number % 3 == 2 { Quarantine } else { Storage };
    Place { warehouse: Id::from_uuid(uuid(number / 3)), location: Id::from_uuid(uuid(number)), kind }
}

fn lot(number: usize) -> LotId {
    Id::from_uuid(uuid(100 + number % 4))
}

fn item(tracking: Tracking, may_be_negative: bool) -> Balances {
    let level = Level { may_be_negative, ..Level::empty(Id::from_uuid(uuid(0))) };
    Balances::of(level, tracking)
}

fn change(at: usize, lot: Option<LotId>, quantity: i64) -> Change {
    let quantity = Quantity::from_millionths(quantity);
    Change { place: place(at), lot, quantity, promised: Promised::ToNobody }
}

/// What a change comes to that follows others.
fn check(balances: &Balances, before: &[(usize, i64)], at: usize, quantity: i64, expected: Option<Refusal>) {
    let mut balances = balances.clone();
    let lot = balances.tracking.is_tracked().then(|| lot(0));
    for (at, quantity) in before {
        balances.apply(&change(*at, lot, *quantity)).unwrap();
    }
    let unchanged = balances.clone();
    let found = balances.apply(&change(at, lot, quantity)).err();
    assert_eq!(found, expected, "{before:?}, and then {quantity} at {at}");
    assert_eq!(balances == unchanged, expected.is_some(), "all of it, or nothing");
}

#[test]
fn what_is_not_there_does_not_leave() {
    let of = Quantity::from_millionths;
    let (none, lots) = (item(Tracking::None, false), item(Tracking::Lot, false));
    for balances in [&none, &lots] {
        check(balances, &[(0, 5)], 0, -5, None);
        check(balances, &[(0, 5)], 0, -6, Some(Refusal::NotThere { wanted: of(6), there: of(5) }));
        check(balances, &[(0, 5)], 1, -1, Some(Refusal::NotThere { wanted: of(1), there: of(0) }));
    }
    check(&item(Tracking::None, true), &[(0, 5)], 1, -6, None);
    let most = MAX_ON_HAND.millionths();
    check(&none, &[(0, most)], 1, 1, Some(Refusal::TooMuch));
    check(&item(Tracking::None, true), &[(0, -most)], 1, -1, Some(Refusal::TooMuch));
}

#[test]
fn a_serial_number_is_one_piece_in_one_place() {
    let serials = item(Tracking::Serial, false);
    check(&serials, &[], 0, WHOLE, None);
    check(&serials, &[], 0, 2 * WHOLE, Some(Refusal::SerialNotOne));
    check(&serials, &[], 0, WHOLE / 2, Some(Refusal::SerialNotOne));
    check(&serials, &[(0, WHOLE)], 3, WHOLE, Some(Refusal::SerialTaken));
    check(&serials, &[(0, WHOLE), (0, -WHOLE)], 3, WHOLE, None);
}

#[test]
fn a_movement_names_a_lot_where_there_are_lots() {
    let refused = |tracking, named| item(tracking, false).apply(&change(0, named, WHOLE)).err();
    assert_eq!(refused(Tracking::None, Some(lot(0))), Some(Refusal::LotUnwanted));
    assert_eq!(refused(Tracking::Lot, None), Some(Refusal::LotMissing));
    assert_eq!(refused(Tracking::Serial, None), Some(Refusal::LotMissing));
}

#[test]
fn what_expired_covers_no_promise() {
    let mut books = Books::of(Tracking::Lot, false);
    books.move_stock(0, Some(lot(0)), 5);
    books.move_stock(0, Some(lot(1)), 5);
    books.promise(place(0).warehouse, None, 5);
    books.turn(lot(0));
    let refused = books.balances.apply(&change(0, Some(lot(1)), -1)).err();
    let (wanted, available) = (Quantity::from_millionths(1), Quantity::ZERO);
    assert_eq!(refused, Some(Refusal::Promised { wanted, available }));
    assert_eq!(books.balances.apply(&change(0, Some(lot(0)), -5)), Ok(()), "what expired may go");
}

#[test]
fn picks_are_taken_in_the_order_of_the_offer() {
    let offer = |number: usize, quantity: i32| Pick {
        location: place(number).location,
        lot: None,
        quantity: Quantity::whole(quantity),
    };
    let offered = [offer(0, 2), offer(1, 0), offer(2, 3)];
    assert_eq!(pick(offered, Quantity::whole(2)), Ok(vec![offer(0, 2)]));
    assert_eq!(pick(offered, Quantity::whole(4)), Ok(vec![offer(0, 2), offer(2, 2)]));
    assert_eq!(pick(offered, Quantity::whole(6)), Err(Quantity::whole(1)));
}

/// Five of a lot and five of another lie here, and four of the first were promised by name; who was promised any
/// takes some of that lot.
fn check_named(quantity: i64, expected: Option<Refusal>) {
    let mut books = Books::of(Tracking::Lot, false);
    books.move_stock(0, Some(lot(0)), 5);
    books.move_stock(0, Some(lot(1)), 5);
    books.promise(place(0).warehouse, Some(lot(0)), 4);
    books.promise(place(0).warehouse, None, 6);
    let takes = Change { promised: Promised::ToReceiver, ..change(0, Some(lot(0)), -quantity) };
    assert_eq!(books.balances.apply(&takes).err(), expected, "{quantity}");
}

#[test]
fn who_was_promised_any_lot_takes_none_that_others_were_promised() {
    let of = Quantity::from_millionths;
    check_named(1, None);
    check_named(2, Some(Refusal::Promised { wanted: of(2), available: of(1) }));
    check_named(5, Some(Refusal::Promised { wanted: of(5), available: of(1) }));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Move {
        at: usize,
        lot: usize,
        quantity: i64,
    },
    Promise {
        at: usize,
        lot: usize,
        by_name: bool,
        quantity: i64,
    },
    /// The nth promise, from a shelf of its warehouse.
    Ship {
        nth: usize,
        shelf: usize,
        lot: usize,
    },
    Release(usize),
    /// A lot is past its last day, or is given another one.
    Turn(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let quantity = || prop_oneof![Just(WHOLE), 1..3_000_000i64];
    let signed = prop_oneof![quantity(), quantity(), quantity().prop_map(|quantity| -quantity)];
    let moved = (0..6usize, 0..4usize, signed);
    let promised = (0..6usize, 0..4usize, any::<bool>(), quantity());
    prop_oneof![
        8 => moved.prop_map(|(at, lot, quantity)| Step::Move { at, lot, quantity }),
        5 => promised.prop_map(|(at, lot, by_name, quantity)| Step::Promise { at, lot, by_name, quantity }),
        4 => (0..8usize, 0..2usize, 0..4usize).prop_map(|(nth, shelf, lot)| Step::Ship { nth, shelf, lot }),
        2 => (0..8usize).prop_map(Step::Release),
        1 => (0..4usize).prop_map(Step::Turn),
    ]
}

/// The balances beside a model of them, which adds everything up anew.
struct Books {
    balances: Balances,
    moved: Vec<(Bin, i64)>,
    there: BTreeMap<Bin, i64>,
    promises: Vec<(WarehouseId, Option<LotId>, i64)>,
    expired: BTreeSet<LotId>,
}

impl Books {
    fn of(tracking: Tracking, may_be_negative: bool) -> Self {
        let (moved, there, promises, expired) = Default::default();
        Self { balances: item(tracking, may_be_negative), moved, there, promises, expired }
    }

    fn take(&mut self, step: Step) {
        let tracked = self.balances.tracking.is_tracked();
        let named = |number: usize| tracked.then(|| lot(number));
        match step {
            Step::Move { at, lot, quantity } => self.move_stock(at, named(lot), quantity),
            Step::Promise { at, lot, by_name, quantity } => {
                self.promise(place(at).warehouse, named(lot).filter(|_| by_name), quantity);
            }
            Step::Ship { .. } | Step::Release(_) if self.promises.is_empty() => {}
            Step::Ship { nth, shelf, lot } => self.ship(nth, shelf, named(lot)),
            Step::Release(nth) => {
                let (warehouse, named, quantity) = self.promises.remove(nth % self.promises.len());
                self.reserve(warehouse, named, -quantity);
                self.balances.level.reserved = less(self.balances.level.reserved, quantity);
                let level = self.balances.warehouses.entry(warehouse).or_default();
                level.reserved = less(level.reserved, quantity);
            }
            Step::Turn(number) => self.turn(lot(number)),
        }
    }

    fn move_stock(&mut self, at: usize, lot: Option<LotId>, quantity: i64) {
        let allowed = self.allows(&Bin::at(place(at), lot), quantity, false);
        assert_eq!(self.balances.apply(&change(at, lot, quantity)).is_ok(), allowed);
        if allowed {
            self.write_down(Bin::at(place(at), lot), quantity);
        }
    }

    fn promise(&mut self, warehouse: WarehouseId, named: Option<LotId>, quantity: i64) {
        let free = self.sum(|bin| self.is_good(bin, warehouse)) - self.promised(warehouse, None);
        let there = self.balances.warehouses.get(&warehouse).copied().unwrap_or_default();
        let expired = self.balances.expired.get(&warehouse).copied().unwrap_or_default();
        assert_eq!(there.available().millionths() - expired.millionths(), free, "what may be promised");
        let of_lot = named.map(|lot| {
            let there = self.sum(|bin| self.is_good(bin, warehouse) && bin.lot == named);
            there - self.promised(warehouse, Some(lot))
        });
        if quantity > free.min(of_lot.unwrap_or(free)) && !self.balances.level.may_be_negative {
            return;
        }
        self.promises.push((warehouse, named, quantity));
        self.reserve(warehouse, named, quantity);
        self.balances.level.reserved = less(self.balances.level.reserved, -quantity);
        let level = self.balances.warehouses.entry(warehouse).or_default();
        level.reserved = less(level.reserved, -quantity);
    }

    /// What is promised of a lot by name, which `apply` is told without what it ships.
    fn reserve(&mut self, warehouse: WarehouseId, named: Option<LotId>, quantity: i64) {
        if let Some(lot) = named {
            let of_lot = self.balances.lots.entry((warehouse, lot)).or_default();
            *of_lot = less(*of_lot, -quantity);
        }
    }

    fn ship(&mut self, nth: usize, shelf: usize, any: Option<LotId>) {
        let promise = self.promises.remove(nth % self.promises.len());
        let (warehouse, named, quantity) = promise;
        let at = (0..6).find(|at| place(*at).warehouse == warehouse).unwrap() + shelf;
        let lot = named.or(any);
        self.reserve(warehouse, named, -quantity);
        let change = Change { promised: Promised::ToReceiver, ..change(at, lot, -quantity) };
        let allowed = self.allows(&Bin::at(place(at), lot), -quantity, true);
        assert_eq!(self.balances.apply(&change).is_ok(), allowed);
        if allowed {
            self.write_down(Bin::at(place(at), lot), -quantity);
        } else {
            self.promises.push(promise);
            self.reserve(warehouse, named, quantity);
        }
    }

    fn turn(&mut self, lot: LotId) {
        let expires = self.expired.insert(lot);
        if expires {
            self.balances.expired_lots.insert(lot);
        } else {
            self.expired.remove(&lot);
            self.balances.expired_lots.remove(&lot);
        }
        let there: Vec<_> =
            self.there.iter().filter(|(bin, _)| bin.lot == Some(lot) && bin.sellable).collect();
        for (bin, quantity) in there {
            let expired = self.balances.expired.entry(bin.warehouse).or_default();
            *expired = less(*expired, if expires { -quantity } else { *quantity });
        }
    }

    fn write_down(&mut self, bin: Bin, quantity: i64) {
        self.moved.push((bin, quantity));
        *self.there.entry(bin).or_default() += quantity;
    }

    fn sum(&self, counts: impl Fn(&Bin) -> bool) -> i64 {
        self.there.iter().filter(|(bin, _)| counts(bin)).map(|(_, quantity)| quantity).sum()
    }

    fn promised(&self, warehouse: WarehouseId, named: Option<LotId>) -> i64 {
        let these = self
            .promises
            .iter()
            .filter(|(at, lot, _)| *at == warehouse && (named.is_none() || *lot == named));
        these.map(|(_, _, quantity)| quantity).sum()
    }

    fn has_expired(&self, bin: &Bin) -> bool {
        bin.lot.is_some_and(|lot| self.expired.contains(&lot))
    }

    fn is_good(&self, bin: &Bin, warehouse: WarehouseId) -> bool {
        bin.sellable && bin.warehouse == warehouse && !self.has_expired(bin)
    }

    /// The rules once more, in other words.
    fn allows(&self, bin: &Bin, quantity: i64, kept: bool) -> bool {
        let Balances { tracking, level, .. } = &self.balances;
        if *tracking == Tracking::Serial {
            let taken = quantity > 0 && self.sum(|other| other.lot == bin.lot) > 0;
            if taken || quantity.abs() != WHOLE {
                return false;
            }
        }
        if quantity > 0 || level.may_be_negative {
            return true;
        }
        let here = |other: &Bin| other.sellable && other.warehouse == bin.warehouse;
        let covers = |other: &Bin| here(other) && (kept || self.has_expired(bin) || !self.has_expired(other));
        let promised = self.promised(bin.warehouse, None);
        let named = bin.lot.map_or(0, |lot| self.promised(bin.warehouse, Some(lot)));
        let of_lot = self.sum(|other| here(other) && other.lot == bin.lot);
        self.sum(|other| other == bin) + quantity >= 0
            && (!bin.sellable
                || self.sum(covers) + quantity >= promised && (named == 0 || of_lot + quantity >= named))
    }

    /// Every balance is the sum of what was written down.
    fn prove(&self) {
        let of = |counts: &dyn Fn(&Bin) -> bool| -> i64 {
            self.moved.iter().filter(|(bin, _)| counts(bin)).map(|(_, quantity)| quantity).sum()
        };
        let Balances { level, warehouses, bins, .. } = &self.balances;
        let promised: i64 = self.promises.iter().map(|(_, _, quantity)| quantity).sum();
        let sums = [level.on_hand, level.blocked, level.reserved].map(Quantity::millionths);
        assert_eq!(sums, [of(&|_| true), of(&|bin| !bin.sellable), promised]);
        assert_eq!(level.last_sequence(), self.moved.len() as i64);
        for (warehouse, level) in warehouses {
            let promised = self.promised(*warehouse, None);
            let at = |bin: &Bin| bin.warehouse == *warehouse;
            let sums = [level.on_hand, level.blocked, level.reserved].map(Quantity::millionths);
            assert_eq!(sums, [of(&at), of(&|bin| at(bin) && !bin.sellable), promised]);
            let covered = level.available() >= Quantity::ZERO && level.blocked >= Quantity::ZERO;
            assert!(covered || self.balances.level.may_be_negative, "{level:?}");
        }
        for (bin, on_hand) in bins {
            assert_eq!(on_hand.millionths(), of(&|other| other == bin), "{bin:?}");
        }
        assert!(
            self.there.keys().all(|bin| bins.contains_key(bin) && warehouses.contains_key(&bin.warehouse))
        );
    }
}

fn less(quantity: Quantity, millionths: i64) -> Quantity {
    Quantity::from_millionths(quantity.millionths() - millionths)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A hundred times a thousand.
    #[test]
    fn the_balances_are_the_sums_of_what_was_allowed(
        kind in 0..4usize,
        steps in prop::collection::vec(step(), 1_000),
    ) {
        let tracking = [Tracking::None, Tracking::None, Tracking::Lot, Tracking::Serial][kind];
        let mut books = Books::of(tracking, kind == 1);
        for (number, step) in steps.iter().enumerate() {
            books.take(*step);
            if number % 100 == 99 {
                books.prove();
            }
        }
    }
}
