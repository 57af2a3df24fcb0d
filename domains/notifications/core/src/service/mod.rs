//! The use cases of notifications, one a file: what HTTP, the job and the subscribers call.

mod ask_to_verify;
mod get_email;
mod list_emails;
mod queue_email;
mod send_email;
mod tell_address_known;
mod tell_report_ready;

pub use ask_to_verify::ask_to_verify;
pub use get_email::get_email;
pub use list_emails::list_emails;
pub use send_email::{Attempt, Unsent, send_email};
pub use tell_address_known::tell_address_known;
pub use tell_report_ready::tell_report_ready;

/// Of the seal around what a mail says; its context is the mail's id.
const LETTER_SEAL: &str = "notifications.letter";
