//! Whether the session that asks is open in the unit of work that does what it asks for. Authentication believes what it found
//! for nearly a second, and a request may wait longer than that for its turn: what would outlive the session, or ends another
//! way in, is not done by one that has ended meanwhile.

use crate::error::Error;
use crate::store::{session, user};
use data::Unit;
use kernel::ctx::Strength;
use kernel::{Actor, Ctx};

/// Keys and jobs have none.
pub async fn require(ctx: &Ctx, unit: &Unit) -> Result<(), Error> {
    let credential = &ctx.principal().credential;
    let (&Actor::User { id }, Some(own)) = (ctx.actor(), credential.id) else { return Ok(()) };
    if credential.strength == Strength::Internal {
        return Ok(());
    }
    let person = user::by_id(unit, id).await?.ok_or(Error::SessionEnded)?;
    if session::is_open(unit, own, person.sessions_ended_at).await? {
        Ok(())
    } else {
        Err(Error::SessionEnded)
    }
}
