//! The rules of imports: what a CSV file or a sheet of a workbook is, what a mapping may say, what became of each row.
//! What does I/O here reads from what it is given.

pub mod dialect;
pub mod inspect;
pub mod mapping;
pub mod records;
pub mod rounding;
pub mod row;
pub mod run;
pub mod sheet;
pub mod table;
pub mod upload;
