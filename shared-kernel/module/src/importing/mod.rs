//! What a domain writes to be imported into: a [`RowTarget`], which says how a row is known, reads what is there,
//! decides one row in a pure function, and writes and takes back what was decided. The rest is the same for all of
//! them and stands here: what a batch came to, which rows there were before, and who is asked again.

mod alike;
mod batch;
mod decision;
mod driver;
mod identity;
mod lines;
mod tables;
mod undone;

pub use tables::{IMPORT_BATCHES, IMPORT_DECISIONS, IMPORT_IDENTITIES};

use crate::import_target::{
    ExportedRows, ImportField, ImportId, ImportOffer, ImportRow, RowFault, RowOutcome, TargetDefinition,
};
use async_trait::async_trait;
use data::{Databases, Tx, Unit};
use driver::Driver;
use kernel::contract::Cause;
use kernel::{Ctx, Permission};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// What a row is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The key of the thing that the row is about, in one form. It stands in a file once.
    Key(String),
    /// The key of a part of a thing, of which a file may name several: of a bin of an item. It stands in a file once
    /// too.
    Part { thing: String, key: String },
    /// A line of a document. A document may have the same line several times; it is there as often as it was imported.
    /// What it is about may be the document, or what the line changes. A row of an error file is still a line of the
    /// file that it was refused in.
    Line { thing: String, document: String, content: String },
}

impl Identity {
    /// A line of all that its row says, as JSON, which no later version writes otherwise.
    pub fn line(
        thing: impl Into<String>,
        document: impl Into<String>,
        values: &BTreeMap<String, String>,
    ) -> Self {
        let content = serde_json::json!(values).to_string();
        Self::Line { thing: thing.into(), document: document.into(), content }
    }

    /// Of what it is about.
    pub fn thing(&self) -> &str {
        match self {
            Self::Key(key) => key,
            Self::Part { thing, .. } | Self::Line { thing, .. } => thing,
        }
    }
}

/// What becomes of a row.
#[derive(Clone, Debug)]
pub struct Decision<T, C> {
    pub outcome: RowOutcome,
    /// None where nothing is to be written.
    pub change: Option<C>,
    /// How the thing is then, for later rows of the file about the same one; none where a file has no two of them. It
    /// is best as `read` would find it, since a row is decided anew where that finds it otherwise.
    pub after: Option<T>,
}

impl<T, C> Decision<T, C> {
    pub fn create(id: Uuid, change: C) -> Self {
        Self { outcome: RowOutcome::Created { id }, change: Some(change), after: None }
    }

    pub fn update(id: Uuid, change: C) -> Self {
        Self { outcome: RowOutcome::Updated { id }, change: Some(change), after: None }
    }

    pub fn unchanged(id: Uuid) -> Self {
        Self { outcome: RowOutcome::Unchanged { id }, change: None, after: None }
    }

    pub fn refuse(faults: Vec<RowFault>) -> Self {
        Self { outcome: RowOutcome::Refused { faults }, change: None, after: None }
    }
}

/// Which batch of which import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchOf {
    pub import: ImportId,
    /// From 0, in the order of the file.
    pub number: u32,
}

/// A row that is to be written, or was.
#[derive(Clone, Debug)]
pub struct Made<C> {
    pub line: u64,
    pub outcome: RowOutcome,
    pub change: C,
}

/// One target of a domain.
#[async_trait]
pub trait RowTarget: Send + Sync + 'static {
    /// What rows are about, as far as they are decided upon it.
    type Thing: Clone + Serialize + DeserializeOwned + Send + Sync;
    /// What a row names beside it, and no row of the file changes; `()` where there is nothing.
    type Beside: Serialize + Send + Sync;
    /// What a row does, with all that it takes to take it back.
    type Change: Serialize + DeserializeOwned + Send + Sync;
    type Error: From<data::Error> + std::error::Error + Send + Sync + 'static;

    /// None where the row does not say; `decide` has its reasons to refuse it then.
    fn identify(&self, row: &ImportRow) -> Option<Identity>;

    /// Those of these things that are there, by their names. Nobody else changes them until the unit ends.
    async fn read(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, Self::Thing>, Self::Error>;

    /// One for each row, in the same order. `things` is what was read of what the rows are about. What it finds stays
    /// until the unit ends, or `write` looks again.
    async fn read_beside(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        rows: &[ImportRow],
        things: &HashMap<String, Self::Thing>,
    ) -> Result<Vec<Self::Beside>, Self::Error>;

    /// Pure. `id` is for what the row makes.
    fn decide(
        &self,
        row: &ImportRow,
        id: Uuid,
        thing: Option<&Self::Thing>,
        beside: &Self::Beside,
    ) -> Decision<Self::Thing, Self::Change>;

    /// In the order of the file, with an audit entry; also where no row of the batch is to be written.
    async fn write(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<Self::Change>],
    ) -> Result<(), Self::Error>;

    /// The last row first, with an audit entry. For each why it stays, or none where it is undone: what something has
    /// built on stays as it is. What stayed may come again later, without the rows that did not.
    async fn undo(
        &self,
        unit: &mut Unit,
        ctx: &Ctx,
        batch: BatchOf,
        made: &[Made<Self::Change>],
    ) -> Result<Vec<Option<RowFault>>, Self::Error>;

    /// What is there, as rows that would be imported as `unchanged`: at most `most`, after the one that an earlier page
    /// ended with.
    async fn export(
        &self,
        tx: &Tx,
        ctx: &Ctx,
        after: Option<&str>,
        most: usize,
    ) -> Result<ExportedRows, Self::Error>;
}

/// What a target is called, what it takes and what its rows have. Its definition is made of it.
pub struct TargetSpec {
    pub name: &'static str,
    pub title: &'static str,
    pub permission: &'static Permission,
    /// To see the same, so to export it.
    pub read_permission: &'static Permission,
    /// None where a row is a line of a document.
    pub key: &'static [&'static str],
    pub fields: Vec<ImportField>,
}

pub fn import_offer<T: RowTarget>(databases: Databases, spec: TargetSpec, target: T) -> ImportOffer {
    let definition = TargetDefinition {
        name: spec.name.to_owned(),
        title: spec.title.to_owned(),
        permission: spec.permission.name.to_owned(),
        read_permission: spec.read_permission.name.to_owned(),
        key: spec.key.iter().map(|field| (*field).to_owned()).collect(),
        fields: spec.fields.clone(),
    };
    ImportOffer { definition, target: Arc::new(Driver { databases, spec, target }) }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> crate::ImportError {
    crate::ImportError::Unavailable(Cause::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(cells: &[(&str, &str)]) -> String {
        let values = cells.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match Identity::line("thing", "document", &values) {
            Identity::Line { content, .. } => content,
            other => panic!("{other:?}"),
        }
    }

    /// Were one written otherwise, a file that was imported before would come in once more.
    #[test]
    fn what_a_line_says_is_always_written_alike() {
        assert_eq!(content(&[]), "{}");
        assert_eq!(content(&[("sku", "A-1"), ("quantity", "2")]), r#"{"quantity":"2","sku":"A-1"}"#);
        assert_eq!(content(&[("customer", "O'Brien \"Ö\"\n")]), r#"{"customer":"O'Brien \"Ö\"\n"}"#);
    }
}
