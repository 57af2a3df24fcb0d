//! The rules of notifications: what a mail is, and what may stand in it.

pub mod email;
pub mod letter;
pub mod words;
