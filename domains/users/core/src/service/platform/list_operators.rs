//! Who operates the installation, or did.

use crate::app::App;
use crate::error::Error;
use crate::service::platform::create_operator::view;
use crate::store::operator;
use kernel::Visitor;
use kernel::id::PLATFORM;
use module::{MAX_OPERATORS, Operator};

pub async fn list_operators(app: &App, visitor: &Visitor) -> Result<Vec<Operator>, Error> {
    let read = app.databases.read(&visitor.enter(PLATFORM, "users")).await?;
    let rows = operator::newest(&read, MAX_OPERATORS).await?;
    Ok(rows.into_iter().map(view).collect())
}
