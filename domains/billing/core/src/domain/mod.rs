//! Billing's rules as functions on values. Nothing here does I/O, waits, or knows a table or a URL.

pub mod customer;
pub mod hold;
pub mod import_cells;
pub mod import_customer;
pub mod import_price;
pub mod invoice;
pub mod named;
pub mod number;
pub mod period;
pub mod product;
pub mod subscription;
