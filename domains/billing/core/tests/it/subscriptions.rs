//! Subscriptions and the invoices of their periods.

use crate::house::{House, money};
use actix_web::http::Method;
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
    async fn none_begins_on_what_is_being_deleted(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let customer = client.customer("Alfreds").await;
        for round in 0..12 {
            let price = client.price("Tea", 1_000, "month").await;
            let products = client.get("/products?limit=1&sort=-created_at").await;
            let product = format!("/products/{}", products.body["data"][0]["id"].as_str().unwrap());
            let body = json!({ "customer_id": customer, "price_id": price });
            let (deleted, begun) = tokio::join!(
                client.send(Method::DELETE, &product, &[], None),
                client.post("/subscriptions", body)
            );
            let outcomes = [deleted.outcome(), begun.outcome()];
            let expected = [["204", "422 /price_id not_found"], ["409 billing.product_in_use", "201"]];
            assert!(expected.iter().any(|expected| outcomes == *expected), "{round}: {outcomes:?}");
        }
    }
);

both!(
    async fn a_subscription_begins_within_the_calendar(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let customer = client.customer("Alfreds").await;
        let (monthly, once) =
            (client.price("Tea", 1_000, "month").await, client.price("Pot", 1_000, "one_time").await);
        let nowhere = client.ctx().new_id::<()>().to_string();
        let check = async |price: &str, started_on: &str, expected: &str| {
            let body = json!({ "customer_id": customer, "price_id": price, "started_on": started_on });
            let created = client.post("/subscriptions", body).await;
            assert_eq!(created.outcome(), expected, "{started_on}: {}", created.body);
            if created.status == 201 {
                assert_eq!(created.body["started_on"], started_on);
                assert_eq!(client.get(created.header("location")).await.body, created.body);
                let path = format!("/subscriptions/{}/invoices", created.id());
                assert_eq!(client.post(&path, Value::Null).await.status, 201, "{started_on}");
            }
        };
        check(&monthly, "1970-01-01", "201").await;
        check(&monthly, "9999-11-30", "201").await;
        for day in
            ["1969-12-31", "0000-01-01", "-262143-01-01", "9999-12-31", "+10000-01-01", "+262142-12-31"]
        {
            check(&monthly, day, "422 /started_on out_of_range").await;
        }
        check(&once, "2026-01-01", "422 /price_id not_recurring").await;
        check(&nowhere, "1969-12-31", "422 /price_id not_found, /started_on out_of_range").await;
        check(&monthly, "+262143-01-01", "400 /started_on invalid_value").await;
    }
);

both!(
    async fn the_invoice_of_a_subscription_stays_its_customers(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, price) = (client.customer("Alfreds").await, client.price("Tea", 1_000, "month").await);
        let other = client.customer("Berglunds").await;
        let body = json!({ "customer_id": customer, "price_id": price });
        let subscription = client.post("/subscriptions", body).await.id();
        let draft = client.post(&format!("/subscriptions/{subscription}/invoices"), Value::Null).await.id();
        let path = format!("/invoices/{draft}");
        let moved = client.patch(&path, "*", json!({ "customer_id": other })).await;
        assert_eq!(moved.outcome(), "422 /customer_id of_subscription");
        let moved = client.patch(&path, "*", json!({ "customer_id": other, "lines": null })).await;
        assert_eq!(moved.outcome(), "422 /lines required, /customer_id of_subscription");
        assert_eq!(client.invoice(&draft).await["customer_id"], customer);
        let lines = json!([{ "description": "Gift", "quantity": "1", "unit_amount": money(0, "USD") }]);
        let kept = client.patch(&path, "*", json!({ "customer_id": customer, "lines": lines })).await;
        assert_eq!((kept.status, &kept.body["total"]), (200, &money(0, "USD")), "{}", kept.body);
        let own = client.draft(100, "USD").await;
        let moved = client.patch(&format!("/invoices/{own}"), "*", json!({ "customer_id": other })).await;
        assert_eq!((moved.status, &moved.body["customer_id"]), (200, &json!(other)), "{}", moved.body);
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
        check(&once, "0", "422 /quantity not_positive, /price_id not_recurring").await;
        assert_eq!(client.get("/subscriptions").await.body["data"], json!([]));
    }
);
