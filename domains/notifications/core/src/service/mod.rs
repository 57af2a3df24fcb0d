//! The use cases of notifications, one a file: what HTTP, the job and the subscribers call.

mod ask_to_approve_address;
mod ask_to_choose_password;
mod ask_to_confirm_address;
mod ask_to_join;
mod ask_to_verify;
mod fail_email;
mod get_email;
mod link;
mod list_emails;
mod queue_email;
mod send_email;
mod tell_address_changed;
mod tell_address_known;
mod tell_audit_stream_paused;
mod tell_new_device;
mod tell_passkey_registered;
mod tell_password_changed;
mod tell_person_erased;
mod tell_provider_bypassed;
mod tell_report_ready;
mod tell_tenant_erased;

pub use ask_to_approve_address::ask_to_approve_address;
pub use ask_to_choose_password::ask_to_choose_password;
pub use ask_to_confirm_address::ask_to_confirm_address;
pub use ask_to_join::ask_to_join;
pub use ask_to_verify::ask_to_verify;
pub use fail_email::fail_email;
pub use get_email::get_email;
pub use list_emails::list_emails;
pub use send_email::{Attempt, Unsent, send_email};
pub use tell_address_changed::tell_address_changed;
pub use tell_address_known::tell_address_known;
pub use tell_audit_stream_paused::tell_audit_stream_paused;
pub use tell_new_device::tell_new_device;
pub use tell_passkey_registered::tell_passkey_registered;
pub use tell_password_changed::tell_password_changed;
pub use tell_person_erased::tell_person_erased;
pub use tell_provider_bypassed::tell_provider_bypassed;
pub use tell_report_ready::tell_report_ready;
pub use tell_tenant_erased::tell_tenant_erased;

use crate::domain::email::EmailStatus;
use data::{AuditEntry, Unit};
use notifications_contract::EmailId;
use serde_json::json;

/// Of the seal around what a mail says; its context is the mail's id.
const LETTER_SEAL: &str = "notifications.letter";

/// Nothing is said of a mail that is to be tried again.
fn audit_outcome(
    unit: &mut Unit,
    id: EmailId,
    (before, status): (EmailStatus, EmailStatus),
    error: Option<&str>,
) -> Result<(), data::Error> {
    let action = match status {
        EmailStatus::Queued => return Ok(()),
        EmailStatus::Sent => "notifications.email.send",
        EmailStatus::Failed => "notifications.email.fail",
    };
    unit.audit(AuditEntry {
        action,
        resource: "email",
        resource_id: id.uuid(),
        before: Some(json!({ "status": before.name() })),
        after: Some(json!({ "status": status.name(), "last_error": error })),
    })
}
