//! Rows of items, by what is there of them.

use super::*;
use crate::domain::item::Item;
use kernel::Id;
use uuid::Uuid;

const ALL: Beside = Beside { unit_used: None, is_uncovered: false, may_receive: true, may_adjust: true };

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Beside a good sku and name.
fn check(pairs: &[(&str, &str)], expected: &[(&str, &str)]) {
    let row = values(&[&[("sku", "a"), ("name", "A")], pairs].concat());
    let errors = check_row(&row, None, ALL).err().unwrap_or_default();
    let found: Vec<_> = errors.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect();
    assert_eq!(found, expected, "{pairs:?}");
}

#[test]
fn a_row_is_checked_fully() {
    check(&[], &[]);
    check(&[("unit_cost", "21.35"), ("currency", "usd"), ("on_hand", "2.5")], &[]);
    check(&[("currency", "USD")], &[]);
    check(&[("unit_cost", "21.35")], &[("/currency", "required")]);
    check(
        &[("unit_cost", "x"), ("currency", "XYZ")],
        &[("/currency", "unknown_currency"), ("/unit_cost", "not_a_number")],
    );
    check(&[("unit_cost", "1.234"), ("currency", "USD")], &[("/unit_cost", "too_precise")]);
    check(&[("on_hand", "-1")], &[("/on_hand", "negative")]);
    check(
        &[("on_hand", "many"), ("reorder_level", "-2")],
        &[("/on_hand", "not_a_number"), ("/reorder_level", "negative")],
    );
    check(&[("on_hand", "1000000001")], &[("/on_hand", "too_large")]);
    check(&[("on_hand", "0.0000001")], &[("/on_hand", "too_precise")]);
    check(&[("colour", "red")], &[("/colour", "unknown_field")]);
    check(&[("sku", " "), ("name", "")], &[("/sku", "blank"), ("/name", "blank")]);
}

#[test]
fn a_known_item_keeps_what_the_row_leaves_out() {
    let first = values(&[
        ("sku", "a"),
        ("name", "A"),
        ("category", "Tea"),
        ("unit_cost", "2"),
        ("currency", "EUR"),
        ("on_hand", "5"),
    ]);
    let first = check_row(&first, None, ALL).unwrap();
    assert_eq!(first.difference, Some(Quantity::whole(5)));
    let present = ItemThere {
        id: Id::from_uuid(Uuid::nil()),
        version: 1,
        fields: first.fields.clone(),
        on_hand: Quantity::whole(5),
        reserved: Quantity::whole(4),
        next_sequence: 2,
        has_moved: true,
        is_kit: false,
        valued_in: Some("EUR".parse().unwrap()),
        free_at_main: Quantity::whole(1),
        reserved_at_main: Quantity::whole(4),
        floor: Quantity::whole(5),
    };
    let again = check_row(&values(&[("sku", "A"), ("name", "A")]), Some(&present), ALL).unwrap();
    assert_eq!(again, CheckedRow { fields: first.fields.clone(), difference: None });
    let counted = |on_hand: &str, present: &ItemThere| {
        let row = values(&[("sku", "A"), ("name", "A"), ("on_hand", on_hand)]);
        let found = check_row(&row, Some(present), ALL);
        found.map(|row| row.difference).map_err(|faults| faults[0].code.to_string())
    };
    assert_eq!(counted("4.5", &present), Ok(Some("-0.5".parse().unwrap())));
    assert_eq!(counted("5", &present), Ok(None));
    assert_eq!(counted("3", &present), Err("below_reserved".to_owned()));
    let scattered = ItemThere { floor: Quantity::ZERO, ..present.clone() };
    assert_eq!(counted("4.5", &scattered), Err("lies_elsewhere".to_owned()));
    assert_eq!(counted("6", &scattered), Ok(Some(Quantity::whole(1))));
    // Twice as much, half of it elsewhere: what is reserved is reserved here.
    let more = ItemThere { on_hand: Quantity::whole(10), ..present.clone() };
    assert_eq!(counted("8", &more), Err("below_reserved".to_owned()));
    let fields = ItemFields { may_be_negative: true, ..first.fields.clone() };
    let owing = ItemThere { fields, ..present.clone() };
    assert_eq!(counted("1", &owing), Ok(Some(Quantity::whole(-4))));
    let unmoved = ItemThere { has_moved: false, valued_in: None, ..present.clone() };
    for (column, value) in [("unit", "KGM"), ("currency", "USD")] {
        let row = values(&[("sku", "A"), ("name", "A"), ("unit_cost", "2"), ("currency", "EUR")]);
        let row = BTreeMap::from_iter(row.into_iter().chain([(column.to_owned(), value.to_owned())]));
        let faults = check_row(&row, Some(&present), ALL).unwrap_err();
        assert_eq!((faults[0].pointer.as_str(), &*faults[0].code), (&*format!("/{column}"), "has_moved"));
        assert!(check_row(&row, Some(&unmoved), ALL).is_ok(), "{column}");
        let used = Beside { unit_used: Some(UnitUse::Counts), ..ALL };
        let ordered = check_row(&row, Some(&unmoved), used).err().unwrap_or_default();
        let codes: Vec<_> = ordered.iter().map(|fault| &*fault.code).collect();
        assert_eq!(codes, if column == "unit" { vec!["ordered"] } else { Vec::new() });
    }
    // Its cost may have gone since: what it is valued in has not.
    let fields = ItemFields { unit_cost: None, ..first.fields.clone() };
    let unpriced = ItemThere { fields, ..present.clone() };
    let row = values(&[("sku", "A"), ("name", "A"), ("unit_cost", "2"), ("currency", "USD")]);
    assert_eq!(&*check_row(&row, Some(&unpriced), ALL).unwrap_err()[0].code, "other_currency");
    let kit = ItemThere { is_kit: true, ..present.clone() };
    assert_eq!(counted("6", &kit), Err("kit".to_owned()));
    let fields = ItemFields { tracking: Tracking::Lot, ..first.fields.clone() };
    let of_lots = ItemThere { fields, ..present.clone() };
    assert_eq!(counted("6", &of_lots), Err("tracked".to_owned()));
}

#[test]
fn what_was_built_upon_stays() {
    let id = Id::from_uuid(Uuid::nil());
    let decided = decide(&values(&[("sku", "a"), ("name", "A"), ("on_hand", "5")]), id, (None, None), ALL);
    let Ok(Decided::Changed(made)) = decided else { panic!("{decided:?}") };
    let made = *made;
    let there = ItemThere {
        id,
        version: 3,
        fields: made.fields.clone(),
        on_hand: Quantity::whole(5),
        reserved: Quantity::ZERO,
        next_sequence: 4,
        has_moved: true,
        is_kit: false,
        valued_in: None,
        free_at_main: Quantity::whole(5),
        reserved_at_main: Quantity::ZERO,
        floor: Quantity::whole(5),
    };
    let decided = |pairs: &[(&str, &str)]| {
        let row = values(&[&[("sku", "a")], pairs].concat());
        match decide(&row, id, (Some(&there), None), ALL) {
            Ok(Decided::Changed(change)) => *change,
            other => panic!("{other:?}"),
        }
    };
    let (renamed, counted) = (decided(&[("name", "B")]), decided(&[("name", "A"), ("on_hand", "6")]));
    let by_hand = ItemFields { name: "By hand".to_owned(), ..made.fields.clone() };
    let check = |change: &RowChange, version, next_sequence, reserved, expected: &str| {
        let reserved = Quantity::whole(reserved);
        let level = &Level { next_sequence, reserved, ..Level::empty(id) };
        let has_moved_since = change.depends_on_stock() && next_sequence > change.next_sequence();
        let now = ItemNow { version, fields: &by_hand, level, has_moved_since };
        let found = change.built_upon(now).unwrap_or_default();
        // Where it was put back, it has another version and the fields that the row left.
        let put_back = ItemNow { version: version + 9, fields: &change.fields, ..now };
        let found_then = change.built_upon(put_back).unwrap_or_default();
        assert!(found == found_then || found.contains("changed since"), "{found} {found_then}");
        assert!(!found_then.contains("changed since"), "{found_then}");
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{found}");
    };
    check(&made, 1, 2, 0, "");
    check(&made, 2, 2, 0, "changed since");
    check(&made, 1, 3, 0, "moved since");
    check(&made, 1, 2, 1, "reserved");
    check(&renamed, 4, 9, 1, "");
    check(&renamed, 3, 4, 0, "changed since");
    check(&counted, 3, 5, 0, "");
    check(&counted, 3, 6, 0, "moved since");
    check(&counted, 4, 5, 0, "changed since");
    let fields = ItemFields { unit: "KGM".to_owned(), ..renamed.fields.clone() };
    let measured = RowChange { fields, ..renamed };
    check(&measured, 4, 1, 0, "");
    check(&measured, 4, 2, 0, "are fixed");
    check(&measured, 4, 1, 1, "are fixed");
}

#[test]
fn stock_comes_and_goes_by_whoever_may_move_it() {
    let there = ItemThere {
        id: Id::from_uuid(Uuid::nil()),
        version: 1,
        fields: check_row(&values(&[("sku", "a"), ("name", "A")]), None, ALL).unwrap().fields,
        on_hand: Quantity::whole(5),
        reserved: Quantity::ZERO,
        next_sequence: 2,
        has_moved: true,
        is_kit: false,
        valued_in: None,
        free_at_main: Quantity::whole(5),
        reserved_at_main: Quantity::ZERO,
        floor: Quantity::whole(5),
    };
    let receives = Beside { may_adjust: false, ..ALL };
    let neither = Beside { may_receive: false, ..receives };
    for (on_hand, beside, expected) in [
        ("6", ALL, None),
        ("4", ALL, None),
        ("6", receives, None),
        ("4", receives, Some("not_permitted")),
        ("6", neither, Some("not_permitted")),
        ("5", neither, None),
    ] {
        let row = values(&[("sku", "a"), ("name", "A"), ("on_hand", on_hand)]);
        let faults = check_row(&row, Some(&there), beside).err().unwrap_or_default();
        assert_eq!(faults.first().map(|fault| &*fault.code), expected, "{on_hand} {beside:?}");
    }
}

#[test]
fn all_that_an_item_says_stands_in_its_row() {
    let full = values(&[
        ("sku", "A"),
        ("name", "The A"),
        ("description", "of lots"),
        ("category", "Tea"),
        ("unit", "KGM"),
        ("unit_cost", "2.50"),
        ("currency", "EUR"),
        ("reorder_level", "1"),
        ("reorder_up_to", "5"),
        ("lead_time_days", "14"),
        ("tracking", "lot"),
        ("costing", "standard"),
        ("may_be_negative", "false"),
        ("external_id", "erp-1"),
        ("metadata", r#"{"shelf":"A3"}"#),
    ]);
    let fields = check_row(&full, None, ALL).unwrap().fields;
    let id = Id::from_uuid(Uuid::nil());
    let time = chrono::DateTime::UNIX_EPOCH;
    let item =
        Item { id, fields: fields.clone(), version: 1, created_at: time, updated_at: time, deleted_at: None };
    assert_eq!(exported(&StockedItem { item, level: Level::of(id, &fields) }), full);
    check(
        &[
            ("tracking", "batch"),
            ("costing", "lifo"),
            ("may_be_negative", "often"),
            ("lead_time_days", "2.5"),
        ],
        &[
            ("/lead_time_days", "not_a_number"),
            ("/tracking", "unknown_word"),
            ("/costing", "unknown_word"),
            ("/may_be_negative", "unknown_word"),
        ],
    );
    check(&[("tracking", "Lot"), ("may_be_negative", "TRUE")], &[("/may_be_negative", "tracked")]);
    check(&[("metadata", "A3")], &[("/metadata", "not_an_object_of_texts")]);
    check(&[("reorder_level", "5"), ("reorder_up_to", "5")], &[("/reorder_up_to", "not_above")]);
    let row = values(&[("sku", "b"), ("name", "B"), ("external_id", "erp-1")]);
    let taken = decide(&row, id, (None, Some("A")), ALL).unwrap_err();
    assert_eq!((taken[0].pointer.as_str(), &*taken[0].code), ("/external_id", "taken"));
    assert!(decide(&row, id, (None, Some("B")), ALL).is_ok());
}
