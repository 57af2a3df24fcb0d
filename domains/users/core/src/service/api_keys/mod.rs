//! Keys of programs.

pub mod api_key;
pub mod change_api_key;
pub mod create_api_key;
pub mod revoke_api_key;
pub mod rotate_api_key;
pub mod show_api_keys;
