//! How many people a tenant asks in: so many invitations are open at once, and so many letters go out a day. Over
//! HTTP, by a file and by a directory alike, since all of them send by `invitation::send`.

use crate::app::App;
use crate::error::Error;
use crate::store::{invitation, tenant};
use chrono::{DateTime, Utc};
use data::Unit;
use kernel::problem::TOO_MANY_REQUESTS;
use kernel::{Ctx, Problem};

/// How many more may be asked in now. The tenant must be held.
pub(in crate::service) async fn left(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    own: &tenant::Model,
) -> Result<u64, Error> {
    let letters = own.mailed(ctx.now()).left(app.settings.invitation_mails_per_day);
    let open = invitation::count_open(unit, ctx.now()).await?;
    Ok(letters.min(u64::from(app.settings.max_open_invitations).saturating_sub(open)))
}

/// A letter for an invitation that this unit has written. The tenant must be held.
pub(super) async fn count_letter(
    app: &App,
    unit: &Unit,
    own: &tenant::Model,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if invitation::count_open(unit, now).await? > u64::from(app.settings.max_open_invitations) {
        return Err(Error::TooManyInvitations);
    }
    let (most, mailed) = (app.settings.invitation_mails_per_day, own.mailed(now));
    let Some(mailed) = mailed.and_one(most) else {
        let wait = (mailed.ends_at() - now).to_std().unwrap_or_default();
        let detail = format!(
            "A tenant asks people in by {most} e-mails a day at most. Try again later, or ask the operators of this installation."
        );
        return Err(Error::Refused(Problem::new(TOO_MANY_REQUESTS, detail).with_retry_after(wait)));
    };
    Ok(tenant::set_mailed(unit, mailed).await?)
}
