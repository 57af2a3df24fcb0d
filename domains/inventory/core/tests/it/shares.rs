//! Parts of a line that is in another unit than its item: they add up to the line, and say what rounding left out of
//! each. And what leaves at once, and the lots on the other side of an assembly.

use crate::house::{House, call, house};
use serde_json::{Value, json};
use testkit::Stage;

impl House {
    /// Ordered by a customer, all of it there.
    async fn sold(&self, lines: Value) -> (String, Value) {
        let body = json!({ "customer_name": "Chevalier", "lines": lines });
        let order = self.post("/sales-orders", body).await.expect(201);
        let id = order.text("id");
        self.confirm(&id).await;
        (id, order.json()["lines"].clone())
    }

    /// Of the movements of an item, the oldest first.
    async fn moved(&self, item: &str, kind: &str) -> Vec<Value> {
        let mut movements = self.list(&format!("/movements?item_id={item}")).await;
        movements.sort_by_key(|movement| movement["sequence"].as_i64());
        movements.into_iter().filter(|movement| movement["kind"] == kind).collect()
    }
}

fn told(movements: &[Value]) -> Vec<[Value; 3]> {
    let told = |movement: &Value| {
        let entered = &movement["entered"];
        [movement["quantity"].clone(), entered["quantity"].clone(), entered["rounding"].clone()]
    };
    movements.iter().map(told).collect()
}

testkit::both! {
    async fn ounces_of_a_sales_order_add_up_to_it(stage: Stage) {
        let house = house(stage).await;
        let tea = house.item_with("TEA", json!({ "unit": "KGM" })).await;
        house.receive(&tea, json!({ "quantity": "3", "unit": "ONZ" })).await.expect(201);
        let (order, lines) = house.sold(json!([{ "item_id": tea, "quantity": "3", "unit": "ONZ" }])).await;
        assert_eq!(lines[0]["quantity"], "0.085049");
        assert_eq!(lines[0]["entered_rounding"], "-689/1600");
        let shown = house.get(&format!("/sales-orders/{order}")).await.json();
        assert_eq!(shown["lines"][0]["entered_rounding"], "-689/1600");

        let ounce = json!({ "line_id": lines[0]["id"], "quantity": "1", "unit": "onz" });
        for status in ["partly_shipped", "partly_shipped", "shipped"] {
            let shipment = json!({ "lines": [ounce] });
            let shipped = house.post(&format!("/sales-orders/{order}/shipments"), shipment).await;
            assert_eq!(shipped.expect(200).text("status"), status);
        }
        assert_eq!(told(&house.moved(&tea, "shipment").await), [
            ["-0.02835", "-1", "763/1600"], ["-0.028349", "-1", "-837/1600"], ["-0.02835", "-1", "763/1600"],
        ]);
        let mut back = ounce;
        back["to"] = json!("stock");
        let returns = format!("/sales-orders/{order}/returns");
        for _ in 0..3 {
            house.post(&returns, json!({ "lines": [back] })).await.expect(200);
        }
        house.post(&returns, json!({ "lines": [back] })).await.refused(409, "inventory.not_shipped");
        assert_eq!(house.stock(&tea).await[0], "0.085049");
        house.verify().await;
    }
}

testkit::both! {
    async fn pounds_of_a_transfer_add_up_to_it(stage: Stage) {
        let house = house(stage).await;
        let rice = house.item_with("RICE", json!({ "unit": "KGM" })).await;
        house.receive(&rice, json!({ "quantity": "3", "unit": "LBR" })).await.expect(201);
        let north = house.warehouse("NORTH").await;
        let lines = json!([{ "item_id": rice, "quantity": "3", "unit": "LBR" }]);
        let body = json!({ "from": {}, "to": { "warehouse_id": north }, "lines": lines });
        let transfer = house.post("/transfers", body).await.expect(201);
        assert_eq!(transfer.json()["lines"][0]["entered_rounding"], "11/100");
        let transfer = transfer.text("id");
        house.send(call(&format!("POST /transfers/{transfer}/ship")).key("ship")).await.expect(200);
        for (what, reason, status) in [
            ("receipts", Value::Null, "in_transit"),
            ("losses", json!("Spilt on the way"), "in_transit"),
            ("receipts", Value::Null, "completed"),
        ] {
            let mut body = json!({ "lines": [{ "line": 1, "quantity": "1", "unit": "LBR" }] });
            if !reason.is_null() {
                body["reason"] = reason;
            }
            let settled = house.post(&format!("/transfers/{transfer}/{what}"), body).await.expect(200);
            assert_eq!(settled.text("status"), status);
        }
        assert_eq!(told(&house.moved(&rice, "adjustment").await), [["-0.453593", "-1", "63/100"]]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_receipt_in_the_unit_of_its_line_states_the_rounding(stage: Stage) {
        let house = house(stage).await;
        let rice = house.item_with("RICE", json!({ "unit": "KGM" })).await;
        let body = json!({ "code": "exo", "name": "Exotic Liquids" });
        let supplier = house.post("/suppliers", body).await.expect(201).text("id");
        let cost = json!({ "amount": 100, "currency": "USD" });
        let lines = json!([{ "item_id": rice, "quantity": "3", "unit": "LBR", "unit_cost": cost }]);
        let body = json!({ "supplier_id": supplier, "lines": lines });
        let order = house.post("/purchase-orders", body).await.expect(201);
        assert_eq!(order.json()["lines"][0]["rounding"], "11/100");
        let order = order.text("id");
        house.send(call(&format!("POST /purchase-orders/{order}/order"))).await.expect(200);
        let pound = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
        for _ in 0..3 {
            house.post(&format!("/purchase-orders/{order}/receipts"), pound.clone()).await.expect(200);
        }
        assert_eq!(told(&house.moved(&rice, "receipt").await), [
            ["0.453592", "1", "37/100"], ["0.453593", "1", "-63/100"], ["0.453592", "1", "37/100"],
        ]);
        let mut back = pound;
        back["reason"] = json!("Damp");
        house.post(&format!("/purchase-orders/{order}/returns"), back).await.expect(200);
        assert_eq!(told(&house.moved(&rice, "return").await), [["-0.453592", "-1", "-37/100"]]);
        house.verify().await;
    }
}

testkit::both! {
    async fn lines_of_one_item_leave_at_once(stage: Stage) {
        let house = house(stage).await;
        let milk = house.item_with("MILK", json!({ "tracking": "lot" })).await;
        for (code, last, quantity) in [("SOON", "2999-01-31", "3"), ("LATE", "2999-12-31", "5")] {
            let lot = json!({ "code": code, "expires_on": last });
            house.receive(&milk, json!({ "quantity": quantity, "lot": lot })).await.expect(201);
        }
        let lines = json!([{ "item_id": milk, "quantity": "4" }, { "item_id": milk, "quantity": "3" }]);
        let (order, _) = house.sold(lines).await;
        let all = house.post(&format!("/sales-orders/{order}/shipments"), json!({})).await.expect(200);
        assert_eq!(all.text("status"), "shipped");
        let shipped = house.moved(&milk, "shipment").await;
        let quantities: Vec<_> = shipped.iter().map(|movement| movement["quantity"].clone()).collect();
        // What the first line took is not offered to the second.
        assert_eq!(quantities, ["-3", "-1", "-3"]);
        assert_eq!(house.stock(&milk).await, ["1", "0", "1"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_lot_is_traced_through_assemblies(stage: Stage) {
        let house = house(stage).await;
        let of_lots = json!({ "tracking": "lot" });
        let milk = house.item_with("MILK", of_lots.clone()).await;
        let cheese = house.item_with("CHEESE", of_lots.clone()).await;
        let toast = house.item_with("TOAST", of_lots).await;
        for code in ["M1", "M2"] {
            house.receive(&milk, json!({ "quantity": "2", "lot": { "code": code } })).await.expect(201);
        }
        house.put_components(&cheese, "assembly", &[(&milk, "1")]).await.expect(200);
        house.put_components(&toast, "assembly", &[(&cheese, "1")]).await.expect(200);
        let make = async |item: &str, code: &str, part: &str, of: &str| {
            let parts = json!([{ "item_id": part, "quantity": "2", "lot": { "code": of } }]);
            let body = json!({ "quantity": "2", "lot": { "code": code }, "parts": parts });
            house.post(&format!("/items/{item}/assemblies"), body).await.expect(201);
        };
        make(&cheese, "C1", &milk, "M1").await;
        make(&cheese, "C2", &milk, "M2").await;
        make(&toast, "T1", &cheese, "C1").await;

        let trace = async |item: &str, code: &str| {
            let lots = house.list(&format!("/lots?item_id={item}&code={code}")).await;
            let lot = lots[0]["id"].as_str().unwrap().to_owned();
            let steps = house.list(&format!("/lots/{lot}/trace")).await;
            assert!(steps.iter().all(|step| step["truncated"] == false), "{steps:?}");
            let lots = steps.iter().map(|step| step["lots"].as_array().unwrap());
            let told = |lot: &Value| format!("{} {}", lot["code"].as_str().unwrap(), lot["level"]);
            let told = lots.map(|lots| lots.iter().map(told).collect::<Vec<_>>().join(", "));
            // All are of one moment.
            let mut told: Vec<_> = told.collect();
            told.sort();
            told
        };
        assert_eq!(trace(&milk, "M1").await, ["", "C1 1, T1 2"]);
        assert_eq!(trace(&milk, "M2").await, ["", "C2 1"]);
        assert_eq!(trace(&cheese, "C1").await, ["M1 1", "T1 1"]);
        assert_eq!(trace(&toast, "T1").await, ["C1 1, M1 2"]);
        house.verify().await;
    }
}
