//! Rows as lines, each with all that is wrong with it.

use super::*;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Of a line that is right, with other cells in place of some of its own.
fn row(others: &[(&str, &str)]) -> Values {
    let good = [
        ("order", "PO-1"),
        ("supplier", "EXO"),
        ("sku", "TEA"),
        ("quantity", "2"),
        ("unit_price", "10"),
        ("currency", "USD"),
    ];
    let cells = good.iter().chain(others).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    cells.collect()
}

fn beside() -> Beside {
    let item = OrderedItem {
        id: ItemId::from_uuid(id(1)),
        unit: "each".to_owned(),
        currency: Some(Currency::USD),
        conversions: ItemConversions::default(),
    };
    Beside { supplier: Some(SupplierId::from_uuid(id(2))), item: Some(item), line: None }
}

fn draft() -> OrderThere {
    let change = decide(&row(&[("expected_on", "2026-02-20")]), id(9), None, &beside()).unwrap();
    change.left(None)
}

fn faults(values: &Values, there: Option<&OrderThere>, beside: &Beside) -> Vec<String> {
    let errors = decide(values, id(3), there, beside).err().unwrap_or_default();
    errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn all_faults_of_a_row_are_named_at_once() {
    let check = |others: &[(&str, &str)], expected: &[&str]| {
        assert_eq!(faults(&row(others), None, &beside()), expected, "{others:?}");
    };
    check(&[], &[]);
    check(&[("sku", " tea "), ("supplier", "exo"), ("currency", "usd"), ("quantity", "0.000001")], &[]);
    check(
        &[("unit", "dzn"), ("over_receipt_tolerance_percent", "100.0"), ("expected_on", "2026-02-20")],
        &[],
    );
    check(
        &[
            ("order", " "),
            ("supplier", ""),
            ("sku", ""),
            ("quantity", ""),
            ("unit_price", ""),
            ("currency", ""),
        ],
        &[
            "/order required",
            "/supplier required",
            "/sku required",
            "/quantity required",
            "/currency required",
            "/unit_price required",
        ],
    );
    check(
        &[("quantity", "0"), ("unit_price", "1.234"), ("expected_on", "20.2.2026"), ("colour", "red")],
        &[
            "/colour unknown_field",
            "/quantity not_positive",
            "/unit_price too_precise",
            "/expected_on not_a_date",
        ],
    );
    check(&[("quantity", "many"), ("unit_price", "-1")], &["/quantity not_a_number", "/unit_price negative"]);
    check(
        &[("currency", "XYZ"), ("unit_price", "x")],
        &["/currency unknown_currency", "/unit_price not_a_number"],
    );
    check(&[("currency", "EUR")], &["/currency other_currency"]);
    check(&[("unit", "KGM")], &["/unit other_dimension"]);
    check(&[("unit", "DZN"), ("quantity", "1000000000")], &["/quantity too_large"]);
    check(&[("order", "9".repeat(201).as_str())], &["/order too_long"]);
    let tolerance = "over_receipt_tolerance_percent";
    check(&[(tolerance, "101")], &["/over_receipt_tolerance_percent out_of_range"]);
    check(&[(tolerance, "2.5")], &["/over_receipt_tolerance_percent not_whole"]);
    let nobody = faults(&row(&[]), None, &Beside::default());
    assert_eq!(nobody, ["/supplier unknown", "/sku unknown"]);
}

#[test]
fn a_day_may_have_midnight_with_it() {
    let check = |text: &str, expected: Option<&str>| {
        let change = decide(&row(&[("expected_on", text)]), id(9), None, &beside());
        let found = change.map(|change| change.fields.expected_on.map(|day| day.to_string()));
        let found =
            found.map_err(|faults| faults.iter().map(|fault| fault.code.to_string()).collect::<Vec<_>>());
        let expected = expected.map(|day| Some(day.to_owned())).ok_or_else(|| vec!["not_a_date".to_owned()]);
        assert_eq!(found, expected, "{text}");
    };
    for day in ["2026-02-03", "2026-02-03T00:00:00", "2026-02-03 00:00", " 2026-02-03T00:00:00.000 "] {
        check(day, Some("2026-02-03"));
    }
    for none in
        ["2026-02-03T09:30:00", "2026-02-03T00:00:01", "2026-02-03T", "2026-02-03T00:00:00Z", "T00:00"]
    {
        check(none, None);
    }
    for shorter in ["03-02-26", "26-02-03", "03-02-26T00:00:00"] {
        check(shorter, None);
    }
}

#[test]
fn a_row_does_not_contradict_its_order() {
    let check = |others: &[(&str, &str)], change: fn(&mut OrderThere), expected: &[&str]| {
        let mut there = draft();
        change(&mut there);
        assert_eq!(faults(&row(others), Some(&there), &beside()), expected, "{others:?}");
    };
    check(&[], |_| (), &[]);
    check(&[("expected_on", "2026-02-20"), ("over_receipt_tolerance_percent", "0")], |_| (), &[]);
    check(
        &[("expected_on", "2026-02-21"), ("over_receipt_tolerance_percent", "5")],
        |there| there.supplier = SupplierId::from_uuid(id(8)),
        &[
            "/supplier other_supplier",
            "/expected_on other_day",
            "/over_receipt_tolerance_percent other_tolerance",
        ],
    );
    check(&[], |there| there.total = Money::zero(Currency::EUR), &["/currency other_currency"]);
    check(&[], |there| there.status = PurchaseStatus::Ordered, &["/order not_draft"]);
    check(&[], |there| there.lines = 499, &[]);
    check(&[], |there| there.lines = 500, &["/order too_many_lines"]);
    check(&[], |there| there.total.amount_minor = MAX_TOTAL_MINOR - 2_000, &[]);
    check(&[], |there| there.total.amount_minor = MAX_TOTAL_MINOR - 1_999, &["/order too_large"]);
}

#[test]
fn lines_add_up() {
    let there = draft();
    assert_eq!((there.total.amount_minor, there.lines, there.last_line), (2_000, 1, 1));
    let dozens = row(&[("unit", "DZN"), ("quantity", "3"), ("unit_price", "0.5")]);
    let change = decide(&dozens, id(4), Some(&there), &beside()).unwrap();
    let left = change.left(Some(&there));
    assert_eq!((left.total.amount_minor, left.lines, left.last_line), (2_150, 2, 2));
    assert_eq!((left.id, left.fields.expected_on), (there.id, there.fields.expected_on));
    let line = &change.line;
    assert_eq!((line.quantity.to_string(), line.entered.to_string()), ("36".to_owned(), "3".to_owned()));
    assert_eq!(line.unit.as_deref(), Some("DZN"));
    let without = left.without(line).unwrap();
    assert_eq!((without.total, without.lines), (there.total, there.lines));
    // As it is kept between a plan and its run.
    let kept: LineChange = serde_json::from_str(&serde_json::to_string(&change).unwrap()).unwrap();
    assert_eq!(kept, change);
    let kept: OrderThere = serde_json::from_str(&serde_json::to_string(&left).unwrap()).unwrap();
    assert_eq!(kept, left);
}

#[test]
fn what_was_built_upon_stays() {
    let there = draft();
    let change = decide(&row(&[]), id(4), Some(&there), &beside()).unwrap();
    let check = |order: fn(&mut OrderThere), line: fn(&mut Line), expected: Option<&str>| {
        let (mut left, mut of_row) = (change.left(Some(&there)), change.line.clone());
        order(&mut left);
        line(&mut of_row);
        let why = change.built_upon(Some(&left), Some(&of_row));
        assert_eq!(why.is_some(), expected.is_some(), "{why:?}");
        assert!(why.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{why:?}");
    };
    check(|_| (), |_| (), None);
    check(|order| order.lines = 7, |_| (), None);
    check(|order| order.status = PurchaseStatus::Received, |_| (), Some("the purchase order is no draft"));
    check(|order| order.fields.expected_on = None, |_| (), Some("the purchase order was changed"));
    check(
        |order| order.supplier = SupplierId::from_uuid(id(8)),
        |_| (),
        Some("the purchase order was changed"),
    );
    check(|_| (), |line| line.entered = Quantity::whole(9), Some("the lines of the purchase order were"));
    assert!(change.built_upon(Some(&there), None).unwrap().starts_with("the lines"));
    assert!(
        change.built_upon(None, Some(&change.line)).unwrap().starts_with("the purchase order is deleted")
    );
}

#[test]
fn a_line_is_known_by_what_it_says() {
    let plain = content(&row(&[("unit", "DZN")]));
    let written = [
        ("sku", " tea"),
        ("supplier", "exo "),
        ("quantity", "2.0"),
        ("unit", "dzn"),
        ("unit_price", "10.00"),
        ("currency", "usd"),
        ("expected_on", "2026-02-20"),
        ("over_receipt_tolerance_percent", "5"),
    ];
    assert_eq!(content(&row(&written)), plain);
    for other in [("sku", "TEA2"), ("supplier", "X"), ("quantity", "2.1"), ("unit", ""), ("unit_price", "x")]
    {
        assert_ne!(content(&row(&[("unit", "DZN"), other])), plain, "{other:?}");
    }
    assert_eq!(reference(&row(&[("order", " PO-1 ")])), Some("PO-1".to_owned()));
    assert_eq!(reference(&row(&[("order", " ")])), None);
}

#[test]
fn an_export_is_the_line_that_was_imported() {
    let values = row(&[("unit", "dzn"), ("unit_price", "0.5"), ("expected_on", "2026-02-20")]);
    let change = decide(&values, id(4), None, &beside()).unwrap();
    let at = chrono::DateTime::UNIX_EPOCH;
    let order = PurchaseOrder {
        id: change.order,
        supplier: change.supplier,
        status: PurchaseStatus::Draft,
        fields: change.fields.clone(),
        total: change.total,
        ordered_at: None,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    let exported = exported(&order, &change.line, "EXO", &Sku::stored("TEA".to_owned()));
    assert_eq!((reference(&exported), content(&exported)), (reference(&values), content(&values)));
    assert_eq!(exported.get("expected_on").map(String::as_str), Some("2026-02-20"));
    let again = decide(&exported, id(4), None, &beside()).unwrap();
    assert_eq!(again, change);
}

/// `unchanged`, `new`, or the faults.
fn compared(others: &[(&str, &str)], line: Option<NamedLine>) -> String {
    let values = row(others);
    match compare(&values, &Beside { line, ..beside() }) {
        None => faults(&values, None, &beside()).first().cloned().unwrap_or_else(|| "new".to_owned()),
        Some(Ok(order)) => {
            assert_eq!(order.uuid(), id(7));
            "unchanged".to_owned()
        }
        Some(Err(faults)) => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
            faults.join(", ")
        }
    }
}

#[test]
fn a_row_that_names_a_line_is_as_that_line_is() {
    let named = format!("{}/1", id(7));
    assert_eq!(line_id(&row(&[("line_id", &named)])).map(write_line_id), Some(named.clone()));
    let there = |status: PurchaseStatus, cells: Option<&[(&str, &str)]>| NamedLine {
        order: PurchaseOrderId::from_uuid(id(7)),
        status,
        cells: cells.map(row),
    };
    let kept = [("unit_price", "10.00"), ("over_receipt_tolerance_percent", "5")];
    let check = |others: &[(&str, &str)], status: PurchaseStatus, expected: &str| {
        let others = [&[("line_id", named.as_str())], others].concat();
        assert_eq!(compared(&others, Some(there(status, Some(&kept)))), expected, "{others:?}");
    };
    for status in PurchaseStatus::ALL {
        check(&[], status, "unchanged");
        check(&[("sku", "tea"), ("quantity", "2.0"), ("currency", "usd")], status, "unchanged");
        check(&[("over_receipt_tolerance_percent", "5.0")], status, "unchanged");
        check(
            &[("order", "PO-2"), ("quantity", "3"), ("unit", "DZN"), ("expected_on", "soon")],
            status,
            "/order line_is_fixed, /quantity line_is_fixed, /unit line_is_fixed, /expected_on line_is_fixed",
        );
    }
    let gone = there(PurchaseStatus::Draft, None);
    assert_eq!(compared(&[("line_id", &named)], Some(gone)), "/line_id unknown_line");
    // Of an order that is not there it says nothing, and one that is none is told.
    assert_eq!(compared(&[("line_id", &named)], None), "new");
    assert_eq!(compared(&[("line_id", "7")], None), "/line_id not_an_id");
}
