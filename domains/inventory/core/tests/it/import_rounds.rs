//! Files one after the other: undone from the last to the first, of some columns alone, and out of one tenant into
//! another.

use crate::house::{House, OWNER, call, house};
use crate::import_files::{Files, check_undone, import, told};
use kernel::Ctx;
use module::{ExecuteBatch, ExportPage, ImportRow, UndoBatch};
use serde_json::json;
use std::collections::BTreeMap;
use testkit::Stage;
use uuid::Uuid;

type Row = BTreeMap<String, String>;

fn items<'a>(house: &'a House, columns: &'static [&'static str]) -> Files<'a> {
    Files { house, target: "inventory.items", columns }
}

/// The first two batches of an import of items, by this asking.
async fn ask_to_undo(house: &House, number: u128, asked: u128) -> Vec<(u64, String)> {
    let mut undone = Vec::new();
    for batch in [1, 0] {
        let (target, asked) = ("inventory.items".to_owned(), Some(Uuid::from_u128(asked)));
        let request = UndoBatch { target, import: import(number), batch, asked };
        let rows = house.target("inventory.items").undo(&house.owner, request).await.unwrap().rows;
        undone.extend(
            rows.into_iter().map(|row| (row.line, row.kept.map(|why| why.detail).unwrap_or_default())),
        );
    }
    undone
}

async fn export(house: &House, ctx: &Ctx, target: &str) -> Vec<Row> {
    let request = ExportPage { target: target.to_owned(), after: None, most: 100 };
    let mut rows = house.target(target).export(ctx, request).await.unwrap().rows;
    rows.sort();
    rows
}

async fn bring(house: &House, ctx: &Ctx, target: &str, number: u128, rows: &[Row]) -> Vec<String> {
    let rows = (2..).zip(rows);
    let rows = rows.map(|(line, values)| ImportRow { line, values: values.clone(), corrects: None });
    let rows = rows.collect();
    let batch =
        ExecuteBatch { target: target.to_owned(), import: import(number), plan: None, batch: 0, rows };
    told(&house.target(target).execute(ctx, batch).await.unwrap().rows)
}

testkit::both! {
    async fn imports_of_items_are_undone_from_the_last_to_the_first(stage: Stage) {
        let house = house(stage).await;
        let files = items(&house, &["sku", "name", "on_hand"]);
        let (old, hand) = (house.item(OWNER, "OLD", "5").await, house.item(OWNER, "HAND", "5").await);
        let moved = house.item(OWNER, "MOVED", "5").await;
        let first = ["new | New | 3", "old | Renamed | 7", "hand | Renamed", "moved | | 7"];
        assert_eq!(files.bring(1, &first).await, ["created", "updated", "updated", "updated"]);
        let patch = call(&format!("PATCH /items/{hand}")).if_match("*").json(json!({ "name": "By hand" }));
        house.send(patch).await.expect(200);
        house.receive(&moved, json!({ "quantity": "1" })).await.expect(201);
        let second = ["new | Newer | 4", "old | Again | 2", "hand | Again", "moved | | 9"];
        assert_eq!(files.bring(2, &second).await, ["updated"; 4]);

        let on_hand = async |item: &str| house.stock(item).await[0].clone();
        let (changed, has_moved) = ("the item was changed since", "stock of the item has moved since");
        let expected = [(5, has_moved), (4, changed), (3, changed), (2, changed)];
        check_undone(&ask_to_undo(&house, 1, 1).await, &expected);
        check_undone(&files.undo(2, second.len()).await, &[(5, ""), (4, ""), (3, ""), (2, "")]);
        assert_eq!([on_hand(&old).await, on_hand(&moved).await], ["7", "8"]);
        // What was changed by hand before the second one stays.
        let expected = [(5, has_moved), (4, changed), (3, ""), (2, "")];
        check_undone(&ask_to_undo(&house, 1, 2).await, &expected);
        assert_eq!([on_hand(&old).await, on_hand(&moved).await], ["5", "8"]);
        assert_eq!(house.get(&format!("/items/{old}")).await.text("name"), "The OLD");
        assert_eq!(house.get(&format!("/items/{hand}")).await.text("name"), "By hand");
        assert_eq!(house.list("/items?sku=NEW").await.len(), 0);
        house.verify().await;
    }
}

testkit::both! {
    async fn imports_of_suppliers_are_undone_from_the_last_to_the_first(stage: Stage) {
        let house = house(stage).await;
        let files = Files { house: &house, target: "inventory.suppliers", columns: &["code", "name"] };
        assert_eq!(files.bring(1, &["exo | Exotic", "hand | Hand"]).await, ["created", "created"]);
        let hand = house.list("/suppliers?code=HAND").await[0]["id"].as_str().unwrap().to_owned();
        let patch = call(&format!("PATCH /suppliers/{hand}")).if_match("*");
        house.send(patch.json(json!({ "name": "By hand" }))).await.expect(200);
        assert_eq!(files.bring(2, &["exo | Again", "hand | Again"]).await, ["updated", "updated"]);
        check_undone(&files.undo(2, 2).await, &[(3, ""), (2, "")]);
        check_undone(&files.undo(1, 2).await, &[(3, "the supplier was changed since"), (2, "")]);
        let left = house.list("/suppliers").await;
        assert_eq!((left.len(), &left[0]["name"]), (1, &json!("By hand")));
    }
}

testkit::both! {
    async fn a_known_item_needs_no_name(stage: Stage) {
        let house = house(stage).await;
        let offer = house.imports.iter().find(|offer| offer.definition.name == "inventory.items").unwrap();
        let required = offer.definition.fields.iter().filter(|field| field.required);
        assert_eq!(required.map(|field| field.name.as_str()).collect::<Vec<_>>(), ["sku"]);
        let old = house.item(OWNER, "OLD", "0").await;
        let files = items(&house, &["sku", "unit_cost", "currency"]);
        let ended = files.plan_and_bring(1, &["old | 2.50 | EUR", "new | 2.50 | EUR"]).await;
        assert_eq!(ended, ["updated", "name: blank"]);
        let shown = house.get(&format!("/items/{old}")).await.json();
        let cost = json!({ "amount": 250, "currency": "EUR" });
        assert_eq!((&shown["name"], &shown["unit_cost"]), (&json!("The OLD"), &cost));
    }
}

testkit::both! {
    async fn what_one_tenant_exports_another_has_after_its_import(stage: Stage) {
        let house = house(stage).await;
        let more = json!({
            "description": "of lots", "category": "Tea", "unit": "KGM", "tracking": "lot", "costing": "fifo",
            "unit_cost": { "amount": 250, "currency": "EUR" }, "reorder_level": "1", "reorder_up_to": "5",
            "lead_time_days": 14, "external_id": "erp-1", "metadata": { "shelf": "A3", "row": "7" }
        });
        let lots = house.item_with("LOTS", more).await;
        house.receive(&lots, json!({ "quantity": "3", "lot": { "code": "L1" } })).await.expect(201);
        let owing = house.item_with("OWING", json!({ "may_be_negative": true })).await;
        house.receive(&owing, json!({ "quantity": "2" })).await.expect(201);
        house.item_with("PIECES", json!({ "tracking": "serial" })).await;
        let supplier = json!({ "code": "EXO", "name": "Exotic", "metadata": { "terms": "30 days" } });
        house.send(call("POST /suppliers").json(supplier)).await.expect(201);

        for (number, target) in (1..).zip(["inventory.suppliers", "inventory.items", "inventory.stock"]) {
            let file = export(&house, &house.owner, target).await;
            assert!(!file.is_empty(), "{target}");
            let ended = bring(&house, &house.neighbour, target, number, &file).await;
            assert!(ended.iter().all(|ended| !ended.contains(':')), "{target}: {ended:?}");
            assert_eq!(export(&house, &house.neighbour, target).await, file, "{target}");
            for (ctx, import) in [(&house.neighbour, 10 + number), (&house.owner, 20 + number)] {
                let again = bring(&house, ctx, target, import, &file).await;
                assert_eq!(again, vec!["unchanged"; file.len()], "{target}");
            }
        }
        house.verify().await;
    }
}

testkit::both! {
    async fn a_row_changes_of_an_item_what_anybody_may_change(stage: Stage) {
        let house = house(stage).await;
        let files = items(&house, &["sku", "name", "tracking", "may_be_negative", "external_id"]);
        house.item(OWNER, "A", "5").await;
        let owed = house.item_with("OWED", json!({ "may_be_negative": true })).await;
        house.adjust(&owed, json!({ "quantity": "-3", "reason": "sold" })).await.expect(201);
        house.item_with("EXT", json!({ "external_id": "erp-1" })).await;
        let (free, soon) = (house.item(OWNER, "FREE", "0").await, house.item(OWNER, "SOON", "0").await);
        let file = [
            "a | | lot",
            "owed | | | false",
            "b | B | | | erp-1",
            "c | C | | | erp-2",
            "d | D | | | erp-2",
            "ext | | | | erp-3",
            "e | E | | | erp-2",
            "free | | lot",
            "soon | | | true",
        ];
        let ended = files.plan_and_bring(1, &file).await;
        let expected = [
            "tracking: has_moved",
            "may_be_negative: is_negative",
            "external_id: taken",
            "created",
            "external_id: taken",
            "external_id: differs",
            "external_id: taken",
            "updated",
            "updated",
        ];
        assert_eq!(ended, expected);
        // The balances know of it.
        assert_ne!(house.receive(&free, json!({ "quantity": "1" })).await.status, 201);
        house.receive(&free, json!({ "quantity": "1", "lot": { "code": "L1" } })).await.expect(201);
        let one_less = json!({ "quantity": "-1", "reason": "sold" });
        house.adjust(&soon, one_less.clone()).await.expect(201);
        let undone = [(10, "the item has less than nothing"), (9, "stock of it has moved"), (5, "")];
        check_undone(&files.undo(2, file.len()).await, &undone);
        house.verify().await;
        // Of one that owes nothing it is taken back.
        let later = house.item(OWNER, "LATER", "0").await;
        assert_eq!(files.bring(3, &["later | | | true"]).await, ["updated"]);
        check_undone(&files.undo(3, 1).await, &[(2, "")]);
        assert_ne!(house.adjust(&later, one_less).await.status, 201);
        house.verify().await;
    }
}
