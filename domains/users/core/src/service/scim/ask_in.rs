//! How a person whom the directory vouches for comes to be a member: by an invitation to their address, which they
//! accept by themselves. So no directory binds the account of somebody who does not want it, or learns whether there
//! is one.

use crate::app::App;
use crate::domain::{Email, RoleRef};
use crate::error::Error;
use crate::permissions::DIRECTORY_PROVISION;
use crate::service::members::accept_invitation::require_room;
use crate::service::members::invitation as view;
use crate::service::members::invite::{self, Asked, require_may_promise};
use crate::service::roles::authority;
use crate::store::{invitation, scim_user, tenant};
use data::{AuditEntry, Unit};
use kernel::Ctx;
use kernel::permission::BuiltinRole;

/// What everybody is asked in as. Who is to be more is made so by a person, or by a team.
const ROLE: RoleRef = RoleRef::Builtin(BuiltinRole::Member);

/// Asks somebody in who is not, and takes back what went to another address or is not meant any more. `former`: where
/// they were waited for until now. The tenant must be held.
pub async fn settle(
    app: &App,
    ctx: &Ctx,
    unit: &mut Unit,
    own: &tenant::Model,
    former: Option<&str>,
    row: &scim_user::Model,
    let_in: bool,
) -> Result<(), Error> {
    let wanted = row.email_key.as_deref().filter(|_| let_in);
    if let Some(former) = former.filter(|former| wanted != Some(*former)) {
        withdraw(unit, former).await?;
    }
    match wanted {
        Some(address) => ask(app, ctx, unit, own, &email(address)?).await,
        None => Ok(()),
    }
}

/// The open invitation to this address, if there is one.
pub async fn withdraw(unit: &mut Unit, address: &str) -> Result<(), Error> {
    let Some(open) = invitation::open_for_to_change(unit, &email(address)?).await? else { return Ok(()) };
    let Some(after) = invitation::revoke(unit, open.public_id).await? else { return Ok(()) };
    unit.audit(AuditEntry {
        action: "users.invitation.revoke",
        resource: "invitation",
        resource_id: open.public_id.uuid(),
        before: Some(view::audited(&open)?),
        after: Some(view::audited(&after)?),
    })?;
    Ok(())
}

async fn ask(app: &App, ctx: &Ctx, unit: &mut Unit, own: &tenant::Model, email: &Email) -> Result<(), Error> {
    // It is by whoever made the directory's key, and good while they could give the role themselves.
    let invited_by = ctx.actor().user().ok_or(Error::NotAMember)?;
    let open = invitation::open_for_to_change(unit, email).await?;
    if open.is_some_and(|open| open.expires_at > ctx.now()) {
        return Ok(());
    }
    let acting = authority::hold(app, ctx, unit, &DIRECTORY_PROVISION).await?;
    require_may_promise(app, ctx, unit, &acting, ROLE).await?;
    require_room(unit, own).await?;
    let asked = Asked { id: ctx.new_id(), email, role: ROLE, invited_by, team: None, manager: None };
    invite::ask_in(app, ctx, unit, asked).await.map(drop)
}

fn email(address: &str) -> Result<Email, Error> {
    Ok(address.parse().map_err(|_| data::Error::internal("somebody is awaited at what is no address"))?)
}
