//! Stock that is promised: active until it is shipped or released, and then for good.

use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, ReservationId};
use kernel::Quantity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationStatus {
    Active,
    Shipped,
    Released,
}

impl ReservationStatus {
    const ALL: [Self; 3] = [Self::Active, Self::Shipped, Self::Released];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Shipped => "shipped",
            Self::Released => "released",
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
    pub quantity: Quantity,
    pub status: ReservationStatus,
    pub reference: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
