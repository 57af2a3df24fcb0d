//! Imports as they are asked for over HTTP: a run is started and waited for, and what became of its rows is read page by
//! page. Nothing is waited for without end.

use crate::Failure;
use crate::setup::{Api, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Slower than this it is not worth waiting for.
const LEAST_ROWS_A_SECOND: u64 = 100;
const PATIENCE: Duration = Duration::from_secs(120);
/// As long as no batch may take.
const STALL: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(200);
const PAGE: usize = 100;

/// How far a run or its undoing is, as pointers into the run.
struct Course {
    status: &'static str,
    rows: &'static str,
}

const IMPORT: Course = Course { status: "/status", rows: "/rows_done" };
const UNDO: Course = Course { status: "/undo/status", rows: "/undo/rows_undone" };

/// What a run came to.
#[derive(Debug)]
pub struct Ended {
    pub id: String,
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub refused: u64,
    pub time: Duration,
}

impl Ended {
    pub fn rows_a_second(&self) -> f64 {
        self.rows as f64 / self.time.as_secs_f64()
    }

    pub fn line(&self, name: &str) -> String {
        let Self { rows, created, updated, unchanged, refused, .. } = self;
        let seconds = self.time.as_secs_f64();
        let rate = self.rows_a_second();
        format!(
            "| {name} | {rows} | {created} | {updated} | {unchanged} | {refused} | {seconds:.1} | {rate:.0} |"
        )
    }
}

pub async fn dry_run(api: &Api, upload: &Value, target: &str, mapping: &Value) -> Result<Ended, Failure> {
    start(api, of_file(upload, target, mapping, "dry_run")).await
}

/// Without a plan.
pub async fn import(api: &Api, upload: &Value, target: &str, mapping: &Value) -> Result<Ended, Failure> {
    start(api, of_file(upload, target, mapping, "apply")).await
}

pub async fn carry_out(api: &Api, plan: &Ended) -> Result<Ended, Failure> {
    start(api, json!({ "plan_id": plan.id, "mode": "apply" })).await
}

fn of_file(upload: &Value, target: &str, mapping: &Value, mode: &str) -> Value {
    json!({ "upload_id": upload["id"], "target": target, "mapping": mapping, "mode": mode })
}

async fn start(api: &Api, asked: Value) -> Result<Ended, Failure> {
    let begun = Instant::now();
    let id = text(&api.post("/imports/runs", asked).await?, "id")?;
    let run = ended(api, &id, &IMPORT).await?;
    let time = begun.elapsed();
    Ok(Ended {
        rows: count(&run, "/rows_total")?,
        created: count(&run, "/rows_created")?,
        updated: count(&run, "/rows_updated")?,
        unchanged: count(&run, "/rows_unchanged")?,
        refused: count(&run, "/rows_refused")?,
        id,
        time,
    })
}

/// How many rows were undone, how many stayed, and how long it took.
pub async fn undo(api: &Api, run: &Ended) -> Result<(u64, u64, Duration), Failure> {
    let begun = Instant::now();
    api.post(&format!("/imports/runs/{}/undo", run.id), json!({})).await?;
    let undone = ended(api, &run.id, &UNDO).await?;
    Ok((count(&undone, UNDO.rows)?, count(&undone, "/undo/rows_kept")?, begun.elapsed()))
}

/// The run, once it is done. One question that is not answered is asked again.
async fn ended(api: &Api, id: &str, course: &Course) -> Result<Value, Failure> {
    let path = format!("/imports/runs/{id}");
    let begun = Instant::now();
    let (mut moved_at, mut moved) = (begun, None);
    loop {
        let told = match api.get(&path).await {
            Ok(run) => {
                match run.pointer(course.status).and_then(Value::as_str).unwrap_or_default() {
                    "done" => return Ok(run),
                    "queued" | "running" => {}
                    _ => return Err(format!("{path} did not end well: {run}").into()),
                }
                let most = Duration::from_secs(count(&run, "/rows_total")? / LEAST_ROWS_A_SECOND) + PATIENCE;
                if begun.elapsed() > most {
                    return Err(format!("{path} has not ended within {most:?}: {run}").into());
                }
                let rows = count(&run, course.rows)?;
                if moved != Some(rows) {
                    (moved_at, moved) = (Instant::now(), Some(rows));
                }
                run.to_string()
            }
            Err(failure) => failure.to_string(),
        };
        if moved_at.elapsed() > STALL {
            return Err(format!("{path} does not move any more: {told}").into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn count(run: &Value, pointer: &str) -> Result<u64, Failure> {
    let count = run.pointer(pointer).and_then(Value::as_u64);
    count.ok_or_else(|| format!("no {pointer} in {run}").into())
}

/// What became of the rows, in the order of the file.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Of each row, whether it created something.
    pub created: Vec<bool>,
    /// Rows by all the rules that they break.
    pub refused: BTreeMap<String, u64>,
}

impl Outcomes {
    fn note(&mut self, row: &Value) {
        let outcome = row["outcome"].as_str().unwrap_or_default();
        self.created.push(outcome == "created");
        if outcome == "refused" {
            *self.refused.entry(rules(row)).or_default() += 1;
        }
    }
}

/// `quantity: too_precise + sku: unknown`
fn rules(row: &Value) -> String {
    let faults = row["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rules: BTreeSet<String> = faults
        .iter()
        .map(|fault| {
            let [field, rule] = ["field", "rule"].map(|name| fault[name].as_str().unwrap_or_default());
            if field.is_empty() { rule.to_owned() } else { format!("{field}: {rule}") }
        })
        .collect();
    if rules.is_empty() {
        return "without a reason".to_owned();
    }
    rules.into_iter().collect::<Vec<_>>().join(" + ")
}

/// Of an import, each of whose rows must be what its plan said; a fault where one is not.
pub async fn as_planned(api: &Api, plan: &Ended, run: &Ended) -> Result<Outcomes, Failure> {
    let (mut planned, mut done) = (Pages::of(plan), Pages::of(run));
    let mut outcomes = Outcomes::default();
    loop {
        let (planned, done) = (planned.next(api).await?, done.next(api).await?);
        if planned.len() != done.len() {
            let line = outcomes.created.len() + 1;
            return Err(
                format!("the dry run and the import have not as many rows, from row {line} on").into()
            );
        }
        if done.is_empty() {
            return Ok(outcomes);
        }
        for (planned, done) in planned.iter().zip(&done) {
            if planned != done {
                return Err(format!("the dry run said {planned}\nand the import    {done}").into());
            }
            outcomes.note(done);
        }
        if outcomes.created.len() as u64 > run.rows {
            return Err(format!("{} has more results than its {} rows", run.id, run.rows).into());
        }
    }
}

/// The results of a run, a page at a time; an empty one at the end.
struct Pages {
    path: String,
    next: Option<String>,
}

impl Pages {
    fn of(run: &Ended) -> Self {
        let path = format!("/imports/runs/{}/rows?limit={PAGE}", run.id);
        Self { next: Some(path.clone()), path }
    }

    async fn next(&mut self, api: &Api) -> Result<Vec<Value>, Failure> {
        let Some(asked) = self.next.take() else { return Ok(Vec::new()) };
        let mut page = api.get(&asked).await?;
        self.next = page["next_cursor"].as_str().map(|cursor| format!("{}&cursor={cursor}", self.path));
        match page["data"].take() {
            Value::Array(rows) => Ok(rows),
            _ => Err(format!("{asked} has no rows: {page}").into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_rows_are_counted_by_all_that_is_wrong_with_them() {
        let mut outcomes = Outcomes::default();
        let fault = |field: &str, rule: &str| json!({ "field": field, "rule": rule });
        let malformed = json!({ "field": null, "rule": "malformed_row" });
        for (outcome, faults) in [
            ("created", vec![]),
            ("refused", vec![fault("sku", "unknown"), fault("quantity", "zero")]),
            ("refused", vec![fault("quantity", "zero"), fault("sku", "unknown")]),
            ("refused", vec![malformed]),
        ] {
            outcomes.note(&json!({ "outcome": outcome, "faults": faults }));
        }
        assert_eq!(outcomes.created, [true, false, false, false]);
        let expected = [("malformed_row", 1), ("quantity: zero + sku: unknown", 2)];
        let expected = expected.map(|(rules, rows)| (rules.to_owned(), rows));
        assert_eq!(outcomes.refused, BTreeMap::from(expected));
    }
}
