//! What any file is once it is read: a header of unique names, and rows below it, of which the first are shown.

use super::guard::meant;
use super::records::Record;
use std::collections::BTreeMap;

pub const PREVIEW_ROWS: usize = 5;
const PREVIEW_CELL_CHARS: usize = 200;
/// A record of more cannot be read.
pub const MAX_COLUMNS: usize = 1_000;
const MAX_NAME_CHARS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Where its header is.
    pub header_row: u64,
    pub columns: Vec<String>,
    pub preview: Vec<Vec<String>>,
    /// Without the header.
    pub row_count: u64,
}

impl Table {
    /// Of the header and the first rows below it; what is wrong with them, as a sentence.
    pub fn of(head: Record, rows: Vec<Record>, row_count: u64) -> Result<Self, String> {
        let header_row = head.line;
        let used = rows.iter().filter_map(|record| record.cells.as_deref().ok()).map(used_width).max();
        let columns = columns(head, used.unwrap_or(0))?;
        let preview = preview(&columns, rows)?;
        Ok(Self { header_row, columns, preview, row_count })
    }
}

impl Record {
    /// Whether it is a row under a header of so many columns; it is made as wide. Programs leave out the blank cells at
    /// the end of a row, and write some where a column has no name.
    pub fn fit(&mut self, width: usize) -> bool {
        let Ok(cells) = &mut self.cells else { return false };
        let fits = match cells.get(width..) {
            Some(beyond) => used_width(beyond) == 0,
            // One alone is rather a line of a value that was not quoted, and what a file ends in may lack more.
            None => cells.len() > 1 && !self.cut_off,
        };
        if fits {
            cells.resize(width, String::new());
        }
        fits
    }
}

/// Up to the last that is not blank.
fn used_width(cells: &[String]) -> usize {
    cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1)
}

/// Those at the end that have neither a name nor a value in the `used` width of the rows are none.
fn columns(record: Record, used: usize) -> Result<Vec<String>, String> {
    let line = record.line;
    let unreadable = |why: &str| format!("its header in line {line} cannot be read: {why}");
    let cells = record.cells.map_err(|broken| unreadable(broken.detail))?;
    if let Some(error) = record.errors.values().next() {
        return Err(unreadable(&format!("a cell of it has an error instead of a name ({error})")));
    }
    let mut names: Vec<String> = cells.iter().map(|cell| meant(cell).into_owned()).collect();
    while names.len() > used.max(1) && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    let mut faults = Vec::new();
    let mut seen = BTreeMap::new();
    for (column, name) in (1..).zip(&names) {
        if name.is_empty() {
            faults.push(format!("column {column} of its header has no name"));
        } else if name.chars().count() > MAX_NAME_CHARS {
            faults.push(format!("the name of column {column} is longer than {MAX_NAME_CHARS} characters"));
        } else if let Some(first) = seen.insert(name, column) {
            faults.push(format!("columns {first} and {column} are both named `{name}`"));
        }
    }
    if faults.is_empty() { Ok(names) } else { Err(faults.join("; ")) }
}

/// Single rows may be broken, and are refused when they are imported; where all are, it is no table.
fn preview(columns: &[String], mut rows: Vec<Record>) -> Result<Vec<Vec<String>>, String> {
    let mut any_fits = false;
    for record in &mut rows {
        any_fits |= record.fit(columns.len());
    }
    if let Some(first) = rows.first()
        && !any_fits
    {
        let width = first.cells.as_ref().map_or(0, Vec::len);
        return Err(format!(
            "its header has {} columns, and none of its first rows has (line {} has {width}); if the header is \
             further down, say in which row",
            columns.len(),
            first.line
        ));
    }
    let short = |cell: String| cell.chars().take(PREVIEW_CELL_CHARS).collect();
    let shown = |cells: Vec<String>| cells.into_iter().take(columns.len()).map(short).collect();
    Ok(rows.into_iter().filter_map(|record| record.cells.ok()).map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::super::records::{Position, Records};
    use super::*;

    fn records(text: &str) -> Vec<Record> {
        let mut records = Records::from(Position::default());
        records.push(text.as_bytes());
        records.end();
        records.collect()
    }

    fn owned(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn blank_cells_at_the_end_of_a_row_may_be_left_out_or_be_too_many() {
        fn check(row: &str, expected: Option<&[&str]>) {
            let mut record = records(row).remove(0);
            let fits = record.fit(3);
            let cells = record.cells.unwrap_or_default();
            assert_eq!(fits.then_some(cells), expected.map(owned), "{row:?}");
        }
        check("1,2,3\n", Some(&["1", "2", "3"]));
        check("1,2,3", Some(&["1", "2", "3"]));
        check("1,2\n", Some(&["1", "2", ""]));
        check("1,2,3,, \n", Some(&["1", "2", "3"]));
        check("1,2,3,,4\n", None);
        // Neither a piece of a value, nor what the file was cut off in.
        check("1\n", None);
        check("1,2", None);
        check("1,\"2\n", None);
    }

    #[test]
    fn columns_without_name_and_value_at_the_end_are_none() {
        fn check(text: &str, expected: Result<&[&str], &str>) {
            let mut rows = records(text);
            let table = Table::of(rows.remove(0), rows, 0);
            match expected {
                Ok(columns) => assert_eq!(table.map(|table| table.columns), Ok(owned(columns)), "{text:?}"),
                Err(fragment) => {
                    let error = table.unwrap_err();
                    assert!(error.contains(fragment), "{error:?} does not say {fragment:?}");
                }
            }
        }
        check("a,b,, \n1,2,,\n3,4\n", Ok(&["a", "b"]));
        check("a,b,,\n", Ok(&["a", "b"]));
        check("a,b,,\n1,2,,\n3,4,5,\n", Err("column 3 of its header has no name"));
        check("a,,c\n1,,3\n", Err("column 2 of its header has no name"));
        check(",,\n", Err("column 1 of its header has no name"));
    }
}
