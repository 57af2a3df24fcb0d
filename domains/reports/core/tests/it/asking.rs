//! What is asked for over HTTP, by whom, and what is refused.

use crate::house::{House, paged, row};
use actix_web::http::Method;
use serde_json::{Value, json};
use testkit::{Stage, both};

both!(
    async fn definitions_say_what_a_report_takes(stage: Stage) {
        let house = House::new(&stage, paged(vec![], 1)).await;
        let found = house.get("reader", "/definitions").await.json();
        assert_eq!(found["next_cursor"], Value::Null);
        let sales = &found["data"][0];
        assert_eq!(sales["name"], "shop.sales");
        assert_eq!(sales["permission"], "shop.sales.read");
        assert_eq!(sales["parameters"][0]["name"], "month");
        assert_eq!(sales["columns"][1]["title"], "Total");
    }
);

both!(
    async fn wrong_input_is_refused_by_pointer_and_changes_nothing(stage: Stage) {
        let house = House::new(&stage, paged(vec![], 1)).await;
        let check = async |body: Value, status: u16, pointers: &[&str]| {
            let reply = house.post("owner", "/runs", body.clone()).await;
            assert_eq!(reply.status, status, "{body}: {reply:?}");
            let empty = vec![];
            let problem = reply.json();
            let errors = problem["errors"].as_array().unwrap_or(&empty);
            let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
        };
        let good = json!({ "month": "2026-01" });
        check(json!({ "report": "shop.nothing", "parameters": good }), 422, &["/report"]).await;
        check(json!({ "report": "shop.sales" }), 422, &["/parameters/month"]).await;
        let both = json!({ "year": "2026" });
        let pointers = ["/parameters/year", "/parameters/month"];
        check(json!({ "report": "shop.sales", "parameters": both }), 422, &pointers).await;
        check(json!({ "report": "shop.sales", "parameters": { "month": 1 } }), 400, &["/parameters/month"])
            .await;
        check(json!({ "report": "shop.sales", "parameters": good, "nofity": true }), 400, &["/nofity"]).await;
        let reply = house.get("owner", "/runs?status=done").await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert_eq!(house.get("owner", "/runs").await.json()["data"], json!([]));
        assert!(house.messages("reports.run_report").await.is_empty());
    }
);

both!(
    async fn a_report_needs_its_own_permission_too(stage: Stage) {
        let house = House::new(&stage, paged(vec![row("Tea", "1")], 1)).await;
        let body = json!({ "report": "shop.sales", "parameters": { "month": "2026-01" } });
        let refused = house.post("outsider", "/runs", body.clone()).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")));
        assert!(refused.text().contains("shop.sales.read"), "{refused:?}");
        assert_eq!(house.post("reader", "/runs", body).await.status, 403);

        let id = house.ask(json!({})).await;
        house.deliver(&house.ctx(), "reports.run_report").await.unwrap();
        let check = async |by: &str, status: u16| {
            let reply = house.get(by, &format!("/runs/{id}/download")).await;
            assert_eq!(reply.status, status, "{by}: {reply:?}");
        };
        check("owner", 200).await;
        check("reader", 200).await;
        check("outsider", 403).await;
        check("neighbour", 404).await;
        check("nobody", 401).await;
    }
);

both!(
    async fn a_neighbour_sees_and_changes_nothing(stage: Stage) {
        let house = House::new(&stage, paged(vec![], 1)).await;
        let id = house.ask(json!({})).await;
        assert_eq!(house.get("neighbour", "/runs").await.json()["data"], json!([]));
        let missing = house.get("neighbour", &format!("/runs/{id}")).await;
        assert_eq!((missing.status, missing.json()["code"].as_str()), (404, Some("reports.run_not_found")));
        assert_eq!(house.post("neighbour", &format!("/runs/{id}/cancel"), json!({})).await.status, 404);
        assert_eq!(house.run(&id).await["status"], "queued");
    }
);

both!(
    async fn asking_twice_with_one_key_gives_one_run(stage: Stage) {
        let house = House::new(&stage, paged(vec![], 1)).await;
        let body = json!({ "report": "shop.sales", "parameters": { "month": "2026-01" } });
        let ask = async || {
            let headers = [("idempotency-key", "k1")];
            house.send("owner", Method::POST, "/runs", Some(body.clone()), &headers).await
        };
        let (first, second) = (ask().await, ask().await);
        assert_eq!(first.status, 202, "{first:?}");
        assert_eq!(first.body, second.body);
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(house.messages("reports.run_report").await.len(), 1);

        let id = first.json()["id"].clone();
        assert_eq!(first.header("location"), format!("/api/v1/reports/runs/{}", id.as_str().unwrap()));
        let mut taken = body;
        taken["id"] = id;
        let refused = house.post("owner", "/runs", taken).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("reports.run_exists")));
    }
);

both!(
    async fn runs_are_listed_newest_first_and_by_state(stage: Stage) {
        let house = House::new(&stage, paged(vec![], 1)).await;
        let mut asked = vec![];
        for _ in 0..3 {
            asked.insert(0, house.ask(json!({})).await);
            stage.clock.advance(chrono::TimeDelta::seconds(1));
        }
        house.post("owner", &format!("/runs/{}/cancel", asked[1]), json!({})).await;
        let ids = async |query: &str| -> (Vec<String>, Value) {
            let found = house.get("owner", &format!("/runs?{query}")).await.json();
            let ids = found["data"].as_array().unwrap().iter();
            (ids.map(|run| run["id"].as_str().unwrap().to_owned()).collect(), found["next_cursor"].clone())
        };
        let (first, cursor) = ids("limit=2").await;
        let (second, end) = ids(&format!("limit=2&cursor={}", cursor.as_str().unwrap())).await;
        assert_eq!([first, second].concat(), asked);
        assert_eq!(end, Value::Null);
        assert_eq!(ids("status=cancelled").await.0, [asked[1].clone()]);
        assert_eq!(ids("report=shop.other").await.0, [] as [String; 0]);
    }
);
