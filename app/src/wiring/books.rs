//! The command by which an operator proves the books of a domain that keeps some.

use super::StartError;
use super::administration::{refused, whole};
use crate::config::Config;
use kernel::TenantId;
use module::Verified;

pub async fn verify_books(config: Config, tenant: Option<TenantId>) -> Result<Verified, StartError> {
    let (modules, visitor) = whole(&config, "insula inventory").await?;
    let mut verified = Verified::default();
    for books in modules.iter().filter_map(|module| module.books.as_ref()) {
        let of_one = books.verify(&visitor, tenant).await;
        let of_one = of_one.map_err(|problem| refused("the books are not verified", problem))?;
        verified.tenants += of_one.tenants;
        verified.faults.extend(of_one.faults);
    }
    Ok(verified)
}
