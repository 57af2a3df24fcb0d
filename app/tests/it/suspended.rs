//! What a suspended member asked for before: nothing of it is done any more, whether it waits or is under way, and it ends in
//! a state that says so.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::tenant::{PASSWORD, id, invited, sign_up, until};
use serde_json::{Value, json};
use std::fmt::Write;
use testkit::Backend;

/// More than an import does between two looks of a test.
const ROWS: usize = 20_000;
const BATCH_ROWS: u64 = 100;

#[test]
fn the_jobs_of_a_suspended_member_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn the_jobs_of_a_suspended_member_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let ground = Ground::new(&backend).await;
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let grace = invited(&owner, &ground.mail(), json!({ "role": "member" }), PASSWORD).await;
        let clerk = node.client().with_token(&grace.access());
        let member = format!("/users/members/{}", grace.member);
        node.stop();

        // Nobody does jobs here, so they wait.
        let node = ground.start("api");
        let [owner, clerk] = [owner, clerk].map(|client| client.at(&node.url));
        let waiting = [import(&clerk, 1).await, report(&clerk).await];
        owner.post(&format!("{member}/suspend"), json!({})).await.expect(200);
        node.stop();
        let node = ground.start("all");
        let [owner, clerk] = [owner, clerk].map(|client| client.at(&node.url));
        for path in waiting {
            let ended = refused(&owner, &path).await;
            let done = ended.get("rows_done").or(ended.get("rows_written"));
            assert_eq!(done, Some(&json!(0)), "{ended}");
        }

        owner.post(&format!("{member}/resume"), json!({})).await.expect(200);
        let path = import(&clerk, ROWS).await;
        until(&owner, &path, "it is under way", |run| done(run) > 0).await;
        owner.post(&format!("{member}/suspend"), json!({})).await.expect(200);
        let when_suspended = done(&owner.get(&path).await.expect(200));
        let ended = refused(&owner, &path).await;
        // The batch that was being done is told of.
        assert!(done(&ended) <= when_suspended + BATCH_ROWS, "{when_suspended} rows, then {ended}");
        assert!(done(&ended) < ROWS as u64, "{ended}");
        let last = format!("/inventory/items?sku={}", sku(ROWS - 1));
        assert_eq!(owner.get(&last).await.expect(200)["data"], json!([]));
        node.stop();
    });
}

/// The path of a run.
async fn import(by: &Client, rows: usize) -> String {
    let mut file = "sku,name\n".to_owned();
    for row in 0..rows {
        writeln!(file, "{},Thing {row}", sku(row)).unwrap();
    }
    let upload = by.upload("/imports/uploads?file_name=things.csv", "text/csv", file).await.expect(201);
    let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
    let run = json!({
        "upload_id": id(&upload), "target": "inventory.items", "mode": "apply", "mapping": mapping,
    });
    format!("/imports/runs/{}", id(&by.post("/imports/runs", run).await.expect(202)))
}

async fn report(by: &Client) -> String {
    let run = json!({ "report": "inventory.stock_valuation", "parameters": {} });
    format!("/reports/runs/{}", id(&by.post("/reports/runs", run).await.expect(202)))
}

async fn refused(owner: &Client, path: &str) -> Value {
    let ended = until(owner, path, "it ends", |run| run["finished_at"].is_string()).await;
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(ended["failure_detail"].as_str().unwrap().contains("may no longer act"), "{ended}");
    ended
}

fn done(run: &Value) -> u64 {
    run["rows_done"].as_u64().unwrap()
}

fn sku(row: usize) -> String {
    format!("THING-{row:05}")
}
