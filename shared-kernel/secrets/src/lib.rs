//! The master key and all that is made from it: sealed values, keyed hashes. Beside it the two things that need
//! no key but the same care: bearer tokens and password hashes. Nothing here prints, logs or stores a secret,
//! except the master key's own file.

mod master_key;
mod master_keys;
mod password;
mod sealed;
mod secrets;
mod token;

pub use master_key::{MasterKey, MasterKeyError};
pub use master_keys::{MAX_FORMER, MasterKeys};
pub use password::{PasswordError, Passwords, Verdict};
pub use sealed::Sealed;
pub use secrets::{OpenError, Secrets};
pub use token::{Token, hash_token, token};

/// What is hashed with a salt that was forgotten can no longer be found by trying.
pub fn salt() -> [u8; 32] {
    random()
}

/// A key to be shared with one other, who signs or verifies by it.
pub fn shared_key() -> [u8; 32] {
    random()
}

/// Whether two secrets are the same, in a time that depends on their lengths alone.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    one.ct_eq(other).into()
}

#[expect(
    clippy::expect_used,
    reason = "without the system's randomness no secret can be made and nothing may go on"
)]
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
