//! A neighbour's rows are not there: neither to see, nor to change, nor to point at.

use crate::house::{Answer, House, money};
use actix_web::http::Method;
use serde_json::{Value, json};
use testkit::{Stage, both};

/// All of an answer but what differs from request to request.
fn alike(mut answer: Answer) -> (u16, Value) {
    for field in ["request_id", "instance"] {
        answer.body[field] = Value::Null;
    }
    (answer.status, answer.body)
}

both!(
    async fn a_neighbours_resources_are_not_found(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let customer = client.customer("Alfreds").await;
        let price = client.price("Tea", 1_000, "month").await;
        let body = json!({ "customer_id": customer, "price_id": price });
        let subscription = client.post("/subscriptions", body).await.id();
        let invoice = client.draft(100, "USD").await;
        let product = client.get("/products").await.body["data"][0]["id"].as_str().unwrap().to_owned();
        let nowhere = client.ctx().new_id::<()>().to_string();
        let requests = [
            (Method::GET, "/customers/{id}", &customer, None),
            (Method::PATCH, "/customers/{id}", &customer, Some(json!({ "name": "Mine" }))),
            (Method::GET, "/products/{id}", &product, None),
            (Method::GET, "/products/{id}/prices", &product, None),
            (Method::GET, "/prices/{id}", &price, None),
            (
                Method::POST,
                "/products/{id}/prices",
                &product,
                Some(json!({ "unit_amount": money(1, "USD"), "interval": "month" })),
            ),
            (Method::GET, "/subscriptions/{id}", &subscription, None),
            (Method::POST, "/subscriptions/{id}/invoices", &subscription, None),
            (Method::GET, "/invoices/{id}", &invoice, None),
            (Method::PATCH, "/invoices/{id}", &invoice, Some(json!({ "customer_id": customer }))),
            (Method::POST, "/invoices/{id}/finalize", &invoice, None),
        ];
        for (method, path, id, body) in requests {
            let send = async |id: &str| {
                // A key of its own: what is refused lets go of it only when its transaction has ended.
                let key = format!("{method}-{path}-{id}");
                let key = ("idempotency-key", key.as_str());
                let headers: &[_] = if method == Method::PATCH { &[key, ("if-match", "*")] } else { &[key] };
                neighbour.send(method.clone(), &path.replace("{id}", id), headers, body.clone()).await
            };
            let (theirs, unknown) = (send(id).await, send(&nowhere).await);
            assert_eq!(theirs.status, 404, "{method} {path}: {}", theirs.body);
            assert_eq!(alike(theirs), alike(unknown), "{method} {path}");
        }
        for list in ["/customers", "/products", "/subscriptions", "/invoices", "/hold-rules"] {
            assert_eq!(neighbour.get(list).await.body["data"], json!([]), "{list}");
        }
        assert_eq!(client.invoice(&invoice).await["status"], "draft");
    }
);

both!(
    async fn a_body_cannot_point_at_a_neighbour(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let (theirs, price) = (neighbour.customer("Alfreds").await, neighbour.price("Tea", 1, "month").await);
        let own = client.customer("Alfreds").await;
        let invoice = client.draft(100, "USD").await;
        let nowhere = client.ctx().new_id::<()>().to_string();
        let line = json!({ "description": "Tea", "quantity": "1", "unit_amount": money(1, "USD") });
        let invoice_of = |customer: &str| json!({ "customer_id": customer, "lines": [line] });
        let priced_by =
            |price: &str| json!({ "customer_id": own, "lines": [{ "quantity": "1", "price_id": price }] });
        let subscribed = |customer: &str, price: &str| json!({ "customer_id": customer, "price_id": price });
        let pairs = [
            ("/invoices", invoice_of(&theirs), invoice_of(&nowhere), "422 /customer_id not_found"),
            ("/invoices", priced_by(&price), priced_by(&nowhere), "422 /lines/0/price_id not_found"),
            (
                "/subscriptions",
                subscribed(&theirs, &price),
                subscribed(&nowhere, &nowhere),
                "422 /customer_id not_found, /price_id not_found",
            ),
        ];
        for (path, neighbours, unknown, expected) in pairs {
            let (a, b) = (client.post(path, neighbours).await, client.post(path, unknown).await);
            assert_eq!(a.outcome(), expected);
            assert_eq!(alike(a), alike(b));
        }
        let path = format!("/invoices/{invoice}");
        let a = client.patch(&path, "*", json!({ "customer_id": theirs })).await;
        let b = client.patch(&path, "*", json!({ "customer_id": nowhere })).await;
        assert_eq!(a.outcome(), "422 /customer_id not_found");
        assert_eq!(alike(a), alike(b));
    }
);
