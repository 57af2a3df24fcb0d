//! Which column or fixed value fills which field of the target: checked once when a run is asked for, then used row
//! by row, forth to the target and back to what people see of a fault.

use super::cell_error::is_error;
use super::guard::meant;
use super::mark::Marks;
use super::notation::{DateOrder, DecimalMark, Misfit, Reading};
use super::records::{Record, Unreadable};
use super::rounding::MAX_DECIMALS;
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
            let (column, reading) = source.column().unzip();
            let value = match source {
                Source::Value(value) => Some(value.clone()),
                _ => None,
            };
            let Reading { decimals, decimal_mark, date_order } = reading.unwrap_or_default();
            let (field, decimals) = (field.clone(), decimals.map(i64::from));
            Entry { field, column: column.cloned(), value, decimals, decimal_mark, date_order }
        };
        self.0.iter().map(entry).collect()
    }

    pub fn uses_column(&self, name: &str) -> bool {
        self.0.values().filter_map(Source::column).any(|(column, _)| column == name)
    }

    /// What cannot be said of a workbook: its numbers have a point whatever its program shows, and stand beside texts,
    /// so that `1.234` may be one or a thousand.
    pub fn check_for_workbook(&self) -> Result<(), Vec<FieldError>> {
        let mut faults = Faults::new();
        let has_comma = |source: &Source| {
            source.column().is_some_and(|(_, reading)| reading.decimal_mark == Some(DecimalMark::Comma))
        };
        for (field, _) in self.0.iter().filter(|(_, source)| has_comma(source)) {
            let detail = "is for CSV; a workbook has numbers: leave it out, or save the sheet as CSV";
            faults.add(format!("/mapping/{}/decimal_mark", escape(field)), "of_a_workbook", detail);
        }
        faults.finish(())
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
    /// Where more is said of the column than that.
    Written {
        column: String,
        reading: Reading,
    },
    /// The same in every row.
    Value(String),
}

impl Source {
    fn of(column: String, reading: Reading) -> Self {
        match reading {
            Reading { decimals: None, decimal_mark: None, date_order: None } => Self::Column(column),
            Reading { decimals: Some(decimals), decimal_mark: None, date_order: None } => {
                Self::Rounded { column, decimals }
            }
            reading => Self::Written { column, reading },
        }
    }

    fn column(&self) -> Option<(&String, Reading)> {
        match self {
            Self::Column(column) => Some((column, Reading::default())),
            Self::Rounded { column, decimals } => {
                Some((column, Reading { decimals: Some(*decimals), ..Reading::default() }))
            }
            Self::Written { column, reading } => Some((column, *reading)),
            Self::Value(_) => None,
        }
    }
}

/// One entry as a client wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub field: String,
    pub column: Option<String>,
    pub value: Option<String>,
    /// To round a column's numbers to.
    pub decimals: Option<i64>,
    /// How a column's numbers and dates are written.
    pub decimal_mark: Option<DecimalMark>,
    pub date_order: Option<DateOrder>,
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
        let reading = reading(&mut faults, &pointer, field, &entry);
        if let Some(source) = source(&mut faults, &pointer, columns, &entry, reading) {
            mapping.insert(entry.field, source);
        }
    }
    for field in target.fields.iter().filter(|field| field.required && !given.contains(&field.name)) {
        let detail = format!("`{}` needs `{}`: give it a column or a value", target.name, field.name);
        faults.add(format!("/mapping/{}", escape(&field.name)), "missing_field", detail);
    }
    faults.finish(Mapping(mapping))
}

/// What is said of a column's cells, as far as the field takes such.
fn reading(faults: &mut Faults, pointer: &str, field: &ImportField, entry: &Entry) -> Reading {
    let mut fits = |name: &str, kind: FieldKind| {
        let (code, what) = match kind {
            FieldKind::Date => ("not_a_date_field", "dates"),
            _ => ("not_a_decimal_field", "numbers"),
        };
        let pointer = format!("{pointer}/{name}");
        if field.kind != kind {
            faults.add(pointer, code, format!("`{}` takes no {what}", field.name));
        } else if entry.column.is_none() {
            faults.add(pointer, "without_column", format!("is for a column's {what}"));
        } else {
            return true;
        }
        false
    };
    let decimal_mark = entry.decimal_mark.filter(|_| fits("decimal_mark", FieldKind::Decimal));
    let date_order = entry.date_order.filter(|_| fits("date_order", FieldKind::Date));
    let decimals = entry.decimals.filter(|_| fits("decimals", FieldKind::Decimal));
    if decimals.is_some_and(|decimals| !(0..=MAX_DECIMALS).contains(&decimals)) {
        let detail = format!("must be from 0 to {MAX_DECIMALS}");
        faults.add(format!("{pointer}/decimals"), "out_of_range", detail);
    }
    let decimals = decimals.and_then(|decimals| u32::try_from(decimals).ok());
    Reading { decimals, decimal_mark, date_order }
}

fn source(
    faults: &mut Faults,
    pointer: &str,
    columns: Option<&[String]>,
    entry: &Entry,
    reading: Reading,
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
            Some(Source::of(column, reading))
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
    Cell { index: usize, column: String, reading: Reading },
    Fixed(String),
}

/// The rows of a batch that go to the target, and those it never sees.
#[derive(Debug, Default)]
pub struct Sorted {
    pub rows: Vec<ImportRow>,
    sources: Vec<Vec<String>>,
    refused: Vec<(u64, Vec<Fault>)>,
}

impl Plan {
    pub fn new(mapping: &Mapping, columns: &[String]) -> Self {
        let origin = |source: &Source| match source {
            Source::Value(value) => Some(Origin::Fixed(value.clone())),
            _ => {
                let (column, reading) = source.column()?;
                let index = columns.iter().position(|known| known == column)?;
                Some(Origin::Cell { index, column: column.clone(), reading })
            }
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
                Ok(cells) if fits => {
                    let read = self.corrects(&cells, &record.errors);
                    match read.and_then(|corrects| Ok((corrects, self.values(&cells)?))) {
                        Ok((corrects, values)) => {
                            sorted.rows.push(ImportRow { line, values, corrects });
                            sorted.sources.push(cells);
                        }
                        Err(faults) => sorted.refused.push((line, faults)),
                    }
                }
                Ok(cells) => {
                    let detail = format!("the row has {} values, the header {}", cells.len(), self.width);
                    sorted.refused.push((line, vec![malformed(cells.join(","), detail)]));
                }
                Err(Unreadable { detail, text }) => {
                    sorted.refused.push((line, vec![malformed(text, detail.to_owned())]));
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
        let mut results: Vec<RowResult> = taken.chain(sorted.refused.into_iter().map(refused)).collect();
        results.sort_by_key(|result| result.line);
        Some(results)
    }

    /// As the target takes them, or all that are not written as the mapping says.
    fn values(&self, cells: &[String]) -> Result<BTreeMap<String, String>, Vec<Fault>> {
        let (mut values, mut faults) = (BTreeMap::new(), Vec::new());
        for (field, origin) in &self.fields {
            let value = match origin {
                Origin::Fixed(value) => value.clone(),
                Origin::Cell { index, column, reading } => {
                    let Some(cell) = cells.get(*index) else { continue };
                    let value = meant(cell);
                    if value.is_empty() {
                        continue;
                    }
                    match reading.read(&value) {
                        Ok(value) => value,
                        Err(misfit) => {
                            faults.push(unlike(column, field, cell, misfit));
                            continue;
                        }
                    }
                }
            };
            values.insert(field.clone(), value);
        }
        if faults.is_empty() { Ok(values) } else { Err(faults) }
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
        let unrounded = matches!(origin, Some(Origin::Cell { reading: Reading { decimals: None, .. }, .. }));
        if fault.rule == TOO_PRECISE && unrounded {
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

fn unlike(column: &str, field: &str, cell: &str, Misfit { rule, expected }: Misfit) -> Fault {
    let value = shown(cell.to_owned());
    let detail = format!("must be {expected}, and is `{}`", value.trim());
    let (column, field) = (Some(column.to_owned()), Some(field.to_owned()));
    Fault { column, field, value: Some(value), rule: rule.to_owned(), detail }
}

fn malformed(text: String, detail: String) -> Fault {
    Fault { column: None, field: None, value: Some(shown(text)), rule: MALFORMED_ROW.to_owned(), detail }
}

pub fn shown(text: String) -> String {
    text.chars().take(MAX_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests;
