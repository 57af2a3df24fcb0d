//! Stock that is promised: active until it is shipped, released or its time has passed, and then for good.

use crate::domain::lot::Tracking;
use chrono::{DateTime, Duration, Utc};
use inventory_contract::{ItemId, LotId, ReservationId, WarehouseId};
use kernel::{Faults, Quantity};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationStatus {
    Active,
    Shipped,
    Released,
    /// Its time has passed.
    Expired,
}

impl ReservationStatus {
    const ALL: [Self; 4] = [Self::Active, Self::Shipped, Self::Released, Self::Expired];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Shipped => "shipped",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    pub id: ReservationId,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    /// Of this lot alone.
    pub lot: Option<LotId>,
    pub quantity: Quantity,
    /// As it was last written: see [`Reservation::status_at`].
    pub status: ReservationStatus,
    /// From then on it holds nothing.
    pub expires_at: Option<DateTime<Utc>>,
    pub reference: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Reservation {
    /// One whose time has passed is expired, whether or not anybody has written that down.
    pub fn status_at(&self, now: DateTime<Utc>) -> ReservationStatus {
        match self.status {
            ReservationStatus::Active if self.expires_at.is_some_and(|end| end <= now) => {
                ReservationStatus::Expired
            }
            status => status,
        }
    }
}

/// Of one promise of serial numbers.
pub const MAX_PIECES: i64 = 500;

const PIECE: i64 = 1_000_000;

/// What one promise of an item may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portions {
    /// It is a multiple of this.
    pub step: Quantity,
    pub most: Quantity,
}

impl Portions {
    /// A piece that has a serial number is never split.
    pub fn of(tracking: Tracking) -> Self {
        let (step, most) = match tracking {
            Tracking::Serial => (PIECE, MAX_PIECES * PIECE),
            Tracking::None | Tracking::Lot => (1, i64::MAX),
        };
        Self { step: Quantity::from_millionths(step), most: Quantity::from_millionths(most) }
    }

    /// Without what is less than one step.
    pub fn whole(self, quantity: Quantity) -> Quantity {
        let step = self.step.millionths();
        Quantity::from_millionths(quantity.millionths() / step * step)
    }

    pub fn is_whole(self, quantity: Quantity) -> bool {
        self.whole(quantity) == quantity
    }

    /// What a promise that holds so much may get of what is wanted beside that.
    pub fn more(self, held: Quantity, wanted: Quantity) -> Quantity {
        let all = held.saturating_add(wanted).min(self.most);
        self.whole(all).saturating_sub(held).max(Quantity::ZERO)
    }
}

/// The longest that stock may be promised ahead.
const MAX_AHEAD: Duration = Duration::days(366);

pub fn check_expires_at(
    faults: &mut Faults,
    pointer: &str,
    given: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    let Some(given) = given else { return };
    if given <= now {
        faults.add(pointer, "in_the_past", "must lie in the future");
    } else if given > now + MAX_AHEAD {
        faults.add(pointer, "too_far", "must be within 366 days");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use uuid::Uuid;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn check(given: Option<&str>, expected: Option<&str>) {
        let mut faults = Faults::new();
        check_expires_at(&mut faults, "/expires_at", given.map(time), time("2026-05-01T12:00:00Z"));
        let found = faults.into_errors().first().map(|fault| fault.code.to_string());
        assert_eq!(found.as_deref(), expected, "{given:?}");
    }

    #[test]
    fn a_promise_ends_in_the_future_and_within_a_year() {
        check(None, None);
        check(Some("2026-05-01T12:00:00Z"), Some("in_the_past"));
        check(Some("2026-05-01T12:00:00.000001Z"), None);
        check(Some("2027-05-02T12:00:00Z"), None);
        check(Some("2027-05-02T12:00:00.000001Z"), Some("too_far"));
    }

    fn check_more(tracking: Tracking, held: &str, wanted: &str, expected: &str) {
        let quantity = |text: &str| text.parse::<Quantity>().unwrap();
        let found = Portions::of(tracking).more(quantity(held), quantity(wanted));
        assert_eq!(found, quantity(expected), "{tracking:?} {held} and {wanted}");
    }

    #[test]
    fn a_promise_of_serial_numbers_is_of_whole_pieces_and_not_too_many() {
        check_more(Tracking::Lot, "0", "1.5", "1.5");
        check_more(Tracking::None, "500", "0.25", "0.25");
        check_more(Tracking::Serial, "0", "0.5", "0");
        check_more(Tracking::Serial, "0", "1.5", "1");
        check_more(Tracking::Serial, "1.5", "1", "0.5");
        check_more(Tracking::Serial, "1.5", "0.25", "0");
        check_more(Tracking::Serial, "0", "600", "500");
        check_more(Tracking::Serial, "499", "600", "1");
        check_more(Tracking::Serial, "600", "1", "0");
    }

    fn check_status(status: ReservationStatus, expires_at: Option<&str>, expected: ReservationStatus) {
        let now = time("2026-05-01T12:00:00Z");
        let reservation = Reservation {
            id: Id::from_uuid(Uuid::nil()),
            item: Id::from_uuid(Uuid::nil()),
            warehouse: Id::from_uuid(Uuid::nil()),
            lot: None,
            quantity: Quantity::whole(1),
            status,
            expires_at: expires_at.map(time),
            reference: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        assert_eq!(reservation.status_at(now), expected, "{status:?} until {expires_at:?}");
    }

    #[test]
    fn time_ends_what_is_active_and_nothing_else() {
        use ReservationStatus::{Active, Expired, Released, Shipped};
        let (past, instant, later) = ("2026-05-01T11:00:00Z", "2026-05-01T12:00:00Z", "2026-05-01T12:00:01Z");
        check_status(Active, None, Active);
        check_status(Active, Some(later), Active);
        check_status(Active, Some(instant), Expired);
        check_status(Active, Some(past), Expired);
        check_status(Shipped, Some(past), Shipped);
        check_status(Released, Some(past), Released);
        for status in ReservationStatus::ALL {
            assert_eq!(ReservationStatus::parse(status.name()), Some(status));
        }
    }
}
