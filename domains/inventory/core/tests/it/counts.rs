//! Counts: what nobody may see too early, what is not a variance, and what waits for a decision.

use crate::house::{House, NEIGHBOUR, OWNER, VIEWER, call, call_by, house};
use data::Subscription;
use inventory_contract::{
    CountHeld, CountRejected, CountStatus, InventoryError, PutHoldRule, RejectHold, ReleaseHold,
    RemoveHoldRule, Variance,
};
use kernel::{DomainEvent, Money, UserId};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use testkit::Stage;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Told {
    payload: String,
}

impl House {
    async fn begun_count(&self, body: Value) -> String {
        let mut body = body;
        body["reason"] = json!("Once a year");
        self.send(call("POST /counts").json(body)).await.expect(201).text("id")
    }

    async fn entered_count(&self, count: &str, item: &str, quantity: &str) {
        let body = json!({ "entries": [{ "item_id": item, "quantity": quantity }] });
        self.send(call(&format!("POST /counts/{count}/entries")).json(body)).await.expect(200);
    }

    async fn submitted_count(&self, count: &str) -> Value {
        let key = Uuid::new_v4().to_string();
        self.send(call(&format!("POST /counts/{count}/submit")).key(&key)).await.expect(200).json()
    }

    async fn count_lines(&self, count: &str) -> Vec<Value> {
        let lines = self.get(&format!("/counts/{count}/lines?limit=100")).await.json();
        lines["data"].as_array().unwrap().clone()
    }

    async fn received_stock(&self, item: &str, body: Value) {
        let receipt =
            call(&format!("POST /items/{item}/receipts")).key(&Uuid::new_v4().to_string()).json(body);
        self.send(receipt).await.expect(201);
    }

    async fn told_events<E: DomainEvent>(&self) -> Vec<E> {
        let tx = self.databases.read(&self.owner).await.unwrap();
        let told =
            tx.sql(data::sql!("SELECT payload FROM messages WHERE tenant_id = $1 AND kind = $2 ORDER BY id"));
        let told: Vec<Told> = told.bind(E::KIND).all().await.unwrap();
        told.iter().map(|told| serde_json::from_str(&told.payload).unwrap()).collect()
    }
}

testkit::both! {
    async fn a_blind_count_shows_nothing_before_it_is_submitted(stage: Stage) {
        let house = house(stage).await;
        let [a, b] = [house.item(OWNER, "A", "10").await, house.item(OWNER, "B", "4").await];
        house.item(NEIGHBOUR, "A", "7").await;
        let count = house.begun_count(json!({})).await;
        let lines = house.count_lines(&count).await;
        assert_eq!(lines.len(), 2, "{lines:?}");
        house.entered_count(&count, &a, "8").await;
        house.entered_count(&count, &a, "9").await;
        for line in house.count_lines(&count).await {
            assert_eq!((&line["expected"], &line["variance"]), (&json!(null), &json!(null)), "{line}");
        }
        let shown = house.get(&format!("/counts/{count}")).await.json();
        assert_eq!((&shown["line_count"], &shown["counted_count"]), (&json!(2), &json!(1)));
        assert_eq!(shown["variance_count"], json!(null));
        // What nobody counted stays as it is.
        let posted = house.submitted_count(&count).await;
        assert_eq!((&posted["status"], &posted["variance_count"]), (&json!("posted"), &json!(1)));
        let lines = house.count_lines(&count).await;
        let line = lines.iter().find(|line| line["item_id"] == json!(a)).unwrap();
        assert_eq!((&line["expected"], &line["variance"]), (&json!("10"), &json!("-1")), "{line}");
        assert_eq!(house.stock(&a).await, ["9", "0", "9"]);
        assert_eq!(house.stock(&b).await, ["4", "0", "4"]);
        let movements = house.get(&format!("/movements?item_id={a}")).await.json();
        let adjustment = &movements["data"][0];
        assert_eq!(adjustment["kind"], "adjustment");
        assert_eq!(adjustment["reason"], "Once a year");
        let again = call(&format!("POST /counts/{count}/submit")).key("again");
        house.send(again).await.refused(409, "inventory.count_state");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_moves_meanwhile_is_no_variance(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "10").await;
        let count = house.begun_count(json!({ "blind": false, "items": [{ "item_id": item }] })).await;
        assert_eq!(house.count_lines(&count).await[0]["expected"], "10");
        house.received_stock(&item, json!({ "quantity": "2" })).await;
        house.entered_count(&count, &item, "11").await;
        let reserve = call("POST /reservations").key("r").json(json!({ "item_id": item, "quantity": "4" }));
        let reservation = house.send(reserve).await.expect(201).text("id");
        let ship = call(&format!("POST /reservations/{reservation}/ship")).key("s");
        house.send(ship).await.expect(200);
        // It lay on the shelf when that was counted, and was written down later.
        house.received_stock(&item, json!({ "quantity": "3", "happened_at": "2026-01-01T08:00:00Z" })).await;
        let posted = house.submitted_count(&count).await;
        assert_eq!(posted["status"], "posted");
        // 12 and the 3 that nobody had written down were expected, and 11 were found.
        assert_eq!(house.count_lines(&count).await[0]["variance"], "-4");
        assert_eq!(house.stock(&item).await[0], "7");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_was_found_and_was_on_no_list_is_taken(stage: Stage) {
        let house = house(stage).await;
        let listed = house.item(OWNER, "A", "3").await;
        let found = house.item(OWNER, "B", "0").await;
        let (north, shelf) = house.made_warehouse("NORTH").await;
        let count = house.begun_count(json!({ "items": [{ "item_id": listed }] })).await;
        let entries = format!("POST /counts/{count}/entries");
        let entry = |body: Value| call(&entries).json(json!({ "entries": [body] }));
        let away = json!({ "item_id": found, "location_id": shelf, "quantity": "1" });
        let refused = house.send(entry(away)).await.refused(422, "invalid");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/entries/0/location_id");
        house.send(entry(json!({ "item_id": found, "quantity": "-1" }))).await.refused(422, "invalid");
        let lot = json!({ "item_id": found, "quantity": "1", "lot": { "code": "L1" } });
        house.send(entry(lot)).await.refused(422, "invalid");
        house.entered_count(&count, &listed, "3").await;
        house.entered_count(&count, &found, "2").await;
        house.submitted_count(&count).await;
        assert_eq!(house.stock(&listed).await[0], "3");
        assert_eq!(house.stock(&found).await[0], "2");

        let empty = house.begun_count(json!({ "warehouse_id": north })).await;
        let submit = format!("POST /counts/{empty}/submit");
        house.send(call(&submit).key("e")).await.refused(409, "inventory.count_empty");
        house.send(call_by(VIEWER, &submit).key("v")).await.refused(403, "forbidden");
        house.send(call_by(NEIGHBOUR, &submit).key("n")).await.refused(404, "inventory.count_not_found");
        house.send(call(&format!("POST /counts/{empty}/cancel"))).await.expect(200);
        house.send(call(&submit).key("c")).await.refused(409, "inventory.count_state");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_promised_is_not_counted_away(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let reserve = call("POST /reservations").key("r").json(json!({ "item_id": item, "quantity": "4" }));
        house.send(reserve).await.expect(201);
        let count = house.begun_count(json!({})).await;
        house.entered_count(&count, &item, "3").await;
        let submit = call(&format!("POST /counts/{count}/submit")).key("s");
        let refused = house.send(submit).await.refused(409, "inventory.count_not_posted");
        // It is open, and blind: nobody is told by how much it is off.
        assert!(!refused.text("detail").contains(|c: char| c.is_ascii_digit()), "{refused:?}");
        assert_eq!(house.get(&format!("/counts/{count}")).await.text("status"), "open");
        house.entered_count(&count, &item, "4").await;
        house.submitted_count(&count).await;
        assert_eq!(house.stock(&item).await, ["4", "4", "0"]);
        house.verify().await;
    }
}

/// A count of an item of five that finds three, held by a rule over one, and the event that says so.
async fn held(house: &House) -> (String, String, CountHeld) {
    let item = house.item(OWNER, "A", "5").await;
    let rule = PutHoldRule {
        rule: house.owner.new_id(),
        name: "Over one".to_owned(),
        over: Variance::Quantity("1".parse().unwrap()),
    };
    let put = house.inventory.put_hold_rule(&house.owner, rule.clone()).await.unwrap();
    assert_eq!((put.rule, put.over), (rule.rule, rule.over));
    assert_eq!(house.inventory.put_hold_rule(&house.owner, rule).await.unwrap(), put);
    let count = house.begun_count(json!({})).await;
    house.entered_count(&count, &item, "3").await;
    let submitted = house.submitted_count(&count).await;
    assert_eq!((&submitted["status"], &submitted["variance_count"]), (&json!("pending_approval"), &json!(1)));
    assert_eq!(house.stock(&item).await[0], "5");
    let mut events = house.told_events::<CountHeld>().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].variance, Variance::Quantity("2".parse().unwrap()));
    (count, item, events.remove(0))
}

fn release(held: &CountHeld) -> ReleaseHold {
    let CountHeld { count, rule, hold, .. } = *held;
    ReleaseHold { count, rule, hold, decided_by: UserId::from_uuid(Uuid::new_v4()) }
}

fn reject(held: &CountHeld) -> RejectHold {
    let ReleaseHold { count, rule, hold, decided_by } = release(held);
    RejectHold { count, rule, hold, decided_by, reason: Some("Count it again".to_owned()) }
}

fn subscribed(stage: &Stage) {
    let to = |event, subscriber| Subscription { event, subscriber, ordered: true };
    stage.subscribe(vec![to(CountHeld::KIND, "test.held"), to(CountRejected::KIND, "test.rejected")]);
}

testkit::both! {
    async fn a_held_count_is_posted_when_it_is_released(stage: Stage) {
        subscribed(&stage);
        let house = house(stage).await;
        let (count, item, event) = held(&house).await;
        let theirs = house.inventory.release_hold(&house.neighbour, release(&event)).await;
        assert!(matches!(theirs, Err(InventoryError::CountNotFound)), "{theirs:?}");
        let entry = json!({ "entries": [{ "item_id": item, "quantity": "4" }] });
        let late = call(&format!("POST /counts/{count}/entries")).json(entry);
        house.send(late).await.refused(409, "inventory.count_state");
        let state = house.inventory.release_hold(&house.owner, release(&event)).await.unwrap();
        assert_eq!(state.status, CountStatus::Posted);
        assert_eq!(house.inventory.release_hold(&house.owner, release(&event)).await.unwrap(), state);
        let otherwise = house.inventory.reject_hold(&house.owner, reject(&event)).await;
        assert!(matches!(otherwise, Err(InventoryError::NotHeld)), "{otherwise:?}");
        assert_eq!(house.stock(&item).await[0], "3");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_rejected_count_is_counted_again(stage: Stage) {
        subscribed(&stage);
        let house = house(stage).await;
        let (count, item, event) = held(&house).await;
        let state = house.inventory.reject_hold(&house.owner, reject(&event)).await.unwrap();
        assert_eq!(state.status, CountStatus::Open);
        let shown = house.get(&format!("/counts/{count}")).await.json();
        assert_eq!(shown["returned_reason"], "Count it again");
        assert_eq!(shown["variance_count"], json!(null));
        assert_eq!(house.count_lines(&count).await[0]["expected"], json!(null));
        assert_eq!(house.told_events::<CountRejected>().await.len(), 1);
        let late = house.inventory.release_hold(&house.owner, release(&event)).await;
        assert!(matches!(late, Err(InventoryError::NotHeld)), "{late:?}");
        house.entered_count(&count, &item, "4").await;
        assert_eq!(house.submitted_count(&count).await["status"], "posted");
        assert_eq!(house.stock(&item).await[0], "4");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_released_count_that_cannot_be_posted_is_given_back(stage: Stage) {
        subscribed(&stage);
        let house = house(stage).await;
        let (count, item, event) = held(&house).await;
        let reserve = call("POST /reservations").key("r").json(json!({ "item_id": item, "quantity": "5" }));
        house.send(reserve).await.expect(201);
        let state = house.inventory.release_hold(&house.owner, release(&event)).await.unwrap();
        assert_eq!(state.status, CountStatus::Open);
        let reason = house.get(&format!("/counts/{count}")).await.text("returned_reason");
        assert!(reason.contains("is promised"), "{reason}");
        assert_eq!(house.stock(&item).await, ["5", "5", "0"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn rules_are_by_value_and_go(stage: Stage) {
        subscribed(&stage);
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let cost = json!({ "unit_cost": { "amount": 1000, "currency": "USD" } });
        house.send(call(&format!("PATCH /items/{item}")).if_match("*").json(cost)).await.expect(200);
        let over = |amount: i64| Variance::Value(Money::new(amount, "USD".parse().unwrap()));
        let rule = house.owner.new_id();
        let put = |over: Variance| PutHoldRule { rule, name: "Dear".to_owned(), over };
        house.inventory.put_hold_rule(&house.owner, put(over(2000))).await.unwrap();
        let negative = house.inventory.put_hold_rule(&house.owner, put(over(-1))).await;
        assert!(matches!(negative, Err(InventoryError::Invalid { .. })), "{negative:?}");
        for (found, status) in [("3", "posted"), ("6", "pending_approval")] {
            let count = house.begun_count(json!({})).await;
            house.entered_count(&count, &item, found).await;
            assert_eq!(house.submitted_count(&count).await["status"], status, "{found}");
            if status == "pending_approval" {
                let events = house.told_events::<CountHeld>().await;
                assert_eq!(events[0].variance, over(3000));
                house.send(call(&format!("POST /counts/{count}/cancel"))).await.expect(200);
            }
        }
        house.inventory.remove_hold_rule(&house.owner, RemoveHoldRule { rule }).await.unwrap();
        house.inventory.remove_hold_rule(&house.owner, RemoveHoldRule { rule }).await.unwrap();
        let count = house.begun_count(json!({})).await;
        house.entered_count(&count, &item, "9").await;
        assert_eq!(house.submitted_count(&count).await["status"], "posted");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_variance_is_worth_what_the_stock_cost_and_not_what_the_item_was_given(stage: Stage) {
        subscribed(&stage);
        let house = house(stage).await;
        let usd = |minor: i64| json!({ "amount": minor, "currency": "USD" });
        let worth = |minor: i64| Variance::Value(Money::new(minor, "USD".parse().unwrap()));
        let rule = PutHoldRule { rule: house.owner.new_id(), name: "Dear".to_owned(), over: worth(200_000) };
        house.inventory.put_hold_rule(&house.owner, rule).await.unwrap();
        for costing in ["moving_average", "fifo"] {
            let item = house.item_with(costing, json!({ "costing": costing })).await;
            house.received_stock(&item, json!({ "quantity": "60", "unit_cost": usd(100_000) })).await;
            let count = house.begun_count(json!({ "items": [{ "item_id": item }] })).await;
            house.entered_count(&count, &item, "10").await;
            assert_eq!(house.submitted_count(&count).await["status"], "pending_approval", "{costing}");
            assert_eq!(house.count_lines(&count).await[0]["variance_value"], usd(-5_000_000), "{costing}");
            assert_eq!(house.told_events::<CountHeld>().await.pop().unwrap().variance, worth(5_000_000));
        }
        // It was dear once.
        let cheap = house.item_with("CHEAP", json!({ "unit_cost": usd(100_000) })).await;
        house.received_stock(&cheap, json!({ "quantity": "60", "unit_cost": usd(100) })).await;
        let count = house.begun_count(json!({ "items": [{ "item_id": cheap }] })).await;
        house.entered_count(&count, &cheap, "10").await;
        assert_eq!(house.submitted_count(&count).await["status"], "posted");
        assert_eq!(house.count_lines(&count).await[0]["variance_value"], usd(-5_000));
        house.verify().await;
    }
}
