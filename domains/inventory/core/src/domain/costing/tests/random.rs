//! Costing against its own law, whatever happens: no value is made or lost.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Quantities in millionths, so that shares seldom come out even.
fn any_change() -> impl Strategy<Value = (u8, i64, i64)> {
    (0..10u8, 1..30_000_000i64, 0..100_000i64)
}

/// What somebody did that can be undone.
enum Done {
    Received(i64, Quantity, Vec<Change>),
    Issued(IssueCost),
}

fn step(
    position: &mut Position,
    done: &mut BTreeMap<i64, Done>,
    number: i64,
    (kind, millionths, minor): (u8, i64, i64),
) -> Result<Vec<Change>, CostingError> {
    let (quantity, value) = (Quantity::from_millionths(millionths), Value::from_minor(minor).unwrap());
    let picked = usize::try_from(minor).unwrap() % done.len().max(1);
    let picked = done.keys().copied().nth(picked);
    match (kind, picked) {
        (6, Some(of)) => {
            let Some(Done::Issued(cost)) = done.get_mut(&of) else { return Ok(Vec::new()) };
            let (received, taken) =
                position.take_back(number, cost, Quantity::from_millionths(millionths / 4 + 1))?;
            Ok(received.changes(EntryKind::Return, taken))
        }
        (7, _) => Ok(position.change_standard(minor)?.into_iter().collect()),
        (8, Some(of)) => {
            let Some(Done::Received(layer, quantity, _)) = done.get(&of) else { return Ok(Vec::new()) };
            let cost = Value::from_minor(minor - 50_000).unwrap();
            position.land(cost, *quantity, *layer, Quantity::ZERO)
        }
        (9, Some(of)) => {
            let Some(Done::Received(layer, quantity, changes)) = done.get(&of) else { return Ok(Vec::new()) };
            let value = changes.iter().try_fold(Value::ZERO, |sum, change| sum.plus(change.value))?;
            let from = [Taken { layer: Some(*layer), quantity: *quantity, value }];
            let correction = position.withdraw(*quantity, value, &from)?;
            let mirrored = changes.iter().map(|change| Change {
                quantity: -change.quantity,
                value: change.value.negated(),
                ..change.clone()
            });
            let all = mirrored.chain(correction).collect();
            done.remove(&of);
            Ok(all)
        }
        (0..=2, _) => {
            let changes =
                position.receive(number, &Receipt { quantity, value })?.changes(EntryKind::Receipt, vec![]);
            done.insert(number, Done::Received(number, quantity, changes.clone()));
            Ok(changes)
        }
        _ => {
            let cost = position.issue(quantity)?;
            let change = cost.change(position.method);
            // What is read back is what was taken, save that a pool and what was beyond it are one.
            let read = IssueCost::of(&change).unwrap();
            assert_eq!((read.quantity, read.value), (cost.quantity, cost.value));
            done.insert(number, Done::Issued(read));
            Ok(vec![change])
        }
    }
}

fn check_conserved(method: Method, negative: Negative, changes: &[(u8, i64, i64)]) {
    let mut position = Position::new(method, negative).unwrap();
    let (mut done, mut booked) = (BTreeMap::new(), 0);
    for (number, change) in (1..).zip(changes) {
        let before = position.clone();
        match step(&mut position, &mut done, number, *change) {
            Ok(written) => {
                check_written_down("random", before.stock(), &written, &position);
                booked += position.stock().value.minor() - before.stock().value.minor();
            }
            Err(_) => assert_eq!(position, before, "{change:?}"),
        }
        let Stock { on_hand, value } = position.stock();
        assert_eq!(value.minor(), booked, "{change:?}");
        let (on_hand, value) = (on_hand.millionths(), value.millionths());
        assert!(i128::from(on_hand.signum()) * value >= 0 && (on_hand != 0 || value == 0), "{position:?}");
        if method == FIFO {
            let held: i64 = position.layers().values().map(|layer| layer.quantity.millionths()).sum();
            let worth: i128 = position.layers().values().map(|layer| layer.value.millionths()).sum();
            assert_eq!((held, worth), (on_hand.max(0), value.max(0)), "{position:?}");
        }
    }
}

proptest! {
    #[test]
    fn value_is_conserved(
        changes in prop::collection::vec(any_change(), 0..120),
        method in prop_oneof![Just(FIFO), Just(AVERAGE), Just(Method::Standard { unit_minor: 1_234 })],
        negative in prop_oneof![Just(Negative::Refused), Just(Negative::Allowed)],
    ) {
        check_conserved(method, negative, &changes);
    }

    #[test]
    fn what_goes_out_and_comes_back_was_never_gone(
        receipts in prop::collection::vec((1..9_000_000i64, 0..100_000i64), 1..8),
        share in 1..=100i64,
        steps in 1..5i64,
    ) {
        let mut position = Position::new(FIFO, Negative::Refused).unwrap();
        for (number, (millionths, minor)) in (1..).zip(receipts) {
            let quantity = Quantity::from_millionths(millionths);
            position.receive(number, &Receipt { quantity, value: Value::from_minor(minor).unwrap() }).unwrap();
        }
        let before = (position.stock(), position.layers().clone());
        let quantity = Quantity::from_millionths((position.stock().on_hand.millionths() * share / 100).max(1));
        let mut cost = position.issue(quantity).unwrap();
        for step in (1..=steps).rev() {
            let part = Quantity::from_millionths(cost.quantity.millionths() / step);
            if part.is_positive() {
                position.take_back(99, &mut cost, part).unwrap();
            }
        }
        prop_assert_eq!((position.stock(), position.layers().clone()), before);
        prop_assert_eq!((cost.quantity, cost.value), (Quantity::ZERO, Value::ZERO));
    }
}
