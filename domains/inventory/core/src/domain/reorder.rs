//! When an item is due to be ordered again, and how much of it to order.

use crate::domain::stock::{Level, MAX_QUANTITY};
use chrono::{DateTime, Days, NaiveDate, Utc};
use kernel::Quantity;

/// What a change of a balance makes of its being due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// To the reorder level or below it, which is told once.
    Fell,
    Rose,
}

/// What is on order counts for nothing here: it is not there yet, and it may never come. A kit is ordered as its parts.
pub fn crossing(level: &Level, now: DateTime<Utc>) -> Option<Crossing> {
    let low = !level.kit && level.reorder_at.is_some_and(|least| level.available() <= least);
    // Too much is counted as promised: whoever holds the item next takes it off and looks again.
    let unsure = level.next_expiry.is_some_and(|next| next <= now);
    match (level.reorder_due_since, low) {
        (None, true) if !unsure => Some(Crossing::Fell),
        (Some(_), false) => Some(Crossing::Rose),
        _ => None,
    }
}

/// What an item is kept at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The reorder level.
    pub minimum: Quantity,
    pub maximum: Option<Quantity>,
}

/// Up to the maximum, or as many times the minimum as it takes to be above it. Nothing while what is on order is enough.
pub fn to_order(policy: Policy, available: Quantity, on_order: Quantity) -> Quantity {
    let Policy { minimum, maximum } = policy;
    let projected = i128::from(available.millionths()) + i128::from(on_order.millionths());
    let least = i128::from(minimum.millionths());
    if projected > least {
        return Quantity::ZERO;
    }
    let wanted = match maximum {
        Some(maximum) => i128::from(maximum.millionths()) - projected,
        None if least > 0 => ((least - projected) / least + 1) * least,
        // Of what is kept at nothing, what is missing.
        None => -projected,
    };
    let most = i128::from(MAX_QUANTITY.millionths());
    i64::try_from(wanted.clamp(0, most)).map(Quantity::from_millionths).unwrap_or(MAX_QUANTITY)
}

/// When it would be here, ordered today.
pub fn here_on(today: NaiveDate, lead_time_days: Option<i64>) -> Option<NaiveDate> {
    let days = u64::try_from(lead_time_days?).ok()?;
    today.checked_add_days(Days::new(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn level(available: i32, least: Option<i32>, due: bool) -> Level {
        Level {
            on_hand: Quantity::whole(available),
            reorder_at: least.map(Quantity::whole),
            reorder_due_since: due.then_some(DateTime::UNIX_EPOCH),
            ..Level::empty(Id::from_uuid(uuid::Uuid::nil()))
        }
    }

    fn check(level: Level, expected: Option<Crossing>) {
        assert_eq!(crossing(&level, DateTime::UNIX_EPOCH), expected, "{level:?}");
    }

    #[test]
    fn a_crossing_is_told_once() {
        check(level(11, Some(10), false), None);
        check(level(10, Some(10), false), Some(Crossing::Fell));
        check(level(-1, Some(0), false), Some(Crossing::Fell));
        check(level(3, Some(10), true), None);
        check(level(10, Some(10), true), None);
        check(level(11, Some(10), true), Some(Crossing::Rose));
        check(level(0, None, false), None);
        check(level(0, None, true), Some(Crossing::Rose));
        check(Level { kit: true, ..level(0, Some(5), false) }, None);
        check(Level { kit: true, ..level(0, Some(5), true) }, Some(Crossing::Rose));
    }

    #[test]
    fn a_promise_past_its_time_makes_nothing_due() {
        let lapsed = Level { next_expiry: Some(DateTime::UNIX_EPOCH), ..level(0, Some(5), false) };
        check(lapsed, None);
        check(
            Level { reorder_due_since: Some(DateTime::UNIX_EPOCH), on_hand: Quantity::whole(6), ..lapsed },
            Some(Crossing::Rose),
        );
    }

    fn check_order(minimum: i32, maximum: Option<i32>, available: i32, on_order: i32, expected: i32) {
        let policy = Policy { minimum: Quantity::whole(minimum), maximum: maximum.map(Quantity::whole) };
        let found = to_order(policy, Quantity::whole(available), Quantity::whole(on_order));
        assert_eq!(found, Quantity::whole(expected), "{policy:?} {available} {on_order}");
    }

    #[test]
    fn as_much_is_ordered_as_is_missing() {
        check_order(10, Some(50), 10, 0, 40);
        check_order(10, Some(50), 4, 6, 40);
        check_order(10, Some(50), 4, 7, 0);
        check_order(10, Some(50), -5, 0, 55);
        check_order(10, None, 10, 0, 10);
        check_order(10, None, 1, 0, 10);
        check_order(10, None, 0, 0, 20);
        check_order(10, None, -15, 0, 30);
        check_order(10, None, 4, 7, 0);
        check_order(0, None, 0, 0, 0);
        check_order(0, None, -3, 1, 2);
        check_order(0, Some(5), 0, 0, 5);
    }

    #[test]
    fn an_order_has_a_bound() {
        let policy = Policy { minimum: MAX_QUANTITY, maximum: Some(MAX_QUANTITY) };
        assert_eq!(to_order(policy, -MAX_QUANTITY, -MAX_QUANTITY), MAX_QUANTITY);
    }

    #[test]
    fn the_lead_time_is_counted_in_days() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(here_on(day("2026-02-27"), Some(3)), Some(day("2026-03-02")));
        assert_eq!(here_on(day("2026-02-27"), None), None);
    }
}
