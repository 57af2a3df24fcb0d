//! The rules of orders, case by case.

use super::*;
use kernel::Id;
use uuid::Uuid;

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn line(quantity: i32, [allocated, shipped, returned, cancelled]: [i32; 4]) -> SalesOrderLine {
    let open = quantity - shipped - cancelled;
    let quantity = Quantity::whole(quantity);
    let wanted = Wanted { item: id(2), quantity, entered: None, unit_price: None, kit: None };
    SalesOrderLine {
        allocated: Quantity::whole(allocated),
        shipped: Quantity::whole(shipped),
        returned: Quantity::whole(returned),
        cancelled: Quantity::whole(cancelled),
        reservation: (allocated > 0).then(|| id(3)),
        waits_since: (open > allocated).then_some(7),
        ..wanted.line(id(1), 1)
    }
}

fn check_action(status: SalesOrderStatus, allowed: &[Action]) {
    for action in [Action::Change, Action::Confirm, Action::Cancel, Action::Ship, Action::TakeBack] {
        assert_eq!(status.check(action).is_ok(), allowed.contains(&action), "{status:?} {action:?}");
    }
}

#[test]
fn what_may_be_done_to_an_order() {
    check_action(SalesOrderStatus::Draft, &[Action::Change, Action::Confirm, Action::Cancel]);
    check_action(SalesOrderStatus::Confirmed, &[Action::Cancel, Action::Ship]);
    check_action(SalesOrderStatus::PartlyShipped, &[Action::Cancel, Action::Ship, Action::TakeBack]);
    check_action(SalesOrderStatus::Shipped, &[Action::TakeBack]);
    check_action(SalesOrderStatus::Cancelled, &[]);
}

#[test]
fn statuses_are_read_as_they_are_written() {
    for status in SalesOrderStatus::ALL {
        assert_eq!(SalesOrderStatus::parse(status.name()), Some(status));
    }
    assert_eq!(SalesOrderStatus::parse("lost"), None);
}

fn check_status(lines: &[SalesOrderLine], expected: SalesOrderStatus) {
    assert_eq!(SalesOrderStatus::of(lines), expected, "{lines:?}");
}

#[test]
fn lines_say_what_an_order_is() {
    check_status(&[line(5, [0, 0, 0, 0]), line(1, [1, 0, 0, 0])], SalesOrderStatus::Confirmed);
    check_status(&[line(5, [0, 2, 0, 0])], SalesOrderStatus::PartlyShipped);
    check_status(&[line(5, [0, 5, 0, 0]), line(1, [1, 0, 0, 0])], SalesOrderStatus::PartlyShipped);
    check_status(&[line(5, [0, 5, 5, 0])], SalesOrderStatus::Shipped);
    check_status(&[line(5, [0, 2, 0, 3]), line(1, [0, 0, 0, 1])], SalesOrderStatus::Shipped);
    check_status(&[line(5, [0, 0, 0, 5])], SalesOrderStatus::Cancelled);
}

fn check_allocation(wanted: &[(u128, i32)], free: &[(u128, i32)], given: &[i32], left: &[(u128, i32)]) {
    let wanted: Vec<_> = wanted.iter().map(|(item, wanted)| (id(*item), Quantity::whole(*wanted))).collect();
    let quantities = |of: &[(u128, i32)]| -> BTreeMap<ItemId, Quantity> {
        of.iter().map(|(item, quantity)| (id(*item), Quantity::whole(*quantity))).collect()
    };
    let mut free = quantities(free);
    let given: Vec<_> = given.iter().map(|given| Quantity::whole(*given)).collect();
    assert_eq!(allocate(&wanted, &mut free), given, "{wanted:?}");
    assert_eq!(free, quantities(left), "{wanted:?}");
}

#[test]
fn lines_get_what_is_free_in_their_order() {
    check_allocation(&[(1, 3), (1, 3)], &[(1, 10)], &[3, 3], &[(1, 4)]);
    check_allocation(&[(1, 3), (1, 3), (2, 1)], &[(1, 4), (2, 1)], &[3, 1, 1], &[(1, 0), (2, 0)]);
    check_allocation(&[(1, 3)], &[(1, 0)], &[0], &[(1, 0)]);
    // An item may owe more than it has.
    check_allocation(&[(1, 3)], &[(1, -2)], &[0], &[(1, -2)]);
    check_allocation(&[(1, 3)], &[(2, 5)], &[0], &[(2, 5)]);
}

#[test]
fn a_line_waits_until_it_has_all() {
    let mut waiting = line(5, [0, 0, 0, 0]);
    assert_eq!(waiting.backordered(), Quantity::whole(5));
    waiting.allocate(Quantity::whole(2), Some(id(3)), Some(7)).unwrap();
    assert_eq!((waiting.backordered(), waiting.waits_since), (Quantity::whole(3), Some(7)));
    waiting.allocate(Quantity::whole(3), Some(id(3)), Some(7)).unwrap();
    assert_eq!((waiting.backordered(), waiting.waits_since), (Quantity::ZERO, None));
    assert_eq!(waiting.allocate(Quantity::whole(1), Some(id(3)), None), Err(LineRefusal::TooMuch));
}

#[test]
fn no_more_leaves_than_is_allocated_and_no_more_comes_back_than_left() {
    let mut sold = line(5, [3, 0, 0, 0]);
    let refused = LineRefusal::NotAllocated { wanted: Quantity::whole(4), allocated: Quantity::whole(3) };
    let pieces = |pieces| Part::of_item(Quantity::whole(pieces));
    assert_eq!(sold.ship(pieces(4)), Err(refused));
    sold.ship(pieces(1)).unwrap();
    assert_eq!((sold.allocated, sold.reservation.is_some()), (Quantity::whole(2), true));
    sold.ship(pieces(2)).unwrap();
    assert_eq!((sold.allocated, sold.reservation.is_some()), (Quantity::ZERO, false));
    sold.take_back(pieces(2)).unwrap();
    let refused = LineRefusal::NotShipped { wanted: Quantity::whole(2), out: Quantity::whole(1) };
    assert_eq!(sold.take_back(pieces(2)), Err(refused));
    assert_eq!(sold.cancel(), Ok(Quantity::whole(2)));
    assert_eq!((sold.open(), sold.backordered()), (Quantity::ZERO, Quantity::ZERO));
}

/// Ounces of a line of three: what each comes to in millionths of a kilogram.
fn check_ounces(
    line: &mut SalesOrderLine,
    count: usize,
    step: impl Fn(&mut SalesOrderLine) -> Part,
    expected: &[i64],
) {
    let parts: Vec<i64> = (0..count).map(|_| step(line).quantity.millionths()).collect();
    assert_eq!(parts, expected);
}

#[test]
fn what_is_said_in_the_lines_unit_is_a_share_of_it() {
    let kilograms = Quantity::from_millionths;
    let ounces = Quantity::whole;
    let entered = EnteredQuantity { quantity: ounces(3), unit: "ONZ".to_owned(), rounding: None };
    let ordered = SalesOrderLine {
        quantity: kilograms(85_049),
        allocated: kilograms(85_049),
        entered: Some(entered),
        ..line(3, [3, 0, 0, 0])
    };
    let ship = |line: &mut SalesOrderLine| {
        let (part, _) = line.leaving(ounces(1), Some("onz")).unwrap().unwrap();
        line.ship(part).unwrap();
        part
    };
    let take_back = |line: &mut SalesOrderLine| {
        let (part, _) = line.coming_back(ounces(1), Some("ONZ"), None).unwrap().unwrap();
        line.take_back(part).unwrap();
        part
    };
    let mut shipped = ordered.clone();
    check_ounces(&mut shipped, 3, ship, &[28_350, 28_349, 28_350]);
    let status = SalesOrderStatus::of(std::slice::from_ref(&shipped));
    assert_eq!((shipped.open(), status), (Quantity::ZERO, SalesOrderStatus::Shipped));
    // Of a lot the customer has what was shipped of it, whichever ounce it was.
    let (of_lot, _) = shipped.coming_back(ounces(1), Some("ONZ"), Some(kilograms(28_349))).unwrap().unwrap();
    assert_eq!(of_lot.quantity, kilograms(28_349));
    check_ounces(&mut shipped, 3, take_back, &[28_350, 28_349, 28_350]);
    assert_eq!(shipped.out(), Quantity::ZERO);

    // Two ounces that were said as kilograms leave one.
    let mut mixed = ordered;
    mixed.ship(Part::of_item(kilograms(56_700))).unwrap();
    check_ounces(&mut mixed, 1, ship, &[28_349]);
    assert_eq!((mixed.open(), mixed.leaving(ounces(1), None)), (Quantity::ZERO, None));
}

fn check_input(prices: &[Option<&str>], currency: Option<&str>, expected: Result<Option<&str>, &str>) {
    let lines = prices.iter().map(|price| LineInput {
        item: id(1),
        quantity: Quantity::whole(1),
        unit: None,
        unit_price: price.map(|currency| Money::new(100, currency.parse().unwrap())),
    });
    let lines: Vec<_> = lines.collect();
    let mut faults = Faults::new();
    let found = check_lines(&mut faults, &lines, currency.map(|currency| currency.parse().unwrap()));
    let fault = faults.into_errors().first().map(|fault| fault.code.to_string());
    match expected {
        Ok(currency) => {
            assert_eq!((found.as_ref().map(Currency::code), fault), (currency, None), "{prices:?}")
        }
        Err(code) => assert_eq!(fault.as_deref(), Some(code), "{prices:?}"),
    }
}

#[test]
fn prices_of_an_order_are_in_one_currency() {
    check_input(&[None], None, Ok(None));
    check_input(&[None], Some("EUR"), Ok(Some("EUR")));
    check_input(&[None, Some("USD")], None, Ok(Some("USD")));
    check_input(&[Some("USD"), Some("EUR")], None, Err("mixed_currencies"));
    check_input(&[Some("USD")], Some("EUR"), Err("mixed_currencies"));
    check_input(&[], None, Err("out_of_range"));
}
