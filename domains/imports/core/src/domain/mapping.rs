//! Which column or fixed value fills which field of the target: checked once when a run is asked for, then used row
//! by row, forth to the target and back to what people see of a fault.

use super::cell_error::is_error;
use super::guard::meant;
use super::mark::Marks;
use super::records::{Record, Unreadable};
use super::rounding::{MAX_DECIMALS, rounded};
use super::row::{Fault, Outcome, RowResult};
use imports_contract::ImportRunId;
use kernel::{Faults, FieldError};
use module::{FieldKind, ImportField, ImportRow, RefusedRow, RowFault, RowOutcome, TargetDefinition};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const MAX_VALUE_CHARS: usize = 1_000;
/// As long as a file may call one.
const MAX_COLUMN_CHARS: usize = 200;
const MAX_SHOWN_CHARS: usize = 200;
/// The rule by which a row is refused that never comes to the target.
const MALFORMED_ROW: &str = "malformed_row";
/// The rule by which targets refuse a number of too many decimals.
const TOO_PRECISE: &str = "too_precise";

/// By the target's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping(pub BTreeMap<String, Source>);

impl Mapping {
    pub fn entries(&self) -> Vec<Entry> {
        let entry = |(field, source): (&String, &Source)| {
            let (column, value, decimals) = match source.clone() {
                Source::Column(column) => (Some(column), None, None),
                Source::Rounded { column, decimals } => (Some(column), None, Some(decimals.into())),
                Source::Value(value) => (None, Some(value), None),
            };
            Entry { field: field.clone(), column, value, decimals }
        };
        self.0.iter().map(entry).collect()
    }

    pub fn uses_column(&self, name: &str) -> bool {
        self.0.values().any(|source| match source {
            Source::Column(column) | Source::Rounded { column, .. } => column == name,
            Source::Value(_) => false,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Column(String),
    /// A number of the column, rounded half to even.
    Rounded {
        column: String,
        decimals: u32,
    },
    /// The same in every row.
    Value(String),
}

/// One entry as a client wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub field: String,
    pub column: Option<String>,
    pub value: Option<String>,
    /// To round a column's numbers to.
    pub decimals: Option<i64>,
}

/// All that is wrong with it at once, by pointers into the request. Without a file nothing is said of columns.
pub fn check(
    target: &TargetDefinition,
    columns: Option<&[String]>,
    entries: Vec<Entry>,
) -> Result<Mapping, Vec<FieldError>> {
    let mut faults = Faults::new();
    let mut mapping = BTreeMap::new();
    let mut given = BTreeSet::new();
    for entry in entries {
        let pointer = format!("/mapping/{}", escape(&entry.field));
        if !given.insert(entry.field.clone()) {
            faults.add(pointer, "duplicate_field", format!("`{}` is given twice", entry.field));
            continue;
        }
        let Some(field) = target.fields.iter().find(|field| field.name == entry.field) else {
            let known = listed(target.fields.iter().map(|field| &field.name));
            let detail = format!("`{}` has no field `{}`; it has {known}", target.name, entry.field);
            faults.add(pointer, "unknown_field", detail);
            continue;
        };
        let decimals = decimals(&mut faults, &pointer, field, &entry);
        if let Some(source) = source(&mut faults, &pointer, columns, &entry, decimals) {
            mapping.insert(entry.field, source);
        }
    }
    for field in target.fields.iter().filter(|field| field.required && !given.contains(&field.name)) {
        let detail = format!("`{}` needs `{}`: give it a column or a value", target.name, field.name);
        faults.add(format!("/mapping/{}", escape(&field.name)), "missing_field", detail);
    }
    faults.finish(Mapping(mapping))
}

fn decimals(faults: &mut Faults, pointer: &str, field: &ImportField, entry: &Entry) -> Option<u32> {
    let decimals = entry.decimals?;
    let (code, detail) = if field.kind != FieldKind::Decimal {
        ("not_a_decimal_field", format!("`{}` takes no numbers that could be rounded", field.name))
    } else if entry.column.is_none() {
        ("without_column", "is for a column's numbers".to_owned())
    } else if (0..=MAX_DECIMALS).contains(&decimals) {
        return u32::try_from(decimals).ok();
    } else {
        ("out_of_range", format!("must be from 0 to {MAX_DECIMALS}"))
    };
    faults.add(format!("{pointer}/decimals"), code, detail);
    None
}

fn source(
    faults: &mut Faults,
    pointer: &str,
    columns: Option<&[String]>,
    entry: &Entry,
    decimals: Option<u32>,
) -> Option<Source> {
    match (&entry.column, &entry.value) {
        (Some(column), None) => {
            let column = match columns {
                Some(columns) if columns.contains(column) => column.clone(),
                Some(columns) => {
                    let known = listed(columns.iter());
                    let detail = format!("the file has no column `{column}`; it has {known}");
                    faults.add(format!("{pointer}/column"), "unknown_column", detail);
                    return None;
                }
                None => faults.prose(&format!("{pointer}/column"), column, MAX_COLUMN_CHARS),
            };
            Some(match decimals {
                None => Source::Column(column),
                Some(decimals) => Source::Rounded { column, decimals },
            })
        }
        (None, Some(value)) => {
            let value = faults.text(&format!("{pointer}/value"), value, MAX_VALUE_CHARS);
            Some(Source::Value(value))
        }
        (Some(_), Some(_)) => {
            faults.add(pointer, "ambiguous_source", "give either `column` or `value`, not both");
            None
        }
        (None, None) => {
            faults.add(pointer, "missing_source", "give `column` or `value`");
            None
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    const MOST: usize = 30;
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    match names.get(..MOST) {
        Some(some) => format!("{} and {} more", some.join(", "), names.len() - MOST),
        None => names.join(", "),
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A mapping whose columns are found.
#[derive(Debug)]
pub struct Plan {
    fields: Vec<(String, Origin)>,
    marks: Option<Marks>,
    width: usize,
}

#[derive(Debug)]
enum Origin {
    Cell { index: usize, column: String, decimals: Option<u32> },
    Fixed(String),
}

/// The rows of a batch that go to the target, and those it never sees.
#[derive(Debug, Default)]
pub struct Sorted {
    pub rows: Vec<ImportRow>,
    sources: Vec<Vec<String>>,
    malformed: Vec<(u64, Vec<Fault>)>,
}

impl Plan {
    pub fn new(mapping: &Mapping, columns: &[String]) -> Self {
        let cell = |column: &String, decimals| {
            let index = columns.iter().position(|known| known == column)?;
            Some(Origin::Cell { index, column: column.clone(), decimals })
        };
        let origin = |source: &Source| match source {
            Source::Value(value) => Some(Origin::Fixed(value.clone())),
            Source::Column(column) => cell(column, None),
            Source::Rounded { column, decimals } => cell(column, Some(*decimals)),
        };
        let fields = mapping.0.iter().filter_map(|(field, source)| Some((field.clone(), origin(source)?)));
        Self { fields: fields.collect(), marks: Marks::of(mapping, columns), width: columns.len() }
    }

    pub fn sort(&self, records: Vec<Record>) -> Sorted {
        let mut sorted = Sorted::default();
        for mut record in records {
            let fits = record.fit(self.width);
            let line = record.line;
            match record.cells {
                Ok(cells) if fits => match self.corrects(&cells, &record.errors) {
                    Ok(corrects) => {
                        sorted.rows.push(ImportRow { line, values: self.values(&cells), corrects });
                        sorted.sources.push(cells);
                    }
                    Err(faults) => sorted.malformed.push((line, faults)),
                },
                Ok(cells) => {
                    let detail = format!("the row has {} values, the header {}", cells.len(), self.width);
                    sorted.malformed.push((line, vec![malformed(cells.join(","), detail)]));
                }
                Err(Unreadable { detail, text }) => {
                    sorted.malformed.push((line, vec![malformed(text, detail.to_owned())]));
                }
            }
        }
        sorted
    }

    /// Which row of an error file it was, where nothing keeps it from the target.
    fn corrects(
        &self,
        cells: &[String],
        errors: &BTreeMap<usize, String>,
    ) -> Result<Option<RefusedRow>, Vec<Fault>> {
        let corrects = self.marks.as_ref().map_or(Ok(None), |marks| marks.read(cells));
        let corrects = corrects.map_err(|fault| vec![fault])?;
        let fault = |(field, origin): &(String, Origin)| {
            let Origin::Cell { index, column, .. } = origin else { return None };
            // In an error file it stays one until somebody has mended it.
            let left = || cells.get(*index).filter(|cell| corrects.is_some() && is_error(cell.trim()));
            let error = shown(errors.get(index).or_else(left)?.clone());
            let (column, field) = (Some(column.clone()), Some(field.clone()));
            let detail = format!("has an error instead of a value ({error})");
            Some(Fault { column, field, value: Some(error), rule: MALFORMED_ROW.to_owned(), detail })
        };
        let faults: Vec<Fault> = self.fields.iter().filter_map(fault).collect();
        if faults.is_empty() { Ok(corrects) } else { Err(faults) }
    }

    /// One result a record, in the order of the file. `None`: the target did not answer for each row.
    pub fn results(
        &self,
        run: ImportRunId,
        sorted: Sorted,
        outcomes: Vec<RowOutcome>,
    ) -> Option<Vec<RowResult>> {
        if outcomes.len() != sorted.rows.len() {
            return None;
        }
        let taken = sorted.rows.iter().zip(&sorted.sources).zip(outcomes);
        let taken = taken.map(|((row, cells), outcome)| self.result(run, row.line, cells, outcome));
        let refused =
            |(line, faults)| RowResult { run, line, outcome: Outcome::Refused, resource_id: None, faults };
        let mut results: Vec<RowResult> = taken.chain(sorted.malformed.into_iter().map(refused)).collect();
        results.sort_by_key(|result| result.line);
        Some(results)
    }

    fn values(&self, cells: &[String]) -> BTreeMap<String, String> {
        let value = |origin: &Origin| match origin {
            Origin::Fixed(value) => Some(value.clone()),
            Origin::Cell { index, decimals, .. } => {
                let cell = meant(cells.get(*index)?);
                let value = match decimals {
                    None => cell.into_owned(),
                    Some(decimals) => rounded(&cell, *decimals).into_owned(),
                };
                (!value.is_empty()).then_some(value)
            }
        };
        let values = self.fields.iter().filter_map(|(field, origin)| Some((field.clone(), value(origin)?)));
        values.collect()
    }

    fn result(&self, run: ImportRunId, line: u64, cells: &[String], outcome: RowOutcome) -> RowResult {
        let (outcome, resource_id, faults) = match outcome {
            RowOutcome::Created { id } => (Outcome::Created, Some(id), Vec::new()),
            RowOutcome::Updated { id } => (Outcome::Updated, Some(id), Vec::new()),
            RowOutcome::Unchanged { id } => (Outcome::Unchanged, Some(id), Vec::new()),
            RowOutcome::Refused { faults } => {
                let faults = faults.into_iter().map(|fault| self.explain(fault, cells)).collect();
                (Outcome::Refused, None, faults)
            }
        };
        RowResult { run, line, outcome, resource_id, faults }
    }

    /// The target knows its fields; the people who fix the file know its columns.
    fn explain(&self, fault: RowFault, cells: &[String]) -> Fault {
        let origin = self.fields.iter().find(|(field, _)| *field == fault.field).map(|(_, origin)| origin);
        let mut detail = fault.detail;
        if fault.rule == TOO_PRECISE && matches!(origin, Some(Origin::Cell { decimals: None, .. })) {
            detail.push_str("; map it with `decimals` to round");
        }
        let (column, value) = match origin {
            Some(Origin::Cell { index, column, .. }) => (Some(column.clone()), cells.get(*index).cloned()),
            Some(Origin::Fixed(value)) => (None, Some(value.clone())),
            None => (None, None),
        };
        let value = value.map(shown);
        Fault { column, field: Some(fault.field), value, rule: fault.rule, detail }
    }
}

fn malformed(text: String, detail: String) -> Fault {
    Fault { column: None, field: None, value: Some(shown(text)), rule: MALFORMED_ROW.to_owned(), detail }
}

pub fn shown(text: String) -> String {
    text.chars().take(MAX_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests;
