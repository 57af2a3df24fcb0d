//! Mappings that are right and wrong, and rows that go to a target and come back.

use super::*;
use crate::domain::records::{Position, Records};
use serde_json::json;
use uuid::Uuid;

fn target() -> TargetDefinition {
    let field = |name: &str, required| ImportField {
        name: name.to_owned(),
        description: String::new(),
        kind: match name {
            "unit_cost" => FieldKind::Decimal,
            "counted_on" => FieldKind::Date,
            _ => FieldKind::Text,
        },
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
            field("counted_on", false),
        ],
    }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn column(field: &str, column: &str) -> Entry {
    Entry { field: field.to_owned(), column: Some(column.to_owned()), ..Entry::default() }
}

fn value(field: &str, value: &str) -> Entry {
    Entry { field: field.to_owned(), value: Some(value.to_owned()), ..Entry::default() }
}

fn rounded_to(decimals: i64, entry: Entry) -> Entry {
    Entry { decimals: Some(decimals), ..entry }
}

fn with_comma(entry: Entry) -> Entry {
    Entry { decimal_mark: Some(DecimalMark::Comma), ..entry }
}

fn in_order(entry: Entry) -> Entry {
    Entry { date_order: Some(DateOrder::Dmy), ..entry }
}

#[test]
fn every_fault_of_a_mapping_is_told() {
    fn check_entries(entries: Vec<Entry>, expected: &[(&str, &str)]) {
        let found = check(&target(), Some(&columns(&["id", "title"])), entries.clone());
        let found = found.err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
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
    check_entries([&good[..], &[column("sku", "title")]].concat(), &[("/mapping/sku", "duplicate_field")]);
    for decimals in [0, 6] {
        check_entries([&good[..], &[rounded_to(decimals, column("unit_cost", "id"))]].concat(), &[]);
    }
    let pointer = "/mapping/unit_cost/decimals";
    for (entry, expected) in [
        (rounded_to(7, column("unit_cost", "id")), (pointer, "out_of_range")),
        (rounded_to(-1, column("unit_cost", "id")), (pointer, "out_of_range")),
        (rounded_to(2, value("unit_cost", "1.5")), (pointer, "without_column")),
        (rounded_to(2, column("currency", "id")), ("/mapping/currency/decimals", "not_a_decimal_field")),
        (with_comma(column("counted_on", "id")), ("/mapping/counted_on/decimal_mark", "not_a_decimal_field")),
        (with_comma(value("unit_cost", "1,5")), ("/mapping/unit_cost/decimal_mark", "without_column")),
        (in_order(column("unit_cost", "id")), ("/mapping/unit_cost/date_order", "not_a_date_field")),
        (in_order(value("counted_on", "1.2.2026")), ("/mapping/counted_on/date_order", "without_column")),
    ] {
        check_entries([&good[..], &[entry]].concat(), &[expected]);
    }
    let neither = Entry { field: "unit_cost".to_owned(), ..Entry::default() };
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
    records.push(b"1, '=Chai ,18\n2\n3,,x\n\"4\"4,a,b\n");
    records.end();
    let sorted = plan.sort(records.collect());
    let sent: Vec<_> = sorted.rows.iter().map(|row| (row.line, format!("{:?}", row.values))).collect();
    let expected = [
        (1, r#"{"currency": "USD", "name": "=Chai", "sku": "1", "unit_cost": "18"}"#.to_owned()),
        (3, r#"{"currency": "USD", "sku": "3", "unit_cost": "x"}"#.to_owned()),
    ];
    assert_eq!(sent, expected);

    let id = Uuid::from_u128(7);
    let fault =
        |field: &str| RowFault { field: field.to_owned(), rule: "rule".to_owned(), detail: String::new() };
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
        (2, "refused", None, faults(&["-/-/2 malformed_row"])),
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
fn cells_are_read_as_the_mapping_says_or_refused_before_the_target() {
    let columns = columns(&["id", "title", "price", "day"]);
    let entries = vec![
        column("sku", "id"),
        column("name", "title"),
        with_comma(column("unit_cost", "price")),
        in_order(column("counted_on", "day")),
    ];
    let plan = Plan::new(&check(&target(), Some(&columns), entries).unwrap(), &columns);
    let mut records = Records::from(Position::default());
    records.push(b"1,Chai,\"'-1.234,50\",03.02.2026\n2,Chang,1.5, 31.02. \n3,Konbu,,\n");
    records.end();
    let sorted = plan.sort(records.collect());
    let sent: Vec<_> = sorted.rows.iter().map(|row| (row.line, format!("{:?}", row.values))).collect();
    let expected = [
        (
            1,
            r#"{"counted_on": "2026-02-03", "name": "Chai", "sku": "1", "unit_cost": "-1234.50"}"#.to_owned(),
        ),
        (3, r#"{"name": "Konbu", "sku": "3"}"#.to_owned()),
    ];
    assert_eq!(sent, expected);
    let id = Uuid::nil();
    let outcomes = vec![RowOutcome::Created { id }, RowOutcome::Created { id }];
    let results = plan.results(ImportRunId::from_uuid(id), sorted, outcomes).unwrap();
    let outcomes: Vec<_> = results.iter().map(|result| (result.line, result.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Created), (2, Outcome::Refused), (3, Outcome::Created)]);
    let fault = |[column, field, value, rule, expected]: [&str; 5]| Fault {
        column: Some(column.to_owned()),
        field: Some(field.to_owned()),
        value: Some(value.to_owned()),
        rule: rule.to_owned(),
        detail: format!("must be {expected}, and is `{}`", value.trim()),
    };
    let day = "day, month and year of four digits, such as 03.02.2026 or 03.02.2026 09:30";
    let number = "a number with a comma before its decimals, such as 1.234,50";
    let expected = [
        fault(["day", "counted_on", " 31.02. ", "not_a_date", day]),
        fault(["price", "unit_cost", "1.5", "not_a_number", number]),
    ];
    assert_eq!(results[1].faults, expected);
}

#[test]
fn a_mapping_is_kept_as_it_was_and_what_was_kept_before_is_read() {
    let columns = columns(&["id", "title", "price", "day"]);
    let entries = vec![
        in_order(column("counted_on", "day")),
        value("currency", "USD"),
        column("name", "title"),
        column("sku", "id"),
        rounded_to(2, with_comma(column("unit_cost", "price"))),
    ];
    let mapping = check(&target(), Some(&columns), entries.clone()).unwrap();
    let kept = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<Mapping>(&kept).unwrap().entries(), entries);

    let before = json!({
        "name": { "column": "title" },
        "unit_cost": { "rounded": { "column": "price", "decimals": 2 } },
        "currency": { "value": "USD" },
    });
    let before: Mapping = serde_json::from_value(before).unwrap();
    let expected =
        [value("currency", "USD"), column("name", "title"), rounded_to(2, column("unit_cost", "price"))];
    assert_eq!(before.entries(), expected);
    // A node of the version before still reads what it has words for.
    let entries = [vec![column("sku", "id")], expected.to_vec()].concat();
    let plain = check(&target(), Some(&columns), entries).unwrap();
    let rounded = serde_json::to_value(&plain).unwrap()["unit_cost"].clone();
    assert_eq!(rounded, json!({ "rounded": { "column": "price", "decimals": 2 } }));
}

#[test]
fn the_comma_of_a_workbook_is_none() {
    let columns = columns(&["id", "title", "price", "day"]);
    let check_workbook = |unit_cost: Entry, expected: &[(&str, &str)]| {
        let others = [column("sku", "id"), column("name", "title"), in_order(column("counted_on", "day"))];
        let entries = [&others[..], &[unit_cost]].concat();
        let mapping = check(&target(), Some(&columns), entries).unwrap();
        let found = mapping.check_for_workbook().err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
        assert_eq!(found, expected);
    };
    let point = Entry { decimal_mark: Some(DecimalMark::Point), ..column("unit_cost", "price") };
    check_workbook(point, &[]);
    let pointer = "/mapping/unit_cost/decimal_mark";
    check_workbook(with_comma(column("unit_cost", "price")), &[(pointer, "of_a_workbook")]);
}

#[test]
fn an_answer_for_other_rows_than_were_sent_is_none() {
    let plan = Plan::new(&Mapping(BTreeMap::new()), &columns(&["a"]));
    let run = ImportRunId::from_uuid(Uuid::nil());
    let one = vec![RowOutcome::Created { id: Uuid::nil() }];
    assert!(plan.results(run, Sorted::default(), one).is_none());
}
