//! The inventory domain.
