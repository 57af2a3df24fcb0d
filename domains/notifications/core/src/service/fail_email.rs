//! Marks a mail failed whose job has ended without a word of its own: its process died or ran out of time at the last
//! attempt, or an operator stopped it.

use crate::App;
use crate::domain::email::EmailStatus;
use crate::error::Error;
use crate::service::audit_outcome;
use crate::store::emails;
use kernel::Ctx;
use notifications_contract::EmailId;

const GIVEN_UP: &str = "Sending it was given up: it broke off too often or was stopped.";

pub async fn fail_email(app: &App, ctx: &Ctx, id: EmailId) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    if emails::give_up(&unit, id, GIVEN_UP).await? {
        audit_outcome(&mut unit, id, (EmailStatus::Queued, EmailStatus::Failed), Some(GIVEN_UP))?;
    }
    Ok(unit.commit(()).await?)
}
