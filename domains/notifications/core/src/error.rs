//! How a use case of notifications can refuse, and what the client is told of each.

use kernel::Problem;
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no such e-mail.")]
    #[problem(code = "notifications.email_not_found", status = 404, title = "No such e-mail")]
    EmailNotFound,
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Refused(#[from] Problem),
}
