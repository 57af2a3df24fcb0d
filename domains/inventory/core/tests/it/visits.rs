//! Who sees or does what through another, or with little permission: an operator who acts through the owner, and
//! somebody who sees sales alone.

use crate::house::{OPERATOR, OWNER, SELLER, call, call_by, house};
use chrono::TimeDelta;
use serde_json::{Value, json};
use testkit::Stage;

testkit::both! {
    async fn an_operator_brings_and_frees_what_others_wait_for(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "2").await;
        let order = |customer: &str, quantity: &str| {
            let lines = json!([{ "item_id": item, "quantity": quantity }]);
            house.send(call("POST /sales-orders").json(json!({ "customer_name": customer, "lines": lines })))
        };
        let mut orders = Vec::new();
        for (customer, quantity) in [("first", "2"), ("second", "5")] {
            let id = order(customer, quantity).await.expect(201).text("id");
            house.confirm(&id).await;
            orders.push(id);
        }
        let backordered = async || {
            let order = house.get(&format!("/sales-orders/{}", orders[1])).await.json();
            order["lines"][0]["backordered"].as_str().unwrap().to_owned()
        };
        assert_eq!(backordered().await, "5");
        let receipt = call_by(OPERATOR, &format!("POST /items/{item}/receipts")).key("r");
        house.send(receipt.json(json!({ "quantity": "1" }))).await.expect(201);
        house.run_all_jobs("inventory.serve_backorders").await;
        assert_eq!(backordered().await, "4");
        house.send(call_by(OPERATOR, &format!("POST /sales-orders/{}/cancel", orders[0]))).await.expect(200);
        house.run_all_jobs("inventory.serve_backorders").await;
        assert_eq!(backordered().await, "2");
        let other = house.item(OWNER, "B", "2").await;
        let body = json!({ "item_id": other, "quantity": "1", "expires_at": "2026-01-16T12:00:00Z" });
        house.send(call_by(OPERATOR, "POST /reservations").key("p").json(body)).await.expect(201);
        house.stage.clock.advance(TimeDelta::days(2));
        assert_eq!(house.run_jobs("inventory.expire_reservation").await, 1);
        assert_eq!(house.stock(&other).await, ["2", "0", "2"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn those_who_wait_are_served_by_one_job_when_an_order_of_several_lines_is_cancelled(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let line = |quantity: &str| json!({ "item_id": item, "quantity": quantity });
        let mut orders = Vec::new();
        for lines in [json!([line("2"), line("3")]), json!([line("4")])] {
            let body = json!({ "customer_name": "Chevalier", "lines": lines });
            let id = house.send(call("POST /sales-orders").json(body)).await.expect(201).text("id");
            house.confirm(&id).await;
            orders.push(id);
        }
        assert_eq!(house.run_jobs("inventory.serve_backorders").await, 0);
        house.send(call(&format!("POST /sales-orders/{}/cancel", orders[0]))).await.expect(200);
        assert_eq!(house.run_jobs("inventory.serve_backorders").await, 1);
        assert_eq!(house.stock(&item).await, ["5", "4", "1"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn from_whom_a_lot_came_is_shown_to_those_who_may_see_it(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("MILK", json!({ "tracking": "lot" })).await;
        let supplier = json!({ "code": "EXO", "name": "Exotic Liquids" });
        let supplier = house.send(call("POST /suppliers").json(supplier)).await.expect(201).text("id");
        let cost = json!({ "amount": 100, "currency": "USD" });
        let lines = json!([{ "item_id": item, "quantity": "3", "unit_cost": cost }]);
        let body = json!({ "supplier_id": supplier, "reference": "PO-1", "lines": lines });
        let order = house.send(call("POST /purchase-orders").json(body)).await.expect(201).text("id");
        house.send(call(&format!("POST /purchase-orders/{order}/order"))).await.expect(200);
        let came = json!([{ "line": 1, "quantity": "3", "lot": { "code": "L1", "expires_on": "2999-01-31" } }]);
        house.post(&format!("/purchase-orders/{order}/receipts"), json!({ "lines": came })).await.expect(200);
        let lot = house.list(&format!("/lots?item_id={item}")).await[0]["id"].as_str().unwrap().to_owned();
        let trace = async |credential: &str| {
            let trace = house.send(call_by(credential, &format!("GET /lots/{lot}/trace"))).await.expect(200);
            let step = trace.json()["data"][0].clone();
            ["direction", "quantity", "supplier_name", "order_reference"].map(|field| step[field].clone())
        };
        let whole = ["in", "3", "Exotic Liquids", "PO-1"].map(Value::from);
        assert_eq!(trace(OWNER).await, whole);
        assert_eq!(trace(SELLER).await, [json!("in"), json!("3"), Value::Null, Value::Null]);
    }
}
