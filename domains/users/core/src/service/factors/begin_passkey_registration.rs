//! A person begins to register a passkey: what their browser is asked, for a device that they do not have here yet. It takes
//! a proof of who they are, since what comes of it is another way in.

use crate::app::App;
use crate::domain::passkey::MAX_PASSKEYS;
use crate::error::Error;
use crate::service::factors::ceremony::{self, Begun};
use crate::service::factors::passkey::{self as view, Proofs};
use crate::service::factors::relying_party::{self, Holder};
use crate::service::factors::second_factor::{self, Proof};
use crate::store::{passkey, passkey_ceremony, user};
use crate::switches::PASSKEYS;
use data::AuditEntry;
use kernel::{Actor, Ctx};
use serde_json::json;

pub async fn begin_passkey_registration(app: &App, ctx: &Ctx, proofs: Proofs) -> Result<Begun, Error> {
    let &Actor::User { id } = ctx.actor() else { return Err(Error::SessionRequired) };
    if !ctx.is_on(&PASSKEYS) {
        return Err(Error::PasskeysOff);
    }
    let party = relying_party::of(app)?;
    let read = app.databases.read(ctx).await?;
    let person = user::by_id(&read, id).await?.ok_or(Error::NotAMember)?;
    let known = passkey::all_of(&read, id).await?;
    drop(read);
    let count = known.len();
    if count >= MAX_PASSKEYS {
        return Err(Error::TooManyPasskeys);
    }
    view::refuse_less(ctx, count > 0)?;
    let proof = view::prove(app, ctx, &person, proofs).await?;
    let holder = Holder { user: id, email: &person.email, display_name: &person.display_name };
    let known = known.into_iter().map(|row| row.credential_id).collect();
    let challenge = party.begin_registration(&holder, known)?;
    let (new, begun) = ceremony::begun(app, ctx.now(), Some(id), challenge);
    let unit = app.databases.write(ctx).await?;
    let mut unit = second_factor::spend_in(app, ctx, unit, id, proof).await?;
    passkey_ceremony::insert(&unit, ctx, new).await?;
    unit.audit(AuditEntry {
        action: "users.passkey.begin",
        resource: "user",
        resource_id: id.uuid(),
        before: Some(json!({ "passkeys": count })),
        after: Some(json!({
            "passkeys": count, "ceremony_expires_at": begun.expires_at, "second_factor": proof.map(Proof::name),
        })),
    })?;
    let begun = unit.commit(begun).await?;
    second_factor::forget(app, ctx.visitor(), id, proof).await?;
    ceremony::remove_old(app, ctx.now()).await;
    Ok(begun)
}
