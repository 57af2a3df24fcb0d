//! The rules of reports: what a run is, which parameters it takes, and how its rows become safe CSV.

pub mod csv_text;
pub mod parameters;
pub mod run;
