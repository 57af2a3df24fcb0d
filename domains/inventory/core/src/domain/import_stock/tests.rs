//! Counts of bins, by what lies in them.

use super::*;
use kernel::Id;

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn floor() -> Place {
    Place::floor_of(id(1))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// So much of an item at one warehouse, and of that so much is reserved.
fn there(tracking: Tracking, on_hand: i32, reserved: i32) -> StockThere {
    let (on_hand, reserved) = (Quantity::whole(on_hand), Quantity::whole(reserved));
    let here = Here { on_hand, reserved, ..Here::default() };
    StockThere {
        item: id(9),
        tracking,
        may_be_negative: false,
        kit: false,
        on_hand,
        blocked: Quantity::ZERO,
        reserved,
        warehouses: [(id(1), here)].into(),
        by_file: ByFile::default(),
    }
}

/// So much in the bin that the row names.
fn holding(on_hand: i32) -> BinNamed {
    BinNamed {
        spot: Spot::At { place: floor(), has_two_names: false },
        on_hand: Quantity::whole(on_hand),
        lot: None,
        today: day("2026-05-01"),
    }
}

fn of_lot(bin: BinNamed, promised: i32, elsewhere: Vec<LotBin>) -> BinNamed {
    let promised = Quantity::whole(promised);
    let lot = LotThere { id: id(7), expires_on: Some(day("2027-01-31")), promised, elsewhere };
    BinNamed { lot: Some(lot), ..bin }
}

/// What moves, or the faults.
fn told(pairs: &[(&str, &str)], there: Option<&StockThere>, named: &BinNamed) -> String {
    match decide(&values(pairs), there, named) {
        Ok(Decided::Changed { change, .. }) => change.moved.to_string(),
        Ok(Decided::Unchanged(_)) => "unchanged".to_owned(),
        Err(faults) => {
            let faults = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code));
            faults.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The item as the row leaves it.
#[track_caller]
fn after(pairs: &[(&str, &str)], there: &StockThere, named: &BinNamed) -> StockThere {
    match decide(&values(pairs), Some(there), named) {
        Ok(Decided::Changed { after, .. }) => *after,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_count_moves_what_differs() {
    let there = there(Tracking::None, 5, 4);
    let check = |on_hand: &str, expected: &str| {
        assert_eq!(
            told(&[("sku", "a"), ("on_hand", on_hand)], Some(&there), &holding(5)),
            expected,
            "{on_hand}"
        );
    };
    check("5.0", "unchanged");
    check("7", "2");
    check("4", "-1");
    check("3.5", "/on_hand below_reserved");
    check("-1", "/on_hand negative");
    check("many", "/on_hand not_a_number");
    check("1000000001", "/on_hand too_large");
    let owing = StockThere { may_be_negative: true, ..there.clone() };
    assert_eq!(told(&[("sku", "a"), ("on_hand", "0")], Some(&owing), &holding(5)), "-5");
    let kit = StockThere { kit: true, ..there.clone() };
    assert_eq!(told(&[("sku", "a"), ("on_hand", "5")], Some(&kit), &holding(5)), "/sku kit");
}

#[test]
fn all_faults_of_a_row_are_named_at_once() {
    let nowhere = BinNamed { spot: Spot::NoWarehouse, ..holding(0) };
    let row = [("sku", "a"), ("warehouse", "X"), ("expires_on", "soon"), ("colour", "red")];
    let expected =
        "/colour unknown_field, /sku unknown, /warehouse unknown, /expires_on not_a_date, /on_hand required";
    assert_eq!(told(&row, None, &nowhere), expected);
    let transit = Place { kind: LocationUse::Transit, ..floor() };
    let transit = BinNamed { spot: Spot::At { place: transit, has_two_names: false }, ..holding(0) };
    let item = there(Tracking::None, 0, 0);
    let row = [("sku", "a"), ("lot", "L"), ("expires_on", "2027-01-31"), ("on_hand", "1")];
    let expected = "/location in_transit, /lot not_tracked, /expires_on not_tracked";
    assert_eq!(told(&row, Some(&item), &transit), expected);
    let nowhere = BinNamed { spot: Spot::NoLocation, ..holding(0) };
    assert_eq!(told(&[("on_hand", "1")], None, &nowhere), "/sku blank, /location unknown");
}

#[test]
fn a_tracked_item_is_counted_by_its_lots() {
    let item = there(Tracking::Lot, 5, 0);
    let check = |pairs: &[(&str, &str)], named: &BinNamed, expected: &str| {
        let row = [&[("sku", "a"), ("on_hand", "3")], pairs].concat();
        assert_eq!(told(&row, Some(&item), named), expected, "{pairs:?}");
    };
    let known = of_lot(holding(5), 0, Vec::new());
    check(&[], &holding(0), "/lot required");
    check(&[("serial", "L")], &holding(0), "/lot required, /serial not_tracked");
    check(&[("lot", "L"), ("expires_on", "2027-03-31")], &holding(0), "3");
    check(&[("lot", "L")], &known, "-2");
    check(&[("lot", "L"), ("expires_on", "2027-01-31")], &known, "-2");
    check(&[("lot", "L"), ("expires_on", "2027-01-31T00:00:00")], &known, "-2");
    check(&[("lot", "L"), ("expires_on", "2027-01-31T09:30:00")], &known, "/expires_on not_a_date");
    check(&[("lot", "L"), ("expires_on", "2027-03-31")], &known, "/expires_on differs");
    let promised = of_lot(holding(5), 4, Vec::new());
    check(&[("lot", "L")], &promised, "/on_hand below_reserved");
}

#[test]
fn a_serial_number_lies_in_one_bin() {
    let item = there(Tracking::Serial, 1, 0);
    let elsewhere = LotBin { warehouse: id(1), location: id(3), sellable: true, on_hand: Quantity::whole(1) };
    let check = |on_hand: &str, named: &BinNamed, expected: &str| {
        let row = [("sku", "a"), ("serial", "S"), ("on_hand", on_hand)];
        assert_eq!(told(&row, Some(&item), named), expected, "{on_hand}");
    };
    check("1", &holding(0), "1");
    check("2", &holding(0), "/on_hand not_one");
    check("1", &of_lot(holding(0), 0, vec![elsewhere]), "/serial lies_elsewhere");
    check("0", &of_lot(holding(0), 0, vec![elsewhere]), "unchanged");
    check("0", &of_lot(holding(1), 0, Vec::new()), "-1");
}

#[test]
fn later_rows_know_of_earlier_ones() {
    // Five in each of two bins, and six of them reserved: one of the bins may be emptied, and not both.
    let item = there(Tracking::None, 10, 6);
    let row = [("sku", "a"), ("on_hand", "1")];
    let left = after(&row, &item, &holding(5));
    assert_eq!(left.on_hand, Quantity::whole(6));
    assert_eq!(told(&row, Some(&left), &holding(5)), "/on_hand below_reserved");
    // A lot in two bins, of which a named promise covers all but two.
    let bin = LotBin { warehouse: id(1), location: id(3), sellable: true, on_hand: Quantity::whole(5) };
    let (item, named) = (there(Tracking::Lot, 10, 0), of_lot(holding(5), 8, vec![bin]));
    let row = |on_hand| [("sku", "a"), ("lot", "L"), ("on_hand", on_hand)];
    let left = after(&row("3"), &item, &named);
    assert_eq!(told(&row("4"), Some(&left), &named), "/on_hand below_reserved");
    assert_eq!(told(&row("6"), Some(&left), &named), "1");
    // A new lot has the last day that its first row says.
    let row = |day| [("sku", "a"), ("lot", "N"), ("on_hand", "1"), ("expires_on", day)];
    let left = after(&row("2027-01-31"), &there(Tracking::Lot, 0, 0), &holding(0));
    assert_eq!(told(&row("2027-01-31"), Some(&left), &holding(0)), "1");
    assert_eq!(told(&row("2027-02-28"), Some(&left), &holding(0)), "/expires_on differs");
    // A bin that is named in two ways is counted on from where it was left.
    let spot = Spot::At { place: floor(), has_two_names: true };
    let named = BinNamed { spot, ..holding(0) };
    let left = after(&[("sku", "a"), ("on_hand", "4")], &there(Tracking::None, 0, 0), &named);
    let again = [("sku", "a"), ("warehouse", "HQ"), ("on_hand", "6")];
    assert_eq!(told(&again, Some(&left), &named), "2");
}

#[test]
fn a_bin_has_one_key() {
    let check = |one: &[(&str, &str)], other: &[(&str, &str)], same: bool| {
        let key = |pairs| Said::of(&values(pairs)).keys();
        assert_eq!(key(one) == key(other), same, "{one:?} {other:?}");
    };
    check(&[("sku", " a  b ")], &[("sku", "A B"), ("warehouse", "main"), ("location", "Floor")], true);
    check(&[("sku", "a"), ("lot", "L")], &[("sku", "a"), ("lot", "l")], false);
    check(&[("sku", "a"), ("lot", "L")], &[("sku", "a"), ("serial", "L")], false);
    check(&[("sku", "a"), ("serial", "S")], &[("sku", "a"), ("serial", "S"), ("warehouse", "N")], true);
    check(&[("sku", "a"), ("location", "B")], &[("sku", "a"), ("warehouse", "B")], false);
    assert_eq!(Said::of(&values(&[("sku", " ")])).keys(), None);
}

#[test]
fn what_is_exported_would_be_imported_as_unchanged() {
    let (sku, lot) =
        ("A".parse::<Sku>().unwrap(), LotInput { code: "L".to_owned(), expires_on: Some(day("2027-01-31")) });
    let bin = BinShown {
        sku: &sku,
        tracking: Tracking::Lot,
        warehouse: "MAIN",
        location: "FLOOR",
        lot: Some(&lot),
        on_hand: "2.5".parse().unwrap(),
    };
    let item = there(Tracking::Lot, 5, 0);
    let named = of_lot(BinNamed { on_hand: bin.on_hand, ..holding(0) }, 0, Vec::new());
    assert_eq!(decide(&exported(&bin), Some(&item), &named), Ok(Decided::Unchanged(item.item)));
}
