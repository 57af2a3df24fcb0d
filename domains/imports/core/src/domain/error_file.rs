//! The rows that were refused, as a file to fix and upload again: written as the one they came in, with what is wrong
//! in a column more. A row that was malformed stays so until somebody has mended it. Cells are as the file had them, with
//! what guards them; only the column that is added could be a formula of ours.

use super::dialect::{Delimiter, Dialect, TextEncoding, Units};
use super::mapping::Mapping;
use super::records::Record;
use super::row::{Fault, RowResult};
use super::upload::{Source, Upload};
use csv::{Terminator, WriterBuilder};

const COLUMN: &str = "error";
const MAX_ERROR_CHARS: usize = 2_000;

/// Workbooks are told as CSV that a spreadsheet opens as it is meant: in UTF-8 with a mark.
const OF_WORKBOOKS: Dialect = Dialect { delimiter: Delimiter::Comma, encoding: TextEncoding::UTF_8 };

pub struct ErrorFile {
    dialect: Dialect,
    is_marked: bool,
    width: usize,
    /// Of a file that was such a one: its column is written anew.
    replaced: Option<usize>,
    header: Vec<String>,
}

impl ErrorFile {
    pub fn of(upload: &Upload, mapping: &Mapping) -> Self {
        let (dialect, is_marked) = match &upload.layout.source {
            Source::Csv(dialect) => (*dialect, dialect.encoding.units() != Units::Bytes),
            Source::Sheet(_) => (OF_WORKBOOKS, true),
        };
        let mut header = upload.columns.clone();
        let mut name = COLUMN.to_owned();
        while mapping.uses_column(&name) {
            name.insert_str(0, "import_");
        }
        let replaced = header.iter().position(|column| *column == name);
        if replaced.is_none() {
            header.push(name);
        }
        Self { dialect, is_marked, width: upload.columns.len(), replaced, header }
    }

    pub fn header(&self) -> Result<Vec<u8>, csv::Error> {
        let mut bytes = match self.is_marked {
            true => self.dialect.encoding.byte_order_mark().to_vec(),
            false => Vec::new(),
        };
        bytes.extend(self.record(&self.header)?);
        Ok(bytes)
    }

    pub fn row(&self, record: Record, result: &RowResult) -> Result<Vec<u8>, csv::Error> {
        let error = told(result);
        let (mut cells, is_whole) = match record.cells {
            Ok(cells) if cells.len() == self.width => (cells, true),
            Ok(cells) => (cells, false),
            Err(unreadable) => (vec![unreadable.text], false),
        };
        match self.replaced.filter(|_| is_whole).and_then(|index| cells.get_mut(index)) {
            Some(cell) => *cell = error,
            None => cells.push(error),
        }
        if !is_whole && cells.len() == self.header.len() {
            cells.push(String::new());
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

/// Begins with a word, so that no spreadsheet takes it for a formula.
fn told(result: &RowResult) -> String {
    let fault = |fault: &Fault| match fault.column.as_ref().or(fault.field.as_ref()) {
        Some(name) => format!("{name} {}", fault.detail),
        None => fault.detail.clone(),
    };
    let faults: Vec<_> = result.faults.iter().map(fault).collect();
    let text = format!("line {}: {}", result.line, faults.join("; "));
    text.chars().take(MAX_ERROR_CHARS).collect()
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
            version: 1,
            created_at: DateTime::default(),
            updated_at: DateTime::default(),
        }
    }

    fn refused(record: &Record) -> RowResult {
        let detail = "must be \"less\"".to_owned();
        let (field, rule) = (Some("unit_cost".to_owned()), "not_less".to_owned());
        let fault = Fault { column: Some("b".to_owned()), field, value: None, rule, detail };
        RowResult {
            run: ImportRunId::from_uuid(Uuid::nil()),
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
        let file = ErrorFile::of(&upload(columns, dialect), &mapping);
        let mut records = Records::of(Position::default(), dialect);
        records.push(&encoding.encode(text));
        records.end();
        let mut found = file.header().unwrap();
        for record in records.skip(1) {
            let result = refused(&record);
            found.extend(file.row(record, &result).unwrap());
        }
        let mut wanted = match encoding.units() {
            Units::Bytes => Vec::new(),
            _ => encoding.byte_order_mark().to_vec(),
        };
        wanted.extend(encoding.encode(&expected.replace('\n', "\r\n")));
        assert_eq!(encoding.decode_lossy(&found), encoding.decode_lossy(&wanted));
    }

    #[test]
    fn a_refused_row_comes_back_as_it_came() {
        let why = |line| format!("\"line {line}: b must be \"\"less\"\"\"");
        for encoding in ["utf-8", "windows-1252", "utf-16le"] {
            let expected = format!("a;b;error\nä;\"1;5\";{}\n", why(2));
            check("a;b\nä;\"1;5\"\n", &["a", "b"], "b", encoding, &expected);
        }
        // Told again where it is told already, unless the file means something of its own by that name.
        check("a;error\n1;old\n", &["a", "error"], "a", "utf-8", &format!("a;error\n1;{}\n", why(2)));
        let expected = format!("a;error;import_error\n1;old;{}\n", why(2));
        check("a;error\n1;old\n", &["a", "error"], "error", "utf-8", &expected);
    }

    #[test]
    fn what_a_fault_quotes_stays_in_its_cell() {
        let dialect = Dialect::RFC_4180;
        let mapping = Mapping([("f".to_owned(), Mapped::Column("a".to_owned()))].into());
        let file = ErrorFile::of(&upload(&["a", "b"], dialect), &mapping);
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
        let why = "line 2: =b is not \"=1\",=cmd|' /C calc'!A0\r\n=2";
        assert_eq!(told, [vec!["a", "b", "error"], vec!["'=1", "=2", why]]);
    }

    #[test]
    fn what_was_malformed_stays_so() {
        let why = |line| format!("\"line {line}: b must be \"\"less\"\"\"");
        let expected = format!("a;b;error\n1;{}\n1;2;3;{}\n", why(2), why(3));
        check("a;b\n1\n1;2;3\n", &["a", "b"], "b", "utf-8", &expected);
        let expected = format!("a;b;error\n1;2;{};\n", why(2));
        check("a;b;error\n1;2\n", &["a", "b", "error"], "b", "utf-8", &expected);
    }
}
