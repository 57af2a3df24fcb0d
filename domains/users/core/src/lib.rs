//! The users domain.
