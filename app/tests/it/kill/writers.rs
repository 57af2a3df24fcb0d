//! Clients that receive and reserve stock while nodes are killed. Each key has its effect once, whether its first
//! request was answered or broke off.

use super::caller::Caller;
use crate::tenant::id;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinHandle;

const WRITERS: usize = 3;
/// Bounds what is looked at afterwards.
const MOST_WRITES: usize = 250;
const OPENING_STOCK: u64 = 1_000_000;

pub struct Writers {
    caller: Caller,
    item: String,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Vec<Written>>>,
}

struct Written {
    key: String,
    path: String,
    body: Value,
    quantity: u64,
    /// The answer's body.
    text: String,
    broke_off: bool,
}

impl Writers {
    pub async fn start(caller: &Caller) -> Self {
        let item =
            id(&caller.write("/inventory/items", json!({ "sku": "RUSH", "name": "In demand" }), 201).await);
        let opening = json!({ "quantity": OPENING_STOCK.to_string(), "reference": "opening" });
        caller.write(&format!("/inventory/items/{item}/receipts"), opening, 201).await;
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..WRITERS).map(|writer| {
            let (caller, item, stop) = (caller.clone(), item.clone(), stop.clone());
            tokio::spawn(async move { write(&caller, &item, writer, &stop).await })
        });
        let tasks = tasks.collect();
        Self { caller: caller.clone(), item, stop, tasks }
    }

    /// Ends them and looks at what is there.
    pub async fn check(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let mut written = Vec::new();
        for task in self.tasks.drain(..) {
            written.extend(task.await.unwrap());
        }
        let (caller, item) = (&self.caller, &self.item);
        let receipts = format!("/inventory/items/{item}/receipts");
        let (received, reserved): (Vec<_>, Vec<_>) = written.iter().partition(|one| one.path == receipts);

        let mut movements = caller.all(&format!("/inventory/movements?item_id={item}")).await;
        movements.reverse();
        let sequences: Vec<_> =
            movements.iter().filter_map(|movement| movement["sequence"].as_u64()).collect();
        let expected: Vec<_> = (1..=received.len() as u64 + 1).collect();
        assert_eq!(sequences, expected, "each receipt has one movement, and there is no other");
        assert_eq!(movements.remove(0)["reference"], "opening");
        check_once("receipt", &received, &movements);
        let reservations = caller.all(&format!("/inventory/reservations?item_id={item}&status=active")).await;
        check_once("reservation", &reserved, &reservations);

        let sum = |written: &[&Written]| written.iter().map(|one| one.quantity).sum::<u64>();
        let stock = caller.get(&format!("/inventory/items/{item}")).await;
        assert_eq!(stock["on_hand"], (OPENING_STOCK + sum(&received)).to_string(), "{stock}");
        assert_eq!(stock["reserved"], sum(&reserved).to_string(), "{stock}");
        self.check_replays(&written).await;
    }

    /// What was answered is answered so again; the last ones and those that broke off are enough.
    async fn check_replays(&self, written: &[Written]) {
        let last = written.iter().rev().take(3);
        for one in written.iter().filter(|one| one.broke_off).chain(last) {
            let again = self.caller.post(&one.path, &one.body, &one.key).await;
            assert!(again.replayed(), "{} was done a second time: {}", one.key, again.told.text);
            assert_eq!(again.told.text, one.text, "{} was answered in another way", one.key);
        }
    }
}

async fn write(caller: &Caller, item: &str, writer: usize, stop: &AtomicBool) -> Vec<Written> {
    let mut written = Vec::new();
    while written.len() < MOST_WRITES && !stop.load(Ordering::Relaxed) {
        let number = written.len();
        let key = format!("writer-{writer}-{number}");
        let quantity = (number % 9 + 1) as u64;
        let (path, body) = if (number + writer).is_multiple_of(2) {
            let body = json!({ "quantity": quantity.to_string(), "reference": key });
            (format!("/inventory/items/{item}/receipts"), body)
        } else {
            let body = json!({ "item_id": item, "quantity": quantity.to_string(), "reference": key });
            ("/inventory/reservations".to_owned(), body)
        };
        let answer = caller.post(&path, &body, &key).await;
        assert_eq!(answer.told.status, 201, "{}", answer.told.text);
        let (text, broke_off) = (answer.told.text, answer.broke_off);
        written.push(Written { key, path, body, quantity, text, broke_off });
    }
    written
}

/// Each is there once, as it was acknowledged, and nothing else is.
fn check_once(what: &str, written: &[&Written], found: &[Value]) {
    let mut by_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in found {
        by_key.entry(row["reference"].as_str().unwrap()).or_default().push(row);
    }
    for one in written {
        let rows = by_key.remove(one.key.as_str()).unwrap_or_default();
        assert_eq!(rows.len(), 1, "{what} {} is there {} times: {rows:?}", one.key, rows.len());
        let told: Value = serde_json::from_str(&one.text).unwrap();
        let same = |field: &str| rows[0][field] == told[field];
        assert!(same("id") && same("quantity"), "{what} {}: told {told}, found {}", one.key, rows[0]);
    }
    assert!(by_key.is_empty(), "nobody asked for {by_key:?}");
}
