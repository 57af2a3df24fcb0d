//! Writes a mail down and leaves the sending to a job, in one transaction.

use crate::App;
use crate::domain::letter::Letter;
use crate::error::Error;
use crate::jobs::SendEmail;
use crate::service::LETTER_SEAL;
use crate::store::emails::{self, NewEmail};
use data::{ActAs, AuditEntry, JobOptions};
use kernel::{Ctx, Problem};
use notifications_contract::EmailId;
use serde_json::json;

pub async fn queue_email(app: &App, ctx: &Ctx, to_address: &str, letter: &Letter) -> Result<(), Error> {
    let text = letter.text().map_err(Problem::internal)?;
    let plain = serde_json::to_vec(letter).map_err(Problem::internal)?;
    let id: EmailId = ctx.new_id();
    let email = NewEmail {
        id,
        to_address,
        subject: text.subject,
        template: letter.template(),
        params_sealed: app.secrets.seal(LETTER_SEAL, id.uuid().as_bytes(), &plain),
        message_id: format!("<{id}@{}>", app.mailer.domain()),
    };
    let mut unit = app.databases.write(ctx).await?;
    let email = emails::insert(&unit, email).await?;
    unit.enqueue(&SendEmail { email: id }, JobOptions { act_as: ActAs::System, ..JobOptions::default() })?;
    unit.audit(AuditEntry {
        action: "notifications.email.queue",
        resource: "email",
        resource_id: id.uuid(),
        before: None,
        after: Some(json!({ "template": email.template })),
    })?;
    Ok(unit.commit(()).await?)
}
