//! A file as a European program writes it, through the whole house, and the same as ISO 8601 and a point have it.

use crate::client::Client;
use crate::house::{self, Ground};
use crate::tenant::{id, sign_up, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::Backend;

const EUROPEAN: &str = "\
document;sku;quantity;sold_at;unit_price
R-1;CHAI;1.200,5;03.02.2024;1.234,50
R-1;CHAI;2;03.02.2024 9:30;18,00
R-2;CHAI;-1,50;4/2/2024;0,90
R-3;CHAI;1;31.02.2024;1.5
";

/// What of it can be read.
const PLAIN: &str = "\
document,sku,quantity,sold_at,unit_price
R-1,CHAI,1200.5,2024-02-03,1234.50
R-1,CHAI,2,2024-02-03T09:30:00,18
R-2,CHAI,-1.5,2024-02-04,0.9
";

#[test]
fn a_file_is_the_same_however_it_is_written_on_sqlite() {
    run(Backend::Sqlite);
}

#[test]
fn a_file_is_the_same_however_it_is_written_on_postgres() {
    if let Some(backend) = Backend::postgres() {
        run(backend);
    }
}

fn run(backend: Backend) {
    house::run(async {
        let ground = Ground::new(&backend).await;
        let node = ground.start("all");
        let owner = sign_up(&ground, &node, "ada@example.com").await;
        owner.post("/inventory/items", json!({ "sku": "CHAI", "name": "Chai" })).await.expect(201);
        let fields = ["document", "sku", "quantity", "sold_at", "unit_price"];
        let mut mapping: Value =
            fields.into_iter().map(|field| (field.to_owned(), json!({ "column": field }))).collect();
        mapping["currency"] = json!({ "value": "EUR" });
        let plain = mapping.clone();
        for field in ["quantity", "unit_price"] {
            mapping[field]["decimal_mark"] = json!(",");
        }
        mapping["sold_at"]["date_order"] = json!("dmy");

        let upload = owner.upload("/imports/uploads", "text/csv", EUROPEAN).await.expect(201);
        assert_eq!(upload["delimiter"], "semicolon", "{upload}");
        let asked = json!({
            "upload_id": id(&upload), "target": "inventory.sales", "mapping": mapping, "mode": "dry_run",
        });
        let dry = ended(&owner, asked).await;
        assert_eq!(counts(&dry), [3, 0, 1], "{dry}");
        let done = ended(&owner, json!({ "plan_id": id(&dry), "mode": "apply" })).await;
        assert_eq!(counts(&done), [3, 0, 1], "{done}");
        let path = format!("/imports/runs/{}/rows?outcome=refused", id(&done));
        let refused = owner.get(&path).await.expect(200)["data"][0].clone();
        let faults = refused["faults"].as_array().unwrap().iter();
        let faults: Vec<_> = faults.map(|fault| [&fault["column"], &fault["value"]]).collect();
        assert_eq!(faults, [["sold_at", "31.02.2024"], ["unit_price", "1.5"]], "{refused}");
        let expected = [
            ["-1.5", "2024-02-04T00:00:00Z", "90"],
            ["1200.5", "2024-02-03T00:00:00Z", "123450"],
            ["2", "2024-02-03T09:30:00Z", "1800"],
        ];
        let expected = expected.map(|sale| sale.map(str::to_owned));
        assert_eq!(sales(&owner).await, BTreeSet::from(expected));

        let upload = owner.upload("/imports/uploads", "text/csv", PLAIN).await.expect(201);
        let asked = json!({
            "upload_id": id(&upload), "target": "inventory.sales", "mapping": plain, "mode": "apply",
        });
        let again = ended(&owner, asked).await;
        assert_eq!(counts(&again), [0, 3, 0], "{again}");
        assert_eq!(sales(&owner).await.len(), 3);
        node.stop();
    });
}

async fn ended(owner: &Client, asked: Value) -> Value {
    let run = id(&owner.post("/imports/runs", asked).await.expect(202));
    until(owner, &format!("/imports/runs/{run}"), "the import ends", |run| run["status"] == "done").await
}

/// Created, unchanged, refused.
fn counts(run: &Value) -> [u64; 3] {
    ["rows_created", "rows_unchanged", "rows_refused"].map(|name| run[name].as_u64().unwrap())
}

async fn sales(owner: &Client) -> BTreeSet<[String; 3]> {
    let listed = owner.get("/inventory/sales").await.expect(200);
    let sale = |sale: &Value| {
        let text = |name: &str| sale[name].as_str().unwrap().to_owned();
        [text("quantity"), text("sold_at"), sale["unit_price"]["amount"].to_string()]
    };
    listed["data"].as_array().unwrap().iter().map(sale).collect()
}
