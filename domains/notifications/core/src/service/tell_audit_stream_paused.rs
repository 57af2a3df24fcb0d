//! Tells that a stream of the audit log paused itself, since its collector does not take it.

use crate::App;
use crate::domain::letter::{Letter, moment};
use crate::domain::words::greeting_name;
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::Ctx;
use users_contract::AuditStreamPaused;

pub async fn tell_audit_stream_paused(app: &App, ctx: &Ctx, event: AuditStreamPaused) -> Result<(), Error> {
    let letter = Letter::AuditStreamPaused {
        name: greeting_name(&event.display_name),
        collector: event.collector,
        gone: event.gone,
        happened_at: moment(event.happened_at),
        link: app.public_url.to_string(),
    };
    queue_email(app, ctx, &event.email, &letter).await
}
