//! Random operations over HTTP beside a simple model: places, lots, promises that end, what is taken back, and stock
//! below nothing where an item may. What the model allows is done, what it does not is refused, and the sums agree.

#![expect(clippy::print_stderr, reason = "with which steps it fails is how it is run again")]

use crate::house::{House, OWNER, Reply, call, house};
use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use testkit::Stage;

#[derive(Clone, Copy, Debug)]
enum Step {
    Receive {
        place: usize,
        lot: usize,
        quantity: i64,
    },
    /// Some of what lies there, or more than that.
    Take {
        place: usize,
        lot: usize,
        quantity: i64,
    },
    Promise {
        warehouse: usize,
        lot: Option<usize>,
        quantity: i64,
        minutes: Option<i64>,
    },
    /// The nth promise that was made and not settled, whether or not it is over.
    Ship(usize),
    Release(usize),
    /// The nth movement, counted from the newest.
    Reverse(usize),
    Pass(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let quantity = || 1..4_000_000i64;
    let at = || (0..4usize, 0..3usize, quantity());
    let promise = (0..2usize, prop::option::of(0..3usize), quantity(), prop::option::of(1..600i64));
    prop_oneof![
        5 => at().prop_map(|(place, lot, quantity)| Step::Receive { place, lot, quantity }),
        3 => at().prop_map(|(place, lot, quantity)| Step::Take { place, lot, quantity }),
        6 => promise.prop_map(|(warehouse, lot, quantity, minutes)| {
            Step::Promise { warehouse, lot, quantity, minutes }
        }),
        4 => (0..6usize).prop_map(Step::Ship),
        2 => (0..6usize).prop_map(Step::Release),
        2 => (0..12usize).prop_map(Step::Reverse),
        2 => (1..240i64).prop_map(Step::Pass),
    ]
}

/// Codes and last days; the clock begins at noon of the 15th.
const LOTS: [(&str, Option<&str>); 3] =
    [("NEVER", None), ("SOON", Some("2026-01-15")), ("LATER", Some("2026-01-16"))];

#[derive(Clone, Debug)]
struct Promise {
    id: String,
    warehouse: usize,
    lot: Option<usize>,
    quantity: i64,
    until: Option<i64>,
}

#[derive(Clone, Debug)]
struct Moved {
    id: String,
    bin: (usize, Option<usize>),
    quantity: i64,
    taken_back: bool,
}

/// One item: how much, in millionths, lies where, of which lot.
struct Model {
    item: String,
    tracked: bool,
    may_be_negative: bool,
    /// The floor of the main warehouse; floor, shelf and a corner in quarantine of the other.
    places: [String; 4],
    /// By their number in `LOTS`, once they came in.
    lots: BTreeMap<usize, String>,
    there: BTreeMap<(usize, Option<usize>), i64>,
    promises: Vec<Promise>,
    moved: Vec<Moved>,
    minutes: i64,
}

const CORNER: usize = 3;

fn warehouse_of(place: usize) -> usize {
    place.min(1)
}

fn text(millionths: i64) -> String {
    kernel::Quantity::from_millionths(millionths).to_string()
}

fn millionths(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<kernel::Quantity>().unwrap().millionths()
}

impl Model {
    fn named(&self, lot: usize) -> Option<usize> {
        self.tracked.then_some(lot)
    }

    /// Midnight comes after twelve hours.
    fn expired(&self, lot: Option<usize>) -> bool {
        match lot {
            Some(1) => self.minutes >= 12 * 60,
            Some(2) => self.minutes >= 36 * 60,
            _ => false,
        }
    }

    fn sum(&self, counts: impl Fn(usize, Option<usize>) -> bool) -> i64 {
        self.there.iter().filter(|((place, lot), _)| counts(*place, *lot)).map(|(_, quantity)| quantity).sum()
    }

    /// In storage, expired or not.
    fn stored(&self, warehouse: usize, of: impl Fn(Option<usize>) -> bool) -> i64 {
        self.sum(|place, lot| place != CORNER && warehouse_of(place) == warehouse && of(lot))
    }

    fn good(&self, warehouse: usize) -> i64 {
        self.stored(warehouse, |lot| !self.expired(lot))
    }

    fn is_over(&self, promise: &Promise) -> bool {
        promise.until.is_some_and(|until| until <= self.minutes)
    }

    fn promised(&self, warehouse: usize, lot: Option<usize>) -> i64 {
        let counts = |promise: &&Promise| {
            let of_lot = lot.is_none() || promise.lot == lot;
            promise.warehouse == warehouse && of_lot && !self.is_over(promise)
        };
        self.promises.iter().filter(counts).map(|promise| promise.quantity).sum()
    }

    /// What of the lot is good and not promised by name.
    fn free_of_lot(&self, warehouse: usize, lot: usize) -> i64 {
        let good = if self.expired(Some(lot)) { 0 } else { self.stored(warehouse, |of| of == Some(lot)) };
        good - self.promised(warehouse, Some(lot))
    }

    /// Whether so much may leave that is promised to nobody.
    fn may_leave(&self, (place, lot): (usize, Option<usize>), quantity: i64) -> bool {
        let warehouse = warehouse_of(place);
        let there = self.there.get(&(place, lot)).copied().unwrap_or_default();
        if self.may_be_negative {
            return true;
        }
        let covering =
            if self.expired(lot) { self.stored(warehouse, |_| true) } else { self.good(warehouse) };
        let covers = covering - quantity >= self.promised(warehouse, None);
        let by_name = lot.map_or(0, |_| self.promised(warehouse, lot));
        let of_lot = self.stored(warehouse, |of| of == lot) - quantity;
        quantity <= there && (place == CORNER || covers && (by_name == 0 || by_name <= of_lot))
    }

    fn wrote(&mut self, bin: (usize, Option<usize>), quantity: i64, reply: &Reply, taken_back: bool) {
        *self.there.entry(bin).or_default() += quantity;
        assert_eq!(millionths(&reply.json()["quantity"]), quantity);
        self.moved.push(Moved { id: reply.text("id"), bin, quantity, taken_back });
    }

    async fn take(&mut self, house: &House, step: Step) {
        match step {
            Step::Receive { place, lot, quantity } => {
                let lot = self.named(lot);
                let mut body = json!({ "quantity": text(quantity), "location_id": self.places[place] });
                if let Some(lot) = lot {
                    body["lot"] = json!({ "code": LOTS[lot].0, "expires_on": LOTS[lot].1 });
                }
                let reply = house.receive(&self.item, body).await.expect(201);
                if let Some(lot) = lot {
                    self.lots.insert(lot, reply.text("lot_id"));
                }
                self.wrote((place, lot), quantity, &reply, false);
            }
            Step::Take { place, lot, quantity } => {
                let lot = self.named(lot);
                let mut body = json!({ "quantity": text(-quantity), "location_id": self.places[place] });
                body["reason"] = json!("a step");
                if let Some(lot) = lot {
                    body["lot"] = json!({ "code": LOTS[lot].0 });
                }
                let reply = house.adjust(&self.item, body).await;
                if lot.is_some_and(|lot| !self.lots.contains_key(&lot)) {
                    reply.refused(422, "invalid");
                } else if self.may_leave((place, lot), quantity) {
                    self.wrote((place, lot), -quantity, &reply.expect(201), false);
                } else {
                    reply.expect(409);
                }
            }
            Step::Promise { warehouse, lot, quantity, minutes } => {
                self.promise(house, warehouse, lot, quantity, minutes).await;
            }
            Step::Ship(_) | Step::Release(_) if self.promises.is_empty() => {}
            Step::Ship(nth) => self.ship(house, nth).await,
            Step::Release(nth) => {
                let promise = self.promises.remove(nth % self.promises.len());
                let release = call(&format!("POST /reservations/{}/release", promise.id));
                let reply = house.send(release).await;
                reply.expect(if self.is_over(&promise) { 409 } else { 200 });
            }
            Step::Reverse(_) if self.moved.is_empty() => {}
            Step::Reverse(nth) => {
                let nth = self.moved.len() - 1 - nth % self.moved.len();
                let Moved { id, bin, quantity, taken_back } = self.moved[nth].clone();
                let path = format!("/movements/{id}/reversals");
                let reply = house.post(&path, json!({ "reason": "a step" })).await;
                if !taken_back && (quantity < 0 || self.may_leave(bin, quantity)) {
                    // Neither is taken back again.
                    self.moved[nth].taken_back = true;
                    self.wrote(bin, -quantity, &reply.expect(201), true);
                } else {
                    reply.expect(409);
                }
            }
            Step::Pass(minutes) => {
                self.minutes += minutes;
                house.stage.clock.advance(TimeDelta::minutes(minutes));
            }
        }
    }

    async fn promise(
        &mut self,
        house: &House,
        warehouse: usize,
        lot: Option<usize>,
        quantity: i64,
        minutes: Option<i64>,
    ) {
        let lot = lot.filter(|lot| self.tracked && self.lots.contains_key(lot));
        let until = minutes.map(|minutes| house.stage.clock.now() + TimeDelta::minutes(minutes));
        let body = json!({
            "item_id": self.item, "warehouse_id": self.places[warehouse], "quantity": text(quantity),
            "lot_id": lot.map(|lot| &self.lots[&lot]), "expires_at": until,
        });
        let free = self.good(warehouse) - self.promised(warehouse, None);
        let free = lot.map_or(free, |lot| free.min(self.free_of_lot(warehouse, lot)));
        let reply = house.reserve(body).await;
        if quantity > free && !self.may_be_negative {
            reply.refused(409, "inventory.insufficient_stock");
            return;
        }
        let until = minutes.map(|minutes| self.minutes + minutes);
        let id = reply.expect(201).text("id");
        self.promises.push(Promise { id, warehouse, lot, quantity, until });
    }

    async fn ship(&mut self, house: &House, nth: usize) {
        let promise = self.promises.remove(nth % self.promises.len());
        let reply = house.ship(&promise.id).await;
        if self.is_over(&promise) {
            reply.refused(409, "inventory.reservation_settled");
            return;
        }
        let warehouse = promise.warehouse;
        let lots = [0, 1, 2].map(|lot| self.free_of_lot(warehouse, lot).max(0));
        let free = match promise.lot {
            Some(lot) => lots[lot],
            None if self.tracked => lots.iter().sum(),
            None => self.good(warehouse),
        };
        if promise.quantity > free && !self.may_be_negative {
            reply.refused(409, "inventory.insufficient_stock");
            self.promises.push(promise);
            return;
        }
        reply.expect(200);
        let mut left = promise.quantity;
        let (mut query, mut more) = (format!("/movements?item_id={}&limit=100", self.item), true);
        // The newest come first, and those of one moment in any order, so the first page has them nearly always.
        while left > 0 && more {
            let page = house.get(&query).await.json();
            let movements = page["data"].as_array().unwrap().iter();
            for movement in movements.filter(|movement| movement["reservation_id"] == json!(promise.id)) {
                left += self.shipped(warehouse, movement);
            }
            more = page["next_cursor"].as_str().is_some_and(|cursor| {
                query = format!("/movements?item_id={}&limit=100&cursor={cursor}", self.item);
                true
            });
        }
        assert_eq!(left, 0, "all of it left");
    }

    /// How much left by this movement, below nothing.
    fn shipped(&mut self, warehouse: usize, movement: &Value) -> i64 {
        let place = self.places.iter().position(|place| movement["location_id"] == json!(place)).unwrap();
        let lot = self.lots.iter().find(|(_, id)| movement["lot_id"] == json!(id)).map(|(lot, _)| *lot);
        assert_eq!((place == CORNER, warehouse_of(place), self.expired(lot)), (false, warehouse, false));
        let quantity = millionths(&movement["quantity"]);
        let there = self.there.entry((place, lot)).or_default();
        *there += quantity;
        assert!(*there >= 0 || self.may_be_negative, "{movement}");
        let id = movement["id"].as_str().unwrap().to_owned();
        self.moved.push(Moved { id, bin: (place, lot), quantity, taken_back: false });
        quantity
    }

    async fn check(&self, house: &House) {
        let promised = self.promised(0, None) + self.promised(1, None);
        let available = self.good(0) + self.good(1) - promised;
        let expected = [self.sum(|_, _| true), promised, available].map(text);
        assert_eq!(house.stock(&self.item).await, expected);
        let bins = house.list(&format!("/bins?item_id={}", self.item)).await;
        let found = bins.iter().map(|bin| millionths(&bin["on_hand"])).filter(|on_hand| *on_hand != 0);
        let (mut found, mut there): (Vec<_>, Vec<_>) =
            (found.collect(), self.there.values().copied().filter(|on_hand| *on_hand != 0).collect());
        found.sort_unstable();
        there.sort_unstable();
        assert_eq!(found, there);
        house.verify().await;
    }
}

/// The same steps each time, unless the environment says otherwise: what fails can be run again.
struct Run {
    steps: u64,
    seed: u64,
    done: u64,
}

impl Run {
    fn of_environment() -> Self {
        let number = |name: &str, default: u64| match std::env::var(name) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a whole number, and not `{text}`")),
            Err(_) => default,
        };
        Self { steps: number("MODEL_STEPS", 1_000), seed: number("MODEL_SEED", 1), done: 0 }
    }

    fn runner(&self) -> TestRunner {
        let seed = self.seed.to_le_bytes().repeat(4);
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }

    /// Adding up takes as long as there are movements, so it is done some forty times however many steps there are.
    fn is_looked_at(&self) -> bool {
        self.done == self.steps || self.done.is_multiple_of((self.steps / 40).max(25))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, seed, done } = self;
        write!(f, "the model: MODEL_STEPS={steps} MODEL_SEED={seed}, {done} steps are done")
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{self}");
        }
    }
}

testkit::both! {
    async fn the_books_agree_with_a_model_after_any_steps(stage: Stage) {
        let house = house(stage).await;
        let north = house.warehouse("NORTH").await;
        let shelf = house.location(&north, "A-1", "storage").await;
        let corner = house.location(&north, "Q", "quarantine").await;
        let places = [house.main(), north, shelf, corner];
        let items = [
            house.item(OWNER, "PLAIN", "0").await,
            house.item_with("OWING", json!({ "may_be_negative": true })).await,
            house.item_with("LOTS", json!({ "tracking": "lot" })).await,
        ];
        let mut models = items.map(|item| {
            let (lots, there, promises, moved) = Default::default();
            let (tracked, may_be_negative, minutes) = (false, false, 0);
            let places = places.clone();
            Model { item, tracked, may_be_negative, places, lots, there, promises, moved, minutes }
        });
        models[1].may_be_negative = true;
        models[2].tracked = true;
        let mut run = Run::of_environment();
        eprintln!("{run}");
        let (mut runner, strategy) = (run.runner(), (0..3usize, step()));
        while run.done < run.steps {
            let (which, step) = strategy.new_tree(&mut runner).unwrap().current();
            models[which].take(&house, step).await;
            if let Step::Pass(minutes) = step {
                for (other, model) in models.iter_mut().enumerate() {
                    model.minutes += if other == which { 0 } else { minutes };
                }
            }
            run.done += 1;
            if run.is_looked_at() {
                for model in &models {
                    model.check(&house).await;
                }
            }
        }
    }
}
