//! A file that writes its numbers with a comma: by a mapping that is kept, in a dry run and in the import of its plan.

use crate::house::{House, Stage, both, call, request};
use crate::runs::check_counts;
use serde_json::{Value, json};

async fn started(house: &House, body: &Value) -> String {
    let reply = house.send(call("POST", "/runs").by("owner").key().json(body)).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.id()
}

both!(
    async fn a_file_is_read_as_its_mapping_says_that_it_is_written(stage: Stage) {
        let house = House::new(stage).await;
        let _worker = house.worker();
        let mut mapping = request("", "")["mapping"].clone();
        mapping["unit_cost"] = json!({ "column": "price", "decimals": 1, "decimal_mark": "," });
        let kept = json!({ "name": "Supplier", "target": "warehouse.items", "mapping": mapping });
        let kept = house.send(call("POST", "/mappings").by("owner").json(&kept)).await;
        assert_eq!((kept.status, &kept.json()["mapping"]), (201, &mapping), "{kept:?}");

        let file = "id;title;price\n1;Chai;1.234,56\n2;Chang;1.5\n3;Konbu;1 000\n";
        let upload = house.upload("owner", file).await;
        let dry = json!({ "upload_id": upload, "mapping_id": kept.id(), "mode": "dry_run" });
        let dry = started(&house, &dry).await;
        check_counts(&house.ended(&dry).await, "done", 3, [2, 0, 0, 1]);
        let run = started(&house, &json!({ "plan_id": dry, "mode": "apply" })).await;
        let ended = house.ended(&run).await;
        check_counts(&ended, "done", 3, [2, 0, 0, 1]);
        assert_eq!(ended["mapping"], mapping);
        let costs = ["1", "2", "3"].map(|sku| house.warehouse.cost(sku));
        assert_eq!(costs, [Some("1234.6".to_owned()), None, Some("1000".to_owned())]);
        for run in [&dry, &run] {
            let refused = house.rows("owner", run, "&outcome=refused").await;
            let fault = json!({
                "column": "price", "field": "unit_cost", "value": "1.5", "rule": "not_a_number",
                "detail": "must be a number with a comma before its decimals, such as 1.234,50, and is `1.5`",
            });
            assert_eq!((&refused[0]["line"], &refused[0]["faults"]), (&json!(3), &json!([fault])));
        }

        let mut other = request(&upload, "apply");
        other["mapping"]["unit_cost"]["decimal_mark"] = json!(";");
        let reply = house.send(call("POST", "/runs").by("owner").key().json(&other)).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "malformed"), "{reply:?}");
    }
);
