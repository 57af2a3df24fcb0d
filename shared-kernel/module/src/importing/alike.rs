//! Which one a row is among lines of a document that say the same, where rows of error files are among them. A row that
//! was refused still counts in the file that it was refused in: it is the next one after those that the other rows of
//! that file are. So it is not taken for one of them, and is the one that the whole file would bring once it is mended.

use crate::import_target::{ImportId, RefusedRow};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// One that was imported.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    /// What it made.
    pub resource: Uuid,
    /// The row of an error file that it is.
    pub corrects: Option<RefusedRow>,
}

/// Those that say the same.
#[derive(Debug, Default)]
pub struct Alike {
    /// By their occurrence.
    pub imported: BTreeMap<i64, Imported>,
    /// Those that earlier rows of this file are.
    pub claimed: BTreeSet<i64>,
    /// Those that rows are which other imports did not refuse.
    pub of_others: BTreeSet<(ImportId, i64)>,
}

impl Alike {
    /// The occurrence that the next row of the file is; none where that is one beyond `most`, up to which all are
    /// known.
    pub fn place(&self, corrects: Option<RefusedRow>, most: i64) -> Option<i64> {
        let is_free = |occurrence: &i64| !self.claimed.contains(occurrence);
        let Some(refused) = corrects else { return (1..=most).find(is_free) };
        let of_it = self.imported.iter().filter(|(_, one)| one.corrects == Some(refused));
        let brought = of_it.map(|(occurrence, _)| *occurrence).find(is_free);
        let next = || (1..=most).find(|one| is_free(one) && !self.is_of_a_sibling(refused, *one));
        brought.or_else(next)
    }

    /// Whether it is another row of the file that this one was refused in.
    fn is_of_a_sibling(&self, refused: RefusedRow, occurrence: i64) -> bool {
        let mended = self.imported.get(&occurrence).and_then(|one| one.corrects);
        self.of_others.contains(&(refused.import, occurrence))
            || mended.is_some_and(|other| other.import == refused.import && other.line != refused.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(import: u128, line: u64) -> RefusedRow {
        RefusedRow { import: ImportId::from_uuid(Uuid::from_u128(import)), line }
    }

    /// What is there from 1 on, each with the row of an error file that it is: `import:line`, or `-`; and those, by
    /// `import:occurrence`, that other imports did not refuse.
    fn alike(imported: &[&str], claimed: &[i64], of_others: &[(u128, i64)]) -> Alike {
        let one = |text: &&str| Imported {
            resource: Uuid::nil(),
            corrects: text
                .split_once(':')
                .map(|(of, line)| refused(of.parse().unwrap(), line.parse().unwrap())),
        };
        let of = |(import, occurrence): &(u128, i64)| (refused(*import, 0).import, *occurrence);
        Alike {
            imported: (1..).zip(imported.iter().filter(|text| !text.is_empty()).map(one)).collect(),
            claimed: claimed.iter().copied().collect(),
            of_others: of_others.iter().map(of).collect(),
        }
    }

    fn check(alike: &Alike, corrects: Option<RefusedRow>, expected: Option<i64>) {
        assert_eq!(alike.place(corrects, 5), expected, "{alike:?} {corrects:?}");
    }

    #[test]
    fn a_row_that_was_refused_is_none_that_its_file_has_beside_it() {
        let third = Some(refused(1, 3));
        // Nothing says the same, or what does is not of its file.
        check(&alike(&[], &[], &[]), third, Some(1));
        check(&alike(&["-"], &[], &[]), third, Some(1));
        check(&alike(&["-"], &[], &[(2, 1)]), third, Some(1));
        // Its file has it, and once more.
        check(&alike(&["-"], &[], &[(1, 1)]), third, Some(2));
        check(&alike(&["-", "-"], &[], &[(1, 1)]), third, Some(2));
        check(&alike(&["-", "-", "-"], &[], &[(1, 1), (1, 3)]), third, Some(2));
        // So it would where that one is not there yet, or not any more.
        check(&alike(&[], &[], &[(1, 1)]), third, Some(2));
        // Another row of its file was mended so; one of another file may be the same.
        check(&alike(&["-", "1:4"], &[], &[(1, 1)]), third, Some(3));
        check(&alike(&["-", "2:3"], &[], &[(1, 1)]), third, Some(2));
        // It has come before, wherever that is now.
        check(&alike(&["-", "1:4", "1:3"], &[], &[(1, 1)]), third, Some(3));
        check(&alike(&["1:3"], &[], &[(1, 1)]), third, Some(1));
    }

    #[test]
    fn no_two_rows_of_a_file_are_the_same_one() {
        let third = Some(refused(1, 3));
        check(&alike(&["-"], &[1], &[]), None, Some(2));
        check(&alike(&["-", "-"], &[2], &[]), None, Some(1));
        check(&alike(&["-"], &[1], &[]), third, Some(2));
        check(&alike(&["1:3"], &[1], &[]), third, Some(2));
        check(&alike(&["1:3", "1:3"], &[1], &[]), third, Some(2));
        check(&alike(&[], &[2, 4], &[(1, 1), (1, 3)]), third, Some(5));
    }

    #[test]
    fn beyond_what_is_known_no_place_is_free() {
        let third = Some(refused(1, 3));
        check(&alike(&[], &[1, 2, 3, 4, 5], &[]), None, None);
        check(&alike(&[], &[1, 2], &[(1, 3), (1, 4), (1, 5)]), third, None);
        check(&alike(&["-", "-", "-", "-", "-", "1:3"], &[], &[]), third, Some(6));
    }
}
