//! Random operations against a simple model: the balance is always the sum of the ledger, and never below zero.

use crate::house::{House, NEIGHBOUR, OWNER, call, house};
use data::TenantSql;
use inventory::Drift;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use testkit::Stage;

#[derive(Clone, Copy, Debug)]
enum Step {
    Receive(i64),
    Reserve(i64),
    /// The nth reservation that is still active.
    Ship(usize),
    Release(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..5_000_000i64).prop_map(Step::Receive),
        (1..5_000_000i64).prop_map(Step::Reserve),
        (0..8usize).prop_map(Step::Ship),
        (0..8usize).prop_map(Step::Release),
    ]
}

/// In millionths.
#[derive(Default)]
struct Model {
    movements: Vec<i64>,
    active: Vec<(String, i64)>,
}

impl Model {
    fn on_hand(&self) -> i64 {
        self.movements.iter().sum()
    }

    fn reserved(&self) -> i64 {
        self.active.iter().map(|(_, quantity)| quantity).sum()
    }
}

async fn take(house: &House, model: &mut Model, item: &str, at: usize, step: Step) {
    let key = format!("step-{at}");
    let text = |millionths: i64| kernel::Quantity::from_millionths(millionths).to_string();
    match step {
        Step::Receive(quantity) => {
            let body = json!({ "quantity": text(quantity) });
            house.send(call(&format!("POST /items/{item}/receipts")).key(&key).json(body)).await.expect(201);
            model.movements.push(quantity);
        }
        Step::Reserve(quantity) => {
            let body = json!({ "item_id": item, "quantity": text(quantity) });
            let reply = house.send(call("POST /reservations").key(&key).json(body)).await;
            if quantity > model.on_hand() - model.reserved() {
                reply.refused(409, "inventory.insufficient_stock");
            } else {
                model.active.push((reply.expect(201).text("id"), quantity));
            }
        }
        Step::Ship(n) | Step::Release(n) if model.active.is_empty() => {
            let _ = n;
        }
        Step::Ship(n) => {
            let (id, quantity) = model.active.remove(n % model.active.len());
            house.send(call(&format!("POST /reservations/{id}/ship")).key(&key)).await.expect(200);
            model.movements.push(-quantity);
        }
        Step::Release(n) => {
            let (id, _) = model.active.remove(n % model.active.len());
            house.send(call(&format!("POST /reservations/{id}/release")).key(&key)).await.expect(200);
        }
    }
}

testkit::both! {
    async fn the_balance_is_the_sum_of_the_ledger(stage: Stage) {
        let house = house(stage).await;
        let mut runner = TestRunner::default();
        for round in 0..6 {
            let item = house.item(OWNER, &format!("ITEM-{round}"), "0").await;
            let steps = prop::collection::vec(step(), 30).new_tree(&mut runner).unwrap().current();
            let mut model = Model::default();
            for (at, step) in steps.iter().enumerate() {
                take(&house, &mut model, &item, round * 100 + at, *step).await;
            }
            let [on_hand, reserved, _] = house.stock(&item).await;
            let stock =
                [on_hand, reserved].map(|text| text.parse::<kernel::Quantity>().unwrap().millionths());
            assert_eq!(stock, [model.on_hand(), model.reserved()], "{steps:?}");
            house.verify().await;
        }
    }
}

impl House {
    /// Writes around the crate, to so many rows; what is found then, which is put right again.
    async fn tampered(&self, rows: u64, tamper: TenantSql, mend: TenantSql) -> Vec<Drift> {
        self.write_around(rows, tamper).await;
        let drifts = inventory::verify_balances(&self.databases, &self.owner).await.unwrap();
        self.write_around(rows, mend).await;
        self.verify().await;
        drifts
    }

    async fn write_around(&self, rows: u64, sql: TenantSql) {
        let unit = self.databases.write(&self.owner).await.unwrap();
        assert_eq!(unit.sql(sql).exec().await.unwrap(), rows, "{sql:?}");
        unit.commit(()).await.unwrap();
    }
}

testkit::both! {
    async fn a_drift_is_found(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        house.item(NEIGHBOUR, "A", "5").await;
        house.reserve(json!({ "item_id": item, "quantity": "2" })).await.expect(201);
        house.verify().await;
        let more = data::sql!("UPDATE stock_levels SET on_hand = on_hand + 1 WHERE tenant_id = $1");
        let less = data::sql!("UPDATE stock_levels SET on_hand = on_hand - 1 WHERE tenant_id = $1");
        let drifts = house.tampered(1, more, less).await;
        let [Drift::Item(drift)] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert_eq!(drift.item_id.to_string(), item);
        assert_eq!((drift.on_hand.millionths(), drift.moved.millionths()), (5_000_001, 5_000_000));
        let told = drifts[0].to_string();
        let expected = format!("item {item}: 5.000001 on hand, movements say 5; 0 blocked");
        assert!(told.starts_with(&expected), "{told}");

        let more = data::sql!("UPDATE stock_levels SET blocked = blocked + 1 WHERE tenant_id = $1");
        let less = data::sql!("UPDATE stock_levels SET blocked = blocked - 1 WHERE tenant_id = $1");
        let drifts = house.tampered(1, more, less).await;
        let [Drift::Item(drift)] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert_eq!((drift.blocked.millionths(), drift.moved_blocked.millionths()), (1, 0));
    }
}

testkit::both! {
    async fn a_warehouse_or_a_bin_that_drifts_is_found(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        house.reserve(json!({ "item_id": item, "quantity": "2" })).await.expect(201);
        let more = data::sql!("UPDATE warehouse_levels SET reserved = reserved + 1 WHERE tenant_id = $1");
        let less = data::sql!("UPDATE warehouse_levels SET reserved = reserved - 1 WHERE tenant_id = $1");
        let drifts = house.tampered(1, more, less).await;
        let [Drift::Warehouse(drift)] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert_eq!((drift.item_id.to_string(), drift.warehouse_id.to_string()), (item.clone(), house.main()));
        assert_eq!((drift.reserved.millionths(), drift.promised.millionths()), (2_000_001, 2_000_000));

        let more = data::sql!("UPDATE bins SET on_hand = on_hand + 1 WHERE tenant_id = $1");
        let less = data::sql!("UPDATE bins SET on_hand = on_hand - 1 WHERE tenant_id = $1");
        let drifts = house.tampered(1, more, less).await;
        let [Drift::Bin(drift)] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert_eq!((drift.item_id.to_string(), drift.location_id.to_string()), (item, house.main()));
        assert_eq!((drift.on_hand.millionths(), drift.moved.millionths()), (5_000_001, 5_000_000));

        // One that is gone is one of nothing, of which the movements say otherwise.
        house.write_around(1, data::sql!("DELETE FROM bins WHERE tenant_id = $1")).await;
        let drifts = inventory::verify_balances(&house.databases, &house.owner).await.unwrap();
        let [Drift::Bin(drift)] = drifts.as_slice() else { panic!("{drifts:?}") };
        assert_eq!((drift.on_hand.millionths(), drift.moved.millionths()), (0, 5_000_000));
    }
}

testkit::both! {
    async fn the_ledger_is_append_only(stage: Stage) {
        let house = house(stage).await;
        house.item(OWNER, "A", "5").await;
        let unit = house.databases.write(&house.owner).await.unwrap();
        let update = unit.sql(data::sql!("UPDATE movements SET quantity = 1 WHERE tenant_id = $1"));
        assert!(update.exec().await.is_err());
        drop(unit);
        let unit = house.databases.write(&house.owner).await.unwrap();
        assert!(unit.sql(data::sql!("DELETE FROM movements WHERE tenant_id = $1")).exec().await.is_err());
        drop(unit);
        house.verify().await;
    }
}
