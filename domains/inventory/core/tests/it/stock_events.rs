//! What others are told of promises that are given back or end otherwise, of transfers that will not be, and of
//! lots: each once, and nothing where nothing differs.

use crate::house::{House, OWNER, call, house};
use crate::listener::{Listener, subscribe};
use chrono::TimeDelta;
use inventory_contract::{
    LotChanged, ReservationExpired, ReservationExtended, ReservationReleased, StockReserved, StockShipped,
    TransferCancelled,
};
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

fn listening(stage: &Stage) {
    let kinds = [
        (ReservationReleased::KIND, "test.released"),
        (ReservationExtended::KIND, "test.extended"),
        (ReservationExpired::KIND, "test.expired"),
        (StockReserved::KIND, "test.reserved"),
        (StockShipped::KIND, "test.shipped"),
        (TransferCancelled::KIND, "test.cancelled"),
        (LotChanged::KIND, "test.lot"),
    ];
    subscribe(stage, &kinds);
}

fn of_promises(house: &House) -> Listener<'_> {
    Listener::new(house, "inventory.reservation_", &["reference", "quantity", "available", "expires_at"])
}

testkit::both! {
    async fn what_becomes_of_a_promise_is_told_once(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let mut listener = of_promises(&house);
        let nothing = Vec::<String>::new();
        let item = house.item(OWNER, "A", "5").await;
        let end = "2026-01-15T12:10:00Z";
        let reserve = async |quantity: &str, reference: &str| {
            let mut body = json!({ "item_id": item, "quantity": quantity, "expires_at": end });
            body["reference"] = json!(reference);
            house.reserve(body).await.expect(201).text("id")
        };
        let (given_up, sent) = (reserve("2", "cart 1").await, reserve("1", "cart 2").await);
        let over = reserve("1", "cart 3").await;
        let release = async |id: &str| house.send(call(&format!("POST /reservations/{id}/release"))).await;
        assert_eq!(listener.news().await, nothing);
        release(&given_up).await.expect(200);
        release(&given_up).await.refused(409, "inventory.reservation_settled");
        assert_eq!(listener.news().await, ["released cart 1: 2, 3"]);

        let extend = async |until: Option<&str>| {
            let extend = call(&format!("POST /reservations/{sent}/extend"));
            house.send(extend.json(json!({ "expires_at": until }))).await
        };
        for same in [end, "2026-01-15T12:10:00.0000009Z"] {
            extend(Some(same)).await.expect(200);
        }
        assert_eq!(listener.news().await, nothing);
        extend(Some("2026-01-15T12:30:00Z")).await.expect(200);
        assert_eq!(listener.news().await, ["extended cart 2: 1, 2026-01-15T12:30:00Z"]);
        extend(None).await.expect(200);
        extend(None).await.expect(200);
        assert_eq!(listener.news().await, ["extended cart 2: 1"]);

        house.ship(&sent).await.expect(200);
        release(&sent).await.refused(409, "inventory.reservation_settled");
        extend(None).await.refused(409, "inventory.reservation_settled");
        house.stage.clock.advance(TimeDelta::minutes(10));
        release(&over).await.refused(409, "inventory.reservation_settled");
        assert_eq!(listener.news().await, nothing, "what is shipped or over is given back by nobody");
        house.run_jobs("inventory.expire_reservation").await;
        assert_eq!(listener.news().await, ["expired cart 3: 1"]);
        assert_eq!(house.stock(&item).await, ["4", "0", "4"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_cancelled_order_gives_back_what_it_was_still_promised(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let mut listener = of_promises(&house);
        let a = house.item(OWNER, "A", "3").await;
        let b = house.item_with("B", json!({ "tracking": "lot" })).await;
        for (code, last_day) in [("GOOD", None), ("SPOILT", Some("2026-01-16"))] {
            let lot = json!({ "code": code, "expires_on": last_day });
            house.receive(&b, json!({ "quantity": "2", "lot": lot })).await.expect(201);
        }
        house.stage.clock.advance(TimeDelta::days(3));
        let order = async |reference: &str, lines: Value| {
            let body = json!({ "customer_name": "Chevalier", "reference": reference, "lines": lines });
            let order = house.post("/sales-orders", body).await.expect(201);
            house.confirm(&order.text("id")).await;
            order
        };
        let line = |item: &str, quantity: &str| json!({ "item_id": item, "quantity": quantity });
        let first = order("SO-1", json!([line(&a, "5"), line(&b, "1")])).await;
        let waiting = order("SO-2", json!([line(&a, "1")])).await;
        let shipment = json!([{ "line_id": first.json()["lines"][0]["id"], "quantity": "1" }]);
        let shipments = format!("/sales-orders/{}/shipments", first.text("id"));
        house.post(&shipments, json!({ "lines": shipment })).await.expect(200);
        let cancel = async |id: String| house.send(call(&format!("POST /sales-orders/{id}/cancel"))).await;
        cancel(waiting.text("id")).await.expect(200);
        assert_eq!(listener.news().await, Vec::<String>::new(), "who waits is promised nothing");
        cancel(first.text("id")).await.expect(200);
        cancel(first.text("id")).await.refused(409, "inventory.sales_order_status");
        // Of each what was left of it, and nothing spoilt is available.
        assert_eq!(listener.news().await, ["released SO-1: 1, 2", "released SO-1: 2, 2"]);
        let reserved = house.events::<StockReserved>().await;
        let reserved: Vec<_> = reserved.iter().map(|event| event.quantity.to_string()).collect();
        let shipped = house.events::<StockShipped>().await;
        let shipped: Vec<_> = shipped.iter().map(|event| event.quantity.to_string()).collect();
        assert_eq!((reserved, shipped), (vec!["3".to_owned(), "1".to_owned()], vec!["1".to_owned()]));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_transfer_that_will_not_be_is_told_once(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "5").await, house.warehouse("NORTH").await);
        let ask = async |reference: &str| {
            let lines = json!([{ "item_id": item, "quantity": "2" }]);
            let to = json!({ "warehouse_id": north });
            let body = json!({ "from": {}, "to": to, "reference": reference, "lines": lines });
            house.post("/transfers", body).await.expect(201).text("id")
        };
        let cancel = async |id: &str| house.send(call(&format!("POST /transfers/{id}/cancel"))).await;
        let (gone, cancelled) = (ask("van 1").await, ask("van 2").await);
        house.send(call(&format!("POST /transfers/{gone}/ship")).key("gone")).await.expect(200);
        cancel(&gone).await.refused(409, "inventory.transfer_state");
        cancel(&cancelled).await.expect(200);
        cancel(&cancelled).await.refused(409, "inventory.transfer_state");
        let told = house.events::<TransferCancelled>().await;
        assert_eq!(told.len(), 1, "{told:?}");
        let TransferCancelled { transfer, from_warehouse, to_warehouse, reference, lines } = &told[0];
        let ids = [transfer.to_string(), from_warehouse.to_string(), to_warehouse.to_string()];
        assert_eq!(ids, [cancelled, house.main(), north]);
        assert_eq!(reference.as_deref(), Some("van 2"));
        let told = lines.iter().map(|line| (line.item.to_string(), line.quantity.to_string()));
        let lines: Vec<_> = told.collect();
        assert_eq!(lines, [(item, "2".to_owned())]);
    }
}

testkit::both! {
    async fn another_last_day_of_a_lot_is_told_once(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "lot" })).await;
        let lot = json!({ "code": "L-1", "expires_on": "2026-03-31" });
        let receipt = json!({ "quantity": "2", "lot": lot });
        let lot = house.receive(&item, receipt.clone()).await.expect(201).text("lot_id");
        let patch = async |tag: &str, body: Value| {
            house.send(call(&format!("PATCH /lots/{lot}")).if_match(tag).json(body)).await
        };
        let tag = house.get(&format!("/lots/{lot}")).await.header("etag").to_owned();
        patch("*", json!({ "expires_on": "2026-03-31" })).await.expect(200);
        house.receive(&item, receipt).await.expect(201);
        assert!(house.events::<LotChanged>().await.is_empty());
        patch(&tag, json!({ "expires_on": "2026-04-30" })).await.expect(200);
        patch(&tag, json!({ "expires_on": "2026-05-31" })).await.refused(412, "version_mismatch");
        patch("*", json!({ "expires_on": null })).await.expect(200);
        let told = house.events::<LotChanged>().await;
        let ids = |event: &LotChanged| (event.item.to_string(), event.lot.to_string(), event.code.clone());
        let expected = (item.clone(), lot.clone(), "L-1".to_owned());
        assert!(told.iter().all(|event| ids(event) == expected), "{told:?}");
        let days: Vec<_> = told.iter().map(|event| event.expires_on.map(|day| day.to_string())).collect();
        assert_eq!(days, [Some("2026-04-30".to_owned()), None]);
    }
}
