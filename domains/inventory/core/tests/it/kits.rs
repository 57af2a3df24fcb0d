//! What items are sold as and made of: bills without loops, kits as their parts, and what is made and taken apart.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, VIEWER, call, call_by, house};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;
use uuid::Uuid;

impl House {
    pub async fn put_components(&self, item: &str, kind: &str, parts: &[(&String, &str)]) -> Reply {
        let components =
            parts.iter().map(|(part, quantity)| json!({ "item_id": part, "quantity": quantity }));
        let body = json!({ "kind": kind, "components": components.collect::<Vec<_>>() });
        self.send(call(&format!("PUT /items/{item}/components")).if_match("*").json(body)).await
    }

    pub async fn availability(&self, item: &str, query: &str) -> Value {
        self.get(&format!("/items/{item}/availability{query}")).await.json()
    }

    async fn receive_lot(&self, item: &str, key: &str, body: Value) {
        self.send(call(&format!("POST /items/{item}/receipts")).key(key).json(body)).await.expect(201);
    }
}

fn limit(availability: &Value) -> (Value, Value) {
    (availability["available"].clone(), availability["limited_by"]["sku"].clone())
}

testkit::both! {
    async fn components_are_put_as_a_whole(stage: Stage) {
        let house = house(stage).await;
        let (set, cup) = (house.item(OWNER, "SET", "0").await, house.item(OWNER, "CUP", "30").await);
        let path = format!("/items/{set}/components");
        let none = house.get(&path).await;
        assert_eq!((none.json()["kind"].clone(), none.json()["components"].clone()), (json!(null), json!([])));

        let body = json!({ "kind": "kit", "components": [{ "item_id": cup, "quantity": "1", "unit": "DZN" }] });
        let put = |tag: &str, body: &Value| {
            house.send(call(&format!("PUT {path}")).if_match(tag).json(body.clone()))
        };
        let first = put(none.header("etag"), &body).await.expect(200);
        assert_eq!(first.json()["components"][0]["quantity"], "12");
        assert_eq!(first.json()["components"][0]["entered_unit"], "DZN");
        assert_eq!(house.get(&path).await.json(), first.json());
        put(none.header("etag"), &body).await.refused(412, "version_mismatch");
        let same = put(first.header("etag"), &body).await.expect(200);
        assert_eq!(same.header("etag"), first.header("etag"));

        let item = |of: &str, quantity: &str| json!({ "item_id": of, "quantity": quantity });
        let nobody = uuid::Uuid::new_v4().to_string();
        for (components, pointer) in [
            (vec![item(&set, "1")], "/components/0/item_id"),
            (vec![item(&cup, "1"), item(&cup, "2")], "/components/1/item_id"),
            (vec![item(&cup, "0")], "/components/0/quantity"),
            (vec![item(&nobody, "1")], "/components/0/item_id"),
        ] {
            let told = put("*", &json!({ "kind": "kit", "components": components })).await.refused(422, "invalid");
            assert_eq!(told.json()["errors"][0]["pointer"], pointer);
        }
        let kindless = put("*", &json!({ "components": [item(&cup, "1")] })).await.refused(422, "invalid");
        assert_eq!(kindless.json()["errors"][0]["pointer"], "/kind");
        let looked = house.send(call_by(VIEWER, &format!("GET {path}"))).await;
        assert_eq!(looked.status, 200);
        let body = json!({ "components": [] });
        let put_by = |who: &str| {
            house.send(call_by(who, &format!("PUT {path}")).if_match("*").json(body.clone()))
        };
        put_by(VIEWER).await.refused(403, "forbidden");
        put_by(NEIGHBOUR).await.refused(404, "inventory.item_not_found");
        let gone = put_by(OWNER).await.expect(200);
        assert_eq!((gone.json()["kind"].clone(), gone.json()["components"].clone()), (json!(null), json!([])));
        house.verify().await;
    }
}

testkit::both! {
    async fn no_item_is_a_part_of_itself(stage: Stage) {
        let house = house(stage).await;
        let mut items = Vec::new();
        for n in 0..10 {
            items.push(house.item(OWNER, &format!("L{n}"), "0").await);
        }
        for pair in items[..3].windows(2) {
            house.put_components(&pair[0], "assembly", &[(&pair[1], "2")]).await.expect(200);
        }
        let told = house.put_components(&items[2], "kit", &[(&items[9], "1"), (&items[0], "1")]).await;
        let told = told.refused(409, "inventory.bill_loop");
        assert!(told.text("detail").contains("L2 > L0 > L1 > L2"), "{}", told.text("detail"));
        assert_eq!(house.get(&format!("/items/{}/components", items[2])).await.json()["components"], json!([]));

        for pair in items[2..9].windows(2) {
            house.put_components(&pair[0], "assembly", &[(&pair[1], "2")]).await.expect(200);
        }
        // Eight bills stand below each other by now, from L0 to L7.
        let deeper = house.put_components(&items[8], "kit", &[(&items[9], "1")]).await;
        deeper.refused(409, "inventory.bill_too_deep");
        let above = house.put_components(&items[9], "kit", &[(&items[0], "1")]).await;
        above.refused(409, "inventory.bill_too_deep");
        house.put_components(&items[9], "kit", &[(&items[1], "1")]).await.expect(200);
    }
}

testkit::both! {
    async fn two_at_once_make_no_loop(stage: Stage) {
        let house = house(stage).await;
        for round in 0..6 {
            let one = house.item(OWNER, &format!("ONE-{round}"), "0").await;
            let other = house.item(OWNER, &format!("OTHER-{round}"), "0").await;
            let racing = [(&one, &other), (&other, &one)].map(|(whole, part)| {
                let house = &house;
                async move { house.put_components(whole, "kit", &[(part, "1")]).await.outcome() }
            });
            let mut outcomes = join_all(racing).await;
            outcomes.sort();
            assert_eq!(outcomes, [(200, String::new()), (409, "inventory.bill_loop".to_owned())]);
        }
    }
}

testkit::both! {
    async fn a_kit_is_available_as_its_scarcest_part_is(stage: Stage) {
        let house = house(stage).await;
        let cup = house.item(OWNER, "CUP", "13").await;
        let tea = house.item(OWNER, "TEA", "9").await;
        let (set, box_) = (house.item(OWNER, "SET", "0").await, house.item(OWNER, "BOX", "0").await);
        house.put_components(&set, "kit", &[(&cup, "2"), (&tea, "1")]).await.expect(200);
        assert_eq!(limit(&house.availability(&set, "").await), (json!("6"), json!("CUP")));
        // Two sets and three cups more: seven cups a box.
        house.put_components(&box_, "kit", &[(&set, "2"), (&cup, "3")]).await.expect(200);
        let of_box = house.availability(&box_, "").await;
        assert_eq!(limit(&of_box), (json!("1"), json!("CUP")));
        assert_eq!((of_box["limited_by"]["needed"].clone(), of_box["kind"].clone()), (json!("7"), json!("kit")));

        let body = json!({ "item_id": tea, "quantity": "8" });
        let tea_promised = house.send(call("POST /reservations").key("t").json(body)).await.expect(201).text("id");
        assert_eq!(limit(&house.availability(&set, "").await), (json!("1"), json!("TEA")));
        assert_eq!(limit(&house.availability(&box_, "").await), (json!("0"), json!("TEA")));
        house.send(call(&format!("POST /reservations/{tea_promised}/release"))).await.expect(200);

        let plain = house.availability(&cup, "").await;
        assert_eq!((limit(&plain), plain["kind"].clone()), ((json!("13"), json!(null)), json!(null)));
        let elsewhere = format!("?warehouse_id={}", uuid::Uuid::new_v4());
        assert_eq!(limit(&house.availability(&set, &elsewhere).await).0, json!("0"));
        let missing = house.send(call_by(NEIGHBOUR, &format!("GET /items/{set}/availability"))).await;
        missing.refused(404, "inventory.item_not_found");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_kit_is_reserved_as_all_its_parts_or_none(stage: Stage) {
        let house = house(stage).await;
        let (cup, tea) = (house.item(OWNER, "CUP", "13").await, house.item(OWNER, "TEA", "4").await);
        let (set, gift) = (house.item(OWNER, "SET", "0").await, house.item(OWNER, "GIFT", "0").await);
        house.put_components(&set, "kit", &[(&cup, "2"), (&tea, "1")]).await.expect(200);
        house.put_components(&gift, "kit", &[(&set, "1"), (&cup, "1")]).await.expect(200);
        let reserve = |key: &str, item: &str, quantity: &str| {
            let call = call(&format!("POST /items/{item}/kit-reservations")).key(key);
            house.send(call.json(json!({ "quantity": quantity, "reference": "cart 1" })))
        };
        let reserved = reserve("a", &gift, "3").await.expect(201);
        assert_eq!(reserved.json()["reservations"].as_array().unwrap().len(), 2, "one for each part");
        assert_eq!(house.stock(&cup).await, ["13", "9", "4"]);
        assert_eq!(house.stock(&tea).await, ["4", "3", "1"]);

        let short = reserve("b", &set, "2").await.refused(409, "inventory.insufficient_stock");
        let detail = short.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail, "of TEA, 2 are needed, and 1 are available");
        assert_eq!(house.stock(&cup).await, ["13", "9", "4"]);
        reserve("c", &set, "0.5").await.refused(422, "invalid");
        reserve("d", &cup, "1").await.refused(409, "inventory.not_a_kit");
        let nowhere = json!({ "quantity": "1", "warehouse_id": uuid::Uuid::new_v4() });
        let told = house.post(&format!("/items/{set}/kit-reservations"), nowhere).await;
        let told = told.refused(422, "invalid").json()["errors"].clone();
        assert_eq!((told[0]["pointer"].as_str(), told[1].clone()), (Some("/warehouse_id"), Value::Null));
        let itself = json!({ "item_id": set, "quantity": "1" });
        house.send(call("POST /reservations").key("e").json(itself)).await.refused(422, "invalid");
        let receipt = call(&format!("POST /items/{set}/receipts")).key("f").json(json!({ "quantity": "1" }));
        house.send(receipt).await.refused(409, "inventory.kit_is_not_stocked");
        house.put_components(&cup, "kit", &[(&tea, "1")]).await.refused(409, "inventory.kit_has_stock");
        reserve("g", &set, "1").await.expect(201);
        house.verify().await;
    }
}

testkit::both! {
    async fn kits_that_race_share_their_parts(stage: Stage) {
        let house = house(stage).await;
        let (cup, tea) = (house.item(OWNER, "CUP", "10").await, house.item(OWNER, "TEA", "40").await);
        let (one, other) = (house.item(OWNER, "ONE", "0").await, house.item(OWNER, "OTHER", "0").await);
        house.put_components(&one, "kit", &[(&cup, "2"), (&tea, "1")]).await.expect(200);
        house.put_components(&other, "kit", &[(&tea, "1"), (&cup, "2")]).await.expect(200);
        let racing = (0..16).map(|n| {
            let item = if n % 2 == 0 { &one } else { &other };
            let call = call(&format!("POST /items/{item}/kit-reservations")).key(&format!("k-{n}"));
            house.send(call.json(json!({ "quantity": "1" })))
        });
        let replies = join_all(racing).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 5, "{replies:?}");
        assert_eq!(house.stock(&cup).await, ["10", "10", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_item_is_made_of_its_parts_and_taken_apart(stage: Stage) {
        let house = house(stage).await;
        let (leg, top) = (house.item(OWNER, "LEG", "9").await, house.item(OWNER, "TOP", "5").await);
        let table = house.item(OWNER, "TABLE", "0").await;
        let make = |key: &str, verb: &str, quantity: &str| {
            let call = call(&format!("POST /items/{table}/{verb}")).key(key);
            house.send(call.json(json!({ "quantity": quantity, "reference": "job 1" })))
        };
        make("a", "assemblies", "1").await.refused(409, "inventory.not_an_assembly");
        house.put_components(&table, "assembly", &[(&leg, "4"), (&top, "1")]).await.expect(200);
        let before = house.availability(&table, "").await;
        assert_eq!((before["available"].clone(), before["can_make"].clone()), (json!("0"), json!("2")));

        let made = make("b", "assemblies", "2").await.expect(201);
        let own = made.header("location").trim_start_matches("/api/v1/inventory").to_owned();
        assert_eq!(house.get(&own).await.json(), made.json());
        for (item, on_hand) in [(&leg, "1"), (&top, "3"), (&table, "2")] {
            assert_eq!(house.stock(item).await[0], on_hand);
        }
        let short = make("c", "assemblies", "1").await.refused(409, "inventory.insufficient_stock");
        assert!(short.json()["errors"][0]["detail"].as_str().unwrap().starts_with("of LEG, 4"), "{short:?}");
        assert_eq!(house.stock(&top).await[0], "3");

        let apart = make("d", "disassemblies", "1").await.expect(201);
        assert_eq!(apart.text("direction"), "taken_apart");
        for (item, on_hand) in [(&leg, "5"), (&top, "4"), (&table, "1")] {
            assert_eq!(house.stock(item).await[0], on_hand);
        }
        make("e", "disassemblies", "2").await.refused(409, "inventory.not_there");
        let listed = house.get(&format!("/assemblies?item_id={table}")).await.json();
        let directions: Vec<_> =
            listed["data"].as_array().unwrap().iter().map(|row| row["direction"].clone()).collect();
        assert_eq!(directions, [json!("taken_apart"), json!("made")]);
        house.send(call_by(NEIGHBOUR, &format!("GET {own}"))).await.refused(404, "inventory.assembly_not_found");
        house.verify().await;
    }
}

testkit::both! {
    async fn parts_that_are_promised_stay(stage: Stage) {
        let house = house(stage).await;
        let (leg, stool) = (house.item(OWNER, "LEG", "6").await, house.item(OWNER, "STOOL", "0").await);
        house.put_components(&stool, "assembly", &[(&leg, "3")]).await.expect(200);
        let body = json!({ "item_id": leg, "quantity": "2" });
        house.send(call("POST /reservations").key("r").json(body)).await.expect(201);
        let make = |key: &str, quantity: &str| {
            let call = call(&format!("POST /items/{stool}/assemblies")).key(key);
            house.send(call.json(json!({ "quantity": quantity })))
        };
        make("a", "2").await.refused(409, "inventory.insufficient_stock");
        make("b", "1").await.expect(201);
        assert_eq!(house.stock(&leg).await, ["3", "2", "1"]);
        let named = json!({ "quantity": "1", "parts": [{ "item_id": stool, "quantity": "1" }] });
        let named = house.send(call(&format!("POST /items/{stool}/assemblies")).key("c").json(named)).await;
        assert_eq!(named.refused(422, "invalid").json()["errors"][0]["code"], "not_a_part");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_expires_first_is_taken_and_named_lots_come_back(stage: Stage) {
        let house = house(stage).await;
        let body = json!({ "sku": "MILK", "name": "Milk", "tracking": "lot" });
        let milk = house.send(call("POST /items").json(body)).await.expect(201).text("id");
        for (code, last, quantity) in
            [("LATE", "2026-03-01", "5"), ("SOON", "2026-02-01", "5"), ("GONE", "2026-01-01", "5")]
        {
            let lot = json!({ "code": code, "expires_on": last });
            house.receive_lot(&milk, code, json!({ "quantity": quantity, "lot": lot })).await;
        }
        let pudding = house.item(OWNER, "PUDDING", "0").await;
        house.put_components(&pudding, "assembly", &[(&milk, "1")]).await.expect(200);
        assert_eq!(house.availability(&pudding, "").await["can_make"], "10");
        let do_it = |key: &str, verb: &str, body: Value| {
            house.send(call(&format!("POST /items/{pudding}/{verb}")).key(key).json(body))
        };
        do_it("a", "assemblies", json!({ "quantity": "11" })).await.refused(409, "inventory.insufficient_stock");
        let nowhere = json!({ "item_id": milk, "quantity": "1", "location_id": Uuid::new_v4(), "lot": { "code": "LATE" } });
        for (key, verb) in [("nowhere", "assemblies"), ("back", "disassemblies")] {
            let refused = do_it(key, verb, json!({ "quantity": "1", "parts": [nowhere] })).await;
            let refused = refused.refused(422, "invalid").json();
            assert_eq!(refused["errors"][0]["pointer"], "/parts/0/location_id", "{refused}");
        }
        let late = json!({ "item_id": milk, "quantity": "1", "lot": { "code": "LATE" } });
        do_it("b", "assemblies", json!({ "quantity": "6", "parts": [late] })).await.expect(201);
        // One of LATE as it was said, and of the rest what expires first.
        assert_eq!(house.availability(&milk, "").await["available"], "4");
        let unnamed = do_it("c", "disassemblies", json!({ "quantity": "1" })).await.refused(422, "invalid");
        assert_eq!(unnamed.json()["errors"][0]["pointer"], "/parts");
        let back = json!({ "item_id": milk, "quantity": "1", "lot": { "code": "SOON" } });
        do_it("d", "disassemblies", json!({ "quantity": "1", "parts": [back] })).await.expect(201);
        assert_eq!(house.availability(&milk, "").await["available"], "5");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_part_of_another_is_not_deleted(stage: Stage) {
        let house = house(stage).await;
        let (cup, set) = (house.item(OWNER, "CUP", "0").await, house.item(OWNER, "SET", "0").await);
        house.put_components(&set, "kit", &[(&cup, "2")]).await.expect(200);
        let delete = |item: &str| house.send(call(&format!("DELETE /items/{item}")));
        let told = delete(&cup).await.refused(409, "inventory.item_is_component");
        assert!(told.text("detail").contains("SET"), "{}", told.text("detail"));
        delete(&set).await.expect(204);
        delete(&cup).await.expect(204);
        let restore = |item: &str| house.send(call(&format!("POST /items/{item}/restore")));
        restore(&set).await.refused(409, "inventory.component_deleted");
        restore(&cup).await.expect(200);
        restore(&set).await.expect(200);
        assert_eq!(house.availability(&set, "").await["limited_by"]["sku"], "CUP");
    }
}
