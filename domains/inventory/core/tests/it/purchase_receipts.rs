//! Receipts of purchase orders that were recorded wrongly, and lots that go back to where they came from.

use crate::house::{House, NEIGHBOUR, Reply, VIEWER, call, call_by, house};
use crate::import_files::{Files, check_undone};
use crate::listener::subscribe;
use inventory_contract::PurchaseReceiptReversed;
use serde_json::{Value, json};
use testkit::Stage;

fn money(minor: i64) -> Value {
    json!({ "amount": minor, "currency": "USD" })
}

/// The id of one that is placed, with a line for each quantity and cost of a unit.
async fn placed(house: &House, supplier: &str, item: &str, lines: &[(&str, i64)]) -> String {
    let body = json!({ "code": supplier, "name": supplier });
    let supplier = house.post("/suppliers", body).await.expect(201).text("id");
    let line = |(quantity, minor): &(&str, i64)| {
        let unit_cost = money(*minor);
        json!({ "item_id": item, "quantity": quantity, "unit_cost": unit_cost })
    };
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let body = json!({ "supplier_id": supplier, "lines": lines });
    let order = house.post("/purchase-orders", body).await.expect(201).text("id");
    house.send(call(&format!("POST /purchase-orders/{order}/order"))).await.expect(200);
    order
}

/// The movement by which so much of a line came.
async fn came(house: &House, order: &str, line: i64, quantity: &str, lot: Option<&str>) -> String {
    let lot = lot.map(|code| json!({ "code": code }));
    let lines = json!([{ "line": line, "quantity": quantity, "lot": lot }]);
    house.post(&format!("/purchase-orders/{order}/receipts"), json!({ "lines": lines })).await.expect(200);
    let moved = house.list(&format!("/movements?document_id={order}&sort=created_at")).await;
    moved.last().unwrap()["id"].as_str().unwrap().to_owned()
}

fn wrong(line: i64, movement: &str, quantity: Option<&str>) -> Value {
    let line = json!({ "line": line, "movement_id": movement, "quantity": quantity });
    json!({ "reason": "1,000 typed for 100", "lines": [line] })
}

async fn reverse(house: &House, order: &str, body: Value) -> Reply {
    house.post(&format!("/purchase-orders/{order}/reversals"), body).await
}

/// Of a refusal, where and why.
fn why(reply: &Reply, status: u16, code: &str) -> (String, String) {
    assert_eq!(reply.outcome(), (status, code.to_owned()), "{}", String::from_utf8_lossy(&reply.body));
    let error = reply.json()["errors"][0].clone();
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    (text("pointer"), text("code"))
}

fn fault(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

/// Of a line: received, returned, cancelled, due; and the order's state.
fn counted(order: &Reply, line: usize) -> [String; 5] {
    let of_line = &order.json()["lines"][line];
    let text = |field: &str| of_line[field].as_str().unwrap().to_owned();
    [text("received"), text("returned"), text("cancelled"), text("due"), order.text("status")]
}

/// What is on hand, and its value in minor units.
async fn worth(house: &House, item: &str) -> (String, i64) {
    let row = house.get(&format!("/valuation?item_id={item}")).await.json()["data"][0].clone();
    (row["on_hand"].as_str().unwrap().to_owned(), row["value"]["amount"].as_i64().unwrap())
}

testkit::both! {
    async fn a_receipt_goes_with_what_it_cost(stage: Stage) {
        subscribe(&stage, &[("inventory.purchase_receipt_reversed", "test.reversed")]);
        let house = house(stage).await;
        for (costing, value) in [("fifo", 80_000), ("moving_average", 80_000), ("standard", 60_000)] {
            let fields = json!({ "costing": costing, "unit_cost": money(300) });
            let tea = house.item_with(costing, fields).await;
            let order = placed(&house, costing, &tea, &[("100", 300), ("1000", 500)]).await;
            came(&house, &order, 1, "100", None).await;
            let receipt = came(&house, &order, 2, "1000", None).await;
            let path = format!("POST /purchase-orders/{order}/reversals");
            let some = wrong(2, &receipt, Some("900"));
            let ask = || call(&path).key(costing).json(some.clone());
            let first = house.send(ask()).await.expect(200);
            assert_eq!(counted(&first, 1), ["100", "0", "0", "900", "partly_received"]);
            assert_eq!(worth(&house, &tea).await, ("200".to_owned(), value), "{costing}");
            // Once, however often it is asked for.
            assert_eq!(house.send(ask()).await.expect(200).body, first.body);
            let again = reverse(&house, &order, some).await;
            let again = why(&again, 409, "inventory.purchase_lines_refused");
            assert_eq!(again, fault("/lines/0/movement_id", "reversed"));
            assert_eq!(house.stock(&tea).await[0], "200");
            let opposite = house.list(&format!("/movements?document_id={order}")).await.remove(0);
            let shown = ["kind", "quantity", "reverses_id", "reason"].map(|field| opposite[field].clone());
            assert_eq!(json!(shown), json!(["receipt", "-900", receipt, "1,000 typed for 100"]));
            let told = house.events::<PurchaseReceiptReversed>().await.pop().unwrap();
            let line = &told.lines[0];
            assert_eq!((told.order.to_string(), line.line), (order, 2));
            assert_eq!(line.quantity.to_string(), "900");
        }
        assert_eq!(house.events::<PurchaseReceiptReversed>().await.len(), 3);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_gone_or_bears_more_is_not_taken_back(stage: Stage) {
        let house = house(stage).await;
        let tea = house.item_with("TEA", json!({ "costing": "fifo" })).await;
        let rum = house.item_with("RUM", json!({})).await;
        let order = placed(&house, "EXO", &tea, &[("10", 300), ("5", 500)]).await;
        let other = placed(&house, "BETA", &rum, &[("1", 100)]).await;
        let of_other = came(&house, &other, 1, "1", None).await;
        let first = came(&house, &order, 1, "10", None).await;
        let refused = async |body: Value, status: u16, code: &str| {
            why(&reverse(&house, &order, body).await, status, code)
        };
        let lines_refused = "inventory.purchase_lines_refused";
        for (body, pointer, code) in [
            (wrong(1, &of_other, None), "/lines/0/movement_id", "unknown"),
            (wrong(2, &first, None), "/lines/0/quantity", "not_received"),
            (wrong(1, &first, Some("10.5")), "/lines/0/quantity", "not_received"),
            (json!({ "reason": " ", "lines": [] }), "/lines", "out_of_range"),
        ] {
            let is_invalid = code == "unknown" || code == "out_of_range";
            let (status, of) = if is_invalid { (422, "invalid") } else { (409, lines_refused) };
            assert_eq!(refused(body, status, of).await, fault(pointer, code));
        }
        house.adjust(&tea, json!({ "quantity": "-4", "reason": "sold" })).await.expect(201);
        let gone = refused(wrong(1, &first, None), 409, lines_refused).await;
        assert_eq!(gone, fault("/lines/0/quantity", "not_there"));
        assert_eq!(house.stock(&tea).await[0], "6");

        let second = came(&house, &order, 2, "5", None).await;
        let land = async |minor: i64| {
            let lines = json!([{ "movement_id": second }]);
            let body = json!({ "amount": money(minor), "basis": "value", "lines": lines });
            house.post("/landed-costs", body).await.expect(201);
        };
        land(700).await;
        let landed = refused(wrong(2, &second, None), 409, lines_refused).await;
        assert_eq!(landed, fault("/lines/0/movement_id", "landed"));
        land(-700).await;
        let back = reverse(&house, &order, wrong(2, &second, None)).await.expect(200);
        assert_eq!(counted(&back, 1), ["0", "0", "0", "5", "partly_received"]);
        assert_eq!(worth(&house, &tea).await, ("6".to_owned(), 1_800));

        // Of a closed order nothing is expected again, and one of which nothing came is on order.
        house.send(call(&format!("POST /purchase-orders/{order}/close")).json(json!({}))).await.expect(200);
        let closed = reverse(&house, &order, wrong(1, &first, Some("6"))).await.expect(200);
        assert_eq!(counted(&closed, 0), ["4", "0", "6", "0", "closed"]);
        let path = format!("POST /purchase-orders/{other}/reversals");
        let ask = |who: &str| call_by(who, &path).key("who").json(wrong(1, &of_other, None));
        house.send(ask(VIEWER)).await.refused(403, "forbidden");
        house.send(ask(NEIGHBOUR)).await.refused(404, "inventory.purchase_order_not_found");
        let none = reverse(&house, &other, wrong(1, &of_other, None)).await.expect(200);
        assert_eq!(counted(&none, 0), ["0", "0", "0", "1", "ordered"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_lot_goes_back_to_whom_it_came_from(stage: Stage) {
        let house = house(stage).await;
        let milk = house.item_with("MILK", json!({ "tracking": "lot" })).await;
        let ours = placed(&house, "ACME", &milk, &[("10", 300)]).await;
        let theirs = placed(&house, "BETA", &milk, &[("10", 300)]).await;
        let came_first = came(&house, &ours, 1, "4", Some("L1")).await;
        came(&house, &theirs, 1, "5", Some("L2")).await;
        let back = async |lots: &[(&str, &str)]| {
            let line = |(quantity, lot): &(&str, &str)| {
                json!({ "line": 1, "quantity": quantity, "lot": { "code": lot } })
            };
            let lines: Vec<Value> = lots.iter().map(line).collect();
            house.post(&format!("/purchase-orders/{ours}/returns"), json!({ "lines": lines })).await
        };
        let lines_refused = "inventory.purchase_lines_refused";
        let refused = back(&[("1", "L2")]).await;
        assert_eq!(why(&refused, 409, lines_refused), fault("/lines/0/quantity", "not_received"));
        let detail = refused.json()["errors"][0]["detail"].clone();
        assert_eq!(detail, "of the lot L2 the order brought 0 that did not go back, and 1 would");
        let refused = back(&[("1", "L1"), ("3.5", "L1")]).await;
        assert_eq!(why(&refused, 409, lines_refused), fault("/lines/1/quantity", "not_received"));
        reverse(&house, &ours, wrong(1, &came_first, Some("1"))).await.expect(200);
        let third = came(&house, &ours, 1, "2", Some("L3")).await;
        let refused = back(&[("3.5", "L1")]).await;
        assert_eq!(why(&refused, 409, lines_refused), fault("/lines/0/quantity", "not_received"));
        back(&[("3", "L1"), ("2", "L3")]).await.expect(200);
        assert_eq!(house.stock(&milk).await[0], "5");

        // What they brought of a lot is not taken back as ours.
        came(&house, &ours, 1, "2", Some("L4")).await;
        came(&house, &theirs, 1, "2", Some("L3")).await;
        let refused = reverse(&house, &ours, wrong(1, &third, None)).await;
        assert_eq!(why(&refused, 409, lines_refused), fault("/lines/0/quantity", "not_received"));
        assert_eq!(house.stock(&milk).await[0], "9");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_left_of_a_receipt_keeps_what_a_file_made(stage: Stage) {
        let house = house(stage).await;
        let files = Files { house: &house, target: "inventory.items", columns: &["sku", "name"] };
        assert_eq!(files.bring(1, &["new | New"]).await, ["created"]);
        let item = house.list("/items?sku=NEW").await[0]["id"].as_str().unwrap().to_owned();
        let order = placed(&house, "EXO", &item, &[("10", 300)]).await;
        let receipt = came(&house, &order, 1, "10", None).await;
        reverse(&house, &order, wrong(1, &receipt, Some("9"))).await.expect(200);
        check_undone(&files.undo(1, 1).await, &[(2, "stock of the item has moved since")]);
        assert_eq!(house.stock(&item).await[0], "1");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_left_of_a_receipt_stands(stage: Stage) {
        let house = house(stage).await;
        let tea = house.item_with("TEA", json!({ "unit_cost": money(300) })).await;
        let files = Files { house: &house, target: "inventory.items", columns: &["sku", "on_hand"] };
        assert_eq!(files.bring(1, &["tea | 2"]).await, ["updated"]);
        let order = placed(&house, "EXO", &tea, &[("10", 300)]).await;
        let receipt = came(&house, &order, 1, "10", None).await;
        reverse(&house, &order, wrong(1, &receipt, Some("4"))).await.expect(200);
        // The freight is of the six that came, all of which are there.
        let lines = json!([{ "movement_id": receipt }]);
        let freight = json!({ "amount": money(600), "basis": "value", "lines": lines });
        house.post("/landed-costs", freight).await.expect(201);
        assert_eq!(worth(&house, &tea).await, ("8".to_owned(), 3_000));
        // And they came after the count.
        check_undone(&files.undo(1, 1).await, &[(2, "stock of the item has moved since")]);
        assert_eq!(house.stock(&tea).await[0], "8");
        house.verify().await;
    }
}
