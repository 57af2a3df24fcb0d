//! Customers out of files.

use crate::house::{Client, House};
use crate::imported::{Cells, Files, id_of, numbered, rows, told};
use serde_json::{Value, json};
use testkit::{Stage, both};

const CUSTOMERS: &str = "billing.customers";

const FILE: [Cells<'static>; 5] = [
    &[("external_id", "crm-1"), ("name", "Alfreds"), ("email", "a@alfreds.test")],
    &[("external_id", "crm-2"), ("name", "Ana"), ("metadata", r#"{"tier": "gold"}"#)],
    &[("external_id", "crm-3"), ("name", " "), ("email", "nowhere")],
    &[("external_id", "crm-1"), ("name", "Alfreds again")],
    &[("external_id", "crm-4"), ("name", "Antonio")],
];

/// Of all customers, by name.
async fn customers(client: &Client<'_>) -> Vec<Value> {
    let page = client.get("/customers?limit=100").await.body;
    let mut all = page["data"].as_array().unwrap().clone();
    all.sort_by_key(|customer| customer["name"].as_str().unwrap().to_owned());
    all
}

fn names(customers: &[Value]) -> Vec<&str> {
    customers.iter().map(|customer| customer["name"].as_str().unwrap()).collect()
}

both!(
    async fn good_customers_go_in_beside_bad_ones_as_they_were_planned(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let files = Files::new(&client, CUSTOMERS);
        let planned = files.plan(1, &rows(&FILE)).await;
        assert_eq!(customers(&client).await, Vec::<Value>::new());
        let run = files.execute(2, Some(1), &rows(&FILE)).await;
        assert_eq!(run, planned, "row by row, with the ids that were planned");
        let bad = "name: blank, email: not_an_address";
        assert_eq!(told(&run), ["created", "created", bad, "external_id: duplicate_external_id", "created"]);
        let all = customers(&client).await;
        assert_eq!(names(&all), ["Alfreds", "Ana", "Antonio"]);
        assert_eq!(all[0]["id"], id_of(&run[0]));
        assert_eq!((&all[0]["external_id"], &all[0]["email"]), (&json!("crm-1"), &json!("a@alfreds.test")));
        assert_eq!(all[1]["metadata"], json!({ "tier": "gold" }));
        assert_eq!(client.get("/customers?q=alfreds").await.body["data"].as_array().unwrap().len(), 1);
        let entries = house.audited().await;
        let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(actions, ["billing.customers.import"; 3], "one for each batch");
        // The neighbour has imported nothing, under whatever id.
        assert_eq!(Files::new(&neighbour, CUSTOMERS).import(2, &FILE[..1]).await, ["created"]);
        assert!(files.refused_to(&["billing.products.write"]).await);
        assert!(!files.refused_to(&["billing.customers.write"]).await);
    }
);

both!(
    async fn the_same_customers_again_change_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let files = Files::new(&client, CUSTOMERS);
        let good = [FILE[0], FILE[1], FILE[4]];
        assert_eq!(files.import(1, &good).await, ["created"; 3]);
        let before = customers(&client).await;
        for (number, again) in (2..).zip([&good[..], &[good[2], good[0], good[1]], &good[1..]]) {
            let ended = files.import(number, again).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{ended:?}");
        }
        assert_eq!(customers(&client).await, before);
        // A cell that is left out leaves what is there.
        let less: Cells<'_> = &[("external_id", "crm-1"), ("email", "new@alfreds.test")];
        assert_eq!(files.import(9, &[less]).await, ["updated"]);
        let path = format!("/customers/{}", before[0]["id"].as_str().unwrap());
        let after = client.get(&path).await;
        assert_eq!(
            (&after.body["name"], &after.body["email"]),
            (&json!("Alfreds"), &json!("new@alfreds.test"))
        );
        assert_eq!(after.header("etag"), "\"2\"");
        let entries = house.audited().await;
        let entry = entries.iter().rfind(|entry| entry.after.as_ref().unwrap()["updated"] != json!({}));
        let id = before[0]["id"].as_str().unwrap();
        let before = entry.unwrap().before.as_ref().unwrap();
        assert_eq!(before["updated"][id], json!({ "email": "a@alfreds.test" }));
    }
);

both!(
    async fn a_row_is_decided_anew_where_its_customer_has_changed(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let files = Files::new(&client, CUSTOMERS);
        let file = rows(&[FILE[0], FILE[1], FILE[4]]);
        assert_eq!(told(&files.plan(1, &file).await), ["created"; 3]);
        let body = json!({ "name": "Alfreds", "email": "a@alfreds.test", "external_id": "crm-1" });
        assert_eq!(client.post("/customers", body).await.status, 201);
        let body = json!({ "name": "Somebody", "external_id": "crm-4" });
        assert_eq!(client.post("/customers", body).await.status, 201);
        let run = files.execute(2, Some(1), &file).await;
        assert_eq!(told(&run), ["unchanged", "created", "updated"]);
        assert_eq!(names(&customers(&client).await), ["Alfreds", "Ana", "Antonio"]);
    }
);

both!(
    async fn customers_on_whom_nothing_builds_are_undone(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let files = Files::new(&client, CUSTOMERS);
        let body =
            json!({ "name": "Old", "email": "o@old.test", "external_id": "old", "metadata": {"a": "1"} });
        let old = client.post("/customers", body).await;
        let outcomes = files
            .execute(
                1,
                None,
                &rows(&[
                    &[("external_id", "old"), ("name", "Renamed"), ("metadata", r#"{"a": null}"#)],
                    &[("external_id", "new"), ("name", "New")],
                    &[("external_id", "billed"), ("name", "Billed")],
                    &[("external_id", "subscribed"), ("name", "Subscribed")],
                    &[("external_id", "edited"), ("name", "Edited")],
                    &[("external_id", "gone"), ("name", "Gone")],
                ]),
            )
            .await;
        let id = |row: usize| id_of(&outcomes[row]);
        let line = json!({
            "description": "Tea", "quantity": "1", "unit_amount": { "amount": 1, "currency": "USD" }
        });
        let invoice = json!({ "customer_id": id(2), "lines": [line] });
        assert_eq!(client.post("/invoices", invoice).await.status, 201);
        let price = client.price("Tea", 100, "month").await;
        let subscription = json!({ "customer_id": id(3), "price_id": price });
        assert_eq!(client.post("/subscriptions", subscription).await.status, 201);
        let path = |row: usize| format!("/customers/{}", id(row));
        assert_eq!(client.patch(&path(4), "*", json!({ "name": "By hand" })).await.status, 200);
        assert_eq!(client.send(actix_web::http::Method::DELETE, &path(5), &[], None).await.status, 204);

        let undone = files.undo(1, 3).await;
        let expected = [
            (7, "built_upon: the customer is deleted already"),
            (6, "built_upon: the customer was changed since"),
            (5, "built_upon: the customer has a subscription or an invoice"),
            (4, "built_upon: the customer has a subscription or an invoice"),
            (3, ""),
            (2, ""),
        ];
        assert_eq!(undone.len(), expected.len(), "{undone:?}");
        for ((line, why), (expected_line, expected)) in undone.iter().zip(expected) {
            let fits = why.starts_with(expected) && why.is_empty() == expected.is_empty();
            assert!(*line == expected_line && fits, "{line}: {why}, not {expected}");
        }
        assert_eq!(names(&customers(&client).await), ["Billed", "By hand", "Old", "Subscribed"]);
        let put_back = client.get(&format!("/customers/{}", old.id())).await.body;
        for field in ["name", "email", "external_id", "metadata"] {
            assert_eq!(put_back[field], old.body[field], "{field}");
        }
        assert_eq!(client.get(&path(1)).await.status, 404);
        // What is gone comes again.
        let again: Cells<'_> = &[("external_id", "new"), ("name", "New")];
        assert_eq!(files.import(2, &[again]).await, ["created"]);
    }
);

both!(
    async fn exported_customers_are_imported_as_unchanged(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let files = Files::new(&client, CUSTOMERS);
        let body = json!({
            "name": "Alfreds, \"& Co\"", "email": "a@alfreds.test", "external_id": "a/1",
            "metadata": {"tier": "gold", "note": "a, b; \"c\""}
        });
        client.post("/customers", body).await;
        client.post("/customers", json!({ "name": "Bare", "external_id": "id/2" })).await;
        let nameless = client.customer("No reference").await;
        let gone = client.post("/customers", json!({ "name": "Gone", "external_id": "4" })).await.id();
        client.send(actix_web::http::Method::DELETE, &format!("/customers/{gone}"), &[], None).await;
        let before = customers(&client).await;
        let exported = files.export().await;
        assert_eq!(exported.len(), 3);
        let run = files.execute(1, None, &numbered(exported.clone())).await;
        assert_eq!(told(&run), ["unchanged"; 3]);
        assert_eq!(customers(&client).await, before);
        // Whoever has no reference is changed by the id.
        let row: Cells<'_> = &[("id", nameless.as_str()), ("name", "Renamed")];
        assert_eq!(files.import(2, &[row]).await, ["updated"]);
        assert_eq!(client.get(&format!("/customers/{nameless}")).await.body["name"], "Renamed");
        // All that is said of them goes into another house, but for whom only an id is known.
        let other = house.tenant();
        let mut there = Files::new(&other, CUSTOMERS).execute(3, None, &numbered(exported)).await;
        assert!(told(&there).contains(&"id: unknown_customer".to_owned()), "{there:?}");
        there.retain(|outcome| told(std::slice::from_ref(outcome)) == ["created"]);
        assert_eq!(there.len(), 2);
        let fields = |all: &[Value]| -> Vec<Value> {
            let of = |customer: &Value| {
                json!([customer["name"], customer["email"], customer["external_id"], customer["metadata"]])
            };
            all.iter().filter(|customer| customer["external_id"] != Value::Null).map(of).collect()
        };
        assert_eq!(fields(&customers(&other).await), fields(&before));
    }
);

both!(
    async fn what_a_row_cannot_name_is_refused(stage: Stage) {
        let house = House::new(stage).await;
        let (client, neighbour) = (house.tenant(), house.tenant());
        let files = Files::new(&client, CUSTOMERS);
        let theirs = neighbour.customer("Theirs").await;
        let own = client.post("/customers", json!({ "name": "Own", "external_id": "own" })).await.id();
        let nul = "a\0b";
        let long = "x".repeat(10_000);
        let cases: [(Cells<'_>, &str); 7] = [
            (&[("name", "A")], "external_id: required"),
            (&[("id", theirs.as_str()), ("name", "Mine")], "id: unknown_customer"),
            (&[("id", own.as_str()), ("name", "A")], "id: has_external_id"),
            (&[("id", own.as_str()), ("external_id", "own"), ("name", "A")], "id: ambiguous"),
            (&[("external_id", nul), ("name", "A")], "external_id: control_character"),
            (
                &[("external_id", long.as_str()), ("name", long.as_str())],
                "external_id: too_long, name: too_long",
            ),
            (&[("external_id", "9"), ("name", "A"), ("metadata", "[]")], "metadata: not_an_object_of_texts"),
        ];
        for (number, (row, expected)) in (1..).zip(cases) {
            assert_eq!(files.import(number, &[row]).await, [expected], "{row:?}");
        }
        assert_eq!(names(&customers(&client).await), ["Own"]);
        assert_eq!(names(&customers(&neighbour).await), ["Theirs"]);
    }
);

both!(
    async fn imports_are_undone_from_the_last_to_the_first(stage: Stage) {
        let house = House::new(stage).await;
        let client = house.tenant();
        let files = Files::new(&client, CUSTOMERS);
        let first: [Cells<'_>; 2] =
            [&[("external_id", "new"), ("name", "New")], &[("external_id", "hand"), ("name", "Hand")]];
        let made = files.execute(1, None, &rows(&first)).await;
        let hand = format!("/customers/{}", id_of(&made[1]));
        assert_eq!(client.patch(&hand, "*", json!({ "name": "By hand" })).await.status, 200);
        // Who is known needs no name.
        let second: [Cells<'_>; 2] = [
            &[("external_id", "new"), ("email", "n@new.test")],
            &[("external_id", "hand"), ("email", "h@hand.test")],
        ];
        assert_eq!(files.import(2, &second).await, ["updated", "updated"]);
        assert_eq!(files.undo(2, 1).await, [(3, String::new()), (2, String::new())]);
        let undone = files.undo(1, 1).await;
        assert!(undone[0].1.contains("the customer was changed since"), "{undone:?}");
        assert_eq!(undone[1..], [(2, String::new())]);
        assert_eq!(names(&customers(&client).await), ["By hand"]);
    }
);
