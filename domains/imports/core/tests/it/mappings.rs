//! Mappings that are kept, and the one that was used last.

use crate::house::{House, Stage, both, call, csv, request};
use crate::runs::check_counts;
use serde_json::{Value, json};

fn mapping(name: &str) -> Value {
    json!({ "name": name, "target": "warehouse.items", "mapping": request("", "")["mapping"] })
}

both!(
    async fn a_mapping_is_kept_and_used_again(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let targets = house.get("owner", "/targets").await;
        let target = &targets["data"][0];
        let last = (&target["key"], &target["last_mapping"], &target["last_mapping_id"]);
        assert_eq!(last, (&json!(["sku"]), &Value::Null, &Value::Null));
        let made = house.send(call("POST", "/mappings").by("owner").json(&mapping("Weekly"))).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json()["mapping"], request("", "")["mapping"]);
        let path = format!("/mappings/{}", made.id());
        assert_eq!(house.get("clerk", &path).await, made.json());

        let upload = house.upload("owner", &csv(2)).await;
        let body = json!({ "upload_id": upload, "mapping_id": made.id(), "mode": "apply" });
        let reply = house.send(call("POST", "/runs").by("owner").key().json(&body)).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        let ended = house.ended(&reply.id()).await;
        check_counts(&ended, "done", 2, [2, 0, 0, 0]);
        assert_eq!((&ended["mapping_id"], &ended["mapping"]), (&json!(made.id()), &made.json()["mapping"]));
        let last = house.get("owner", "/targets").await["data"][0].clone();
        assert_eq!(
            (&last["last_mapping_id"], &last["last_mapping"]),
            (&json!(made.id()), &made.json()["mapping"])
        );
        let neighbour = house.get("neighbour", "/targets").await;
        assert_eq!(neighbour["data"][0]["last_mapping"], Value::Null);
    }
);

both!(
    async fn a_mapping_is_changed_deleted_and_restored(stage: Stage) {
        let house = House::new(stage).await;
        let made = house.send(call("POST", "/mappings").by("owner").json(&mapping("Weekly"))).await;
        let path = format!("/mappings/{}", made.id());
        let patch =
            json!({ "name": "Daily", "mapping": { "unit_cost": null, "name": { "column": "label" } } });
        let patch = call("PATCH", &path).by("owner").header("if-match", "\"1\"").json(&patch);
        let patched = house.send(patch).await;
        assert_eq!((patched.status, patched.header("etag")), (200, "\"2\""), "{patched:?}");
        let expected = json!({ "sku": { "column": "id" }, "name": { "column": "label" }, "currency": { "value": "USD" } });
        assert_eq!((&patched.json()["name"], &patched.json()["mapping"]), (&json!("Daily"), &expected));
        let stale = call("PATCH", &path).by("owner").header("if-match", "\"1\"");
        assert_eq!(house.send(stale.json(&json!({ "name": "Hourly" }))).await.status, 412);

        assert_eq!(house.send(call("DELETE", &path).by("owner")).await.status, 204);
        let gone = house.send(call("GET", &path).by("owner")).await;
        assert_eq!((gone.status, gone.code().as_str()), (404, "imports.mapping_not_found"));
        assert_eq!(house.get("owner", "/mappings").await["data"], json!([]));
        // Its name is free, and then taken.
        let other = house.send(call("POST", "/mappings").by("owner").json(&mapping("Daily"))).await;
        assert_eq!(other.status, 201, "{other:?}");
        let restore = || call("POST", &format!("{path}/restore")).by("owner");
        let taken = house.send(restore()).await;
        assert_eq!((taken.status, taken.code().as_str()), (409, "imports.mapping_name_taken"));
        let rename = call("PATCH", &format!("/mappings/{}", other.id())).by("owner").header("if-match", "*");
        assert_eq!(house.send(rename.json(&json!({ "name": "Other" }))).await.status, 200);
        assert_eq!(house.send(restore()).await.status, 200);
        let again = house.send(restore()).await;
        assert_eq!((again.status, again.code().as_str()), (409, "imports.mapping_not_deleted"));
        let listed = house.get("owner", "/mappings?target=warehouse.items&limit=1").await;
        assert!(listed["next_cursor"].is_string(), "{listed}");
        assert_eq!(house.get("owner", "/mappings?target=warehouse.boxes").await["data"], json!([]));
        assert_eq!(house.get("neighbour", "/mappings").await["data"], json!([]));
    }
);

both!(
    async fn what_cannot_be_mapped_is_told(stage: Stage) {
        let house = House::new(stage).await;
        let made = house.send(call("POST", "/mappings").by("owner").json(&mapping("Weekly"))).await;
        let upload = house.upload("owner", "id,label\n1,a\n").await;
        let check = async |who: &str, path: &str, body: Value, status: u16, code: &str, pointers: &[&str]| {
            let reply = house.send(call("POST", path).by(who).key().json(&body)).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {reply:?}");
            let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
            let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
        };
        let with = |field: &str, value: Value| {
            let mut body = mapping("Other");
            body[field] = value;
            body
        };
        check("owner", "/mappings", mapping("Weekly"), 409, "imports.mapping_name_taken", &[]).await;
        check("owner", "/mappings", with("target", json!("warehouse.boxes")), 422, "invalid", &["/target"])
            .await;
        let wrong = json!({ "sku": { "column": " " }, "colour": { "value": "red" } });
        let pointers = ["/mapping/colour", "/mapping/sku/column", "/mapping/name"];
        check("owner", "/mappings", with("mapping", wrong), 422, "invalid", &pointers).await;
        check("owner", "/mappings", with("name", json!(" ")), 422, "invalid", &["/name"]).await;
        check("guest", "/mappings", mapping("Other"), 403, "forbidden", &[]).await;

        let run = |mapping: &str| json!({ "upload_id": upload, "mapping_id": mapping, "mode": "dry_run" });
        let columns = ["/mapping_id", "/mapping_id"];
        check("owner", "/runs", run(&made.id()), 422, "invalid", &columns).await;
        check("owner", "/runs", run(&uuid::Uuid::nil().to_string()), 422, "invalid", &["/mapping_id"]).await;
        check("neighbour", "/runs", run(&made.id()), 422, "invalid", &["/upload_id"]).await;
        check("clerk", "/runs", run(&made.id()), 403, "imports.target_forbidden", &[]).await;
        let mut both = run(&made.id());
        both["mapping"] = request("", "")["mapping"].clone();
        check("owner", "/runs", both, 422, "invalid", &["/mapping"]).await;
        let mut other = run(&made.id());
        other["target"] = json!("warehouse.boxes");
        check("owner", "/runs", other, 422, "invalid", &["/target"]).await;
    }
);
