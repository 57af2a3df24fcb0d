//! How a handler's work can end other than well, and what is done about each.

use kernel::Problem;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

#[derive(Debug)]
pub enum JobFailure {
    /// Tried again with back-off, until the attempts are used up.
    Retry(Problem),
    /// Dead at once: trying again would end the same way.
    Permanent(Problem),
    /// Stopped because an operator or the caller asked for it.
    Cancelled,
    /// Not yet: run again after this long, without counting the attempt.
    Snooze(Duration),
}

/// Server-side trouble, conflicts and limits pass; any other refusal of the same input will come again.
impl<E: Into<Problem>> From<E> for JobFailure {
    fn from(error: E) -> Self {
        let problem = error.into();
        match problem.kind.status {
            408 | 409 | 425 | 429 | 500.. => Self::Retry(problem),
            _ => Self::Permanent(problem),
        }
    }
}

impl fmt::Display for JobFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(problem) | Self::Permanent(problem) => write_with_causes(f, problem),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Snooze(by) => write!(f, "put off by {} s", by.as_secs()),
        }
    }
}

impl StdError for JobFailure {}

/// The operators' `last_error` needs the internal cause too: a problem's public text says little of a 500.
fn write_with_causes(f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    write!(f, "{problem}")?;
    let mut cause = problem.source();
    while let Some(error) = cause {
        write!(f, ": {error}")?;
        cause = error.source();
    }
    Ok(())
}
