//! Files of a target: planned, imported in batches of two, undone and exported, by a client.

use crate::house::Client;
use module::{
    BatchOutcome, ExecuteBatch, ExportPage, ImportError, ImportId, ImportRow, ImportTarget, PlanBatch,
    RowOutcome, UndoBatch,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub type Cells<'a> = &'a [(&'a str, &'a str)];

const BATCH: usize = 2;

pub fn import(number: u128) -> ImportId {
    ImportId::from_uuid(Uuid::from_u128(number))
}

pub struct Files<'a> {
    pub client: &'a Client<'a>,
    name: &'static str,
    target: Arc<dyn ImportTarget>,
}

impl<'a> Files<'a> {
    pub fn new(client: &'a Client<'a>, name: &'static str) -> Self {
        Self { client, name, target: client.house.target(name) }
    }

    /// `created`, `updated`, `unchanged`, or the faults as `field: rule`; a row each.
    pub async fn import(&self, number: u128, file: &[Cells<'_>]) -> Vec<String> {
        told(&self.execute(number, None, &rows(file)).await)
    }

    pub async fn execute(&self, number: u128, plan: Option<u128>, rows: &[ImportRow]) -> Vec<RowOutcome> {
        let mut outcomes = Vec::new();
        for (batch, rows) in (0..).zip(rows.chunks(BATCH)) {
            let (target, plan) = (self.name.to_owned(), plan.map(import));
            let request = ExecuteBatch { target, import: import(number), plan, batch, rows: rows.to_vec() };
            let ctx = self.client.ctx();
            let first: BatchOutcome = self.target.execute(&ctx, request.clone()).await.unwrap();
            // Asked again, as after a crash.
            assert_eq!(self.target.execute(&ctx, request).await.unwrap(), first);
            outcomes.extend(first.rows);
        }
        outcomes
    }

    pub async fn plan(&self, number: u128, rows: &[ImportRow]) -> Vec<RowOutcome> {
        let mut outcomes = Vec::new();
        for (batch, rows) in (0..).zip(rows.chunks(BATCH)) {
            let target = self.name.to_owned();
            let request = PlanBatch { target, import: import(number), batch, rows: rows.to_vec() };
            outcomes.extend(self.target.plan(&self.client.ctx(), request).await.unwrap().rows);
        }
        outcomes
    }

    /// The last batch first; each line that had made something, with why it stays, or nothing.
    pub async fn undo(&self, number: u128, batches: u32) -> Vec<(u64, String)> {
        let mut undone = Vec::new();
        for batch in (0..batches).rev() {
            let (target, import) = (self.name.to_owned(), import(number));
            let request = UndoBatch { target, import, batch, asked: None };
            let ctx = self.client.ctx();
            let first = self.target.undo(&ctx, request.clone()).await.unwrap();
            assert_eq!(self.target.undo(&ctx, request).await.unwrap(), first, "it is undone once");
            undone.extend(first.rows.into_iter().map(|row| {
                let why = row.kept.map(|why| format!("{}: {}", why.rule, why.detail));
                (row.line, why.unwrap_or_default())
            }));
        }
        undone
    }

    /// In pages of two.
    pub async fn export(&self) -> Vec<BTreeMap<String, String>> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let request = ExportPage { target: self.name.to_owned(), after, most: 2 };
            let page = self.target.export(&self.client.ctx(), request).await.unwrap();
            assert!(page.rows.len() <= 2, "{page:?}");
            rows.extend(page.rows);
            match page.next {
                Some(next) => after = Some(next),
                None => return rows,
            }
        }
    }

    /// What who may do only this is told.
    pub async fn refused_to(&self, permissions: &[&str]) -> bool {
        let ctx = self.client.tenant.ctx_as(
            kernel::Actor::User { id: self.client.tenant.owner },
            permissions.iter().copied().collect(),
        );
        let (target, import) = (self.name.to_owned(), import(99));
        let request = PlanBatch { target, import, batch: 0, rows: Vec::new() };
        matches!(self.target.plan(&ctx, request).await, Err(ImportError::Forbidden))
    }
}

pub fn rows(file: &[Cells<'_>]) -> Vec<ImportRow> {
    let cells = |(name, cell): &(&str, &str)| ((*name).to_owned(), (*cell).to_owned());
    numbered(file.iter().map(|row| row.iter().map(cells).collect()).collect())
}

/// As they stand in a file with a header.
pub fn numbered(rows: Vec<BTreeMap<String, String>>) -> Vec<ImportRow> {
    (2..).zip(rows).map(|(line, values)| ImportRow { line, values, corrects: None }).collect()
}

pub fn told(outcomes: &[RowOutcome]) -> Vec<String> {
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
    outcomes.iter().map(row).collect()
}

/// Of a row that made, changed or found something.
pub fn id_of(outcome: &RowOutcome) -> String {
    match outcome {
        RowOutcome::Created { id } | RowOutcome::Updated { id } | RowOutcome::Unchanged { id } => {
            id.to_string()
        }
        RowOutcome::Refused { .. } => panic!("{outcome:?}"),
    }
}
