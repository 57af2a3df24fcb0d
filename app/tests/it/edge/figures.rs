//! The figures of a node: each that the runbook names is there, and each that is there is named in the runbook.

use super::run;
use crate::house::Ground;
use crate::tenant::{id, sign_up, until};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Backend, eventually};

const RUNBOOK: &str = include_str!("../../../../runbooks/node.md");

/// Shown only once something happened that this test does not make happen.
const RARE: [&str; 1] = ["cache_evictions_total"];

/// The names in the first column of the runbook's table.
fn documented() -> BTreeSet<String> {
    let rows = RUNBOOK.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split(['{', '`']).next()).map(str::to_owned).collect()
}

#[test]
fn every_figure_is_shown_and_explained() {
    run(async {
        let mut ground = Ground::new(&Backend::Sqlite).await;
        ground.set("INSULA_JOBS__SWEEP_INTERVAL_MS", "100");
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        let item = id(&owner.post("/inventory/items", json!({ "sku": "A", "name": "A" })).await.expect(201));
        until(&owner, "/users/audit-entries", "the change is recorded", |log| log["data"] != json!([])).await;
        owner.get(&format!("/inventory/items/{item}")).await.expect(200);
        let (page, known) = eventually("all figures are there", async || {
            let page = node.client().get("/metrics").await.text;
            let lines = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
            let known: BTreeSet<String> =
                lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
            let missing = documented().into_iter().filter(|name| !known.contains(name));
            missing.into_iter().all(|name| RARE.contains(&name.as_str())).then_some((page, known))
        })
        .await;
        let documented = documented();
        let unexplained: Vec<_> = known.difference(&documented).collect();
        assert!(unexplained.is_empty(), "runbooks/node.md does not explain {unexplained:?}");
        for series in [
            "http_request_duration_seconds_bucket{method=\"POST\",endpoint=\"/api/v1/inventory/items\",status=\"201\",le=\"0.005\"}",
            "http_request_duration_seconds_bucket{method=\"POST\",endpoint=\"/api/v1/inventory/items\",status=\"201\",le=\"5\"}",
            "db_query_duration_seconds_bucket{domain=\"inventory\",le=\"0.001\"}",
            "job_duration_seconds_bucket{domain=\"inventory\",handler=\"users.append_audit_entry\",le=\"60\"}",
            "db_connections{domain=\"billing\",state=\"active\"}",
            "db_connections{domain=\"billing\",state=\"idle\"}",
            "db_connections{domain=\"billing\",state=\"waiting\"}",
            "jobs_pending{domain=\"inventory\"}",
            "cache_hits_total{",
            "cache_misses_total{",
            "cache_bytes",
        ] {
            assert!(page.contains(series), "{series} is missing in:\n{page}");
        }
        node.stop();
    });
}
