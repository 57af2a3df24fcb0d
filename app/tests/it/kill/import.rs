//! A round with an import: killed between its first and its last batch while clients write, it ends with each row of the
//! file done once.

use super::caller::{Caller, time};
use super::chance::Chance;
use super::nodes::Nodes;
use super::writers::Writers;
use crate::tenant::id;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const BATCH_ROWS: usize = 100;

/// Whether a kill hit the import in flight.
pub async fn round(nodes: &mut Nodes, chance: &mut Chance, caller: &Caller) -> bool {
    let file = File::draw(chance);
    let upload = caller.upload("/imports/uploads?file_name=stock.csv", "text/csv", file.text.clone()).await;
    let writers = Writers::start(caller).await;
    let started = caller.write("/imports/runs", request(&upload), 202).await;
    let path = format!("/imports/runs/{}", id(&started));

    let kills = strike(nodes, chance, caller, &path, &file).await;
    nodes.all_up().await;
    let done = caller.until(&path, "the import ends", is_over).await;
    file.check_counts(&done, [file.good.len(), 0, 0, file.refused.len()]);
    file.check_rows(&caller.all(&format!("{path}/rows")).await);
    file.check_stock(caller).await;
    check_batches(caller, &id(&started), file.rows.div_ceil(BATCH_ROWS)).await;
    writers.check().await;

    let again = caller.write("/imports/runs", request(&upload), 202).await;
    let path = format!("/imports/runs/{}", id(&again));
    let done = caller.until(&path, "the second import ends", is_over).await;
    file.check_counts(&done, [0, 0, file.good.len(), file.refused.len()]);
    file.check_stock(caller).await;
    // It was at one of the workers: once each of them was killed before its end, a kill has hit it.
    let finished_at = time(&done, "finished_at");
    let in_flight: BTreeSet<_> =
        kills.iter().filter(|kill| kill.at < finished_at).flat_map(|kill| &kill.blow).collect();
    nodes.workers().all(|worker| in_flight.contains(&worker))
}

struct Kill {
    blow: Vec<usize>,
    at: DateTime<Utc>,
}

/// Each comes when the import has got as far as chance wants, after its first batch and before its last.
async fn strike(
    nodes: &mut Nodes,
    chance: &mut Chance,
    caller: &Caller,
    path: &str,
    file: &File,
) -> Vec<Kill> {
    let blows = nodes.blows(chance);
    let batches = file.rows.div_ceil(BATCH_ROWS);
    let (mut kills, mut begin) = (Vec::new(), 1);
    for (index, blow) in blows.iter().enumerate() {
        let end = 1 + (batches - 3) * (index + 1) / blows.len();
        let wanted = chance.within(begin..end.max(begin + 1));
        begin = wanted + 1;
        let far_enough = |run: &Value| rows_done(run) >= wanted * BATCH_ROWS || is_over(run);
        let run = caller.until(path, "the import gets on", far_enough).await;
        if chance.one_in(2) {
            // Inventory has taken the next batch, which its import does not know yet.
            let taken = format!("/inventory/items?sku={}", file.next_good(rows_done(&run)));
            caller.until(&taken, "the next batch", |items| items["data"] != json!([])).await;
        } else {
            for _ in 0..chance.within(0..25) {
                caller.get(path).await;
            }
        }
        let at = nodes.kill(blow, chance).await;
        kills.push(Kill { blow: blow.clone(), at });
    }
    kills
}

fn request(upload: &Value) -> Value {
    json!({
        "upload_id": id(upload),
        "target": "inventory.items",
        "mode": "apply",
        "mapping": {
            "sku": { "column": "sku" }, "name": { "column": "name" }, "unit_cost": { "column": "cost" },
            "on_hand": { "column": "stock" }, "currency": { "value": "EUR" }, "category": { "value": "imported" },
        },
    })
}

fn rows_done(run: &Value) -> usize {
    usize::try_from(run["rows_done"].as_u64().unwrap()).unwrap()
}

fn is_over(run: &Value) -> bool {
    !["queued", "running"].contains(&run["status"].as_str().unwrap())
}

/// A file, and what must come of it.
struct File {
    text: String,
    rows: usize,
    /// What there is to be, by sku.
    good: BTreeMap<String, String>,
    /// The lines in error.
    refused: BTreeSet<u64>,
}

impl File {
    fn draw(chance: &mut Chance) -> Self {
        let rows = chance.within(900..1500);
        let (mut text, mut good, mut refused) =
            ("sku,name,cost,stock\n".to_owned(), BTreeMap::new(), BTreeSet::new());
        for row in 0..rows {
            let (sku, stock) = (sku(row), chance.within(1..500).to_string());
            let line = match chance.within(0..60) {
                0 => format!("{sku},,1.50,{stock}\n"),
                1 => format!("{sku},Thing {row},cheap,{stock}\n"),
                2 => format!("{sku},Thing {row},1.50,-{stock}\n"),
                _ => format!("{sku},Thing {row},1.50,{stock}\n"),
            };
            if line == format!("{sku},Thing {row},1.50,{stock}\n") {
                good.insert(sku, stock);
            } else {
                refused.insert(row as u64 + 2);
            }
            text.push_str(&line);
        }
        Self { text, rows, good, refused }
    }

    /// The first good row behind so many.
    fn next_good(&self, rows: usize) -> &str {
        let next = self.good.range(sku(rows)..).next().or_else(|| self.good.last_key_value());
        next.unwrap().0
    }

    /// Created, updated, unchanged, refused.
    fn check_counts(&self, run: &Value, expected: [usize; 4]) {
        let names = ["rows_created", "rows_updated", "rows_unchanged", "rows_refused"];
        assert_eq!(run["status"], "done", "{run}");
        assert_eq!(rows_done(run), self.rows, "{run}");
        assert_eq!(names.map(|name| run[name].clone()), expected.map(|count| json!(count)), "{run}");
    }

    fn check_rows(&self, rows: &[Value]) {
        let lines: Vec<_> = rows.iter().map(|row| row["line"].as_u64().unwrap()).collect();
        let expected: Vec<_> = (2..self.rows as u64 + 2).collect();
        assert_eq!(lines, expected, "each line has one result");
        for row in rows {
            let refused = self.refused.contains(&row["line"].as_u64().unwrap());
            assert_eq!(row["outcome"], if refused { "refused" } else { "created" }, "{row}");
        }
    }

    /// The good rows are there, each with one movement of its quantity.
    async fn check_stock(&self, caller: &Caller) {
        let items = caller.all("/inventory/items?category=imported").await;
        let text = |value: &Value, field: &str| value[field].as_str().unwrap().to_owned();
        let stock: Vec<_> = items.iter().map(|item| (text(item, "sku"), text(item, "on_hand"))).collect();
        let found: BTreeMap<_, _> = stock.iter().cloned().collect();
        assert_eq!(found.len(), stock.len(), "an item is there twice");
        assert_eq!(found, self.good);

        let movements = caller.all("/inventory/movements").await;
        let imported = movements.iter().filter(|movement| movement["kind"] == "import");
        let mut moved: Vec<_> =
            imported.map(|movement| (text(movement, "item_id"), text(movement, "quantity"))).collect();
        let mut expected: Vec<_> = items.iter().map(|item| (id(item), text(item, "on_hand"))).collect();
        moved.sort();
        expected.sort();
        assert_eq!(moved, expected, "each item has one movement of all its stock");
    }
}

fn sku(row: usize) -> String {
    format!("SKU-{row:05}")
}

/// Inventory says of each batch once that it took it.
async fn check_batches(caller: &Caller, run: &str, batches: usize) {
    let path = format!("/users/audit-entries?resource_id={run}&limit=100");
    let taken = |log: &Value| -> Vec<u64> {
        let entries = log["data"].as_array().unwrap().iter();
        let entries = entries.filter(|entry| entry["action"] == "inventory.items.import");
        entries.map(|entry| entry["after"]["batch"].as_u64().unwrap()).collect()
    };
    let log =
        caller.until(&path, "the batches are in the audit log", |log| taken(log).len() >= batches).await;
    let mut found = taken(&log);
    found.sort();
    assert_eq!(found, (0..batches as u64).collect::<Vec<_>>());
}
