//! Sends one mail and writes down what became of it. A crash in between sends it again, under the same message id; what
//! is known to be sent is not sent again.

use crate::App;
use crate::domain::email::{Email, EmailStatus};
use crate::domain::letter::Letter;
use crate::error::Error;
use crate::mailer::{Outgoing, SendError};
use crate::service::{LETTER_SEAL, audit_outcome, get_email};
use crate::store::emails;
use kernel::problem::INTERNAL;
use kernel::{Ctx, Problem};
use notifications_contract::EmailId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// There will be more if this one does not get through.
    OneOfMore,
    Last,
}

/// Why a mail was not sent.
#[derive(Debug)]
pub enum Unsent {
    /// It would be refused again; the mail is marked failed.
    Refused(Problem),
    /// It may pass.
    Trouble(Problem),
}

impl<E: Into<Error>> From<E> for Unsent {
    fn from(error: E) -> Self {
        let problem = Problem::from(error.into());
        if problem.kind.status < 500 { Self::Refused(problem) } else { Self::Trouble(problem) }
    }
}

pub async fn send_email(app: &App, ctx: &Ctx, id: EmailId, attempt: Attempt) -> Result<(), Unsent> {
    let email = get_email(app, ctx, id).await?;
    if email.status == EmailStatus::Sent {
        return Ok(());
    }
    let body = match body(app, &email) {
        Ok(body) => body,
        Err(problem) => {
            record(app, ctx, &email, EmailStatus::Failed, Some("The mail could not be written.")).await?;
            return Err(Unsent::Refused(problem));
        }
    };
    let outgoing = Outgoing {
        id,
        message_id: &email.message_id,
        to: &email.to_address,
        subject: &email.subject,
        body,
        created_at: email.created_at,
    };
    match app.mailer.send(outgoing).await {
        Ok(()) => Ok(record(app, ctx, &email, EmailStatus::Sent, None).await?),
        Err(SendError::Refused(text)) => {
            record(app, ctx, &email, EmailStatus::Failed, Some(&text)).await?;
            Err(Unsent::Refused(Problem::new(INTERNAL, text)))
        }
        Err(SendError::Trouble(text, cause)) => {
            let status = match attempt {
                Attempt::OneOfMore => EmailStatus::Queued,
                Attempt::Last => EmailStatus::Failed,
            };
            record(app, ctx, &email, status, Some(&text)).await?;
            Err(Unsent::Trouble(Problem::unavailable(cause)))
        }
    }
}

fn body(app: &App, email: &Email) -> Result<String, Problem> {
    let sealed = email.params_sealed.as_deref().unwrap_or_default();
    let plain = app.secrets.open(LETTER_SEAL, email.id.uuid().as_bytes(), sealed)?;
    let letter: Letter = serde_json::from_slice(&plain).map_err(Problem::internal)?;
    Ok(letter.text().map_err(Problem::internal)?.body)
}

async fn record(
    app: &App,
    ctx: &Ctx,
    email: &Email,
    status: EmailStatus,
    error: Option<&str>,
) -> Result<(), Error> {
    let mut unit = app.databases.write(ctx).await?;
    let changed = match error {
        None => emails::sent(&unit, email, ctx.now()).await?,
        Some(error) => emails::not_sent(&unit, email.id, status, error).await?,
    };
    if changed {
        audit_outcome(&mut unit, email.id, (email.status, status), error)?;
    }
    Ok(unit.commit(()).await?)
}
