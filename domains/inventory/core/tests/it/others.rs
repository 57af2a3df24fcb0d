//! What other domains are given: the report source, the events, the declarations.

use crate::house::{House, NEIGHBOUR, OWNER, call, house};
use data::{AuditRecorded, Subscription};
use inventory_contract::{ReservationExpired, StockMoved, StockReceived, StockReserved, StockShipped};
use kernel::DomainEvent;
use module::{Cell, ReadReport, ReportError, ReportPage};
use sea_orm::FromQueryResult;
use serde_json::json;
use std::collections::BTreeMap;
use testkit::Stage;

impl House {
    async fn read(&self, cursor: Option<String>) -> Result<ReportPage, ReportError> {
        let report = "inventory.stock_valuation".to_owned();
        let request = ReadReport { report, parameters: BTreeMap::new(), cursor };
        self.report.source.read(&self.owner, request).await
    }
}

testkit::both! {
    async fn the_stock_is_valued(stage: Stage) {
        let house = house(stage).await;
        for (sku, cost, on_hand) in [
            ("C", json!({ "amount": 2135, "currency": "USD" }), "10"),
            ("B", json!({ "amount": 1500, "currency": "JPY" }), "2.5"),
            ("A", json!(null), "4"),
        ] {
            let id = house.item(OWNER, sku, on_hand).await;
            let patch = call(&format!("PATCH /items/{id}")).if_match("*").json(json!({ "unit_cost": cost }));
            house.send(patch).await.expect(200);
        }
        house.item(NEIGHBOUR, "A", "99").await;
        let page = house.read(None).await.unwrap();
        assert_eq!(page.next_cursor, None);
        let number = |text: &str| Cell::Number(text.to_owned());
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(
            page.rows,
            [
                vec![text("A"), text("The A"), number("4"), Cell::Empty, Cell::Empty, Cell::Empty],
                vec![text("B"), text("The B"), number("2.5"), number("1500"), text("JPY"), number("3750")],
                vec![text("C"), text("The C"), number("10"), number("21.35"), text("USD"), number("213.50")],
            ]
        );
        assert_eq!(house.report.definition.columns.len(), page.rows[0].len());
        let nobody = house.stage.tenant().ctx(&[]);
        let report = "inventory.stock_valuation".to_owned();
        let request = ReadReport { report, parameters: BTreeMap::new(), cursor: None };
        let refused = house.report.source.read(&nobody, request).await;
        assert!(matches!(refused, Err(ReportError::Forbidden)), "{refused:?}");
    }
}

testkit::both! {
    async fn a_long_valuation_comes_in_pages(stage: Stage) {
        let house = house(stage).await;
        let mut last = String::new();
        for n in 0..201 {
            let body = json!({ "sku": format!("S-{n:03}"), "name": "Something" });
            last = house.send(call("POST /items").json(body)).await.expect(201).text("id");
        }
        let mut skus = Vec::new();
        let mut cursor = None;
        loop {
            let page = house.read(cursor).await.unwrap();
            // What comes between two pages is on neither.
            assert!(page.rows.iter().all(|row| row[2] == Cell::Number("0".to_owned())));
            skus.extend(page.rows.into_iter().map(|row| row[0].clone()));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
            house.stage.clock.advance(chrono::TimeDelta::seconds(1));
            house.receive(&last, json!({ "quantity": "5" })).await.expect(201);
        }
        assert_eq!(skus, (0..201).map(|n| Cell::Text(format!("S-{n:03}"))).collect::<Vec<_>>());
    }
}

#[derive(FromQueryResult)]
struct Sent {
    kind: String,
    payload: String,
}

testkit::both! {
    async fn what_happens_is_published_and_audited(stage: Stage) {
        let wanted = [StockReceived::KIND, StockReserved::KIND, StockShipped::KIND, AuditRecorded::KIND];
        let names = ["test.received", "test.reserved", "test.shipped", "test.audit"];
        let subscriptions = wanted.into_iter().zip(names);
        stage.subscribe(
            subscriptions
                .map(|(event, subscriber)| Subscription { event, subscriber, ordered: true })
                .collect(),
        );
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let body = json!({ "item_id": item, "quantity": "2" });
        let reservation =
            house.send(call("POST /reservations").key("r").json(body)).await.expect(201).text("id");
        house.send(call(&format!("POST /reservations/{reservation}/ship")).key("s")).await.expect(200);
        let tx = house.databases.read(&house.owner).await.unwrap();
        let sent = tx.sql(data::sql!("SELECT kind, payload FROM messages WHERE tenant_id = $1 ORDER BY id"));
        let sent: Vec<Sent> = sent.all().await.unwrap();
        let actions: Vec<_> = sent
            .iter()
            .filter(|message| message.kind == AuditRecorded::KIND)
            .map(|message| serde_json::from_str::<AuditRecorded>(&message.payload).unwrap().action)
            .collect();
        assert_eq!(
            actions,
            [
                "inventory.item.create",
                "inventory.stock.receive",
                "inventory.stock.reserve",
                "inventory.stock.ship",
            ]
        );
        let events: Vec<_> = sent.iter().filter(|message| message.kind != AuditRecorded::KIND).collect();
        assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), wanted[..3]);
        let shipped: StockShipped = serde_json::from_str(&events[2].payload).unwrap();
        assert_eq!((shipped.item.to_string(), shipped.reservation.to_string()), (item, reservation));
        assert_eq!((shipped.on_hand.to_string(), shipped.sequence), ("3".to_owned(), 2));
    }
}

testkit::both! {
    async fn each_change_of_stock_is_told_once(stage: Stage) {
        let wanted = [
            StockReceived::KIND,
            StockReserved::KIND,
            StockShipped::KIND,
            StockMoved::KIND,
            ReservationExpired::KIND,
        ];
        let names = ["test.received", "test.reserved", "test.shipped", "test.moved", "test.expired"];
        let subscriptions = wanted.into_iter().zip(names);
        let subscriptions =
            subscriptions.map(|(event, subscriber)| Subscription { event, subscriber, ordered: true });
        stage.subscribe(subscriptions.collect());
        let house = house(stage).await;
        let item = house.item_with("A", json!({ "tracking": "lot" })).await;
        let north = house.warehouse("NORTH").await;
        let lot = json!({ "code": "L-1" });
        let body = json!({ "quantity": "5", "warehouse_id": north, "lot": lot });
        let receipt = house.receive(&item, body).await.expect(201);
        let scrap = json!({ "quantity": "-2", "warehouse_id": north, "lot": lot, "reason": "mice", "scrap": true });
        let scrap = house.adjust(&item, scrap).await.expect(201);
        let reversals = format!("/movements/{}/reversals", scrap.text("id"));
        let back = house.post(&reversals, json!({ "reason": "no" })).await.expect(201);
        let reserve = json!({
            "item_id": item, "quantity": "4", "warehouse_id": north, "reference": "cart 3",
            "expires_at": "2026-01-15T12:10:00Z",
        });
        let over = house.reserve(reserve.clone()).await.expect(201);
        house.reserve(reserve).await.refused(409, "inventory.insufficient_stock");
        house.stage.clock.advance(chrono::TimeDelta::minutes(10));
        // Whoever wants what it held writes it down.
        let promise = json!({ "item_id": item, "quantity": "4", "warehouse_id": north });
        let promise = house.reserve(promise).await.expect(201);
        house.ship(&promise.text("id")).await.expect(200);

        let received = house.events::<StockReceived>().await;
        let movements: Vec<_> = received.iter().map(|event| event.movement.to_string()).collect();
        assert_eq!(movements, [receipt.text("id")]);
        let place = (received[0].warehouse.map(|id| id.to_string()), received[0].lot.is_some());
        assert_eq!((place, received[0].location.is_some()), ((Some(north.clone()), true), true));
        let shipped = house.events::<StockShipped>().await;
        assert_eq!((shipped[0].warehouse, shipped[0].lot), (received[0].warehouse, received[0].lot));
        let moved = house.events::<StockMoved>().await;
        let told: Vec<_> = moved
            .iter()
            .map(|event| (event.movement_kind.as_str(), event.quantity.to_string(), event.on_hand.to_string()))
            .collect();
        let line = |quantity: &str, on_hand: &str| ("scrap", quantity.to_owned(), on_hand.to_owned());
        assert_eq!(told, [line("-2", "3"), line("2", "5")]);
        assert_eq!(moved[0].reason.as_deref(), Some("mice"));
        assert_eq!(moved[1].movement.to_string(), back.text("id"));
        assert_eq!(moved[1].reverses.map(|id| id.to_string()), Some(scrap.text("id")));
        let place = [moved[0].warehouse.to_string(), moved[0].location.to_string()];
        assert_eq!(place, [north.clone(), north]);
        assert_eq!(moved[0].lot.map(|id| id.to_string()), Some(receipt.text("lot_id")));
        let expired = house.events::<ReservationExpired>().await;
        assert_eq!(expired.len(), 1);
        let told = [expired[0].reservation.to_string(), expired[0].quantity.to_string()];
        assert_eq!(told, [over.text("id"), "4".to_owned()]);
        assert_eq!(expired[0].reference.as_deref(), Some("cart 3"));
        assert_eq!(house.events::<StockReserved>().await.len(), 2);
        let shipped = house.events::<StockShipped>().await;
        assert_eq!(shipped.iter().map(|event| event.sequence).collect::<Vec<_>>(), [4]);
        assert_eq!(shipped[0].on_hand.to_string(), "1");
    }
}

testkit::both! {
    async fn every_permission_is_used(stage: Stage) {
        let house = house(stage).await;
        let mut declared: Vec<_> = inventory::PERMISSIONS.iter().map(|permission| permission.name).collect();
        declared.sort_unstable();
        let used: Vec<_> = house.server.permissions().iter().map(|permission| permission.name).collect();
        assert_eq!(used, declared);
    }
}
