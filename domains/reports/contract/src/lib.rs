//! What others may know of reports.
