//! Tells people that a stream paused itself: whoever made it, while they may act here, else the owners.

use crate::domain::MembershipState;
use crate::domain::audit_stream::PausedBecause;
use crate::store::audit_stream::Model;
use crate::store::{members_of, membership, user};
use ::outbound::Url;
use data::Unit;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use users_contract::{AuditStreamPaused, MembersOf};

/// More are not told: they tell each other.
const MOST_OWNERS: i64 = 10;

pub async fn tell_of_pause(
    unit: &mut Unit,
    ctx: &Ctx,
    stream: &Model,
    because: PausedBecause,
) -> Result<(), data::Error> {
    let host = stream.url.parse::<Url>().ok().and_then(|url| url.host_str().map(str::to_owned));
    let collector = host.unwrap_or_default();
    let told = whom(unit, stream.made_by).await?;
    for person in user::by_ids(unit, told).await?.into_values() {
        unit.publish(&AuditStreamPaused {
            email: person.email,
            display_name: person.display_name,
            collector: collector.clone(),
            gone: because == PausedBecause::Gone,
            happened_at: ctx.now(),
        })?;
    }
    Ok(())
}

async fn whom(unit: &Unit, made_by: UserId) -> Result<Vec<UserId>, data::Error> {
    let maker = membership::of_user(unit, made_by).await?;
    if let Some(maker) = maker
        && maker.state()? == MembershipState::Active
    {
        return Ok(vec![made_by]);
    }
    let owners = members_of::page(unit, MembersOf::Role(BuiltinRole::Owner), None, MOST_OWNERS).await?;
    Ok(owners.into_keys().collect())
}
