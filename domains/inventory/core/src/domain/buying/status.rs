//! The states of a purchase order, and the steps between them.

use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    Draft,
    Ordered,
    PartlyReceived,
    /// All of it that is expected. More may come where the tolerance lets it.
    Received,
    /// What had not come is expected no more.
    Closed,
    /// Nothing came.
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Order,
    Cancel,
    /// All lines, or some of them; `rest` says whether anything is expected afterwards.
    Close {
        rest: bool,
    },
    Receive {
        rest: bool,
    },
    Return {
        rest: bool,
    },
    /// What was recorded as received did not come; `came` says whether anything else did.
    Reverse {
        came: bool,
        rest: bool,
    },
}

/// A step that cannot be taken from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotNow {
    pub status: PurchaseStatus,
    pub step: Step,
}

impl PurchaseStatus {
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Ordered, Self::PartlyReceived, Self::Received, Self::Closed, Self::Cancelled];

    /// Those of which something may still come.
    pub const UNFINISHED: [Self; 3] = [Self::Draft, Self::Ordered, Self::PartlyReceived];

    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ordered => "ordered",
            Self::PartlyReceived => "partly_received",
            Self::Received => "received",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }

    /// Whether anything is on order.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ordered | Self::PartlyReceived)
    }

    pub fn after(self, step: Step) -> Result<Self, NotNow> {
        let by_rest = |rest: bool| if rest { Self::PartlyReceived } else { Self::Received };
        match (self, step) {
            (Self::Draft, Step::Order) => Ok(Self::Ordered),
            (Self::Draft | Self::Ordered, Step::Cancel) => Ok(Self::Cancelled),
            (Self::Ordered | Self::PartlyReceived, Step::Close { rest: true }) => Ok(self),
            (Self::Ordered | Self::PartlyReceived | Self::Received, Step::Close { .. }) => Ok(Self::Closed),
            (Self::Ordered | Self::PartlyReceived | Self::Received, Step::Receive { rest }) => {
                Ok(by_rest(rest))
            }
            (Self::PartlyReceived | Self::Received, Step::Return { rest }) => Ok(by_rest(rest)),
            (Self::PartlyReceived | Self::Received, Step::Reverse { came: false, .. }) => Ok(Self::Ordered),
            (Self::PartlyReceived | Self::Received, Step::Reverse { rest, .. }) => Ok(by_rest(rest)),
            (Self::Closed, Step::Return { .. } | Step::Reverse { .. }) => Ok(Self::Closed),
            _ => Err(NotNow { status: self, step }),
        }
    }
}

impl fmt::Display for NotNow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would_do = match self.step {
            Step::Order => "only a draft is ordered; make another order",
            Step::Cancel => "only what nothing came of is cancelled; close it, and return what came",
            Step::Close { .. } => "only an order that was placed is closed; cancel a draft",
            Step::Receive { .. } if self.status == PurchaseStatus::Draft => "order it first",
            Step::Receive { .. } => "nothing more comes for it; make another order, or receive without one",
            Step::Return { .. } => "nothing came of it that could go back",
            Step::Reverse { .. } => "nothing of it is recorded as received",
        };
        write!(f, "The purchase order is {}: {would_do}.", self.status.name().replace('_', " "))
    }
}
