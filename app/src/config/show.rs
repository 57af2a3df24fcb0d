//! The configuration in force, as a file that could be read again, with origins as comments and without secrets.

use super::merge::Settings;
use super::{Config, Origin};
use std::fmt::Write;
use toml::{Table, Value};

/// What is printed is the typed configuration, in which a secret cannot be printed; the settings give order and origin.
pub(super) fn show(config: &Config, settings: &Settings) -> String {
    let Ok(values) = Table::try_from(config) else { return String::new() };
    let mut text = String::new();
    let mut section = "";
    for (key, setting) in settings.in_order() {
        let (path, name) = key.rsplit_once('.').unwrap_or(("", key));
        if path != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{path}]");
            section = path;
        }
        let Some(value) = find(&values, key) else { continue };
        let origin = match &setting.origin {
            Origin::Default => String::new(),
            origin => format!("  # {origin}"),
        };
        let _ = writeln!(text, "{name} = {value}{origin}");
    }
    text
}

fn find<'a>(values: &'a Table, key: &str) -> Option<&'a Value> {
    let (sections, name) = key.rsplit_once('.')?;
    sections.split('.').try_fold(values, |table, section| table.get(section)?.as_table())?.get(name)
}
