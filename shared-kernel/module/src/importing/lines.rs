//! The lines of documents in a batch, each as the so many-th that says the same. Mostly that is counted through the
//! file. Where rows of an error file are among them, [`Alike`] tells which one each is, and what it takes is read.

use super::alike::Alike;
use super::decision::{self, Claim};
use super::identity::{self, Occurrence};
use crate::import_target::{IMPORT_ROW, ImportId, RefusedRow, RowFault};
use data::Unit;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Among so many that say the same a row of an error file is looked for.
const MAX_ALIKE: i64 = 1_000;
/// So many of them all are read for a batch, the first ones of each.
const MAX_READ: usize = 5_000;
/// Follows the key of a row of an error file, which is no next one of the file that it is in.
const MARKED: &str = " of an error file";

pub struct Lines {
    target: &'static str,
    /// How often each occurred in the rows before.
    occurrences: HashMap<String, i64>,
    imported: HashMap<Occurrence, Uuid>,
    /// Of what rows of an error file say.
    alike: HashMap<String, Alike>,
    /// Up to which occurrence these are known.
    alike_to: i64,
}

/// What a row of the batch is.
pub struct Line {
    pub identity: Occurrence,
    /// What made it, where it is there.
    pub there: Option<Uuid>,
    /// It is there, and nobody knew that it is this row of an error file.
    pub is_found: bool,
}

impl Lines {
    /// `rows` are those that are lines, in the order of the file, by what they are counted by.
    pub async fn read(
        unit: &Unit,
        target: &'static str,
        (import, number): (ImportId, u32),
        rows: &[(String, Option<RefusedRow>)],
        before: &HashMap<String, i64>,
    ) -> Result<Self, data::Error> {
        let keys: BTreeSet<&String> = rows.iter().map(|(key, _)| key).collect();
        let marked_keys = keys.into_iter().map(|key| marked(key)).collect();
        let came = decision::occurring(unit, import, number, marked_keys).await?;
        let mut mixed: BTreeSet<String> = came.iter().map(|key| unmarked(key).to_owned()).collect();
        mixed.extend(rows.iter().filter(|(_, corrects)| corrects.is_some()).map(|(key, _)| key.clone()));

        let (imported, alike) = (HashMap::new(), HashMap::new());
        let mut lines = Self { target, occurrences: before.clone(), imported, alike, alike_to: MAX_ALIKE };
        let mut occurrences = before.clone();
        let counted = rows.iter().filter(|(key, _)| !mixed.contains(key));
        let counted = counted.map(|(key, _)| (lines.identity(key), next(&mut occurrences, key)));
        let counted: Vec<Occurrence> = counted.collect();
        lines.imported = identity::known(unit, &counted).await?;
        if !mixed.is_empty() {
            let others = rows.iter().filter_map(|(_, corrects)| Some(corrects.as_ref()?.import)).collect();
            lines.read_alike(unit, import, mixed, others).await?;
        }
        Ok(lines)
    }

    async fn read_alike(
        &mut self,
        unit: &Unit,
        import: ImportId,
        keys: BTreeSet<String>,
        mut imports: BTreeSet<ImportId>,
    ) -> Result<(), data::Error> {
        imports.insert(import);
        let identities: HashMap<Uuid, String> =
            keys.iter().map(|key| (self.identity(key), key.clone())).collect();
        let stored = keys.iter().flat_map(|key| [key.clone(), marked(key)]).collect();
        let claims = decision::claims(unit, imports, stored, (MAX_ALIKE, MAX_READ)).await?;
        let wanted = identities.keys().copied().collect();
        let imported = identity::alike(unit, wanted, (MAX_ALIKE, MAX_READ)).await?;
        let claims_to = known_to(claims.len(), claims.last().map(|claim| claim.occurrence));
        let imported_to = known_to(imported.len(), imported.last().map(|((_, occurrence), _)| *occurrence));
        self.alike_to = claims_to.min(imported_to);
        self.alike = keys.into_iter().map(|key| (key, Alike::default())).collect();
        for Claim { import: of, key, occurrence } in claims {
            let Some(alike) = self.alike.get_mut(unmarked(&key)) else { continue };
            if of == import {
                alike.claimed.insert(occurrence);
            } else {
                alike.of_others.insert((of, occurrence));
            }
        }
        for ((identity, occurrence), one) in imported {
            let Some(key) = identities.get(&identity) else { continue };
            if let Some(alike) = self.alike.get_mut(key) {
                alike.imported.insert(occurrence, one);
            }
        }
        Ok(())
    }

    /// Which one a row is that is counted by this, and comes next in the file.
    pub fn find(&self, key: &str, corrects: Option<RefusedRow>) -> Result<Line, RowFault> {
        let identity = self.identity(key);
        let Some(alike) = self.alike.get(key) else {
            let identity = (identity, self.occurrences.get(key).copied().unwrap_or_default() + 1);
            return Ok(Line { identity, there: self.imported.get(&identity).copied(), is_found: false });
        };
        let occurrence = alike.place(corrects, self.alike_to).ok_or_else(too_many_alike)?;
        let one = alike.imported.get(&occurrence);
        Ok(Line {
            identity: (identity, occurrence),
            there: one.map(|one| one.resource),
            is_found: corrects.is_some() && one.is_some_and(|one| one.corrects.is_none()),
        })
    }

    /// A row is this one, so that no later row of the file is. One that is refused is none.
    pub fn take(&mut self, key: &str, occurrence: i64) {
        if let Some(alike) = self.alike.get_mut(key) {
            alike.claimed.insert(occurrence);
        } else {
            self.occurrences.insert(key.to_owned(), occurrence);
        }
    }

    fn identity(&self, key: &str) -> Uuid {
        let name = format!("{} {key}", self.target);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }
}

/// The key that the decision of a row of an error file has.
pub fn marked(key: &str) -> String {
    format!("{key}{MARKED}")
}

fn unmarked(key: &str) -> &str {
    key.strip_suffix(MARKED).unwrap_or(key)
}

/// Where as many were read as ever are, there may be more of the last ones.
fn known_to(read: usize, last: Option<i64>) -> i64 {
    last.filter(|_| read >= MAX_READ).map_or(MAX_ALIKE, |last| last - 1)
}

fn too_many_alike() -> RowFault {
    RowFault {
        field: IMPORT_ROW.to_owned(),
        rule: "too_many_alike".to_owned(),
        detail: "too many lines of this document say the same to tell which one this is: mend it in the whole file and \
                 import that one again"
            .to_owned(),
    }
}

pub fn next(occurrences: &mut HashMap<String, i64>, key: &str) -> i64 {
    let occurrence = occurrences.entry(key.to_owned()).or_default();
    *occurrence += 1;
    *occurrence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_was_cut_off_the_last_ones_are_not_known() {
        let check = |read, last, expected| assert_eq!(known_to(read, last), expected, "{read} {last:?}");
        check(0, None, MAX_ALIKE);
        check(MAX_READ - 1, Some(7), MAX_ALIKE);
        check(MAX_READ, Some(7), 6);
        check(MAX_READ, Some(1), 0);
    }

    #[test]
    fn a_row_of_an_error_file_is_counted_by_what_it_says() {
        assert_eq!((unmarked("a"), unmarked(&marked("a"))), ("a", "a"));
        assert_ne!(marked("a"), "a");
    }
}
