//! Lays the sources over each other, key by key. The parsed default document is the schema: what it lacks is no key,
//! and the type of its value is the type allowed.

use super::{DEFAULT, Fault, Origin, Sources};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use toml::de::{DeTable, ValueDeserializer};
use toml::{Table, Value};

const PREFIX: &str = "INSULA_";
/// Says where the file is; it is no setting.
const FILE_VARIABLE: &str = "INSULA_CONFIG";
/// Names that platforms set by custom. Insula's own have precedence.
const SHORTCUTS: [(&str, &str); 2] = [("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url")];

#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub value: Value,
    pub origin: Origin,
    pub default: Value,
    /// The place in the default document.
    pub order: usize,
}

/// Every key, as `section.key`, with what is in force.
#[derive(Clone, Debug)]
pub(super) struct Settings(BTreeMap<String, Setting>);

impl Settings {
    pub fn of_default(faults: &mut Vec<Fault>) -> Self {
        let leaves = leaves(DEFAULT, |_| Origin::Default, faults);
        let setting = |leaf: Leaf| {
            let setting = Setting {
                default: leaf.value.clone(),
                value: leaf.value,
                origin: leaf.origin,
                order: leaf.start,
            };
            (leaf.key, setting)
        };
        Self(leaves.into_iter().map(setting).collect())
    }

    /// Whether every source could be read.
    pub fn apply(&mut self, sources: &Sources, faults: &mut Vec<Fault>) -> bool {
        let complete = sources.file.as_deref().is_none_or(|path| self.apply_file(path, faults));
        self.apply_variables(sources, faults);
        for given in &sources.overrides {
            self.put(&given.key, given.value.clone(), Origin::Option(given.option), faults);
        }
        complete
    }

    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.0.get(key)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Setting)> {
        self.0.iter_mut().map(|(key, setting)| (key.as_str(), setting))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Setting> {
        self.0.get_mut(key)
    }

    /// In the order of the default document.
    pub fn in_order(&self) -> Vec<(&str, &Setting)> {
        let mut all: Vec<_> = self.0.iter().map(|(key, setting)| (key.as_str(), setting)).collect();
        all.sort_by_key(|(_, setting)| setting.order);
        all
    }

    /// The names under `[domains]`.
    pub fn domains(&self) -> Vec<&str> {
        let names = self
            .in_order()
            .into_iter()
            .filter_map(|(key, _)| key.strip_prefix("domains.")?.split('.').next());
        let mut names: Vec<&str> = names.collect();
        names.dedup();
        names
    }

    /// As one document.
    pub fn nested(&self) -> Table {
        let mut root = Table::new();
        for (key, setting) in &self.0 {
            let (sections, name) = key.rsplit_once('.').unwrap_or(("", key));
            let mut table = Some(&mut root);
            for section in sections.split('.') {
                let inner = table.and_then(|table| {
                    table.entry(section).or_insert_with(|| Value::Table(Table::new())).as_table_mut()
                });
                table = inner;
            }
            if let Some(table) = table {
                table.insert(name.to_owned(), setting.value.clone());
            }
        }
        root
    }

    fn apply_file(&mut self, path: &Path, faults: &mut Vec<Fault>) -> bool {
        let origin = |line| Origin::File { path: path.to_owned(), line };
        let at_line = |line| origin(Some(line));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                faults
                    .push(Fault { origin: origin(None), what: format!("the file cannot be read: {error}") });
                return false;
            }
        };
        let before = faults.len();
        let leaves = leaves(&text, at_line, faults);
        // Past a fault of syntax, what was read is a guess.
        if faults.len() > before {
            return false;
        }
        for leaf in leaves {
            self.put(&leaf.key, leaf.value, leaf.origin, faults);
        }
        true
    }

    fn apply_variables(&mut self, sources: &Sources, faults: &mut Vec<Fault>) {
        let mut variables: Vec<(&OsStr, &OsStr)> =
            sources.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str())).collect();
        variables.sort();
        for (variable, key) in SHORTCUTS {
            let given = variables.iter().find(|(name, value)| *name == variable && !value.is_empty());
            if let Some((_, value)) = given {
                self.put_variable(variable, key, value, faults);
            }
        }
        for (name, value) in variables {
            let name = name.to_string_lossy();
            if let Some(rest) = name.strip_prefix(PREFIX).filter(|_| name != FILE_VARIABLE) {
                self.put_variable(&name, &rest.to_lowercase().replace("__", "."), value, faults);
            }
        }
    }

    fn put_variable(&mut self, name: &str, key: &str, value: &OsStr, faults: &mut Vec<Fault>) {
        let origin = Origin::Variable(name.to_owned());
        let Some(setting) = self.0.get(key) else {
            let what = match self.similar(key) {
                Some(similar) => format!("no such setting; did you mean {}?", variable_of(similar)),
                None => "no such setting; `insula config show --defaults` prints all".to_owned(),
            };
            return faults.push(Fault { origin, what });
        };
        let Some(text) = value.to_str() else {
            return faults.push(Fault { origin, what: format!("`{key}` must be UTF-8") });
        };
        match read_as(&setting.default, text) {
            Some(value) => self.put(key, value, origin, faults),
            None => {
                let what = format!("`{key}` must be {}, but is {text:?}", type_name(&setting.default));
                faults.push(Fault { origin, what });
            }
        }
    }

    fn put(&mut self, key: &str, value: Value, origin: Origin, faults: &mut Vec<Fault>) {
        match self.0.get_mut(key) {
            Some(setting) if same_type(&value, &setting.default) => {
                setting.value = value;
                setting.origin = origin;
            }
            Some(setting) => {
                let (allowed, given) = (type_name(&setting.default), type_name(&value));
                faults.push(Fault { origin, what: format!("`{key}` must be {allowed}, but is {given}") });
            }
            None => {
                let section = self.0.keys().any(|known| known.starts_with(&format!("{key}.")));
                let what = match self.similar(key) {
                    _ if section && value.is_table() => return,
                    _ if section => format!("`{key}` is a section and holds no value itself; write [{key}]"),
                    Some(similar) => format!("no such key `{key}`; did you mean `{similar}`?"),
                    None => format!("no such key `{key}`; `insula config show --defaults` prints all"),
                };
                faults.push(Fault { origin, what });
            }
        }
    }

    /// The key that was probably meant: one spelled nearly so, or one of the same name in another section.
    fn similar(&self, key: &str) -> Option<&str> {
        let name = |key: &'_ str| key.rsplit('.').next().map(str::to_owned);
        let near = self.0.keys().map(|known| (strsim::damerau_levenshtein(known, key), known));
        let nearest = near.min().filter(|(distance, _)| *distance <= 3).map(|(_, known)| known);
        let elsewhere = || self.0.keys().find(|known| name(known) == name(key));
        nearest.or_else(elsewhere).map(String::as_str)
    }
}

struct Leaf {
    key: String,
    value: Value,
    origin: Origin,
    start: usize,
}

/// Every value of a document, and every empty table, so that an unknown section is seen.
fn leaves(text: &str, origin: impl Fn(usize) -> Origin, faults: &mut Vec<Fault>) -> Vec<Leaf> {
    let line = |start: usize| text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        // The error's own Display would quote the line, which may hold a secret.
        let start = error.span().map_or(0, |span| span.start);
        faults.push(Fault { origin: origin(line(start)), what: format!("not TOML: {}", error.message()) });
    }
    let mut leaves = Vec::new();
    let mut tables = vec![(String::new(), document.into_inner())];
    while let Some((prefix, table)) = tables.pop() {
        for (name, value) in table {
            let start = name.span().start;
            let key = format!("{prefix}{}", name.get_ref());
            match value.get_ref().as_table() {
                Some(inner) if !inner.is_empty() => tables.push((format!("{key}."), inner.clone())),
                _ => match Value::deserialize(ValueDeserializer::from(value)) {
                    Ok(value) => leaves.push(Leaf { key, value, origin: origin(line(start)), start }),
                    Err(error) => {
                        let what = format!("`{key}` cannot be read: {}", error.message());
                        faults.push(Fault { origin: origin(line(start)), what });
                    }
                },
            }
        }
    }
    leaves.sort_by_key(|leaf| leaf.start);
    leaves
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// The text of a variable as a value of the default's type.
fn read_as(default: &Value, text: &str) -> Option<Value> {
    match default {
        Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(Value::from).collect()))
        }
        _ => Some(Value::from(text)),
    }
}

/// The schema's lists are all of texts.
fn same_type(value: &Value, default: &Value) -> bool {
    value.same_type(default) && value.as_array().is_none_or(|items| items.iter().all(Value::is_str))
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(items) if items.iter().all(Value::is_str) => "a list of texts",
        Value::Array(_) => "a list of other things than texts",
        Value::Table(_) => "a section",
    }
}
