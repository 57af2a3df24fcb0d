//! What is kept in a folder.

use std::path::Path;

/// How many files are in it and below.
pub fn files_under(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}
