//! Subscriptions and the invoices of their periods.

use crate::house::{House, money};
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both};

both!(
    async fn each_period_is_invoiced_once(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, price) = (client.customer("Alfreds").await, client.price("Tea", 1_000, "month").await);
        // The stage begins on 2026-01-15.
        let body = json!({
            "customer_id": customer, "price_id": price, "quantity": "2.5", "started_on": "2025-12-31"
        });
        let created = client.post("/subscriptions", body).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let path = created.header("location").to_owned();
        assert_eq!(created.body["current_period_end"], "2026-01-31");
        assert_eq!(client.get(&path).await.body, created.body);

        let invoices = format!("{path}/invoices");
        let january = client.post(&invoices, Value::Null).await;
        assert_eq!((january.status, &january.body["total"]), (201, &money(2_500, "USD")), "{}", january.body);
        assert_eq!(january.body["lines"][0]["description"], "Tea, 2025-12-31 to 2026-01-30");
        assert_eq!(january.body["subscription_id"], created.body["id"]);
        let again = "409 billing.period_already_invoiced";
        assert_eq!(client.post(&invoices, Value::Null).await.outcome(), again);
        house.stage.clock.advance(Duration::days(16));
        let february = client.post(&invoices, Value::Null).await;
        assert_eq!((february.status, &february.body["period_start"]), (201, &json!("2026-01-31")));
        assert_eq!(february.body["period_end"], "2026-02-28");
        assert_eq!(client.get(&path).await.body["current_period_start"], "2026-01-31");
        assert_eq!(client.post(&invoices, Value::Null).await.outcome(), again);
    }
);

both!(
    async fn two_calls_at_once_draft_one(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, price) = (client.customer("Alfreds").await, client.price("Tea", 1_000, "year").await);
        let body = json!({ "customer_id": customer, "price_id": price });
        let id = client.post("/subscriptions", body).await.id();
        let path = format!("/subscriptions/{id}/invoices");
        let (a, b) = tokio::join!(client.post(&path, Value::Null), client.post(&path, Value::Null));
        let mut outcomes = [a.outcome(), b.outcome()];
        outcomes.sort();
        assert_eq!(outcomes, ["201", "409 billing.period_already_invoiced"]);
    }
);

both!(
    async fn only_what_recurs_and_is_sold_is_subscribed_to(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, once) =
            (client.customer("Alfreds").await, client.price("Tea", 1_000, "one_time").await);
        let retired = client.post("/products", json!({ "name": "Old", "active": false })).await.id();
        let body = json!({ "unit_amount": money(1, "USD"), "interval": "month" });
        let retired = client.post(&format!("/products/{retired}/prices"), body).await.id();
        let check = async |price: &str, quantity: &str, expected: &str| {
            let body = json!({ "customer_id": customer, "price_id": price, "quantity": quantity });
            assert_eq!(client.post("/subscriptions", body).await.outcome(), expected);
        };
        check(&once, "1", "422 /price_id not_recurring").await;
        check(&retired, "0", "422 /quantity not_positive, /price_id inactive").await;
        let nowhere = client.ctx().new_id::<()>().to_string();
        check(&nowhere, "1", "422 /price_id not_found").await;
        assert_eq!(client.get("/subscriptions").await.body["data"], json!([]));
    }
);
