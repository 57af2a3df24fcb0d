//! The closed sets of the domain as the document shows them.

use crate::domain::product::Interval;
use crate::domain::subscription::SubscriptionStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident = $of:ty { $($variant:ident),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($variant),*
        }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => Self::$variant),*
                }
            }
        }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                match value {
                    $(<$of>::$variant => Self::$variant),*
                }
            }
        }
    };
}

wire_enum!(
    /// How often a price is due
    PriceInterval = Interval { Month, Year, OneTime }
);
wire_enum!(
    /// Whether a subscription is billed
    SubscriptionState = SubscriptionStatus { Active, Canceled }
);
wire_enum!(
    /// Where an invoice is on its way
    InvoiceState = billing_contract::InvoiceStatus { Draft, PendingApproval, Open, Void }
);
