//! Imports from the request to the result of each row.

use crate::house::{House, Stage, both, call, csv, request};
use crate::warehouse::Trouble;
use jobs::Status;
use serde_json::{Value, json};

both!(
    async fn targets_say_what_they_take(stage: Stage) {
        let house = House::new(stage).await;
        let page = house.get("clerk", "/targets").await;
        assert_eq!(page["next_cursor"], Value::Null);
        assert_eq!(page["data"].as_array().unwrap().len(), 1);
        let target = &page["data"][0];
        assert_eq!(
            (&target["name"], &target["permission"]),
            (&json!("warehouse.items"), &json!("warehouse.items.write"))
        );
        let field = json!({"name": "unit_cost", "description": "The item's unit_cost", "kind": "decimal", "required": false});
        assert_eq!(target["fields"][2], field);
    }
);

both!(
    async fn a_dry_run_tells_what_the_import_does(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let upload = house.upload("owner", &csv(250)).await;
        let dry = house.run("owner", &upload, "dry_run").await;
        let dry = house.ended(&dry).await;
        check_counts(&dry, "done", 250, [250, 0, 0, 0]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id), Vec::<String>::new());

        let run = house.run("owner", &upload, "apply").await;
        let ended = house.ended(&run).await;
        check_counts(&ended, "done", 250, [250, 0, 0, 0]);
        assert_eq!(ended["requested_by"], json!(house.people.tenant.owner));
        assert_eq!(ended["mapping"], request("", "")["mapping"]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 250);
        assert_eq!(house.warehouse.batches(), [(0, 100), (1, 100), (2, 50), (0, 100), (1, 100), (2, 50)]);
        let rows = house.rows("owner", &run, "").await;
        let lines: Vec<_> = rows.iter().map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, (2..=251).collect::<Vec<_>>());
        assert!(rows.iter().all(|row| row["outcome"] == "created" && row["resource_id"].is_string()));
        assert_eq!(house.rows("owner", dry["id"].as_str().unwrap(), "").await.len(), 250);

        let again = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&again).await, "done", 250, [0, 0, 250, 0]);
        let changed = csv(250).replace("Item 7,", "Item seven,");
        let upload = house.upload("owner", &changed).await;
        let update = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&update).await, "done", 250, [0, 1, 249, 0]);

        let listed = house.get("owner", "/runs?limit=3").await;
        assert_eq!(listed["data"].as_array().unwrap().len(), 3);
        assert!(listed["next_cursor"].is_string());
        let jobs: Vec<_> =
            house.messages().await.into_iter().filter(|job| job.kind == "imports.run_import").collect();
        assert!(
            jobs.iter().all(|job| (job.progress_done, job.progress_total) == (250, Some(250))),
            "{jobs:?}"
        );
    }
);

both!(
    async fn rows_in_error_are_told_and_the_others_go_in(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let file = "id,title,price\n\
                    1,Chai,18\n\
                    2\n\
                    3,\"Aniseed\" Syrup,10\n\
                    \n\
                    5,Gumbo,cheap\n\
                    6,\"Two\nlines\",1\n\
                    8,,2\n\
                    9,\"never closed,3\n\
                    10,Konbu,6\n";
        let upload = house.upload("owner", file).await;
        for (mode, skus) in [("dry_run", &[][..]), ("apply", &["1", "10", "6"][..])] {
            let run = house.run("owner", &upload, mode).await;
            check_counts(&house.ended(&run).await, "done", 8, [3, 0, 0, 5]);
            assert_eq!(house.warehouse.skus(house.people.tenant.id), skus);
            let refused = house.rows("owner", &run, "&outcome=refused").await;
            let shown: Vec<_> = refused
                .iter()
                .map(|row| {
                    let fault = &row["faults"][0];
                    json!([row["line"], fault["column"], fault["field"], fault["value"], fault["rule"]])
                })
                .collect();
            let malformed = |line: u64, text: &str| json!([line, null, null, text, "malformed_row"]);
            let expected = [
                malformed(3, "2"),
                malformed(4, "3,\"Aniseed\" Syrup,10"),
                json!([6, "price", "unit_cost", "cheap", "not_a_number"]),
                json!([9, "title", "name", "", "required"]),
                malformed(10, "9,\"never closed,3"),
            ];
            assert_eq!(shown, expected);
            let created = house.rows("owner", &run, "&outcome=created").await;
            assert_eq!(created.iter().map(|row| row["line"].clone()).collect::<Vec<_>>(), [2, 7, 11]);
        }
    }
);

both!(
    async fn numbers_are_rounded_where_the_mapping_says_so(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        // As a database of floats wrote them.
        let file = "id,title,price\n5,Chef Anton's Gumbo Mix,21.3500004\n41,Jack's Clam Chowder,9.64999962\n1,Chai,18\n";
        let upload = house.upload("owner", file).await;
        let plain = house.run("owner", &upload, "apply").await;
        check_counts(&house.ended(&plain).await, "done", 3, [1, 0, 0, 2]);
        let refused = house.rows("owner", &plain, "&outcome=refused").await;
        let fault = &refused[0]["faults"][0];
        assert_eq!((&fault["rule"], &fault["value"]), (&json!("too_precise"), &json!("21.3500004")));
        assert!(fault["detail"].as_str().unwrap().contains("`decimals`"), "{fault}");

        let mut body = request(&upload, "apply");
        body["mapping"]["unit_cost"]["decimals"] = json!(2);
        let reply = house.send(call("POST", "/runs").by("owner").key().json(&body)).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        let ended = house.ended(&reply.id()).await;
        check_counts(&ended, "done", 3, [2, 0, 1, 0]);
        assert_eq!(ended["mapping"], body["mapping"]);
        assert_eq!(house.warehouse.cost("5").as_deref(), Some("21.35"));
        assert_eq!(house.warehouse.cost("41").as_deref(), Some("9.65"));
    }
);

both!(
    async fn a_request_that_cannot_be_done_changes_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let own = house.upload("owner", &csv(1)).await;
        let foreign = house.upload("neighbour", &csv(1)).await;
        let check = async |who: &str, body: Value, status: u16, code: &str, pointers: &[&str]| {
            let reply = house.send(call("POST", "/runs").by(who).key().json(&body)).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {reply:?}");
            let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
            let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
            assert_eq!(house.messages().await.len(), 0, "{body}");
        };
        let with = |field: &str, value: Value| {
            let mut body = request(&own, "apply");
            body[field] = value;
            body
        };
        for upload in [&foreign, &uuid::Uuid::nil().to_string()] {
            check("owner", request(upload, "apply"), 422, "invalid", &["/upload_id"]).await;
        }
        check("owner", with("target", json!("warehouse.boxes")), 422, "invalid", &["/target"]).await;
        check("clerk", request(&own, "dry_run"), 403, "imports.target_forbidden", &[]).await;
        check("guest", request(&own, "dry_run"), 403, "forbidden", &[]).await;
        check("owner", with("mode", json!("try")), 400, "malformed", &["/mode"]).await;
        check("owner", with("colour", json!("red")), 400, "malformed", &["/colour"]).await;
        check("owner", with("mapping", json!([])), 400, "malformed", &["/mapping"]).await;
        let mapping = json!({
            "sku": {"column": "ID"}, "unit_cost": {}, "colour": {"value": "red"}, "currency": {"column": "id", "value": "EUR"},
        });
        let pointers = [
            "/mapping/colour",
            "/mapping/currency",
            "/mapping/sku/column",
            "/mapping/unit_cost",
            "/mapping/name",
        ];
        check("owner", with("mapping", mapping), 422, "invalid", &pointers).await;
        for (field, decimals) in [("unit_cost", 7), ("unit_cost", -1), ("name", 2), ("currency", 2)] {
            let mut body = request(&own, "apply");
            body["mapping"][field]["decimals"] = json!(decimals);
            check("owner", body, 422, "invalid", &[&format!("/mapping/{field}/decimals")]).await;
        }

        let twice = r#"{"upload_id": "ID", "target": "warehouse.items", "mode": "apply", "mapping":
            {"sku": {"column": "id"}, "name": {"column": "title"}, "sku": {"column": "title"}}}"#;
        let twice = twice.replace("ID", &own);
        let reply = house.send(call("POST", "/runs").by("owner").key().body("application/json", twice)).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "malformed"), "{reply:?}");
        assert_eq!(reply.json()["errors"][0]["pointer"], "/mapping/sku");
        let keyless = house.send(call("POST", "/runs").by("owner").json(&request(&own, "apply"))).await;
        assert_eq!((keyless.status, keyless.code().as_str()), (400, "idempotency_key_required"));
        assert_eq!(house.messages().await.len(), 0);
    }
);

both!(
    async fn a_request_that_is_sent_twice_is_one_import(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let send = || {
            call("POST", "/runs").by("owner").header("idempotency-key", "k1").json(&request(&upload, "apply"))
        };
        let (first, second) = (house.send(send()).await, house.send(send()).await);
        assert_eq!((first.status, second.status, second.header("idempotency-replayed")), (202, 202, "true"));
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(house.get("owner", "/runs").await["data"].as_array().unwrap().len(), 1);
        house.job().await;
    }
);

both!(
    async fn what_waits_is_cancelled_at_once(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(1)).await;
        let run = house.run("owner", &upload, "apply").await;
        let cancel = || call("POST", &format!("/runs/{run}/cancel")).by("owner");
        let reply = house.send(cancel()).await;
        assert_eq!((reply.status, &reply.json()["status"]), (202, &json!("cancelled")));
        let reply = house.send(cancel()).await;
        assert_eq!((reply.status, reply.code().as_str()), (409, "imports.run_finished"));
        let _worker = house.worker();
        house.job_reaches(Status::Done).await;
        assert_eq!(house.warehouse.batches(), []);
    }
);

both!(
    async fn what_runs_is_cancelled_between_two_batches(stage: Stage) {
        let house = House::new(stage).await;
        let upload = house.upload("owner", &csv(250)).await;
        let run = house.run("owner", &upload, "apply").await;
        house.warehouse.trouble(1, Trouble::Unavailable);
        let _worker = house.worker();
        house.job_reaches(Status::Retrying).await;
        let reply = house.send(call("POST", &format!("/runs/{run}/cancel")).by("owner")).await;
        let asked = reply.json();
        assert_eq!(
            (&asked["status"], &asked["cancel_requested"]),
            (&json!("running"), &json!(true)),
            "{reply:?}"
        );
        check_counts(&house.ended(&run).await, "cancelled", 250, [100, 0, 0, 0]);
        assert_eq!(house.warehouse.skus(house.people.tenant.id).len(), 100);
    }
);

both!(
    async fn a_neighbour_sees_and_touches_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let (own, look_alike) =
            (house.upload("owner", &csv(3)).await, house.upload("neighbour", &csv(3)).await);
        let run = house.run("owner", &own, "apply").await;
        house.ended(&run).await;
        for (method, path) in [("GET", ""), ("GET", "/rows"), ("POST", "/cancel")] {
            let reply = house.send(call(method, &format!("/runs/{run}{path}")).by("neighbour")).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (404, "imports.run_not_found"),
                "{method} {path}"
            );
        }
        assert_eq!(house.get("neighbour", "/runs").await["data"], json!([]));
        assert_eq!(house.warehouse.skus(house.people.neighbour.id), Vec::<String>::new());
        house.run("neighbour", &look_alike, "dry_run").await;
        assert_eq!(house.get("owner", "/runs").await["data"].as_array().unwrap().len(), 1);
    }
);

/// Created, updated, unchanged, refused.
pub fn check_counts(run: &Value, status: &str, total: u64, counts: [u64; 4]) {
    assert_eq!(run["status"], status, "{run}");
    assert_eq!(run["rows_total"], total, "{run}");
    let names = ["rows_created", "rows_updated", "rows_unchanged", "rows_refused"];
    assert_eq!(names.map(|name| run[name].as_u64().unwrap()), counts, "{run}");
    assert_eq!(run["rows_done"], counts.iter().sum::<u64>(), "{run}");
}
