//! Steps, and lines in cases and pounds.

use super::*;
use crate::domain::share::Part;
use kernel::Currency;

fn after(from: PurchaseStatus, step: Step) -> Option<PurchaseStatus> {
    from.after(step).ok()
}

#[test]
fn an_order_goes_only_forward() {
    use PurchaseStatus::{Cancelled, Closed, Draft, Ordered, PartlyReceived, Received};
    let steps = [
        Step::Order,
        Step::Cancel,
        Step::Close { rest: true },
        Step::Close { rest: false },
        Step::Receive { rest: true },
        Step::Receive { rest: false },
        Step::Return { rest: true },
        Step::Return { rest: false },
    ];
    let none = None;
    for (from, expected) in [
        (Draft, [Some(Ordered), Some(Cancelled), none, none, none, none, none, none]),
        (
            Ordered,
            [
                none,
                Some(Cancelled),
                Some(Ordered),
                Some(Closed),
                Some(PartlyReceived),
                Some(Received),
                none,
                none,
            ],
        ),
        (
            PartlyReceived,
            [
                none,
                none,
                Some(PartlyReceived),
                Some(Closed),
                Some(PartlyReceived),
                Some(Received),
                Some(PartlyReceived),
                Some(Received),
            ],
        ),
        (
            Received,
            [
                none,
                none,
                Some(Closed),
                Some(Closed),
                Some(PartlyReceived),
                Some(Received),
                Some(PartlyReceived),
                Some(Received),
            ],
        ),
        (Closed, [none, none, none, none, none, none, Some(Closed), Some(Closed)]),
        (Cancelled, [none; 8]),
    ] {
        assert_eq!(steps.map(|step| after(from, step)), expected, "{from:?}");
        assert_eq!(PurchaseStatus::parse(from.name()), Some(from));
    }
    let refused = PartlyReceived.after(Step::Cancel).unwrap_err().to_string();
    assert!(refused.starts_with("The purchase order is partly received: only what nothing"), "{refused}");
    assert_eq!(PurchaseStatus::parse("lost"), None);
}

fn of(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// So much of the item's unit, said as so much of another, at a price of one of that.
fn line(quantity: &str, entered: &str, minor: i64) -> Line {
    Line {
        number: 1,
        item: ItemId::from_uuid(uuid::Uuid::nil()),
        quantity: of(quantity),
        entered: of(entered),
        unit: Some("XCS".to_owned()),
        rounding: None,
        unit_cost: Money::new(minor, Currency::USD),
        received: Quantity::ZERO,
        returned: Quantity::ZERO,
        cancelled: Quantity::ZERO,
        net_entered: Quantity::ZERO,
    }
}

/// In the line's unit.
fn take(line: &mut Line, entered: &str, over_percent: i64) -> Result<(String, i64), OverReceipt> {
    let part = line.coming(of(entered)).unwrap();
    let cost = line.receive(part, over_percent)?;
    Ok((part.quantity.to_string(), cost.unwrap().amount_minor))
}

#[test]
fn parts_add_up_to_the_line() {
    // Three pounds are 1.36077711 kg, at 1.00 each.
    let mut pounds = line("1.360777", "3", 100);
    let parts = ["1", "1", "1"].map(|entered| take(&mut pounds, entered, 0).unwrap());
    let quantities: Vec<_> = parts.iter().map(|(quantity, _)| quantity.as_str()).collect();
    assert_eq!(quantities, ["0.453592", "0.453593", "0.453592"]);
    assert_eq!(parts.iter().map(|(_, cost)| cost).sum::<i64>(), 300);
    assert_eq!((pounds.due(), pounds.net()), (Quantity::ZERO, of("1.360777")));
}

#[test]
fn costs_add_up_to_the_line() {
    // A case of 12 at 10.00: one of it costs 0.8333…
    let mut cases = line("12", "1", 1_000);
    let mut sum = 0;
    for _ in 0..12 {
        let part = Part { quantity: of("1"), entered: Quantity::ZERO };
        let cost = cases.receive(part, 0).unwrap().unwrap().amount_minor;
        assert!([83, 84].contains(&cost), "{cost}");
        sum += cost;
    }
    assert_eq!((sum, cases.due()), (1_000, Quantity::ZERO));
    assert_eq!(cases.cost().unwrap().amount_minor, 1_000);
}

#[test]
fn more_than_is_tolerated_is_refused() {
    for (over_percent, entered, expected) in [
        (0, "5", Ok(())),
        (0, "5.000001", Err("60")),
        (10, "5.5", Ok(())),
        (10, "5.500001", Err("66")),
        (1, "5.05", Ok(())),
        (100, "10", Ok(())),
        (100, "10.000001", Err("120")),
    ] {
        let mut cases = line("60", "5", 1_000);
        let taken = take(&mut cases, entered, over_percent);
        let most = taken.map(drop).map_err(|over| over.most.to_string());
        assert_eq!(most, expected.map_err(str::to_owned), "{over_percent} % {entered}");
    }
    let over = take(&mut line("60", "5", 1_000), "6", 10).unwrap_err();
    assert_eq!((over.ordered, over.would_be, over.most), (of("60"), of("72"), of("66")));
    // A tenth more of three pounds is a tenth more, whatever rounding it takes.
    take(&mut line("1.360777", "3", 100), "3.3", 10).unwrap();
}

#[test]
fn what_goes_back_is_expected_again_or_not() {
    let mut cases = line("60", "5", 1_000);
    take(&mut cases, "5", 0).unwrap();
    let one = cases.going(of("1")).unwrap();
    cases.give_back(one, true).unwrap();
    assert_eq!((cases.net(), cases.due()), (of("48"), of("12")));
    take(&mut cases, "1", 0).unwrap();
    cases.give_back(one, false).unwrap();
    assert_eq!((cases.net(), cases.due(), cases.cancelled), (of("48"), Quantity::ZERO, of("12")));
    assert_eq!(take(&mut cases, "0.1", 0).unwrap_err().most, of("48"));
    let all = cases.going(of("4.5")).unwrap();
    assert_eq!(cases.give_back(all, false).unwrap_err(), NotReceived { wanted: of("54"), here: of("48") });
}

#[test]
fn what_is_left_is_cancelled() {
    let mut cases = line("60", "5", 1_000);
    take(&mut cases, "2", 0).unwrap();
    assert_eq!(cases.on_order(PurchaseStatus::PartlyReceived), of("36"));
    assert_eq!(cases.on_order(PurchaseStatus::Closed), Quantity::ZERO);
    assert_eq!((cases.cancel_rest(), cases.cancel_rest()), (of("36"), Quantity::ZERO));
    assert_eq!((cases.due(), cases.cancelled), (Quantity::ZERO, of("36")));
}

#[test]
fn the_largest_line_is_told_from_one_that_is_too_large() {
    let most = "1000000000";
    let mut largest = line(most, most, 1_000_000_000);
    assert_eq!(total(&[largest.clone()]).map(|total| total.amount_minor), Some(MAX_TOTAL_MINOR));
    assert_eq!(take(&mut largest, "2000000000", 100).unwrap().1, 2 * MAX_TOTAL_MINOR);
    assert_eq!(total(&[line(most, most, 1_000_000_001)]), None);
    assert_eq!(total(&[line(most, most, 1_000_000_000_000_000)]), None);
    assert_eq!(total(&[]), None);
}

fn check(change: impl FnOnce(&mut Vec<LineInput>), expected: &[&str]) {
    let tea = LineInput {
        item: ItemId::from_uuid(uuid::Uuid::nil()),
        quantity: of("5"),
        unit: None,
        unit_cost: Money::new(100, Currency::USD),
    };
    let mut lines = vec![tea.clone(), tea];
    change(&mut lines);
    let mut faults = Faults::new();
    check_lines(&mut faults, &lines);
    let errors = faults.into_errors();
    let found: Vec<_> = errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn lines_are_checked_at_once() {
    check(|_| (), &[]);
    check(Vec::clear, &["/lines out_of_range"]);
    let wrong = |lines: &mut Vec<LineInput>| {
        lines[0].quantity = Quantity::ZERO;
        lines[1].unit_cost = Money::new(-1, Currency::EUR);
    };
    let faults = [
        "/lines/0/quantity not_positive",
        "/lines/1/unit_cost/amount out_of_range",
        "/lines/1/unit_cost/currency other_currency",
    ];
    check(wrong, &faults);
    check(|lines| *lines = vec![lines[0].clone(); 501], &["/lines out_of_range"]);
    let fields = OrderFields {
        over_receipt_percent: 101,
        external_id: Some(".".to_owned()),
        metadata: [(String::new(), "nameless".to_owned())].into(),
        ..OrderFields::default()
    };
    let faults = fields.checked().unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(found, ["/over_receipt_tolerance_percent", "/external_id", "/metadata/"]);
}

#[test]
fn a_line_knows_what_it_is_said_by() {
    let cases = line("60", "5", 1_000);
    let said = LineInput {
        item: cases.item,
        quantity: of("5"),
        unit: Some(" xcs ".to_owned()),
        unit_cost: cases.unit_cost,
    };
    for (change, expected) in [
        (said.clone(), true),
        (LineInput { quantity: of("6"), ..said.clone() }, false),
        (LineInput { unit: None, ..said.clone() }, false),
        (LineInput { unit_cost: Money::new(1, Currency::USD), ..said.clone() }, false),
        (LineInput { item: ItemId::from_uuid(uuid::Uuid::max()), ..said }, false),
    ] {
        assert_eq!(cases.is_said_by(&change, Some("each")), expected, "{change:?}");
    }
}

#[test]
fn what_came_beyond_the_order_is_not_missed_when_it_goes_back() {
    for (came, replaced, goes, cancelled, due) in [
        ("110", false, "10", "0", "0"),
        ("110", false, "15", "5", "0"),
        ("110", true, "15", "0", "5"),
        ("60", false, "10", "10", "40"),
    ] {
        let mut line = line("100", "100", 100);
        take(&mut line, came, 10).unwrap();
        let part = line.going(of(goes)).unwrap();
        line.give_back(part, replaced).unwrap();
        assert_eq!((line.cancelled, line.due()), (of(cancelled), of(due)), "{goes} of {came}, {replaced}");
    }
    let mut line = line("100", "100", 100);
    take(&mut line, "110", 10).unwrap();
    for (goes, replaced) in [("10", false), ("5", true)] {
        let part = line.going(of(goes)).unwrap();
        line.give_back(part, replaced).unwrap();
    }
    assert_eq!((line.due(), line.cancelled), (of("5"), Quantity::ZERO));
}

#[test]
fn what_did_not_come_is_expected_as_before() {
    let mut cases = line("60", "5", 1_000);
    take(&mut cases, "5", 0).unwrap();
    let two = cases.going(of("2")).unwrap();
    cases.take_back(two).unwrap();
    assert_eq!((cases.received, cases.net_entered, cases.due()), (of("36"), of("3"), of("24")));
    assert_eq!(take(&mut cases, "2", 0).unwrap(), ("24".to_owned(), 2_000));
    let one = cases.going(of("1")).unwrap();
    cases.give_back(one, true).unwrap();
    let all = cases.take_back(Part::of_item(of("60")));
    assert_eq!(all, Err(NotReceived { wanted: of("60"), here: of("48") }));
}

#[test]
fn an_order_of_which_nothing_came_after_all_is_on_order() {
    use PurchaseStatus::{Cancelled, Closed, Draft, Ordered, PartlyReceived, Received};
    for (from, expected) in [
        (Draft, [None; 3]),
        (Ordered, [None; 3]),
        (PartlyReceived, [Some(Ordered), Some(PartlyReceived), Some(Received)]),
        (Received, [Some(Ordered), Some(PartlyReceived), Some(Received)]),
        (Closed, [Some(Closed); 3]),
        (Cancelled, [None; 3]),
    ] {
        let steps = [(false, true), (true, true), (true, false)];
        let found = steps.map(|(came, rest)| after(from, Step::Reverse { came, rest }));
        assert_eq!(found, expected, "{from:?}");
    }
}
