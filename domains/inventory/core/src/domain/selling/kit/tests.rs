//! What a line of a kit is kept as, when it is refused, and when a draft shows it wrongly.

use super::*;
use crate::domain::kit::{BillKind, Bills};
use kernel::Id;
use uuid::Uuid;

fn id(letter: char) -> ItemId {
    Id::from_uuid(Uuid::from_u128(u128::from(letter)))
}

/// `"K=2a+1L"`: K is a kit of two a and one L; the first of them.
fn kit(text: &str, counted: bool) -> (ItemId, Kit) {
    let mut bills = Bills::default();
    for bill in text.split_whitespace() {
        let parts = bill[2..].split('+').filter(|part| !part.is_empty()).map(|part| {
            let (quantity, name) = part.split_at(part.len() - 1);
            (id(name.chars().next().unwrap()), quantity.parse().unwrap())
        });
        bills.insert(id(bill.chars().next().unwrap()), BillKind::Kit, parts.collect());
    }
    let item = id(text.chars().next().unwrap());
    (item, Kit { counted, parts: bills.for_one(item).unwrap() })
}

fn said(item: char, quantity: &str) -> Wanted {
    let price = Money::new(900, "EUR".parse().unwrap());
    let (item, quantity) = (id(item), quantity.parse().unwrap());
    Wanted { item, quantity, entered: None, unit_price: Some(price), kit: None }
}

/// Item, quantity, and the line of the kit or 0.
type Opened<'a> = &'a [(char, &'a str, i64)];

/// What the lines come to, or the pointer and code of the first fault.
fn check(kits: &[(&str, bool)], lines: &[(char, &str)], expected: Result<Opened<'_>, (&str, &str)>) {
    let kits: BTreeMap<ItemId, Kit> = kits.iter().map(|(text, counted)| kit(text, *counted)).collect();
    let lines: Vec<Wanted> = lines.iter().map(|(item, quantity)| said(*item, quantity)).collect();
    let mut faults = Faults::new();
    let found = open_kits(&mut faults, lines, &kits);
    let faults = faults.into_errors();
    let fault = faults.first().map(|fault| (fault.pointer.as_str(), &*fault.code));
    match expected {
        Ok(expected) => {
            let of = |line: &Wanted| {
                (line.item, line.quantity.to_string(), line.kit.as_ref().map_or(0, |kit| kit.line))
            };
            let found: Vec<_> = found.iter().map(of).collect();
            let expected = expected.iter().map(|(item, text, line)| (id(*item), (*text).to_owned(), *line));
            let expected: Vec<_> = expected.collect();
            assert_eq!((found, fault), (expected, None), "{kits:?}");
        }
        Err(expected) => assert_eq!(fault, Some(expected), "{kits:?}"),
    }
}

#[test]
fn a_kit_stands_as_its_parts_where_it_was_named() {
    check(&[], &[('a', "2.5")], Ok(&[('a', "2.5", 0)]));
    let set = ("K=2a+1b", true);
    check(&[set], &[('K', "3")], Ok(&[('a', "6", 1), ('b', "3", 1)]));
    check(
        &[set],
        &[('a', "1"), ('K', "1"), ('b', "1"), ('K', "2")],
        Ok(&[('a', "1", 0), ('a', "2", 2), ('b', "1", 2), ('b', "1", 0), ('a', "4", 4), ('b', "2", 4)]),
    );
    // What a kit within has of a part is added to what the kit itself has.
    check(&[("K=2L+3a L=2a+1b", true)], &[('K', "2")], Ok(&[('a', "14", 1), ('b', "4", 1)]));
    // Up to the next millionth, and once.
    check(&[("K=0.000001a L=1b", false)], &[('K', "0.5")], Ok(&[('a', "0.000001", 1)]));
}

#[test]
fn a_kit_that_cannot_be_is_told_at_its_line() {
    check(&[("K=2a", true)], &[('a', "1"), ('K', "0.5")], Err(("/lines/1/quantity", "not_whole")));
    check(&[("K=2a", false)], &[('K', "0.5")], Ok(&[('a', "1", 1)]));
    check(&[("K=2a", true)], &[('K', "1000000000")], Err(("/lines/0/quantity", "too_large")));
    check(&[("K=999999999a", true)], &[('K', "999999999")], Err(("/lines/0/quantity", "too_large")));
    check(&[("K=", true)], &[('K', "1")], Err(("/lines/0/item_id", "no_parts")));
}

#[test]
fn the_price_stays_the_kits() {
    let mut faults = Faults::new();
    let kits = BTreeMap::from([kit("K=2a+1b", true)]);
    let line = said('K', "3");
    let opened = open_kits(&mut faults, vec![line.clone()], &kits);
    for part in &opened {
        let kit = part.kit.as_ref().unwrap();
        assert_eq!((part.unit_price, kit.unit_price, kit.quantity), (None, line.unit_price, line.quantity));
    }
    assert_eq!(opened.len(), 2);
}

fn check_beyond(counts: &[usize], expected: &[usize]) {
    assert_eq!(beyond(counts), expected, "{counts:?}");
}

#[test]
fn an_order_has_as_many_lines_with_the_parts_of_its_kits() {
    check_beyond(&[1; MAX_LINES], &[]);
    check_beyond(&[2; MAX_LINES / 2], &[]);
    check_beyond(&[MAX_LINES], &[]);
    check_beyond(&[1, MAX_LINES], &[1]);
    check_beyond(&[MAX_LINES, 1], &[0]);
    check_beyond(&[2, MAX_LINES, 1, 2], &[1, 3]);
}

fn check_shown(draft: &str, now: &str, expected: bool) {
    let kits = BTreeMap::from([kit(draft, true)]);
    let opened = open_kits(&mut Faults::new(), vec![said('c', "1"), said('K', "3")], &kits);
    let lines = opened.into_iter().map(|wanted| wanted.line(Id::from_uuid(Uuid::nil()), 1));
    let lines: Vec<_> = lines.collect();
    let shown = kits_shown(&lines);
    assert_eq!((shown.len(), shown[0].place, shown[0].kit.line), (1, 1, 2), "{draft}");
    assert_eq!(shown[0].is_still(&kit(now, true).1), expected, "{draft} {now}");
}

#[test]
fn a_draft_is_asked_whether_its_kits_are_still_so() {
    check_shown("K=2a+1b", "K=1b+2a", true);
    check_shown("K=2a+1b", "K=1L L=2a+1b", true);
    check_shown("K=2a+1b", "K=2a", false);
    check_shown("K=2a", "K=2a+1b", false);
    check_shown("K=2a+1b", "K=2a+2b", false);
    check_shown("K=2a", "K=2d", false);
}
