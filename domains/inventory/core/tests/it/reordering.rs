//! What falls to its reorder level is told once, and suggested until it is above.

use crate::house::{House, NEIGHBOUR, OWNER, Reply, call, call_by, house};
use chrono::TimeDelta;
use data::Subscription;
use futures::future::join_all;
use inventory_contract::ReorderDue;
use kernel::DomainEvent;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use testkit::Stage;

fn listening(stage: &Stage) {
    let subscription = Subscription { event: ReorderDue::KIND, subscriber: "test.due", ordered: true };
    stage.subscribe(vec![subscription]);
}

#[derive(FromQueryResult)]
struct Sent {
    payload: String,
}

impl House {
    async fn told_due(&self) -> Vec<ReorderDue> {
        let tx = self.databases.read(&self.owner).await.unwrap();
        let sent = tx.sql(data::sql!(
            "SELECT payload FROM messages WHERE tenant_id = $1 AND kind = 'inventory.reorder_due' ORDER BY id"
        ));
        let sent: Vec<Sent> = sent.all().await.unwrap();
        sent.iter().map(|message| serde_json::from_str(&message.payload).unwrap()).collect()
    }

    async fn with_level(&self, sku: &str, on_hand: &str, level: &str) -> String {
        let item = self.item(OWNER, sku, on_hand).await;
        self.set_level(&item, json!({ "reorder_level": level })).await;
        item
    }

    async fn set_level(&self, item: &str, body: Value) {
        self.send(call(&format!("PATCH /items/{item}")).if_match("*").json(body)).await.expect(200);
    }

    async fn promised_of(&self, item: &str, key: &str, quantity: &str) -> Reply {
        let body = json!({ "item_id": item, "quantity": quantity });
        self.send(call("POST /reservations").key(key).json(body)).await
    }

    /// Eight of a lot that is good through that day, kept above 5.
    async fn perishable(&self, sku: &str, last_day: &str) -> String {
        let item = self.item_with(sku, json!({ "tracking": "lot" })).await;
        let lot = json!({ "code": "L1", "expires_on": last_day });
        self.receive(&item, json!({ "quantity": "8", "lot": lot })).await.expect(201);
        self.set_level(&item, json!({ "reorder_level": "5" })).await;
        item
    }

    async fn asked_for(&self, item: &str, quantity: &str) {
        let lines = json!([{ "item_id": item, "quantity": quantity }]);
        let order = self.post("/sales-orders", json!({ "customer_name": "Chevalier", "lines": lines })).await;
        self.confirm(&order.expect(201).text("id")).await;
    }

    async fn suggested(&self) -> Vec<Value> {
        self.get("/reorder-suggestions").await.json()["data"].as_array().unwrap().clone()
    }
}

testkit::both! {
    async fn a_crossing_is_told_once(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.with_level("CHAI", "20", "10").await;
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (0, 0));
        house.promised_of(&item, "a", "9").await.expect(201);
        assert_eq!(house.told_due().await.len(), 0, "11 are available");
        let crosses = house.promised_of(&item, "b", "1").await.expect(201).text("id");
        let told = house.told_due().await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].item.to_string(), told[0].available.to_string()), (item.clone(), "10".to_owned()));
        house.promised_of(&item, "c", "5").await.expect(201);
        house.send(call(&format!("POST /reservations/{crosses}/ship")).key("s")).await.expect(200);
        assert_eq!(house.told_due().await.len(), 1, "it is below still");
        assert_eq!(house.suggested().await.len(), 1);

        let receipt = |key: &str| {
            house.send(call(&format!("POST /items/{item}/receipts")).key(key).json(json!({ "quantity": "6" })))
        };
        receipt("r").await.expect(201);
        assert_eq!(house.suggested().await.len(), 0, "11 are available");
        let again = house.promised_of(&item, "d", "1").await.expect(201).text("id");
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (2, 1));
        house.send(call(&format!("POST /reservations/{again}/release"))).await.expect(200);
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (2, 0));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_level_that_is_changed_is_crossed_as_well(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.item(OWNER, "CHAI", "20").await;
        house.set_level(&item, json!({ "reorder_level": "20" })).await;
        assert_eq!(house.told_due().await.len(), 1);
        house.set_level(&item, json!({ "reorder_level": "25", "name": "Masala chai" })).await;
        assert_eq!(house.told_due().await.len(), 1);
        house.set_level(&item, json!({ "reorder_level": null })).await;
        assert_eq!(house.suggested().await.len(), 0);
        let body = json!({ "sku": "NEW", "name": "New", "reorder_level": "0" });
        house.send(call("POST /items").json(body)).await.expect(201);
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (2, 1));
        house.verify().await;
    }
}

testkit::both! {
    async fn of_many_that_race_one_crosses(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.with_level("CHAI", "30", "20").await;
        let racing = (0..20).map(|n| {
            let (house, item) = (&house, &item);
            async move { house.promised_of(item, &format!("race-{n}"), "1").await.expect(201) }
        });
        join_all(racing).await;
        assert_eq!(house.told_due().await.len(), 1);
        assert_eq!(house.told_due().await[0].available.to_string(), "20");
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_missing_is_suggested(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "CHAI", "4").await;
        let cost = json!({ "amount": 1800, "currency": "USD" });
        let levels = json!({
            "reorder_level": "10", "reorder_up_to": "40", "lead_time_days": 14, "unit_cost": cost,
        });
        house.set_level(&item, levels).await;
        house.send(call_by(NEIGHBOUR, "POST /items").json(json!({
            "sku": "CHAI", "name": "Theirs", "reorder_level": "1",
        }))).await.expect(201);
        let suggested = house.suggested().await;
        assert_eq!(suggested.len(), 1);
        let shown = ["item_id", "available", "on_order", "minimum", "maximum", "suggested_quantity", "needed_by"];
        let shown = shown.map(|field| suggested[0][field].as_str().unwrap_or_default().to_owned());
        assert_eq!(shown, [item.as_str(), "4", "0", "10", "40", "36", "2026-01-29"]);

        let supplier = json!({ "code": "EXOTIC", "name": "Exotic Liquids" });
        let supplier = house.send(call("POST /suppliers").json(supplier)).await.expect(201).text("id");
        let order = |body: Value| house.send(call("POST /reorder-suggestions/purchase-orders").json(body));
        let body = json!({ "supplier_id": supplier, "lines": [{ "item_id": item }] });
        let drafted = order(body).await.expect(201);
        assert_eq!((drafted.text("status"), drafted.text("expected_on")), ("draft".to_owned(), "2026-01-29".to_owned()));
        assert_eq!(drafted.json()["lines"][0]["quantity"], "36");
        let placed = format!("POST /purchase-orders/{}/order", drafted.text("id"));
        house.send(call(&placed)).await.expect(200);
        let suggested = house.suggested().await;
        assert_eq!((suggested[0]["on_order"].clone(), suggested[0]["suggested_quantity"].clone()), {
            (json!("36"), json!("0"))
        });
        let body = json!({ "supplier_id": supplier, "lines": [{ "item_id": item }] });
        let enough = order(body).await.refused(422, "invalid");
        assert_eq!(enough.json()["errors"][0]["pointer"], "/lines/0/quantity");
        let other = house.item(OWNER, "FULL", "50").await;
        let body = json!({ "supplier_id": supplier, "lines": [{ "item_id": other, "quantity": "1" }] });
        let full = order(body).await.refused(422, "invalid");
        assert_eq!(full.json()["errors"][0]["code"], "not_due");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_last_day_that_is_changed_makes_an_item_due_and_ends_it(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.item_with("MILK", json!({ "tracking": "lot" })).await;
        let lot = json!({ "code": "L1", "expires_on": "2999-01-31" });
        house.receive(&item, json!({ "quantity": "8", "lot": lot })).await.expect(201);
        house.set_level(&item, json!({ "reorder_level": "5" })).await;
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (0, 0));
        let lots = house.list(&format!("/lots?item_id={item}")).await;
        let path = format!("PATCH /lots/{}", lots[0]["id"].as_str().unwrap());
        let until = |day: &str| house.send(call(&path).if_match("*").json(json!({ "expires_on": day })));
        until("2026-01-01").await.expect(200);
        let told = house.told_due().await;
        assert_eq!((told.len(), told[0].available.to_string()), (1, "0".to_owned()));
        assert_eq!(house.suggested().await.len(), 1);
        until("2999-01-31").await.expect(200);
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (1, 0));
        house.verify().await;
    }
}

testkit::both! {
    async fn what_spoils_is_told_on_the_day_after(stage: Stage) {
        const WATCH: &str = "inventory.watch_item";
        listening(&stage);
        let house = house(stage).await;
        let item = house.perishable("MILK", "2026-01-20").await;
        let lot = json!({ "code": "L2", "expires_on": "2026-01-20" });
        house.receive(&item, json!({ "quantity": "1", "lot": lot })).await.expect(201);
        let kept = house.perishable("CREAM", "2026-01-20").await;
        let lots = house.list(&format!("/lots?item_id={kept}")).await;
        let path = format!("PATCH /lots/{}", lots[0]["id"].as_str().unwrap());
        house.send(call(&path).if_match("*").json(json!({ "expires_on": "2026-01-25" }))).await.expect(200);
        let pass = |hours: i64| house.stage.clock.advance(TimeDelta::hours(hours));

        pass(131);
        assert_eq!((house.run_jobs(WATCH).await, house.told_due().await.len()), (0, 0), "its last day is not over");
        pass(1);
        assert_eq!(house.run_jobs(WATCH).await, 2, "one for both lots of the milk");
        let told = house.told_due().await;
        assert_eq!((told.len(), told[0].item.to_string(), told[0].available.to_string()), (1, item, "0".to_owned()));
        house.run_jobs(WATCH).await;
        assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (1, 1));
        pass(5 * 24);
        house.run_jobs(WATCH).await;
        let told = house.told_due().await;
        assert_eq!((told.len(), told[1].item.to_string()), (2, kept));
        house.verify().await;
    }
}

testkit::both! {
    async fn an_order_that_gets_nothing_of_what_spoilt_makes_it_due(stage: Stage) {
        listening(&stage);
        let house = house(stage).await;
        let item = house.perishable("MILK", "2026-01-20").await;
        house.stage.clock.advance(TimeDelta::days(6));
        for _ in 0..2 {
            house.asked_for(&item, "1").await;
            assert_eq!((house.told_due().await.len(), house.suggested().await.len()), (1, 1));
        }
        let good = house.with_level("CHAI", "6", "5").await;
        house.asked_for(&good, "1").await;
        assert_eq!(house.told_due().await.len(), 2);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_is_waited_for_is_ordered_too(stage: Stage) {
        let house = house(stage).await;
        let levels = json!({ "reorder_level": "10", "reorder_up_to": "50" });
        let (awaited, other) = (house.item(OWNER, "CHAI", "4").await, house.item(OWNER, "CHANG", "4").await);
        for item in [&awaited, &other] {
            house.set_level(item, levels.clone()).await;
        }
        house.asked_for(&awaited, "150").await;
        house.asked_for(&awaited, "54").await;
        house.asked_for(&other, "1").await;
        let suggested = house.suggested().await;
        let of = |item: &String| {
            let row = suggested.iter().find(|row| row["item_id"] == json!(item)).unwrap();
            ["available", "backordered", "suggested_quantity"].map(|field| row[field].as_str().unwrap().to_owned())
        };
        assert_eq!(of(&awaited), ["0", "200", "250"]);
        assert_eq!(of(&other), ["3", "0", "47"]);
        house.verify().await;
    }
}
