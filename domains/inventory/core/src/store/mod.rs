//! Entities and queries. The only place that knows sea-orm; what leaves it are the domain's values.

pub mod drift;
pub mod import_batch;
pub mod import_sku;
pub mod item;
pub mod movement;
pub mod reservation;
pub mod stock_level;
pub mod valuation;
