//! `just stock`: how many reservations and movements a second there can be. Many clients at once reserve and release, and
//! then receive, of one item that all of them want, and of many. Each client keeps its connection and waits for its
//! answer. At the end the books must hold.

use crate::house::{KEPT, folder};
use crate::measure::print;
use crate::options::{Stock, Which};
use crate::setup::{Api, Timed, quieten, text};
use crate::statistic::percentile;
use crate::table::machine;
use crate::{Failure, say};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const ITEMS: [u64; 2] = [1, 1_000];
const WARM_UP: Duration = Duration::from_secs(1);
/// More than can be promised at once.
const ON_HAND: &str = "1000000";
const HEAD: &str = "| | a second | in the slowest second | p50, ms | p95, ms | p99, ms | refused |\n\
                    |---|---|---|---|---|---|---|";

pub fn run(options: &Stock) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = folder()?;
    print(&machine())?;
    for backend in options.stores.backends() {
        runtime.block_on(Box::pin(on(backend, options, folder.path())))?;
    }
    Ok(())
}

async fn on(backend: Which, options: &Stock, folder: &Path) -> Result<(), Failure> {
    let sizes = if options.items.is_empty() { ITEMS.as_slice() } else { options.items.as_slice() };
    let house = options.stores.house(backend, folder, &format!("stock_{backend:?}").to_lowercase()).await?;
    let insula = house.start_insula("all")?;
    let api = Api::enter(&house, &insula).await?;
    let most = sizes.iter().copied().max().unwrap_or_default();
    say(&format!("stock: making {most} items on {backend:?}"));
    let items = items(&api, most).await?;
    quieten(&house).await?;
    insula.stop()?;
    house.settle().await?;
    // Nothing but the answers: messages wait in their table.
    let insula = house.start_insula_with("api", &KEPT)?;
    let api = api.at(&insula)?;
    print(&format!("\n## {backend:?}, {} clients\n\n{HEAD}", options.clients))?;
    for &size in sizes {
        let wanted: Arc<[String]> = items.iter().take(usize::try_from(size)?).cloned().collect();
        for work in [Work::Promise, Work::Receive] {
            say(&format!("stock: {work:?} of {size} items"));
            work.drive(&api, &wanted, options.clients, WARM_UP).await?;
            let seconds = Duration::from_secs(options.seconds);
            let done = work.drive(&api, &wanted, options.clients, seconds).await?;
            for (step, done) in done {
                print(&line(&step.of(size), &done, options.seconds))?;
            }
        }
    }
    insula.stop()?;
    say("stock: verifying the books");
    print(&format!("\n{}", house.verify()?))?;
    house.clear(options.stores.server().as_deref()).await
}

/// Each with more than enough on hand.
async fn items(api: &Api, most: u64) -> Result<Vec<String>, Failure> {
    let mut items = Vec::new();
    for number in 0..most {
        let item = json!({ "sku": format!("CHAI-{number}"), "name": "Chai, first flush", "unit": "box" });
        let id = text(&api.post("/inventory/items", item).await?, "id")?;
        api.post(&format!("/inventory/items/{id}/receipts"), json!({ "quantity": ON_HAND })).await?;
        items.push(id);
    }
    Ok(items)
}

/// What a client does again and again.
#[derive(Clone, Copy, Debug)]
enum Work {
    /// Reserves one and gives it up.
    Promise,
    Receive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Reserve,
    Release,
    Receive,
}

impl Step {
    fn of(self, items: u64) -> String {
        let step = match self {
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Receive => "receive",
        };
        format!("{step}, {items} {}", if items == 1 { "item" } else { "items" })
    }
}

/// What was answered: when, counted from the beginning, and how long it took.
#[derive(Debug, Default)]
struct Done {
    answered: Vec<(Duration, f64)>,
    refused: u64,
}

impl Done {
    fn note(&mut self, at: Duration, status: u16, ms: f64) {
        if (200..300).contains(&status) {
            self.answered.push((at, ms));
        } else {
            self.refused += 1;
        }
    }
}

impl Work {
    async fn drive(
        self,
        api: &Api,
        items: &Arc<[String]>,
        clients: u64,
        time: Duration,
    ) -> Result<BTreeMap<Step, Done>, Failure> {
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for number in 0..clients {
            let (api, items, done) = (api.clone(), Arc::clone(items), BTreeMap::new());
            let client = Client { api, items, turn: number, clients, begun, time, done };
            running.spawn(client.work(self));
        }
        let mut all: BTreeMap<Step, Done> = BTreeMap::new();
        while let Some(client) = running.join_next().await {
            for (step, done) in client?? {
                let sum = all.entry(step).or_default();
                sum.answered.extend(done.answered);
                sum.refused += done.refused;
            }
        }
        Ok(all)
    }
}

struct Client {
    api: Api,
    items: Arc<[String]>,
    /// Whose turns come one after the other, so that clients meet only where there are fewer items than clients.
    turn: u64,
    clients: u64,
    begun: Instant,
    time: Duration,
    done: BTreeMap<Step, Done>,
}

impl Client {
    async fn work(mut self, work: Work) -> Result<BTreeMap<Step, Done>, Failure> {
        while self.begun.elapsed() < self.time {
            let item = &self.items[usize::try_from(self.turn)? % self.items.len()];
            self.turn += self.clients;
            match work {
                Work::Promise => {
                    let body = json!({ "item_id": item, "quantity": "1" });
                    let reserved = self.step(Step::Reserve, "/inventory/reservations", &body).await?;
                    if reserved.status == 201 {
                        let reservation = text(&serde_json::from_str(&reserved.body)?, "id")?;
                        let path = format!("/inventory/reservations/{reservation}/release");
                        self.step(Step::Release, &path, &json!({})).await?;
                    }
                }
                Work::Receive => {
                    let path = format!("/inventory/items/{item}/receipts");
                    self.step(Step::Receive, &path, &json!({ "quantity": "1" })).await?;
                }
            }
        }
        Ok(self.done)
    }

    async fn step(&mut self, step: Step, path: &str, body: &Value) -> Result<Timed, Failure> {
        let answer = self.api.timed(path, Some(body)).await?;
        let at = self.begun.elapsed();
        // What was begun in time and ended after it is of no second.
        if at < self.time {
            self.done.entry(step).or_default().note(at, answer.status, answer.ms);
        }
        Ok(answer)
    }
}

fn line(name: &str, done: &Done, seconds: u64) -> String {
    let times: Vec<f64> = done.answered.iter().map(|(_, ms)| *ms).collect();
    let [p50, p95, p99] = [50, 95, 99].map(|of| percentile(&times, of));
    let rate = times.len() as f64 / seconds as f64;
    let slowest = in_slowest_second(&done.answered, seconds);
    format!("| {name} | **{rate:.0}** | {slowest} | {p50:.1} | {p95:.1} | {p99:.1} | {} |", done.refused)
}

/// Zero where a second went by without an answer.
fn in_slowest_second(answered: &[(Duration, f64)], seconds: u64) -> usize {
    let mut counts = vec![0; usize::try_from(seconds).unwrap_or_default()];
    for (at, _) in answered {
        let second = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        if let Some(count) = counts.get_mut(second) {
            *count += 1;
        }
    }
    counts.into_iter().min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tenths: &[u64]) -> Vec<(Duration, f64)> {
        tenths.iter().map(|tenth| (Duration::from_millis(tenth * 100), *tenth as f64)).collect()
    }

    #[test]
    fn a_second_without_an_answer_is_the_slowest() {
        let answered = at(&[1, 2, 3, 11, 12, 21]);
        assert_eq!(in_slowest_second(&answered, 2), 2);
        assert_eq!(in_slowest_second(&answered, 3), 1);
        assert_eq!(in_slowest_second(&answered, 4), 0);
        assert_eq!(in_slowest_second(&[], 1), 0);
    }

    #[test]
    fn what_is_refused_is_counted_apart() {
        let mut done = Done::default();
        for (status, ms) in [(201, 2.0), (409, 90.0), (200, 4.0), (503, 90.0)] {
            done.note(Duration::from_millis(100), status, ms);
        }
        assert_eq!(line("reserve", &done, 2), "| reserve | **1** | 0 | 2.0 | 4.0 | 4.0 | 2 |");
    }
}
