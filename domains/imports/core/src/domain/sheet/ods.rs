//! The rows of one sheet of an ODS file (OASIS OpenDocument 1.3, Part 3). A cell or a row that says how often it is
//! repeated is repeated where it has a value, within the limits of a row and of all rows, and skipped where it has
//! none.

use super::values;
use super::xml::{Node, Xml, attribute, attribute_of_full_name, local};
use super::zip::{Package, PartReader};
use super::{Cell, MAX_RECORD_BYTES, MAX_ROWS, Row, SheetError, no_such_sheet};
use quick_xml::events::BytesStart;
use std::collections::BTreeSet;
use std::io::{Read, Seek};

const MAX_SHEETS: usize = 1_000;
const MAX_NAME_BYTES: usize = 1_000;
const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

pub struct Ods<R: Read> {
    xml: Xml<PartReader<R>>,
    name: String,
    /// How many tables there still are before the sheet that is read.
    to_pass: usize,
    place: Place,
    last_row: u64,
    /// The row that is given, and how often still.
    repeated: Option<(Row, u64)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    /// In so many tables, one in the other, that are not read.
    Passing(u32),
    /// In so many tables, the sheet itself being one.
    Inside(u32),
    After,
}

impl<R: Read + Seek> Ods<R> {
    pub fn open(mut package: Package<R>, chosen: Option<&str>) -> Result<Self, SheetError> {
        if package.has("encrypted-package") || (package.has(MANIFEST) && is_encrypted(&mut package)?) {
            return Err(SheetError::Encrypted);
        }
        if package.has("mimetype") {
            let mut kind = Vec::new();
            package.part("mimetype")?.take(200).read_to_end(&mut kind).map_err(SheetError::from_io)?;
            if !kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
                return Err(SheetError::NotAWorkbook);
            }
        }
        let Found { name, at: to_pass } = find(&mut package, chosen)?;
        let xml = Xml::of(package.into_part(CONTENT)?);
        Ok(Self { xml, name, to_pass, place: Place::Before, last_row: 0, repeated: None })
    }
}

struct Found {
    name: String,
    /// Among the tables, from 0.
    at: usize,
}

/// The first sheet that is shown, or the first where none is; of those of the name, where one is asked for. A table is
/// hidden by its style (`table:display` of `style:table-properties`), which stands before all tables.
fn find<R: Read + Seek>(package: &mut Package<R>, chosen: Option<&str>) -> Result<Found, SheetError> {
    let mut xml = Xml::of(package.part(CONTENT)?);
    let (mut style, mut hiding) = (None::<String>, BTreeSet::<String>::new());
    let (mut hidden, mut names) = (None::<Found>, Vec::<String>::new());
    let (mut tables, mut depth) = (0, 0u32);
    loop {
        match xml.node()? {
            Node::End => return hidden.ok_or_else(|| no_such_sheet(chosen, &names)),
            Node::Open(element) => match local(element.name().into_inner()) {
                b"style" if depth == 0 => style = table_style(&element)?,
                b"table-properties"
                    if hiding.len() < MAX_SHEETS
                        && attribute(&element, b"display")?.as_deref() == Some("false") =>
                {
                    hiding.extend(style.take());
                }
                b"table" => {
                    depth += 1;
                    if depth > 1 {
                        continue;
                    }
                    let at = tables;
                    tables += 1;
                    let name = attribute(&element, b"name")?.unwrap_or_default();
                    if name.len() > MAX_NAME_BYTES {
                        continue;
                    }
                    if chosen.is_some_and(|chosen| chosen != name) {
                        if names.len() < MAX_SHEETS {
                            names.push(name);
                        }
                        continue;
                    }
                    let styled = attribute(&element, b"style-name")?;
                    if styled.is_none_or(|style| !hiding.contains(&style)) {
                        return Ok(Found { name, at });
                    }
                    hidden = hidden.or(Some(Found { name, at }));
                }
                _ => {}
            },
            Node::Close(element) => match local(element.name().into_inner()) {
                b"style" => style = None,
                b"table" => depth = depth.saturating_sub(1),
                _ => {}
            },
            _ => {}
        }
    }
}

/// The name of a style, if it is one of tables.
fn table_style(element: &BytesStart<'_>) -> Result<Option<String>, SheetError> {
    let is_of_tables = attribute(element, b"family")?.as_deref() == Some("table");
    let name = attribute(element, b"name")?;
    Ok(name.filter(|name| is_of_tables && name.len() <= MAX_NAME_BYTES))
}

fn is_encrypted<R: Read + Seek>(package: &mut Package<R>) -> Result<bool, SheetError> {
    let mut xml = Xml::of(package.part(MANIFEST)?);
    loop {
        match xml.node()? {
            Node::End => return Ok(false),
            Node::Open(element) if local(element.name().into_inner()) == b"encryption-data" => {
                return Ok(true);
            }
            _ => {}
        }
    }
}

impl<R: Read> Ods<R> {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        if let Some((mut row, times)) = self.repeated.take() {
            let given = row.clone();
            row.number += 1;
            self.repeated = (times > 1).then_some((row, times - 1));
            return Ok(Some(given));
        }
        let Some((row, times)) = self.read_row()? else { return Ok(None) };
        if times > 1 {
            self.repeated = Some((Row { number: row.number + 1, ..row.clone() }, times - 1));
        }
        Ok(Some(row))
    }

    /// The next row that has a value, and how often it is there. The part is read to its end for its checksum.
    fn read_row(&mut self) -> Result<Option<(Row, u64)>, SheetError> {
        let (mut row, mut times, mut column) = (Row::default(), 1, 0u64);
        let mut open: Option<Open> = None;
        loop {
            match self.xml.node()? {
                Node::End => return Ok(None),
                Node::Open(element) => {
                    let name = element.name();
                    match (local(name.into_inner()), self.place) {
                        (b"table", Place::Inside(tables)) => {
                            self.place = Place::Inside(tables.saturating_add(1))
                        }
                        (b"table", Place::Passing(tables)) => {
                            self.place = Place::Passing(tables.saturating_add(1))
                        }
                        (b"table", Place::Before) if self.to_pass > 0 => {
                            self.to_pass -= 1;
                            self.place = Place::Passing(1);
                        }
                        (b"table", Place::Before) => self.place = Place::Inside(1),
                        (b"table-row", Place::Inside(1)) if open.is_none() => {
                            times = repeated(&element, b"number-rows-repeated")?;
                            row = Row { number: self.last_row.saturating_add(1), ..Row::default() };
                            self.last_row = self.last_row.saturating_add(times);
                            column = 0;
                        }
                        (b"table-cell" | b"covered-table-cell", Place::Inside(1)) if open.is_none() => {
                            open = Some(Open::of(&element)?);
                        }
                        (inner, Place::Inside(_)) => {
                            if let Some(cell) = &mut open {
                                cell.begin(inner, &element)?;
                            }
                        }
                        _ => {}
                    }
                }
                Node::Text(text) => {
                    if let Some(cell) = open.as_mut().filter(|cell| cell.aside == 0 && cell.paragraphs > 0) {
                        cell.push(&text, row.number)?;
                    }
                }
                Node::Close(element) => match (local(element.name().into_inner()), self.place) {
                    (b"table", Place::Inside(1)) => self.place = Place::After,
                    (b"table", Place::Inside(tables)) => self.place = Place::Inside(tables - 1),
                    (b"table", Place::Passing(1)) => self.place = Place::Before,
                    (b"table", Place::Passing(tables)) => self.place = Place::Passing(tables - 1),
                    (b"table-cell" | b"covered-table-cell", Place::Inside(1)) => {
                        if let Some(cell) = open.take() {
                            let times = cell.times;
                            let value = cell.value();
                            if value != Cell::Empty {
                                for at in column..column.saturating_add(times) {
                                    row.put(at, value.clone())?;
                                }
                            }
                            column = column.saturating_add(times);
                        }
                    }
                    (b"table-row", Place::Inside(1)) if open.is_none() && !row.cells.is_empty() => {
                        if self.last_row > MAX_ROWS {
                            return Err(SheetError::TooManyRows);
                        }
                        return Ok(Some((row, times)));
                    }
                    (inner, Place::Inside(_)) => {
                        if let Some(cell) = &mut open {
                            cell.leave(inner);
                        }
                    }
                    _ => {}
                },
                Node::Other => {}
            }
        }
    }
}

fn repeated(element: &BytesStart<'_>, name: &[u8]) -> Result<u64, SheetError> {
    let Some(text) = attribute(element, name)? else { return Ok(1) };
    let bad = || SheetError::damaged(format!("it repeats something `{text:.20}` times"));
    text.trim().parse().ok().filter(|times| *times > 0).ok_or_else(bad)
}

/// A cell that is being read.
struct Open {
    times: u64,
    covered: bool,
    kind: String,
    is_fault: bool,
    formula: bool,
    /// What its attributes say it is.
    value: Option<String>,
    text: String,
    /// The elements, one in the other, that are no part of its text: notes and drawings.
    aside: u32,
    paragraphs: u32,
    had_paragraph: bool,
}

impl Open {
    fn of(element: &BytesStart<'_>) -> Result<Self, SheetError> {
        let kind = attribute(element, b"value-type")?.unwrap_or_default();
        let of_value: &[u8] = match kind.as_str() {
            "date" => b"date-value",
            "time" => b"time-value",
            "boolean" => b"boolean-value",
            "string" => b"string-value",
            _ => b"value",
        };
        let added = attribute_of_full_name(element, b"calcext:value-type")?;
        Ok(Self {
            times: repeated(element, b"number-columns-repeated")?,
            covered: local(element.name().into_inner()) == b"covered-table-cell",
            value: attribute(element, of_value)?,
            is_fault: added.as_deref() == Some("error"),
            formula: attribute(element, b"formula")?.is_some(),
            kind,
            text: String::new(),
            aside: 0,
            paragraphs: 0,
            had_paragraph: false,
        })
    }

    fn begin(&mut self, name: &[u8], element: &BytesStart<'_>) -> Result<(), SheetError> {
        if self.aside > 0 || is_aside(element.name().into_inner()) {
            self.aside += 1;
            return Ok(());
        }
        if name == b"p" {
            self.paragraphs += 1;
        }
        if !self.needs_text() {
            return Ok(());
        }
        match name {
            b"p" => {
                if self.had_paragraph {
                    self.text.push('\n');
                }
                self.had_paragraph = true;
            }
            b"s" => {
                let blanks = repeated(element, b"c")?;
                let blanks = usize::try_from(blanks).unwrap_or(usize::MAX).min(MAX_RECORD_BYTES);
                self.text.extend(std::iter::repeat_n(' ', blanks));
            }
            b"tab" => self.text.push('\t'),
            b"line-break" => self.text.push('\n'),
            _ => {}
        }
        // The row's end tells if it is too long; this bounds what is held until then.
        self.text.truncate(self.text.floor_char_boundary(MAX_RECORD_BYTES + 1));
        Ok(())
    }

    /// Where another value counts, no text is made: what is made is held against the limits of its row.
    fn needs_text(&self) -> bool {
        !self.covered && (self.is_fault || self.value.as_deref().is_none_or(str::is_empty))
    }

    fn leave(&mut self, name: &[u8]) {
        if self.aside > 0 {
            self.aside -= 1;
        } else if name == b"p" {
            self.paragraphs = self.paragraphs.saturating_sub(1);
        }
    }

    fn push(&mut self, text: &str, row: u64) -> Result<(), SheetError> {
        if self.needs_text() {
            self.text.push_str(text);
        }
        if self.text.len() > MAX_RECORD_BYTES { Err(SheetError::RowTooLong { row }) } else { Ok(()) }
    }

    fn value(self) -> Cell {
        if self.covered {
            return Cell::Empty;
        }
        if self.is_fault {
            return Cell::Fault(self.text);
        }
        match (self.kind.as_str(), self.value) {
            ("float" | "currency" | "percentage", Some(value)) => match values::decimal(&value) {
                Some(number) => Cell::Number(number),
                None => Cell::Fault(format!("{value:.40} is no number")),
            },
            ("date", Some(value)) => Cell::Date(value),
            ("time", Some(value)) => Cell::Date(clock(&value).unwrap_or(value)),
            ("boolean", Some(value)) => Cell::Bool(value == "true"),
            ("", _) if self.formula && self.text.is_empty() => {
                Cell::Fault("a formula without its value; save the file in its program".to_owned())
            }
            (_, Some(value)) if !value.is_empty() => Cell::Text(value),
            _ if self.text.is_empty() => Cell::Empty,
            _ => Cell::Text(self.text),
        }
    }
}

fn is_aside(name: &[u8]) -> bool {
    name.starts_with(b"draw:") || local(name) == b"annotation"
}

/// `PT12H30M00S` as a time of day; longer ones stay as they are.
fn clock(duration: &str) -> Option<String> {
    let (hours, rest) = duration.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?;
    let (seconds, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
    let (hours, minutes, seconds): (u8, u8, u8) =
        (hours.parse().ok()?, minutes.parse().ok()?, seconds.parse().ok()?);
    if hours > 23 || minutes > 59 || seconds > 59 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{hours:02}:{minutes:02}:{seconds:02}{point}{fraction}"))
}
