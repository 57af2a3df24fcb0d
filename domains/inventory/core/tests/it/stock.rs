//! Stock that comes in, is promised, leaves and is given back.

use crate::house::{NEIGHBOUR, OWNER, VIEWER, call, call_by, house};
use serde_json::{Value, json};
use testkit::Stage;

testkit::both! {
    async fn stock_is_received_reserved_shipped_and_released(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "10").await;
        let body = json!({ "quantity": "2.5", "happened_at": "2026-01-10T08:00:00Z", "reference": "DN 7" });
        let receipt =
            house.send(call(&format!("POST /items/{item}/receipts")).key("r").json(body)).await.expect(201);
        assert_eq!(receipt.json()["sequence"], 2);
        assert_eq!(receipt.text("happened_at"), "2026-01-10T08:00:00Z");
        assert_eq!(receipt.text("recorded_at"), "2026-01-15T12:00:00Z");
        let own = receipt.header("location").trim_start_matches("/api/v1/inventory").to_owned();
        assert_eq!(house.get(&own).await.json(), receipt.json());

        let reserve = |key: &str, quantity: &str| {
            let body = json!({ "item_id": item, "quantity": quantity, "reference": "order 1" });
            house.send(call("POST /reservations").key(key).json(body))
        };
        let first = reserve("a", "4").await.expect(201).text("id");
        let second = reserve("b", "3").await.expect(201).text("id");
        assert_eq!(house.stock(&item).await, ["12.5", "7", "5.5"]);
        let over = reserve("c", "5.500001").await.refused(409, "inventory.insufficient_stock");
        assert_eq!(over.text("detail"), "5.500001 were asked for, and 5.5 are available.");

        let shipped =
            house.send(call(&format!("POST /reservations/{first}/ship")).key("s")).await.expect(200);
        assert_eq!(shipped.text("status"), "shipped");
        let released = house.send(call(&format!("POST /reservations/{second}/release"))).await.expect(200);
        assert_eq!(released.text("status"), "released");
        assert_eq!(house.stock(&item).await, ["8.5", "0", "8.5"]);
        for line in [format!("{first}/ship"), format!("{first}/release"), format!("{second}/ship")] {
            let again = house.send(call(&format!("POST /reservations/{line}")).key(&line)).await;
            again.refused(409, "inventory.reservation_settled");
        }
        assert_eq!(house.stock(&item).await, ["8.5", "0", "8.5"]);

        let movements = house.get(&format!("/movements?item_id={item}")).await.json();
        let movements: Vec<_> = movements["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|movement| {
                (
                    movement["sequence"].as_i64().unwrap(),
                    movement["kind"].clone(),
                    movement["quantity"].clone(),
                )
            })
            .collect();
        let line = |sequence: i64, kind: &str, quantity: &str| (sequence, json!(kind), json!(quantity));
        assert_eq!(
            movements,
            [line(3, "shipment", "-4"), line(2, "receipt", "2.5"), line(1, "receipt", "10")]
        );
        let active = house.get(&format!("/reservations?item_id={item}&status=active")).await.json();
        assert_eq!(active["data"], json!([]));
        house.verify().await;
    }
}

testkit::both! {
    async fn stock_moves_once_for_a_key(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "0").await;
        let path = format!("POST /items/{item}/receipts");
        house
            .send(call(&path).json(json!({ "quantity": "1" })))
            .await
            .refused(400, "idempotency_key_required");
        let first = house.send(call(&path).key("k").json(json!({ "quantity": "1" }))).await.expect(201);
        let again = house.send(call(&path).key("k").json(json!({ "quantity": "1" }))).await.expect(201);
        assert_eq!((again.body.clone(), again.header("idempotency-replayed")), (first.body, "true"));
        let other = house.send(call(&path).key("k").json(json!({ "quantity": "2" }))).await;
        other.refused(422, "idempotency_key_reused");
        let reservation = json!({ "item_id": item, "quantity": "1" });
        let no_key = house.send(call("POST /reservations").json(reservation.clone())).await;
        no_key.refused(400, "idempotency_key_required");
        let first =
            house.send(call("POST /reservations").key("q").json(reservation.clone())).await.expect(201);
        let again = house.send(call("POST /reservations").key("q").json(reservation)).await.expect(201);
        assert_eq!(again.text("id"), first.text("id"));
        let ship = format!("POST /reservations/{}/ship", first.text("id"));
        house.send(call(&ship)).await.refused(400, "idempotency_key_required");
        house.send(call(&ship).key("s")).await.expect(200);
        house.send(call(&ship).key("s")).await.expect(200);
        assert_eq!(house.stock(&item).await, ["0", "0", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_move_is_refused(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "1").await;
        let receive = |key: &str, body: Value| {
            house.send(call(&format!("POST /items/{item}/receipts")).key(key).json(body))
        };
        for (body, status, pointer) in [
            (json!({ "quantity": "0" }), 422, "/quantity"),
            (json!({ "quantity": "-1" }), 422, "/quantity"),
            (json!({ "quantity": "1000000000.1" }), 422, "/quantity"),
            (json!({ "quantity": "1", "happened_at": "2026-01-16T12:00:00Z" }), 422, "/happened_at"),
            (json!({ "quantity": "1", "reference": "a\u{7}b" }), 422, "/reference"),
            (json!({ "quantity": "1", "reference": "a\u{0}b" }), 400, "/reference"),
            (json!({ "quantity": 1 }), 400, "/quantity"),
            (json!({ "quantity": "1.0000001" }), 400, "/quantity"),
        ] {
            let refused = receive(&body.to_string().replace(['"', ' '], ""), body.clone()).await;
            assert_eq!(
                (refused.status, refused.json()["errors"][0]["pointer"].clone()),
                (status, json!(pointer)),
                "{body}"
            );
        }
        let reserve = |body: Value| house.send(call("POST /reservations").key("x").json(body));
        let unknown = uuid::Uuid::new_v4();
        let refused = reserve(json!({ "item_id": unknown, "quantity": "1" })).await.refused(422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/item_id");
        reserve(json!({ "item_id": item, "quantity": "0" })).await.refused(422, "invalid");
        let nowhere =
            call(&format!("POST /items/{unknown}/receipts")).key("y").json(json!({ "quantity": "1" }));
        house.send(nowhere).await.refused(404, "inventory.item_not_found");
        let nothing = house.send(call(&format!("POST /reservations/{unknown}/release"))).await;
        nothing.refused(404, "inventory.reservation_not_found");
        let viewer = call_by(VIEWER, &format!("POST /items/{item}/receipts"))
            .key("v")
            .json(json!({ "quantity": "1" }));
        house.send(viewer).await.refused(403, "forbidden");
        assert_eq!(house.stock(&item).await, ["1", "0", "1"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_neighbour_sees_and_moves_nothing(stage: Stage) {
        let house = house(stage).await;
        let own = house.item(OWNER, "A", "5").await;
        let theirs = house.item(NEIGHBOUR, "A", "7").await;
        let body = json!({ "item_id": own, "quantity": "1" });
        let reservation =
            house.send(call("POST /reservations").key("k").json(body.clone())).await.expect(201).text("id");
        let movement = house.get("/movements").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
        let missing = uuid::Uuid::new_v4();
        for line in [
            "GET /items/{}",
            "DELETE /items/{}",
            "GET /movements/{}",
            "GET /reservations/{}",
            "POST /reservations/{}/ship",
            "POST /reservations/{}/release",
        ] {
            let of = if line.contains("movements") {
                &movement
            } else if line.contains("reservations") {
                &reservation
            } else {
                &own
            };
            let key = line.replace(' ', "");
            let refused = house.send(call_by(NEIGHBOUR, &line.replace("{}", of)).key(&key)).await;
            let absent = house
                .send(call_by(NEIGHBOUR, &line.replace("{}", &missing.to_string())).key(&format!("m{key}")))
                .await;
            assert_eq!(
                (refused.outcome(), refused.text("detail")),
                (absent.outcome(), absent.text("detail")),
                "{line}"
            );
            assert_eq!(refused.status, 404, "{line}");
        }
        let patch =
            call_by(NEIGHBOUR, &format!("PATCH /items/{own}")).if_match("*").json(json!({ "name": "Mine" }));
        house.send(patch).await.refused(404, "inventory.item_not_found");
        let receipt = call_by(NEIGHBOUR, &format!("POST /items/{own}/receipts"))
            .key("r")
            .json(json!({ "quantity": "1" }));
        house.send(receipt).await.refused(404, "inventory.item_not_found");
        house
            .send(call_by(NEIGHBOUR, "POST /reservations").key("s").json(body))
            .await
            .refused(422, "invalid");
        // The same id of another tenant is nobody's business.
        let same = json!({ "id": own, "sku": "SAME", "name": "Same id" });
        house.send(call_by(NEIGHBOUR, "POST /items").json(same)).await.expect(201);
        for path in ["/items", "/movements", "/reservations"] {
            let listed = house.send(call_by(NEIGHBOUR, &format!("GET {path}"))).await.expect(200).json();
            let ids: Vec<_> =
                listed["data"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
            assert!(!ids.contains(&json!(reservation)) && !ids.contains(&json!(movement)), "{path}: {ids:?}");
            let by_item = if path == "/items" { continue } else { format!("GET {path}?item_id={own}") };
            let listed = house.send(call_by(NEIGHBOUR, &by_item)).await.expect(200).json();
            assert_eq!(listed["data"], json!([]), "{by_item}");
        }
        assert_eq!(house.stock(&own).await, ["5", "1", "4"]);
        let seen = house.send(call_by(NEIGHBOUR, &format!("GET /items/{theirs}"))).await.expect(200);
        assert_eq!(seen.text("on_hand"), "7");
        house.verify().await;
    }
}
