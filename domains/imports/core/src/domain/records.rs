//! Cuts a CSV file (RFC 4180, in any dialect) into records as its bytes arrive. Beside the csv crate because an import
//! must know where each record begins, and because after a broken quote it goes on below it instead of taking the rest
//! of the file for one value. What a record is depends on the bytes alone, not on how they were cut into chunks, so
//! that a resumed import sees the same rows.

use super::dialect::{Dialect, TextEncoding, Units};
use super::scan::{Scan, Taken, line_end, scan};
use super::table::MAX_COLUMNS;
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::Range;

/// A longer record is refused, which bounds the memory.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
const SHOWN_CHARS: usize = 200;
const TOO_WIDE: &str =
    "the row has more than 1,000 columns; quote a value that has the delimiter in it, or leave columns out";

/// Where the next record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub byte: u64,
    /// The file's first line is 1.
    pub line: u64,
}

impl Default for Position {
    fn default() -> Self {
        Self { byte: 0, line: 1 }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub line: u64,
    pub bytes: u64,
    pub end: Position,
    pub cells: Result<Vec<String>, Unreadable>,
    /// By the places of cells that have an error instead of a value: which that is and where it stands.
    pub errors: BTreeMap<usize, String>,
    /// The file ends in it, without a line's end.
    pub cut_off: bool,
}

/// A line that is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub detail: &'static str,
    /// How the line begins.
    pub text: String,
}

/// Gives records for as long as the bytes it was given hold a whole one; blank lines are none.
#[derive(Debug)]
pub struct Records {
    dialect: Dialect,
    buffer: Vec<u8>,
    /// How much of the buffer is used up.
    used: usize,
    at: Position,
    ended: bool,
    /// Look again only when there is this much: a long record is not read anew with each chunk.
    wait_for: usize,
    /// The rest of this line is being dropped.
    refused: Option<Unreadable>,
    refused_bytes: u64,
    /// The file begins with a byte order mark.
    marked: bool,
    cells: Cells,
}

impl Records {
    #[cfg(test)]
    pub fn from(at: Position) -> Self {
        Self::of(at, Dialect::RFC_4180)
    }

    pub fn of(at: Position, dialect: Dialect) -> Self {
        Self {
            dialect,
            buffer: Vec::new(),
            used: 0,
            at,
            ended: false,
            wait_for: 0,
            refused: None,
            refused_bytes: 0,
            marked: false,
            cells: Cells::of(dialect),
        }
    }

    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// Whether a byte order mark was there, once a record is read from the file's beginning.
    pub fn is_marked(&self) -> bool {
        self.marked
    }

    /// There are no more bytes.
    pub fn end(&mut self) {
        self.ended = true;
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.used..).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize, lines: u64) {
        self.used += bytes;
        self.at.byte += bytes as u64;
        self.at.line += lines;
        self.wait_for = 0;
    }

    fn take(&mut self, len: usize, lines: u64, body: Result<Range<usize>, Unreadable>) -> Cut {
        let line = self.at.line;
        self.consume(len, lines);
        Cut { line, bytes: len as u64, end: self.at, body }
    }

    fn unreadable(&self, detail: &'static str) -> Unreadable {
        Unreadable { detail, text: shown(self.rest(), self.dialect.encoding) }
    }

    /// Whether it is known if there is one.
    fn skip_byte_order_mark(&mut self) -> bool {
        let mark = self.dialect.encoding.byte_order_mark();
        if self.at.byte > 0 || mark.is_empty() {
            return true;
        }
        if self.rest().len() < mark.len() && !self.ended {
            return false;
        }
        if self.rest().starts_with(mark) {
            self.marked = true;
            self.consume(mark.len(), 0);
        }
        true
    }

    /// Drops the line that was refused, and the rest of it when more comes.
    fn finish_refused(&mut self, unreadable: Unreadable) -> Option<Cut> {
        let (line, ended, units) = (self.at.line, self.ended, self.dialect.encoding.units());
        let rest = self.rest();
        if let Some(end) = line_end(rest, ended, units) {
            self.consume(end, 1);
            let bytes = std::mem::take(&mut self.refused_bytes) + end as u64;
            return Some(Cut { line, bytes, end: self.at, body: Err(unreadable) });
        }
        // The last unit may be the first half of a line's end.
        let dropped = match units {
            Units::Bytes => rest.len().saturating_sub(1),
            _ => (rest.len() & !1).saturating_sub(2),
        };
        self.consume(dropped, 0);
        self.refused_bytes += dropped as u64;
        self.refused = Some(unreadable);
        None
    }

    /// The next record, undecoded.
    pub fn cut(&mut self) -> Option<Cut> {
        if let Some(unreadable) = self.refused.take() {
            return self.finish_refused(unreadable);
        }
        if !self.skip_byte_order_mark() {
            return None;
        }
        loop {
            let rest = self.rest();
            if rest.is_empty() || (rest.len() < self.wait_for && !self.ended) {
                return None;
            }
            match scan(rest, self.ended, self.dialect) {
                Scan::More => {
                    self.wait_for = (rest.len() * 2).min(MAX_RECORD_BYTES + 1);
                    return None;
                }
                Scan::Record { body: 0, len, lines, .. } => self.consume(len, lines),
                // Not split into cells, each of which takes many times its bytes.
                Scan::Record { len, lines, cells, .. } if cells > MAX_COLUMNS => {
                    let unreadable = self.unreadable(TOO_WIDE);
                    return Some(self.take(len, lines, Err(unreadable)));
                }
                Scan::Record { body, len, lines, .. } => {
                    let body = self.used..self.used + body;
                    return Some(self.take(len, lines, Ok(body)));
                }
                Scan::Broken { detail, taken } => {
                    let unreadable = self.unreadable(detail);
                    return match taken {
                        Some(Taken { len, lines }) => Some(self.take(len, lines, Err(unreadable))),
                        None => self.finish_refused(unreadable),
                    };
                }
            }
        }
    }

    /// What a record was cut from, for as long as no more bytes are pushed.
    pub fn body(&self, cut: &Range<usize>) -> &[u8] {
        self.buffer.get(cut.clone()).unwrap_or_default()
    }
}

/// A record in the bytes of the file.
#[derive(Clone, Debug)]
pub struct Cut {
    pub line: u64,
    pub bytes: u64,
    pub end: Position,
    pub body: Result<Range<usize>, Unreadable>,
}

impl Cut {
    pub fn is_cut_off(&self) -> bool {
        self.body.as_ref().is_ok_and(|body| body.len() as u64 == self.bytes)
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let cut = self.cut()?;
        let cut_off = cut.is_cut_off();
        let Cut { line, bytes, end, body } = cut;
        let cells = match body {
            Ok(body) => self.cells.read(self.buffer.get(body).unwrap_or_default()),
            Err(unreadable) => Err(unreadable),
        };
        Some(Record { line, bytes, end, cells, errors: BTreeMap::new(), cut_off })
    }
}

/// One csv reader for all records: making one costs more than reading a row.
#[derive(Debug)]
struct Cells {
    encoding: TextEncoding,
    reader: Reader<Cursor<Vec<u8>>>,
    record: ByteRecord,
}

impl Cells {
    fn of(dialect: Dialect) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(dialect.delimiter.byte());
        let reader = builder.from_reader(Cursor::default());
        Self { encoding: dialect.encoding, reader, record: ByteRecord::new() }
    }

    fn read(&mut self, body: &[u8]) -> Result<Vec<String>, Unreadable> {
        let encoding = self.encoding;
        let unreadable = |detail| Unreadable { detail, text: shown(body, encoding) };
        let Some(text) = encoding.decode(body) else {
            return Err(unreadable(if encoding == TextEncoding::UTF_8 {
                "the row is not UTF-8"
            } else {
                "the row is not text in the encoding of the file"
            }));
        };
        let input = self.reader.get_mut();
        input.set_position(0);
        input.get_mut().clear();
        input.get_mut().extend_from_slice(text.as_bytes());
        // So that the record is whole before the reader sees an end, after which it would read no more.
        input.get_mut().push(b'\n');
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            _ => return Err(unreadable("the row cannot be read")),
        }
        let cells = self.record.iter().map(|cell| String::from_utf8(cell.to_vec()));
        cells.collect::<Result<_, _>>().map_err(|_| unreadable("the row cannot be read"))
    }
}

fn shown(bytes: &[u8], encoding: TextEncoding) -> String {
    let start = &bytes[..bytes.len().min(SHOWN_CHARS * 4)];
    let line = line_end(start, true, encoding.units()).unwrap_or(start.len());
    let text = encoding.decode_lossy(&start[..line]);
    text.trim_end_matches(['\n', '\r']).chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dialect::Delimiter;

    fn read(bytes: &[u8], chunk_bytes: usize) -> Vec<Record> {
        let mut records = Records::from(Position::default());
        let mut found = Vec::new();
        for chunk in bytes.chunks(chunk_bytes) {
            records.push(chunk);
            found.extend(records.by_ref());
        }
        records.end();
        found.extend(records.by_ref());
        found
    }

    /// Each record as `line: cells`, or `line! beginning of the line`.
    fn check(text: &str, expected: &[&str]) {
        for chunk_bytes in [1, 2, 3, 7, text.len().max(1)] {
            let found = read(text.as_bytes(), chunk_bytes);
            let shown: Vec<String> = found
                .iter()
                .map(|record| match &record.cells {
                    Ok(cells) => format!("{}: {}", record.line, cells.join("|")),
                    Err(unreadable) => format!("{}! {}", record.line, unreadable.text),
                })
                .collect();
            assert_eq!(shown, expected, "{text:?} in chunks of {chunk_bytes}");
            check_resumed(text, &found);
        }
    }

    /// From the end of any record, the rest is the same.
    fn check_resumed(text: &str, found: &[Record]) {
        for (index, record) in found.iter().enumerate() {
            let mut records = Records::from(record.end);
            records.push(&text.as_bytes()[record.end.byte as usize..]);
            records.end();
            let rest: Vec<Record> = records.collect();
            assert_eq!(rest, found[index + 1..], "{text:?} after line {}", record.line);
        }
    }

    #[test]
    fn records_are_cut_where_they_end() {
        check("", &[]);
        check("\n\n", &[]);
        check("a,b\n1,2\n", &["1: a|b", "2: 1|2"]);
        check("a,b\r\n1,2\r\n", &["1: a|b", "2: 1|2"]);
        check("a,b\r1,2\r", &["1: a|b", "2: 1|2"]);
        check("a,b\n1,2", &["1: a|b", "2: 1|2"]);
        check("\u{FEFF}a,b\n1,2", &["1: a|b", "2: 1|2"]);
        check("a\n\n\r\n1\n", &["1: a", "4: 1"]);
        check("a,b\n\"x\ny\",\"1,\"\"2\"\"\"\n3,4\n", &["1: a|b", "2: x\ny|1,\"2\"", "4: 3|4"]);
        check("a,b\n\"x\r\n\r\ny\",2\r\n3,4", &["1: a|b", "2: x\r\n\r\ny|2", "5: 3|4"]);
        check("a\n\"\"\n,\n", &["1: a", "2: ", "3: |"]);
        check("ä,ö\nü,ß\n", &["1: ä|ö", "2: ü|ß"]);
        check("a\n12\" vinyl\n", &["1: a", "2: 12\" vinyl"]);
    }

    /// Any dialect, in chunks of any size and taken up at any record.
    #[test]
    fn dialects_are_cut_by_their_own_bytes() {
        fn check(label: &str, delimiter: Delimiter, bytes: &[u8], expected: &[&str]) {
            let encoding = TextEncoding::parse(label).expect("a known label");
            let dialect = Dialect { delimiter, encoding };
            for chunk_bytes in [1, 2, 3, 5, bytes.len()] {
                let mut records = Records::of(Position::default(), dialect);
                let mut found = Vec::new();
                for chunk in bytes.chunks(chunk_bytes) {
                    records.push(chunk);
                    found.extend(records.by_ref());
                }
                records.end();
                found.extend(records.by_ref());
                let cells = |record: &Record| match &record.cells {
                    Ok(cells) => format!("{}: {}", record.line, cells.join("|")),
                    Err(unreadable) => format!("{}! {}", record.line, unreadable.detail),
                };
                assert_eq!(found.iter().map(cells).collect::<Vec<_>>(), expected, "{label} by {chunk_bytes}");
                for (index, record) in found.iter().enumerate() {
                    let mut records = Records::of(record.end, dialect);
                    records.push(&bytes[record.end.byte as usize..]);
                    records.end();
                    assert_eq!(records.collect::<Vec<_>>(), found[index + 1..], "{label} resumed");
                }
            }
        }
        let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        // U+2C0A and U+0A2C hold the bytes of a comma and of a line's end, and are neither.
        let text = "\u{FEFF}a;ä\r\n\"1\r\n\u{2C0A}\";\u{0A2C}\r\u{1F600};2";
        let cells = ["1: a|ä", "2: 1\r\n\u{2C0A}|\u{0A2C}", "4: \u{1F600}|2"];
        check("utf-16le", Delimiter::Semicolon, &little(text), &cells);
        check("utf-16be", Delimiter::Semicolon, &big(text), &cells);
        let odd = [little("a;b\n1;2"), vec![0x41]].concat();
        let not_text = "2! the row is not text in the encoding of the file";
        check("utf-16le", Delimiter::Semicolon, &odd, &["1: a|b", not_text]);
        check("windows-1252", Delimiter::Tab, b"a\tb\rK\xE4se\t\x80\r", &["1: a|b", "2: Käse|€"]);
        check("iso-8859-15", Delimiter::Pipe, b"a|b\n\xA4|\"x|y\"", &["1: a|b", "2: €|x|y"]);
        // In Shift_JIS the second byte of U+8868 is that of a backslash.
        check("shift_jis", Delimiter::Comma, b"a,b\n\x95\x5C,2\n", &["1: a|b", "2: 表|2"]);
    }

    #[test]
    fn a_broken_line_does_not_take_the_next_with_it() {
        check("a,b\n1,\"x\"y\n2,z\n", &["1: a|b", "2! 1,\"x\"y", "3: 2|z"]);
        check("a,b\n1,\"x\n2,y\n3,z\n", &["1: a|b", "2! 1,\"x", "3: 2|y", "4: 3|z"]);
        check("a,b\n1,\"x\n2,\"y\"\n3,z\n", &["1: a|b", "2! 1,\"x", "3: 2|y", "4: 3|z"]);
        check("a,b\n1,\"x\r\n2,\"y\"\r\n", &["1: a|b", "2! 1,\"x", "3: 2|y"]);
        check("a,b\n1,TV 55\"\n2,y\n", &["1: a|b", "2! 1,TV 55\"", "3: 2|y"]);
        check("a\n\"x", &["1: a", "2! \"x"]);
    }

    /// The lines of a value that a quote in it has broken, of which each would fit the header.
    #[test]
    fn what_is_inside_a_broken_value_is_no_row() {
        let broken = "2! 1,\"x \"y\" z";
        check("a,b\n1,\"x \"y\" z\n2,i\nj\",k\n3,z\n", &["1: a|b", broken, "5: 3|z"]);
        check("a,b\r\n1,\"x \"y\" z\r\n2,i\r\nj\",k\r\n3,z", &["1: a|b", broken, "5: 3|z"]);
        check("a,b\r1,\"x \"y\" z\r2,i\r4,j\"\r3,z", &["1: a|b", broken, "5: 3|z"]);
        check("a,b\n1,\"x \"y\" z\n2,i\n\",k\n3,z\n", &["1: a|b", broken, "5: 3|z"]);
        check("a,b\n1,\"x \"y\" z\n2,12\" i\nj\",k", &["1: a|b", broken]);
        check("a,b\nx\",\"y\n2,i\nz\"\n3,z\n", &["1: a|b", "2! x\",\"y", "5: 3|z"]);
        let twice = "a,b\n1,\"x \"y\" z\n2,i\nj\",\"k\n3,z\nl\"\n4,z\n";
        check(twice, &["1: a|b", broken, "7: 4|z"]);
        // A quote begins below, or none is at a value's border: the lines are rows.
        check("a,b\n1,\"x \"y\" z\n2,i\n\"3\",z\n", &["1: a|b", broken, "3: 2|i", "4: 3|z"]);
        check("a,b\n1,\"x \"y\" z\n2,i\n3,\"\"\n", &["1: a|b", broken, "3: 2|i", "4: 3|"]);
        check("a,b\n1,\"x \"y\" z\n2,12\" i\n", &["1: a|b", broken, "3: 2|12\" i"]);
        check("a,b\n1,\"x \"y\"\n2,i\n3,j\"\n", &["1: a|b", "2! 1,\"x \"y\"", "3: 2|i", "4! 3,j\""]);
        let found = read(b"1,\"x \"y\" z\n2,i\nj\",k\n", 5);
        let detail = found[0].cells.as_ref().unwrap_err().detail;
        assert!(detail.contains("value of several lines"), "{detail}");
    }

    /// A cell takes many times its bytes.
    #[test]
    fn a_record_of_too_many_cells_is_not_split() {
        let (most, wide) = (",".repeat(MAX_COLUMNS - 1), ",".repeat(MAX_COLUMNS));
        let widest = ",".repeat(MAX_RECORD_BYTES - 1);
        let text = format!("{most}\n{wide}\n\"{wide}\",\n{widest}\n\"a\nb\"{wide}\n1,2");
        for encoding in [TextEncoding::UTF_8, TextEncoding::parse("utf-16be").unwrap()] {
            let mut records = Records::of(Position::default(), Dialect { encoding, ..Dialect::RFC_4180 });
            records.push(&encoding.encode(&text));
            records.end();
            let found: Vec<_> = records.collect();
            let shown: Vec<_> =
                found.iter().map(|record| (record.line, record.cells.as_ref().ok().map(Vec::len))).collect();
            let expected =
                [(1, Some(MAX_COLUMNS)), (2, None), (3, Some(2)), (4, None), (5, None), (7, Some(2))];
            assert_eq!(shown, expected, "{}", encoding.name());
            let Err(unreadable) = &found[1].cells else { panic!("it was split") };
            assert!(unreadable.detail.contains("more than 1,000 columns"), "{unreadable:?}");
            assert_eq!(unreadable.text, ",".repeat(SHOWN_CHARS));
        }
    }

    #[test]
    fn a_record_beyond_the_limit_is_refused_and_dropped() {
        let limit = MAX_RECORD_BYTES;
        let (most, long) = ("x".repeat(limit - 1), "y".repeat(limit));
        let text = format!("a\n{most}\n{long}\n\"{long}\n{long}\n{long}\"\n1\r\n{}", &long[1..]);
        for chunk_bytes in [4_096, limit + 1, text.len()] {
            let found = read(text.as_bytes(), chunk_bytes);
            let shown: Vec<_> = found.iter().map(|record| (record.line, record.cells.is_ok())).collect();
            let expected =
                [(1, true), (2, true), (3, false), (4, false), (5, false), (6, false), (7, true), (8, true)];
            assert_eq!(shown, expected, "in chunks of {chunk_bytes}");
            let bytes: u64 = found.iter().map(|record| record.bytes).sum();
            assert_eq!(bytes, text.len() as u64);
        }
    }

    /// Were each line read to the limit anew, this would take hours.
    #[test]
    fn a_file_made_to_be_slow_is_not() {
        for line in [
            "\"a\n",
            "x\",\"y\n",
            "a,\"\"\"\n",
            "\"\",\"\n",
            "\"\"\"\"\"\n",
            "a,\"b \"\" c\n",
            "\"a\" b\n",
            "\",x\"y\n",
        ] {
            let text = line.repeat(2 * MAX_RECORD_BYTES / line.len());
            let bytes: u64 = read(text.as_bytes(), 64 * 1_024).iter().map(|record| record.bytes).sum();
            assert_eq!(bytes, text.len() as u64, "{line:?}");
        }
    }
}
