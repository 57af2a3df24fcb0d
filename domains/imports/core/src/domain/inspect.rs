//! Whether a file is the CSV it says it is, found out while it passes by: nothing of it is kept but the first rows.
//! What is not CSV is refused with what was found instead. Its dialect is detected here where none was declared: the
//! delimiter in the first 64 KiB, the encoding in all of it, since one byte at the end can tell it.

use super::dialect::detect_delimiter;
use super::dialect::{
    BadText, Check, DETECTED_IN_BYTES, Declared, Delimiter, Dialect, Guess, TextEncoding, Units,
};
use super::records::{Cut, Position, Record, Records};
use super::table::{PREVIEW_ROWS, Table};
use std::collections::BTreeMap;

/// What other files begin with.
const SIGNATURES: [(&[u8], &str); 12] = [
    (
        b"PK\x03\x04",
        "a ZIP archive or a workbook (.xlsx, .ods); send a workbook under its own name and media type",
    ),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook (.xls); save it as .xlsx, or the sheet as CSV"),
    (b"\x89PNG", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x1F\x8B", "a gzip archive; unpack it"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"7z\xBC\xAF", "a 7-Zip archive; unpack it"),
    (b"<", "HTML or XML"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
];

/// What was found, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCsv(pub String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    pub dialect: Dialect,
    pub table: Table,
    pub size_bytes: u64,
}

pub struct Inspector {
    declared: Declared,
    /// The first bytes, until there are enough of them to detect a delimiter in.
    head: Vec<u8>,
    body: Option<Body>,
}

impl Inspector {
    pub fn of(declared: Declared) -> Self {
        Self { declared, head: Vec::new(), body: None }
    }

    pub fn push(&mut self, chunk: &[u8]) -> Result<(), NotCsv> {
        if let Some(body) = &mut self.body {
            return body.read(chunk);
        }
        self.head.extend_from_slice(chunk);
        if self.head.len() < DETECTED_IN_BYTES {
            return Ok(());
        }
        let head = std::mem::take(&mut self.head);
        self.body.insert(Body::begin(&head, self.declared, false)?).read(&head)
    }

    pub fn finish(self) -> Result<Csv, NotCsv> {
        let body = match self.body {
            Some(body) => body,
            None => {
                let mut body = Body::begin(&self.head, self.declared, true)?;
                body.read(&self.head)?;
                body
            }
        };
        body.finish()
    }
}

/// How the text is checked as it passes by.
enum Text {
    Utf8 {
        /// The beginning of a character that was cut in two.
        kept: Vec<u8>,
        /// A longer character was seen, so it is meant to be UTF-8.
        beyond_ascii: bool,
        /// What else it may be, where none was declared.
        guess: Option<Guess>,
    },
    Declared(Check),
    Guessed(Guess),
}

struct Body {
    delimiter_declared: bool,
    header_row: u64,
    dialect: Dialect,
    text: Text,
    read_bytes: u64,
    records: Records,
    /// The header and the rows of the preview, undecoded.
    first: Vec<First>,
    record_count: u64,
}

struct First {
    line: u64,
    cut_off: bool,
    body: Result<Vec<u8>, Record>,
}

impl Body {
    fn begin(head: &[u8], declared: Declared, whole: bool) -> Result<Self, NotCsv> {
        if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
            return Err(NotCsv(format!("it is {what}")));
        }
        let mark = TextEncoding::of_mark(head);
        if let (Some(mark), Some(encoding)) = (mark, declared.encoding)
            && mark != encoding
        {
            let (mark, encoding) = (mark.name(), encoding.name());
            return Err(NotCsv(format!("it is text in {mark}, not in {encoding}; save it as {encoding}")));
        }
        let known = mark.or(declared.encoding);
        let encoding = known.unwrap_or(TextEncoding::UTF_8);
        let header_row = declared.header_row.unwrap_or(1);
        let detected = || {
            // Each byte alone is a character where the encoding is still to be found out.
            let is_utf_8 = |error: std::str::Utf8Error| error.error_len().is_none();
            let unknown = known.is_none() && !std::str::from_utf8(head).map_or_else(is_utf_8, |_| true);
            let encoding = if unknown { TextEncoding::WESTERN } else { encoding };
            detect_delimiter(head, encoding, header_row, whole)
        };
        let delimiter = declared.delimiter.unwrap_or_else(detected);
        let dialect = Dialect { delimiter, encoding }.check().map_err(|error| NotCsv(error.to_string()))?;
        let text = match known {
            Some(encoding) if encoding != TextEncoding::UTF_8 => Text::Declared(Check::of(encoding)),
            known => {
                let guess = known.is_none().then(Guess::default);
                Text::Utf8 { kept: Vec::new(), beyond_ascii: false, guess }
            }
        };
        Ok(Self {
            delimiter_declared: declared.delimiter.is_some(),
            header_row,
            dialect,
            text,
            read_bytes: 0,
            records: Records::of(Position::default(), dialect),
            first: Vec::new(),
            record_count: 0,
        })
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), NotCsv> {
        if self.dialect.encoding.units() == Units::Bytes
            && let Some(at) = bytes.iter().position(|byte| *byte == 0)
        {
            return Err(nul(self.read_bytes + at as u64));
        }
        self.check_text(bytes)?;
        self.read_bytes += bytes.len() as u64;
        self.records.push(bytes);
        self.take_records();
        Ok(())
    }

    fn check_text(&mut self, bytes: &[u8]) -> Result<(), NotCsv> {
        let encoding = self.dialect.encoding;
        match &mut self.text {
            Text::Declared(check) => check.read(bytes, false).map_err(|bad| not_text(bad, encoding)),
            Text::Guessed(guess) => {
                guess.read(bytes, false);
                Ok(())
            }
            Text::Utf8 { kept, beyond_ascii, guess } => {
                if let Some(guess) = guess {
                    guess.read(bytes, false);
                }
                let begun = self.read_bytes - kept.len() as u64;
                let checked = match check_utf8(kept, beyond_ascii, begun, bytes) {
                    Err(_) if !*beyond_ascii && guess.is_some() => Ok(false),
                    checked => checked.map(|()| true),
                };
                if !checked? && let Some(guess) = guess.take() {
                    self.text = Text::Guessed(guess);
                }
                Ok(())
            }
        }
    }

    fn take_records(&mut self) {
        while let Some(cut) = self.records.cut() {
            if cut.line < self.header_row {
                continue;
            }
            self.record_count += 1;
            if self.first.len() <= PREVIEW_ROWS {
                let cut_off = cut.is_cut_off();
                let Cut { line, bytes, end, body } = cut;
                let body = match body {
                    Ok(body) => Ok(self.records.body(&body).to_vec()),
                    Err(unreadable) => {
                        let (cells, errors) = (Err(unreadable), BTreeMap::new());
                        Err(Record { line, bytes, end, cells, errors, cut_off })
                    }
                };
                self.first.push(First { line, cut_off, body });
            }
        }
    }

    fn finish(mut self) -> Result<Csv, NotCsv> {
        self.finish_text()?;
        self.records.end();
        self.take_records();
        let dialect = self.dialect.check().map_err(|error| NotCsv(error.to_string()))?;
        let mut first =
            std::mem::take(&mut self.first).into_iter().filter_map(|first| decoded(first, dialect));
        let Some(head) = first.next() else {
            return Err(NotCsv(match self.header_row {
                1 => "it has no header: there is no line in it".to_owned(),
                row => format!("it has no header: there is nothing in line {row} or below it"),
            }));
        };
        if let (Ok([only]), true) = (head.cells.as_deref(), self.delimiter_declared) {
            check_delimiter(only, dialect.delimiter)?;
        }
        let row_count = self.record_count.saturating_sub(1);
        let table = Table::of(head, first.collect(), row_count).map_err(NotCsv)?;
        Ok(Csv { dialect, table, size_bytes: self.read_bytes })
    }

    fn finish_text(&mut self) -> Result<(), NotCsv> {
        let encoding = self.dialect.encoding;
        match &mut self.text {
            Text::Declared(check) => check.read(&[], true).map_err(|bad| not_text(bad, encoding)),
            Text::Utf8 { kept, beyond_ascii: false, guess: Some(guess) } if !kept.is_empty() => {
                guess.read(&[], true);
                self.dialect.encoding = guess.encoding();
                Ok(())
            }
            Text::Utf8 { kept, .. } if !kept.is_empty() => {
                let at = self.read_bytes - kept.len() as u64;
                Err(NotCsv(format!("a character is cut off at the end, at byte {at}")))
            }
            Text::Utf8 { .. } => Ok(()),
            Text::Guessed(guess) => {
                guess.read(&[], true);
                self.dialect.encoding = guess.encoding();
                Ok(())
            }
        }
    }
}

fn decoded(first: First, dialect: Dialect) -> Option<Record> {
    match first.body {
        Err(broken) => Some(broken),
        Ok(body) => {
            // Not at the file's beginning, where a byte order mark would be looked for.
            let mut records = Records::of(Position { byte: 2, line: first.line }, dialect);
            records.push(&body);
            records.end();
            records.next().map(|record| Record { cut_off: first.cut_off, ..record })
        }
    }
}

/// `begun` is where the bytes begin that were kept of the chunk before.
fn check_utf8(kept: &mut Vec<u8>, beyond_ascii: &mut bool, begun: u64, chunk: &[u8]) -> Result<(), NotCsv> {
    let joined: Vec<u8>;
    let bytes = if kept.is_empty() {
        chunk
    } else {
        joined = [std::mem::take(kept).as_slice(), chunk].concat();
        &joined
    };
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) => {
            let valid = error.valid_up_to();
            *beyond_ascii |= !bytes[..valid].is_ascii();
            if error.error_len().is_some() {
                let (at, byte) = (begun + valid as u64, bytes[valid]);
                return Err(NotCsv(format!(
                    "the byte 0x{byte:02X} at byte {at} is not UTF-8; declare its encoding, or save the file as UTF-8"
                )));
            }
            valid
        }
    };
    *beyond_ascii |= !bytes[..valid].is_ascii();
    *kept = bytes[valid..].to_vec();
    Ok(())
}

fn nul(at: u64) -> NotCsv {
    NotCsv(format!("there is a NUL at byte {at}, so it is not text; if it is UTF-16, declare that encoding"))
}

fn not_text(bad: BadText, encoding: TextEncoding) -> NotCsv {
    match bad {
        BadText::Nul { at } => NotCsv(format!("there is a NUL after byte {at}, so it is not text")),
        BadText::Malformed { at } => {
            let name = encoding.name();
            NotCsv(format!("what is at byte {at} is not {name}; save the file as UTF-8"))
        }
    }
}

fn check_delimiter(header: &str, declared: Delimiter) -> Result<(), NotCsv> {
    for other in [Delimiter::Semicolon, Delimiter::Tab, Delimiter::Comma] {
        if other != declared && header.contains(char::from(other.byte())) {
            let (other, declared) = (other.plural(), declared.plural());
            return Err(NotCsv(format!(
                "its columns are separated by {other}, not by {declared}; declare that, or save it with {declared}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::records::MAX_RECORD_BYTES;
    use super::super::table::MAX_COLUMNS;
    use super::*;

    fn inspect(bytes: &[u8], chunk_bytes: usize) -> Result<Csv, NotCsv> {
        let (delimiter, encoding) = (Some(Delimiter::Comma), Some(TextEncoding::UTF_8));
        let mut inspector = Inspector::of(Declared { delimiter, encoding, header_row: None });
        bytes.chunks(chunk_bytes).try_for_each(|chunk| inspector.push(chunk))?;
        inspector.finish()
    }

    #[test]
    fn what_is_csv_is_described() {
        fn check(text: &str, columns: &[&str], rows: u64, last_preview: &[&str]) {
            for chunk_bytes in [1, 3, 11, text.len()] {
                let Csv { table, size_bytes, .. } = inspect(text.as_bytes(), chunk_bytes).unwrap();
                assert_eq!(table.columns, columns, "{text:?}");
                assert_eq!((table.row_count, size_bytes), (rows, text.len() as u64), "{text:?}");
                assert_eq!(table.preview.last().map_or(&[][..], Vec::as_slice), last_preview, "{text:?}");
            }
        }
        check("a,b\n", &["a", "b"], 0, &[]);
        check("a", &["a"], 0, &[]);
        check("\u{FEFF}sku, name \n1,Käse\n", &["sku", "name"], 1, &["1", "Käse"]);
        check("a,b\n1,2\n3\n4,\"5\n", &["a", "b"], 3, &["3"]);
        check("a\n1\n2\n3\n4\n5\n6\n7\n", &["a"], 7, &["5"]);
    }

    #[test]
    fn a_dialect_that_is_not_declared_is_detected() {
        fn check(bytes: &[u8], dialect: (&str, &str), columns: &[&str], last_preview: &[&str]) {
            for chunk_bytes in [1, 3, 64 * 1_024 + 1] {
                let mut inspector = Inspector::of(Declared::default());
                bytes.chunks(chunk_bytes).try_for_each(|chunk| inspector.push(chunk)).unwrap();
                let csv = inspector.finish().unwrap();
                let found = (csv.dialect.delimiter.name(), csv.dialect.encoding.name());
                assert_eq!(found, dialect, "{columns:?} by {chunk_bytes}");
                assert_eq!(csv.table.columns, columns);
                assert_eq!(csv.table.preview.last().map_or(&[][..], Vec::as_slice), last_preview);
                assert_eq!(csv.size_bytes, bytes.len() as u64);
            }
        }
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        check("a;b\r1;ä\r".as_bytes(), ("semicolon", "UTF-8"), &["a", "b"], &["1", "ä"]);
        check(&utf_16("\u{FEFF}a\tb\n1\tä\n"), ("tab", "UTF-16LE"), &["a", "b"], &["1", "ä"]);
        let german = b"name,price\nK\xE4se f\xFCr die gro\xDFe B\xE4ckerei,1\nBr\xF6tchen,2\n";
        check(german, ("comma", "windows-1252"), &["name", "price"], &["Brötchen", "2"]);
        let header = b"Gr\xF6\xDFe;K\xE4se f\xFCr die B\xE4ckerei\n1;2\n";
        check(header, ("semicolon", "windows-1252"), &["Größe", "Käse für die Bäckerei"], &["1", "2"]);
        // Only the last of many bytes tells that it is not UTF-8.
        let late =
            [b"a|b\n".as_slice(), &b"1|2\n".repeat(20_000), b"K\xE4se f\xFCr die gro\xDFe B\xE4ckerei|1\n"]
                .concat();
        check(&late, ("pipe", "windows-1252"), &["a", "b"], &["1", "2"]);
    }

    #[test]
    fn what_is_above_the_header_is_not_read() {
        let text = b"Stock, of all, places\n\n\"of\ntoday\"\na;b\n1;2\n";
        let inspect = |header_row| {
            let mut inspector = Inspector::of(Declared { header_row, ..Declared::default() });
            inspector.push(text)?;
            inspector.finish()
        };
        let table = inspect(Some(4)).unwrap().table;
        assert_eq!((table.header_row, table.row_count), (5, 1));
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.preview, [["1", "2"]]);
        let NotCsv(found) = inspect(Some(7)).unwrap_err();
        assert!(found.contains("nothing in line 7"), "{found}");
    }

    /// An upload is shown with its preview each time it is asked for.
    #[test]
    fn what_is_shown_is_no_wider_than_the_header() {
        let long = "x".repeat(1_000);
        let wide = ",".repeat(MAX_RECORD_BYTES - 1);
        let text = format!("a,b\n1,2,3,4\n{wide}\n1,{long}\n{}\n5\n6,7\n", ",".repeat(900));
        let table = inspect(text.as_bytes(), 64 * 1_024).unwrap().table;
        assert_eq!(table.row_count, 6);
        assert_eq!(table.preview, [vec!["1", "2"], vec!["1", &long[..200]], vec!["", ""], vec!["5"]]);
        for header in [vec!["a"; MAX_COLUMNS + 1].join(","), wide] {
            let NotCsv(found) = inspect(format!("{header}\n1,2\n").as_bytes(), 64 * 1_024).unwrap_err();
            assert!(found.contains("more than 1,000 columns"), "{found}");
        }
    }

    #[test]
    fn what_speaks_against_what_was_declared_is_refused() {
        fn check(bytes: &[u8], encoding: Option<&str>, fragment: &str) {
            let encoding = encoding.map(|label| TextEncoding::parse(label).unwrap());
            let mut inspector = Inspector::of(Declared { encoding, ..Declared::default() });
            let pushed = inspector.push(bytes);
            let NotCsv(found) = pushed.and_then(|()| inspector.finish().map(|_| ())).unwrap_err();
            assert!(found.contains(fragment), "{found:?} does not say {fragment:?}");
        }
        check(b"\xEF\xBB\xBFa,b\n1,2\n", Some("windows-1252"), "text in UTF-8, not in windows-1252");
        check(b"a\0,\0b\0\n", Some("utf-16le"), "is not UTF-16LE");
        check(b"a,b\n\xC3\xA4,\xE4,\n", None, "the byte 0xE4 at byte 7 is not UTF-8");
        check(b"a\0,\0b\0", None, "NUL at byte 1");
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
