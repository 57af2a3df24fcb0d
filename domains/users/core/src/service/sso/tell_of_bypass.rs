//! Tells the owners that one of them came in past the provider that their tenant enforces: whoever has stolen what it takes is
//! seen by the others, and by whom it was stolen from.

use crate::error::Error;
use crate::store::{members_of, tenant, user};
use data::Unit;
use kernel::permission::BuiltinRole;
use kernel::{Ctx, UserId};
use std::collections::BTreeSet;
use users_contract::{MembersOf, ProviderBypassed};

/// More are not told, but for who it was: they tell each other.
const MOST_OWNERS: i64 = 100;

/// In the unit that lets them in.
pub async fn tell_of_bypass(unit: &mut Unit, ctx: &Ctx, owner: UserId) -> Result<(), Error> {
    let owners = members_of::page(unit, MembersOf::Role(BuiltinRole::Owner), None, MOST_OWNERS).await?;
    let told: BTreeSet<_> = owners.into_keys().chain([owner]).collect();
    let people = user::by_ids(unit, told.into_iter().collect()).await?;
    let owner_email = people.get(&owner).ok_or(Error::NoMembership)?.email.clone();
    let tenant_name = tenant::own(unit).await?.ok_or(Error::NoMembership)?.name;
    for person in people.into_values() {
        unit.publish(&ProviderBypassed {
            email: person.email,
            display_name: person.display_name,
            tenant_name: tenant_name.clone(),
            owner_email: owner_email.clone(),
            client_address: ctx.visitor().client_address.map(|address| address.to_string()),
            happened_at: ctx.now(),
        })?;
    }
    Ok(())
}
