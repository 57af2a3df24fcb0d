//! Which column or fixed value fills which field of the target: checked once when a run is asked for, then used row
//! by row, forth to the target and back to what people see of a fault.

use super::guard::meant;
use super::mark::Marks;
use super::records::{Record, Unreadable};
use super::rounding::{MAX_DECIMALS, rounded};
use super::row::{Fault, Outcome, RowResult};
use imports_contract::ImportRunId;
use kernel::{Faults, FieldError};
use module::{FieldKind, ImportField, ImportRow, RowFault, RowOutcome, TargetDefinition};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

const MAX_VALUE_CHARS: usize = 1_000;
/// As long as a file may call one.
const MAX_COLUMN_CHARS: usize = 200;
const MAX_SHOWN_CHARS: usize = 200;
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
    malformed: Vec<(u64, Fault)>,
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
        for record in records {
            match record.cells {
                Ok(cells) if cells.len() == self.width => {
                    match self.marks.as_ref().map_or(Ok(None), |marks| marks.read(&cells)) {
                        Ok(corrects) => {
                            let (line, values) = (record.line, self.values(&cells));
                            sorted.rows.push(ImportRow { line, values, corrects });
                            sorted.sources.push(cells);
                        }
                        Err(fault) => sorted.malformed.push((record.line, fault)),
                    }
                }
                Ok(cells) => {
                    let detail = format!("the row has {} values, the header {}", cells.len(), self.width);
                    sorted.malformed.push((record.line, malformed(cells.join(","), detail)));
                }
                Err(Unreadable { detail, text }) => {
                    sorted.malformed.push((record.line, malformed(text, detail.to_owned())));
                }
            }
        }
        sorted
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
        let refused = |(line, fault)| {
            let faults = vec![fault];
            RowResult { run, line, outcome: Outcome::Refused, resource_id: None, faults }
        };
        let mut results: Vec<RowResult> = taken.chain(sorted.malformed.into_iter().map(refused)).collect();
        results.sort_by_key(|result| result.line);
        Some(results)
    }

    fn values(&self, cells: &[String]) -> BTreeMap<String, String> {
        let value = |origin: &Origin| match origin {
            Origin::Fixed(value) => Some(value.clone()),
            Origin::Cell { index, decimals, .. } => {
                let cell = meant(cells.get(*index)?);
                let cell = decimals.map_or(Cow::Borrowed(cell), |decimals| rounded(cell, decimals));
                (!cell.is_empty()).then(|| cell.into_owned())
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
    let rule = "malformed_row".to_owned();
    Fault { column: None, field: None, value: Some(shown(text)), rule, detail }
}

pub fn shown(text: String) -> String {
    text.chars().take(MAX_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::super::records::{Position, Records};
    use super::*;
    use module::{FieldKind, ImportField};
    use uuid::Uuid;

    fn target() -> TargetDefinition {
        let field = |name: &str, required| ImportField {
            name: name.to_owned(),
            description: String::new(),
            kind: if name == "unit_cost" { FieldKind::Decimal } else { FieldKind::Text },
            required,
        };
        TargetDefinition {
            name: "inventory.items".to_owned(),
            title: "Items".to_owned(),
            permission: "inventory.items.write".to_owned(),
            read_permission: "inventory.items.read".to_owned(),
            key: vec!["sku".to_owned()],
            fields: vec![
                field("sku", true),
                field("name", true),
                field("unit_cost", false),
                field("currency", false),
            ],
        }
    }

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn column(field: &str, column: &str) -> Entry {
        Entry { field: field.to_owned(), column: Some(column.to_owned()), value: None, decimals: None }
    }

    fn value(field: &str, value: &str) -> Entry {
        Entry { field: field.to_owned(), column: None, value: Some(value.to_owned()), decimals: None }
    }

    fn rounded_to(decimals: i64, entry: Entry) -> Entry {
        Entry { decimals: Some(decimals), ..entry }
    }

    #[test]
    fn every_fault_of_a_mapping_is_told() {
        fn check_entries(entries: Vec<Entry>, expected: &[(&str, &str)]) {
            let found = check(&target(), Some(&columns(&["id", "title"])), entries.clone());
            let found = found.err().unwrap_or_default();
            let found: Vec<_> =
                found.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
            assert_eq!(found, expected, "{entries:?}");
        }
        let good = [column("sku", "id"), column("name", "title")];
        check_entries(good.to_vec(), &[]);
        check_entries([&good[..], &[value("currency", "USD"), column("unit_cost", "id")]].concat(), &[]);
        check_entries(vec![], &[("/mapping/sku", "missing_field"), ("/mapping/name", "missing_field")]);
        check_entries(
            vec![column("sku", "ID"), value("name", " "), column("colour", "id"), column("a/b~c", "id")],
            &[
                ("/mapping/sku/column", "unknown_column"),
                ("/mapping/name/value", "blank"),
                ("/mapping/colour", "unknown_field"),
                ("/mapping/a~1b~0c", "unknown_field"),
            ],
        );
        check_entries(
            [&good[..], &[column("sku", "title")]].concat(),
            &[("/mapping/sku", "duplicate_field")],
        );
        for decimals in [0, 6] {
            check_entries([&good[..], &[rounded_to(decimals, column("unit_cost", "id"))]].concat(), &[]);
        }
        let pointer = "/mapping/unit_cost/decimals";
        for (entry, expected) in [
            (rounded_to(7, column("unit_cost", "id")), (pointer, "out_of_range")),
            (rounded_to(-1, column("unit_cost", "id")), (pointer, "out_of_range")),
            (rounded_to(2, value("unit_cost", "1.5")), (pointer, "without_column")),
            (rounded_to(2, column("currency", "id")), ("/mapping/currency/decimals", "not_a_decimal_field")),
        ] {
            check_entries([&good[..], &[entry]].concat(), &[expected]);
        }
        let neither = Entry { field: "unit_cost".to_owned(), column: None, value: None, decimals: None };
        let both = Entry { value: Some("EUR".to_owned()), ..column("currency", "id") };
        check_entries(
            [&good[..], &[neither, both]].concat(),
            &[("/mapping/unit_cost", "missing_source"), ("/mapping/currency", "ambiguous_source")],
        );
    }

    #[test]
    fn rows_go_to_the_target_and_come_back_in_the_words_of_the_file() {
        let columns = columns(&["id", "title", "price"]);
        let entries = vec![
            column("sku", "id"),
            column("name", "title"),
            column("unit_cost", "price"),
            value("currency", "USD"),
        ];
        let plan = Plan::new(&check(&target(), Some(&columns), entries).unwrap(), &columns);
        let mut records = Records::from(Position::default());
        records.push(b"1, '=Chai ,18\n2,Chang\n3,,x\n\"4\"4,a,b\n");
        records.end();
        let sorted = plan.sort(records.collect());
        let sent: Vec<_> = sorted.rows.iter().map(|row| (row.line, format!("{:?}", row.values))).collect();
        let expected = [
            (1, r#"{"currency": "USD", "name": "=Chai", "sku": "1", "unit_cost": "18"}"#.to_owned()),
            (3, r#"{"currency": "USD", "sku": "3", "unit_cost": "x"}"#.to_owned()),
        ];
        assert_eq!(sent, expected);

        let id = Uuid::from_u128(7);
        let fault = |field: &str| RowFault {
            field: field.to_owned(),
            rule: "rule".to_owned(),
            detail: String::new(),
        };
        let faults = vec![fault("unit_cost"), fault("currency"), fault("name"), fault("reorder_level")];
        let outcomes = vec![RowOutcome::Created { id }, RowOutcome::Refused { faults }];
        let results = plan.results(ImportRunId::from_uuid(id), sorted, outcomes).unwrap();
        let shown: Vec<_> = results
            .iter()
            .map(|result| {
                let faults = result.faults.iter().map(|fault| {
                    let part = |part: &Option<String>| part.clone().unwrap_or("-".to_owned());
                    format!(
                        "{}/{}/{} {}",
                        part(&fault.column),
                        part(&fault.field),
                        part(&fault.value),
                        fault.rule
                    )
                });
                (result.line, result.outcome.name(), result.resource_id, faults.collect::<Vec<_>>())
            })
            .collect();
        let faults = |faults: &[&str]| faults.iter().map(|fault| (*fault).to_owned()).collect::<Vec<_>>();
        let expected = [
            (1, "created", Some(id), faults(&[])),
            (2, "refused", None, faults(&["-/-/2,Chang malformed_row"])),
            (
                3,
                "refused",
                None,
                faults(&[
                    "price/unit_cost/x rule",
                    "-/currency/USD rule",
                    "title/name/ rule",
                    "-/reorder_level/- rule",
                ]),
            ),
            (4, "refused", None, faults(&["-/-/\"4\"4,a,b malformed_row"])),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn numbers_that_are_too_precise_are_rounded_where_the_mapping_says_so() {
        fn check_detail(unit_cost: Entry, sent: &str, told: &str) {
            let columns = columns(&["id", "title", "price"]);
            let entries = vec![column("sku", "id"), column("name", "title"), unit_cost];
            let plan = Plan::new(&check(&target(), Some(&columns), entries).unwrap(), &columns);
            let mut records = Records::from(Position::default());
            records.push(b"1,Chai,21.3500004\n");
            records.end();
            let sorted = plan.sort(records.collect());
            assert_eq!(sorted.rows[0].values["unit_cost"], sent);
            let (field, rule) = ("unit_cost".to_owned(), "too_precise".to_owned());
            let fault = RowFault { field, rule, detail: "has more decimals than USD".to_owned() };
            let outcomes = vec![RowOutcome::Refused { faults: vec![fault] }];
            let results = plan.results(ImportRunId::from_uuid(Uuid::nil()), sorted, outcomes).unwrap();
            let fault = &results[0].faults[0];
            assert_eq!((fault.value.as_deref(), fault.detail.as_str()), (Some("21.3500004"), told));
        }
        let hint = "has more decimals than USD; map it with `decimals` to round";
        check_detail(column("unit_cost", "price"), "21.3500004", hint);
        check_detail(rounded_to(2, column("unit_cost", "price")), "21.35", "has more decimals than USD");
        check_detail(rounded_to(3, column("unit_cost", "price")), "21.350", "has more decimals than USD");
    }

    #[test]
    fn an_answer_for_other_rows_than_were_sent_is_none() {
        let plan = Plan::new(&Mapping(BTreeMap::new()), &columns(&["a"]));
        let run = ImportRunId::from_uuid(Uuid::nil());
        let one = vec![RowOutcome::Created { id: Uuid::nil() }];
        assert!(plan.results(run, Sorted::default(), one).is_none());
    }
}
