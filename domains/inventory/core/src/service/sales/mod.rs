//! What other systems have sold. Imports bring it and take it back; here it is shown.

pub mod read_sales_report;
pub mod show_sales;
