//! A session that the tenant's provider has opened is worth that tenant: of the person's own account, and of their other
//! tenants, it is told nothing and changes nothing, or who runs the provider would be whomever they like everywhere.

use crate::error::Error;
use kernel::Ctx;
use kernel::ctx::Strength;

pub fn is_federated(ctx: &Ctx) -> bool {
    ctx.principal().credential.strength == Strength::Federated
}

pub fn refuse(ctx: &Ctx) -> Result<(), Error> {
    if is_federated(ctx) { Err(Error::FederatedSession) } else { Ok(()) }
}
