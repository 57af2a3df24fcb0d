//! What is put is got back whole, what fails leaves nothing, and no name leads out of a tenant's part.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect, in helpers too")]

mod claim;
mod key;
mod left;
mod pages;
mod store;
