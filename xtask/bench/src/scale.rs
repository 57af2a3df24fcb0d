//! `just scale`: does inventory answer as fast with a million items and ten million movements as with a hundred items.
//! Each size is a house of its own with a process on it, and all are asked the same by turns over one connection, so that
//! the machine's mood is the same for all of them. What is compared is the 95th percentile.

use crate::house::{House, KEPT, folder};
use crate::measure::print;
use crate::options::{Scale, Stores, Which};
use crate::process::Server;
use crate::seed::{self, EVERYWHERE, FEW, LARGE_CATEGORY, MOVEMENTS_AN_ITEM, SELDOM, SMALL_CATEGORY};
use crate::setup::{Api, quieten, text};
use crate::statistic::percentile;
use crate::table::machine;
use crate::{Failure, say};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// Of the 95th percentiles of the largest and the smallest.
const MOST: f64 = 2.0;
const SIZES: [u64; 3] = [100, 10_000, 1_000_000];
const WARM_UP: Duration = Duration::from_millis(500);
/// Places in the middle of a list at which it is asked for a page.
const CURSORS: u64 = 64;
const PAGE: usize = 25;

pub fn run(options: &Scale) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut sizes = if options.items.is_empty() { SIZES.to_vec() } else { options.items.clone() };
    sizes.sort_unstable();
    sizes.dedup();
    if let Some(odd) = sizes.iter().find(|items| !items.is_multiple_of(SIZES[0])) {
        return Err(format!("--items {odd}: a multiple of {} has full pages of everything", SIZES[0]).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    print(&machine())?;
    for backend in options.stores.backends() {
        runtime.block_on(Box::pin(on(backend, options, &sizes)))?;
    }
    Ok(())
}

async fn on(backend: Which, options: &Scale, sizes: &[u64]) -> Result<(), Failure> {
    let folder = folder()?;
    let mut houses = Vec::new();
    for &items in sizes {
        houses.push(Furnished::of(backend, &options.stores, folder.path(), items).await?);
    }
    print(&format!("\n## {backend:?}\n"))?;
    print(&head(sizes))?;
    for question in Question::ALL {
        say(&format!("scale: {}", question.name()));
        print(&line(question, &question.times(&houses, options).await?))?;
    }
    print("")?;
    for Furnished { house, insula, items, .. } in houses {
        insula.stop()?;
        say(&format!("scale: verifying the books of {items} items"));
        print(&format!("{}: {}", grouped(items), house.verify()?))?;
        house.clear(options.stores.server().as_deref()).await?;
    }
    Ok(())
}

struct Furnished {
    house: House,
    insula: Server,
    api: Api,
    items: u64,
    main_warehouse: String,
}

impl Furnished {
    async fn of(backend: Which, stores: &Stores, folder: &Path, items: u64) -> Result<Self, Failure> {
        let house = stores.house(backend, folder, &format!("scale_{items}")).await?;
        let insula = house.start_insula("all")?;
        let api = Api::enter(&house, &insula).await?;
        seed::originals(&api).await?;
        let warehouses = api.get("/inventory/warehouses").await?;
        let main_warehouse = text(&warehouses["data"][0], "id")?;
        quieten(&house).await?;
        insula.stop()?;
        seed::fill(&house, items).await?;
        // Nothing but the answers: messages wait in their table.
        let insula = house.start_insula_with("api", &KEPT)?;
        let api = api.at(&insula)?;
        Ok(Self { house, insula, api, items, main_warehouse })
    }

    /// Pages after a cursor, each of the list as it was up to a time in the middle half of its rows.
    async fn pages(&self, path: &str, rows: u64, before: u64) -> Result<Vec<String>, Failure> {
        let mut pages = Vec::new();
        for number in 0..CURSORS {
            // The rows of a page are behind the cursor, and as many before it.
            let until = before + rows / 2 + 2 * PAGE as u64 + number * rows / 4 / CURSORS;
            let until = seed::created_at(until.min(before + rows))?.format("%Y-%m-%dT%H:%M:%SZ");
            let asked = format!("{path}limit={PAGE}&created_at%5Blt%5D={until}");
            let cursor = text(&self.api.get(&asked).await?, "next_cursor")?;
            pages.push(format!("{asked}&cursor={cursor}"));
        }
        Ok(pages)
    }

    /// Which item is asked for: another one each time, until all have been.
    fn item(&self, number: u64) -> u64 {
        1 + number * 7_919 % self.items
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Item,
    Items,
    LargeCategory,
    SmallCategory,
    SearchOne,
    SearchFew,
    SearchAll,
    MovementsOfItem,
    Movements,
    StockLevels,
    Reserve,
    Receive,
}

/// Where to ask, and with which body.
type Asked = (String, Option<Value>);

impl Question {
    /// What writes comes last, so that every list is as it was seeded.
    const ALL: [Self; 12] = [
        Self::Item,
        Self::Items,
        Self::LargeCategory,
        Self::SmallCategory,
        Self::SearchOne,
        Self::SearchFew,
        Self::SearchAll,
        Self::MovementsOfItem,
        Self::Movements,
        Self::StockLevels,
        Self::Reserve,
        Self::Receive,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Item => "an item",
            Self::Items => "items, a page in the middle",
            Self::LargeCategory => "items of half the catalogue's category, a page in the middle",
            Self::SmallCategory => "items of a category of 25",
            Self::SearchOne => "search for the SKU of one",
            Self::SearchFew => "search for a word of 25",
            Self::SearchAll => "search for a word of all",
            Self::MovementsOfItem => "the movements of an item",
            Self::Movements => "movements, a page in the middle",
            Self::StockLevels => "stock at a warehouse, a page in the middle",
            Self::Reserve => "reserve",
            Self::Receive => "receive",
        }
    }

    /// Rows of an answer at every size, or the speed of answers cannot be compared; of what is no list, none.
    fn rows(self) -> Option<usize> {
        match self {
            Self::Item | Self::Reserve | Self::Receive => None,
            Self::SearchOne => Some(1),
            Self::MovementsOfItem => Some(MOVEMENTS_AN_ITEM as usize),
            Self::SmallCategory | Self::SearchFew => Some(FEW as usize),
            Self::Items | Self::LargeCategory | Self::SearchAll | Self::Movements | Self::StockLevels => {
                Some(PAGE)
            }
        }
    }

    fn status(self) -> u16 {
        if matches!(self, Self::Reserve | Self::Receive) { 201 } else { 200 }
    }

    /// Where the paths have to be asked for first.
    async fn prepared(self, at: &Furnished) -> Result<Vec<String>, Failure> {
        let Furnished { items, main_warehouse, .. } = at;
        let large = format!("/inventory/items?category={LARGE_CATEGORY}&");
        let levels = format!("/inventory/stock-levels?warehouse_id={main_warehouse}&");
        match self {
            Self::Items => at.pages("/inventory/items?", *items, 0).await,
            Self::LargeCategory => at.pages(&large, *items, 0).await,
            Self::StockLevels => at.pages(&levels, *items, 0).await,
            Self::Movements => at.pages("/inventory/movements?", items * MOVEMENTS_AN_ITEM, *items).await,
            _ => Ok(Vec::new()),
        }
    }

    fn asked(self, at: &Furnished, prepared: &[String], number: u64) -> Asked {
        let item = at.item(number);
        let id = seed::id(item);
        let find = |text: &str| format!("/inventory/items?limit={PAGE}&q={text}");
        match self {
            Self::Item => (format!("/inventory/items/{id}"), None),
            Self::SmallCategory => (format!("/inventory/items?limit={PAGE}&category={SMALL_CATEGORY}"), None),
            Self::SearchOne => (find(&seed::sku(item)), None),
            Self::SearchFew => (find(SELDOM), None),
            Self::SearchAll => (find(EVERYWHERE), None),
            Self::MovementsOfItem => (format!("/inventory/movements?limit={PAGE}&item_id={id}"), None),
            Self::Items | Self::LargeCategory | Self::Movements | Self::StockLevels => {
                let chosen = usize::try_from(number).unwrap_or_default() % prepared.len().max(1);
                (prepared.get(chosen).cloned().unwrap_or_default(), None)
            }
            // So little that nothing runs out.
            Self::Reserve => {
                let body = json!({ "item_id": id, "quantity": "0.000001" });
                ("/inventory/reservations".to_owned(), Some(body))
            }
            Self::Receive => (format!("/inventory/items/{id}/receipts"), Some(json!({ "quantity": "1" }))),
        }
    }

    /// Of each house.
    async fn times(self, houses: &[Furnished], options: &Scale) -> Result<Vec<Measured>, Failure> {
        let mut runs = Vec::new();
        for at in houses {
            let prepared = self.prepared(at).await?;
            let mut run = Run { question: self, at, prepared, number: 0, measured: Ok(Vec::new()) };
            run.check().await?;
            run.ask_for(WARM_UP).await?;
            run.measured = run.measured.map(|_| Vec::new());
            runs.push(run);
        }
        for _ in 0..options.rounds {
            for run in &mut runs {
                run.ask_for(Duration::from_secs(options.seconds)).await?;
            }
        }
        Ok(runs.into_iter().map(|run| run.measured).collect())
    }
}

/// The times of all answers in milliseconds, or the status of one that was refused: so slow may an answer be.
type Measured = Result<Vec<f64>, u16>;

/// A question at one house, which goes on where it was.
struct Run<'a> {
    question: Question,
    at: &'a Furnished,
    prepared: Vec<String>,
    number: u64,
    measured: Measured,
}

impl Run<'_> {
    async fn check(&mut self) -> Result<(), Failure> {
        let Some(expected) = self.question.rows() else { return Ok(()) };
        let (path, _) = self.question.asked(self.at, &self.prepared, self.number);
        let answer = self.at.api.timed(&path, None).await?;
        if answer.status != self.question.status() {
            self.refuse(&path, answer.status, &answer.body);
            return Ok(());
        }
        let listed: Value = serde_json::from_str(&answer.body)?;
        let rows = listed["data"].as_array().map_or(0, Vec::len);
        if rows != expected {
            return Err(format!("{path} at {} items: {rows} rows, not {expected}", self.at.items).into());
        }
        Ok(())
    }

    async fn ask_for(&mut self, time: Duration) -> Result<(), Failure> {
        let end = Instant::now() + time;
        while self.measured.is_ok() && Instant::now() < end {
            let (path, body) = self.question.asked(self.at, &self.prepared, self.number);
            self.number += 1;
            let answer = self.at.api.timed(&path, body.as_ref()).await?;
            if answer.status != self.question.status() {
                self.refuse(&path, answer.status, &answer.body);
            } else if let Ok(times) = &mut self.measured {
                times.push(answer.ms);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, path: &str, status: u16, body: &str) {
        say(&format!("scale: {path} at {} items: {status}: {body}", self.at.items));
        self.measured = Err(status);
    }
}

fn head(sizes: &[u64]) -> String {
    let size = |items: &u64| format!(" {} items, p50 / p95 / p99 ms |", grouped(*items));
    let sizes_text: String = sizes.iter().map(size).collect();
    format!("| |{sizes_text} p95, largest / smallest | |\n|---|{}---|---|", "---|".repeat(sizes.len()))
}

fn line(question: Question, measured: &[Measured]) -> String {
    let figures = |measured: &Measured| match measured {
        Ok(times) => {
            let [p50, p95, p99] = [50, 95, 99].map(|of| percentile(times, of));
            format!(" {p50:.2} / {p95:.2} / {p99:.2} |")
        }
        Err(status) => format!(" refused: {status} |"),
    };
    let sizes: String = measured.iter().map(figures).collect();
    if measured.len() < 2 {
        return format!("| {} |{sizes} | |", question.name());
    }
    let [smallest, largest] = [measured.first(), measured.last()].map(|of| match of {
        Some(Ok(times)) => percentile(times, 95),
        // Nothing is as slow.
        _ => f64::INFINITY,
    });
    let (ratio, verdict) = judged(smallest, largest);
    format!("| {} |{sizes} **{ratio:.2}** | {verdict} |", question.name())
}

/// What is no number, since one of them was refused or not measured, is not within it.
fn judged(smallest: f64, largest: f64) -> (f64, &'static str) {
    let ratio = largest / smallest;
    (ratio, if ratio <= MOST && smallest.is_finite() { "within twice" } else { "**not within twice**" })
}

/// 1,000,000
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |(index, digit): (usize, char)| {
        let starts = index > 0 && (digits.len() - index).is_multiple_of(3);
        [starts.then_some(','), Some(digit)].into_iter().flatten()
    };
    digits.chars().enumerate().flat_map(comma).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_is_within_twice_and_more_is_not() {
        assert_eq!(judged(1.5, 3.0), (2.0, "within twice"));
        assert_eq!(judged(4.0, 1.0), (0.25, "within twice"));
        assert_eq!(judged(1.0, 2.01).1, "**not within twice**");
        for (smallest, largest) in [(0.0, 1.0), (0.0, 0.0), (f64::INFINITY, 1.0), (1.0, f64::INFINITY)] {
            assert_eq!(judged(smallest, largest).1, "**not within twice**", "{smallest} {largest}");
        }
    }

    #[test]
    fn a_line_compares_the_largest_with_the_smallest() {
        let times = |ms: f64| Ok((1..=100).map(|number| ms * f64::from(number)).collect::<Vec<_>>());
        let text = line(Question::Item, &[times(0.01), times(9.0), times(0.03)]);
        let expected = "| an item | 0.50 / 0.95 / 0.99 | 450.00 / 855.00 / 891.00 | 1.50 / 2.85 / 2.97 | **3.00** | \
                        **not within twice** |";
        assert_eq!(text, expected);
        let text = line(Question::Item, &[times(0.01), Err(503)]);
        assert!(text.ends_with("| refused: 503 | **inf** | **not within twice** |"), "{text}");
        assert_eq!(head(&[100, 1_000_000]).matches('|').count(), 12);
    }

    #[test]
    fn numbers_are_read_by_thousands() {
        let texts = [1, 100, 1_000, 12_345, 1_000_000].map(grouped);
        assert_eq!(texts, ["1", "100", "1,000", "12,345", "1,000,000"]);
    }
}
