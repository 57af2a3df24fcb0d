//! Warehouses and the locations in them: made, moved, taken out of use, and what comes to lie there.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, VIEWER, call, call_by, house};
use futures::future::join_all;
use serde_json::{Value, json};
use testkit::Stage;

impl House {
    async fn delete(&self, path: &str) -> Reply {
        self.send(call(&format!("DELETE {path}"))).await
    }

    async fn restore(&self, path: &str) -> Reply {
        self.send(call(&format!("POST {path}/restore"))).await
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(call(&format!("PATCH {path}")).if_match("*").json(body)).await
    }

    /// In another location.
    async fn location_in(&self, warehouse: &str, parent: &str, code: &str) -> Reply {
        let body = json!({ "warehouse_id": warehouse, "parent_id": parent, "code": code, "name": code });
        self.send(call("POST /locations").json(body)).await
    }

    async fn move_to(&self, location: &str, parent: Value) -> Reply {
        self.patch(&format!("/locations/{location}"), json!({ "parent_id": parent })).await
    }

    /// Location and on hand of each bin of the item.
    async fn bins(&self, item: &str) -> Vec<(String, String)> {
        let text = |bin: &Value, field: &str| bin[field].as_str().unwrap().to_owned();
        let bins = self.list(&format!("/bins?item_id={item}")).await;
        let mut bins: Vec<_> =
            bins.iter().map(|bin| (text(bin, "location_id"), text(bin, "on_hand"))).collect();
        bins.sort();
        bins
    }
}

#[track_caller]
fn check_fault(reply: &Reply, pointer: &str, code: &str) {
    let fault = &reply.json()["errors"][0];
    let found = (reply.status, fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap());
    assert_eq!(found, (422, pointer, code), "{reply:?}");
}

testkit::both! {
    async fn a_warehouse_lives_and_goes(stage: Stage) {
        let house = house(stage).await;
        let body = json!({ "code": " north ", "name": " Northern " });
        let made = house.send(call("POST /warehouses").json(body)).await.expect(201);
        let id = made.text("id");
        assert_eq!(made.header("location"), format!("/api/v1/inventory/warehouses/{id}"));
        let shown = house.get(&format!("/warehouses/{id}")).await;
        assert_eq!((shown.json(), shown.header("etag")), (made.json(), made.header("etag")));
        assert_eq!(
            made.json(),
            json!({
                "id": id, "code": "NORTH", "name": "Northern", "deleted_at": null,
                "created_at": "2026-01-15T12:00:00Z", "updated_at": "2026-01-15T12:00:00Z",
            })
        );
        let floor = house.get(&format!("/locations/{id}")).await.json();
        let floor = ["warehouse_id", "code", "kind"].map(|field| floor[field].as_str().unwrap().to_owned());
        assert_eq!(floor, [id.as_str(), "FLOOR", "storage"]);

        let main = house.main();
        for (body, code) in [
            (json!({ "code": "North", "name": "N" }), "inventory.warehouse_code_taken"),
            (json!({ "code": "main", "name": "N" }), "inventory.warehouse_code_taken"),
            (json!({ "id": id, "code": "S", "name": "S" }), "inventory.warehouse_exists"),
            (json!({ "id": main, "code": "S", "name": "S" }), "inventory.warehouse_exists"),
        ] {
            house.send(call("POST /warehouses").json(body)).await.refused(409, code);
        }
        let blank = house.send(call("POST /warehouses").json(json!({ "code": " ", "name": "\u{7}" }))).await;
        check_fault(&blank, "/code", "blank");
        assert_eq!(blank.json()["errors"][1]["pointer"], "/name");

        let path = format!("/warehouses/{id}");
        let renamed = house.patch(&path, json!({ "name": "Nord" })).await.expect(200);
        assert_eq!((renamed.text("code"), renamed.text("name")), ("NORTH".to_owned(), "Nord".to_owned()));
        let stale = call(&format!("PATCH {path}")).if_match(made.header("etag")).json(json!({ "name": "N" }));
        house.send(stale).await.refused(412, "version_mismatch");
        house.send(call(&format!("PATCH {path}")).json(json!({}))).await.refused(428, "precondition_required");
        house.patch(&path, json!({ "code": "MAIN" })).await.refused(409, "inventory.warehouse_code_taken");

        house.delete(&path).await.expect(204);
        house.send(call(&format!("GET {path}"))).await.refused(404, "inventory.warehouse_not_found");
        house.send(call(&format!("GET /locations/{id}"))).await.refused(404, "inventory.location_not_found");
        let gone = house.get(&format!("{path}?include_deleted=true")).await;
        assert_ne!(gone.json()["deleted_at"], Value::Null);
        let other = house.warehouse("NORTH").await;
        house.restore(&path).await.refused(409, "inventory.warehouse_code_taken");
        house.delete(&format!("/warehouses/{other}")).await.expect(204);
        assert_eq!(house.restore(&path).await.expect(200).text("name"), "Nord");
        house.restore(&path).await.refused(409, "inventory.place_not_deleted");
        house.get(&format!("/locations/{id}")).await;
        house.verify().await;
    }
}

testkit::both! {
    async fn the_main_warehouse_and_the_floors_stay(stage: Stage) {
        let house = house(stage).await;
        let (north, main) = (house.warehouse("NORTH").await, house.main());
        for path in ["/warehouses/", "/locations/"].map(|under| format!("{under}{main}")) {
            house.delete(&path).await.refused(409, "inventory.place_stays");
        }
        house.delete(&format!("/locations/{north}")).await.refused(409, "inventory.place_stays");
        let renamed = house.patch(&format!("/warehouses/{main}"), json!({ "code": "centre" })).await;
        assert_eq!(renamed.expect(200).text("code"), "CENTRE");
        // Its name is free now, and it is still the one that stock goes to.
        house.warehouse("MAIN").await;
        let item = house.item(OWNER, "A", "2").await;
        assert_eq!(house.bins(&item).await, [(main, "2".to_owned())]);
        house.verify().await;
    }
}

testkit::both! {
    async fn the_first_movement_makes_the_main_warehouse(stage: Stage) {
        let house = house(stage).await;
        assert_eq!(house.list("/warehouses").await, Vec::<Value>::new());
        let items = join_all(["A", "B", "C", "D"].map(|sku| house.item(OWNER, sku, "0"))).await;
        assert_eq!(house.list("/warehouses").await, Vec::<Value>::new());
        let first = items.iter().map(|item| house.receive(item, json!({ "quantity": "5" })));
        for receipt in join_all(first).await {
            let receipt = receipt.expect(201);
            let place = ["warehouse_id", "location_id"].map(|field| receipt.text(field));
            assert_eq!(place, [house.main(), house.main()]);
        }
        let warehouses = house.list("/warehouses").await;
        assert_eq!(warehouses.len(), 1);
        assert_eq!((&warehouses[0]["id"], &warehouses[0]["code"]), (&json!(house.main()), &json!("MAIN")));
        let levels = house.list(&format!("/stock-levels?warehouse_id={}", house.main())).await;
        assert_eq!(levels.len(), 4);
        let five = |level: &Value| level["on_hand"] == "5" && level["available"] == "5";
        assert!(levels.iter().all(five), "{levels:?}");
        let theirs = house.send(call_by(NEIGHBOUR, "GET /warehouses")).await.expect(200);
        assert_eq!(theirs.json()["data"], json!([]));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_warehouse_in_use_stays(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "0").await, house.warehouse("NORTH").await);
        let path = format!("/warehouses/{north}");
        let body = json!({ "quantity": "2", "warehouse_id": north });
        house.receive(&item, body.clone()).await.expect(201);
        house.delete(&path).await.refused(409, "inventory.place_in_use");
        let less = json!({ "quantity": "-2", "warehouse_id": north, "reason": "gone" });
        house.adjust(&item, less).await.expect(201);
        let shelf = house.location(&north, "A-1", "storage").await;
        house.delete(&path).await.refused(409, "inventory.location_has_locations");
        house.delete(&format!("/locations/{shelf}")).await.expect(204);
        house.delete(&path).await.expect(204);
        check_fault(&house.receive(&item, body).await, "/warehouse_id", "unknown");
        house.restore(&format!("/locations/{shelf}")).await.refused(404, "inventory.warehouse_not_found");
        let there = json!({ "quantity": "1", "location_id": shelf });
        check_fault(&house.receive(&item, there).await, "/location_id", "unknown");
        let more = json!({ "warehouse_id": north, "code": "B-1", "name": "B" });
        check_fault(&house.post("/locations", more).await, "/warehouse_id", "unknown");
        house.verify().await;
    }
}

testkit::both! {
    async fn locations_form_a_tree(stage: Stage) {
        let house = house(stage).await;
        let (north, south) = (house.warehouse("NORTH").await, house.warehouse("SOUTH").await);
        let aisle = house.location(&north, "a", "storage").await;
        let shelf = house.location_in(&north, &aisle, "A-1").await.expect(201);
        assert_eq!((shelf.text("parent_id"), shelf.text("kind")), (aisle.clone(), "storage".to_owned()));
        let shelf = shelf.text("id");
        let taken = json!({ "warehouse_id": north, "code": "A", "name": "Again" });
        house.post("/locations", taken).await.refused(409, "inventory.location_code_taken");
        let elsewhere = house.location(&south, "A", "quarantine").await;
        for parent in [&elsewhere, &uuid::Uuid::new_v4().to_string()] {
            check_fault(&house.location_in(&north, parent, "B").await, "/parent_id", "unknown");
            check_fault(&house.move_to(&shelf, json!(parent)).await, "/parent_id", "unknown");
        }
        for under in [&shelf, &aisle] {
            house.move_to(&aisle, json!(under)).await.refused(409, "inventory.location_in_itself");
        }
        let below = house.list(&format!("/locations?parent_id={aisle}")).await;
        assert_eq!(below.iter().map(|row| row["code"].clone()).collect::<Vec<_>>(), ["A-1"]);
        assert_eq!(house.list(&format!("/locations?warehouse_id={north}")).await.len(), 3);
        house.delete(&format!("/locations/{aisle}")).await.refused(409, "inventory.location_has_locations");
        house.move_to(&shelf, Value::Null).await.expect(200);
        house.move_to(&aisle, json!(shelf)).await.expect(200);
        let told = house.move_to(&shelf, json!(aisle)).await.refused(409, "inventory.location_in_itself");
        assert!(told.text("detail").contains(&shelf), "{told:?}");
        let theirs = call_by(NEIGHBOUR, &format!("PATCH /locations/{shelf}")).if_match("*").json(json!({}));
        house.send(theirs).await.refused(404, "inventory.location_not_found");
        let by_viewer = call_by(VIEWER, &format!("DELETE /locations/{aisle}"));
        house.send(by_viewer).await.refused(403, "forbidden");
    }
}

testkit::both! {
    async fn a_tree_is_only_so_deep(stage: Stage) {
        let house = house(stage).await;
        let north = house.warehouse("NORTH").await;
        let mut chain = vec![house.location(&north, "L-0", "storage").await];
        for depth in 1..=8 {
            let next = house.location_in(&north, &chain[depth - 1], &format!("L-{depth}")).await;
            chain.push(next.expect(201).text("id"));
        }
        check_fault(&house.location_in(&north, &chain[8], "L-9").await, "/parent_id", "too_deep");
        let above = house.location(&north, "ABOVE", "storage").await;
        check_fault(&house.move_to(&chain[0], json!(above)).await, "/parent_id", "too_deep");
        check_fault(&house.move_to(&above, json!(chain[8])).await, "/parent_id", "too_deep");
        house.move_to(&chain[8], Value::Null).await.expect(200);
        house.move_to(&chain[0], json!(above)).await.expect(200);
    }
}

testkit::both! {
    async fn two_moves_at_once_make_no_loop(stage: Stage) {
        let house = house(stage).await;
        let north = house.warehouse("NORTH").await;
        let (one, other) =
            (house.location(&north, "A", "storage").await, house.location(&north, "B", "storage").await);
        for _ in 0..5 {
            let moves = [(&one, &other), (&other, &one)].map(|(what, to)| house.move_to(what, json!(to)));
            let mut outcomes: Vec<_> = join_all(moves).await.iter().map(Reply::outcome).collect();
            outcomes.sort();
            assert_eq!(outcomes, [(200, String::new()), (409, "inventory.location_in_itself".to_owned())]);
            for location in [&one, &other] {
                house.move_to(location, Value::Null).await.expect(200);
            }
        }
    }
}

testkit::both! {
    async fn a_location_goes_when_it_is_empty_and_comes_back(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "0").await, house.warehouse("NORTH").await);
        let aisle = house.location(&north, "A", "storage").await;
        let shelf = house.location_in(&north, &aisle, "A-1").await.expect(201).text("id");
        let path = |id: &str| format!("/locations/{id}");
        let body = json!({ "quantity": "2", "location_id": shelf });
        let received = house.receive(&item, body).await.expect(201);
        let place = ["warehouse_id", "location_id"].map(|field| received.text(field));
        assert_eq!(place, [north.clone(), shelf.clone()]);
        house.delete(&path(&shelf)).await.refused(409, "inventory.place_in_use");
        let less = json!({ "quantity": "-2", "location_id": shelf, "reason": "gone" });
        house.adjust(&item, less).await.expect(201);
        house.delete(&path(&shelf)).await.expect(204);
        house.delete(&path(&shelf)).await.refused(404, "inventory.location_not_found");
        house.delete(&path(&aisle)).await.expect(204);
        house.restore(&path(&shelf)).await.refused(409, "inventory.location_parent_deleted");
        let other = house.location(&north, "A", "storage").await;
        house.restore(&path(&aisle)).await.refused(409, "inventory.location_code_taken");
        house.delete(&path(&other)).await.expect(204);
        house.restore(&path(&aisle)).await.expect(200);
        assert_eq!(house.restore(&path(&shelf)).await.expect(200).text("parent_id"), aisle);
        house.restore(&path(&shelf)).await.refused(409, "inventory.place_not_deleted");
        let nowhere = uuid::Uuid::new_v4().to_string();
        house.restore(&path(&nowhere)).await.refused(404, "inventory.location_not_found");
        house.verify().await;
    }
}

testkit::both! {
    async fn stock_lies_where_it_was_brought(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "1").await, house.warehouse("NORTH").await);
        let shelf = house.location(&north, "A-1", "storage").await;
        let corner = house.location(&north, "Q", "quarantine").await;
        for (quantity, place) in [
            ("2", json!({ "warehouse_id": north })),
            ("3", json!({ "location_id": shelf })),
            ("0.5", json!({ "warehouse_id": north, "location_id": shelf })),
            ("4", json!({ "location_id": corner })),
        ] {
            let mut body = place;
            body["quantity"] = json!(quantity);
            house.receive(&item, body).await.expect(201);
        }
        let line = |location: &str, on_hand: &str| (location.to_owned(), on_hand.to_owned());
        let mut expected =
            [line(&house.main(), "1"), line(&north, "2"), line(&shelf, "3.5"), line(&corner, "4")];
        expected.sort();
        assert_eq!(house.bins(&item).await, expected);
        assert_eq!(house.stock(&item).await, ["10.5", "0", "6.5"]);
        let level = house.list(&format!("/stock-levels?item_id={item}&warehouse_id={north}")).await;
        let fields = ["on_hand", "blocked", "expired", "reserved", "available"];
        let shown = fields.map(|field| level[0][field].clone());
        assert_eq!(shown, ["9.5", "4", "0", "0", "5.5"]);
        assert_eq!(house.list(&format!("/bins?location_id={corner}")).await.len(), 1);
        assert_eq!(house.list(&format!("/movements?location_id={shelf}")).await.len(), 2);

        for (place, pointer, code) in [
            (json!({ "warehouse_id": house.main(), "location_id": shelf }), "/location_id", "elsewhere"),
            (json!({ "location_id": uuid::Uuid::new_v4() }), "/location_id", "unknown"),
            (json!({ "warehouse_id": uuid::Uuid::new_v4() }), "/warehouse_id", "unknown"),
        ] {
            let mut body = place;
            body["quantity"] = json!("1");
            check_fault(&house.receive(&item, body).await, pointer, code);
        }
        let theirs = house.item(NEIGHBOUR, "A", "0").await;
        let body = json!({ "quantity": "1", "location_id": shelf });
        let theirs = call_by(NEIGHBOUR, &format!("POST /items/{theirs}/receipts")).key("k").json(body);
        check_fault(&house.send(theirs).await, "/location_id", "unknown");
        house.verify().await;
    }
}

testkit::both! {
    async fn nothing_is_brought_to_what_goes_at_the_same_time(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "0").await, house.warehouse("NORTH").await);
        for round in 0..5 {
            let shelf = house.location(&north, &format!("A-{round}"), "storage").await;
            let bring = house.receive(&item, json!({ "quantity": "1", "location_id": shelf }));
            let path = format!("/locations/{shelf}");
            let (brought, gone) = futures::join!(bring, house.delete(&path));
            match brought.status {
                201 => gone.refused(409, "inventory.place_in_use"),
                _ => {
                    check_fault(&brought, "/location_id", "unknown");
                    gone.expect(204)
                }
            };
        }
        house.verify().await;
    }
}
