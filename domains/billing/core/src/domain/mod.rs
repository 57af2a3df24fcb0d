//! Billing's rules as functions on values. Nothing here does I/O, waits, or knows a table or a URL.

pub mod customer;
pub mod hold;
pub mod invoice;
pub mod named;
pub mod number;
pub mod period;
pub mod product;
pub mod subscription;
