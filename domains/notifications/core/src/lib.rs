//! The notifications domain.
