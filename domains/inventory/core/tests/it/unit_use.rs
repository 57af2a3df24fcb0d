//! An item keeps the unit that something counts in, whatever else may be done to it.

use crate::house::{Call, House, OWNER, call, house};
use data::sql;
use futures::future::join;
use kernel::{Id, Quantity};
use module::{ExecuteBatch, ImportRow, RowOutcome};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Stage;
use uuid::Uuid;

/// How often a race is run.
const ROUNDS: usize = 10;

fn in_grams(item: &str) -> Call {
    call(&format!("PATCH /items/{item}")).if_match("*").json(json!({ "unit": "GRM" }))
}

fn row(cells: &[(&str, &str)]) -> ImportRow {
    let values = cells.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ImportRow { line: 2, values: values.collect::<BTreeMap<_, _>>(), corrects: None }
}

#[derive(FromQueryResult)]
struct Kept {
    quantity: Quantity,
}

impl House {
    async fn of_kilograms(&self, sku: &str) -> String {
        self.item_with(sku, json!({ "unit": "KGM" })).await
    }

    async fn import_one(&self, target: &str, cells: &[(&str, &str)]) -> RowOutcome {
        let import = Id::from_uuid(Uuid::new_v4());
        let (target, rows) = (target.to_owned(), vec![row(cells)]);
        let batch = ExecuteBatch { target: target.clone(), import, plan: None, batch: 0, rows };
        self.target(&target).execute(&self.owner, batch).await.unwrap().rows.remove(0)
    }

    async fn deliverer(&self) -> String {
        let body = json!({ "code": "EXO", "name": "Exotic Liquids" });
        self.send(call("POST /suppliers").json(body)).await.expect(201).text("id")
    }

    /// What the one line of the item has in its unit, in whichever document.
    async fn kept_of(&self, item: &str) -> Quantity {
        let tx = self.databases.read(&self.owner).await.unwrap();
        let kept = tx.sql(sql!(
            "SELECT quantity FROM purchase_order_lines WHERE tenant_id = $1 AND item_id = $2 \
             UNION ALL SELECT quantity FROM sales_order_lines WHERE tenant_id = $1 AND item_id = $2 \
             UNION ALL SELECT kit_quantity FROM sales_order_lines WHERE tenant_id = $1 AND kit_item_id = $2 \
             UNION ALL SELECT quantity FROM transfer_lines WHERE tenant_id = $1 AND item_id = $2"
        ));
        let kept: Option<Kept> = kept.bind(item.parse::<Uuid>().unwrap()).one().await.unwrap();
        kept.unwrap().quantity
    }
}

fn bought(supplier: &str, item: &str, quantity: &str) -> Value {
    let cost = json!({ "amount": 100, "currency": "USD" });
    let line = json!({ "item_id": item, "quantity": quantity, "unit": "KGM", "unit_cost": cost });
    json!({ "supplier_id": supplier, "lines": [line] })
}

fn sold(item: &str, quantity: &str) -> Value {
    let line = json!({ "item_id": item, "quantity": quantity, "unit": "KGM" });
    json!({ "customer_name": "Chevalier", "lines": [line] })
}

fn moved(to: &str, item: &str, quantity: &str) -> Value {
    let line = json!({ "item_id": item, "quantity": quantity, "unit": "KGM" });
    json!({ "from": {}, "to": { "warehouse_id": to }, "lines": [line] })
}

testkit::both! {
    async fn an_item_keeps_the_unit_that_something_counts_in(stage: Stage) {
        let house = house(stage).await;
        let (north, supplier) = (house.warehouse("NORTH").await, house.deliverer().await);
        let kit = house.item(OWNER, "KIT", "0").await;
        let parts = format!("PUT /items/{kit}/components");
        let mut items = BTreeMap::new();
        for (sku, words) in [
            ("BOUGHT", "purchase orders"),
            ("SOLD", "sales orders"),
            ("SENT", "transfers"),
            ("COUNTED", "counts that are not over"),
            ("PART", "the components of other items"),
            ("HISTORY", "sales that were imported"),
        ] {
            let item = house.of_kilograms(sku).await;
            let mut document = String::new();
            match sku {
                "BOUGHT" => {
                    house.send(call("POST /purchase-orders").json(bought(&supplier, &item, "5"))).await.expect(201);
                }
                "SOLD" => {
                    house.send(call("POST /sales-orders").json(sold(&item, "5"))).await.expect(201);
                }
                "SENT" => {
                    house.post("/transfers", moved(&north, &item, "5")).await.expect(201);
                }
                "COUNTED" => {
                    let sheet = json!({ "reason": "Once a year", "items": [{ "item_id": item }] });
                    document = house.send(call("POST /counts").json(sheet)).await.expect(201).text("id");
                    house.send(in_grams(&item)).await.expect(200);
                    let back = call(&format!("PATCH /items/{item}")).if_match("*").json(json!({ "unit": "KGM" }));
                    house.send(back).await.expect(200);
                    let found = json!({ "entries": [{ "item_id": item, "quantity": "5" }] });
                    house.send(call(&format!("POST /counts/{document}/entries")).json(found)).await.expect(200);
                }
                "PART" => {
                    let body = json!({ "kind": "kit", "components": [{ "item_id": item, "quantity": "5" }] });
                    house.send(call(&parts).if_match("*").json(body)).await.expect(200);
                }
                _ => {
                    let cells =
                        [("document", "1"), ("sku", sku), ("quantity", "5"), ("sold_at", "2026-01-02T08:00:00Z")];
                    let sale = house.import_one("inventory.sales", &cells).await;
                    assert!(matches!(sale, RowOutcome::Created { .. }), "{sale:?}");
                }
            }
            let refused = house.send(in_grams(&item)).await.refused(409, "inventory.item_ordered");
            let detail = refused.text("detail");
            assert!(detail.contains(&format!("in {words}")) && detail.contains("KGM"), "{detail}");
            let cells = [("sku", sku), ("name", "Another"), ("unit", "GRM")];
            let RowOutcome::Refused { faults } = house.import_one("inventory.items", &cells).await else {
                panic!("{sku} was changed")
            };
            assert_eq!((faults[0].field.as_str(), faults[0].rule.as_str()), ("unit", "ordered"), "{sku}");
            items.insert(sku, (item, document));
        }
        // What is over counts no more.
        let (counted, count) = &items["COUNTED"];
        house.send(call(&format!("POST /counts/{count}/cancel"))).await.expect(200);
        house.send(in_grams(counted)).await.expect(200);
        let none = json!({ "kind": null, "components": [] });
        house.send(call(&parts).if_match("*").json(none)).await.expect(200);
        house.send(in_grams(&items["PART"].0)).await.expect(200);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_kit_keeps_the_unit_that_an_order_counts_it_in(stage: Stage) {
        let house = house(stage).await;
        let (kit, part) = (house.of_kilograms("KIT").await, house.of_kilograms("PART").await);
        let other = house.of_kilograms("OTHER").await;
        house.put_components(&kit, "kit", &[(&part, "2")]).await.expect(200);
        house.send(call("POST /sales-orders").json(sold(&other, "5"))).await.expect(201);
        house.send(in_grams(&kit)).await.expect(200);
        let back = call(&format!("PATCH /items/{kit}")).if_match("*").json(json!({ "unit": "KGM" }));
        house.send(back).await.expect(200);

        let order = house.send(call("POST /sales-orders").json(sold(&kit, "5"))).await.expect(201).text("id");
        let refused = house.send(in_grams(&kit)).await.refused(409, "inventory.item_ordered");
        assert!(refused.text("detail").contains("in sales orders"), "{refused:?}");
        let cells = [("sku", "KIT"), ("name", "The KIT"), ("unit", "GRM")];
        let RowOutcome::Refused { faults } = house.import_one("inventory.items", &cells).await else {
            panic!("it was changed")
        };
        assert_eq!((faults[0].field.as_str(), faults[0].rule.as_str()), ("unit", "ordered"));
        // An order that names it no more leaves it alone.
        let lines = json!({ "lines": sold(&other, "5")["lines"] });
        house.send(call(&format!("PATCH /sales-orders/{order}")).if_match("*").json(lines)).await.expect(200);
        house.send(in_grams(&kit)).await.expect(200);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_unit_that_changes_while_something_is_drafted_is_known_to_it(stage: Stage) {
        let house = house(stage).await;
        let (north, supplier) = (house.warehouse("NORTH").await, house.deliverer().await);
        let part = house.of_kilograms("PART").await;
        for round in 0..ROUNDS {
            for kind in ["bought", "sold", "moved", "kit"] {
                let item = house.of_kilograms(&format!("{kind}-{round}")).await;
                if kind == "kit" {
                    house.put_components(&item, "kit", &[(&part, "0.001")]).await.expect(200);
                }
                let draft = match kind {
                    "bought" => call("POST /purchase-orders").json(bought(&supplier, &item, "1")),
                    "sold" | "kit" => call("POST /sales-orders").json(sold(&item, "1")),
                    _ => call("POST /transfers").key(&format!("moved-{round}")).json(moved(&north, &item, "1")),
                };
                let (drafted, changed) = join(house.send(draft), house.send(in_grams(&item))).await;
                drafted.expect(201);
                assert!([200, 409].contains(&changed.status), "{changed:?}");
                let expected = if changed.status == 200 { "1000" } else { "1" };
                let unit = house.get(&format!("/items/{item}")).await.text("unit");
                assert_eq!(unit, if changed.status == 200 { "GRM" } else { "KGM" });
                assert_eq!(house.kept_of(&item).await.to_string(), expected, "{kind} {round}");
            }
        }
    }
}
