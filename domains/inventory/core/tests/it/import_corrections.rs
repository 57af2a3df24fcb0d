//! Error files: sales of a document that has the same line several times, refused, mended and brought again.

use crate::house::{House, OWNER, house};
use module::{ExecuteBatch, ImportId, ImportRow, PlanBatch, RefusedRow, RowOutcome, UndoBatch};
use serde_json::json;
use testkit::Stage;
use uuid::Uuid;

const TARGET: &str = "inventory.sales";
const ROWS_OF_A_BATCH: usize = 2;
/// Where the plan of an import has its number.
const PLAN: u128 = 1_000;
const NOT_ENOUGH: &str = "not_enough";

fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

/// A file of sales by one document, which differ by their quantity alone.
fn sales(document: &str, quantities: &[&str]) -> Vec<ImportRow> {
    let row = |(line, quantity): (u64, &&str)| {
        let cells = [
            ("document", document),
            ("sku", "A"),
            ("quantity", *quantity),
            ("sold_at", "2010-12-01"),
            ("warehouse", "MAIN"),
        ];
        let values = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).into();
        ImportRow { line, values, corrects: None }
    };
    (2..).zip(quantities).map(row).collect()
}

/// As one file.
fn joined(parts: &[&[ImportRow]]) -> Vec<ImportRow> {
    let rows = parts.concat();
    (2..).zip(rows).map(|(line, row)| ImportRow { line, ..row }).collect()
}

fn mended(rows: &[ImportRow], quantity: &str) -> Vec<ImportRow> {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        row.values.insert("quantity".to_owned(), quantity.to_owned());
    }
    rows
}

/// The rows that an import refused, each with the mark of the one that refused it first.
fn error_file(number: u128, rows: &[ImportRow], ended: &[String]) -> Vec<ImportRow> {
    let refused = rows.iter().zip(ended).filter(|(_, ended)| *ended != "created" && *ended != "unchanged");
    let marked = refused.map(|(row, _)| {
        let mark = RefusedRow { import: import(number), line: row.line };
        ImportRow { corrects: row.corrects.or(Some(mark)), ..row.clone() }
    });
    joined(&[&marked.collect::<Vec<_>>()])
}

/// Of A.
struct Shop {
    house: House,
    item: String,
}

impl Shop {
    async fn with(stage: Stage, on_hand: &str) -> Self {
        let house = house(stage).await;
        let item = house.item(OWNER, "A", on_hand).await;
        Self { house, item }
    }

    async fn receive(&self, quantity: &str) {
        self.house.receive(&self.item, json!({ "quantity": quantity })).await.expect(201);
    }

    /// Planned, then carried out, which must come to the same row by row.
    async fn bring(&self, number: u128, rows: &[ImportRow]) -> Vec<String> {
        let (target, owner) = (self.house.target(TARGET), &self.house.owner);
        let (mut planned, mut ended) = (Vec::new(), Vec::new());
        for (batch, rows) in (0..).zip(rows.chunks(ROWS_OF_A_BATCH)) {
            let (name, rows) = (TARGET.to_owned(), rows.to_vec());
            let request = PlanBatch { target: name, import: import(PLAN + number), batch, rows };
            planned.extend(target.plan(owner, request).await.unwrap().rows);
        }
        for (batch, rows) in (0..).zip(rows.chunks(ROWS_OF_A_BATCH)) {
            let (name, rows) = (TARGET.to_owned(), rows.to_vec());
            let (import, plan) = (import(number), Some(import(PLAN + number)));
            let request = ExecuteBatch { target: name, import, plan, batch, rows };
            let first = target.execute(owner, request.clone()).await.unwrap();
            assert_eq!(target.execute(owner, request).await.unwrap(), first);
            ended.extend(first.rows);
        }
        assert_eq!(planned, ended);
        told(&ended)
    }

    async fn undo(&self, number: u128, rows: usize) {
        let batches = u32::try_from(rows.div_ceil(ROWS_OF_A_BATCH)).unwrap();
        for batch in (0..batches).rev() {
            let (target, import) = (TARGET.to_owned(), import(number));
            let request = UndoBatch { target, import, batch, asked: None };
            let undone = self.house.target(TARGET).undo(&self.house.owner, request).await.unwrap();
            assert!(undone.rows.iter().all(|row| row.kept.is_none()), "{undone:?}");
        }
    }

    async fn check(&self, sales: usize, on_hand: &str) {
        assert_eq!(self.house.list("/sales").await.len(), sales);
        assert_eq!(self.house.stock(&self.item).await, [on_hand, "0", on_hand]);
        self.house.verify().await;
    }
}

fn told(rows: &[RowOutcome]) -> Vec<String> {
    let row = |row: &RowOutcome| match row {
        RowOutcome::Created { .. } => "created".to_owned(),
        RowOutcome::Updated { .. } => "updated".to_owned(),
        RowOutcome::Unchanged { .. } => "unchanged".to_owned(),
        RowOutcome::Refused { faults } => faults[0].rule.clone(),
    };
    rows.iter().map(row).collect()
}

testkit::both! {
    async fn a_refused_line_goes_in_though_another_says_the_same(stage: Stage) {
        let shop = Shop::with(stage, "10").await;
        let file = sales("D", &["10", "10"]);
        let ended = shop.bring(1, &file).await;
        assert_eq!(ended, ["created", NOT_ENOUGH]);
        let errors = error_file(1, &file, &ended);
        shop.receive("10").await;
        assert_eq!(shop.bring(2, &errors).await, ["created"]);
        assert_eq!(shop.bring(3, &errors).await, ["unchanged"]);
        assert_eq!(shop.bring(4, &file).await, ["unchanged", "unchanged"]);
        shop.check(2, "0").await;

        // Either import is undone for itself.
        shop.undo(2, 1).await;
        shop.check(1, "10").await;
        assert_eq!(shop.bring(5, &errors).await, ["created"]);
        shop.undo(1, 2).await;
        shop.check(1, "10").await;
        assert_eq!(shop.bring(6, &errors).await, ["unchanged"]);
        assert_eq!(shop.bring(7, &file).await, ["unchanged", "created"]);
        shop.undo(5, 1).await;
        shop.undo(7, 2).await;
        shop.check(0, "20").await;
        assert_eq!(shop.bring(8, &errors).await, ["created"]);
        assert_eq!(shop.bring(9, &file).await, ["created", "unchanged"]);
        shop.check(2, "0").await;
    }
}

testkit::both! {
    async fn a_line_may_be_mended_into_what_another_says(stage: Stage) {
        let shop = Shop::with(stage, "10").await;
        let file = sales("D", &["10", "100"]);
        let ended = shop.bring(1, &file).await;
        assert_eq!(ended, ["created", NOT_ENOUGH]);
        let errors = mended(&error_file(1, &file, &ended), "10");
        shop.receive("10").await;
        // The whole file comes after the error file.
        assert_eq!(shop.bring(2, &errors).await, ["created"]);
        assert_eq!(shop.bring(3, &sales("D", &["10", "10"])).await, ["unchanged", "unchanged"]);
        shop.check(2, "0").await;

        // And before it.
        shop.receive("10").await;
        let file = sales("E", &["10", "100"]);
        let ended = shop.bring(11, &file).await;
        let errors = mended(&error_file(11, &file, &ended), "10");
        shop.receive("10").await;
        assert_eq!(shop.bring(12, &sales("E", &["10", "10"])).await, ["unchanged", "created"]);
        assert_eq!(shop.bring(13, &errors).await, ["unchanged"]);
        shop.check(4, "0").await;
    }
}

testkit::both! {
    async fn refused_lines_that_say_the_same_go_in_one_by_one(stage: Stage) {
        let shop = Shop::with(stage, "1").await;
        let file = sales("D", &["1", "1", "1", "1"]);
        let ended = shop.bring(1, &file).await;
        assert_eq!(ended, ["created", NOT_ENOUGH, NOT_ENOUGH, NOT_ENOUGH]);
        let errors = error_file(1, &file, &ended);
        shop.receive("3").await;
        // In two batches.
        assert_eq!(shop.bring(2, &errors).await, ["created"; 3]);
        assert_eq!(shop.bring(3, &errors).await, ["unchanged"; 3]);
        assert_eq!(shop.bring(4, &file).await, ["unchanged"; 4]);

        // In two files.
        let file = sales("E", &["1", "1"]);
        let ended = shop.bring(11, &file).await;
        let errors = error_file(11, &file, &ended);
        shop.receive("2").await;
        assert_eq!(shop.bring(12, &errors[..1]).await, ["created"]);
        assert_eq!(shop.bring(13, &errors[1..]).await, ["created"]);
        assert_eq!(shop.bring(14, &errors).await, ["unchanged"; 2]);
        assert_eq!(shop.bring(15, &file).await, ["unchanged"; 2]);

        // In two files, after the whole file brought one of them.
        shop.receive("1").await;
        let file = sales("F", &["1", "1", "1"]);
        let ended = shop.bring(21, &file).await;
        let errors = error_file(21, &file, &ended);
        shop.receive("1").await;
        assert_eq!(shop.bring(22, &file).await, ["unchanged", "created", NOT_ENOUGH]);
        shop.receive("1").await;
        assert_eq!(shop.bring(23, &errors[..1]).await, ["unchanged"]);
        assert_eq!(shop.bring(24, &errors[1..]).await, ["created"]);
        assert_eq!(shop.bring(25, &file).await, ["unchanged"; 3]);
        shop.check(9, "0").await;
    }
}

testkit::both! {
    async fn a_mark_lasts_through_error_files_and_is_one_of_a_plan_too(stage: Stage) {
        let shop = Shop::with(stage, "1").await;
        let file = sales("D", &["1", "1"]);
        let ended = shop.bring(1, &file).await;
        let (errors, of_plan) = (error_file(1, &file, &ended), error_file(PLAN + 1, &file, &ended));
        let ended = shop.bring(2, &errors).await;
        assert_eq!(ended, [NOT_ENOUGH]);
        let again = error_file(2, &errors, &ended);
        assert_eq!(again, errors);
        shop.receive("1").await;
        assert_eq!(shop.bring(3, &again).await, ["created"]);
        // The dry run's error file has the same row.
        assert_eq!(shop.bring(4, &of_plan).await, ["unchanged"]);
        shop.check(2, "0").await;
    }
}

testkit::both! {
    async fn what_was_refused_before_one_that_went_in_is_none_of_its_file(stage: Stage) {
        let shop = Shop::with(stage, "0").await;
        // Two go back in between, by another document's line of this file.
        let file = joined(&[&sales("D", &["2"]), &sales("C", &["-2"]), &sales("D", &["2"])]);
        let ended = shop.bring(1, &file).await;
        assert_eq!(ended, [NOT_ENOUGH, "created", "created"]);
        let errors = mended(&error_file(1, &file, &ended), "1");
        shop.receive("4").await;
        assert_eq!(shop.bring(2, &errors).await, ["created"]);
        let whole = joined(&[&sales("D", &["1"]), &sales("C", &["-2"]), &sales("D", &["2"])]);
        assert_eq!(shop.bring(3, &whole).await, ["unchanged"; 3]);
        shop.check(3, "3").await;
    }
}

testkit::both! {
    async fn rows_of_an_error_file_and_others_are_told_apart_in_one_file(stage: Stage) {
        let shop = Shop::with(stage, "0").await;
        let file = sales("D", &["1", "1"]);
        let ended = shop.bring(1, &file).await;
        let errors = error_file(1, &file, &ended);
        assert_eq!(errors.len(), 2);
        shop.receive("5").await;
        // The third is alone in its batch.
        let mixed = joined(&[&errors, &sales("D", &["1"])]);
        assert_eq!(shop.bring(2, &mixed).await, ["created"; 3]);
        assert_eq!(shop.bring(3, &mixed).await, ["unchanged"; 3]);
        let others = joined(&[&sales("D", &["1"]), &errors, &sales("D", &["1", "1"])]);
        let ended = shop.bring(4, &others).await;
        assert_eq!(ended.iter().filter(|ended| *ended == "created").count(), 2, "{ended:?}");
        assert_eq!(shop.bring(5, &others).await, ["unchanged"; 5]);
        shop.check(5, "0").await;
    }
}

testkit::both! {
    async fn among_too_many_that_say_the_same_a_row_is_not_guessed(stage: Stage) {
        let shop = Shop::with(stage, "0").await;
        let mut file = sales("D", &["1"; 1_000]);
        file.iter_mut().for_each(|row| drop(row.values.remove("warehouse")));
        let (target, owner) = (shop.house.target(TARGET), &shop.house.owner);
        let request = |number, rows| {
            ExecuteBatch { target: TARGET.to_owned(), import: import(number), plan: None, batch: 0, rows }
        };
        let ended = target.execute(owner, request(1, file.clone())).await.unwrap();
        assert_eq!(told(&ended.rows), ["created"; 1_000]);
        let mark = RefusedRow { import: import(1), line: 5_000 };
        let row = ImportRow { corrects: Some(mark), ..file[0].clone() };
        let ended = target.execute(owner, request(2, vec![row])).await.unwrap();
        assert_eq!(told(&ended.rows), ["too_many_alike"]);
        // Without a mark it is the first.
        let ended = target.execute(owner, request(3, file[..1].to_vec())).await.unwrap();
        assert_eq!(told(&ended.rows), ["unchanged"]);
    }
}
