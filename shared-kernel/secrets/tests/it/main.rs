//! What this crate promises, from the outside: nothing altered or misdirected opens, nothing shows a secret, and
//! what an earlier version sealed or hashed is still read.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect, in helpers too")]

mod master_key;
mod password;
mod sealing;
mod token;
