//! Who waits for stock: what has serial numbers, lines that cannot be served, and what becomes of the place.

use crate::house::{House, OWNER, Reply, call, house};
use crate::listener::subscribe;
use data::{TenantSql, sql};
use inventory_contract::SalesOrderCancelled;
use kernel::DomainEvent;
use serde_json::{Value, json};
use testkit::Stage;

const SERVE: &str = "inventory.serve_backorders";

impl House {
    async fn draft(&self, lines: Value) -> Reply {
        self.post("/sales-orders", json!({ "customer_name": "Chevalier", "lines": lines })).await
    }

    /// A confirmed order of so much of the item.
    async fn wants(&self, item: &str, quantity: &str) -> String {
        let lines = json!([{ "item_id": item, "quantity": quantity }]);
        let order = self.draft(lines).await.expect(201).text("id");
        self.confirm(&order).await;
        order
    }

    /// Allocated and backordered of its last line.
    async fn got(&self, order: &str) -> [String; 2] {
        let order = self.get(&format!("/sales-orders/{order}")).await.json();
        let line = order["lines"].as_array().unwrap().last().unwrap().clone();
        ["allocated", "backordered"].map(|field| line[field].as_str().unwrap().to_owned())
    }

    async fn brings(&self, item: &str, serials: &[&str]) {
        for serial in serials {
            let body = json!({ "quantity": "1", "lot": { "code": serial } });
            self.receive(item, body).await.expect(201);
        }
        self.run_all_jobs(SERVE).await;
    }

    /// As it was written before it was refused.
    async fn as_once(&self, order: &str, statement: TenantSql) {
        let unit = self.databases.write(&self.owner).await.unwrap();
        let order: uuid::Uuid = order.parse().unwrap();
        assert!(unit.sql(statement).bind(order).exec().await.unwrap() > 0);
        unit.commit(()).await.unwrap();
    }
}

#[track_caller]
fn check_fault(reply: &Reply, pointer: &str) {
    let faults = reply.json()["errors"].clone();
    assert_eq!((reply.status, faults.as_array().unwrap().len()), (422, 1), "{faults}");
    assert_eq!((&faults[0]["pointer"], &faults[0]["code"]), (&json!(pointer), &json!("not_pieces")));
}

testkit::both! {
    async fn part_of_a_piece_is_not_ordered(stage: Stage) {
        let house = house(stage).await;
        let (plain, kit) = (house.item(OWNER, "PLAIN", "0").await, house.item(OWNER, "KIT", "0").await);
        let serial = house.item_with("S", json!({ "tracking": "serial" })).await;
        house.put_components(&kit, "kit", &[(&serial, "0.5"), (&plain, "0.5")]).await.expect(200);
        let lines = |item: &str, quantity: &str| {
            json!([{ "item_id": plain, "quantity": "0.5" }, { "item_id": item, "quantity": quantity }])
        };
        check_fault(&house.draft(lines(&serial, "1.5")).await, "/lines/1/quantity");
        check_fault(&house.draft(lines(&kit, "3")).await, "/lines/1/quantity");
        house.draft(lines(&kit, "2")).await.expect(201);
        let order = house.draft(lines(&serial, "1")).await.expect(201).text("id");
        let path = format!("/sales-orders/{order}");
        let patch = call(&format!("PATCH {path}")).if_match("*");
        let patched = house.send(patch.json(json!({ "lines": lines(&serial, "0.1") }))).await;
        check_fault(&patched, "/lines/1/quantity");

        // The first line gets nothing, and the fault is not its.
        house.as_once(&order, sql!(
            "UPDATE sales_order_lines SET quantity = 500000 \
             WHERE tenant_id = $1 AND sales_order_id = $2 AND position = 2"
        )).await;
        let confirm = call(&format!("POST {path}/confirm")).key("confirm");
        check_fault(&house.send(confirm).await, "/lines/1/quantity");
        house.verify().await;
    }
}

testkit::both! {
    async fn an_old_line_of_part_of_a_piece_keeps_nobody_waiting(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("S", json!({ "tracking": "serial" })).await;
        // More lines than are served at once.
        let lines = vec![json!({ "item_id": item, "quantity": "1" }); 60];
        let half = house.draft(json!(lines)).await.expect(201).text("id");
        house.confirm(&half).await;
        house.as_once(&half, sql!(
            "UPDATE sales_order_lines SET quantity = 500000 WHERE tenant_id = $1 AND sales_order_id = $2"
        )).await;
        let odd = house.wants(&item, "2").await;
        house.as_once(&odd, sql!(
            "UPDATE sales_order_lines SET quantity = 1500000 WHERE tenant_id = $1 AND sales_order_id = $2"
        )).await;
        let next = house.wants(&item, "1").await;

        house.brings(&item, &["S-1", "S-2", "S-3"]).await;
        assert_eq!(house.got(&half).await, ["0", "0.5"]);
        assert_eq!(house.got(&odd).await, ["1", "0.5"]);
        assert_eq!(house.got(&next).await, ["1", "0"]);
        let last = house.wants(&item, "1").await;
        assert_eq!(house.got(&last).await, ["1", "0"], "nobody before it could take what is free");
        assert_eq!(house.stock(&item).await, ["3", "3", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn no_promise_is_of_more_pieces_than_leave_at_once(stage: Stage) {
        let house = house(stage).await;
        let item = house.item_with("S", json!({ "tracking": "serial" })).await;
        house.many_serials("S", &item, 500).await;
        house.brings(&item, &["LAST"]).await;
        let order = house.wants(&item, "502").await;
        assert_eq!(house.got(&order).await, ["500", "2"]);
        house.brings(&item, &["MORE"]).await;
        assert_eq!(house.got(&order).await, ["500", "2"]);
        let other = house.wants(&item, "1").await;
        assert_eq!(house.got(&other).await, ["1", "0"]);
        house.post(&format!("/sales-orders/{order}/shipments"), json!({})).await.expect(200);
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.got(&order).await, ["1", "1"]);
        assert_eq!(house.stock(&item).await, ["2", "2", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_line_that_is_refused_is_passed_over(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "1").await;
        let broken = house.wants(&item, "2").await;
        let next = house.wants(&item, "1").await;
        house.as_once(&broken, sql!(
            "UPDATE reservations SET status = 'released' WHERE tenant_id = $1 AND public_id = \
             (SELECT reservation_id FROM sales_order_lines WHERE tenant_id = $1 AND sales_order_id = $2)"
        )).await;
        house.receive(&item, json!({ "quantity": "2" })).await.expect(201);
        house.run_all_jobs(SERVE).await;
        assert_eq!(house.got(&broken).await, ["1", "1"]);
        assert_eq!(house.got(&next).await, ["1", "0"]);
        assert_eq!(house.stock(&item).await, ["3", "2", "1"], "nothing was written of what was refused");
    }
}

testkit::both! {
    async fn nobody_is_told_that_a_draft_is_cancelled(stage: Stage) {
        subscribe(&stage, &[(SalesOrderCancelled::KIND, "test.cancelled")]);
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "1").await;
        let draft = house.draft(json!([{ "item_id": item, "quantity": "2" }])).await.expect(201).text("id");
        let order = house.wants(&item, "2").await;
        for (order, told) in [(draft, 0), (order, 1)] {
            house.send(call(&format!("POST /sales-orders/{order}/cancel"))).await.expect(200);
            assert_eq!(house.events::<SalesOrderCancelled>().await.len(), told);
        }
        house.verify().await;
    }
}

testkit::both! {
    async fn a_warehouse_stays_while_an_order_waits_there(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "1").await, house.warehouse("NORTH").await);
        let lines = json!([{ "item_id": item, "quantity": "1" }]);
        let body = json!({ "customer_name": "Chevalier", "warehouse_id": north, "lines": lines });
        let order = house.post("/sales-orders", body).await.expect(201).text("id");
        house.confirm(&order).await;
        assert_eq!(house.got(&order).await, ["0", "1"]);
        let delete = || house.send(call(&format!("DELETE /warehouses/{north}")));
        delete().await.refused(409, "inventory.warehouse_awaited");
        house.send(call(&format!("POST /sales-orders/{order}/cancel"))).await.expect(200);
        delete().await.expect(204);
        house.verify().await;
    }
}
