//! The rows that were refused, as a file to fix and upload again: written as the one they came in, with two columns
//! more: what is wrong, and which row it was. A row that was malformed stays so until somebody has mended it. Cells
//! are as the file had them, but for those that a spreadsheet would compute, which are guarded as an export guards
//! them.

use super::cell_error;
use super::dialect::{Delimiter, Dialect, TextEncoding, Units};
use super::guard::{guarded, meant, rewritten};
use super::mapping::Mapping;
use super::mark;
use super::records::Record;
use super::row::{Fault, RowResult};
use super::upload::{Source, Upload};
use csv::{Terminator, WriterBuilder};
use module::{FieldKind, IMPORT_ROW};

const ERROR: &str = "error";
const MAX_ERROR_CHARS: usize = 2_000;

/// Workbooks are told as CSV that a spreadsheet opens as it is meant: in UTF-8 with a mark.
const OF_WORKBOOKS: Dialect = Dialect { delimiter: Delimiter::Comma, encoding: TextEncoding::UTF_8 };

pub struct ErrorFile {
    dialect: Dialect,
    is_marked: bool,
    width: usize,
    header: Vec<String>,
    /// Where it says what is wrong. A file that was such a one has it, and it is written anew.
    error: usize,
    /// Where it says which row it was. It goes on to say so of a row that came with it.
    mark: usize,
}

impl ErrorFile {
    /// `is_marked`: the upload begins with a byte order mark.
    pub fn of(upload: &Upload, mapping: &Mapping, is_marked: bool) -> Self {
        let (dialect, is_marked) = match &upload.layout.source {
            Source::Csv(dialect) => (*dialect, is_marked || dialect.encoding.units() != Units::Bytes),
            Source::Sheet(_) => (OF_WORKBOOKS, true),
        };
        let mut header = upload.columns.clone();
        let error = find_or_add(&mut header, mark::column(mapping, ERROR));
        let mark = find_or_add(&mut header, mark::column(mapping, IMPORT_ROW));
        let header = header.iter().map(|name| rewritten(name).into_owned()).collect();
        Self { dialect, is_marked, width: upload.columns.len(), header, error, mark }
    }

    pub fn header(&self) -> Result<Vec<u8>, csv::Error> {
        let mut bytes = match self.is_marked {
            true => self.dialect.encoding.byte_order_mark().to_vec(),
            false => Vec::new(),
        };
        bytes.extend(self.record(&self.header)?);
        Ok(bytes)
    }

    pub fn row(&self, mut record: Record, result: &RowResult) -> Result<Vec<u8>, csv::Error> {
        let (error, mark) = (told(result), mark::text(result.run, result.line));
        let is_whole = record.fit(self.width);
        let cells = record.cells.unwrap_or_else(|unreadable| vec![unreadable.text]);
        let mut cells: Vec<String> = cells.iter().map(|cell| rewritten(cell).into_owned()).collect();
        for at in record.errors.keys() {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = cell_error::written(cell).to_owned();
            }
        }
        if is_whole {
            cells.resize(self.header.len(), String::new());
            if let Some(cell) = cells.get_mut(self.error) {
                *cell = error;
            }
            if let Some(cell) = cells.get_mut(self.mark).filter(|cell| mark::parse(&meant(cell)).is_none()) {
                *cell = mark;
            }
        } else {
            // What is beyond the header keeps it from being taken for a row.
            cells.resize(cells.len().max(self.header.len() - 1), String::new());
            cells.extend([error, mark]);
        }
        self.record(&cells)
    }

    fn record(&self, cells: &[String]) -> Result<Vec<u8>, csv::Error> {
        let mut builder = WriterBuilder::new();
        builder.delimiter(self.dialect.delimiter.byte()).terminator(Terminator::CRLF).flexible(true);
        let mut writer = builder.from_writer(Vec::new());
        writer.write_record(cells)?;
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(self.dialect.encoding.encode(&text))
    }
}

fn find_or_add(header: &mut Vec<String>, name: String) -> usize {
    let found = header.iter().position(|column| *column == name);
    found.unwrap_or_else(|| {
        header.push(name);
        header.len() - 1
    })
}

/// Begins with a word; what is quoted in it is guarded.
fn told(result: &RowResult) -> String {
    let fault = |fault: &Fault| match fault.column.as_ref().or(fault.field.as_ref()) {
        Some(name) => format!("{name} {}", fault.detail),
        None => fault.detail.clone(),
    };
    let faults: Vec<_> = result.faults.iter().map(fault).collect();
    let text = format!("line {}: {}", result.line, faults.join("; "));
    let text: String = text.chars().take(MAX_ERROR_CHARS).collect();
    guarded(FieldKind::Text, &text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::Source as Mapped;
    use crate::domain::records::{Position, Records};
    use crate::domain::row::Outcome;
    use crate::domain::upload::Layout;
    use chrono::DateTime;
    use imports_contract::{ImportRunId, UploadId};
    use uuid::Uuid;

    fn upload(columns: &[&str], dialect: Dialect) -> Upload {
        Upload {
            id: UploadId::from_uuid(Uuid::nil()),
            file_name: "a.csv".to_owned(),
            layout: Layout { source: Source::Csv(dialect), header_row: 1 },
            size_bytes: 0,
            row_count: 0,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            preview: Vec::new(),
            uploaded_by: None,
            version: 1,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
        }
    }

    const RUN: Uuid = Uuid::nil();

    /// As it is told of a row of this line.
    fn why(line: u64) -> String {
        format!("\"line {line}: b must be \"\"less\"\"\"")
    }

    fn refused(record: &Record) -> RowResult {
        let detail = "must be \"less\"".to_owned();
        let (field, rule) = (Some("unit_cost".to_owned()), "not_less".to_owned());
        let fault = Fault { column: Some("b".to_owned()), field, value: None, rule, detail };
        RowResult {
            run: ImportRunId::from_uuid(RUN),
            line: record.line,
            outcome: Outcome::Refused,
            resource_id: None,
            faults: vec![fault],
        }
    }

    /// The rows of a file, all refused, as they are told.
    fn check(text: &str, columns: &[&str], mapped: &str, encoding: &str, expected: &str) {
        let encoding = TextEncoding::parse(encoding).unwrap();
        let dialect = Dialect { delimiter: Delimiter::Semicolon, encoding };
        let mapping = Mapping([("f".to_owned(), Mapped::Column(mapped.to_owned()))].into());
        let mut records = Records::of(Position::default(), dialect);
        records.push(&encoding.encode(text));
        records.end();
        let _header = records.next();
        let is_marked = records.is_marked();
        let file = ErrorFile::of(&upload(columns, dialect), &mapping, is_marked);
        let mut found = file.header().unwrap();
        for record in records {
            let result = refused(&record);
            found.extend(file.row(record, &result).unwrap());
        }
        let mut wanted = match encoding.units() {
            Units::Bytes if !text.starts_with('\u{FEFF}') => Vec::new(),
            _ => encoding.byte_order_mark().to_vec(),
        };
        wanted.extend(encoding.encode(&expected.replace('\n', "\r\n")));
        assert_eq!(encoding.decode_lossy(&found), encoding.decode_lossy(&wanted));
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_refused_row_comes_back_as_it_came() {
        for encoding in ["utf-8", "windows-1252", "utf-16le"] {
            let expected = format!("a;b;error;import_row\nä;\"1;5\";{};{RUN}:2\n", why(2));
            check("a;b\nä;\"1;5\"\n", &["a", "b"], "b", encoding, &expected);
        }
        let expected = format!("a;b;error;import_row\nä;1;{};{RUN}:2\n", why(2));
        check("\u{FEFF}a;b\nä;1\n", &["a", "b"], "b", "utf-8", &expected);
        // As wide as it is meant.
        let expected = format!("a;b;c;error;import_row\n1;2;;{};{RUN}:2\n", why(2));
        check("a;b;c\n1;2\n", &["a", "b", "c"], "b", "utf-8", &expected);
        // Told again where it is told already, unless the file means something of its own by that name.
        let expected = format!("a;error;import_row\n1;{};{RUN}:2\n", why(2));
        check("a;error\n1;old\n", &["a", "error"], "a", "utf-8", &expected);
        let expected = format!("a;error;import_error;import_row\n1;old;{};{RUN}:2\n", why(2));
        check("a;error\n1;old\n", &["a", "error"], "error", "utf-8", &expected);
    }

    /// Whichever error file it comes back in, it is the row of the first file.
    #[test]
    fn a_row_stays_the_one_that_was_refused_first() {
        let columns = ["import_row", "a", "error"];
        let first = "01890000-0000-7000-8000-000000000000:9";
        let text = format!("import_row;a;error\n{first};1;old\n;1;old\nmine;1;old\n");
        let told = [(first.to_owned(), 2), (format!("{RUN}:3"), 3), (format!("{RUN}:4"), 4)];
        let told = told.map(|(mark, line)| format!("{mark};1;{}\n", why(line))).concat();
        check(&text, &columns, "a", "utf-8", &format!("import_row;a;error\n{told}"));
        let expected = format!("import_row;a;error;import_import_row\nmine;1;{};{RUN}:2\n", why(2));
        check("import_row;a;error\nmine;1;old\n", &columns, "import_row", "utf-8", &expected);
    }

    #[test]
    fn what_would_be_computed_is_guarded_once() {
        let expected = format!(
            "'=a;b;error;import_row\n'=cmd|x;'=1;{};{RUN}:2\n-1.5;'+1;{};{RUN}:3\n'=1;;;{};{RUN}:4\n",
            why(2),
            why(3),
            why(4)
        );
        check("=a;b\n=cmd|x;'=1\n-1.5;+1\n=1\n", &["=a", "b"], "b", "utf-8", &expected);
    }

    #[test]
    fn what_a_fault_quotes_stays_in_its_cell() {
        let dialect = Dialect::RFC_4180;
        let mapping = Mapping([("f".to_owned(), Mapped::Column("a".to_owned()))].into());
        let file = ErrorFile::of(&upload(&["a", "b"], dialect), &mapping, false);
        let mut records = Records::of(Position::default(), dialect);
        records.push(b"a,b\n'=1,=2\n");
        records.end();
        let record = records.nth(1).unwrap();
        let mut result = refused(&record);
        result.faults[0].detail = "is not \"=1\",=cmd|' /C calc'!A0\r\n=2".to_owned();
        result.faults[0].column = Some("=b".to_owned());
        let mut told = Records::of(Position::default(), dialect);
        told.push(&file.header().unwrap());
        told.push(&file.row(record, &result).unwrap());
        told.end();
        let told: Vec<_> = told.map(|record| record.cells.unwrap()).collect();
        let why = "line 2: =b is not \"=1\",'=cmd|' /C calc'!A0\r\n'=2";
        let mark = format!("{RUN}:2");
        assert_eq!(told, [vec!["a", "b", "error", "import_row"], vec!["'=1", "'=2", why, &mark]]);
    }

    #[test]
    fn what_was_malformed_stays_so() {
        let told = |line| format!("{};{RUN}:{line}", why(line));
        let expected = format!("a;b;error;import_row\n1;;;{}\n1;2;3;{}\n", told(2), told(3));
        check("a;b\n1\n1;2;3\n", &["a", "b"], "b", "utf-8", &expected);
        // Nor is it as wide as the header by what is told of it.
        let columns = ["a", "b", "error", "import_row"];
        let expected = format!("a;b;error;import_row\n1;;;{}\n", told(2));
        check("a;b;error;import_row\n1\n", &columns, "b", "utf-8", &expected);
        let expected = format!("a;error;import_row\n\"\"\"1\"\"2\";;{}\n", told(2));
        check("a\n\"1\"2\n", &["a"], "a", "utf-8", &expected);
    }
}
