//! What others may know of notifications.
