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
        let columns = columns(head)?;
        let preview = preview(&columns, rows)?;
        Ok(Self { header_row, columns, preview, row_count })
    }
}

fn columns(record: Record) -> Result<Vec<String>, String> {
    let line = record.line;
    let cells = record
        .cells
        .map_err(|broken| format!("its header in line {line} cannot be read: {}", broken.detail))?;
    let names: Vec<String> = cells.iter().map(|cell| meant(cell).to_owned()).collect();
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
fn preview(columns: &[String], rows: Vec<Record>) -> Result<Vec<Vec<String>>, String> {
    let fits = |record: &Record| record.cells.as_ref().is_ok_and(|cells| cells.len() == columns.len());
    if let Some(first) = rows.first()
        && !rows.iter().any(fits)
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
