//! Sales and purchase orders as other systems know them: by a reference of their own.

use crate::house::{Call, House, NEIGHBOUR, OWNER, Reply, call, call_by, house};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;

/// A kind of order, and a body that makes one.
struct Kind {
    path: &'static str,
    body: Value,
}

impl Kind {
    /// Of an item that is kept by the kilogram and ordered by the pound, so that its quantity is rounded.
    async fn sales(house: &House) -> Self {
        let rice = house.item_with("RICE", json!({ "unit": "KGM" })).await;
        let price = json!({ "amount": 300, "currency": "EUR" });
        let line = json!({ "item_id": rice, "quantity": "1", "unit": "lbr", "unit_price": price });
        let body = json!({ "customer_name": "Chevalier", "metadata": { "channel": "web" }, "lines": [line] });
        Self { path: "/sales-orders", body }
    }

    async fn purchases(house: &House) -> Self {
        let tea = house.item(OWNER, "TEA", "0").await;
        let supplier = json!({ "code": "EXO", "name": "Exotic Liquids" });
        let supplier = house.send(call("POST /suppliers").json(supplier)).await.expect(201).text("id");
        let unit_cost = json!({ "amount": 1000, "currency": "USD" });
        let line = json!({ "item_id": tea, "quantity": "2", "unit": "dzn", "unit_cost": unit_cost });
        let body = json!({ "supplier_id": supplier, "metadata": { "channel": "web" }, "lines": [line] });
        Self { path: "/purchase-orders", body }
    }

    /// The body with another of these.
    fn with(&self, field: &str, value: Value) -> Value {
        let mut body = self.body.clone();
        body[field] = value;
        body
    }

    fn with_quantity(&self, quantity: &str) -> Value {
        let mut body = self.body.clone();
        body["lines"][0]["quantity"] = json!(quantity);
        body
    }

    fn put(&self, external_id: &str, body: &Value) -> Call {
        call(&format!("PUT {}/by-external-id/{external_id}", self.path)).json(body.clone())
    }

    fn of(&self, verb: &str, order: &str) -> Call {
        call(&format!("{verb} {}/{order}", self.path))
    }
}

fn tag(reply: &Reply) -> String {
    reply.header("etag").to_owned()
}

/// What is alike of both; the draft that is left, as it was answered last.
async fn check_draft(house: &House, kind: &Kind) -> Reply {
    let made = house.send(kind.put("shop-1", &kind.body)).await.expect(201);
    let order = made.text("id");
    assert_eq!(made.header("location"), format!("/api/v1/inventory{}/{order}", kind.path));
    assert_eq!((made.text("external_id"), made.text("status")), ("shop-1".into(), "draft".into()));
    assert_eq!(made.json()["metadata"], json!({ "channel": "web" }));
    house.stage.clock.advance(TimeDelta::seconds(1));
    let again = house.send(kind.put("shop-1", &kind.body)).await.expect(200);
    assert_eq!((again.json(), tag(&again)), (made.json(), tag(&made)));

    // What is left out is empty, and the lines are said anew.
    let mut other = kind.with_quantity("3");
    other.as_object_mut().unwrap().remove("metadata");
    let changed = house.send(kind.put("shop-1", &other)).await.expect(200);
    assert_eq!((changed.text("id"), &changed.json()["metadata"]), (order.clone(), &json!({})));
    assert_ne!(changed.json()["lines"][0]["quantity"], made.json()["lines"][0]["quantity"]);
    assert_eq!(changed.json()["placed_at"], made.json()["placed_at"]);
    assert_ne!(tag(&changed), tag(&made));

    for (external_id, header, value) in [
        ("shop-1", "if-match", tag(&made).as_str()),
        ("shop-1", "if-none-match", "*"),
        ("shop-2", "if-match", "*"),
    ] {
        let refused = house.send(kind.put(external_id, &kind.body).header(header, value)).await;
        refused.refused(412, "version_mismatch");
    }
    house.send(kind.put("shop-1", &other).if_match(&tag(&changed))).await.expect(200);

    let merged = json!({ "metadata": { "channel": "shop", "till": "4" }, "reference": "R-1" });
    let merged = house.send(kind.of("PATCH", &order).if_match("*").json(merged)).await.expect(200);
    assert_eq!(merged.json()["metadata"], json!({ "channel": "shop", "till": "4" }));
    let patch = json!({ "metadata": { "till": null, "note": "fragile" } });
    let merged = house.send(kind.of("PATCH", &order).if_match("*").json(patch)).await.expect(200);
    assert_eq!(merged.json()["metadata"], json!({ "channel": "shop", "note": "fragile" }));
    let nameless = json!({ "external_id": "..", "metadata": { "": "x" } });
    let nameless = house.send(kind.of("PATCH", &order).if_match("*").json(nameless)).await;
    let faults = nameless.refused(422, "invalid").json()["errors"].as_array().unwrap().clone();
    let pointers: Vec<_> = faults.iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/external_id", "/metadata/"]);

    let taken = call(&format!("POST {}", kind.path)).json(kind.with("external_id", json!("shop-1")));
    house.send(taken).await.refused(409, "inventory.order_external_id_taken");
    let found = house.get(&format!("{}?external_id=shop-1", kind.path)).await.json();
    assert_eq!((&found["data"][0]["id"], &found["next_cursor"]), (&json!(order), &Value::Null));
    assert_eq!(house.list(&format!("{}?external_id=shop-2", kind.path)).await, Vec::<Value>::new());
    let theirs = format!("GET {}?external_id=shop-1", kind.path);
    let theirs = house.send(call_by(NEIGHBOUR, &theirs)).await.expect(200).json();
    assert_eq!(theirs["data"], json!([]));
    house.send(kind.put("shop-1", &kind.body)).await.expect(200)
}

/// Of one that is no draft any more: what changes nothing is done, texts change, and nothing else does.
async fn check_placed(house: &House, kind: &Kind, order: &str, others: &[Value], code: &str) {
    let before = house.send(kind.of("GET", order)).await.expect(200);
    let same = house.send(kind.put("shop-1", &kind.body)).await.expect(200);
    assert_eq!((same.json(), tag(&same)), (before.json(), tag(&before)));
    for other in others {
        house.send(kind.put("shop-1", other)).await.refused(409, code);
    }
    assert_eq!(house.send(kind.of("GET", order)).await.json(), before.json());
    let texts = kind.with("reference", json!("R-2"));
    let texts = house.send(kind.put("shop-1", &texts)).await.expect(200);
    assert_eq!((texts.text("reference"), texts.text("status")), ("R-2".into(), before.text("status")));
    assert_eq!(texts.json()["lines"], before.json()["lines"]);

    // Another one may not have its reference, and has its external id once it is given up.
    let same_reference = kind.with("reference", json!("R-2"));
    assert_eq!(house.send(kind.put("shop-2", &same_reference)).await.status, 409);
    let given_up = json!({ "external_id": null });
    house.send(kind.of("PATCH", order).if_match("*").json(given_up)).await.expect(200);
    let new = house.send(kind.put("shop-1", &kind.body)).await.expect(201);
    assert_ne!(new.text("id"), order);
    house.verify().await;
}

testkit::both! {
    async fn a_sales_order_is_put_by_its_reference(stage: Stage) {
        let house = house(stage).await;
        let kind = Kind::sales(&house).await;
        let draft = check_draft(&house, &kind).await;
        let order = draft.text("id");
        let north = house.warehouse("NORTH").await;
        let there = house.send(kind.put("shop-1", &kind.with("warehouse_id", json!(north)))).await.expect(200);
        assert_eq!((there.text("warehouse_id"), &there.json()["lines"]), (north.clone(), &draft.json()["lines"]));
        let back = house.send(kind.put("shop-1", &kind.body)).await.expect(200);
        assert_eq!(back.text("warehouse_id"), house.main());
        house.send(kind.of("POST", &format!("{order}/confirm")).key("c")).await.expect(200);
        let others = [
            kind.with_quantity("2"),
            kind.with("warehouse_id", json!(north)),
            kind.with("placed_at", json!("2026-02-03T09:00:00Z")),
        ];
        check_placed(&house, &kind, &order, &others, "inventory.sales_order_status").await;
    }
}

testkit::both! {
    async fn a_purchase_order_is_put_by_its_reference(stage: Stage) {
        let house = house(stage).await;
        let kind = Kind::purchases(&house).await;
        let order = check_draft(&house, &kind).await.text("id");
        house.send(kind.of("POST", &format!("{order}/order"))).await.expect(200);
        let supplier = json!({ "code": "TOK", "name": "Tokyo Traders" });
        let supplier = house.send(call("POST /suppliers").json(supplier)).await.expect(201).text("id");
        let others = [
            kind.with_quantity("3"),
            kind.with("supplier_id", json!(supplier)),
            kind.with("over_receipt_tolerance_percent", json!(5)),
        ];
        check_placed(&house, &kind, &order, &others, "inventory.purchase_order_not_draft").await;
    }
}

/// Nothing has moved before, so that whoever sells first makes the main warehouse too.
async fn race(house: &House, kind: &Kind) {
    for round in 0..15 {
        let racing = (0..20).map(|racer| {
            let mut body = kind.with("metadata", json!({ "racer": racer.to_string() }));
            body["reference"] = json!(format!("RACE-{round}"));
            house.send(kind.put(&format!("race-{round}"), &body))
        });
        let mut told: Vec<_> = join_all(racing).await.into_iter().map(|reply| reply.status).collect();
        told.sort_unstable();
        assert_eq!(told, [vec![200; 19], vec![201]].concat(), "{}", kind.path);
    }
    assert_eq!(house.list(kind.path).await.len(), 15);
    house.verify().await;
}

testkit::both! {
    async fn who_puts_a_sales_order_that_another_makes_meanwhile_writes_over_it(stage: Stage) {
        let house = house(stage).await;
        race(&house, &Kind::sales(&house).await).await;
    }
}

testkit::both! {
    async fn who_puts_a_purchase_order_that_another_makes_meanwhile_writes_over_it(stage: Stage) {
        let house = house(stage).await;
        race(&house, &Kind::purchases(&house).await).await;
    }
}
