//! Who may sign up now: as the operators say, or as configured where they say nothing. Asked of the database each time,
//! which is little beside the password that is hashed for it.

use crate::app::{App, SignUpPolicy};
use crate::error::Error;
use crate::store::installation;

pub async fn current(app: &App) -> Result<SignUpPolicy, Error> {
    let system = app.databases.system_read("sign-up: what the operators say of it").await?;
    let row = installation::row_of_all(&system).await?;
    drop(system);
    Ok(row.sign_up()?.unwrap_or(app.settings.sign_up))
}
