//! The tables of notifications: the only place that knows sea-orm.

pub mod emails;
