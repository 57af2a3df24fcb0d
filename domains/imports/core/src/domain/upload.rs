//! A file that was found to be CSV and lies in the blob store.

use chrono::{DateTime, Utc};
use imports_contract::UploadId;

pub const MEDIA_TYPE: &str = "text/csv";

#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    pub id: UploadId,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: u64,
    /// Without the header.
    pub row_count: u64,
    pub columns: Vec<String>,
    pub preview: Vec<Vec<String>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

const FILE_NAME_MAX_CHARS: usize = 200;
const NAMELESS: &str = "upload.csv";

/// The last part of what a client calls its file, fit to be shown.
pub fn file_name(given: Option<&str>) -> String {
    let last = given.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).take(FILE_NAME_MAX_CHARS).collect();
    let trimmed = shown.trim();
    if trimmed.is_empty() { NAMELESS.to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn file_names_are_names() {
        fn check(given: Option<&str>, expected: &str) {
            assert_eq!(super::file_name(given), expected, "{given:?}");
        }
        check(None, "upload.csv");
        check(Some("  "), "upload.csv");
        check(Some("Bestände 2026.csv"), "Bestände 2026.csv");
        check(Some("C:\\files\\stock.csv"), "stock.csv");
        check(Some("../../etc/passwd"), "passwd");
        check(Some("a\r\nb.csv"), "ab.csv");
        check(Some(&"x".repeat(500)), &"x".repeat(200));
    }
}
