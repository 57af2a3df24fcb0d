//! The rows of one sheet of an XLSX file (ECMA-376 Part 1, SpreadsheetML). The texts its cells share and its number
//! formats are read first, the sheet itself as it is asked for.

use super::values::{self, Epoch, Form};
use super::xml::{Node, Xml, attribute, local};
use super::zip::{Package, PartReader};
use super::{Cell, MAX_RECORD_BYTES, MAX_ROWS, Row, SheetError, no_such_sheet};
use quick_xml::events::BytesStart;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

const MAX_SHEETS: usize = 1_000;
/// Excel has 65,490.
const MAX_STYLES: usize = 100_000;
/// Excel has 31 characters.
const MAX_NAME_BYTES: usize = 1_000;
/// Of the names of parts that are held.
const MAX_RELATIONS_BYTES: usize = 4 << 20;

pub struct Xlsx<R: Read> {
    xml: Xml<PartReader<R>>,
    name: String,
    shared: Shared,
    styles: Vec<Form>,
    epoch: Epoch,
    /// In the rows of the sheet: drawings and controls beside them have elements of the same names.
    in_rows: bool,
    last_row: u64,
}

/// As the workbook lists it.
struct Listed {
    name: String,
    /// Of its part.
    id: String,
    hidden: bool,
}

#[derive(Default)]
struct Relations {
    /// The targets of worksheets by their ids; a chart or a dialog can be a sheet too.
    worksheets: BTreeMap<String, String>,
    /// The targets by the last word of their kinds.
    by_kind: BTreeMap<String, String>,
}

impl<R: Read + Seek> Xlsx<R> {
    pub fn open(mut package: Package<R>, chosen: Option<&str>) -> Result<Self, SheetError> {
        let roots = relations(&mut package, "_rels/.rels", "")?;
        let Some(book) = roots.by_kind.get("officeDocument") else { return Err(SheetError::NotAWorkbook) };
        let (folder, file) = book.rsplit_once('/').unwrap_or(("", book.as_str()));
        let slash = if folder.is_empty() { "" } else { "/" };
        let relations = relations(&mut package, &format!("{folder}{slash}_rels/{file}.rels"), folder)?;
        let (sheets, epoch) = workbook(&mut package, book)?;
        let is_table = |sheet: &&Listed| relations.worksheets.contains_key(&sheet.id);
        let found = match chosen {
            Some(chosen) => sheets.iter().filter(is_table).find(|sheet| sheet.name == chosen),
            None => {
                let shown = sheets.iter().filter(is_table).find(|sheet| !sheet.hidden);
                shown.or_else(|| sheets.iter().find(is_table))
            }
        };
        let found = found.and_then(|sheet| Some((sheet.name.clone(), relations.worksheets.get(&sheet.id)?)));
        let Some((name, sheet)) = found else {
            let names: Vec<String> = sheets.into_iter().map(|sheet| sheet.name).collect();
            return Err(no_such_sheet(chosen, &names));
        };
        let shared = match relations.by_kind.get("sharedStrings") {
            Some(part) => shared(&mut package, part)?,
            None => Shared::default(),
        };
        let styles = match relations.by_kind.get("styles") {
            Some(part) => styles(&mut package, part)?,
            None => Vec::new(),
        };
        let xml = Xml::of(package.into_part(sheet)?);
        Ok(Self { xml, name, shared, styles, epoch, in_rows: false, last_row: 0 })
    }
}

impl<R: Read> Xlsx<R> {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The part is read to its end, so that its checksum is looked at.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        let mut row = Row::default();
        let mut next_column = 0;
        let mut open: Option<Open> = None;
        loop {
            match self.xml.node()? {
                Node::End => return Ok(None),
                Node::Open(element) => match (local(element.name().into_inner()), &mut open) {
                    (b"sheetData", _) => self.in_rows = true,
                    _ if !self.in_rows => {}
                    (b"row", _) => {
                        row = Row { number: row_number(&element, self.last_row)?, ..Row::default() };
                        self.last_row = row.number;
                        next_column = 0;
                    }
                    (b"c", None) => {
                        let cell = Open::of(&element, next_column)?;
                        next_column = cell.column.saturating_add(1);
                        open = Some(cell);
                    }
                    (b"f", Some(cell)) => cell.formula = true,
                    (b"v" | b"t", Some(cell)) if !cell.aside => cell.reading = true,
                    (b"rPh", Some(cell)) => cell.aside = true,
                    _ => {}
                },
                Node::Text(text) => {
                    if let Some(cell) = open.as_mut().filter(|cell| cell.reading) {
                        cell.has_value = true;
                        cell.text.push_str(&text);
                        if cell.text.len() > MAX_RECORD_BYTES {
                            return Err(SheetError::RowTooLong { row: row.number });
                        }
                    }
                }
                Node::Close(element) => match (local(element.name().into_inner()), &mut open) {
                    (b"sheetData", _) => self.in_rows = false,
                    (b"v" | b"t", Some(cell)) => cell.reading = false,
                    (b"rPh", Some(cell)) => cell.aside = false,
                    (b"c", Some(_)) => {
                        if let Some(cell) = open.take() {
                            let column = cell.column;
                            row.put(column, cell.value(&self.shared, &self.styles, self.epoch)?)?;
                        }
                    }
                    (b"row", _) if !row.cells.is_empty() => return Ok(Some(row)),
                    _ => {}
                },
                Node::Other => {}
            }
        }
    }
}

fn row_number(element: &BytesStart<'_>, last: u64) -> Result<u64, SheetError> {
    let bad = || SheetError::damaged(format!("after its row {last} comes one out of order"));
    let number = match attribute(element, b"r")? {
        Some(text) => text.parse().map_err(|_| bad())?,
        None => last + 1,
    };
    if number <= last {
        return Err(bad());
    }
    if number > MAX_ROWS { Err(SheetError::TooManyRows) } else { Ok(number) }
}

/// A cell that is being read.
struct Open {
    column: u64,
    kind: String,
    style: usize,
    formula: bool,
    /// In a `v` or a `t`.
    reading: bool,
    /// In how a text is spoken, which is no part of it.
    aside: bool,
    has_value: bool,
    text: String,
}

impl Open {
    fn of(element: &BytesStart<'_>, next_column: u64) -> Result<Self, SheetError> {
        let column = match attribute(element, b"r")? {
            Some(reference) => column(&reference)?,
            None => next_column,
        };
        let style = attribute(element, b"s")?.and_then(|style| style.parse().ok()).unwrap_or(0);
        let kind = attribute(element, b"t")?.unwrap_or_default();
        let text = String::new();
        Ok(Self { column, kind, style, formula: false, reading: false, aside: false, has_value: false, text })
    }

    fn value(self, shared: &Shared, styles: &[Form], epoch: Epoch) -> Result<Cell, SheetError> {
        let text = self.text;
        if self.formula && !self.has_value && self.kind != "str" {
            return Ok(Cell::Fault("a formula without its value; save the file in its program".to_owned()));
        }
        if text.is_empty() {
            return Ok(Cell::Empty);
        }
        Ok(match self.kind.as_str() {
            "s" => match text.trim().parse().ok().and_then(|index| shared.get(index)) {
                Some("") => Cell::Empty,
                Some(text) => Cell::Text(text.to_owned()),
                None => return Err(SheetError::damaged(format!("there is no shared text {text:.20}"))),
            },
            "str" | "inlineStr" => Cell::Text(unescaped(text)),
            "b" => Cell::Bool(text.trim() == "1" || text.trim().eq_ignore_ascii_case("true")),
            "e" => Cell::Fault(text),
            "d" => Cell::Date(text),
            "" | "n" => match (values::decimal(&text), styles.get(self.style).copied().unwrap_or_default()) {
                (None, _) => Cell::Fault(format!("{text:.40} is no number")),
                (Some(number), Form::Number) => Cell::Number(number),
                (Some(_), form) => values::moment(text.trim(), form, epoch).or_plain(&text, form, epoch),
            },
            other => return Err(SheetError::damaged(format!("there is no kind of cell {other:.20}"))),
        })
    }
}

impl Cell {
    /// The text of a date may have an exponent; otherwise all its digits count, also those of a binary fraction.
    fn or_plain(self, text: &str, form: Form, epoch: Epoch) -> Self {
        match (self, values::decimal(text)) {
            (Self::Fault(_), Some(plain)) => values::moment(&plain, form, epoch),
            (found, _) => found,
        }
    }
}

/// From 0, of a reference such as `AB12`.
fn column(reference: &str) -> Result<u64, SheetError> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let mut column: u64 = 0;
    for (at, letter) in letters.enumerate() {
        // `XFD` is the last.
        if at == 3 {
            column = 0;
            break;
        }
        column = column * 26 + u64::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    let bad = || SheetError::damaged(format!("there is no cell {reference:.20}"));
    column.checked_sub(1).ok_or_else(bad)
}

/// Texts one after the other, and where each ends.
#[derive(Default)]
struct Shared {
    text: String,
    ends: Vec<usize>,
}

impl Shared {
    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }
}

fn shared<R: Read + Seek>(package: &mut Package<R>, part: &str) -> Result<Shared, SheetError> {
    let most = package.limits().shared_bytes;
    let mut xml = Xml::of(package.part(part)?);
    let (mut shared, mut item, mut reading, mut aside) = (Shared::default(), String::new(), false, false);
    loop {
        match xml.node()? {
            Node::End => return Ok(shared),
            Node::Open(element) => match local(element.name().into_inner()) {
                b"si" => item.clear(),
                b"rPh" => aside = true,
                b"t" => reading = !aside,
                _ => {}
            },
            Node::Text(text) if reading => item.push_str(&text),
            Node::Close(element) => match local(element.name().into_inner()) {
                b"t" => reading = false,
                b"rPh" => aside = false,
                b"si" => {
                    shared.text.push_str(&unescaped(std::mem::take(&mut item)));
                    shared.ends.push(shared.text.len());
                }
                _ => {}
            },
            _ => {}
        }
        let held = shared.text.len() + item.len() + shared.ends.len() * size_of::<usize>();
        if held > most {
            return Err(SheetError::SharedTooLarge { most });
        }
    }
}

/// `_x000D_` is how the format writes characters that XML has not.
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let digits = escape.get(2..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.filter(|_| escape.get(6..7) == Some("_"));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(character) => {
                plain.push(character);
                rest = &escape[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &escape[2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn styles<R: Read + Seek>(package: &mut Package<R>, part: &str) -> Result<Vec<Form>, SheetError> {
    let mut xml = Xml::of(package.part(part)?);
    let mut formats: BTreeMap<u32, Form> = BTreeMap::new();
    let (mut ids, mut in_cells) = (Vec::new(), false);
    loop {
        match xml.node()? {
            Node::End => break,
            Node::Open(element) => match local(element.name().into_inner()) {
                b"cellXfs" => in_cells = true,
                b"numFmt" => {
                    let id = attribute(&element, b"numFmtId")?.and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&element, b"formatCode")?) {
                        formats.insert(id, values::form(&code));
                    }
                }
                b"xf" if in_cells => {
                    let id = attribute(&element, b"numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                    ids.push(id.unwrap_or(0));
                }
                _ => {}
            },
            Node::Close(element) if local(element.name().into_inner()) == b"cellXfs" => in_cells = false,
            _ => {}
        }
        if ids.len() > MAX_STYLES || formats.len() > MAX_STYLES {
            return Err(SheetError::damaged(format!("it has more than {MAX_STYLES} styles")));
        }
    }
    let form = |id: u32| formats.get(&id).copied().unwrap_or_else(|| values::builtin_form(id));
    Ok(ids.into_iter().map(form).collect())
}

fn workbook<R: Read + Seek>(
    package: &mut Package<R>,
    part: &str,
) -> Result<(Vec<Listed>, Epoch), SheetError> {
    let mut xml = Xml::of(package.part(part)?);
    let (mut sheets, mut epoch) = (Vec::new(), Epoch::Of1900);
    loop {
        match xml.node()? {
            Node::End => return Ok((sheets, epoch)),
            Node::Open(element) => match local(element.name().into_inner()) {
                b"sheet" if sheets.len() < MAX_SHEETS => {
                    let (name, id) = (attribute(&element, b"name")?, attribute(&element, b"id")?);
                    let state = attribute(&element, b"state")?.unwrap_or_default();
                    let hidden =
                        state.eq_ignore_ascii_case("hidden") || state.eq_ignore_ascii_case("veryHidden");
                    let listed = name.zip(id).filter(|(name, id)| name.len().max(id.len()) <= MAX_NAME_BYTES);
                    sheets.extend(listed.map(|(name, id)| Listed { name, id, hidden }));
                }
                b"workbookPr" => {
                    let of_1904 = attribute(&element, b"date1904")?;
                    if of_1904.is_some_and(|value| value == "1" || value == "true") {
                        epoch = Epoch::Of1904;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn relations<R: Read + Seek>(
    package: &mut Package<R>,
    part: &str,
    folder: &str,
) -> Result<Relations, SheetError> {
    let mut relations = Relations::default();
    let mut xml = Xml::of(package.part(part)?);
    let mut held_bytes = 0;
    loop {
        match xml.node()? {
            Node::End => return Ok(relations),
            Node::Open(element) if local(element.name().into_inner()) == b"Relationship" => {
                let kind = attribute(&element, b"Type")?.unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                let target = resolved(folder, &attribute(&element, b"Target")?.unwrap_or_default());
                let id = attribute(&element, b"Id")?.unwrap_or_default();
                held_bytes += kind.len() + id.len() + 2 * target.len();
                if held_bytes > MAX_RELATIONS_BYTES {
                    return Err(SheetError::damaged(format!("the names in its part {part} are too long")));
                }
                if kind == "worksheet" {
                    relations.worksheets.insert(id, target.clone());
                }
                relations.by_kind.entry(kind).or_insert(target);
            }
            _ => {}
        }
    }
}

/// A target is relative to the folder of the part that names it.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}
