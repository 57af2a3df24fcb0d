//! Leaving: what a tenant or a person takes along, and what is erased when one of them is gone.

pub mod close_tenant;
pub mod download_export;
pub mod end_export;
pub mod erase_oneself;
pub mod erase_person;
pub mod erase_tenant;
pub mod expire_exports;
pub mod export;
pub mod personal_data;
pub mod produce_export;
pub mod reopen_tenant;
pub mod request_export;
pub mod show_closure;
pub mod show_user_erasure;
