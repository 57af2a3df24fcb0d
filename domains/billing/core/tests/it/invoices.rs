//! Drafting and finalizing.

use crate::house::{Client, House, money};
use billing_contract::InvoiceFinalized;
use serde_json::{Value, json};
use testkit::{Stage, both};

both!(
    async fn a_draft_is_priced_changed_and_finalized(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, price) =
            (client.customer("Alfreds").await, client.price("Tea", 1_050, "one_time").await);
        let lines = json!([
            { "quantity": "2.5", "price_id": price },
            { "description": "Freight", "quantity": "1", "unit_amount": money(5, "USD") },
        ]);
        let draft = client.post("/invoices", json!({ "customer_id": customer, "lines": lines })).await;
        assert_eq!((draft.status, draft.header("etag")), (201, "\"1\""), "{}", draft.body);
        assert_eq!(draft.body["lines"][0]["description"], "Tea");
        assert_eq!(draft.body["lines"][0]["amount"], money(2_625, "USD"));
        assert_eq!(draft.body["total"], money(2_630, "USD"));
        assert_eq!((&draft.body["status"], &draft.body["number"]), (&json!("draft"), &Value::Null));
        let path = draft.header("location").to_owned();
        assert_eq!(client.get(&path).await.body, draft.body);

        let lines = json!([{ "description": "Gift", "quantity": "3", "unit_amount": money(0, "EUR") }]);
        let changed = client.patch(&path, "\"1\"", json!({ "lines": lines })).await;
        assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.body);
        assert_eq!(changed.body["total"], money(0, "EUR"));
        assert_eq!(client.get(&path).await.body, changed.body);
        let none = client.patch(&path, "*", json!({ "lines": null, "customer_id": null })).await;
        assert_eq!(none.outcome(), "422 /customer_id required, /lines required");

        let opened = client.act(&format!("{path}/finalize"), "once").await;
        assert_eq!((opened.status, &opened.body["number"]), (200, &json!("INV-000001")), "{}", opened.body);
        assert_eq!(opened.body["status"], "open");
        assert_eq!(opened.body["requested_by"], client.tenant.owner.to_string());
        assert_eq!(opened.header("etag"), client.get(&path).await.header("etag"));
        let late = client.patch(&path, "*", json!({ "lines": lines })).await;
        assert_eq!(late.outcome(), "409 billing.invoice_not_draft");

        let events = house.events::<InvoiceFinalized>().await;
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].number.as_str(), events[0].invoice.to_string()), ("INV-000001", draft.id()));
        let actions: Vec<_> = house.audited().await.into_iter().map(|entry| entry.action).collect();
        let expected = ["billing.invoice.draft", "billing.invoice.update", "billing.invoice.finalize"];
        assert_eq!(actions[3..], expected);
    }
);

both!(
    async fn a_finalize_is_done_once(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let draft = client.draft(100, "USD").await;
        let path = format!("/invoices/{draft}/finalize");
        let keyless = client.send(actix_web::http::Method::POST, &path, &[], None).await;
        assert_eq!(keyless.outcome(), "400 idempotency_key_required");
        let first = client.act(&path, "k").await;
        let again = client.act(&path, "k").await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!(first.body, again.body);
        assert_eq!(
            (first.header("etag"), again.header("idempotency-replayed")),
            (again.header("etag"), "true")
        );
        assert_eq!(client.act(&path, "other").await.outcome(), "409 billing.invoice_not_draft");
        let elsewhere = format!("/invoices/{}/finalize", client.draft(1, "USD").await);
        assert_eq!(client.act(&elsewhere, "k").await.outcome(), "422 idempotency_key_reused");
        let nowhere = "/invoices/0192f0c1-7b1e-7000-8000-000000000000/finalize";
        assert_eq!(client.act(nowhere, "n").await.outcome(), "404 billing.invoice_not_found");
        let reader = client.with_only(&["billing.invoices.read", "billing.invoices.write"]);
        assert_eq!(reader.act(&elsewhere, "r").await.outcome(), "403 forbidden");
    }
);

async fn numbers(client: &Client<'_>) -> Vec<String> {
    let listed = client.get("/invoices?status=open&limit=100").await.body;
    let data = listed["data"].as_array().unwrap();
    let mut numbers: Vec<_> =
        data.iter().map(|invoice| invoice["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    numbers
}

both!(
    async fn parallel_finalizes_leave_no_gap(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        for round in 0..8 {
            let (a, b) = (client.draft(100, "USD").await, client.draft(100, "USD").await);
            let two = tokio::join!(client.finalize(&a), client.finalize(&b));
            assert_eq!((two.0.status, two.1.status), (200, 200), "round {round}");
            let c = client.draft(100, "USD").await;
            let one = tokio::join!(client.finalize(&c), client.finalize(&c));
            let mut one = [one.0.outcome(), one.1.outcome()];
            one.sort();
            assert_eq!(one, ["200", "409 billing.invoice_not_draft"], "round {round}");
        }
        let expected: Vec<_> = (1..=24).map(|number| format!("INV-{number:06}")).collect();
        assert_eq!(numbers(&client).await, expected);
        let other = neighbour.draft(1, "USD").await;
        assert_eq!(neighbour.finalize(&other).await.body["number"], "INV-000001");
    }
);

both!(
    async fn bad_lines_are_named(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let (customer, price) =
            (client.customer("Alfreds").await, client.price("Tea", 1_050, "one_time").await);
        let check = async |lines: Value, expected: &str| {
            let body = json!({ "customer_id": customer, "lines": lines });
            assert_eq!(client.post("/invoices", body).await.outcome(), expected, "{lines}");
        };
        check(json!([]), "422 /lines blank").await;
        check(json!([{ "quantity": "1" }]), "422 /lines/0/unit_amount missing").await;
        check(json!([{ "quantity": 1, "price_id": price }]), "400 /lines/0/quantity wrong_type").await;
        check(json!([{ "quantity": "x", "price_id": price }]), "400 /lines/0/quantity invalid_value").await;
        let both = json!([{ "quantity": "1", "price_id": price, "unit_amount": money(1, "USD") }]);
        check(both, "422 /lines/0/unit_amount ambiguous").await;
        let mixed = json!([
            { "quantity": "1", "price_id": price },
            { "description": "Freight", "quantity": "0", "unit_amount": money(1, "EUR") },
        ]);
        check(mixed, "422 /lines/1/quantity not_positive, /lines/1/unit_amount cannot_be_added").await;
        let retired = client.post("/products", json!({ "name": "Old", "active": false })).await.id();
        let body = json!({ "unit_amount": money(1, "USD"), "interval": "one_time" });
        let retired = client.post(&format!("/products/{retired}/prices"), body).await.id();
        let unsold =
            json!([{ "quantity": "1", "price_id": price }, { "quantity": "1", "price_id": retired }]);
        check(unsold.clone(), "422 /lines/1/price_id inactive").await;
        let unnamed = json!([{ "quantity": "1", "unit_amount": money(1, "EUR") }]);
        check(unnamed, "422 /lines/0/description missing").await;
        assert_eq!(client.get("/invoices").await.body["data"], json!([]));
        let draft = client.draft(100, "USD").await;
        let changed = client.patch(&format!("/invoices/{draft}"), "*", json!({ "lines": unsold })).await;
        assert_eq!(changed.outcome(), "422 /lines/1/price_id inactive");
    }
);
