//! What is written down of each change of a stock's value. Quantities and values are signed as the stock changes, so
//! that the sum of an item's entries is what its stock is worth.

use super::{Rate, Value};
use chrono::{DateTime, Utc};
use inventory_contract::{ItemId, LandedCostId, MovementId};
use kernel::{Currency, Quantity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// What was there before its cost was known.
    Opening,
    Receipt,
    Issue,
    /// Of an issue, at the cost it went out at.
    Return,
    /// What had been issued turns out to have cost more, where it is below 0, or less.
    Settlement,
    /// By how much what was paid differs from the standard: below 0 where more was paid.
    Variance,
    /// Another standard.
    Revaluation,
    /// A cost of bringing it here.
    Landed,
}

impl EntryKind {
    const ALL: [Self; 8] = [
        Self::Opening,
        Self::Receipt,
        Self::Issue,
        Self::Return,
        Self::Settlement,
        Self::Variance,
        Self::Revaluation,
        Self::Landed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Receipt => "receipt",
            Self::Issue => "issue",
            Self::Return => "return",
            Self::Settlement => "settlement",
            Self::Variance => "variance",
            Self::Revaluation => "revaluation",
            Self::Landed => "landed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A part of what an issue took, or of what came back of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The layer, by the sequence of the entry that it came in by; none of what is in no layer, or was not there.
    pub layer: Option<i64>,
    #[serde(with = "millionths")]
    pub quantity: Quantity,
    pub value: Value,
}

/// Shorter than a decimal, and never read by anybody else.
mod millionths {
    use kernel::Quantity;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(quantity: &Quantity, serializer: S) -> Result<S::Ok, S::Error> {
        quantity.millionths().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Quantity, D::Error> {
        i64::deserialize(deserializer).map(Quantity::from_millionths)
    }
}

/// A change that is not written down yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: EntryKind,
    pub quantity: Quantity,
    pub value: Value,
    /// Of FIFO, from or into which layers.
    pub taken: Vec<Taken>,
}

impl Change {
    pub fn new(kind: EntryKind, quantity: Quantity, value: Value) -> Self {
        Self { kind, quantity, value, taken: Vec::new() }
    }

    /// Of value alone; none where there is nothing to say.
    pub fn of_value(kind: EntryKind, value: Value) -> Option<Self> {
        (value != Value::ZERO).then(|| Self::new(kind, Quantity::ZERO, value))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueEntry {
    pub id: Uuid,
    pub item: ItemId,
    /// Of the item's entries, from 1 without a gap.
    pub sequence: i64,
    pub movement: Option<MovementId>,
    /// The movement whose cost it comes back at.
    pub returns: Option<MovementId>,
    pub landed_cost: Option<LandedCostId>,
    pub change: Change,
    pub currency: Currency,
    /// The stock after it.
    pub stock: Stock,
    /// No earlier than the entry before it, whatever the clocks say.
    pub recorded_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

impl ValueEntry {
    /// What is booked: by how much the rounded value of the stock changed. These differences telescope.
    pub fn booked_minor(&self) -> i64 {
        let before = self.stock.value.minus(self.change.value).unwrap_or(self.stock.value);
        self.stock.value.minor() - before.minor()
    }
}

/// What is there of an item, and what it is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    pub on_hand: Quantity,
    pub value: Value,
}

/// What is kept of an item's value between its movements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemValue {
    pub currency: Currency,
    pub stock: Stock,
    pub last_cost: Option<Rate>,
    /// Of the next entry; the first is 1.
    pub next_sequence: i64,
    pub recorded_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in EntryKind::ALL {
            assert_eq!(EntryKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(EntryKind::parse("gift"), None);
    }

    #[test]
    fn what_was_taken_is_read_as_it_is_written() {
        let value = Value::from_millionths(-7).unwrap();
        let taken = [Taken { layer: Some(3), quantity: Quantity::whole(2), value }];
        let text = serde_json::to_string(&taken).unwrap();
        assert_eq!(text, r#"[{"layer":3,"quantity":2000000,"value":"-7"}]"#);
        assert_eq!(serde_json::from_str::<Vec<Taken>>(&text).unwrap(), taken);
    }
}
