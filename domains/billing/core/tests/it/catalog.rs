//! Customers, products and prices.

use crate::house::{House, money};
use actix_web::http::Method;
use serde_json::{Value, json};
use testkit::{Stage, both};

both!(
    async fn a_customer_is_created_read_and_changed(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let body = json!({
            "name": " Alfreds ", "email": "a@alfreds.test", "external_id": "ALFKI", "metadata": {"tier": "gold"}
        });
        let created = client.post("/customers", body).await;
        assert_eq!((created.status, created.header("etag")), (201, "\"1\""), "{}", created.body);
        let path = format!("/api/v1/billing/customers/{}", created.id());
        assert_eq!(created.header("location"), path);
        assert_eq!(client.get(&path).await.body, created.body);
        assert_eq!(created.body["name"], "Alfreds");

        let patch = json!({ "email": null, "metadata": {"tier": null, "since": "2026"} });
        let changed = client.patch(&path, "\"1\"", patch.clone()).await;
        assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.body);
        assert_eq!(changed.body["email"], Value::Null);
        assert_eq!(changed.body["metadata"], json!({ "since": "2026" }));
        assert_eq!(client.patch(&path, "\"1\"", patch.clone()).await.outcome(), "412 version_mismatch");
        let blind = client.send(Method::PATCH, &path, &[], Some(patch)).await;
        assert_eq!(blind.outcome(), "428 precondition_required");

        let found = client.get("/customers?external_id=ALFKI").await;
        assert_eq!(found.body["data"].as_array().unwrap().len(), 1);
        let actions: Vec<_> = house.audited().await.into_iter().map(|entry| entry.action).collect();
        assert_eq!(actions, ["billing.customer.create", "billing.customer.update"]);
        let entries = house.audited().await;
        assert_eq!(entries[1].before.as_ref().unwrap()["email"], "a@alfreds.test");
        assert_eq!(entries[1].after.as_ref().unwrap()["email"], Value::Null);
    }
);

both!(
    async fn bad_input_is_named_and_changes_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let check = async |path: &str, body: Value, expected: &str| {
            assert_eq!(client.post(path, body.clone()).await.outcome(), expected, "{path} {body}");
        };
        check("/customers", json!({ "name": "A", "nam": "B" }), "400 /nam unknown_field").await;
        check("/customers", json!({ "name": 1 }), "400 /name wrong_type").await;
        check("/customers", json!({}), "400 /name missing_field").await;
        let two = "422 /name blank, /email not_an_address";
        check("/customers", json!({ "name": " ", "email": "x" }), two).await;
        check("/products", json!({ "name": "x".repeat(201) }), "422 /name too_long").await;
        let id = client.post("/products", json!({ "name": "Tea" })).await.id();
        let prices = format!("/products/{id}/prices");
        let price = |amount, currency, interval: &str| json!({ "unit_amount": money(amount, currency), "interval": interval });
        check(&prices, price(-1, "USD", "month"), "422 /unit_amount negative").await;
        check(&prices, price(1, "usd", "month"), "400 /unit_amount/currency invalid_value").await;
        check(&prices, price(1, "USD", "week"), "400 /interval invalid_value").await;
        let nowhere = "/products/0192f0c1-7b1e-7000-8000-000000000000/prices";
        check(nowhere, price(1, "USD", "month"), "404 billing.product_not_found").await;
        assert_eq!(client.get("/customers?nam=A").await.outcome(), "400 /nam unknown_parameter");
        assert_eq!(client.get("/customers").await.body["data"], json!([]));
        assert_eq!(client.get(&prices).await.body["data"], json!([]));
    }
);

both!(
    async fn a_price_is_where_it_was_said_to_be(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let product = client.post("/products", json!({ "name": "Tea" })).await.id();
        let body = json!({ "unit_amount": money(1_050, "USD"), "interval": "month" });
        let created = client.post(&format!("/products/{product}/prices"), body).await;
        let location = created.header("location");
        assert_eq!(location, format!("/api/v1/billing/prices/{}", created.id()));
        let shown = client.get(location).await;
        assert_eq!((shown.status, &shown.body), (200, &created.body));
        assert_eq!(neighbour.get(location).await.outcome(), "404 billing.price_not_found");
        assert_eq!(client.with_only(&[]).get(location).await.outcome(), "403 forbidden");
    }
);

both!(
    async fn ids_and_references_are_unique_in_their_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let body = json!({ "id": client.ctx().new_id::<()>(), "name": "Alfreds", "external_id": "ALFKI" });
        assert_eq!(client.post("/customers", body.clone()).await.status, 201);
        assert_eq!(neighbour.post("/customers", body.clone()).await.status, 201);
        let again = client.post("/customers", json!({ "id": body["id"], "name": "Other" })).await;
        assert_eq!(again.outcome(), "409 billing.id_taken");
        let again = client.post("/customers", json!({ "name": "Other", "external_id": "ALFKI" })).await;
        assert_eq!(again.outcome(), "409 billing.external_id_taken");
        let product = json!({ "id": body["id"], "name": "Tea" });
        assert_eq!(client.post("/products", product.clone()).await.status, 201);
        assert_eq!(client.post("/products", product).await.outcome(), "409 billing.id_taken");
    }
);

both!(
    async fn the_reference_of_what_is_deleted_is_free_again(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        for collection in ["/customers", "/products"] {
            let taken = "409 billing.external_id_taken";
            let make =
                async || client.post(collection, json!({ "name": "Alfreds", "external_id": "ALFKI" })).await;
            let delete = async |id: &str| {
                let path = format!("{collection}/{id}");
                assert_eq!(client.send(Method::DELETE, &path, &[], None).await.outcome(), "204");
            };
            let restore =
                async |id: &str| client.post(&format!("{collection}/{id}/restore"), Value::Null).await;

            let first = make().await.id();
            assert_eq!(make().await.outcome(), taken, "{collection}");
            delete(&first).await;
            let second = make().await;
            assert_eq!(second.outcome(), "201", "{collection}");
            assert_eq!(restore(&first).await.outcome(), taken, "{collection}");
            assert_eq!(client.get(&format!("{collection}/{first}")).await.status, 404, "{collection}");
            delete(&second.id()).await;
            let back = restore(&first).await;
            assert_eq!((back.status, &back.body["external_id"]), (200, &json!("ALFKI")), "{}", back.body);
            assert_eq!(client.get(&format!("{collection}/{first}")).await.body, back.body);
            assert_eq!(make().await.outcome(), taken, "{collection}");
        }
    }
);

both!(
    async fn what_must_be_new_writes_over_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let path = "/customers/by-external-id/crm-1";
        let put = async |name: &str, condition: (&str, &str)| {
            client.send(Method::PUT, path, &[condition], Some(json!({ "name": name }))).await
        };
        let new = ("if-none-match", "*");
        assert_eq!(put("Alfreds", new).await.status, 201);
        assert_eq!(put("Another", new).await.outcome(), "412 version_mismatch");
        assert_eq!(put("Another", ("if-match", "\"9\"")).await.outcome(), "412 version_mismatch");
        let changed = put("Alfreds & Co", ("if-match", "*")).await;
        assert_eq!((changed.status, &changed.body["name"]), (200, &json!("Alfreds & Co")));
    }
);

both!(
    async fn lists_come_in_pages_newest_first(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        for number in 0..5 {
            client.customer(&format!("C{number}")).await;
        }
        let mut names = Vec::new();
        let mut path = "/customers?limit=2".to_owned();
        loop {
            let page = client.get(&path).await.body;
            let data = page["data"].as_array().unwrap();
            names.extend(data.iter().map(|customer| customer["name"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/customers?limit=2&cursor={cursor}");
        }
        assert_eq!(names, ["C4", "C3", "C2", "C1", "C0"]);
        assert_eq!(client.get("/customers?limit=101").await.status, 400);
        assert_eq!(client.get("/customers?cursor=x").await.outcome(), "400 invalid_cursor");
    }
);
