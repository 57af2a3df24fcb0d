//! Events that are not declared in full.

use macros::DomainEvent;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, DomainEvent)]
struct Undeclared {
    id: u8,
}

#[derive(Serialize, Deserialize, DomainEvent)]
#[event(kind = "InvoiceFinalized", version = 1, aggregate = id)]
struct BadKind {
    id: u8,
}

#[derive(Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_finalized", version = 0, aggregate = id)]
struct BadVersion {
    id: u8,
}

#[derive(Serialize, Deserialize, DomainEvent)]
#[event(kind = "billing.invoice_finalized", version = 1, aggregate = invoice_id)]
struct NoSuchField {
    id: u8,
}

fn main() {}
