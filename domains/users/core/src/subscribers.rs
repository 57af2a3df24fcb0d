//! What users listens to: the audit entries of all domains.

use crate::app::App;
use crate::service::audit::append_audit_entry::append_audit_entry;
use ::jobs::Handler;
use data::AuditRecorded;

pub fn all(app: &App) -> Vec<Handler> {
    let app = app.clone();
    vec![::jobs::subscriber::<AuditRecorded>("users.append_audit_entry", move |ctx, entry| {
        let app = app.clone();
        async move { Ok(append_audit_entry(&app, &ctx, entry).await?) }
    })]
}
