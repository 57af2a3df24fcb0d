//! Transfers: what is shipped lies in transit until it has come or is lost, and the total is always the sum.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, VIEWER, call, call_by, house};
use data::sql;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Stage;
use uuid::Uuid;

impl House {
    /// A warehouse of the owner's, as it is made, and a shelf in it.
    pub async fn made_warehouse(&self, code: &str) -> (String, String) {
        let (warehouse, shelf) = (Uuid::new_v4(), Uuid::new_v4());
        let now = self.owner.now();
        let unit = self.databases.write(&self.owner).await.unwrap();
        let made = unit.sql(sql!(
            "INSERT INTO warehouses (tenant_id, public_id, code, name, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $3, 1, $4, $4)"
        ));
        made.bind(warehouse).bind(code).bind(now).exec().await.unwrap();
        for (id, code) in [(warehouse, "FLOOR"), (shelf, "A-01")] {
            let made = unit.sql(sql!(
                "INSERT INTO locations \
                 (tenant_id, public_id, warehouse_id, code, name, kind, version, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $4, 'storage', 1, $5, $5)"
            ));
            made.bind(id).bind(warehouse).bind(code).bind(now).exec().await.unwrap();
        }
        unit.commit(()).await.unwrap();
        (warehouse.to_string(), shelf.to_string())
    }

    /// What lies where, by the movements alone.
    pub async fn lies_where(&self, item: &str) -> BTreeMap<String, i64> {
        let movements = self.get(&format!("/movements?item_id={item}&limit=100")).await.json();
        let mut lies = BTreeMap::new();
        for movement in movements["data"].as_array().unwrap() {
            let quantity: kernel::Quantity = movement["quantity"].as_str().unwrap().parse().unwrap();
            let location = movement["location_id"].as_str().unwrap().to_owned();
            *lies.entry(location).or_default() += quantity.millionths() / 1_000_000;
        }
        lies.retain(|_, quantity| *quantity != 0);
        lies
    }

    async fn post_with(&self, path: &str, key: &str, body: Value) -> Reply {
        self.send(call(&format!("POST {path}")).key(key).json(body)).await
    }

    async fn asked_transfer(&self, item: &str, to: Value, quantity: &str) -> String {
        let lines = json!([{ "item_id": item, "quantity": quantity }]);
        let body = json!({ "from": {}, "to": to, "lines": lines });
        self.post_with("/transfers", &Uuid::new_v4().to_string(), body).await.expect(201).text("id")
    }
}

testkit::both! {
    async fn what_is_shipped_comes_in_parts_or_is_lost(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "10").await;
        let (north, shelf) = house.made_warehouse("NORTH").await;
        let transfer = house.asked_transfer(&item, json!({ "location_id": shelf }), "8").await;
        assert_eq!(house.stock(&item).await, ["10", "0", "10"]);
        let ship = format!("/transfers/{transfer}/ship");
        house.send(call(&format!("POST {ship}"))).await.refused(400, "idempotency_key_required");
        let shipped = house.send(call(&format!("POST {ship}")).key("s")).await.expect(200).json();
        assert_eq!(shipped["status"], "in_transit");
        assert_eq!(shipped["lines"][0]["on_its_way"], "8");
        house.send(call(&format!("POST {ship}")).key("again")).await.refused(409, "inventory.transfer_state");
        // On its way it is on hand, and promised to nobody.
        assert_eq!(house.stock(&item).await, ["10", "0", "2"]);
        let lies = house.lies_where(&item).await;
        assert_eq!(lies.values().sum::<i64>(), 10, "{lies:?}");
        assert_eq!((lies.len(), lies.contains_key(&shelf)), (2, false), "{lies:?}");

        let receipts = format!("/transfers/{transfer}/receipts");
        let some = |quantity: &str| json!([{ "line": 1, "quantity": quantity }]);
        let came = house.post_with(&receipts, "r1", json!({ "lines": some("3") })).await.expect(200).json();
        assert_eq!((&came["status"], &came["lines"][0]["received"]), (&json!("in_transit"), &json!("3")));
        let more = house.post_with(&receipts, "r2", json!({ "lines": some("6") })).await;
        more.refused(409, "inventory.transfer_exceeded");
        let unknown = json!({ "lines": [{ "line": 2, "quantity": "1" }] });
        house.post_with(&receipts, "r3", unknown).await.refused(422, "invalid");
        let twice = json!({ "lines": [{ "line": 1, "quantity": "1" }, { "line": 1, "quantity": "1" }] });
        house.post_with(&receipts, "r4", twice).await.refused(422, "invalid");
        let losses = format!("/transfers/{transfer}/losses");
        let blank = json!({ "lines": some("1"), "reason": " " });
        house.post_with(&losses, "l0", blank).await.refused(422, "invalid");
        let lost = json!({ "lines": some("1"), "reason": "Broken on the way" });
        assert_eq!(house.post_with(&losses, "l1", lost).await.expect(200).text("status"), "in_transit");
        assert_eq!(house.stock(&item).await, ["9", "0", "5"]);

        // The rest comes to the floor, though the shelf was asked for.
        let rest = json!({ "location_id": north });
        let done = house.post_with(&receipts, "r5", rest).await.expect(200).json();
        assert_eq!(done["status"], "completed");
        let settled = ["received", "lost", "on_its_way"].map(|field| done["lines"][0][field].clone());
        assert_eq!(settled, ["7", "1", "0"]);
        house.post_with(&receipts, "r6", json!({})).await.refused(409, "inventory.transfer_state");
        let main = house.owner.tenant().to_string();
        let expected = BTreeMap::from([(main, 2), (shelf, 3), (north, 4)]);
        assert_eq!(house.lies_where(&item).await, expected);
        assert_eq!(house.stock(&item).await, ["9", "0", "9"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_promised_stays(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let (north, shelf) = house.made_warehouse("NORTH").await;
        let reservation = json!({ "item_id": item, "quantity": "3" });
        house.post_with("/reservations", "r", reservation).await.expect(201);
        let transfer = house.asked_transfer(&item, json!({ "warehouse_id": north }), "3").await;
        let ship = format!("POST /transfers/{transfer}/ship");
        let refused = house.send(call(&ship).key("s")).await.refused(409, "inventory.stock_promised");
        assert!(refused.text("detail").starts_with("Line 1: "), "{refused:?}");
        let more = house.asked_transfer(&item, json!({ "warehouse_id": north }), "6").await;
        let more = call(&format!("POST /transfers/{more}/ship")).key("m");
        house.send(more).await.refused(409, "inventory.not_there");
        house.send(call(&format!("POST /transfers/{transfer}/cancel"))).await.expect(200);
        house.send(call(&ship).key("s2")).await.refused(409, "inventory.transfer_state");

        // At once it goes within a warehouse alone.
        let rest = json!({ "item_id": item, "quantity": "2" });
        house.post_with("/reservations", "all", rest).await.expect(201);
        let lines = json!([{ "item_id": item, "quantity": "5" }]);
        let to = json!({ "location_id": shelf });
        let elsewhere = json!({ "from": {}, "to": to, "lines": lines, "immediate": true });
        let refused = house.post_with("/transfers", "i0", elsewhere).await.refused(422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/immediate");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_move_within_a_warehouse_is_done_at_once(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let (north, shelf) = house.made_warehouse("NORTH").await;
        let transfer = house.asked_transfer(&item, json!({ "warehouse_id": north }), "5").await;
        house.send(call(&format!("POST /transfers/{transfer}/ship")).key("s")).await.expect(200);
        house.post_with(&format!("/transfers/{transfer}/receipts"), "r", json!({})).await.expect(200);
        let promised = json!({ "item_id": item, "warehouse_id": north, "quantity": "5" });
        house.post_with("/reservations", "p", promised).await.expect(201);
        let body = |quantity: &str| {
            let lines = json!([{ "item_id": item, "quantity": quantity }]);
            let (from, to) = (json!({ "warehouse_id": north }), json!({ "location_id": shelf }));
            json!({ "from": from, "to": to, "lines": lines, "immediate": true })
        };
        house.post_with("/transfers", "i1", body("6")).await.refused(409, "inventory.not_there");
        let moved = house.post_with("/transfers", "i2", body("4")).await.expect(201).json();
        assert_eq!((&moved["status"], &moved["lines"][0]["received"]), (&json!("completed"), &json!("4")));
        assert_eq!(house.lies_where(&item).await, BTreeMap::from([(north, 1), (shelf, 4)]));
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_be_asked_for_is_refused(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let theirs = house.item(NEIGHBOUR, "A", "5").await;
        let (north, shelf) = house.made_warehouse("NORTH").await;
        let line = |item: &str, quantity: &str| json!([{ "item_id": item, "quantity": quantity }]);
        let (to, nowhere) = (json!({ "warehouse_id": north }), Uuid::new_v4());
        for (at, (body, pointer)) in [
            (json!({ "from": {}, "to": to, "lines": [] }), "/lines"),
            (json!({ "from": {}, "to": to, "lines": line(&item, "0") }), "/lines/0/quantity"),
            (json!({ "from": {}, "to": to, "lines": line(&theirs, "1") }), "/lines/0/item_id"),
            (json!({ "from": {}, "to": {}, "lines": line(&item, "1") }), "/to"),
            (json!({ "from": to, "to": { "location_id": north }, "lines": line(&item, "1") }), "/to"),
            (
                json!({ "from": { "warehouse_id": nowhere }, "to": to, "lines": line(&item, "1") }),
                "/from/warehouse_id",
            ),
            (
                json!({ "from": {}, "to": { "location_id": nowhere }, "lines": line(&item, "1") }),
                "/to/location_id",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let refused = house.post_with("/transfers", &format!("t{at}"), body.clone()).await;
            let refused = refused.refused(422, "invalid");
            assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
        }
        let transfer = house.asked_transfer(&item, json!({ "location_id": shelf }), "2").await;
        let ship = format!("POST /transfers/{transfer}/ship");
        house.send(call_by(VIEWER, &ship).key("v")).await.refused(403, "forbidden");
        house.send(call_by(NEIGHBOUR, &ship).key("n")).await.refused(404, "inventory.transfer_not_found");
        house.send(call(&ship).key("s")).await.expect(200);
        // Nothing else touches what is on its way.
        let lies = house.lies_where(&item).await;
        let main = house.owner.tenant().to_string();
        let transit = lies.keys().find(|location| **location != main).unwrap();
        let away = json!({ "from": { "location_id": transit }, "to": {}, "lines": line(&item, "1") });
        let refused = house.post_with("/transfers", "away", away).await.refused(422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/from/location_id");
        for (query, found) in [
            (format!("to_warehouse_id={north}"), 1),
            (format!("from_warehouse_id={north}"), 0),
            ("status=in_transit".to_owned(), 1),
            ("status=requested".to_owned(), 0),
        ] {
            let listed = house.get(&format!("/transfers?{query}")).await.json();
            assert_eq!(listed["data"].as_array().unwrap().len(), found, "{query}");
        }
        house.verify().await;
    }
}
