//! The tables of reports: the only place that knows sea-orm.

pub mod report_runs;
