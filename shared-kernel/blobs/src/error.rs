//! How the use of the store fails.

use kernel::Problem;
use kernel::problem::{MALFORMED, NOT_FOUND, TOO_LARGE};
use std::error::Error as StdError;

pub type BoxError = Box<dyn StdError + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such object")]
    NotFound,
    #[error("the object is larger than {max_bytes} bytes")]
    TooLarge { max_bytes: u64 },
    /// The stream that was to be stored failed; nothing was stored.
    #[error("the upload ended before it was complete")]
    Interrupted(#[source] BoxError),
    #[error("the object store does not answer as it should")]
    Unavailable(#[source] BoxError),
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(NOT_FOUND, "There is no such file; it may have been removed."),
            Error::TooLarge { max_bytes } => {
                Self::new(TOO_LARGE, format!("The file is larger than the {max_bytes} bytes allowed."))
            }
            Error::Interrupted(source) => match source.downcast::<Self>() {
                Ok(problem) => *problem,
                Err(source) => {
                    Self::new(MALFORMED, "The upload ended before it was complete. Send it again.")
                        .with_cause(source)
                }
            },
            Error::Unavailable(_) => Self::unavailable(error),
        }
    }
}
