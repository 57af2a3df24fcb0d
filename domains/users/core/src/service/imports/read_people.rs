//! Who has the addresses of a batch: the tenant's members, and who has an open invitation to it. Of anybody else's
//! nothing is told. They are held, after the tenant and whoever imports.

use super::reach::Reaches;
use crate::app::App;
use crate::domain::MembershipState;
use crate::domain::import_member::{InvitedThere, MemberThere, PersonThere, Reach};
use crate::domain::membership::counts_as_owner;
use crate::error::Error;
use crate::permissions::MEMBERS_INVITE;
use crate::service::roles::authority;
use crate::store::{invitation, membership, tenant, user};
use data::Unit;
use kernel::Ctx;
use std::collections::{BTreeSet, HashMap};

/// By their addresses in lower case. Who was taken out and has been asked in again since is who is asked in.
pub(super) async fn read_people(
    app: &App,
    ctx: &Ctx,
    unit: &Unit,
    addresses: &BTreeSet<String>,
) -> Result<HashMap<String, PersonThere>, Error> {
    tenant::own_to_change(unit).await?.ok_or(Error::NotAMember)?;
    let acting = authority::hold(app, ctx, unit, &MEMBERS_INVITE).await?;
    let mut reaches = Reaches::new(app, &acting);
    let keys: Vec<String> = addresses.iter().cloned().collect();
    let people = user::by_email_keys(unit, keys.clone()).await?;
    let people: HashMap<_, _> =
        people.into_iter().map(|person| (person.public_id, person.email_key)).collect();
    let members = membership::of_users_to_change(unit, people.keys().copied().collect()).await?;
    let owners = membership::active_owners(unit).await?;
    let mut found = HashMap::new();
    for row in members {
        let Some(address) = people.get(&row.user_id) else { continue };
        let (role, state) = (row.role()?, row.state()?);
        // Of who is gone nothing is taken.
        let reach = match state {
            MembershipState::Removed => Reach { covered: false, of_members: false },
            _ => reaches.of(unit, role).await?,
        };
        let member = MemberThere {
            id: row.public_id,
            version: row.version,
            state,
            role,
            reach,
            manager: row.manager_id,
            is_last_owner: counts_as_owner(role, state) && owners <= 1,
        };
        found.insert(address.clone(), PersonThere::Member(member));
    }
    for row in invitation::open_for_all_to_change(unit, keys).await? {
        let has_expired = row.expires_at <= ctx.now();
        let takes_precedence = match found.get(&row.email_key) {
            None => true,
            Some(PersonThere::Member(member)) => member.state == MembershipState::Removed && !has_expired,
            Some(PersonThere::Invited(_)) => false,
        };
        if !takes_precedence {
            continue;
        }
        let invited = InvitedThere {
            id: row.public_id,
            role: row.role()?,
            team: row.team_id,
            manager: row.manager_id,
            has_expired,
        };
        found.insert(row.email_key, PersonThere::Invited(invited));
    }
    Ok(found)
}
