//! One line of the ledger: what happened to an item's stock, when, and when it was written down. Never changed.

use chrono::{DateTime, Duration, DurationRound, Utc};
use inventory_contract::{ItemId, LocationId, LotId, MovementId, ReservationId, WarehouseId};
use kernel::{Faults, Quantity};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    Receipt,
    Shipment,
    Adjustment,
    Import,
    /// One of the two by which stock goes from a place to another.
    Transfer,
    /// From a customer, or to a supplier.
    Return,
    Scrap,
    /// Of what something was made, or what was made.
    Assembly,
}

impl MovementKind {
    const ALL: [Self; 8] = [
        Self::Receipt,
        Self::Shipment,
        Self::Adjustment,
        Self::Import,
        Self::Transfer,
        Self::Return,
        Self::Scrap,
        Self::Assembly,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Shipment => "shipment",
            Self::Adjustment => "adjustment",
            Self::Import => "import",
            Self::Transfer => "transfer",
            Self::Return => "return",
            Self::Scrap => "scrap",
            Self::Assembly => "assembly",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub id: MovementId,
    pub item: ItemId,
    pub warehouse: WarehouseId,
    pub location: LocationId,
    pub lot: Option<LotId>,
    pub sequence: i64,
    pub kind: MovementKind,
    /// Negative when stock leaves.
    pub quantity: Quantity,
    /// What somebody said, where it was not in the item's unit.
    pub entered: Option<EnteredQuantity>,
    pub happened_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub reservation: Option<ReservationId>,
    /// The order, transfer or count that it is a line of.
    pub document: Option<Document>,
    /// The movement that it takes back.
    pub reverses: Option<MovementId>,
    pub reference: Option<String>,
    pub actor: String,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredQuantity {
    pub quantity: Quantity,
    pub unit: String,
    /// What rounding to millionths left out, in millionths of the item's unit: `-27/125`. None where it is exact.
    pub rounding: Option<String>,
}

impl EnteredQuantity {
    /// Of stock that leaves.
    pub fn negated(&self) -> Self {
        let negated = |rounding: &String| match rounding.strip_prefix('-') {
            Some(positive) => positive.to_owned(),
            None => format!("-{rounding}"),
        };
        let rounding = self.rounding.as_ref().map(negated);
        Self { quantity: -self.quantity, unit: self.unit.clone(), rounding }
    }
}

/// What a movement is a line of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    pub kind: DocumentKind,
    pub id: Uuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    Transfer,
    PurchaseOrder,
    SalesOrder,
    Count,
    Assembly,
    Import,
    Sale,
}

impl DocumentKind {
    const ALL: [Self; 7] = [
        Self::Transfer,
        Self::PurchaseOrder,
        Self::SalesOrder,
        Self::Count,
        Self::Assembly,
        Self::Import,
        Self::Sale,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::PurchaseOrder => "purchase_order",
            Self::SalesOrder => "sales_order",
            Self::Count => "count",
            Self::Assembly => "assembly",
            Self::Import => "import",
            Self::Sale => "sale",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A client's clock may be ahead of ours by this much.
const CLOCK_SKEW: Duration = Duration::minutes(5);
const EARLIEST: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// When it happened, to the microsecond as it is kept; now when nobody says otherwise.
pub fn check_happened_at(
    faults: &mut Faults,
    given: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let Some(given) = given else { return now };
    if given > now + CLOCK_SKEW {
        faults.add("/happened_at", "in_the_future", "must not lie in the future");
    } else if given < EARLIEST {
        faults.add("/happened_at", "too_early", "must not lie before 1970");
    }
    given.duration_trunc(Duration::microseconds(1)).unwrap_or(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: Option<&str>, expected: Result<&str, &str>) {
        let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let mut faults = Faults::new();
        let found = check_happened_at(&mut faults, given.map(time), time("2026-05-01T12:00:00Z"));
        let fault = faults.into_errors().first().map(|fault| fault.code.to_string());
        match expected {
            Ok(at) => assert_eq!((found, fault), (time(at), None), "{given:?}"),
            Err(code) => assert_eq!(fault.as_deref(), Some(code), "{given:?}"),
        }
    }

    #[test]
    fn the_past_is_believed_and_the_future_is_not() {
        check(None, Ok("2026-05-01T12:00:00Z"));
        check(Some("2026-04-01T08:00:00.1234567Z"), Ok("2026-04-01T08:00:00.123456Z"));
        check(Some("2026-05-01T12:05:00Z"), Ok("2026-05-01T12:05:00Z"));
        check(Some("2026-05-01T12:05:01Z"), Err("in_the_future"));
        check(Some("1969-12-31T23:59:59Z"), Err("too_early"));
    }

    #[test]
    fn what_leaves_is_rounded_the_other_way() {
        let said = |quantity: i32, rounding: Option<&str>| EnteredQuantity {
            quantity: Quantity::whole(quantity),
            unit: "LBR".to_owned(),
            rounding: rounding.map(str::to_owned),
        };
        for (rounding, negated) in [(None, None), (Some("37/100"), Some("-37/100"))] {
            assert_eq!(said(1, rounding).negated(), said(-1, negated));
            assert_eq!(said(-1, negated).negated(), said(1, rounding));
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in MovementKind::ALL {
            assert_eq!(MovementKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(MovementKind::parse("theft"), None);
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(DocumentKind::parse("letter"), None);
    }
}
