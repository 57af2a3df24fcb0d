//! The reports domain.
