//! The imports domain.
