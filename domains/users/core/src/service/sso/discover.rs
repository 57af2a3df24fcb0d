//! Where whoever has this address signs in: by the domain alone, so that nothing is told of any person.

use crate::app::App;
use crate::domain::oidc::DomainName;
use crate::domain::{Email, OidcConnectionId};
use crate::error::Error;
use crate::store::{oidc_connection, verified_domain};
use kernel::Faults;

#[derive(Clone, Debug)]
pub struct Found {
    pub connection: OidcConnectionId,
    pub name: String,
}

pub async fn discover(app: &App, address: &str) -> Result<Option<Found>, Error> {
    let mut faults = Faults::new();
    let email = faults.parse::<Email>("/email", "invalid_email", address);
    let Some(email) = email else { return Err(Error::invalid(faults.into_errors())) };
    let system = app.databases.system_read("sign-in by a provider: whose domain this is").await?;
    let tenant = verified_domain::owner_of(&system, &DomainName::of(&email)).await?;
    let Some(tenant) = tenant else { return Ok(None) };
    let found = oidc_connection::first_of(&system, tenant).await?;
    Ok(found.map(|row| Found { connection: row.public_id, name: row.name }))
}
