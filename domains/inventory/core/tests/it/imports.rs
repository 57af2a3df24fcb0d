//! The import target: once per batch, good rows beside bad ones, a dry run that is the run, and undoing what nothing
//! has built upon.

use crate::house::{House, NEIGHBOUR, OWNER, call, house};
use crate::import_files::{self, Files};
use futures::future::{join, join_all};
use kernel::permission::BuiltinRole;
use kernel::{Ctx, Id};
use module::{
    BatchOutcome, ExecuteBatch, ImportError, ImportId, ImportRow, PlanBatch, RowOutcome, RowUndone, UndoBatch,
};
use serde_json::{Value, json};
use testkit::Stage;

const IMPORT: ImportId = Id::from_uuid(uuid::Uuid::from_u128(7));

fn other_import(number: u128) -> ImportId {
    ImportId::from_uuid(uuid::Uuid::from_u128(number))
}

type Cells<'a> = &'a [(&'a str, &'a str)];

fn batch(number: u32, rows: &[Cells<'_>]) -> ExecuteBatch {
    let row = |(at, values): (usize, &Cells<'_>)| ImportRow {
        line: at as u64 + 2,
        values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        corrects: None,
    };
    let rows = rows.iter().enumerate().map(row).collect();
    ExecuteBatch { target: "inventory.items".to_owned(), import: IMPORT, plan: None, batch: number, rows }
}

impl House {
    async fn apply(&self, ctx: &Ctx, batch: &ExecuteBatch) -> BatchOutcome {
        self.target("inventory.items").execute(ctx, batch.clone()).await.unwrap()
    }

    async fn plan(&self, import: ImportId, batch: &ExecuteBatch) -> BatchOutcome {
        let ExecuteBatch { target, batch, rows, .. } = batch.clone();
        let request = PlanBatch { target, import, batch, rows };
        self.target("inventory.items").plan(&self.owner, request).await.unwrap()
    }

    /// Each line that had made something, with the rule by which it stays.
    async fn undo(&self, import: ImportId, batch: u32) -> Vec<(u64, Option<String>)> {
        self.undo_by(&self.owner, import, batch).await
    }

    async fn undo_by(&self, ctx: &Ctx, import: ImportId, batch: u32) -> Vec<(u64, Option<String>)> {
        let request = UndoBatch { target: "inventory.items".to_owned(), import, batch, asked: None };
        let undone = self.target("inventory.items").undo(ctx, request).await.unwrap();
        let row = |row: RowUndone| (row.line, row.kept.map(|why| format!("{}: {}", why.rule, why.detail)));
        undone.rows.into_iter().map(row).collect()
    }

    /// SKU and on-hand of all items, by SKU.
    async fn shelf(&self) -> Vec<(String, String)> {
        let items = self.get("/items?limit=100").await.json();
        let text = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
        let items = items["data"].as_array().unwrap().iter();
        let mut shelf: Vec<_> = items.map(|item| (text(item, "sku"), text(item, "on_hand"))).collect();
        shelf.sort();
        shelf
    }
}

/// `created`, `updated`, `unchanged`, or the faults as `field: rule`.
fn told(outcome: &BatchOutcome) -> Vec<String> {
    let row = |row: &RowOutcome| match row {
        RowOutcome::Created { .. } => "created".to_owned(),
        RowOutcome::Updated { .. } => "updated".to_owned(),
        RowOutcome::Unchanged { .. } => "unchanged".to_owned(),
        RowOutcome::Refused { faults } => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.rule)).collect();
            faults.join(", ")
        }
    };
    outcome.rows.iter().map(row).collect()
}

fn shelf(items: &[(&str, &str)]) -> Vec<(String, String)> {
    items.iter().map(|(sku, on_hand)| ((*sku).to_owned(), (*on_hand).to_owned())).collect()
}

testkit::both! {
    async fn good_rows_go_in_beside_bad_ones(stage: Stage) {
        let house = house(stage).await;
        let rows = batch(
            0,
            &[
                &[
                    ("sku", "1"),
                    ("name", "Chai"),
                    ("unit_cost", "18"),
                    ("currency", "USD"),
                    ("on_hand", "39"),
                    ("reorder_level", "10"),
                ],
                &[("sku", "2"), ("name", " "), ("unit_cost", "1,5"), ("on_hand", "-1")],
                &[("sku", "1"), ("name", "Chai again")],
                &[("sku", "3"), ("name", "Tofu"), ("unit_cost", "23.255"), ("currency", "USD")],
                &[("sku", "4"), ("name", "Konbu")],
            ],
        );
        let outcome = house.apply(&house.owner, &rows).await;
        assert_eq!(
            told(&outcome),
            [
                "created",
                "currency: required, unit_cost: not_a_number, on_hand: negative, name: blank",
                "sku: duplicate_sku",
                "unit_cost: too_precise",
                "created",
            ]
        );
        assert_eq!(house.shelf().await, shelf(&[("1", "39"), ("4", "0")]));
        let chai = house.get("/items?sku=1").await.json()["data"][0].clone();
        assert_eq!(chai["unit_cost"], json!({ "amount": 1800, "currency": "USD" }));
        let RowOutcome::Created { id } = outcome.rows[0] else { panic!("{outcome:?}") };
        assert_eq!(chai["id"], json!(id));
        let movements = house.get("/movements").await.json();
        assert_eq!(movements["data"].as_array().unwrap().len(), 1);
        assert_eq!(movements["data"][0]["kind"], "import");
        assert_eq!(movements["data"][0]["reason"], format!("import {IMPORT}"));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_batch_is_applied_once(stage: Stage) {
        let house = house(stage).await;
        let rows = batch(3, &[&[("sku", "A"), ("name", "A"), ("on_hand", "5")], &[("name", "nameless")]]);
        let first = house.apply(&house.owner, &rows).await;
        let item = house.get("/items?sku=A").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
        let receipt = call(&format!("POST /items/{item}/receipts")).key("k").json(json!({ "quantity": "1" }));
        house.send(receipt).await.expect(201);
        assert_eq!(house.apply(&house.owner, &rows).await, first);
        assert_eq!(house.stock(&item).await, ["6", "0", "6"]);
        // Another import of the same rows counts the stock anew.
        let again = ExecuteBatch { import: other_import(8), ..rows.clone() };
        assert_eq!(told(&house.apply(&house.owner, &again).await), ["updated", "sku: blank"]);
        assert_eq!(house.stock(&item).await, ["5", "0", "5"]);
        // The neighbour's import of the same id is another import.
        assert_eq!(told(&house.apply(&house.neighbour, &rows).await), ["created", "sku: blank"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_batch_sent_twice_at_once_is_applied_once(stage: Stage) {
        let house = house(stage).await;
        house.item(OWNER, "A", "3").await;
        let rows = batch(
            0,
            &[
                &[("sku", "A"), ("name", "A"), ("on_hand", "5")],
                &[("sku", "B"), ("name", "B"), ("on_hand", "1")],
            ],
        );
        let racing = (0..6).map(|_| house.target("inventory.items").execute(&house.owner, rows.clone()));
        let outcomes = join_all(racing).await;
        let done: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert!(done.iter().all(|outcome| *outcome == done[0]), "{done:?}");
        assert_eq!(house.shelf().await, shelf(&[("A", "5"), ("B", "1")]));
        assert_eq!(house.get("/movements").await.json()["data"].as_array().unwrap().len(), 3);
        assert_eq!(house.apply(&house.owner, &rows).await, done[0]);
        house.verify().await;
    }
}

testkit::both! {
    async fn known_items_are_updated(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let reserve = json!({ "item_id": item, "quantity": "2" });
        house.send(call("POST /reservations").key("r").json(reserve)).await.expect(201);
        house.item(NEIGHBOUR, "B", "1").await;
        let cases: [(Cells<'_>, &str, &str); 6] = [
            (&[("sku", "a"), ("name", "The A")], "unchanged", "5"),
            (&[("sku", "a"), ("name", "The A"), ("on_hand", "5.0")], "unchanged", "5"),
            (&[("sku", "a"), ("name", "New")], "updated", "5"),
            (&[("sku", "a"), ("name", "New"), ("on_hand", "2")], "updated", "2"),
            (&[("sku", "a"), ("name", "New"), ("on_hand", "1.9")], "on_hand: below_reserved", "2"),
            (&[("sku", "a"), ("name", "New"), ("category", "Tea"), ("on_hand", "8")], "updated", "8"),
        ];
        for (number, (row, expected, on_hand)) in cases.into_iter().enumerate() {
            let rows = ExecuteBatch { import: other_import(100 + number as u128), ..batch(0, &[row]) };
            let outcome = house.apply(&house.owner, &rows).await;
            assert_eq!(told(&outcome), [expected], "{row:?}");
            assert_eq!(house.stock(&item).await[0], on_hand, "{row:?}");
        }
        let after = house.get(&format!("/items/{item}")).await;
        assert_eq!((after.text("name"), after.text("category")), ("New".to_owned(), "Tea".to_owned()));
        assert_eq!(house.shelf().await, shelf(&[("A", "8")]));
        house.verify().await;
    }
}

testkit::both! {
    async fn a_dry_run_says_what_the_run_does_and_changes_nothing(stage: Stage) {
        let house = house(stage).await;
        house.item(OWNER, "A", "5").await;
        let rows = batch(
            0,
            &[
                &[("sku", "A"), ("name", "Renamed"), ("on_hand", "9")],
                &[("sku", "B"), ("name", "B"), ("on_hand", "1")],
                &[("sku", "B"), ("name", "B")],
            ],
        );
        let plan = other_import(8);
        let dry = house.plan(plan, &rows).await;
        assert_eq!(house.plan(plan, &rows).await, dry, "a batch is planned once");
        assert_eq!(house.shelf().await, shelf(&[("A", "5")]));
        assert_eq!(house.get("/movements").await.json()["data"].as_array().unwrap().len(), 1);
        let run = house.apply(&house.owner, &ExecuteBatch { plan: Some(plan), ..rows.clone() }).await;
        assert_eq!(dry, run, "with the same ids");
        assert_eq!(told(&dry), told(&run));
        assert_eq!(told(&run), ["updated", "created", "sku: duplicate_sku"]);
        assert_eq!(house.shelf().await, shelf(&[("A", "9"), ("B", "1")]));
        house.verify().await;
    }
}

testkit::both! {
    async fn who_may_not_write_may_not_import(stage: Stage) {
        let house = house(stage).await;
        let rows = batch(0, &[&[("sku", "A"), ("name", "A")]]);
        let nobody = house.stage.tenant().ctx(&[]);
        let refused = house.target("inventory.items").execute(&nobody, rows.clone()).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
        let unknown = ExecuteBatch { target: "inventory.nothing".to_owned(), ..rows };
        let refused = house.target("inventory.items").execute(&house.owner, unknown).await;
        assert!(matches!(refused, Err(ImportError::UnknownTarget)), "{refused:?}");
        assert_eq!(house.shelf().await, shelf(&[]));
    }
}

testkit::both! {
    async fn a_sku_twice_in_a_file_is_refused_wherever_its_batch_ends(stage: Stage) {
        let house = house(stage).await;
        let first = batch(0, &[&[("sku", "A"), ("name", "A"), ("on_hand", "1")]]);
        let second = batch(
            1,
            &[&[("sku", "A"), ("name", "A"), ("on_hand", "7")], &[("sku", "B"), ("name", "B")]],
        );
        let dry = other_import(8);
        // Asked again, as after a crash.
        for _ in 0..2 {
            assert_eq!(told(&house.plan(dry, &first).await), ["created"]);
            assert_eq!(told(&house.plan(dry, &second).await), ["sku: duplicate_sku", "created"]);
            assert_eq!(house.shelf().await, shelf(&[]));
        }
        for _ in 0..2 {
            assert_eq!(told(&house.apply(&house.owner, &first).await), ["created"]);
            assert_eq!(told(&house.apply(&house.owner, &second).await), ["sku: duplicate_sku", "created"]);
            assert_eq!(house.shelf().await, shelf(&[("A", "1"), ("B", "0")]));
        }
    }
}

testkit::both! {
    async fn a_row_is_decided_anew_where_its_item_has_changed(stage: Stage) {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", "5").await;
        let rows = batch(
            0,
            &[
                &[("sku", "A"), ("name", "The A"), ("on_hand", "9")],
                &[("sku", "B"), ("name", "B")],
                &[("sku", "C"), ("name", "C"), ("on_hand", "2")],
            ],
        );
        let plan = other_import(8);
        let planned = house.plan(plan, &rows).await;
        assert_eq!(told(&planned), ["updated", "created", "created"]);
        // Since then A has as much as the file says, and somebody has made B.
        let receipt = call(&format!("POST /items/{item}/receipts")).key("k").json(json!({ "quantity": "4" }));
        house.send(receipt).await.expect(201);
        house.item(OWNER, "B", "3").await;
        let run = house.apply(&house.owner, &ExecuteBatch { plan: Some(plan), ..rows }).await;
        assert_eq!(told(&run), ["unchanged", "updated", "created"]);
        assert_eq!(run.rows[2], planned.rows[2]);
        assert_eq!(house.shelf().await, shelf(&[("A", "9"), ("B", "3"), ("C", "2")]));
        house.verify().await;
    }
}

testkit::both! {
    async fn the_same_rows_again_change_nothing(stage: Stage) {
        let house = house(stage).await;
        let a: Cells<'_> = &[("sku", "A"), ("name", "A"), ("on_hand", "1")];
        let b: Cells<'_> = &[("sku", "B"), ("name", "B"), ("unit_cost", "2"), ("currency", "USD")];
        let c: Cells<'_> = &[("sku", "C"), ("name", "C"), ("category", "Tea"), ("on_hand", "3")];
        house.apply(&house.owner, &batch(0, &[a, b, c])).await;
        let before = house.get("/items?limit=100").await.json();
        for (number, rows) in [&[a, b, c][..], &[c, a, b], &[c], &[b, c]].into_iter().enumerate() {
            let import = other_import(20 + number as u128);
            let outcome = house.apply(&house.owner, &ExecuteBatch { import, ..batch(0, rows) }).await;
            assert!(told(&outcome).iter().all(|told| told == "unchanged"), "{outcome:?}");
        }
        assert_eq!(house.get("/items?limit=100").await.json(), before);
        assert_eq!(house.get("/movements").await.json()["data"].as_array().unwrap().len(), 2);
    }
}

testkit::both! {
    async fn what_nothing_has_built_upon_is_undone(stage: Stage) {
        let house = house(stage).await;
        let old = house.item(OWNER, "OLD", "5").await;
        let kept = house.item(OWNER, "KEPT", "5").await;
        let rows = batch(
            0,
            &[
                &[("sku", "OLD"), ("name", "Renamed"), ("on_hand", "7")],
                &[("sku", "KEPT"), ("name", "Renamed")],
                &[("sku", "NEW"), ("name", "New"), ("on_hand", "3")],
                &[("sku", "USED"), ("name", "Used"), ("on_hand", "3")],
                &[("sku", "COUNTED"), ("name", "Counted"), ("on_hand", "3")],
                &[("sku", "BARE"), ("name", "Bare")],
                &[("sku", "BAD"), ("name", " ")],
            ],
        );
        let outcome = house.apply(&house.owner, &rows).await;
        let id = |row: usize| match outcome.rows[row] {
            RowOutcome::Created { id } => id.to_string(),
            _ => panic!("{outcome:?}"),
        };
        let reserve = json!({ "item_id": id(3), "quantity": "1" });
        house.send(call("POST /reservations").key("r").json(reserve)).await.expect(201);
        let receipt = call(&format!("POST /items/{}/receipts", id(4))).key("k").json(json!({ "quantity": "1" }));
        house.send(receipt).await.expect(201);
        let patch = call(&format!("PATCH /items/{kept}")).if_match("*").json(json!({ "name": "By hand" }));
        house.send(patch).await.expect(200);

        let undone = house.undo(IMPORT, 0).await;
        let said: Vec<_> = undone.iter().map(|(line, why)| (*line, why.clone().unwrap_or_default())).collect();
        let expected = [
            (7, ""),
            (6, "built_upon: stock of the item has moved since"),
            (5, "built_upon: stock of the item is reserved"),
            (4, ""),
            (3, "built_upon: the item was changed since"),
            (2, ""),
        ];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for ((line, why), (expected_line, expected)) in said.iter().zip(expected) {
            let fits = why.starts_with(expected) && why.is_empty() == expected.is_empty();
            assert!(*line == expected_line && fits, "{line}: {why}, not {expected}");
        }
        assert_eq!(house.undo(IMPORT, 0).await, undone, "it is undone once");
        assert_eq!(house.shelf().await, shelf(&[("COUNTED", "4"), ("KEPT", "5"), ("OLD", "5"), ("USED", "3")]));
        assert_eq!(house.get(&format!("/items/{old}")).await.text("name"), "The OLD");
        assert_eq!(house.get(&format!("/items/{kept}")).await.text("name"), "By hand");
        house.verify().await;
        // What is gone is made again, and what stayed is there.
        let again = ExecuteBatch { import: other_import(8), ..rows };
        let again = told(&house.apply(&house.owner, &again).await);
        assert_eq!(again, ["updated", "updated", "created", "unchanged", "updated", "created", "name: blank"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn who_undoes_moves_no_more_stock_than_they_may(stage: Stage) {
        let house = house(stage).await;
        for sku in ["LESS", "MORE", "SAME"] {
            house.item(OWNER, sku, "5").await;
        }
        let rows = batch(
            0,
            &[
                &[("sku", "MORE"), ("name", "Renamed"), ("on_hand", "7")],
                &[("sku", "LESS"), ("name", "Renamed"), ("on_hand", "3")],
                &[("sku", "SAME"), ("name", "Renamed")],
                &[("sku", "NEW"), ("name", "New"), ("on_hand", "3")],
                &[("sku", "BARE"), ("name", "Bare")],
            ],
        );
        house.apply(&house.owner, &rows).await;
        let member = house.who_may(|permission| permission.is_of(BuiltinRole::Member));
        let undone = house.undo_by(&member, IMPORT, 0).await;
        let adjust = "not_permitted: moving its stock back takes `inventory.stock.adjust`";
        let kept = |why: &Option<String>, begins: &str| why.as_ref().is_some_and(|why| why.starts_with(begins));
        let expected = [(6, None), (5, Some(adjust)), (4, None), (3, None), (2, Some(adjust))];
        assert_eq!(undone.len(), expected.len(), "{undone:?}");
        for ((line, why), (expected_line, expected)) in undone.iter().zip(expected) {
            let fits = expected.map_or(why.is_none(), |expected| kept(why, expected));
            assert!(*line == expected_line && fits, "{line}: {why:?}, not {expected:?}");
        }
        assert_eq!(house.shelf().await, shelf(&[("LESS", "5"), ("MORE", "7"), ("NEW", "3"), ("SAME", "5")]));
        // What a count took away comes back by who may receive it.
        let less: Cells<'_> = &[("sku", "LESS"), ("name", "The LESS"), ("on_hand", "1")];
        let import = other_import(8);
        house.apply(&house.owner, &ExecuteBatch { import, ..batch(0, &[less]) }).await;
        let clerk = house.who_may(|permission| permission.name == "inventory.items.write");
        let undone = house.undo_by(&clerk, import, 0).await;
        let receive = "not_permitted: moving its stock back takes `inventory.stock.receive`";
        assert!(undone.len() == 1 && kept(&undone[0].1, receive), "{undone:?}");
        house.verify().await;
    }
}

testkit::both! {
    async fn a_count_is_in_the_unit_that_its_row_names(stage: Stage) {
        let house = house(stage).await;
        for number in 0..12 {
            let sku = format!("A{number}");
            let item = house.item(OWNER, &sku, "0").await;
            let cells: Cells<'_> = &[("sku", sku.as_str()), ("name", "The A"), ("unit", "each"), ("on_hand", "5")];
            let rows = ExecuteBatch { import: other_import(400 + number), ..batch(0, &[cells]) };
            let patch = call(&format!("PATCH /items/{item}")).if_match("*").json(json!({ "unit": "KGM" }));
            let (patched, outcome) = join(house.send(patch), house.apply(&house.owner, &rows)).await;
            assert_eq!(told(&outcome), ["updated"], "{patched:?}");
            // Whoever comes first: the file says the unit after the change, and none changes once stock has moved.
            assert_eq!(house.get(&format!("/items/{item}")).await.text("unit"), "each", "{patched:?}");
        }
        house.verify().await;
    }
}

testkit::both! {
    async fn a_cost_and_a_reorder_level_are_put_back(stage: Stage) {
        let house = house(stage).await;
        let cost = json!({ "amount": 200, "currency": "USD" });
        for (number, (sku, costing)) in
            [("A", "moving_average"), ("B", "fifo"), ("C", "standard")].into_iter().enumerate()
        {
            let item = house.item_with(sku, json!({ "unit_cost": cost, "costing": costing })).await;
            house.receive(&item, json!({ "quantity": "5" })).await.expect(201);
            let row: Cells<'_> = &[
                ("sku", sku),
                ("name", "Renamed"),
                ("unit_cost", "3"),
                ("currency", "USD"),
                ("on_hand", "7"),
                ("reorder_level", "10"),
            ];
            let import = other_import(300 + number as u128);
            let outcome = house.apply(&house.owner, &ExecuteBatch { import, ..batch(0, &[row]) }).await;
            assert_eq!(told(&outcome), ["updated"], "{costing}");
            assert_eq!(house.list("/reorder-suggestions").await.len(), 1, "{costing}");
            house.verify().await;
            assert_eq!(house.undo(import, 0).await, [(2, None)], "{costing}");
            let after = house.get(&format!("/items/{item}")).await.json();
            assert_eq!((&after["unit_cost"], &after["reorder_level"]), (&cost, &Value::Null), "{costing}");
            assert_eq!(house.stock(&item).await, ["5", "0", "5"], "{costing}");
            assert_eq!(house.list("/reorder-suggestions").await, Vec::<Value>::new(), "{costing}");
            house.verify().await;
        }
    }
}

testkit::both! {
    async fn a_file_counts_what_lies_on_the_main_floor(stage: Stage) {
        let house = house(stage).await;
        let (item, north) = (house.item(OWNER, "A", "2").await, house.warehouse("NORTH").await);
        house.receive(&item, json!({ "quantity": "3", "warehouse_id": north })).await.expect(201);
        house.item_with("L", json!({ "tracking": "lot" })).await;
        let cases: [(Cells<'_>, &str, &str); 6] = [
            (&[("sku", "a"), ("name", "The A"), ("on_hand", "4")], "updated", "4"),
            (&[("sku", "a"), ("name", "The A"), ("on_hand", "2.5")], "on_hand: lies_elsewhere", "4"),
            (&[("sku", "a"), ("name", "The A"), ("on_hand", "6")], "updated", "6"),
            (&[("sku", "a"), ("name", "The A"), ("unit", "KGM")], "unit: has_moved", "6"),
            (&[("sku", "l"), ("name", "The L"), ("on_hand", "1")], "on_hand: tracked", "6"),
            (&[("sku", "l"), ("name", "The L"), ("unit", "KGM")], "updated", "6"),
        ];
        for (number, (row, expected, on_hand)) in cases.into_iter().enumerate() {
            let rows = ExecuteBatch { import: other_import(200 + number as u128), ..batch(0, &[row]) };
            let outcome = house.apply(&house.owner, &rows).await;
            assert_eq!(told(&outcome), [expected], "{row:?}");
            assert_eq!(house.stock(&item).await[0], on_hand, "{row:?}");
        }
        let bins = house.list(&format!("/bins?item_id={item}")).await;
        let at = |place: &str| bins.iter().find(|bin| bin["location_id"] == place).unwrap()["on_hand"].clone();
        assert_eq!([at(&house.main()), at(&north)], ["3", "3"]);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_item_that_is_owed_is_exported_without_a_count(stage: Stage) {
        let house = house(stage).await;
        house.item(OWNER, "A", "5").await;
        let owed = house.item_with("OWED", json!({ "may_be_negative": true })).await;
        house.adjust(&owed, json!({ "quantity": "-3", "reason": "sold" })).await.expect(201);
        let files = Files { house: &house, target: "inventory.items", columns: &[] };
        let exported = files.export().await;
        let again = files.execute(9, None, &exported).await;
        assert_eq!(import_files::told(&again), ["unchanged", "unchanged"], "{exported:?}");
        house.verify().await;
    }
}
