//! `#[derive(DomainEvent)]`: kind, version and aggregate as declared.

use kernel::{Clock, DomainEvent as _, typed_id};
use macros::DomainEvent;
use serde::{Deserialize, Serialize};

typed_id!(InvoiceId, InvoiceKind, "invoice");

#[derive(Debug, Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_finalized", version = 2, aggregate = invoice_id)]
struct InvoiceFinalized {
    invoice_id: InvoiceId,
}

#[derive(Debug, Serialize, Deserialize, DomainEvent)]
#[event(kind = "users.tenant_renamed", version = 1, aggregate = 0)]
struct TenantRenamed(String);

#[test]
fn an_event_says_what_it_is() {
    let invoice_id = InvoiceId::new(Clock::system().now());
    assert_eq!(InvoiceFinalized::KIND, "billing.invoice_finalized");
    assert_eq!(InvoiceFinalized::VERSION, 2);
    assert_eq!(InvoiceFinalized { invoice_id }.aggregate(), invoice_id.to_string());
    assert_eq!(TenantRenamed("acme".to_owned()).aggregate(), "acme");
}
