//! Lots and serial numbers, the latter being lots of one. An item is tracked by either or by none, from its first
//! movement on.

use crate::domain::text;
use chrono::{DateTime, NaiveDate, Utc};
use inventory_contract::{ItemId, LotCreated, LotId};
use kernel::Faults;
use serde::{Deserialize, Serialize};

/// GS1 General Specifications: AI (10) and AI (21) have at most 20 characters; older numbers are longer.
pub const MAX_LOT_CODE: usize = 64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tracking {
    #[default]
    None,
    Lot,
    /// Each piece has a number of its own.
    Serial,
}

impl Tracking {
    const ALL: [Self; 3] = [Self::None, Self::Lot, Self::Serial];

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lot => "lot",
            Self::Serial => "serial",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tracking| tracking.name() == text)
    }

    pub fn is_tracked(self) -> bool {
        self != Self::None
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub id: LotId,
    pub item: ItemId,
    pub code: String,
    /// The last day on which it may be used.
    pub expires_on: Option<NaiveDate>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Lot {
    pub fn new(id: LotId, item: ItemId, LotInput { code, expires_on }: LotInput, now: DateTime<Utc>) -> Self {
        Self { id, item, code, expires_on, version: 1, created_at: now, updated_at: now }
    }

    /// What others are told of one that is new.
    pub fn created(&self) -> LotCreated {
        LotCreated { item: self.item, lot: self.id, code: self.code.clone(), expires_on: self.expires_on }
    }
}

/// Which lot somebody names; one that is new is made when its stock comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotInput {
    pub code: String,
    pub expires_on: Option<NaiveDate>,
}

impl LotInput {
    /// As it is kept: trimmed, of one line.
    pub fn check(&self, faults: &mut Faults, pointer: &str) -> Self {
        let code = text::line(faults, &format!("{pointer}/code"), &self.code, MAX_LOT_CODE);
        Self { code, expires_on: self.expires_on }
    }
}

/// Days are those of UTC: a lot is good through its last day.
pub fn is_expired(expires_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    expires_on.is_some_and(|last| last < today)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expires_on: Option<&str>, today: &str, expected: bool) {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(is_expired(expires_on.map(day), day(today)), expected, "{expires_on:?} on {today}");
    }

    #[test]
    fn a_lot_is_good_through_its_last_day() {
        check(None, "2026-05-01", false);
        check(Some("2026-05-01"), "2026-05-01", false);
        check(Some("2026-04-30"), "2026-05-01", true);
    }

    #[test]
    fn trackings_are_read_as_they_are_written() {
        for tracking in Tracking::ALL {
            assert_eq!(Tracking::parse(tracking.name()), Some(tracking));
        }
        assert_eq!(Tracking::parse("batch"), None);
    }
}
