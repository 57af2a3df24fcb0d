//! Orders of customers: what is promised, sent and taken back, and who waits for what.

pub mod cancel_sales_order;
pub mod confirm_sales_order;
pub mod create_sales_order;
pub mod find_order;
pub mod patch_sales_order;
pub mod put_sales_order;
pub mod read_kits;
pub mod read_sales_orders;
pub mod serve_backorders;
pub mod ship_sales_order;
pub mod take_back_goods;
pub mod trace_assemblies;
pub mod trace_lot;
