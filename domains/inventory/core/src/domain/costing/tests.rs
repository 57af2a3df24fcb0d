//! Costing against the examples of textbooks, each with its source; those by hand are worked out beside them.

mod random;

use super::*;

const AVERAGE: Method = Method::MovingAverage;
const FIFO: Method = Method::Fifo;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A quantity and what all of it cost.
    In(&'static str, i64),
    /// A quantity and what is booked as its cost.
    Out(&'static str, i64),
    /// Of the issue so many issues ago (0 is the last), and what is booked to stock.
    Back(usize, &'static str, i64),
    /// A new standard, and what is booked to stock.
    Standard(i64, i64),
}
use Step::{Back, In, Out};

impl Position {
    fn new(method: Method, negative: Negative) -> Result<Self, CostingError> {
        Self::kept(method, negative, Stock::default(), None, Layers::new())
    }
}

/// Amounts in cents. After each step: what is on hand and its value.
fn check(source: &str, method: Method, negative: Negative, steps: &[(Step, &str, i64)]) -> Position {
    let mut position = Position::new(method, negative).unwrap();
    let mut issues: Vec<IssueCost> = Vec::new();
    for (number, (step, on_hand, value_minor)) in (1..).zip(steps) {
        let case = format!("{source}: {method:?} {step:?}");
        let before = position.stock();
        let changes = match *step {
            In(quantity, minor) => position
                .receive(number, &receipt(quantity, minor))
                .unwrap()
                .changes(EntryKind::Receipt, vec![]),
            Out(quantity, expected) => {
                let cost = position.issue(quantity.parse().unwrap()).unwrap();
                assert_eq!(cost.posted_minor, expected, "{case}");
                issues.push(cost.clone());
                vec![cost.change(method)]
            }
            Back(ago, quantity, expected) => {
                let index = issues.len() - 1 - ago;
                let quantity = quantity.parse().unwrap();
                let (back, taken) = position.take_back(number, &mut issues[index], quantity).unwrap();
                assert_eq!(back.posted_minor, expected, "{case}");
                back.changes(EntryKind::Return, taken)
            }
            Step::Standard(unit_minor, expected) => {
                let change = position.change_standard(unit_minor).unwrap();
                assert_eq!(position.stock().value.minor() - before.value.minor(), expected, "{case}");
                change.into_iter().collect()
            }
        };
        check_written_down(&case, before, &changes, &position);
        let found = (position.stock().on_hand.to_string(), position.stock().value.minor());
        assert_eq!(found, ((*on_hand).to_owned(), *value_minor), "{case}");
    }
    position
}

/// What is written down adds up to what became of the stock.
fn check_written_down(case: &str, before: Stock, changes: &[Change], position: &Position) {
    let quantity: i64 = changes.iter().map(|change| change.quantity.millionths()).sum();
    let value: i128 = changes.iter().map(|change| change.value.millionths()).sum();
    let after = position.stock();
    assert_eq!(before.on_hand.millionths() + quantity, after.on_hand.millionths(), "{case}: {changes:?}");
    assert_eq!(before.value.millionths() + value, after.value.millionths(), "{case}: {changes:?}");
}

fn receipt(quantity: &str, minor: i64) -> Receipt {
    Receipt { quantity: quantity.parse().unwrap(), value: Value::from_minor(minor).unwrap() }
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn layers(position: &Position) -> Vec<(i64, String, i64)> {
    let layer = |(number, layer): (&i64, &Rate)| (*number, layer.quantity.to_string(), layer.value.minor());
    position.layers().iter().map(layer).collect()
}

/// Weygandt, Kimmel, Kieso: Accounting Principles, appendix 6A, Houston Electronics: 100 at $10, 200 at $11,
/// 300 at $12, 550 sold, 400 at $13. FIFO: 1,000 + 2,200 + 250 × 12 = $6,200 sold, 50 × 12 + 5,200 = $5,800
/// left. Average: 6,800 / 600 × 550 = $6,233.33 sold, $5,766.67 left (the book shows $6,233 and $5,767).
#[test]
fn houston_electronics() {
    let bought = |sold, left, end| {
        [
            (In("100", 100_000), "100", 100_000),
            (In("200", 220_000), "300", 320_000),
            (In("300", 360_000), "600", 680_000),
            (Out("550", sold), "50", left),
            (In("400", 520_000), "450", end),
        ]
    };
    let position = check("Weygandt 6A", FIFO, Negative::Refused, &bought(620_000, 60_000, 580_000));
    let left = vec![(3, "50".to_owned(), 60_000), (5, "400".to_owned(), 520_000)];
    assert_eq!(layers(&position), left);
    check("Weygandt 6A", AVERAGE, Negative::Refused, &bought(623_333, 56_667, 576_667));
}

/// Kieso, Weygandt, Warfield: Intermediate Accounting, inventories, Call-Mart: 2,000 at $4.00, 6,000 at
/// $4.40, 4,000 sold, 2,000 at $4.75. FIFO: 8,000 + 2,000 × 4.40 = $16,800 sold, $27,100 left. Average:
/// 34,400 / 8,000 = $4.30, so $17,200 sold, $26,700 left, which is $4.45 each.
#[test]
fn call_mart() {
    let bought = |sold, left, end| {
        [
            (In("2000", 800_000), "2000", 800_000),
            (In("6000", 2_640_000), "8000", 3_440_000),
            (Out("4000", sold), "4000", left),
            (In("2000", 950_000), "6000", end),
        ]
    };
    check("Kieso", FIFO, Negative::Refused, &bought(1_680_000, 1_760_000, 2_710_000));
    check("Kieso", AVERAGE, Negative::Refused, &bought(1_720_000, 1_720_000, 2_670_000));
}

/// AccountingCoach, Inventory and Cost of Goods Sold, Corner Shelf Bookstore: a book at $85, one at $87, two
/// at $89, one sold, one at $90. FIFO: $85. Perpetual average: 350 / 4 = $87.50, then 352.50 / 4 = $88.125.
#[test]
fn corner_shelf_bookstore() {
    let bought = |sold, left, end| {
        [
            (In("1", 8_500), "1", 8_500),
            (In("1", 8_700), "2", 17_200),
            (In("2", 17_800), "4", 35_000),
            (Out("1", sold), "3", left),
            (In("1", 9_000), "4", end),
        ]
    };
    check("AccountingCoach", FIFO, Negative::Refused, &bought(8_500, 26_500, 35_500));
    check("AccountingCoach", AVERAGE, Negative::Refused, &bought(8_750, 26_250, 35_250));
}

fn check_variance(source: &str, standard: i64, quantity: &str, paid: i64, stock: i64, variance: i64) {
    let mut position = Position::new(Method::Standard { unit_minor: standard }, Negative::Refused).unwrap();
    let received = position.receive(1, &receipt(quantity, paid)).unwrap();
    let found = (received.stock.minor(), received.variance.minor(), received.posted_minor);
    assert_eq!(found, (stock, variance, stock), "{source}");
}

#[test]
fn what_differs_from_the_standard_is_a_variance() {
    // Managerial Accounting, standard costs: 6,500 pounds at $3.80, standard $4.00: $1,300 favourable.
    check_variance("Garrison: Colonial Pewter", 400, "6500", 2_470_000, 2_600_000, -130_000);
    // 22,200 square yards at $28, standard $30: $44,400 favourable.
    check_variance("Horngren, Cost Accounting: Webb", 3_000, "22200", 62_160_000, 66_600_000, -4_440_000);
    check_variance("by hand: unfavourable", 100, "10", 1_200, 1_000, 200);
    check_variance("by hand: free of charge", 100, "10", 0, 1_000, -1_000);
    check_variance("by hand: 0.333333 × 0.10 is 3.33333 cents", 10, "0.333333", 4, 3, 1);
}

/// By hand. 10 at 1.00 standard; 4 issued; the standard goes to 1.25: 6 × 0.25 gained; what comes back of the
/// issue at 1.00 is stock at 1.25 with a variance of -0.25. Below zero a new standard revalues what is
/// missing.
#[test]
fn a_new_standard_moves_value() {
    let steps = [
        (In("10", 1_100), "10", 1_000),
        (Out("4", 400), "6", 600),
        (Step::Standard(125, 150), "6", 750),
        (Back(0, "1", 125), "7", 875),
        (Out("9", 1_125), "-2", -250),
        (Step::Standard(100, 50), "-2", -200),
        (In("2", 260), "0", 0),
    ];
    check("by hand", Method::Standard { unit_minor: 100 }, Negative::Allowed, &steps);
    let mut average = Position::new(AVERAGE, Negative::Refused).unwrap();
    assert_eq!(average.change_standard(1), Err(CostingError::NotStandard));
}

/// By hand: layers of 10 at 1.00 and 10 at 2.00; 15 go out for 10 + 10 = 20.00. What comes back was taken
/// last.
#[test]
fn a_return_goes_back_to_its_layers() {
    let steps = [
        (In("10", 1_000), "10", 1_000),
        (In("10", 2_000), "20", 3_000),
        (Out("15", 2_000), "5", 1_000),
        (In("10", 3_000), "15", 4_000),
        (Back(0, "7", 1_200), "22", 5_200), // 5 at 2.00, 2 at 1.00
        (Out("3", 400), "19", 4_800),       // 2 at 1.00, 1 at 2.00
    ];
    let position = check("by hand", FIFO, Negative::Refused, &steps);
    assert_eq!(layers(&position), [(2, "9".to_owned(), 1_800), (4, "10".to_owned(), 3_000)]);
    // The average: 15 × 1.50 = 22.50 out, 7.50 and 30.00 in; 7 come back at 1.50 = 10.50.
    let steps = [
        (In("10", 1_000), "10", 1_000),
        (In("10", 2_000), "20", 3_000),
        (Out("15", 2_250), "5", 750),
        (In("10", 3_000), "15", 3_750),
        (Back(0, "7", 1_050), "22", 4_800),
        (Back(0, "8", 1_200), "30", 6_000),
    ];
    check("by hand", AVERAGE, Negative::Refused, &steps);
}

/// By hand: 10 at 1.00, 15 out at 1.00; 10 at 1.20 cover the 5 that were missing, for 1.00 more than was
/// booked.
#[test]
fn a_receipt_settles_negative_stock() {
    for method in [AVERAGE, FIFO] {
        let steps = [(In("10", 1_000), "10", 1_000), (Out("15", 1_500), "-5", -500)];
        let mut position = check("by hand", method, Negative::Allowed, &steps);
        let received = position.receive(3, &receipt("10", 1_200)).unwrap();
        let settlement = received.settlement.unwrap();
        assert_eq!(settlement.quantity.to_string(), "5");
        let values = [settlement.provisional, settlement.actual, settlement.difference, received.stock];
        assert_eq!(values.map(Value::minor), [500, 600, 100, 1_100], "{method:?}");
        assert_eq!(position.stock().on_hand.to_string(), "5");
        assert_eq!(position.stock().value.minor(), 600);
        // In two receipts, the first of which covers a part: 2 at 1.20, then 8 at 0.90.
        let steps = [
            (In("10", 1_000), "10", 1_000),
            (Out("15", 1_500), "-5", -500),
            (In("2", 240), "-3", -300),
            (In("8", 720), "5", 450),
        ];
        check("by hand", method, Negative::Allowed, &steps);
        // Never received: nothing is known, so the settlement is all of the cost.
        check("by hand", method, Negative::Allowed, &[(Out("2", 0), "-2", 0), (In("3", 300), "1", 100)]);
        // A return covers what is missing, as a receipt does.
        let steps = [(In("1", 100), "1", 100), (Out("3", 300), "-2", -200), (Back(0, "3", 300), "1", 100)];
        check("by hand", method, Negative::Allowed, &steps);
    }
}

/// By hand: 3 for 1.00 are 33.333… cents each; 1,000 screws for 1.00 are a tenth of a cent each.
#[test]
fn remainders_do_not_gather() {
    for method in [AVERAGE, FIFO] {
        let thirds = [
            (In("3", 100), "3", 100),
            (Out("1", 33), "2", 67),
            (Out("1", 34), "1", 33),
            (Out("1", 33), "0", 0),
            (In("0.000003", 1), "0.000003", 1),
            (Out("0.000001", 0), "0.000002", 1),
            (Out("0.000001", 1), "0.000001", 0),
            (Out("0.000001", 0), "0", 0),
            (In("5", 0), "5", 0),
            (Out("5", 0), "0", 0),
        ];
        check("by hand", method, Negative::Refused, &thirds);
        let mut position = Position::new(method, Negative::Refused).unwrap();
        position.receive(1, &receipt("1000", 100)).unwrap();
        for gone in 1..=1_000 {
            position.issue(quantity("1")).unwrap();
            assert_eq!(position.stock().value.millionths(), (1_000 - gone) * 100_000, "{method:?}");
        }
    }
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(outcome: Result<T, CostingError>, expected: &str) {
    let told = outcome.map(|_| ()).map_err(|error| format!("{error:?}"));
    assert!(told.as_ref().is_err_and(|told| told.starts_with(expected)), "{told:?}");
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let huge = Quantity::from_millionths(i64::MAX);
    for method in [AVERAGE, FIFO, Method::Standard { unit_minor: 100 }] {
        let mut position = Position::new(method, Negative::Refused).unwrap();
        position.receive(1, &receipt("5", 500)).unwrap();
        let mut cost = position.issue(quantity("2")).unwrap();
        let before = (position.clone(), cost.clone());
        check_refused(position.issue(quantity("3.000001")), "Insufficient");
        check_refused(position.issue(quantity("0")), "NotPositive");
        check_refused(position.issue(quantity("-1")), "NotPositive");
        check_refused(position.receive(2, &receipt("0", 1)), "NotPositive");
        check_refused(position.receive(2, &receipt("1", -1)), "NegativeValue");
        check_refused(position.receive(2, &Receipt { quantity: huge, value: Value::ZERO }), "TooLarge");
        check_refused(position.take_back(2, &mut cost, Quantity::whole(3)), "MoreThanIssued");
        check_refused(position.withdraw(quantity("4"), Value::ZERO, &[]), "Insufficient");
        if method != (Method::Standard { unit_minor: 100 }) {
            check_refused(
                position.land(Value::from_minor(-600).unwrap(), quantity("5"), 1, Quantity::ZERO),
                "NegativeValue",
            );
        }
        assert_eq!((position, cost), before);
    }
    check_refused(Position::new(Method::Standard { unit_minor: -1 }, Negative::Refused), "NegativeValue");
}

#[test]
fn huge_values_are_an_error_and_no_panic() {
    const MAX_MINOR: i64 = value::MAX_MINOR;
    check_refused(Value::from_minor(MAX_MINOR + 1), "TooLarge");
    check_refused(Value::from_minor(i64::MIN), "TooLarge");
    for method in [AVERAGE, FIFO] {
        let mut position = Position::new(method, Negative::Allowed).unwrap();
        position.receive(1, &receipt("0.000001", MAX_MINOR)).unwrap();
        check_refused(position.receive(2, &receipt("1", 1)), "TooLarge");
        // At that cost it would be worth more than 128 bits hold.
        check_refused(position.issue(quantity("1000000000000")), "TooLarge");
        assert_eq!(position.issue(quantity("0.000001")).unwrap().posted_minor, MAX_MINOR);
        assert_eq!(position.stock().value, Value::ZERO);
    }
    let mut standard = Position::new(Method::Standard { unit_minor: i64::MAX }, Negative::Allowed).unwrap();
    check_refused(standard.receive(1, &receipt("1000000000000", 1)), "TooLarge");
    check_refused(standard.issue(quantity("1000000000000")), "TooLarge");
}

/// A receipt of 10, of which `sold` are gone, costs 10.00 more: what is left bears its share, the rest is cost of what
/// was sold. SAP, "Posting of delivery costs: stock coverage", splits a later cost of a moving average the same way.
fn check_landed(method: Method, sold: &str, left: i64, gone: i64) {
    let mut position = Position::new(method, Negative::Allowed).unwrap();
    position.receive(1, &receipt("10", 1_000)).unwrap();
    if sold != "0" {
        position.issue(quantity(sold)).unwrap();
    }
    let before = position.stock();
    let cost = Value::from_minor(1_000).unwrap();
    let changes = position.land(cost, quantity("10"), 1, Quantity::ZERO).unwrap();
    check_written_down("landed", before, &changes, &position);
    let grown = position.stock().value.minor() - before.value.minor();
    let beside: i64 = changes.iter().skip(1).map(|change| -change.value.minor()).sum();
    assert_eq!((grown, beside), (left, gone), "{method:?} of which {sold} were sold");
}

#[test]
fn a_landed_cost_is_borne_by_what_is_left() {
    for method in [AVERAGE, FIFO] {
        check_landed(method, "0", 1_000, 0);
        check_landed(method, "4", 600, 400);
        check_landed(method, "10", 0, 1_000);
        check_landed(method, "12", 0, 1_000);
    }
    // Of two receipts of 10, 10 were sold: one of them bears what is its share, the other nothing.
    let mut position = Position::new(AVERAGE, Negative::Refused).unwrap();
    position.receive(1, &receipt("10", 1_000)).unwrap();
    position.receive(2, &receipt("10", 1_000)).unwrap();
    position.issue(quantity("10")).unwrap();
    let cost = Value::from_minor(100).unwrap();
    position.land(cost, quantity("10"), 1, Quantity::ZERO).unwrap();
    position.land(cost, quantity("10"), 2, quantity("10")).unwrap();
    assert_eq!(position.stock().value.minor(), 1_100);
    // Stock at standard is worth its standard, so all of it is a variance.
    check_landed(Method::Standard { unit_minor: 100 }, "4", 0, 1_000);
}

/// What came in as the last of these receipts (10 for 20.00) is taken back, `sold` of all having gone out before. On
/// hand, its value, and what the correction adds to the stock.
fn check_withdrawn(method: Method, sold: &str, expected: (&str, i64, i64)) {
    let mut position = Position::new(method, Negative::Allowed).unwrap();
    position.receive(1, &receipt("10", 1_000)).unwrap();
    position.receive(2, &receipt("10", 2_000)).unwrap();
    if sold != "0" {
        position.issue(quantity(sold)).unwrap();
    }
    let before = position.stock();
    let from = [Taken { layer: Some(2), quantity: quantity("10"), value: Value::ZERO }];
    let value = Value::from_minor(2_000).unwrap();
    let correction = position.withdraw(quantity("10"), value, &from).unwrap();
    let taken = Change::new(EntryKind::Receipt, -quantity("10"), value.negated());
    let changes: Vec<Change> = std::iter::once(taken).chain(correction.clone()).collect();
    check_written_down("withdrawn", before, &changes, &position);
    let stock = position.stock();
    let corrected = correction.map(|change| change.value.minor()).unwrap_or_default();
    let found = (stock.on_hand.to_string(), stock.value.minor(), corrected);
    assert_eq!((found.0.as_str(), found.1, found.2), expected, "{method:?} of which {sold} were sold");
}

#[test]
fn a_receipt_is_taken_back_with_its_value() {
    // By hand. The average is 1.50.
    check_withdrawn(AVERAGE, "0", ("10", 1_000, 0));
    check_withdrawn(AVERAGE, "2", ("8", 700, 0));
    // 10 left at 15.00, less 20.00: nothing is worth nothing.
    check_withdrawn(AVERAGE, "10", ("0", 0, 500));
    // 9 went out at 13.50: 11 left at 16.50, less 20.00 would be less than nothing, so 1 stays at 1.50.
    check_withdrawn(AVERAGE, "9", ("1", 150, 500));
    check_withdrawn(AVERAGE, "15", ("-5", -1_250, 0));
    check_withdrawn(FIFO, "0", ("10", 1_000, 0));
    check_withdrawn(FIFO, "4", ("6", 600, 0));
    check_withdrawn(FIFO, "10", ("0", 0, 0));
    // 10 at 1.00 and 5 at 2.00 went out; 5 at 2.00 are left.
    check_withdrawn(FIFO, "15", ("-5", -1_000, 0));
    check_withdrawn(Method::Standard { unit_minor: 100 }, "0", ("10", 1_000, 1_000));
}

#[test]
fn what_was_there_before_its_cost_is_opened_with() {
    for method in [AVERAGE, FIFO, Method::Standard { unit_minor: 300 }] {
        for (on_hand, value) in [("2.5", 750), ("0", 0), ("-2", -600)] {
            let mut position = Position::new(method, Negative::Allowed).unwrap();
            let change = position.open(1, quantity(on_hand), Rate::per_unit(300).unwrap()).unwrap();
            assert_eq!(change.map(|change| change.value.minor()).unwrap_or_default(), value, "{on_hand}");
            assert_eq!(position.stock().value.minor(), value, "{on_hand}");
        }
    }
}

#[test]
fn what_is_made_is_worth_its_parts() {
    let check = |value: i64, weights: &[i64], expected: &[i64]| {
        let of = |minor: &i64| Value::from_minor(*minor).unwrap();
        let weights: Vec<Value> = weights.iter().map(of).collect();
        let shares = divide(of(&value), &weights).unwrap();
        assert_eq!(shares.iter().map(|share| share.minor()).collect::<Vec<_>>(), expected);
        assert_eq!(shares.iter().map(|share| share.millionths()).sum::<i128>(), of(&value).millionths());
    };
    check(1_000, &[5], &[1_000]);
    check(1_000, &[1, 3], &[250, 750]);
    check(1_000, &[0, 3], &[0, 1_000]);
    check(1_000, &[0, 0, 0], &[333, 333, 333]);
    assert_eq!(divide(Value::from_minor(1_000).unwrap(), &[]).unwrap(), []);
}
