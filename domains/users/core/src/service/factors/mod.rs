//! What a person proves who they are by besides a password: authenticator, recovery codes, passkeys.

pub mod begin_passkey_registration;
pub mod ceremony;
pub mod confirm_totp;
pub mod enrol_totp;
pub mod passkey;
pub mod register_passkey;
pub mod relying_party;
pub mod remove_passkey;
pub mod remove_totp;
pub mod renew_recovery_codes;
pub mod second_factor;
pub mod show_passkeys;
pub mod show_second_factors;
