//! Reads a sheet of a workbook (XLSX or ODS) row by row: what an import sees of one is what it sees of a CSV file.
//!
//! Beside `calamine`, which makes a whole sheet of an ODS file at once, keeps all shared strings whatever their size,
//! and has numbers as binary floats only; here memory is bounded and a number keeps the decimal text that the file
//! has. `zip` finds the parts, `flate2` unpacks and `quick-xml` cuts them.
//!
//! A row that has no value is no row, as a blank line of CSV is none. Of merged cells the first has the value, the
//! others are empty. A formula is what it was when the file was saved.

mod ods;
mod values;
mod xlsx;
mod xml;
mod zip;

pub use self::values::Epoch;

use self::zip::Package;
use super::records::{MAX_RECORD_BYTES, Position, Record};
use super::table::{MAX_COLUMNS, PREVIEW_ROWS, Table};
use std::io::{self, Read, Seek, SeekFrom};

const SAID_CHARS: usize = 300;
/// Of Excel and of LibreOffice.
const MAX_ROWS: u64 = 1_048_576;
const OLE_SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0";
/// How far an OLE file is searched for the name of what is encrypted in it.
const OLE_SEARCHED_BYTES: u64 = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Xlsx,
    Ods,
}

impl Kind {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
        }
    }
}

/// Which sheet is read. Its dates are numbers in XLSX, counted from an epoch; in ODS they are written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub kind: Kind,
    pub name: String,
    pub epoch: Option<Epoch>,
}

/// What whoever uploads a workbook says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub kind: Kind,
    /// Else the first that is shown, or the first where none is.
    pub sheet: Option<String>,
    /// Else the first row that has a value.
    pub header_row: Option<u64>,
}

/// Reads a sheet to its end, so that what would stop an import is found now.
pub fn inspect<R: Read + Seek>(
    source: R,
    asked: &Asked,
    limits: Limits,
) -> Result<(Sheet, Table), SheetError> {
    let mut rows = Rows::open(source, asked.sheet.as_deref(), limits)?;
    if rows.kind() != asked.kind {
        return Err(SheetError::Mislabelled { is: rows.kind().extension(), called: asked.kind.extension() });
    }
    let header_row = asked.header_row.unwrap_or(1);
    let (mut head, mut first, mut row_count) = (None, Vec::new(), 0);
    for row in rows.by_ref() {
        let row = row?;
        if row.number < header_row {
            continue;
        }
        if head.is_none() {
            head = Some(row.into_record(0));
            continue;
        }
        row_count += 1;
        if first.len() < PREVIEW_ROWS {
            first.push(row);
        }
    }
    let Some(head) = head else {
        return Err(SheetError::NoTable(match asked.header_row {
            None => "it has no header: there is no value in it".to_owned(),
            Some(row) => format!("it has no header: there is no value in row {row} or below it"),
        }));
    };
    let width = head.cells.as_ref().map_or(0, Vec::len);
    let first = first.into_iter().map(|row| row.into_record(width)).collect();
    let table = Table::of(head, first, row_count).map_err(SheetError::NoTable)?;
    Ok((rows.sheet(), table))
}

/// What may come out of a file, whatever goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub entries: usize,
    /// Of the list of the parts.
    pub directory_bytes: u64,
    /// Of all parts together.
    pub unpacked_bytes: u64,
    /// How many bytes may come out of one, once this many have.
    pub ratio: u64,
    pub ratio_from_bytes: u64,
    /// The texts that cells share are held in memory.
    pub shared_bytes: usize,
    /// Of all rows together, since a short row can be repeated, and a long text shared.
    pub text_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 10_000,
            directory_bytes: 4 << 20,
            unpacked_bytes: 2 << 30,
            ratio: 300,
            ratio_from_bytes: 16 << 20,
            shared_bytes: 64 << 20,
            text_bytes: 2 << 30,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error(
        "it is no workbook (.xlsx or .ods), whatever its name is; send it as what it is, CSV as text/csv"
    )]
    NotAWorkbook,
    #[error("it is an .{is} workbook under the name or the media type of .{called}; give it its own")]
    Mislabelled { is: &'static str, called: &'static str },
    #[error("it is a workbook of {0}; save it as .xlsx")]
    OtherKind(&'static str),
    #[error("it is encrypted; save it without a password")]
    Encrypted,
    #[error("it has macros ({0}); save it as .xlsx or .ods, without them")]
    Macros(String),
    #[error("it has no sheet `{wanted}`; its sheets are {found}")]
    NoSuchSheet { wanted: String, found: String },
    #[error("it has no sheet of cells")]
    NoSheet,
    #[error("{0}")]
    NoTable(String),
    #[error("it has more than {most} parts; save the sheet as CSV")]
    TooManyEntries { most: usize },
    #[error("the list of its parts is longer than {most} bytes; save the sheet as CSV")]
    DirectoryTooLarge { most: u64 },
    #[error("unpacked it is larger than {most} bytes; divide it, or save the sheet as CSV")]
    TooLarge { most: u64 },
    #[error("more than {ratio} bytes come out of one that is packed; save the sheet as CSV")]
    Bomb { ratio: u64 },
    #[error("the texts of its cells are longer than {most} bytes together; save the sheet as CSV")]
    SharedTooLarge { most: usize },
    #[error("its rows are longer than {most} bytes together; divide it, or delete rows that repeat")]
    TextTooLarge { most: u64 },
    #[error("its row {row} is longer than 1 MiB; shorten its cells, or repeat them in fewer columns")]
    RowTooLong { row: u64 },
    #[error("its row {row} has a value in column {column}, beyond the 1,000 that are read")]
    TooManyColumns { row: u64, column: u64 },
    #[error("it has more than 1,048,576 rows; divide it")]
    TooManyRows,
    #[error("the workbook is damaged: {0}; open it in its program and save it anew")]
    Damaged(String),
    #[error("the workbook cannot be read: {0}")]
    Io(String),
}

impl SheetError {
    /// What is said of it may have names of the file in it, as long as it likes.
    fn damaged(what: String) -> Self {
        Self::Damaged(what.chars().take(SAID_CHARS).collect())
    }

    fn from_io(error: io::Error) -> Self {
        Self::of_io(&error)
    }

    /// Readers below carry these errors through.
    fn of_io(error: &io::Error) -> Self {
        if let Some(found) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return found.clone();
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::damaged(error.to_string())
            }
            _ => Self::Io(error.to_string()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    /// Plain decimal text.
    Number(String),
    /// By ISO 8601: a date, a time or both.
    Date(String),
    Bool(bool),
    /// `#N/A`, or why there is no value.
    Fault(String),
}

impl Cell {
    fn bytes(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Bool(_) => 5,
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::Fault(text) => text.len(),
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Text(text) | Self::Number(text) | Self::Date(text) | Self::Fault(text) => text,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The sheet's first row is 1.
    pub number: u64,
    pub cells: Vec<Cell>,
    bytes: usize,
}

impl Row {
    /// As a record of a CSV file with as many columns as its header. The position it ends at counts rows: a sheet is
    /// read from its beginning, up to where reading is taken up again.
    pub fn into_record(self, width: usize) -> Record {
        let error = |(at, cell): (usize, &Cell)| match cell {
            Cell::Fault(fault) => Some((at, format!("{}{}: {fault}", column_name(at), self.number))),
            _ => None,
        };
        let errors = self.cells.iter().enumerate().filter_map(error).collect();
        let bytes = self.bytes as u64;
        let end = Position { byte: 0, line: self.number + 1 };
        let mut cells: Vec<String> = self.cells.into_iter().map(Cell::into_text).collect();
        cells.resize(cells.len().max(width), String::new());
        Record { line: self.number, bytes, end, cells: Ok(cells), errors, cut_off: false }
    }

    /// Puts a value into the column, counted from 0.
    fn put(&mut self, column: u64, cell: Cell) -> Result<(), SheetError> {
        if cell == Cell::Empty {
            return Ok(());
        }
        let row = self.number;
        let at = usize::try_from(column).ok().filter(|at| *at < MAX_COLUMNS);
        let Some(at) = at else { return Err(SheetError::TooManyColumns { row, column: column + 1 }) };
        if at < self.cells.len() {
            return Err(SheetError::damaged(format!("its row {row} has a column twice")));
        }
        self.bytes += cell.bytes();
        if self.bytes > MAX_RECORD_BYTES {
            return Err(SheetError::RowTooLong { row });
        }
        self.cells.resize(at, Cell::Empty);
        self.cells.push(cell);
        Ok(())
    }
}

/// `A`, `Z`, `AA`.
fn column_name(mut at: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(at % 26).unwrap_or(0)));
        if at < 26 {
            return letters.iter().rev().collect();
        }
        at = at / 26 - 1;
    }
}

pub struct Rows<R: Read> {
    book: Book<R>,
    limits: Limits,
    text_bytes: u64,
    ended: bool,
}

enum Book<R: Read> {
    Xlsx(Box<xlsx::Xlsx<R>>),
    Ods(Box<ods::Ods<R>>),
}

impl<R: Read + Seek> Rows<R> {
    /// Of the sheet of this name, or of the first that is shown.
    pub fn open(mut source: R, chosen: Option<&str>, limits: Limits) -> Result<Self, SheetError> {
        refuse_ole(&mut source)?;
        let package = Package::open(source, limits)?;
        refuse_macros(&package)?;
        let book = if package.has("content.xml") {
            Book::Ods(Box::new(ods::Ods::open(package, chosen)?))
        } else if package.has("xl/workbook.bin") {
            return Err(SheetError::OtherKind("Excel in binary form (.xlsb)"));
        } else if package.has("[Content_Types].xml") {
            Book::Xlsx(Box::new(xlsx::Xlsx::open(package, chosen)?))
        } else {
            return Err(SheetError::NotAWorkbook);
        };
        Ok(Self { book, limits, text_bytes: 0, ended: false })
    }

    fn kind(&self) -> Kind {
        match &self.book {
            Book::Xlsx(_) => Kind::Xlsx,
            Book::Ods(_) => Kind::Ods,
        }
    }

    fn sheet(&self) -> Sheet {
        let (name, epoch) = match &self.book {
            Book::Xlsx(sheet) => (sheet.name(), Some(sheet.epoch())),
            Book::Ods(sheet) => (sheet.name(), None),
        };
        Sheet { kind: self.kind(), name: name.to_owned(), epoch }
    }

    fn read(&mut self) -> Result<Option<Row>, SheetError> {
        let row = match &mut self.book {
            Book::Xlsx(sheet) => sheet.next_row()?,
            Book::Ods(sheet) => sheet.next_row()?,
        };
        let Some(row) = row else { return Ok(None) };
        // An empty cell is held as well.
        self.text_bytes = self.text_bytes.saturating_add((row.bytes + row.cells.len()) as u64);
        if self.text_bytes > self.limits.text_bytes {
            return Err(SheetError::TextTooLarge { most: self.limits.text_bytes });
        }
        Ok(Some(row))
    }
}

/// After an error there is nothing more.
impl<R: Read + Seek> Iterator for Rows<R> {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

/// An old workbook, or a new one under a password: then one of its streams has the name `EncryptedPackage`.
fn refuse_ole<R: Read + Seek>(source: &mut R) -> Result<(), SheetError> {
    source.seek(SeekFrom::Start(0)).map_err(SheetError::from_io)?;
    let mut head = Vec::new();
    source.by_ref().take(OLE_SIGNATURE.len() as u64).read_to_end(&mut head).map_err(SheetError::from_io)?;
    if head != OLE_SIGNATURE {
        return if head.starts_with(b"PK") { Ok(()) } else { Err(SheetError::NotAWorkbook) };
    }
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut window, mut searched) = (Vec::new(), 0);
    while searched < OLE_SEARCHED_BYTES {
        let read = source.by_ref().take(64 * 1_024).read_to_end(&mut window).map_err(SheetError::from_io)?;
        if window.windows(name.len()).any(|found| found == name) {
            return Err(SheetError::Encrypted);
        }
        if read == 0 {
            break;
        }
        searched += read as u64;
        window.drain(..window.len().saturating_sub(name.len()));
    }
    Err(SheetError::OtherKind("an old Excel (.xls)"))
}

fn refuse_macros<R: Read + Seek>(package: &Package<R>) -> Result<(), SheetError> {
    let is_macro = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        lower.ends_with("vbaproject.bin")
            || ["xl/macrosheets/", "basic/", "scripts/"].iter().any(|folder| lower.starts_with(folder))
    };
    match package.names().find(is_macro) {
        Some(name) => Err(SheetError::Macros(name.chars().take(100).collect())),
        None => Ok(()),
    }
}

fn no_such_sheet(wanted: Option<&str>, found: &[String]) -> SheetError {
    let Some(wanted) = wanted else { return SheetError::NoSheet };
    let wanted = wanted.chars().take(100).collect();
    let found: Vec<String> = found.iter().take(20).map(|name| format!("`{name:.100}`")).collect();
    SheetError::NoSuchSheet { wanted, found: found.join(", ") }
}

#[cfg(test)]
mod tests;
