//! Counts as tables: which step is allowed, what a line is off by, and which rule holds it.

use super::*;
use crate::domain::costing::{Rate, Value};
use kernel::Id;
use uuid::Uuid;

fn check_step(status: CountStatus, step: CountStep, expected: Option<CountStatus>) {
    assert_eq!(after(status, step), expected, "{status:?} {step:?}");
}

#[test]
fn a_count_is_posted_once() {
    use CountStatus::{Cancelled, Open, PendingApproval, Posted};
    use CountStep::{Cancel, Hold, Post, Return};
    check_step(Open, Hold, Some(PendingApproval));
    check_step(Open, Post, Some(Posted));
    check_step(Open, Return, None);
    check_step(Open, Cancel, Some(Cancelled));
    check_step(PendingApproval, Hold, None);
    check_step(PendingApproval, Post, Some(Posted));
    check_step(PendingApproval, Return, Some(Open));
    check_step(PendingApproval, Cancel, Some(Cancelled));
    for status in [Posted, Cancelled] {
        for step in [Hold, Post, Return, Cancel] {
            check_step(status, step, None);
        }
    }
    for status in STATUSES {
        assert_eq!(status_named(name_of(status)), Some(status));
    }
    assert_eq!(status_named("frozen"), None);
    for status in HoldStatus::ALL {
        assert_eq!(HoldStatus::parse(status.name()), Some(status));
    }
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn line(item: u128, expected: &str, found: Option<&str>) -> CountLine {
    let at = DateTime::UNIX_EPOCH;
    let found = found.map(|found| Found {
        quantity: quantity(found),
        entered: None,
        sequence: 7,
        at,
        by: "user".to_owned(),
    });
    CountLine {
        id: Id::from_uuid(Uuid::nil()),
        shelf: Shelf {
            item: Id::from_uuid(Uuid::from_u128(item)),
            location: Id::from_uuid(Uuid::nil()),
            lot: None,
        },
        expected: quantity(expected),
        found,
        variance: None,
        unit_cost: None,
        created_at: at,
        updated_at: at,
    }
}

fn check_variance(expected: &str, late: &str, found: Option<&str>, variance: Option<&str>) {
    let told = line(1, expected, found).variance_with(quantity(late));
    assert_eq!(told, variance.map(quantity), "{expected} and {late} on the books, {found:?} found");
}

#[test]
fn a_line_is_off_by_what_the_books_did_not_know() {
    check_variance("10", "0", Some("8"), Some("-2"));
    check_variance("10", "0", Some("10"), Some("0"));
    check_variance("0", "0", Some("0.5"), Some("0.5"));
    check_variance("10", "5", Some("15"), Some("0"));
    check_variance("10", "-4", Some("5"), Some("-1"));
    check_variance("-3", "0", Some("0"), Some("3"));
    check_variance("10", "0", None, None);
}

type OffLine = (CountLine, Option<(Currency, Rate)>);

fn off(item: u128, variance: &str, cost: Option<(i64, Currency)>) -> OffLine {
    let cost = cost.map(|(amount, currency)| (currency, Rate::per_unit(amount).unwrap()));
    (CountLine { variance: Some(quantity(variance)), ..line(item, "0", Some("0")) }, cost)
}

fn off_by(lines: &[OffLine]) -> Off {
    let costs = lines.iter().filter_map(|(line, cost)| Some((line.shelf.item, (*cost)?)));
    let lines: Vec<CountLine> = lines.iter().map(|(line, _)| line.clone()).collect();
    Off::of(&lines, &costs.collect())
}

fn check_rule(lines: &[OffLine], over: Variance, expected: Option<Variance>) {
    assert_eq!(off_by(lines).exceeds(over), expected, "{over:?} of {lines:?}");
}

#[test]
fn a_rule_holds_what_is_off_by_strictly_more() {
    let (usd, eur) = (Currency::USD, Currency::EUR);
    let of = |text: &str| Variance::Quantity(quantity(text));
    let worth = |amount: i64, currency: Currency| Variance::Value(Money::new(amount, currency));
    let lines = [off(1, "-3", Some((250, usd))), off(1, "2", Some((250, usd))), off(2, "4", Some((1, eur)))];
    // Of the first item five are off, though the sum is one: a loss is not made good by a find.
    check_rule(&lines, of("5"), None);
    check_rule(&lines, of("4.999999"), Some(of("5")));
    check_rule(&lines, worth(1250, usd), None);
    check_rule(&lines, worth(1249, usd), Some(worth(1250, usd)));
    check_rule(&lines, worth(3, eur), Some(worth(4, eur)));
    check_rule(&lines, worth(0, Currency::JPY), None);
    check_rule(&[off(1, "0", Some((250, usd)))], of("0"), None);
    check_rule(&[off(1, "0", Some((250, usd)))], worth(0, usd), None);
    check_rule(&[], of("0"), None);
    // Less than a minor unit is more than none.
    check_rule(&[off(1, "0.001", Some((1, usd)))], worth(0, usd), Some(worth(0, usd)));
    check_rule(&[off(1, "9", None)], worth(0, usd), None);
    // Screws of which a thousand cost 4.00.
    let screws = Rate { value: Value::from_minor(400).unwrap(), quantity: quantity("1000") };
    check_rule(&[(off(1, "-9000", None).0, Some((usd, screws)))], worth(3599, usd), Some(worth(3600, usd)));
}

#[test]
fn the_greatest_sums_are_no_overflow() {
    let most = i64::MAX.to_string();
    let lines: Vec<_> = (0..MAX_LINES)
        .map(|_| {
            let (line, cost) = off(1, "0", Some((1_000_000_000_000_000, Currency::USD)));
            (CountLine { variance: Some(Quantity::from_millionths(i64::MIN + 1)), ..line }, cost)
        })
        .collect();
    let Some(Variance::Value(value)) = off_by(&lines).exceeds(Variance::Value(Money::zero(Currency::USD)))
    else {
        panic!("{most} is not held")
    };
    assert_eq!(value.amount_minor, i64::MAX);
}

#[test]
fn rules_are_bounded() {
    let check = |name: &str, over: Variance, expected: Option<&str>| {
        let told = checked_rule(name, over).err().map(|faults| faults[0].pointer.clone());
        assert_eq!(told.as_deref(), expected, "{name:?} {over:?}");
    };
    check(" Over ten ", Variance::Quantity(quantity("10")), None);
    check("", Variance::Quantity(quantity("10")), Some("/name"));
    check("Over", Variance::Quantity(quantity("-1")), Some("/over"));
    check("Over", Variance::Value(Money::new(-1, Currency::USD)), Some("/over"));
    assert!(check_reason(&"x".repeat(MAX_REASON_CHARACTERS)).is_ok());
    assert!(check_reason(&"x".repeat(MAX_REASON_CHARACTERS + 1)).is_err());
}

#[test]
fn a_serial_number_leaves_first() {
    let order = |is_serial, text: &str| posting_order(is_serial, quantity(text));
    assert!(!order(true, "-1") && order(true, "1"));
    assert!(!order(false, "1") && order(false, "-1"));
}
