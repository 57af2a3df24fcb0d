//! The workflow domain.
