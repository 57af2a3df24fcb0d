//! Suppliers, and purchase orders from the draft until nothing more comes.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, VIEWER, call, call_by, house};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;
use uuid::Uuid;

async fn supplier(house: &House, code: &str) -> String {
    let body = json!({ "code": code, "name": format!("The {code}") });
    house.send(call("POST /suppliers").json(body)).await.expect(201).text("id")
}

fn line(item: &str, quantity: &str, unit: Option<&str>) -> Value {
    let unit_cost = json!({ "amount": 1000, "currency": "USD" });
    json!({ "item_id": item, "quantity": quantity, "unit": unit, "unit_cost": unit_cost })
}

/// The id of one that is placed.
async fn ordered(house: &House, supplier: &str, tolerance: i64, lines: Value) -> String {
    let mut body = json!({ "supplier_id": supplier, "lines": lines });
    body["over_receipt_tolerance_percent"] = json!(tolerance);
    let order = house.send(call("POST /purchase-orders").json(body)).await.expect(201).text("id");
    let placed = house.send(call(&format!("POST /purchase-orders/{order}/order"))).await.expect(200);
    assert_eq!(placed.text("status"), "ordered");
    order
}

async fn receive(house: &House, order: &str, key: &str, lines: Value) -> Reply {
    let receipt = call(&format!("POST /purchase-orders/{order}/receipts")).key(key);
    house.send(receipt.json(json!({ "lines": lines, "reference": "delivery note 7" }))).await
}

async fn give_back(house: &House, order: &str, key: &str, lines: Value) -> Reply {
    let back = call(&format!("POST /purchase-orders/{order}/returns")).key(key);
    house.send(back.json(json!({ "lines": lines, "reason": "broken" }))).await
}

async fn to(house: &House, order: &str, verb: &str) -> Reply {
    let call = call(&format!("POST /purchase-orders/{order}/{verb}"));
    house.send(if verb == "close" { call.json(json!({})) } else { call }).await
}

/// Of a line: ordered, received, returned, cancelled, due.
fn counted(order: &Reply, at: usize) -> [String; 5] {
    let line = &order.json()["lines"][at];
    let text = |field: &str| line[field].as_str().unwrap().to_owned();
    ["ordered", "received", "returned", "cancelled", "due"].map(text)
}

fn faults(reply: &Reply) -> Vec<(String, String)> {
    let errors = reply.json()["errors"].as_array().unwrap().clone();
    let text = |error: &Value, field: &str| error[field].as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

testkit::both! {
    async fn an_order_comes_in_parts(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let lines = json!([line(&tea, "5", Some("DZN")), line(&tea, "3", None)]);
        let body = json!({ "supplier_id": supplier, "reference": "PO-1", "lines": lines });
        let draft = house.send(call("POST /purchase-orders").json(body.clone())).await.expect(201);
        assert_eq!(draft.text("status"), "draft");
        assert_eq!(draft.json()["total"]["amount"], 8000);
        let order = draft.text("id");
        assert_eq!(house.get(&format!("/purchase-orders/{order}")).await.json(), draft.json());
        let again = house.send(call("POST /purchase-orders").json(body)).await;
        again.refused(409, "inventory.purchase_reference_taken");

        let early = receive(&house, &order, "early", json!([{ "line": 1, "quantity": "1" }])).await;
        early.refused(409, "inventory.purchase_order_state");
        let placed = to(&house, &order, "order").await.expect(200);
        assert_eq!(counted(&placed, 0), ["60", "0", "0", "0", "60"]);
        to(&house, &order, "order").await.refused(409, "inventory.purchase_order_state");

        // In the line's unit where none is said, in another, and both lines at once.
        receive(&house, &order, "a", json!([{ "line": 1, "quantity": "2" }])).await.expect(200);
        let some = json!([{ "line": 1, "quantity": "6", "unit": "C62" }, { "line": 2, "quantity": "1" }]);
        let partly = receive(&house, &order, "b", some.clone()).await.expect(200);
        assert_eq!(partly.text("status"), "partly_received");
        assert_eq!(counted(&partly, 0), ["60", "30", "0", "0", "30"]);
        assert_eq!(counted(&partly, 1), ["3", "1", "0", "0", "2"]);
        let again = receive(&house, &order, "b", some).await.expect(200);
        assert_eq!(again.body, partly.body);
        assert_eq!(house.stock(&tea).await, ["31", "0", "31"]);
        let rest = json!([{ "line": 1, "quantity": "2.5", "unit": "dzn" }, { "line": 2, "quantity": "2" }]);
        let all = receive(&house, &order, "c", rest).await.expect(200);
        assert_eq!(all.text("status"), "received");
        assert_eq!(house.stock(&tea).await, ["63", "0", "63"]);
        let query = format!("supplier_id={supplier}&status=received&reference=PO-1");
        let listed = house.get(&format!("/purchase-orders?{query}")).await.json();
        assert_eq!(listed["data"][0]["id"], json!(order));
        let movements = house.get(&format!("/movements?item_id={tea}")).await.json();
        let quantities: Vec<_> =
            movements["data"].as_array().unwrap().iter().map(|row| row["quantity"].clone()).collect();
        assert_eq!(json!(quantities), json!(["2", "30", "1", "6", "24"]));
        house.verify().await;
    }
}

testkit::both! {
    async fn what_was_ordered_by_weight_is_complete_when_it_came_by_weight(stage: Stage) {
        let house = house(stage).await;
        let body = json!({ "sku": "RICE", "name": "Rice", "unit": "KGM" });
        let rice = house.send(call("POST /items").json(body)).await.expect(201).text("id");
        let supplier = supplier(&house, "exo").await;
        let order = ordered(&house, &supplier, 0, json!([line(&rice, "3", Some("LBR"))])).await;
        for key in ["a", "b", "c"] {
            receive(&house, &order, key, json!([{ "line": 1, "quantity": "1" }])).await.expect(200);
        }
        let all = house.get(&format!("/purchase-orders/{order}")).await;
        assert_eq!(all.text("status"), "received");
        assert_eq!(counted(&all, 0), ["1.360777", "1.360777", "0", "0", "0"]);
        assert_eq!(house.stock(&rice).await[0], "1.360777");
        house.verify().await;
    }
}

testkit::both! {
    async fn more_than_is_tolerated_does_not_come(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let lines = json!([line(&tea, "10", None), line(&tea, "1", None)]);
        let order = ordered(&house, &supplier, 10, lines).await;
        let over = json!([
            { "line": 2, "quantity": "1" },
            { "line": 1, "quantity": "6" },
            { "line": 1, "quantity": "5.000001" },
        ]);
        let refused = receive(&house, &order, "a", over).await.refused(409, "inventory.over_receipt");
        assert_eq!(faults(&refused), fault("/lines/2/quantity", "over_receipt"));
        let detail = refused.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert_eq!(
            detail,
            "of line 1, 10 were ordered and at most 11 may be received; it would be 11.000001"
        );
        assert_eq!(house.stock(&tea).await[0], "0");
        receive(&house, &order, "b", json!([{ "line": 1, "quantity": "10" }])).await.expect(200);
        // What is tolerated still comes once all is here.
        let all = receive(&house, &order, "c", json!([{ "line": 2, "quantity": "1" }])).await.expect(200);
        assert_eq!(all.text("status"), "received");
        let more = receive(&house, &order, "d", json!([{ "line": 1, "quantity": "1" }])).await.expect(200);
        assert_eq!(more.text("status"), "received");
        assert_eq!(counted(&more, 0), ["10", "11", "0", "0", "0"]);
        for (key, line, code) in [("e", 1, "inventory.over_receipt"), ("f", 3, "invalid")] {
            let status = if code == "invalid" { 422 } else { 409 };
            let some = json!([{ "line": line, "quantity": "0.000001" }]);
            receive(&house, &order, key, some).await.refused(status, code);
        }
        assert_eq!(house.stock(&tea).await[0], "12");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_left_is_cancelled(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let lines = json!([line(&tea, "10", None), line(&tea, "5", None)]);
        let order = ordered(&house, &supplier, 0, lines.clone()).await;
        house.send(call(&format!("DELETE /items/{tea}"))).await.refused(409, "inventory.item_on_order");
        receive(&house, &order, "a", json!([{ "line": 1, "quantity": "4" }])).await.expect(200);
        to(&house, &order, "cancel").await.refused(409, "inventory.purchase_order_state");
        let close = |lines: Value| {
            house.send(call(&format!("POST /purchase-orders/{order}/close")).json(json!({ "lines": lines })))
        };
        assert_eq!(faults(&close(json!([1, 3])).await.expect(422)), fault("/lines/1", "unknown"));
        let one = close(json!([1])).await.expect(200);
        assert_eq!(one.text("status"), "partly_received");
        assert_eq!(counted(&one, 0), ["10", "4", "0", "6", "0"]);
        let more = receive(&house, &order, "b", json!([{ "line": 1, "quantity": "1" }])).await;
        more.refused(409, "inventory.over_receipt");
        let closed = to(&house, &order, "close").await.expect(200);
        assert_eq!(closed.text("status"), "closed");
        assert_eq!(counted(&closed, 1), ["5", "0", "0", "5", "0"]);
        let late = receive(&house, &order, "c", json!([{ "line": 2, "quantity": "1" }])).await;
        late.refused(409, "inventory.purchase_order_state");
        to(&house, &order, "close").await.refused(409, "inventory.purchase_order_state");

        let other = ordered(&house, &supplier, 0, lines).await;
        let delete = async || house.send(call(&format!("DELETE /suppliers/{supplier}"))).await;
        delete().await.refused(409, "inventory.supplier_in_use");
        let cancelled = to(&house, &other, "cancel").await.expect(200);
        assert_eq!(cancelled.text("status"), "cancelled");
        assert_eq!(counted(&cancelled, 0), ["10", "0", "0", "10", "0"]);
        to(&house, &other, "order").await.refused(409, "inventory.purchase_order_state");
        delete().await.expect(204);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_goes_back_leaves_stock(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let order = ordered(&house, &supplier, 0, json!([line(&tea, "2", Some("DZN"))])).await;
        let early = give_back(&house, &order, "early", json!([{ "line": 1, "quantity": "1" }])).await;
        early.refused(409, "inventory.purchase_order_state");
        receive(&house, &order, "a", json!([{ "line": 1, "quantity": "2" }])).await.expect(200);
        let again = json!([{ "line": 1, "quantity": "3", "unit": "C62", "replaced": true }]);
        let back = give_back(&house, &order, "b", again).await.expect(200);
        assert_eq!(back.text("status"), "partly_received");
        assert_eq!(counted(&back, 0), ["24", "24", "3", "0", "3"]);
        let dozen = json!([{ "line": 1, "quantity": "1" }]);
        let credited = give_back(&house, &order, "c", dozen.clone()).await.expect(200);
        assert_eq!(counted(&credited, 0), ["24", "24", "15", "12", "3"]);
        assert_eq!(house.stock(&tea).await, ["9", "0", "9"]);
        let movements = house.get(&format!("/movements?item_id={tea}")).await.json();
        let last = &movements["data"][0];
        assert_eq!((&last["kind"], &last["quantity"]), (&json!("return"), &json!("-12")));
        let much = give_back(&house, &order, "d", dozen).await;
        let much = much.refused(409, "inventory.purchase_lines_refused");
        assert_eq!(faults(&much), fault("/lines/0/quantity", "not_received"));
        // What came is promised to somebody, or is gone.
        let promise = json!({ "item_id": tea, "quantity": "8" });
        house.send(call("POST /reservations").key("r").json(promise)).await.expect(201);
        let two = json!([{ "line": 1, "quantity": "2", "unit": "C62" }]);
        let kept = give_back(&house, &order, "e", two).await;
        let kept = kept.refused(409, "inventory.purchase_lines_refused");
        assert_eq!(faults(&kept), fault("/lines/0/quantity", "promised"));
        to(&house, &order, "close").await.expect(200);
        let closed = json!([{ "line": 1, "quantity": "1", "unit": "C62", "replaced": true }]);
        let closed = give_back(&house, &order, "f", closed).await.refused(422, "invalid");
        assert_eq!(faults(&closed), fault("/lines/0/replaced", "closed"));
        let late = json!([{ "line": 1, "quantity": "1", "unit": "C62" }]);
        let late = give_back(&house, &order, "g", late).await.expect(200);
        assert_eq!((late.text("status").as_str(), house.stock(&tea).await[0].as_str()), ("closed", "8"));
        house.verify().await;
    }
}

testkit::both! {
    async fn lots_come_all_or_not_at_all(stage: Stage) {
        let house = house(stage).await;
        let body = json!({ "sku": "MILK", "name": "Milk", "tracking": "lot" });
        let milk = house.send(call("POST /items").json(body)).await.expect(201).text("id");
        let supplier = supplier(&house, "exo").await;
        let order = ordered(&house, &supplier, 0, json!([line(&milk, "10", None)])).await;
        let lot = |code: &str, day: &str, quantity: &str| {
            json!({ "line": 1, "quantity": quantity, "lot": { "code": code, "expires_on": day } })
        };
        let lot_of = |code: &str, quantity: &str| {
            json!({ "line": 1, "quantity": quantity, "lot": { "code": code } })
        };
        let (first, second) = (lot("L1", "2026-03-01", "4"), lot("L2", "2026-04-01", "6"));
        let wrong = json!([first, { "line": 1, "quantity": "1" }, lot("L1", "2026-05-01", "1")]);
        let refused = receive(&house, &order, "a", wrong).await.refused(422, "invalid");
        let missing = fault("/lines/1/lot", "required");
        let other = fault("/lines/2/lot/expires_on", "differs");
        assert_eq!(faults(&refused), [missing, other].concat());
        assert_eq!(house.stock(&milk).await[0], "0");
        let all = receive(&house, &order, "b", json!([first, second])).await.expect(200);
        assert_eq!((all.text("status").as_str(), house.stock(&milk).await[0].as_str()), ("received", "10"));
        let unknown = ["L3", " ", "L\u{1}", "L1"].map(|code| lot_of(code, "1"));
        let unknown = give_back(&house, &order, "c", json!(unknown)).await.refused(422, "invalid");
        let at = |line: usize| fault(&format!("/lines/{line}/lot"), "unknown");
        assert_eq!(faults(&unknown), [0, 1, 2].map(at).concat());
        let more = give_back(&house, &order, "d", json!([lot_of("L1", "5")])).await;
        let more = more.refused(409, "inventory.purchase_lines_refused");
        assert_eq!(faults(&more), fault("/lines/0/quantity", "not_received"));
        let back = json!([{ "line": 1, "quantity": "4", "lot": { "code": "L1" } }]);
        give_back(&house, &order, "e", back).await.expect(200);
        assert_eq!(house.stock(&milk).await[0], "6");
        house.verify().await;
    }
}

testkit::both! {
    async fn lines_go_to_the_places_they_name(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let (north, south) = (house.warehouse("NORTH").await, house.warehouse("SOUTH").await);
        let shelf = house.location(&north, "SHELF", "storage").await;
        let order = ordered(&house, &supplier, 0, json!([line(&tea, "10", None)])).await;
        let nowhere = Uuid::new_v4();
        let to = |place: Value| {
            let mut line = json!({ "line": 1, "quantity": "1" });
            line.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
            line
        };
        let wrong = json!([
            to(json!({ "location_id": nowhere })),
            to(json!({ "location_id": shelf })),
            to(json!({ "warehouse_id": nowhere })),
            to(json!({ "warehouse_id": south, "location_id": shelf })),
            to(json!({ "warehouse_id": south, "location_id": house.main() })),
        ]);
        let told = [
            fault("/lines/0/location_id", "unknown"),
            fault("/lines/2/warehouse_id", "unknown"),
            fault("/lines/3/location_id", "elsewhere"),
            fault("/lines/4/location_id", "elsewhere"),
        ]
        .concat();
        let refused = receive(&house, &order, "a", wrong.clone()).await.refused(422, "invalid");
        assert_eq!(faults(&refused), told);
        let right = json!([to(json!({})), to(json!({ "location_id": shelf })), to(json!({ "warehouse_id": south }))]);
        for key in ["b", "c"] {
            receive(&house, &order, key, right.clone()).await.expect(200);
        }
        let refused = give_back(&house, &order, "d", wrong).await.refused(422, "invalid");
        assert_eq!(faults(&refused), told);
        let movements = house.list(&format!("/movements?item_id={tea}")).await;
        let places: Vec<_> = movements.iter().map(|movement| movement["location_id"].as_str().unwrap()).collect();
        let main = house.main();
        let [main, shelf, south] = [&main, &shelf, &south].map(String::as_str);
        // Newest first.
        assert_eq!(places, [south, shelf, main, south, shelf, main]);
        give_back(&house, &order, "e", right).await.expect(200);
        assert_eq!(house.stock(&tea).await[0], "3");
        house.verify().await;
    }
}

testkit::both! {
    async fn receipts_that_race_take_turns(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let order = ordered(&house, &supplier, 20, json!([line(&tea, "5", None)])).await;
        let keys: Vec<String> = (0..12).map(|racer| format!("racer-{racer}")).collect();
        let one = || json!([{ "line": 1, "quantity": "1" }]);
        let told = join_all(keys.iter().map(|key| receive(&house, &order, key, one()))).await;
        let came = told.iter().filter(|reply| reply.status == 200).count();
        let over = told.iter().filter(|reply| reply.outcome() == (409, "inventory.over_receipt".to_owned()));
        assert_eq!((came, over.count()), (6, 6));
        assert_eq!(house.stock(&tea).await[0], "6");
        let order = house.get(&format!("/purchase-orders/{order}")).await;
        assert_eq!(counted(&order, 0), ["5", "6", "0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_draft_changes_and_a_placed_order_hardly(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let body = json!({ "supplier_id": supplier, "lines": [line(&tea, "5", None)] });
        let order = house.send(call("POST /purchase-orders").json(body)).await.expect(201).text("id");
        let patch = |body: Value| {
            house.send(call(&format!("PATCH /purchase-orders/{order}")).if_match("*").json(body))
        };
        let lines = json!([line(&tea, "1", Some("DZN")), line(&tea, "2", None)]);
        let changed = patch(json!({ "lines": lines, "over_receipt_tolerance_percent": 5 })).await.expect(200);
        assert_eq!(counted(&changed, 0)[0], "12");
        assert_eq!(changed.json()["lines"][1]["line"], 2);
        assert_eq!(changed.json()["total"], json!({ "amount": 3000, "currency": "USD" }));
        let same = patch(json!({ "lines": lines })).await.expect(200);
        assert_eq!((same.json(), same.header("etag")), (changed.json(), changed.header("etag")));
        let euro = json!({ "amount": 1, "currency": "EUR" });
        let mixed = json!([line(&tea, "1", None), { "item_id": tea, "quantity": "0", "unit_cost": euro }]);
        let mixed = patch(json!({ "lines": mixed, "over_receipt_tolerance_percent": 101 })).await.expect(422);
        let found: Vec<_> = faults(&mixed).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(
            found,
            ["/lines/1/quantity", "/lines/1/unit_cost/currency", "/over_receipt_tolerance_percent"]
        );
        let kilograms = patch(json!({ "lines": [line(&tea, "1", Some("KGM"))] })).await.expect(422);
        assert_eq!(faults(&kilograms)[0].0, "/lines/0/unit");
        let costs = json!({ "sku": "SALT", "name": "Salt", "unit_cost": { "amount": 1, "currency": "EUR" } });
        let salt = house.send(call("POST /items").json(costs)).await.expect(201).text("id");
        let dollars = patch(json!({ "lines": [line(&salt, "1", None)] })).await.expect(422);
        assert_eq!(faults(&dollars), fault("/lines/0/unit_cost/currency", "other_currency"));
        let nowhere = patch(json!({ "supplier_id": uuid::Uuid::new_v4() })).await.expect(422);
        assert_eq!(faults(&nowhere), fault("/supplier_id", "unknown"));
        // The item's unit is what the line was counted in.
        let unit = call(&format!("PATCH /items/{tea}")).if_match("*").json(json!({ "unit": "KGM" }));
        house.send(unit).await.refused(409, "inventory.item_ordered");

        to(&house, &order, "order").await.expect(200);
        patch(json!({ "lines": lines })).await.refused(409, "inventory.purchase_order_not_draft");
        let late = patch(json!({ "expected_on": "2026-03-01", "reference": "PO-2" })).await.expect(200);
        assert_eq!((late.text("expected_on"), late.text("reference")), ("2026-03-01".into(), "PO-2".into()));
        let stale = call(&format!("PATCH /purchase-orders/{order}")).if_match("\"1\"");
        house.send(stale.json(json!({ "reference": null }))).await.refused(412, "version_mismatch");
    }
}

testkit::both! {
    async fn a_supplier_is_found_by_what_the_tenant_calls_it(stage: Stage) {
        let house = house(stage).await;
        let put = |code: &str, external_id: &str| {
            let body = json!({ "code": code, "name": "Exotic Liquids", "currency": "GBP" });
            house.send(call(&format!("PUT /suppliers/by-external-id/{external_id}")).json(body))
        };
        let made = put(" exo ", "erp-1").await.expect(201);
        assert_eq!((made.text("code"), made.text("currency")), ("EXO".into(), "GBP".into()));
        assert_eq!(put("exo-2", "erp-1").await.expect(200).text("id"), made.text("id"));
        put("EXO-2", "erp-2").await.refused(409, "inventory.supplier_code_taken");
        for query in ["code=exo-2", "external_id=erp-1", "q=LIQUIDS", "q=liq&code=EXO-2"] {
            let found = house.get(&format!("/suppliers?{query}")).await.json();
            assert_eq!(found["data"][0]["id"], json!(made.text("id")), "{query}");
        }
        let bad = json!({ "code": "B", "name": "B", "email": "nobody" });
        let bad = house.send(call("POST /suppliers").json(bad)).await.refused(422, "invalid");
        assert_eq!(faults(&bad), fault("/email", "not_an_address"));
        let own = format!("/suppliers/{}", made.text("id"));
        house.send(call(&format!("DELETE {own}"))).await.expect(204);
        house.send(call(&format!("GET {own}"))).await.refused(404, "inventory.supplier_not_found");
        house.send(call(&format!("POST {own}/restore"))).await.expect(200);
        house.send(call(&format!("POST {own}/restore"))).await.refused(409, "inventory.supplier_not_deleted");
    }
}

testkit::both! {
    async fn a_neighbour_buys_nothing_of_ones_own(stage: Stage) {
        let house = house(stage).await;
        let (tea, supplier) = (house.item(OWNER, "TEA", "0").await, supplier(&house, "exo").await);
        let order = ordered(&house, &supplier, 0, json!([line(&tea, "5", None)])).await;
        let theirs = json!({ "supplier_id": supplier, "lines": [line(&tea, "5", None)] });
        let theirs = house.send(call_by(NEIGHBOUR, "POST /purchase-orders").json(theirs)).await;
        assert_eq!(faults(&theirs.refused(422, "invalid")), fault("/supplier_id", "unknown"));
        let some = json!({ "lines": [{ "line": 1, "quantity": "1" }] });
        let receipts = format!("POST /purchase-orders/{order}/receipts");
        let there = house.send(call_by(NEIGHBOUR, &receipts).key("n").json(some.clone())).await;
        there.refused(404, "inventory.purchase_order_not_found");
        house.send(call_by(VIEWER, &receipts).key("v").json(some.clone())).await.refused(403, "forbidden");
        house.send(call(&receipts).json(some)).await.refused(400, "idempotency_key_required");
        for path in ["/suppliers", "/purchase-orders"] {
            let listed = house.send(call_by(NEIGHBOUR, &format!("GET {path}"))).await.expect(200).json();
            assert_eq!(listed["data"], json!([]), "{path}");
        }
        house.send(call_by(VIEWER, &format!("GET /purchase-orders/{order}"))).await.expect(200);
        house.verify().await;
    }
}
