//! A person's own account: how it begins, its address and its password.

pub mod breaches;
pub mod cancel_email_change;
pub mod change_password;
pub mod confirm_email_change;
pub mod email_change;
pub mod new_password;
pub mod remove_password;
pub mod request_email_change;
pub mod request_password_reset;
pub mod reset_password;
pub mod show_email_change;
pub mod sign_up;
pub mod sign_up_policy;
pub mod verify_email;
