//! What was found, lost or thrown away, what is taken back, and what was said in another unit.

use crate::house::{House, OWNER, Reply, VIEWER, call, call_by, house};
use futures::future::join_all;
use module::{ExecuteBatch, ImportRow};
use serde_json::{Value, json};
use testkit::Stage;

impl House {
    async fn reverse(&self, movement: &str) -> Reply {
        self.post(&format!("/movements/{movement}/reversals"), json!({ "reason": "typed twice" })).await
    }
}

testkit::both! {
    async fn stock_is_adjusted_with_a_reason(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let found = json!({ "quantity": "2.5", "reason": " behind the shelf " });
        let found = house.adjust(&item, found).await.expect(201);
        let shown = ["kind", "quantity", "reason", "reference"].map(|field| found.json()[field].clone());
        assert_eq!(shown, [json!("adjustment"), json!("2.5"), json!("behind the shelf"), Value::Null]);
        assert_eq!(found.json()["sequence"], 2);
        let own = found.header("location").trim_start_matches("/api/v1/inventory").to_owned();
        assert_eq!(house.get(&own).await.json(), found.json());
        let broken = json!({ "quantity": "-1", "reason": "broken", "scrap": true });
        let broken = house.adjust(&item, broken).await.expect(201);
        assert_eq!((broken.text("kind"), broken.text("quantity")), ("scrap".to_owned(), "-1".to_owned()));
        assert_eq!(house.stock(&item).await, ["6.5", "0", "6.5"]);

        for (body, pointer) in [
            (json!({ "quantity": "0", "reason": "r" }), "/quantity"),
            (json!({ "quantity": "-1000000000.1", "reason": "r" }), "/quantity"),
            (json!({ "quantity": "1", "reason": "r", "scrap": true }), "/quantity"),
            (json!({ "quantity": "1", "reason": " " }), "/reason"),
            (json!({ "quantity": "1", "reason": "r".repeat(501) }), "/reason"),
            (
                json!({ "quantity": "1", "reason": "r", "happened_at": "2026-01-16T12:00:00Z" }),
                "/happened_at",
            ),
            (
                json!({ "quantity": "-1", "reason": "r", "unit_cost": { "amount": 1, "currency": "USD" } }),
                "/unit_cost",
            ),
            (json!({ "quantity": "1", "reason": "r", "lot": { "code": "L" } }), "/lot"),
            (json!({ "quantity": "1", "reason": "r", "unit": "KGM" }), "/unit"),
        ] {
            let refused = house.adjust(&item, body.clone()).await.refused(422, "invalid");
            assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{body}");
        }
        let less = |quantity: &str| house.adjust(&item, json!({ "quantity": quantity, "reason": "gone" }));
        let told = less("-6.500001").await.refused(409, "inventory.not_there");
        assert_eq!(told.text("detail"), "6.500001 were to leave this place, and 6.5 are there.");
        house.reserve(json!({ "item_id": item, "quantity": "6" })).await.expect(201);
        let told = less("-1").await.refused(409, "inventory.stock_promised");
        assert!(told.text("detail").starts_with("1 were to leave, and 0.5 are not promised"), "{told:?}");
        less("-0.5").await.expect(201);

        let path = format!("POST /items/{item}/adjustments");
        let body = json!({ "quantity": "1", "reason": "found" });
        house.send(call(&path).json(body.clone())).await.refused(400, "idempotency_key_required");
        house.send(call_by(VIEWER, &path).key("v").json(body.clone())).await.refused(403, "forbidden");
        let once = house.send(call(&path).key("once").json(body.clone())).await.expect(201);
        let again = house.send(call(&path).key("once").json(body)).await.expect(201);
        assert_eq!(again.text("id"), once.text("id"));
        assert_eq!(house.stock(&item).await, ["7", "6", "1"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_movement_is_taken_back_once(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let body = json!({ "quantity": "5", "reference": "DN 7", "happened_at": "2026-01-10T08:00:00Z" });
        let wrong = house.receive(&item, body).await.expect(201).text("id");
        let back = house.reverse(&wrong).await.expect(201);
        let shown = ["kind", "quantity", "reverses_id", "reason", "reference", "happened_at"]
            .map(|field| back.text(field));
        let expected = ["receipt", "-5", wrong.as_str(), "typed twice", "DN 7", "2026-01-10T08:00:00Z"];
        assert_eq!(shown, expected);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.reverse(&wrong).await.refused(409, "inventory.movement_reversed");
        house.reverse(&back.text("id")).await.refused(409, "inventory.movement_of_document");
        let nothing = uuid::Uuid::new_v4().to_string();
        house.reverse(&nothing).await.refused(404, "inventory.movement_not_found");
        let reversals = format!("/movements/{wrong}/reversals");
        let blank = house.post(&reversals, json!({ "reason": " " })).await;
        assert_eq!(blank.refused(422, "invalid").json()["errors"][0]["pointer"], "/reason");

        // What the receipt brought is promised by now, or has left.
        let receipt = house.receive(&item, json!({ "quantity": "5" })).await.expect(201).text("id");
        let promise = house.reserve(json!({ "item_id": item, "quantity": "2" })).await.expect(201).text("id");
        house.reverse(&receipt).await.refused(409, "inventory.stock_promised");
        house.ship(&promise).await.expect(200);
        house.reverse(&receipt).await.refused(409, "inventory.not_there");
        let shipment = house.list(&format!("/movements?item_id={item}")).await[0].clone();
        assert_eq!(shipment["reservation_id"], json!(promise));
        let back = house.reverse(shipment["id"].as_str().unwrap()).await.expect(201);
        assert_eq!((back.text("kind"), back.text("quantity")), ("shipment".to_owned(), "2".to_owned()));
        assert_eq!(house.stock(&item).await, ["5", "0", "5"]);
        house.reverse(&receipt).await.expect(201);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn of_many_that_take_back_one_does(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "20").await;
        let receipt = house.receive(&item, json!({ "quantity": "1" })).await.expect(201).text("id");
        let replies = join_all((0..6).map(|_| house.reverse(&receipt))).await;
        let count = |status: u16, code: &str| {
            replies.iter().filter(|reply| reply.outcome() == (status, code.to_owned())).count()
        };
        assert_eq!((count(201, ""), count(409, "inventory.movement_reversed")), (1, 5), "{replies:?}");
        assert_eq!(house.stock(&item).await[0], "20");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_be_taken_back_alone_is_refused(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "0").await, house.warehouse("NORTH").await);
        let shelf = house.location(&north, "A-1", "storage").await;
        let brought = json!({ "quantity": "1", "location_id": shelf });
        let brought = house.receive(&item, brought).await.expect(201).text("id");
        let gone = json!({ "quantity": "-1", "location_id": shelf, "reason": "gone" });
        let gone = house.adjust(&item, gone).await.expect(201).text("id");
        house.send(call(&format!("DELETE /locations/{shelf}"))).await.expect(204);
        house.reverse(&gone).await.refused(409, "inventory.place_deleted");
        house.send(call(&format!("POST /locations/{shelf}/restore"))).await.expect(200);
        house.reverse(&gone).await.expect(201);
        house.reverse(&brought).await.expect(201);

        let values = [("sku", "B"), ("name", "B"), ("on_hand", "3")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let batch = ExecuteBatch {
            target: "inventory.items".to_owned(),
            import: kernel::Id::from_uuid(uuid::Uuid::from_u128(7)),
            plan: None,
            batch: 0,
            rows: vec![ImportRow { line: 2, values: values.into(), corrects: None }],
        };
        house.target("inventory.items").execute(&house.owner, batch).await.unwrap();
        let movements = house.list("/movements").await;
        let imported = movements.iter().find(|row| row["kind"] == "import").unwrap();
        let document = json!({ "kind": "import", "id": uuid::Uuid::from_u128(7) });
        assert_eq!(imported["document"], document);
        let of_import = house.list(&format!("/movements?document_id={}", uuid::Uuid::from_u128(7))).await;
        assert_eq!(of_import, std::slice::from_ref(imported));
        house.reverse(imported["id"].as_str().unwrap()).await.refused(409, "inventory.movement_of_document");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_was_said_stays_beside_what_it_came_to(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let (case, pieces) = (json!({ "quantity": "1", "unit": "CS" }), json!({ "quantity": "10", "unit": "EA" }));
        let of_case = json!({ "conversions": [{ "from": case, "to": pieces }] });
        let put = call(&format!("PUT /items/{item}/conversions")).if_match("*").json(of_case);
        house.send(put).await.expect(200);
        let entered = |quantity: &str, unit: &str, rounding: Option<&str>| {
            json!({ "quantity": quantity, "unit": unit, "rounding": rounding })
        };
        for (quantity, unit, came_to, said) in [
            ("2", Some("dzn"), "24", entered("2", "DZN", None)),
            ("1.5", Some("CS"), "15", entered("1.5", "CS", None)),
            ("3", None, "3", Value::Null),
        ] {
            let body = json!({ "quantity": quantity, "unit": unit });
            let receipt = house.receive(&item, body).await.expect(201);
            assert_eq!((receipt.text("quantity").as_str(), &receipt.json()["entered"]), (came_to, &said));
        }
        let less = json!({ "quantity": "-1", "unit": "CS", "reason": "a case fell" });
        let less = house.adjust(&item, less).await.expect(201);
        assert_eq!((less.text("quantity").as_str(), &less.json()["entered"]["quantity"]), ("-10", &json!("-1")));
        assert_eq!(house.stock(&item).await[0], "32");
        for unit in ["KGM", "XPL"] {
            let refused = house.receive(&item, json!({ "quantity": "1", "unit": unit })).await;
            assert_eq!(refused.refused(422, "invalid").json()["errors"][0]["pointer"], "/unit", "{unit}");
        }

        let by_weight = house.item_with("B", json!({ "unit": "KGM" })).await;
        let pound = house.receive(&by_weight, json!({ "quantity": "1", "unit": "LBR" })).await.expect(201);
        let rounded = entered("1", "LBR", Some("37/100"));
        assert_eq!((pound.text("quantity").as_str(), &pound.json()["entered"]), ("0.453592", &rounded));
        let patch = json!({ "unit": "GRM" });
        let patch = call(&format!("PATCH /items/{by_weight}")).if_match("*").json(patch);
        house.send(patch).await.refused(409, "inventory.item_has_moved");
        house.verify().await;
    }
}
