//! What files bring.

pub mod apply_import_batch;
