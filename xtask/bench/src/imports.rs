//! `just imports`: does a retail file come in as its dry run said, does nothing come in twice, and does a large file take
//! no more memory than a small one. What does not hold ends it with a failure.

use crate::house::{House, KEPT, folder};
use crate::import_run::{Ended, Outcomes, as_planned, carry_out, dry_run, import, undo};
use crate::measure::print;
use crate::options::{Imports, Which};
use crate::process::memory;
use crate::retail::{Repeats, Retail};
use crate::setup::Api;
use crate::table::machine;
use crate::{Failure, say};
use futures::stream;
use reqwest::Body;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ITEMS: &str = "inventory.items";
const SALES: &str = "inventory.sales";
/// The most the configuration allows.
const SETTINGS: [(&str, &str); 2] = [KEPT[0], ("INSULA_HTTP__UPLOAD_LIMIT_BYTES", "10737418240")];
/// Of the memory for the large file to that for the small one.
const MOST: f64 = 2.0;
const QUIET_WITHIN: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(200);
const SAMPLE_EVERY: Duration = Duration::from_secs(1);
/// Samples.
const TELL_EVERY: usize = 30;
const RUNS: &str = "| | rows | created | updated | unchanged | refused | s | rows a second |\n\
                    |---|---|---|---|---|---|---|---|";
const SIZES: &str = "| | rows | MB | upload, s | import, s | rows a second | memory before, MB | memory, median, MB | \
                     memory, most, MB |\n|---|---|---|---|---|---|---|---|---|";

pub fn run(options: &Imports) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retail = Arc::new(match &options.file {
        Some(file) => Retail::read(file)?,
        None => Retail::made()?,
    });
    if options.rows <= retail.rows() {
        let rows = retail.rows();
        return Err(format!("--rows {}: the file itself has {rows}, give more", options.rows).into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let folder = folder()?;
    print(&machine())?;
    for backend in options.stores.backends() {
        runtime.block_on(Box::pin(on(backend, options, &retail, folder.path())))?;
    }
    Ok(())
}

async fn on(backend: Which, options: &Imports, retail: &Arc<Retail>, folder: &Path) -> Result<(), Failure> {
    let house = options.stores.house(backend, folder, &format!("imports_{backend:?}").to_lowercase()).await?;
    let insula = house.start_insula_with("all", &SETTINGS)?;
    let api = Api::enter(&house, &insula).await?;
    print(&format!("\n## {backend:?}\n\n{RUNS}"))?;
    items(&api, retail).await?;
    let created = sales(&api, retail, options.undo).await?;
    insula.stop()?;
    house.settle().await?;
    let small = Taken::of(&house, &api, Repeats::of(retail, "S", retail.rows()), &created).await?;
    let large = Taken::of(&house, &api, Repeats::of(retail, "L", options.rows), &created).await?;
    print(&format!("\n{SIZES}\n{}\n{}", small.line("small"), large.line("large")))?;
    let (ratios, memory) = ratios(&small, &large);
    print(&ratios)?;
    say("imports: verifying the books");
    print(&format!("\n{}", house.verify()?))?;
    house.clear(options.stores.server().as_deref()).await?;
    if memory > MOST {
        return Err(format!("the large file takes {memory:.2} times the memory of the small one").into());
    }
    Ok(())
}

/// One item for each code of the file.
async fn items(api: &Api, retail: &Retail) -> Result<(), Failure> {
    let (file, codes) = retail.items()?;
    say(&format!("imports: {codes} items"));
    let upload = api.upload("items.csv", Body::from(file)).await?;
    let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
    let run = import(api, &upload, ITEMS, &mapping).await?;
    print(&run.line("items"))?;
    same("items that were created", run.created, codes)
}

fn of_sales() -> Value {
    json!({
        "document": { "column": "InvoiceNo" },
        "sku": { "column": "StockCode" },
        "quantity": { "column": "Quantity" },
        "sold_at": { "column": "InvoiceDate" },
        "unit_price": { "column": "UnitPrice", "decimals": 2 },
        "currency": { "value": "GBP" },
        "customer": { "column": "CustomerID" },
    })
}

/// The file by its plan, then what may change nothing. Says of each row whether it created something.
async fn sales(api: &Api, retail: &Retail, with_undo: bool) -> Result<Vec<bool>, Failure> {
    let rows = retail.rows();
    say(&format!("imports: {rows} rows, dry and for real"));
    let upload = api.upload("retail.csv", Body::from(retail.text().to_owned())).await?;
    same("rows of the upload", upload["row_count"].as_u64().unwrap_or_default(), rows)?;
    let plan = dry_run(api, &upload, SALES, &of_sales()).await?;
    print(&plan.line("dry run"))?;
    let first = carry_out(api, &plan).await?;
    print(&first.line("import by the plan"))?;
    say("imports: reading what was said of each row");
    let outcomes = as_planned(api, &plan, &first).await?;
    print(&format!("\n{}\n\n{RUNS}", account(&first, &outcomes, rows)?))?;

    say("imports: what was imported already");
    let again = import(api, &upload, SALES, &of_sales()).await?;
    print(&again.line("the same again"))?;
    nothing_new(&again, first.created)?;
    let shuffled = api.upload("shuffled.csv", Body::from(retail.shuffled()?)).await?;
    let shuffled = import(api, &shuffled, SALES, &of_sales()).await?;
    print(&shuffled.line("shuffled"))?;
    same("rows of the shuffled file", shuffled.rows, rows)?;
    nothing_new(&shuffled, first.created)?;
    let (half, middle) = retail.second_half()?;
    let half = api.upload("half.csv", Body::from(half)).await?;
    let half = import(api, &half, SALES, &of_sales()).await?;
    print(&half.line("its second half"))?;
    let of_half = outcomes.created[middle..].iter().filter(|created| **created).count();
    nothing_new(&half, of_half as u64)?;

    if with_undo {
        back_and_again(api, &upload, &first).await?;
    }
    Ok(outcomes.created)
}

/// How many rows were refused by which rules; a fault where they and those that created do not make up the file.
fn account(run: &Ended, outcomes: &Outcomes, rows: u64) -> Result<String, Failure> {
    let created = outcomes.created.iter().filter(|created| **created).count() as u64;
    let refused: u64 = outcomes.refused.values().sum();
    same("results", outcomes.created.len() as u64, rows)?;
    same("rows that were created, by their results", created, run.created)?;
    same("rows that were refused, by their results", refused, run.refused)?;
    same("rows that were created or refused", created + refused, rows)?;
    if created == 0 {
        return Err("no row of the file was created".into());
    }
    let mut text = format!("| of {rows} rows | |\n|---|---|\n| created | {created} |");
    for (rules, rows) in &outcomes.refused {
        text.push_str(&format!("\n| refused: {rules} | {rows} |"));
    }
    Ok(text)
}

/// Of a file whose lines are there already.
fn nothing_new(run: &Ended, there: u64) -> Result<(), Failure> {
    same("rows that were created again", run.created, 0)?;
    same("rows that were updated", run.updated, 0)?;
    same("rows that are there already", run.unchanged, there)?;
    same("rows there already and rows refused", run.unchanged + run.refused, run.rows)
}

async fn back_and_again(api: &Api, upload: &Value, first: &Ended) -> Result<(), Failure> {
    say("imports: back and again");
    let (undone, kept, time) = undo(api, first).await?;
    print(&format!("| undo | {undone} | | | | | {:.1} | |", time.as_secs_f64()))?;
    same("rows that were undone", undone, first.created)?;
    same("rows that stayed", kept, 0)?;
    let again = import(api, upload, SALES, &of_sales()).await?;
    print(&again.line("again after the undo"))?;
    same("rows that were created after the undo", again.created, first.created)?;
    same("rows that were refused after the undo", again.refused, first.refused)
}

fn same(what: &str, found: u64, expected: u64) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found}, not {expected}").into()) }
}

/// What a file of a size took, in a process that had done nothing before.
struct Taken {
    rows: u64,
    bytes: u64,
    upload: Duration,
    run: Ended,
    before: u64,
    median: u64,
    most: u64,
}

impl Taken {
    async fn of(house: &House, api: &Api, file: Repeats, created: &[bool]) -> Result<Self, Failure> {
        let rows = file.rows();
        say(&format!("imports: a file of {rows} rows"));
        let expected = (0u64..).zip(created.iter().cycle()).take_while(|(number, _)| *number < rows);
        let expected = expected.filter(|(_, created)| **created).count() as u64;
        let insula = house.start_insula_with("all", &SETTINGS)?;
        let api = api.at(&insula)?;
        quiet(house).await?;
        let (before, _) = memory(insula.id())?;
        let work = async {
            let begun = Instant::now();
            let upload = api.upload("repeated.csv", Body::wrap_stream(stream::iter(file))).await?;
            let time = begun.elapsed();
            same("rows of the upload", upload["row_count"].as_u64().unwrap_or_default(), rows)?;
            let run = import(&api, &upload, SALES, &of_sales()).await?;
            Ok::<_, Failure>((upload["size_bytes"].as_u64().unwrap_or_default(), time, run))
        };
        let ((bytes, upload, run), mut samples) = watched(insula.id(), work).await?;
        let (_, most) = memory(insula.id())?;
        insula.stop()?;
        same("rows of the run", run.rows, rows)?;
        same("rows of other documents that were created", run.created, expected)?;
        same("rows that were created or refused", run.created + run.refused, rows)?;
        samples.sort_unstable();
        let median = samples.get(samples.len() / 2).copied().unwrap_or(before);
        Ok(Self { rows, bytes, upload, run, before, median, most })
    }

    fn line(&self, name: &str) -> String {
        let Self { rows, bytes, upload, run, before, median, most } = self;
        let [bytes, before, median, most] = [bytes, before, median, most].map(|bytes| *bytes as f64 / 1e6);
        format!(
            "| {name} | {rows} | {bytes:.1} | {:.1} | {:.1} | {:.0} | {before:.0} | {median:.0} | {most:.0} |",
            upload.as_secs_f64(),
            run.time.as_secs_f64(),
            run.rows_a_second(),
        )
    }
}

/// Large to small, as a line, and that of the memory.
fn ratios(small: &Taken, large: &Taken) -> (String, f64) {
    let ratio = |of: fn(&Taken) -> f64| of(large) / of(small);
    let memory = ratio(|sized| sized.most as f64);
    let line = format!(
        "| large / small | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} | {:.2} | **{memory:.2}** |",
        ratio(|sized| sized.rows as f64),
        ratio(|sized| sized.bytes as f64),
        ratio(|sized| sized.upload.as_secs_f64()),
        ratio(|sized| sized.run.time.as_secs_f64()),
        ratio(|sized| sized.run.rows_a_second()),
        ratio(|sized| sized.before as f64),
        ratio(|sized| sized.median as f64),
    );
    (line, memory)
}

/// The memory of a process each second, in bytes, while something is done.
async fn watched<T>(
    process: u32,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<(T, Vec<u64>), Failure> {
    let mut work = Box::pin(work);
    let mut clock = tokio::time::interval(SAMPLE_EVERY);
    let mut samples = Vec::new();
    loop {
        tokio::select! {
            done = &mut work => return Ok((done?, samples)),
            _ = clock.tick() => {
                let (now, most) = memory(process)?;
                samples.push(now);
                if samples.len().is_multiple_of(TELL_EVERY) {
                    let [now, most] = [now, most].map(|bytes| bytes as f64 / 1e6);
                    say(&format!("imports: {} s, {now:.0} MB, {most:.0} MB at most", samples.len()));
                }
            }
        }
    }
}

/// What earlier work has left to deliver is no part of what is measured.
async fn quiet(house: &House) -> Result<(), Failure> {
    let end = Instant::now() + QUIET_WITHIN;
    for domain in ["inventory", "imports"] {
        while !house.is_quiet(domain).await? {
            if Instant::now() > end {
                say(&format!("imports: messages of {domain} still wait, and are delivered meanwhile"));
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(created: u64, unchanged: u64, refused: u64) -> Ended {
        let rows = created + unchanged + refused;
        Ended {
            id: String::new(),
            rows,
            created,
            updated: 0,
            unchanged,
            refused,
            time: Duration::from_secs(2),
        }
    }

    #[test]
    fn what_was_there_before_creates_nothing() {
        let told = |run: &Ended| nothing_new(run, 8).map_err(|failure| failure.to_string());
        assert_eq!(told(&ended(0, 8, 2)), Ok(()));
        assert_eq!(told(&ended(1, 7, 2)), Err("rows that were created again: 1, not 0".to_owned()));
        assert_eq!(told(&ended(0, 7, 3)), Err("rows that are there already: 7, not 8".to_owned()));
    }

    #[test]
    fn created_and_refused_rows_make_up_the_file() {
        let refused = [("quantity: zero".to_owned(), 1)].into_iter().collect();
        let outcomes = Outcomes { created: vec![true, false, true], refused };
        let text = account(&ended(2, 0, 1), &outcomes, 3).unwrap();
        assert_eq!(text, "| of 3 rows | |\n|---|---|\n| created | 2 |\n| refused: quantity: zero | 1 |");
        assert!(account(&ended(2, 0, 1), &outcomes, 4).is_err());
        assert!(account(&ended(3, 0, 0), &outcomes, 3).is_err());
    }

    #[test]
    fn the_large_file_is_compared_with_the_small_one() {
        let sized = |times: u64| Taken {
            rows: 10 * times,
            bytes: 1_000_000 * times,
            upload: Duration::from_secs(times),
            run: ended(10 * times, 0, 0),
            before: 50_000_000,
            median: 60_000_000,
            most: 70_000_000,
        };
        let small = "| small | 10 | 1.0 | 1.0 | 2.0 | 5 | 50 | 60 | 70 |";
        assert_eq!(sized(1).line("small"), small);
        let (line, memory) = ratios(&sized(1), &sized(20));
        assert_eq!(line, "| large / small | 20.0 | 20.0 | 20.0 | 1.0 | 20.00 | 1.00 | 1.00 | **1.00** |");
        assert_eq!(memory, 1.0);
    }
}
