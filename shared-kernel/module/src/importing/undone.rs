//! What undoing a batch has come to: a record for each time that it was asked for anew, since records never change.
//! The first is under an id made of the import's; the later ones, counted, under one made of the batch's number as
//! well.

use super::batch;
use crate::import_target::{BatchUndone, ImportId, RowUndone};
use data::{Tx, Unit};
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
pub struct Undone {
    /// Each row that had made something.
    rows: Vec<RowUndone>,
    /// By which asking; records of earlier versions do not say.
    asked: Option<Uuid>,
    /// So many records are before it.
    #[serde(default)]
    before: u32,
}

impl Undone {
    pub fn after(before: Option<&Self>, asked: Option<Uuid>, rows: Vec<RowUndone>) -> Self {
        Self { rows, asked, before: before.map_or(0, |before| before.before + 1) }
    }

    /// Whether this asking has nothing to do any more.
    pub fn answers(&self, asked: Option<Uuid>) -> bool {
        asked.is_none() || asked == self.asked || !self.has_kept()
    }

    fn has_kept(&self) -> bool {
        self.rows.iter().any(|row| row.kept.is_some())
    }

    /// The lines that are taken back.
    pub fn gone(&self) -> BTreeSet<u64> {
        self.rows.iter().filter(|row| row.kept.is_none()).map(|row| row.line).collect()
    }
}

impl From<Undone> for BatchUndone {
    fn from(undone: Undone) -> Self {
        Self { rows: undone.rows }
    }
}

/// As it was left the last time.
pub async fn last(tx: &Tx, import: ImportId, number: u32) -> Result<Option<Undone>, data::Error> {
    match batch::recorded::<Undone>(tx, first_id(import), number).await? {
        Some(first) if first.has_kept() => {
            Ok(batch::last(tx, later_id(import, number)).await?.or(Some(first)))
        }
        whole => Ok(whole),
    }
}

/// Of two at once one fails.
pub async fn record(
    unit: &Unit,
    ctx: &Ctx,
    import: ImportId,
    number: u32,
    undone: &Undone,
) -> Result<(), data::Error> {
    let (id, number) = match undone.before {
        0 => (first_id(import), number),
        before => (later_id(import, number), before),
    };
    batch::record(unit, ctx, id, number, undone).await
}

fn first_id(import: ImportId) -> ImportId {
    ImportId::from_uuid(Uuid::new_v5(&import.uuid(), b"undo"))
}

fn later_id(import: ImportId, number: u32) -> ImportId {
    ImportId::from_uuid(Uuid::new_v5(&import.uuid(), format!("undo {number}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(undone: &Undone, asked: Option<u128>, answers: bool) {
        assert_eq!(undone.answers(asked.map(Uuid::from_u128)), answers, "{asked:?}");
    }

    /// As a version before wrote it, which undid each batch once.
    fn of_before(rows: &str) -> Undone {
        serde_json::from_str(&format!(r#"{{"rows":[{rows}]}}"#)).unwrap()
    }

    const GONE: &str = r#"{"line":3,"kept":null}"#;
    const KEPT: &str = r#"{"line":2,"kept":{"field":"sku","rule":"built_upon","detail":"is sold"}}"#;

    #[test]
    fn what_was_kept_is_tried_again_by_another_asking_alone() {
        let first = of_before(&[GONE, KEPT].join(","));
        assert_eq!(first.gone(), BTreeSet::from([3]));
        check(&first, None, true);
        check(&first, Some(1), false);
        let second = Undone::after(Some(&first), Some(Uuid::from_u128(1)), first.rows.clone());
        assert_eq!((Undone::after(None, None, Vec::new()).before, second.before), (0, 1));
        check(&second, None, true);
        check(&second, Some(1), true);
        check(&second, Some(2), false);
        check(&of_before(GONE), Some(1), true);
        check(&of_before(""), Some(1), true);
    }
}
