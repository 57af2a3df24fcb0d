//! Tells whoever asked for a report that it is ready, at the address they have now.

use crate::App;
use crate::domain::letter::Letter;
use crate::domain::words::{greeting_name, short_title};
use crate::error::Error;
use crate::service::queue_email::queue_email;
use kernel::{Ctx, Problem};
use reports_contract::{ReportReady, download_path};
use users_contract::{ResolveMember, UsersError};

pub async fn tell_report_ready(app: &App, ctx: &Ctx, event: ReportReady) -> Result<(), Error> {
    // Nobody to tell: the platform asked, or they are no longer a member.
    let Some(user) = event.requested_by else { return Ok(()) };
    let member = match app.users.resolve_member(ctx, ResolveMember { user }).await {
        Ok(member) if member.active => member,
        Ok(_) | Err(UsersError::MemberNotFound) => return Ok(()),
        Err(UsersError::Unavailable(cause)) => return Err(Problem::unavailable(cause.into_inner()).into()),
        Err(error @ UsersError::DeadlineExceeded) => return Err(Problem::unavailable(error).into()),
    };
    let letter = Letter::ReportReady {
        name: greeting_name(&member.display_name),
        title: short_title(&event.title),
        rows: event.rows,
        link: format!("{}{}", app.public_url, download_path(event.run)),
    };
    queue_email(app, ctx, &member.email, &letter).await
}
