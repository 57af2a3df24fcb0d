//! The closed sets of the domain as the document shows them.

use crate::domain::product::Interval;
use crate::domain::subscription::SubscriptionStatus;
use web::wire_enum;

wire_enum! {
    /// How often a price is due
    PriceInterval = Interval { Month, Year, OneTime }
}
wire_enum! {
    /// Whether a subscription is billed
    SubscriptionState = SubscriptionStatus { Active, Canceled }
}
wire_enum! {
    /// Where an invoice is on its way
    InvoiceState = billing_contract::InvoiceStatus { Draft, PendingApproval, Open, Void }
}
