//! The use cases, one a file: what HTTP, imports, reports and the contract all call. A room for each matter.

pub mod buying;
pub mod catalogue;
pub mod counting;
pub mod imports;
pub mod kits;
pub mod ledger;
pub mod places;
pub mod reordering;
pub mod reservations;
pub mod sales;
pub mod selling;
pub mod valuation;
