//! The rules of imports: what a CSV file or a sheet of a workbook is, what a mapping may say, what became of each
//! row, and how a target's rows become a file. What does I/O here reads from what it is given.

mod cell_error;
pub mod dialect;
pub mod error_file;
pub mod export;
pub mod export_file;
pub mod guard;
pub mod inspect;
pub mod mapping;
pub mod mark;
pub mod notation;
pub mod records;
pub mod rounding;
pub mod row;
pub mod run;
pub mod saved_mapping;
mod scan;
pub mod sheet;
pub mod table;
pub mod upload;
