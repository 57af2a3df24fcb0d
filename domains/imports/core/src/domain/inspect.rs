//! Whether a file is the CSV it says it is, found out while it passes by: nothing of it is kept but the header and
//! the first rows. What is not CSV is refused with what was found instead.

use super::records::{Position, Record, Records};
use std::collections::BTreeMap;

const PREVIEW_ROWS: usize = 5;
const PREVIEW_CELL_CHARS: usize = 200;
const MAX_COLUMNS: usize = 1_000;
const MAX_NAME_CHARS: usize = 200;
/// Enough to know the signatures below.
const HEAD_BYTES: usize = 8;

/// What other files begin with.
const SIGNATURES: [(&[u8], &str); 14] = [
    (b"PK\x03\x04", "a ZIP archive or a workbook (.xlsx, .ods); save the sheet as CSV"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook (.xls); save the sheet as CSV"),
    (b"\x89PNG", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x1F\x8B", "a gzip archive; unpack it"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"7z\xBC\xAF", "a 7-Zip archive; unpack it"),
    (b"\xFF\xFE", "text in UTF-16; save it as UTF-8"),
    (b"\xFE\xFF", "text in UTF-16; save it as UTF-8"),
    (b"<", "HTML or XML"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
];

/// What was found, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCsv(pub String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub columns: Vec<String>,
    pub preview: Vec<Vec<String>>,
    pub row_count: u64,
    pub size_bytes: u64,
}

#[derive(Debug)]
pub struct Inspector {
    /// The first bytes, until there are enough of them; then the beginning of a character that was cut in two.
    kept: Vec<u8>,
    begun: bool,
    read_bytes: u64,
    records: Records,
    columns: Option<Vec<String>>,
    first_rows: Vec<Record>,
    row_count: u64,
}

impl Default for Inspector {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            begun: false,
            read_bytes: 0,
            records: Records::from(Position::default()),
            columns: None,
            first_rows: Vec::new(),
            row_count: 0,
        }
    }
}

impl Inspector {
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), NotCsv> {
        if self.kept.is_empty() && self.begun {
            return self.read(chunk);
        }
        let mut bytes = std::mem::take(&mut self.kept);
        bytes.extend_from_slice(chunk);
        if !self.begun && bytes.len() < HEAD_BYTES {
            self.kept = bytes;
            return Ok(());
        }
        self.read(&bytes)
    }

    pub fn finish(mut self) -> Result<Sheet, NotCsv> {
        let rest = std::mem::take(&mut self.kept);
        self.read(&rest)?;
        if !self.kept.is_empty() {
            return Err(NotCsv(format!("a character is cut off at the end, at byte {}", self.read_bytes)));
        }
        self.records.end();
        self.take_records()?;
        let size_bytes = self.read_bytes;
        let Some(columns) = self.columns else {
            return Err(NotCsv("it has no header: there is no line in it".to_owned()));
        };
        let row_count = self.row_count;
        let preview = preview(&columns, self.first_rows)?;
        Ok(Sheet { columns, preview, row_count, size_bytes })
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), NotCsv> {
        if !self.begun {
            self.begun = true;
            if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
                return Err(NotCsv(format!("it is {what}")));
            }
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let at = self.read_bytes + at as u64;
            return Err(NotCsv(format!("there is a NUL at byte {at}, so it is not text")));
        }
        let whole = self.check_utf8(bytes)?;
        self.kept = bytes[whole..].to_vec();
        self.read_bytes += whole as u64;
        self.records.push(&bytes[..whole]);
        self.take_records()
    }

    /// How many of the bytes are whole characters.
    fn check_utf8(&self, bytes: &[u8]) -> Result<usize, NotCsv> {
        let Err(error) = std::str::from_utf8(bytes) else { return Ok(bytes.len()) };
        let valid = error.valid_up_to();
        if error.error_len().is_none() {
            return Ok(valid);
        }
        let (at, byte) = (self.read_bytes + valid as u64, bytes[valid]);
        Err(NotCsv(format!("the byte 0x{byte:02X} at byte {at} is not UTF-8; save the file as UTF-8")))
    }

    fn take_records(&mut self) -> Result<(), NotCsv> {
        for record in self.records.by_ref() {
            if self.columns.is_none() {
                self.columns = Some(header(record)?);
                continue;
            }
            self.row_count += 1;
            if self.first_rows.len() < PREVIEW_ROWS {
                self.first_rows.push(record);
            }
        }
        Ok(())
    }
}

fn header(record: Record) -> Result<Vec<String>, NotCsv> {
    let line = record.line;
    let cells = record
        .cells
        .map_err(|broken| NotCsv(format!("its header in line {line} cannot be read: {}", broken.detail)))?;
    let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    if let [only] = names.as_slice() {
        check_delimiter(only)?;
    }
    if names.len() > MAX_COLUMNS {
        return Err(NotCsv(format!("its header has {} columns, more than {MAX_COLUMNS}", names.len())));
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
    if faults.is_empty() { Ok(names) } else { Err(NotCsv(faults.join("; "))) }
}

fn check_delimiter(header: &str) -> Result<(), NotCsv> {
    for (delimiter, name) in [(';', "semicolons"), ('\t', "tabs")] {
        if header.contains(delimiter) {
            return Err(NotCsv(format!("its columns are separated by {name}; save it with commas")));
        }
    }
    Ok(())
}

/// Single rows may be broken, and are refused when they are imported; where all are, it is no table.
fn preview(columns: &[String], rows: Vec<Record>) -> Result<Vec<Vec<String>>, NotCsv> {
    let fits = |record: &Record| record.cells.as_ref().is_ok_and(|cells| cells.len() == columns.len());
    if let Some(first) = rows.first()
        && !rows.iter().any(fits)
    {
        let width = first.cells.as_ref().map_or(0, Vec::len);
        return Err(NotCsv(format!(
            "its header has {} columns, and none of its first rows has (line {} has {width})",
            columns.len(),
            first.line
        )));
    }
    let short = |cell: String| cell.chars().take(PREVIEW_CELL_CHARS).collect();
    let readable = rows.into_iter().filter_map(|record| record.cells.ok());
    Ok(readable.map(|cells| cells.into_iter().map(short).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspect(bytes: &[u8], chunk_bytes: usize) -> Result<Sheet, NotCsv> {
        let mut inspector = Inspector::default();
        bytes.chunks(chunk_bytes).try_for_each(|chunk| inspector.push(chunk))?;
        inspector.finish()
    }

    #[test]
    fn what_is_csv_is_described() {
        fn check(text: &str, columns: &[&str], rows: u64, last_preview: &[&str]) {
            for chunk_bytes in [1, 3, 11, text.len()] {
                let sheet = inspect(text.as_bytes(), chunk_bytes).unwrap();
                assert_eq!(sheet.columns, columns, "{text:?}");
                assert_eq!((sheet.row_count, sheet.size_bytes), (rows, text.len() as u64), "{text:?}");
                assert_eq!(sheet.preview.last().map_or(&[][..], Vec::as_slice), last_preview, "{text:?}");
            }
        }
        check("a,b\n", &["a", "b"], 0, &[]);
        check("a", &["a"], 0, &[]);
        check("\u{FEFF}sku, name \n1,Käse\n", &["sku", "name"], 1, &["1", "Käse"]);
        check("a,b\n1,2\n3\n4,\"5\n", &["a", "b"], 3, &["3"]);
        check("a\n1\n2\n3\n4\n5\n6\n7\n", &["a"], 7, &["5"]);
    }

    #[test]
    fn what_is_not_csv_is_told_what_it_is() {
        fn check(bytes: &[u8], fragment: &str) {
            for chunk_bytes in [1, 5, bytes.len().max(1)] {
                let NotCsv(found) = inspect(bytes, chunk_bytes).unwrap_err();
                assert!(found.contains(fragment), "{found:?} does not say {fragment:?}");
            }
        }
        check(b"", "no header");
        check(b"\n\n\r\n", "no header");
        check(b"PK\x03\x04\x14\x00\x06\x00", "ZIP archive");
        check(b"\x89PNG\r\n\x1a\n", "PNG");
        check(b"%PDF-1.7\n", "PDF");
        check(b"\xFF\xFEa\0,\0b\0", "UTF-16");
        check(b"<html><body>", "HTML");
        check(b"{\"a\": 1}", "JSON");
        check(b"a,b\n1,\0\n", "NUL at byte 6");
        check(b"name\nK\xE4se und mehr\n", "the byte 0xE4 at byte 6 is not UTF-8");
        check(b"name,x\nK\xC3", "cut off at the end, at byte 8");
        check(b"a;b;c\n1;2;3\n", "separated by semicolons");
        check(b"a\tb\tc\n1\t2\t3\n", "separated by tabs");
        check(b"a,,c\n1,2,3\n", "column 2 of its header has no name");
        check(b"a,b,a,b\n1,2,3,4\n", "columns 1 and 3 are both named `a`; columns 2 and 4");
        check(b"Dear Sir\nI write to you, as you see,\nwith commas, many,\n", "none of its first rows");
        check(b"\"a,b\n1,2\n", "header in line 1 cannot be read");
    }
}
