//! A password that somebody chooses in the place of another: whether it will do, and what is kept of it.

use crate::app::App;
use crate::domain::{Email, Password};
use crate::error::Error;
use crate::service::accounts::breaches;
use kernel::Faults;

/// `pointer` is where it stands in the request.
pub async fn hashed(app: &App, pointer: &str, chosen: &str, email: Option<&Email>) -> Result<String, Error> {
    let mut faults = Faults::new();
    let password = Password::choose(&mut faults, pointer, chosen, email);
    let Some(password) = password else { return Err(Error::invalid(faults.into_errors())) };
    breaches::refuse(app, pointer, &password).await?;
    Ok(app.passwords.hash(password.into_inner()).await?)
}
