//! A file that can be imported and lies in the blob store, and how it is read.

use super::dialect::Dialect;
use super::sheet::{self, Sheet};
use chrono::{DateTime, Utc};
use imports_contract::UploadId;

/// What kind of file it is; by its media type, which whoever sends it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Workbook(sheet::Kind),
}

impl Format {
    pub const ALL: [Self; 3] =
        [Self::Csv, Self::Workbook(sheet::Kind::Xlsx), Self::Workbook(sheet::Kind::Ods)];

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Workbook(sheet::Kind::Xlsx) => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
            Self::Workbook(sheet::Kind::Ods) => "application/vnd.oasis.opendocument.spreadsheet",
        }
    }

    pub fn of(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == media_type)
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Workbook(kind) => kind.extension(),
        }
    }

    /// The extension of the file's name, where it is that of another kind of file.
    pub fn contradicted_by(self, file_name: &str) -> Option<String> {
        const OF_WORKBOOKS: [&str; 9] = ["xlsx", "ods", "xls", "xlsm", "xlsb", "xlt", "xltx", "xltm", "ots"];
        const OF_TEXT: [&str; 4] = ["csv", "tsv", "tab", "txt"];
        let extension = file_name.rsplit_once('.')?.1.to_ascii_lowercase();
        let contradicts = match self {
            Self::Csv => OF_WORKBOOKS.contains(&extension.as_str()),
            Self::Workbook(kind) => {
                let known = [&OF_WORKBOOKS[..], &OF_TEXT[..]].concat();
                known.contains(&extension.as_str()) && extension != kind.extension()
            }
        };
        contradicts.then_some(extension)
    }
}

/// How a file is read: declared by whoever uploaded it or found out, once, and then kept, so that an import reads what
/// was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub source: Source,
    /// Its line or row; what is above it is not read.
    pub header_row: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Csv(Dialect),
    Sheet(Sheet),
}

impl Layout {
    pub fn format(&self) -> Format {
        match &self.source {
            Source::Csv(_) => Format::Csv,
            Source::Sheet(sheet) => Format::Workbook(sheet.kind),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    pub id: UploadId,
    pub file_name: String,
    pub layout: Layout,
    pub size_bytes: u64,
    /// Without the header.
    pub row_count: u64,
    pub columns: Vec<String>,
    pub preview: Vec<Vec<String>>,
    /// The actor who sent it; none where a version before took it in.
    pub uploaded_by: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

const FILE_NAME_MAX_CHARS: usize = 200;

/// The last part of what a client calls its file, fit to be shown.
pub fn file_name(given: Option<&str>, format: Format) -> String {
    let last = given.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).take(FILE_NAME_MAX_CHARS).collect();
    let trimmed = shown.trim();
    if trimmed.is_empty() { format!("upload.{}", format.extension()) } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_another_kind_of_file_is_noticed() {
        fn check(file_name: &str, format: Format, expected: Option<&str>) {
            assert_eq!(format.contradicted_by(file_name).as_deref(), expected, "{file_name} {format:?}");
        }
        let [csv, xlsx, ods] = Format::ALL;
        check("stock.csv", csv, None);
        check("stock.TXT", csv, None);
        check("stock", csv, None);
        check("stock.2026-01", csv, None);
        check("stock.xls", csv, Some("xls"));
        check("stock.XLSX", csv, Some("xlsx"));
        check("stock.xlsx", xlsx, None);
        check("stock", xlsx, None);
        check("stock.csv", xlsx, Some("csv"));
        check("stock.ods", xlsx, Some("ods"));
        check("stock.xls", xlsx, Some("xls"));
        check("stock.ods", ods, None);
        assert_eq!(Format::ALL.map(|format| Format::of(format.media_type())), Format::ALL.map(Some));
    }

    #[test]
    fn file_names_are_names() {
        fn check(given: Option<&str>, expected: &str) {
            assert_eq!(file_name(given, Format::Csv), expected, "{given:?}");
        }
        assert_eq!(file_name(None, Format::Workbook(sheet::Kind::Ods)), "upload.ods");
        check(None, "upload.csv");
        check(Some("  "), "upload.csv");
        check(Some("Bestände 2026.csv"), "Bestände 2026.csv");
        check(Some("C:\\files\\stock.csv"), "stock.csv");
        check(Some("../../etc/passwd"), "passwd");
        check(Some("a\r\nb.csv"), "ab.csv");
        check(Some(&"x".repeat(500)), &"x".repeat(200));
    }
}
