//! The rules of imports, without I/O: what a CSV file is, what a mapping may say, what became of each row.

pub mod inspect;
pub mod mapping;
pub mod records;
pub mod rounding;
pub mod row;
pub mod run;
pub mod upload;
