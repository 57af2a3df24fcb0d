//! Items over HTTP: made, read, changed, deleted, listed.

use crate::house::{VIEWER, call, call_by, house};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;

testkit::both! {
    async fn an_item_lives_and_goes(stage: Stage) {
        let house = house(stage).await;
        let body = json!({
            "sku": " chai-10 ",
            "name": "Chai",
            "category": "Beverages",
            "unit_cost": { "amount": 1800, "currency": "USD" },
            "reorder_level": "2.5",
        });
        let made = house.send(call("POST /items").json(body)).await.expect(201);
        let id = made.text("id");
        assert_eq!(made.header("location"), format!("/api/v1/inventory/items/{id}"));
        let read = house.get(&format!("/items/{id}")).await;
        assert_eq!(read.json(), made.json());
        assert_eq!(read.header("etag"), made.header("etag"));
        assert_eq!(
            read.json(),
            json!({
                "id": id, "sku": "CHAI-10", "name": "Chai", "description": null, "category": "Beverages",
                "unit": "each", "unit_cost": { "amount": 1800, "currency": "USD" }, "reorder_level": "2.5",
                "reorder_up_to": null, "lead_time_days": null, "tracking": "none", "costing": "moving_average",
                "may_be_negative": false,
                "on_hand": "0", "reserved": "0", "available": "0", "family_id": null, "options": {},
                "external_id": null, "metadata": {}, "deleted_at": null,
                "created_at": "2026-01-15T12:00:00Z", "updated_at": "2026-01-15T12:00:00Z",
            })
        );

        let patch = |tag: &str, body: Value| call(&format!("PATCH /items/{id}")).if_match(tag).json(body);
        let change = json!({ "name": "Masala chai", "category": null });
        let changed = house.send(patch(read.header("etag"), change)).await.expect(200);
        assert_eq!(
            (changed.text("name"), changed.json()["category"].clone()),
            ("Masala chai".into(), Value::Null)
        );
        assert_eq!(changed.json()["unit_cost"], read.json()["unit_cost"]);
        let stale = house.send(patch(read.header("etag"), json!({ "name": "Late" }))).await;
        stale.refused(412, "version_mismatch");
        house
            .send(call(&format!("PATCH /items/{id}")).json(json!({})))
            .await
            .refused(428, "precondition_required");
        let null = house.send(patch("*", json!({ "name": null }))).await.refused(422, "invalid");
        assert_eq!(null.json()["errors"][0]["pointer"], "/name");

        house.send(call(&format!("DELETE /items/{id}"))).await.expect(204);
        for line in [format!("GET /items/{id}"), format!("DELETE /items/{id}")] {
            house.send(call(&line)).await.refused(404, "inventory.item_not_found");
        }
        house.send(call("POST /items").json(json!({ "sku": "CHAI-10", "name": "Again" }))).await.expect(201);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_a_deleted_item_was_called_is_free_again(stage: Stage) {
        let house = house(stage).await;
        let make = async |sku: &str, external_id: &str| {
            let body = json!({ "sku": sku, "name": "Chai", "external_id": external_id });
            house.send(call("POST /items").json(body)).await
        };
        let delete = async |id: &str| house.send(call(&format!("DELETE /items/{id}"))).await.expect(204);
        let restore = async |id: &str| house.send(call(&format!("POST /items/{id}/restore"))).await;
        let taken = [("A", "shop-2", "inventory.sku_taken"), ("B", "shop-1", "inventory.external_id_taken")];

        let first = make("A", "shop-1").await.expect(201).text("id");
        for (sku, external_id, code) in taken {
            make(sku, external_id).await.refused(409, code);
        }
        delete(&first).await;
        for (sku, external_id, code) in taken {
            let other = make(sku, external_id).await.expect(201).text("id");
            restore(&first).await.refused(409, code);
            house.send(call(&format!("GET /items/{first}"))).await.refused(404, "inventory.item_not_found");
            delete(&other).await;
        }
        let back = restore(&first).await.expect(200);
        assert_eq!((back.text("sku"), back.text("external_id")), ("A".into(), "shop-1".into()));
        assert_eq!(house.get(&format!("/items/{first}")).await.json(), back.json());
        for (sku, external_id, code) in taken {
            make(sku, external_id).await.refused(409, code);
        }
        house.verify().await;
    }
}

testkit::both! {
    async fn the_tag_covers_the_stock(stage: Stage) {
        let house = house(stage).await;
        let id = house.item(crate::house::OWNER, "A", "0").await;
        let before = house.get(&format!("/items/{id}")).await.header("etag").to_owned();
        let receipt = call(&format!("POST /items/{id}/receipts")).key("k").json(json!({ "quantity": "1" }));
        house.send(receipt).await.expect(201);
        let after = house.get(&format!("/items/{id}")).await;
        assert_ne!(after.header("etag"), before);
        let patch = call(&format!("PATCH /items/{id}")).if_match(&before).json(json!({ "name": "B" }));
        house.send(patch).await.refused(412, "version_mismatch");
        let patch =
            call(&format!("PATCH /items/{id}")).if_match(after.header("etag")).json(json!({ "name": "B" }));
        let patched = house.send(patch).await.expect(200);
        assert_eq!(patched.text("on_hand"), "1");
        let current = call(&format!("GET /items/{id}")).header("if-none-match", patched.header("etag"));
        house.send(current).await.expect(304);
    }
}

testkit::both! {
    async fn what_cannot_be_an_item_is_refused(stage: Stage) {
        let house = house(stage).await;
        let id = house.item(crate::house::OWNER, "A", "1").await;
        let post = |body: Value| house.send(call("POST /items").json(body));
        post(json!({ "sku": "a", "name": "Another" })).await.refused(409, "inventory.sku_taken");
        post(json!({ "id": id, "sku": "B", "name": "B" })).await.refused(409, "inventory.item_exists");
        post(json!({ "sku": "B", "name": "B", "color": "red" })).await.refused(400, "malformed");
        let faults = post(json!({ "sku": " ", "name": "x\u{7}", "reorder_level": "-1" }))
            .await
            .refused(422, "invalid");
        let pointers: Vec<_> = faults.json()["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["pointer"].clone())
            .collect();
        assert_eq!(pointers, ["/sku", "/name", "/reorder_level"]);
        house.send(call(&format!("DELETE /items/{id}"))).await.refused(409, "inventory.item_has_stock");
        let patch = |body: Value| house.send(call(&format!("PATCH /items/{id}")).if_match("*").json(body));
        house.item(crate::house::OWNER, "C", "0").await;
        patch(json!({ "sku": "c" })).await.refused(409, "inventory.sku_taken");
        assert_eq!(house.get(&format!("/items/{id}")).await.text("sku"), "A");
        house
            .send(call_by(VIEWER, "POST /items").json(json!({ "sku": "V", "name": "V" })))
            .await
            .refused(403, "forbidden");
        house.send(call_by(VIEWER, &format!("GET /items/{id}"))).await.expect(200);
    }
}

testkit::both! {
    async fn items_are_listed_with_their_stock(stage: Stage) {
        let house = house(stage).await;
        for (sku, on_hand) in [("A", "1"), ("B", "0"), ("C", "2.5")] {
            house.item(crate::house::OWNER, sku, on_hand).await;
        }
        let patch = json!({ "category": "Tea" });
        let b = house.get("/items?sku=b").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
        house.send(call(&format!("PATCH /items/{b}")).if_match("*").json(patch)).await.expect(200);
        let listed = |reply: Value| -> Vec<(String, String)> {
            let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
            reply["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| (text(item, "sku"), text(item, "on_hand")))
                .collect()
        };
        let pair = |sku: &str, on_hand: &str| (sku.to_owned(), on_hand.to_owned());
        let first = house.get("/items?limit=2").await.json();
        assert_eq!(listed(first.clone()), [pair("C", "2.5"), pair("B", "0")]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = house.get(&format!("/items?limit=2&cursor={cursor}")).await.json();
        assert_eq!((listed(second.clone()), &second["next_cursor"]), (vec![pair("A", "1")], &Value::Null));
        for (query, expected) in [
            ("sku=%20a%20", vec![pair("A", "1")]),
            ("category=Tea", vec![pair("B", "0")]),
            ("category=Tea&sku=A", vec![]),
            ("sku=a%07b", vec![]),
            ("category=%07", vec![]),
        ] {
            assert_eq!(listed(house.get(&format!("/items?{query}")).await.json()), expected, "{query}");
        }
        house.send(call("GET /items?colour=red")).await.refused(400, "unknown_parameter");
        house.send(call("GET /items?category=%00")).await.refused(400, "malformed");
    }
}

testkit::both! {
    async fn who_puts_an_item_that_another_makes_meanwhile_writes_over_it(stage: Stage) {
        let house = house(stage).await;
        for round in 0..30 {
            let racing = (0..20).map(|racer| {
                let body = json!({ "sku": format!("RACE-{round}"), "name": format!("Racer {racer}") });
                house.send(call(&format!("PUT /items/by-external-id/race-{round}")).json(body))
            });
            let mut told: Vec<_> = join_all(racing).await.into_iter().map(|reply| reply.status).collect();
            told.sort_unstable();
            assert_eq!(told, [vec![200; 19], vec![201]].concat());
        }
        house.verify().await;
    }
}
