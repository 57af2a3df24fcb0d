//! Counts: what lies somewhere is counted, submitted, held where a rule says so, and what it is off by is adjusted.

pub mod cancel_count;
pub mod create_count;
pub mod decide_hold;
pub mod post_count;
pub mod put_hold_rule;
pub mod record_entries;
pub mod remove_hold_rule;
pub mod show_counts;
pub mod submit_count;
