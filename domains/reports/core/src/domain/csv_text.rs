//! Rows as CSV (RFC 4180) that a spreadsheet shows and does not compute: a text that it would take for a formula gets
//! an apostrophe before it, and so does one that has an apostrophe itself, also inside, where a spreadsheet that takes
//! another separator begins a cell. The rule is that of exports (imports), which read it back; nothing reads a report
//! back, so only the writing of it is here.

use csv::{Terminator, Writer, WriterBuilder};
use module::{Cell, ReportColumn};
use std::borrow::Cow;

/// What a formula may begin with (OWASP, CSV injection), in its full width as well.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What some programs drop, and then look.
const DROPPED: [char; 3] = ['\t', '\r', '\n'];
/// Where a cell may begin that is none of this file.
const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\r', '\n'];

/// The line of column titles.
pub fn header(columns: &[ReportColumn]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = writer();
    writer.write_record(columns.iter().map(|column| harmless(&column.title).into_owned()))?;
    finish(writer)
}

pub fn lines(rows: &[Vec<Cell>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = writer();
    for row in rows {
        writer.write_record(row.iter().map(|cell| text(cell).into_owned()))?;
    }
    finish(writer)
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn finish(writer: Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Number(number) if is_decimal(number) => Cow::Borrowed(number),
        Cell::Number(text) | Cell::Text(text) => harmless(text),
    }
}

fn harmless(text: &str) -> Cow<'_, str> {
    let shown = text.trim_start();
    let is_guarded = shown.starts_with(FORMULA) || shown.starts_with('\'') || text.starts_with(DROPPED);
    if !is_guarded && !text.contains(SEPARATORS) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 1);
    for (at, part) in text.split_inclusive(SEPARATORS).enumerate() {
        let guards = if at == 0 { is_guarded } else { is_guarded_part(part) };
        if guards {
            written.push('\'');
        }
        written.push_str(part);
    }
    Cow::Owned(written)
}

/// A formula behind a separator, and one that has an apostrophe. A quote is taken for the file's own there.
fn is_guarded_part(part: &str) -> bool {
    part.trim_start_matches(|c: char| matches!(c, '\'' | '"') || c.is_whitespace()).starts_with(FORMULA)
}

/// `-12.50`: what is called a number but is none is written as text.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_shown_and_never_computed() {
        let check = |cell: Cell, expected: &str| {
            let bytes = lines(&[vec![cell.clone(), Cell::Text("x".to_owned())]]).unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap(), format!("{expected},x\r\n"), "{cell:?}");
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        let number = |text: &str| Cell::Number(text.to_owned());
        check(Cell::Empty, "");
        check(text("plain"), "plain");
        check(text("a,b"), "\"a,b\"");
        check(text("say \"hi\""), "\"say \"\"hi\"\"\"");
        check(text("two\nlines"), "\"two\nlines\"");
        check(text("=1+1"), "'=1+1");
        check(text("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        check(text("+49 30 1"), "'+49 30 1");
        check(text("-2"), "'-2");
        check(text("@SUM(A1)"), "'@SUM(A1)");
        check(text("\t=1"), "'\t'=1");
        check(text("\r=1"), "\"'\r'=1\"");
        check(text("\n=1"), "\"'\n'=1\"");
        check(text("x;=1+1;y|-2"), "x;'=1+1;y|'-2");
        check(text("x; \"=1"), "\"x;' \"\"=1\"");
        check(text("one; 't Hof"), "one; 't Hof");
        check(text(" =1"), "' =1");
        check(text("'=1"), "''=1");
        for begins in FORMULA {
            check(text(&format!("{begins}1")), &format!("'{begins}1"));
        }
        check(text("a=1"), "a=1");
        check(text(" a"), " a");
        check(number("-12.50"), "-12.50");
        check(number("99999999999999.9999"), "99999999999999.9999");
        check(number("-1+cmd|' /C calc'!A0"), "'-1+cmd|' /C calc'!A0");
        check(number("-"), "'-");
    }

    #[test]
    fn the_header_is_the_titles() {
        let columns = ["Item", "Value, EUR", "=x"]
            .map(|title| ReportColumn { name: "n".to_owned(), title: title.to_owned() });
        assert_eq!(header(&columns).unwrap(), b"Item,\"Value, EUR\",'=x\r\n");
    }
}
