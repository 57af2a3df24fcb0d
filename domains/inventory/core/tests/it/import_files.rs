//! Files of a target whose rows have keys, in batches of three, asked again as after a crash.

use crate::house::House;
use module::{ExecuteBatch, ExportPage, ImportId, ImportRow, PlanBatch, RowOutcome, UndoBatch};
use std::collections::BTreeMap;
use uuid::Uuid;

const ROWS_OF_A_BATCH: usize = 3;

/// Lines of cells between bars: `a | | 5`, under these columns.
pub struct Files<'a> {
    pub house: &'a House,
    pub target: &'static str,
    pub columns: &'static [&'static str],
}

pub fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

impl Files<'_> {
    fn rows(&self, file: &[&str]) -> Vec<ImportRow> {
        let row = |(line, text): (u64, &&str)| {
            let cells = self.columns.iter().zip(text.split('|').map(str::trim));
            let cells = cells.filter(|(_, cell)| !cell.is_empty());
            let values = cells.map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect();
            ImportRow { line, values, corrects: None }
        };
        (2..).zip(file).map(row).collect()
    }

    pub async fn plan(&self, number: u128, file: &[&str]) -> Vec<RowOutcome> {
        let mut ended = Vec::new();
        for (batch, rows) in (0..).zip(self.rows(file).chunks(ROWS_OF_A_BATCH)) {
            let (target, rows) = (self.target.to_owned(), rows.to_vec());
            let request = PlanBatch { target, import: import(number), batch, rows };
            ended.extend(self.house.target(self.target).plan(&self.house.owner, request).await.unwrap().rows);
        }
        ended
    }

    pub async fn carry_out(&self, number: u128, plan: Option<u128>, file: &[&str]) -> Vec<RowOutcome> {
        self.execute(number, plan, &self.rows(file)).await
    }

    pub async fn execute(&self, number: u128, plan: Option<u128>, rows: &[ImportRow]) -> Vec<RowOutcome> {
        let (target, owner) = (self.house.target(self.target), &self.house.owner);
        let mut ended = Vec::new();
        for (batch, rows) in (0..).zip(rows.chunks(ROWS_OF_A_BATCH)) {
            let (name, rows) = (self.target.to_owned(), rows.to_vec());
            let (import, plan) = (import(number), plan.map(import));
            let request = ExecuteBatch { target: name, import, plan, batch, rows };
            let first = target.execute(owner, request.clone()).await.unwrap();
            assert_eq!(target.execute(owner, request).await.unwrap(), first);
            ended.extend(first.rows);
        }
        ended
    }

    /// Without a plan; how each line ended.
    pub async fn bring(&self, number: u128, file: &[&str]) -> Vec<String> {
        told(&self.carry_out(number, None, file).await)
    }

    /// Planned, then carried out, which must come to the same row by row.
    pub async fn plan_and_bring(&self, number: u128, file: &[&str]) -> Vec<String> {
        let planned = self.plan(number, file).await;
        let done = self.carry_out(number + 1, Some(number), file).await;
        assert_eq!(planned, done, "{file:?}");
        told(&done)
    }

    /// Each line that had made something, with why it stays.
    pub async fn undo(&self, number: u128, rows: usize) -> Vec<(u64, String)> {
        let (target, owner) = (self.house.target(self.target), &self.house.owner);
        let batches = u32::try_from(rows.div_ceil(ROWS_OF_A_BATCH)).unwrap();
        let mut undone = Vec::new();
        for batch in (0..batches).rev() {
            let (name, import) = (self.target.to_owned(), import(number));
            let request = UndoBatch { target: name, import, batch, asked: None };
            let first = target.undo(owner, request.clone()).await.unwrap();
            assert_eq!(target.undo(owner, request).await.unwrap(), first, "it is undone once");
            let why = first.rows.into_iter().map(|row| (row.line, row.kept.map(|why| why.detail)));
            undone.extend(why.map(|(line, why)| (line, why.unwrap_or_default())));
        }
        undone
    }

    /// All there is, in pages of two.
    pub async fn export(&self) -> Vec<ImportRow> {
        let (mut all, mut after) = (Vec::<BTreeMap<String, String>>::new(), None);
        loop {
            let request = ExportPage { target: self.target.to_owned(), after, most: 2 };
            let page = self.house.target(self.target).export(&self.house.owner, request).await.unwrap();
            all.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        (2..).zip(all).map(|(line, values)| ImportRow { line, values, corrects: None }).collect()
    }
}

/// `created`, `updated`, `unchanged`, or the faults as `field: rule`.
pub fn told(rows: &[RowOutcome]) -> Vec<String> {
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
    rows.iter().map(row).collect()
}

/// What was undone is empty, and what stays begins as expected.
#[track_caller]
pub fn check_undone(undone: &[(u64, String)], expected: &[(u64, &str)]) {
    assert_eq!(undone.len(), expected.len(), "{undone:?}");
    for ((line, why), (expected_line, expected)) in undone.iter().zip(expected) {
        let fits = why.starts_with(expected) && why.is_empty() == expected.is_empty();
        assert!(line == expected_line && fits, "{line}: {why}, not {expected_line}: {expected}");
    }
}
