//! Purchase orders from files: the rows of a number are one draft, whichever file they come in, and only what nothing
//! has built upon is taken back.

use crate::house::{House, NEIGHBOUR, OWNER, call, call_by, house};
use module::{
    BatchOutcome, ExecuteBatch, ExportPage, ImportError, ImportId, ImportRow, PlanBatch, RowOutcome,
    RowUndone, UndoBatch,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Deref;
use testkit::Stage;
use uuid::Uuid;

const TARGET: &str = "inventory.purchase_orders";

type Row = BTreeMap<String, String>;

/// A house that buys.
struct Buyer(House);

impl Deref for Buyer {
    type Target = House;
    fn deref(&self) -> &House {
        &self.0
    }
}

fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

/// `PO-1 TEA 2 DZN 0.50`, of the supplier EXO in USD; `-` is a blank cell, and `field=cell` another one.
fn rows(file: &[&str]) -> Vec<Row> {
    let row = |text: &&str| {
        let mut cells: Row = [("supplier", "EXO"), ("currency", "USD")]
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .into();
        let mut names = ["order", "sku", "quantity", "unit", "unit_price"].into_iter();
        for word in text.split(' ') {
            let named = word.split_once('=');
            let (name, cell) = named.unwrap_or_else(|| (names.next().unwrap(), word));
            cells.insert(name.to_owned(), cell.to_owned());
        }
        cells.retain(|_, cell| cell != "-");
        cells
    };
    file.iter().map(row).collect()
}

/// As a file of two rows a batch.
fn batches(rows: &[Row]) -> Vec<Vec<ImportRow>> {
    let row = |(line, values): (u64, &Row)| ImportRow { line, values: values.clone(), corrects: None };
    let rows: Vec<_> = (2..).zip(rows).map(row).collect();
    rows.chunks(2).map(<[ImportRow]>::to_vec).collect()
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

/// Items TEA, in pieces, and RICE, in kilograms, and a supplier EXO.
async fn stocked(stage: Stage) -> Buyer {
    let house = house(stage).await;
    house.item(OWNER, "TEA", "0").await;
    house.item_with("RICE", json!({ "unit": "KGM" })).await;
    let supplier = json!({ "code": "exo", "name": "Exotic Liquids" });
    house.send(call("POST /suppliers").json(supplier)).await.expect(201);
    Buyer(house)
}

impl Buyer {
    async fn bring(&self, number: u128, plan: Option<u128>, rows: &[Row]) -> Vec<BatchOutcome> {
        let mut outcomes = Vec::new();
        for (batch, rows) in (0..).zip(batches(rows)) {
            let (target, import, plan) = (TARGET.to_owned(), import(number), plan.map(import));
            let request = ExecuteBatch { target, import, plan, batch, rows };
            let outcome = self.target(TARGET).execute(&self.owner, request.clone()).await.unwrap();
            // Asked again, as after a crash.
            assert_eq!(self.target(TARGET).execute(&self.owner, request).await.unwrap(), outcome);
            outcomes.push(outcome);
        }
        outcomes
    }

    async fn bring_file(&self, number: u128, file: &[&str]) -> Vec<String> {
        self.bring(number, None, &rows(file)).await.iter().flat_map(told).collect()
    }

    async fn dry_run(&self, number: u128, rows: &[Row]) -> Vec<BatchOutcome> {
        let mut outcomes = Vec::new();
        for (batch, rows) in (0..).zip(batches(rows)) {
            let request = PlanBatch { target: TARGET.to_owned(), import: import(number), batch, rows };
            outcomes.push(self.target(TARGET).plan(&self.owner, request).await.unwrap());
        }
        outcomes
    }

    /// Of so many batches, the last one first: each line with why it stays.
    async fn take_back(&self, number: u128, batches: u32) -> Vec<(u64, String)> {
        let mut undone = Vec::new();
        for batch in (0..batches).rev() {
            let (target, import) = (TARGET.to_owned(), import(number));
            let request = UndoBatch { target, import, batch, asked: None };
            let answer = self.target(TARGET).undo(&self.owner, request.clone()).await.unwrap();
            assert_eq!(self.target(TARGET).undo(&self.owner, request).await.unwrap(), answer);
            let row = |row: RowUndone| (row.line, row.kept.map(|why| why.detail).unwrap_or_default());
            undone.extend(answer.rows.into_iter().map(row));
        }
        undone
    }

    async fn exported(&self, most: u16) -> Vec<Row> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = ExportPage { target: TARGET.to_owned(), after, most };
            let page = self.target(TARGET).export(&self.owner, page).await.unwrap();
            assert!(page.rows.len() <= usize::from(most));
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    }

    async fn order(&self, reference: &str) -> Value {
        let found = self.list(&format!("/purchase-orders?reference={reference}")).await;
        let id = found.first().unwrap()["id"].as_str().unwrap().to_owned();
        self.get(&format!("/purchase-orders/{id}")).await.json()
    }

    /// By their references, `PO-1 draft 1200: 1 2 DZN=24`: what all lines cost, and what each is in the item's unit.
    async fn orders(&self) -> Vec<String> {
        let mut all = Vec::new();
        for order in self.list("/purchase-orders").await {
            let order = self.get(&format!("/purchase-orders/{}", order["id"].as_str().unwrap())).await.json();
            let lines = order["lines"].as_array().unwrap().iter().map(|line| {
                let text = |field: &str| line[field].as_str().unwrap_or("-").to_owned();
                format!("{} {} {}={}", line["line"], text("quantity"), text("unit"), text("ordered"))
            });
            let lines: Vec<_> = lines.collect();
            let text = |field: &str| order[field].as_str().unwrap_or("-").to_owned();
            let total = &order["total"]["amount"];
            all.push(format!("{} {} {total}: {}", text("reference"), text("status"), lines.join(", ")));
        }
        all.sort();
        all
    }
}

const FILE: [&str; 5] = [
    "PO-1 TEA 2 DZN 6 expected_on=2026-02-20 over_receipt_tolerance_percent=5",
    "PO-2 RICE 1.5 - 4",
    "PO-1 TEA 2 DZN 6 expected_on=2026-02-20",
    "PO-1 RICE 10 - 2.25",
    "PO-2 TEA 1 - 0",
];

const ORDERS: [&str; 2] =
    ["PO-1 draft 4650: 1 2 DZN=24, 2 2 DZN=24, 3 10 -=10", "PO-2 draft 600: 1 1.5 -=1.5, 2 1 -=1"];

testkit::both! {
    async fn rows_of_a_number_are_one_draft(stage: Stage) {
        let house = stocked(stage).await;
        let planned = house.dry_run(1, &rows(&FILE)).await;
        assert_eq!(house.orders().await, Vec::<String>::new());
        let run = house.bring(2, Some(1), &rows(&FILE)).await;
        assert_eq!(run, planned, "row by row, with the ids that were planned");
        let ended: Vec<_> = run.iter().flat_map(told).collect();
        assert_eq!(ended, ["created", "created", "updated", "updated", "updated"]);
        assert_eq!(house.orders().await, ORDERS);
        let order = house.order("PO-1").await;
        assert_eq!((&order["expected_on"], &order["over_receipt_tolerance_percent"]), (&json!("2026-02-20"), &json!(5)));
        assert_eq!(order["lines"][2]["unit_cost"], json!({ "amount": 225, "currency": "USD" }));
        // Each row names its order.
        let RowOutcome::Updated { id } = run[1].rows[0] else { panic!("{run:?}") };
        assert_eq!(order["id"], json!(id));
        // It is an order like any other.
        let path = format!("POST /purchase-orders/{id}/order");
        assert_eq!(house.send(call(&path)).await.expect(200).text("status"), "ordered");
        house.verify().await;
    }
}

testkit::both! {
    async fn the_same_lines_again_change_nothing(stage: Stage) {
        let house = stocked(stage).await;
        house.bring_file(1, &FILE).await;
        let before = house.order("PO-1").await;
        let shuffled = [FILE[4], FILE[3], FILE[2], FILE[1], FILE[0]];
        let otherwise = ["PO-1 tea 2.0 dzn 6.00", "PO-2 rice 1.50 - 4 supplier=exo currency=usd"];
        for (number, file) in [&FILE[..], &shuffled, &FILE[2..], &otherwise].into_iter().enumerate() {
            let ended = house.bring_file(2 + number as u128, file).await;
            assert!(ended.iter().all(|ended| ended == "unchanged"), "{file:?}: {ended:?}");
        }
        assert_eq!(house.order("PO-1").await, before);
        // A third one of a line, and a line that is new, are appended in a later file.
        let more = [FILE[0], FILE[0], FILE[0], "PO-1 TEA 1 - 1"];
        assert_eq!(house.bring_file(9, &more).await, ["unchanged", "unchanged", "updated", "updated"]);
        let expected = "PO-1 draft 5950: 1 2 DZN=24, 2 2 DZN=24, 3 10 -=10, 4 2 DZN=24, 5 1 -=1";
        assert_eq!(house.orders().await[0], expected);
        // The neighbour has none of it.
        let request = ExecuteBatch {
            target: TARGET.to_owned(),
            import: import(1),
            plan: None,
            batch: 0,
            rows: batches(&rows(&FILE)).remove(0),
        };
        let outcome = house.target(TARGET).execute(&house.neighbour, request).await.unwrap();
        assert_eq!(told(&outcome), ["supplier: unknown, sku: unknown"; 2]);
        house.item(NEIGHBOUR, "TEA", "0").await;
        let supplier = json!({ "code": "EXO", "name": "Theirs" });
        house.send(call_by(NEIGHBOUR, "POST /suppliers").json(supplier)).await.expect(201);
        let request = ExecuteBatch {
            target: TARGET.to_owned(),
            import: import(2),
            plan: None,
            batch: 0,
            rows: batches(&rows(&FILE)).remove(0),
        };
        let outcome = house.target(TARGET).execute(&house.neighbour, request).await.unwrap();
        assert_eq!(told(&outcome), ["created", "sku: unknown"]);
        assert_eq!(house.orders().await[0], expected);
        house.verify().await;
    }
}

testkit::both! {
    async fn what_cannot_be_is_refused_with_all_reasons(stage: Stage) {
        let house = stocked(stage).await;
        let other = json!({ "code": "TOK", "name": "Tokyo Traders" });
        house.send(call("POST /suppliers").json(other)).await.expect(201);
        let file = [
            "PO-1 TEA 1 - 1",
            "PO-1 TEA 1 - 2 supplier=TOK currency=EUR expected_on=2026-02-20",
            "PO-1 NONE 0 - 1.234 supplier=NOBODY",
            "- - - - - supplier=- currency=-",
            "PO-1 TEA 1 KGM 1",
            "PO-1 TEA 1 - 3 colour=red",
        ];
        let expected = [
            "created",
            "supplier: other_supplier, currency: other_currency, expected_on: other_day",
            "supplier: unknown, sku: unknown, quantity: not_positive, unit_price: too_precise",
            "order: required, supplier: required, sku: required, quantity: required, currency: required, \
             unit_price: required",
            "unit: other_dimension",
            "colour: unknown_field",
        ];
        let planned = house.dry_run(1, &rows(&file)).await;
        assert_eq!(planned.iter().flat_map(told).collect::<Vec<_>>(), expected);
        assert_eq!(house.bring_file(2, &file).await, expected);
        assert_eq!(house.orders().await, ["PO-1 draft 100: 1 1 -=1"]);

        let id = house.order("PO-1").await["id"].as_str().unwrap().to_owned();
        house.send(call(&format!("POST /purchase-orders/{id}/order"))).await.expect(200);
        let ended = house.bring_file(3, &["PO-1 TEA 1 - 1", "PO-1 TEA 2 - 1"]).await;
        assert_eq!(ended, ["unchanged", "order: not_draft"]);
        let viewer = house.stage.tenant().ctx(&[]);
        let rows = batches(&rows(&FILE)).remove(0);
        let request = ExecuteBatch { target: TARGET.to_owned(), import: import(4), plan: None, batch: 0, rows };
        let refused = house.target(TARGET).execute(&viewer, request).await;
        assert!(matches!(refused, Err(ImportError::Forbidden)), "{refused:?}");
        house.verify().await;
    }
}

testkit::both! {
    async fn an_order_takes_five_hundred_lines(stage: Stage) {
        let house = stocked(stage).await;
        let file: Vec<String> = (1..=501).map(|quantity| format!("PO-1 TEA {quantity} - 1")).collect();
        let file: Vec<&str> = file.iter().map(String::as_str).collect();
        let mut ended = Vec::new();
        for (batch, rows) in (0..).zip(rows(&file).chunks(300)) {
            let row = |(line, values): (u64, &Row)| ImportRow { line, values: values.clone(), corrects: None };
            let rows = (2..).zip(rows).map(row).collect();
            let request =
                ExecuteBatch { target: TARGET.to_owned(), import: import(1), plan: None, batch, rows };
            ended.extend(told(&house.target(TARGET).execute(&house.owner, request).await.unwrap()));
        }
        assert_eq!((ended.len(), ended[499].as_str(), ended[500].as_str()), (501, "updated", "order: too_many_lines"));
        assert_eq!(house.order("PO-1").await["lines"].as_array().unwrap().len(), 500);
    }
}

testkit::both! {
    async fn a_draft_made_by_hand_takes_lines_and_stays(stage: Stage) {
        let house = stocked(stage).await;
        let (supplier, tea) = (house.list("/suppliers").await, house.list("/items?sku=TEA").await);
        let unit_cost = json!({ "amount": 100, "currency": "USD" });
        let lines = json!([{ "item_id": tea[0]["id"], "quantity": "7", "unit_cost": unit_cost }]);
        let body = json!({ "supplier_id": supplier[0]["id"], "reference": "PO-1", "lines": lines });
        house.send(call("POST /purchase-orders").json(body)).await.expect(201);
        let before = house.orders().await;
        assert_eq!(before, ["PO-1 draft 700: 1 7 -=7"]);
        assert_eq!(house.bring_file(1, &["PO-1 TEA 1 - 1", "PO-1 TEA 1 - 1"]).await, ["updated", "updated"]);
        let there = house.orders().await;
        assert_eq!(there, ["PO-1 draft 900: 1 7 -=7, 2 1 -=1, 3 1 -=1"]);
        // By its id a line is known, whoever wrote it, and no file changes it.
        let mut exported = house.exported(2).await;
        let ended = house.bring(2, None, &exported).await;
        assert_eq!(ended.iter().flat_map(told).collect::<Vec<_>>(), ["unchanged"; 3]);
        exported[0].insert("quantity".to_owned(), "8".to_owned());
        exported[1].remove("line_id");
        let ended = house.bring(3, None, &exported).await;
        let expected = ["quantity: line_is_fixed", "unchanged", "unchanged"];
        assert_eq!(ended.iter().flat_map(told).collect::<Vec<_>>(), expected);
        assert_eq!(house.orders().await, there);
        assert_eq!(house.take_back(1, 1).await, [(3, String::new()), (2, String::new())]);
        assert_eq!(house.orders().await, before);
    }
}

testkit::both! {
    async fn what_nothing_has_built_upon_is_taken_back(stage: Stage) {
        let house = stocked(stage).await;
        house.bring_file(1, &FILE[..2]).await;
        house.bring_file(2, &FILE).await;
        assert_eq!(house.orders().await, ORDERS);
        let gone = |lines: &[u64]| lines.iter().map(|line| (*line, String::new())).collect::<Vec<_>>();
        // Those of the first import are not of this one.
        assert_eq!(house.take_back(2, 3).await, gone(&[6, 5, 4]));
        assert_eq!(house.orders().await, ["PO-1 draft 1200: 1 2 DZN=24", "PO-2 draft 600: 1 1.5 -=1.5"]);
        assert_eq!(house.take_back(1, 1).await, gone(&[3, 2]));
        assert_eq!(house.orders().await, Vec::<String>::new());
        // What is gone may come again.
        let again = house.bring_file(3, &FILE).await;
        assert_eq!(again, ["created", "created", "updated", "updated", "updated"]);
        assert_eq!(house.orders().await, ORDERS);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_order_goes_with_the_last_of_its_lines_whichever_file_made_it(stage: Stage) {
        let house = stocked(stage).await;
        house.bring_file(1, &["PO-1 TEA 1 - 1"]).await;
        house.bring_file(2, &["PO-1 TEA 2 - 1"]).await;
        assert_eq!(house.take_back(1, 1).await, [(2, String::new())]);
        assert_eq!(house.orders().await, ["PO-1 draft 200: 2 2 -=2"]);
        assert_eq!(house.bring_file(3, &["PO-1 TEA 3 - 1"]).await, ["updated"]);
        assert_eq!(house.orders().await, ["PO-1 draft 500: 2 2 -=2, 3 3 -=3"]);
        house.take_back(2, 1).await;
        house.take_back(3, 1).await;
        assert_eq!(house.orders().await, Vec::<String>::new());
    }
}

testkit::both! {
    async fn what_was_built_upon_stays(stage: Stage) {
        let house = stocked(stage).await;
        let file = ["A TEA 1 - 1", "B TEA 1 - 1", "C TEA 1 - 1", "D TEA 1 - 1", "E TEA 1 - 1", "E TEA 2 - 1"];
        house.bring_file(1, &file).await;
        let mut ids = BTreeMap::new();
        for reference in ["A", "B", "C", "D"] {
            ids.insert(reference, house.order(reference).await["id"].as_str().unwrap().to_owned());
        }
        house.send(call(&format!("POST /purchase-orders/{}/order", ids["A"]))).await.expect(200);
        house.send(call(&format!("POST /purchase-orders/{}/cancel", ids["B"]))).await.expect(200);
        let patch = async |reference: &str, body: Value| {
            let patch = call(&format!("PATCH /purchase-orders/{}", ids[reference])).if_match("*");
            house.send(patch.json(body)).await.expect(200);
        };
        patch("C", json!({ "expected_on": "2026-03-01" })).await;
        let line = house.order("D").await["lines"][0].clone();
        let line = json!({ "item_id": line["item_id"], "quantity": "5", "unit_cost": line["unit_cost"] });
        patch("D", json!({ "lines": [line] })).await;
        let before = house.orders().await;
        let undone = house.take_back(1, 3).await;
        let expected = [
            (7, ""),
            (6, ""),
            (5, "the lines of the purchase order were changed since"),
            (4, "the purchase order was changed since"),
            (3, "the purchase order is no draft any more"),
            (2, "the purchase order is no draft any more"),
        ];
        assert_eq!(undone.len(), expected.len(), "{undone:?}");
        for ((line, why), (expected_line, expected)) in undone.iter().zip(expected) {
            let fits = why.starts_with(expected) && why.is_empty() == expected.is_empty();
            assert!(*line == expected_line && fits, "{line}: {why}, not {expected}");
        }
        assert_eq!(house.orders().await, before[..4]);
        house.verify().await;
    }
}

testkit::both! {
    async fn an_export_imports_as_unchanged(stage: Stage) {
        let house = stocked(stage).await;
        house.bring_file(1, &FILE).await;
        let id = house.order("PO-2").await["id"].as_str().unwrap().to_owned();
        house.send(call(&format!("POST /purchase-orders/{id}/order"))).await.expect(200);
        let before = house.orders().await;
        let exported = house.exported(2).await;
        assert_eq!(exported.len(), 5);
        assert_eq!(exported, house.exported(1_000).await);
        let first = exported.iter().find(|row| row["order"] == "PO-1").unwrap();
        let line_id = format!("{}/1", house.order("PO-1").await["id"].as_str().unwrap());
        let cells = [
            ("currency", "USD"),
            ("expected_on", "2026-02-20"),
            ("line_id", line_id.as_str()),
            ("order", "PO-1"),
            ("over_receipt_tolerance_percent", "5"),
            ("quantity", "2"),
            ("sku", "TEA"),
            ("supplier", "EXO"),
            ("unit", "DZN"),
            ("unit_price", "6.00"),
        ];
        let cells: Row =
            cells.into_iter().map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        assert_eq!(*first, cells);
        let outcomes = house.bring(2, None, &exported).await;
        let ended: Vec<_> = outcomes.iter().flat_map(told).collect();
        assert_eq!(ended, ["unchanged"; 5]);
        assert_eq!(house.orders().await, before);
        // Taken off, a draft comes back from its export as it was.
        house.take_back(1, 3).await;
        assert_eq!(house.orders().await, before[1..]);
        let outcomes = house.bring(3, None, &exported).await;
        let ended: Vec<_> = outcomes.iter().flat_map(told).collect();
        assert_eq!(ended.iter().filter(|ended| *ended == "unchanged").count(), 2);
        assert_eq!(house.orders().await, before);
        assert_eq!(house.exported(3).await.len(), 5);
        house.verify().await;
    }
}

testkit::both! {
    async fn a_file_of_items_leaves_the_unit_that_is_ordered_in(stage: Stage) {
        let house = stocked(stage).await;
        house.bring_file(1, &["PO-1 TEA 2 - 6"]).await;
        let row = |(line, sku): (u64, &str)| {
            let cells = [("sku", sku), ("name", "Renamed"), ("unit", "GRM")];
            let values = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).into();
            ImportRow { line, values, corrects: None }
        };
        let rows = (2..).zip(["TEA", "RICE"]).map(row);
        let (target, rows) = ("inventory.items", rows.collect());
        let request = ExecuteBatch { target: target.to_owned(), import: import(2), plan: None, batch: 0, rows };
        let outcome = house.target(target).execute(&house.owner, request).await.unwrap();
        assert_eq!(told(&outcome), ["unit: ordered", "updated"]);
        house.verify().await;
    }
}
