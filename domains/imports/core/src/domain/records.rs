//! Cuts a CSV file (RFC 4180, commas) into records as its bytes arrive. Beside the csv crate because an import must
//! know where each record begins, and because after a broken quote it goes on with the next line instead of taking
//! the rest of the file for one value. What a record is depends on the bytes alone, not on how they were cut into
//! chunks, so that a resumed import sees the same rows.

use csv::{ByteRecord, Reader, ReaderBuilder};
use std::io::Cursor;

/// A longer record is refused, which bounds the memory.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
const SHOWN_CHARS: usize = 200;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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
    cells: Cells,
}

impl Records {
    pub fn from(at: Position) -> Self {
        Self {
            buffer: Vec::new(),
            used: 0,
            at,
            ended: false,
            wait_for: 0,
            refused: None,
            refused_bytes: 0,
            cells: Cells::default(),
        }
    }

    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(chunk);
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

    /// Whether it is known if there is one.
    fn skip_byte_order_mark(&mut self) -> bool {
        if self.at.byte > 0 || (self.rest().len() < BYTE_ORDER_MARK.len() && !self.ended) {
            return self.at.byte > 0;
        }
        if self.rest().starts_with(BYTE_ORDER_MARK) {
            self.consume(BYTE_ORDER_MARK.len(), 0);
        }
        true
    }

    /// Drops the line that was refused, and the rest of it when more comes.
    fn finish_refused(&mut self, unreadable: Unreadable) -> Option<Record> {
        let (line, ended) = (self.at.line, self.ended);
        let rest = self.rest();
        if let Some(end) = line_end(rest, ended) {
            self.consume(end, 1);
            let bytes = std::mem::take(&mut self.refused_bytes) + end as u64;
            return Some(Record { line, bytes, end: self.at, cells: Err(unreadable) });
        }
        // The last byte may be the first half of a line's end.
        let dropped = rest.len().saturating_sub(1);
        self.consume(dropped, 0);
        self.refused_bytes += dropped as u64;
        self.refused = Some(unreadable);
        None
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
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
            match scan(rest, self.ended) {
                Scan::More => {
                    self.wait_for = (rest.len() * 2).min(MAX_RECORD_BYTES + 1);
                    return None;
                }
                Scan::Record { body: 0, len, lines } => self.consume(len, lines),
                Scan::Record { body, len, lines } => {
                    let body = &self.buffer[self.used..self.used + body];
                    let (line, cells) = (self.at.line, self.cells.read(body));
                    self.consume(len, lines);
                    return Some(Record { line, bytes: len as u64, end: self.at, cells });
                }
                Scan::Broken(detail) => {
                    let unreadable = Unreadable { detail, text: shown(rest) };
                    return self.finish_refused(unreadable);
                }
            }
        }
    }
}

enum Scan {
    /// It does not end in these bytes.
    More,
    /// `body` without the line's end, `len` with it, `lines` that it takes.
    Record {
        body: usize,
        len: usize,
        lines: u64,
    },
    Broken(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Unquoted,
    Quoted,
    Closed,
}

/// Looks for the end of the record the bytes begin with.
///
/// A quote that ends an unquoted value is an error, not text. Were it text, a file could be made in which each line
/// opens a quote that never closes, whichever line one begins with; so the lines after a broken one are cheap to read.
fn scan(bytes: &[u8], ended: bool) -> Scan {
    let window = &bytes[..bytes.len().min(MAX_RECORD_BYTES)];
    let too_long = bytes.len() > window.len();
    let last = ended && !too_long;
    let unfinished = if too_long { Scan::Broken("the row is longer than 1 MiB") } else { Scan::More };
    let (mut state, mut lines, mut at) = (State::Start, 0, 0);
    while let Some(&byte) = window.get(at) {
        let next = window.get(at + 1).copied();
        if next.is_none() && !last && matches!(byte, b'"' | b'\r') {
            return unfinished;
        }
        match (state, byte) {
            (State::Quoted, b'"') if next == Some(b'"') => at += 1,
            (State::Quoted, b'"') => state = State::Closed,
            (State::Quoted, b'\n') => lines += 1,
            (State::Quoted, b'\r') => lines += u64::from(next != Some(b'\n')),
            (State::Quoted, _) => {}
            (_, b',') => state = State::Start,
            (_, b'\n') => return Scan::Record { body: at, len: at + 1, lines: lines + 1 },
            (_, b'\r') => {
                let len = at + 1 + usize::from(next == Some(b'\n'));
                return Scan::Record { body: at, len, lines: lines + 1 };
            }
            (State::Start, b'"') => state = State::Quoted,
            (State::Closed, _) => {
                return Scan::Broken(
                    "there is text after a closing quote; a quote inside a value is doubled",
                );
            }
            (State::Unquoted, b'"') if matches!(next, None | Some(b',' | b'\r' | b'\n')) => {
                return Scan::Broken(
                    "a value ends with a quote but does not begin with one; quote the value and double the quotes in it",
                );
            }
            _ => state = State::Unquoted,
        }
        at += 1;
    }
    match state {
        _ if !last => unfinished,
        State::Quoted => Scan::Broken("a quote is opened and never closed"),
        _ => Scan::Record { body: window.len(), len: window.len(), lines },
    }
}

/// How long the first line is, its end included.
fn line_end(bytes: &[u8], ended: bool) -> Option<usize> {
    let found = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    match found.map(|at| (at, bytes[at], bytes.get(at + 1))) {
        Some((at, b'\r', Some(b'\n'))) => Some(at + 2),
        Some((_, b'\r', None)) if !ended => None,
        Some((at, ..)) => Some(at + 1),
        None => ended.then_some(bytes.len()),
    }
}

/// One csv reader for all records: making one costs more than reading a row.
#[derive(Debug)]
struct Cells {
    reader: Reader<Cursor<Vec<u8>>>,
    record: ByteRecord,
}

impl Default for Cells {
    fn default() -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Cursor::default());
        Self { reader, record: ByteRecord::new() }
    }
}

impl Cells {
    fn read(&mut self, body: &[u8]) -> Result<Vec<String>, Unreadable> {
        let unreadable = |detail| Unreadable { detail, text: shown(body) };
        let input = self.reader.get_mut();
        input.set_position(0);
        input.get_mut().clear();
        input.get_mut().extend_from_slice(body);
        // So that the record is whole before the reader sees an end, after which it would read no more.
        input.get_mut().push(b'\n');
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            _ => return Err(unreadable("the row cannot be read")),
        }
        let cells = self.record.iter().map(|cell| String::from_utf8(cell.to_vec()));
        cells.collect::<Result<_, _>>().map_err(|_| unreadable("the row is not UTF-8"))
    }
}

fn shown(bytes: &[u8]) -> String {
    let line = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let start = &line[..line.len().min(SHOWN_CHARS * 4)];
    String::from_utf8_lossy(start).chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_broken_line_does_not_take_the_next_with_it() {
        check("a,b\n1,\"x\"y\n2,z\n", &["1: a|b", "2! 1,\"x\"y", "3: 2|z"]);
        check("a,b\n1,\"x\n2,y\n3,z\n", &["1: a|b", "2! 1,\"x", "3: 2|y", "4: 3|z"]);
        check("a,b\n1,\"x\n2,\"y\"\n3,z\n", &["1: a|b", "2! 1,\"x", "3: 2|y", "4: 3|z"]);
        check("a,b\n1,\"x\r\n2,\"y\"\r\n", &["1: a|b", "2! 1,\"x", "3: 2|y"]);
        check("a,b\n1,TV 55\"\n2,y\n", &["1: a|b", "2! 1,TV 55\"", "3: 2|y"]);
        check("a\n\"x", &["1: a", "2! \"x"]);
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
        for line in ["\"a\n", "x\",\"y\n", "a,\"\"\"\n", "\"\",\"\n", "\"\"\"\"\"\n", "a,\"b \"\" c\n"] {
            let text = line.repeat(2 * MAX_RECORD_BYTES / line.len());
            let bytes: u64 = read(text.as_bytes(), 64 * 1_024).iter().map(|record| record.bytes).sum();
            assert_eq!(bytes, text.len() as u64, "{line:?}");
        }
    }
}
