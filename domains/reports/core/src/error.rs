//! How a use case of reports can refuse, and what the client is told of each.

use kernel::{FieldError, Problem};
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
pub enum Error {
    #[error("There is no such run of a report.")]
    #[problem(code = "reports.run_not_found", status = 404, title = "No such run")]
    RunNotFound,
    #[error("A run with this id exists already.")]
    #[problem(code = "reports.run_exists", status = 409, title = "The id is taken")]
    RunExists,
    #[error("The run is {0}: a file is there once it is ready.")]
    #[problem(code = "reports.not_ready", status = 409, title = "The report is not ready")]
    NotReady(&'static str),
    #[error("The run is {0}: only one that is queued or running can be cancelled.")]
    #[problem(code = "reports.run_finished", status = 409, title = "The run has ended")]
    Finished(&'static str),
    #[error(transparent)]
    #[problem(transparent)]
    Data(#[from] data::Error),
    #[error(transparent)]
    #[problem(transparent)]
    Blobs(#[from] blobs::Error),
    /// Refusals of every domain: invalid input, a missing permission.
    #[error(transparent)]
    #[problem(transparent)]
    Refused(#[from] Problem),
}

impl Error {
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::Refused(Problem::invalid(errors))
    }
}
