//! The tree of categories: the names that items make, moves that race, and what a name in use holds.

use crate::house::{Call, House, Reply, call, house};
use crate::listener::subscribe;
use data::sql;
use futures::future::{join, join_all};
use inventory_contract::{CategoryCreated, CategoryDeleted, ItemChanged};
use kernel::{DomainEvent, Id};
use module::{ExecuteBatch, ImportRow, PlanBatch, RowOutcome};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::Stage;

/// How often a race is run: few enough to be quick, enough for both orders to come about.
const ROUNDS: usize = 12;

fn patch(id: &str, body: Value) -> Call {
    call(&format!("PATCH /categories/{id}")).if_match("*").json(body)
}

fn under(id: &str, parent: &str) -> Call {
    patch(id, json!({ "parent_id": parent }))
}

impl House {
    async fn category(&self, name: &str, parent: Option<&str>) -> String {
        let body = json!({ "name": name, "parent_id": parent });
        self.send(call("POST /categories").json(body)).await.expect(201).text("id")
    }

    /// The names that a list of categories has, by name.
    async fn names(&self, query: &str) -> Vec<String> {
        let listed = self.get(&format!("/categories?limit=100&{query}")).await.json();
        let rows = listed["data"].as_array().unwrap().iter();
        let mut names: Vec<_> = rows.map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    async fn in_category(&self, sku: &str, category: &str) -> Reply {
        let body = json!({ "sku": sku, "name": sku, "category": category });
        self.send(call("POST /items").json(body)).await
    }

    async fn id_of(&self, name: &str) -> String {
        let found = self.get(&format!("/categories?name={name}")).await.json();
        found["data"][0]["id"].as_str().unwrap_or_default().to_owned()
    }
}

testkit::both! {
    async fn a_name_that_is_new_makes_a_category(stage: Stage) {
        let house = house(stage).await;
        let item = house.in_category("A", " Tea ").await.expect(201);
        house.in_category("B", "Tea").await.expect(201);
        assert_eq!(house.names("root=true").await, ["Tea"]);
        let path = format!("PATCH /items/{}", item.text("id"));
        house.send(call(&path).if_match("*").json(json!({ "category": "Coffee" }))).await.expect(200);
        let put = call("PUT /items/by-external-id/c").json(json!({ "sku": "C", "name": "C", "category": "Milk" }));
        house.send(put).await.expect(201);
        assert_eq!(house.names("").await, ["Coffee", "Milk", "Tea"]);
        // Refused, so that it leaves nothing.
        house.in_category("B", "Sugar").await.refused(409, "inventory.sku_taken");
        house.in_category("D", "a\u{7}b").await.refused(422, "invalid");
        assert_eq!(house.names("").await, ["Coffee", "Milk", "Tea"]);

        let row = |(at, category): (usize, &str)| ImportRow {
            line: at as u64 + 2,
            values: [("sku", format!("I{at}")), ("name", "I".to_owned()), ("category", category.to_owned())]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            corrects: None,
        };
        let rows = ["Tea", "Spices", "Fruit", "Spices"].into_iter().enumerate().map(row).collect();
        let rows: Vec<ImportRow> = rows;
        let (plan, import) = (Id::from_uuid(uuid::Uuid::from_u128(8)), Id::from_uuid(uuid::Uuid::from_u128(9)));
        let target = "inventory.items".to_owned();
        let dry = PlanBatch { target: target.clone(), import: plan, batch: 0, rows: rows.clone() };
        house.target("inventory.items").plan(&house.owner, dry).await.unwrap();
        assert_eq!(house.names("").await, ["Coffee", "Milk", "Tea"], "a dry run makes none");
        let batch = ExecuteBatch { target, import, plan: Some(plan), batch: 0, rows };
        let outcome = house.target("inventory.items").execute(&house.owner, batch).await.unwrap();
        assert!(outcome.rows.iter().all(|row| matches!(row, RowOutcome::Created { .. })), "{outcome:?}");
        assert_eq!(house.names("").await, ["Coffee", "Fruit", "Milk", "Spices", "Tea"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_category_is_renamed_with_its_items(stage: Stage) {
        let house = house(stage).await;
        let item = house.in_category("A", "Tea").await.expect(201);
        let (path, tag) = (format!("/items/{}", item.text("id")), item.header("etag").to_owned());
        let other = house.in_category("B", "Coffee").await.expect(201);
        let tea = house.id_of("Tea").await;
        house.send(patch(&tea, json!({ "name": "Coffee" }))).await.refused(409, "inventory.category_name_taken");
        let renamed = house.send(patch(&tea, json!({ "name": " Teas " }))).await.expect(200);
        assert_eq!(renamed.text("name"), "Teas");
        let seen = house.send(call(&format!("GET {path}")).header("if-none-match", &tag)).await.expect(200);
        assert_eq!(seen.text("category"), "Teas");
        let stale = call(&format!("PATCH {path}")).if_match(&tag).json(json!({ "name": "B" }));
        house.send(stale).await.refused(412, "version_mismatch");
        let found = house.get("/items?category=Teas").await.json();
        assert_eq!(found["data"].as_array().unwrap().len(), 1);
        assert_eq!(house.get("/items?category=Tea").await.json()["data"], json!([]));
        let other_now = house.get(&format!("/items/{}", other.text("id"))).await;
        assert_eq!(other_now.header("etag"), other.header("etag"), "another's items are as they were");
    }
}

testkit::both! {
    async fn a_category_in_use_stays(stage: Stage) {
        let house = house(stage).await;
        let drinks = house.category("Drinks", None).await;
        let tea = house.category("Tea", Some(&drinks)).await;
        assert_eq!(house.names("root=true").await, ["Drinks"]);
        assert_eq!(house.names(&format!("parent_id={drinks}")).await, ["Tea"]);
        let item = house.in_category("A", "Tea").await.expect(201).text("id");
        let delete = async |id: &str| house.send(call(&format!("DELETE /categories/{id}"))).await;
        let restore = async |id: &str| house.send(call(&format!("POST /categories/{id}/restore"))).await;
        delete(&drinks).await.refused(409, "inventory.category_has_children");
        delete(&tea).await.refused(409, "inventory.category_has_items");
        house.send(call(&format!("DELETE /items/{item}"))).await.expect(204);
        restore(&tea).await.refused(409, "inventory.category_not_deleted");
        delete(&tea).await.expect(204);
        delete(&drinks).await.expect(204);
        house.send(under(&tea, &drinks)).await.refused(404, "inventory.category_not_found");
        restore(&tea).await.refused(409, "inventory.category_parent_deleted");
        // An item that comes back needs its category; the one that was is not there any more.
        house.send(call(&format!("POST /items/{item}/restore"))).await.expect(200);
        assert_eq!(house.names("root=true").await, ["Tea"]);
        restore(&drinks).await.expect(200);
        restore(&tea).await.refused(409, "inventory.category_name_taken");
    }
}

testkit::both! {
    async fn no_category_stands_below_itself_or_too_deep(stage: Stage) {
        let house = house(stage).await;
        let drinks = house.category("Drinks", None).await;
        let tea = house.category("Tea", Some(&drinks)).await;
        let green = house.category("Green", Some(&tea)).await;
        let refused = house.send(under(&drinks, &green)).await.refused(409, "inventory.category_loop");
        let detail = refused.text("detail");
        assert!(detail.contains("Drinks > Tea > Green > Drinks"), "{detail}");
        house.send(under(&tea, &tea)).await.refused(409, "inventory.category_loop");
        let unknown = house.send(under(&tea, &uuid::Uuid::nil().to_string())).await.refused(422, "invalid");
        assert_eq!(unknown.json()["errors"][0]["pointer"], "/parent_id");
        house.send(under(&green, &drinks)).await.expect(200);
        house.send(patch(&green, json!({ "parent_id": null }))).await.expect(200);

        let mut lowest = green;
        for level in 2..=16 {
            lowest = house.category(&format!("Level {level}"), Some(&lowest)).await;
        }
        let body = json!({ "name": "Level 17", "parent_id": lowest });
        let refused = house.send(call("POST /categories").json(body)).await.refused(422, "invalid");
        assert_eq!(refused.json()["errors"][0]["code"], "too_deep");
        house.send(under(&drinks, &lowest)).await.refused(422, "invalid");
    }
}

testkit::both! {
    async fn of_moves_that_would_make_a_loop_together_one_is_refused(stage: Stage) {
        let house = house(stage).await;
        for round in 0..ROUNDS {
            for size in [2, 3] {
                let mut ring = Vec::new();
                for number in 0..size {
                    ring.push(house.category(&format!("{round} {size} {number}"), None).await);
                }
                let moves = (0..size).map(|at| house.send(under(&ring[at], &ring[(at + 1) % size])));
                let mut outcomes: Vec<_> = join_all(moves).await.iter().map(Reply::outcome).collect();
                outcomes.sort();
                let mut expected = vec![(200, String::new()); size - 1];
                expected.push((409, "inventory.category_loop".to_owned()));
                assert_eq!(outcomes, expected, "round {round}");
                let mut at_root = 0;
                for id in &ring {
                    let category = house.get(&format!("/categories/{id}")).await.json();
                    at_root += usize::from(category["parent_id"].is_null());
                }
                assert_eq!(at_root, 1, "round {round}");
            }
        }
    }
}

testkit::both! {
    async fn an_item_never_lacks_its_category(stage: Stage) {
        let house = house(stage).await;
        for round in 0..ROUNDS {
            let name = format!("Gone{round}");
            let id = house.category(&name, None).await;
            let end = if round % 2 == 0 {
                call(&format!("DELETE /categories/{id}"))
            } else {
                patch(&id, json!({ "name": format!("Renamed{round}") }))
            };
            let sku = format!("R{round}");
            let (item, ended) = join(house.in_category(&sku, &name), house.send(end)).await;
            let id = item.expect(201).text("id");
            assert!([200, 204, 409].contains(&ended.status), "{ended:?}");
            let category = house.get(&format!("/items/{id}")).await.text("category");
            assert_eq!(house.names(&format!("name={category}")).await, [category], "round {round}");
        }
        house.verify().await;
    }
}

#[derive(FromQueryResult)]
struct Counted {
    n: i64,
}

impl House {
    /// A thousand and some of this category, in batches of an import.
    async fn many_in(&self, category: &str, batches: u32) {
        let import = Id::from_uuid(uuid::Uuid::from_u128(11));
        for batch in 0..batches {
            let row = |at: u32| ImportRow {
                corrects: None,
                line: u64::from(at) + 2,
                values: [
                    ("sku", format!("{batch}-{at}")),
                    ("name", "I".to_owned()),
                    ("category", category.to_owned()),
                ]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            };
            let (target, rows) = ("inventory.items".to_owned(), (0..600).map(row).collect());
            let request = ExecuteBatch { target, import, plan: None, batch, rows };
            self.target("inventory.items").execute(&self.owner, request).await.unwrap();
        }
    }

    async fn how_many_in(&self, category: &str) -> i64 {
        let tx = self.databases.read(&self.owner).await.unwrap();
        let counted = tx.sql(sql!("SELECT COUNT(*) AS n FROM items WHERE tenant_id = $1 AND category = $2"));
        let counted: Option<Counted> = counted.bind(category).one().await.unwrap();
        counted.unwrap().n
    }
}

testkit::both! {
    async fn a_category_of_many_items_is_renamed_batch_after_batch(stage: Stage) {
        let kinds = [
            (ItemChanged::KIND, "test.changed"),
            (CategoryCreated::KIND, "test.made"),
            (CategoryDeleted::KIND, "test.deleted"),
        ];
        subscribe(&stage, &kinds);
        let house = house(stage).await;
        house.many_in("Tea", 4).await;
        let tea = house.id_of("Tea").await;
        let drinks = house.category("Drinks", None).await;
        house.send(under(&tea, &drinks)).await.expect(200);
        house.send(patch(&tea, json!({ "name": "Teas" }))).await.expect(200);
        assert_eq!([house.how_many_in("Teas").await, house.how_many_in("Tea").await], [1_000, 1_400]);
        assert_eq!(house.names(&format!("parent_id={drinks}")).await, ["Tea", "Teas"]);
        // Nothing is in the way of who goes on with either name meanwhile.
        house.in_category("OLD", "Tea").await.expect(201);
        house.send(patch(&tea, json!({ "name": "Tea" }))).await.refused(409, "inventory.category_name_taken");
        house.run_all_jobs("inventory.move_category_items").await;
        assert_eq!([house.how_many_in("Teas").await, house.how_many_in("Tea").await], [2_401, 0]);
        let changed = house.events::<ItemChanged>().await;
        let items: BTreeSet<_> = changed.iter().map(|event| event.item).collect();
        assert_eq!([changed.len(), items.len()], [2_401, 2_401], "each is told once");
        assert_eq!(house.names("").await, ["Drinks", "Teas"]);
        let rest = house.events::<CategoryDeleted>().await;
        let made = house.events::<CategoryCreated>().await;
        assert_eq!((rest.len(), made.last().map(|made| made.category)), (1, Some(rest[0].category)));
        house.verify().await;
    }
}
