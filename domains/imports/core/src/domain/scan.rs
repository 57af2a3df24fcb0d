//! Where a record of a CSV file ends, and what a broken one takes with it. The bytes from its beginning tell it, and no
//! more than `MAX_RECORD_BYTES` of them, so it is the same however they arrive and wherever reading is taken up again.

use super::dialect::{Dialect, Units};
use super::records::MAX_RECORD_BYTES;

pub enum Scan {
    /// It does not end in these bytes.
    More,
    /// `body` without the line's end, `len` with it, `lines` that it takes.
    Record { body: usize, len: usize, lines: u64, cells: usize },
    Broken {
        detail: &'static str,
        /// None: its first line, which does not end in these bytes.
        taken: Option<Taken>,
    },
}

#[derive(Clone, Copy)]
pub struct Taken {
    pub len: usize,
    pub lines: u64,
}

const QUOTE: u16 = b'"' as u16;
const CR: u16 = b'\r' as u16;
const LF: u16 = b'\n' as u16;

const TOO_LONG: &str = "the row is longer than 1 MiB; shorten its values";
const AFTER_CLOSING: &str = "there is text after a closing quote; a quote inside a value is doubled";
const ENDS_WITH_QUOTE: &str =
    "a value ends with a quote but does not begin with one; quote the value and double the quotes in it";
const NEVER_CLOSED: &str =
    "a quote is opened and never closed; close it, or quote the value and double the quotes in it";
const OVER_LINES: &str =
    "a quote inside a value of several lines is not doubled; double it, and they are one row again";

/// Looks for the end of the record the bytes begin with.
///
/// A quote that ends an unquoted value is an error, not text. Were it text, a file could be made in which each line
/// opens a quote that never closes, whichever line one begins with; so the lines after a broken one are cheap to read.
pub fn scan(bytes: &[u8], ended: bool, dialect: Dialect) -> Scan {
    let delimiter = u16::from(dialect.delimiter.byte());
    match dialect.encoding.units() {
        Units::Bytes => Window::of(bytes, ended, delimiter, |[unit]: [u8; 1]| u16::from(unit)).scan(),
        Units::LittleEndianPairs => Window::of(bytes, ended, delimiter, u16::from_le_bytes).scan(),
        Units::BigEndianPairs => Window::of(bytes, ended, delimiter, u16::from_be_bytes).scan(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Unquoted,
    Quoted,
    Closed,
}

/// As much as a record may have.
struct Window<'a, const N: usize, F> {
    bytes: &'a [u8],
    units: &'a [[u8; N]],
    too_long: bool,
    /// The file ends with it.
    last: bool,
    delimiter: u16,
    read: F,
}

impl<'a, const N: usize, F: Fn([u8; N]) -> u16> Window<'a, N, F> {
    fn of(bytes: &'a [u8], ended: bool, delimiter: u16, read: F) -> Self {
        let window = &bytes[..bytes.len().min(MAX_RECORD_BYTES)];
        let too_long = bytes.len() > window.len();
        let (units, _) = window.as_chunks::<N>();
        Self { bytes: window, units, too_long, last: ended && !too_long, delimiter, read }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        self.units.get(at).map(|unit| (self.read)(*unit))
    }

    fn is_border(&self, unit: u16) -> bool {
        unit == self.delimiter || matches!(unit, CR | LF)
    }

    fn scan(&self) -> Scan {
        let (mut state, mut lines, mut cells, mut at) = (State::Start, 0, 1, 0);
        while let Some(unit) = self.unit(at) {
            let next = self.unit(at + 1);
            if next.is_none() && !self.last && matches!(unit, QUOTE | CR) {
                return self.unfinished();
            }
            match (state, unit) {
                (State::Quoted, QUOTE) if next == Some(QUOTE) => at += 1,
                (State::Quoted, QUOTE) => state = State::Closed,
                (State::Quoted, LF) => lines += 1,
                (State::Quoted, CR) => lines += u64::from(next != Some(LF)),
                (State::Quoted, _) => {}
                (_, unit) if unit == self.delimiter => {
                    cells += 1;
                    state = State::Start;
                }
                (_, LF | CR) => {
                    let len = (at + 1 + usize::from(unit == CR && next == Some(LF))) * N;
                    return Scan::Record { body: at * N, len, lines: lines + 1, cells };
                }
                (State::Start, QUOTE) => state = State::Quoted,
                (State::Closed, _) => return self.broken(AFTER_CLOSING),
                (State::Unquoted, QUOTE) if next.is_none_or(|next| self.is_border(next)) => {
                    return self.broken(ENDS_WITH_QUOTE);
                }
                _ => state = State::Unquoted,
            }
            at += 1;
        }
        match state {
            _ if !self.last => self.unfinished(),
            State::Quoted => self.broken(NEVER_CLOSED),
            _ => Scan::Record { body: self.bytes.len(), len: self.bytes.len(), lines, cells },
        }
    }

    fn unfinished(&self) -> Scan {
        if self.too_long { self.broken(TOO_LONG) } else { Scan::More }
    }

    fn broken(&self, detail: &'static str) -> Scan {
        let taken = match self.taken() {
            Ok(taken) => Some(taken),
            Err(_) if !self.last && !self.too_long => return Scan::More,
            Err(taken) => taken,
        };
        let detail = if taken.is_some_and(|taken| taken.lines > 1) { OVER_LINES } else { detail };
        Scan::Broken { detail, taken }
    }

    /// What a broken record takes with it: its first line, and if that leaves a quote open, all lines to the one that
    /// closes it, which are inside a value and no rows. They are, if of the quotes below the first to stand at a border
    /// of a value ends one; if it begins one, or if there is none, the lines are rows. A quote amid text says nothing.
    ///
    /// Err: the bytes end before this is known, and this is the best of them.
    ///
    /// What is looked at and not taken has no quote that could leave a line open, so it is not looked at again.
    fn taken(&self) -> Result<Taken, Option<Taken>> {
        let (mut state, mut lines, mut at) = (State::Start, 0, 0);
        // The last line that was gone through, and the one at whose end a quote was open.
        let (mut line, mut open) = (None, None);
        while let Some(unit) = self.unit(at) {
            let next = self.unit(at + 1);
            if next.is_none() && !self.last && matches!(unit, QUOTE | CR) {
                break;
            }
            match (state, unit) {
                (_, LF | CR) => {
                    at += usize::from(unit == CR && next == Some(LF));
                    lines += 1;
                    let taken = Taken { len: (at + 1) * N, lines };
                    if state != State::Quoted {
                        return Ok(taken);
                    }
                    line = Some(taken);
                    open = open.or(line);
                }
                (State::Quoted, QUOTE) => {
                    let before = at.checked_sub(1).and_then(|before| self.unit(before));
                    let ends = next.is_none_or(|next| self.is_border(next));
                    // Alone at the beginning of a line it ends a value whose last line is empty.
                    let begins = match before {
                        Some(CR | LF) => !ends,
                        before => before == Some(self.delimiter),
                    };
                    match open {
                        Some(open) if begins => return Ok(open),
                        _ if next == Some(QUOTE) => at += 1,
                        _ if ends => (state, open) = (State::Closed, None),
                        _ => {}
                    }
                }
                (State::Quoted, _) => {}
                (_, unit) if unit == self.delimiter => state = State::Start,
                (State::Start, QUOTE) => state = State::Quoted,
                _ => state = State::Unquoted,
            }
            at += 1;
        }
        let whole = self.last.then_some(Taken { len: self.bytes.len(), lines: lines + 1 });
        Err(open.or(whole).or(line))
    }
}

/// How long the first line is, its end included.
pub fn line_end(bytes: &[u8], ended: bool, units: Units) -> Option<usize> {
    match units {
        Units::Bytes => line_end_in(bytes, ended, |[unit]: [u8; 1]| u16::from(unit)),
        Units::LittleEndianPairs => line_end_in(bytes, ended, u16::from_le_bytes),
        Units::BigEndianPairs => line_end_in(bytes, ended, u16::from_be_bytes),
    }
}

fn line_end_in<const N: usize>(bytes: &[u8], ended: bool, read: impl Fn([u8; N]) -> u16) -> Option<usize> {
    let (units, _) = bytes.as_chunks::<N>();
    let Some(at) = units.iter().position(|unit| matches!(read(*unit), LF | CR)) else {
        return ended.then_some(bytes.len());
    };
    let is_cr = units.get(at).is_some_and(|unit| read(*unit) == CR);
    match units.get(at + 1).map(|unit| read(*unit)) {
        Some(LF) if is_cr => Some((at + 2) * N),
        None if is_cr && !ended => None,
        _ => Some((at + 1) * N),
    }
}
