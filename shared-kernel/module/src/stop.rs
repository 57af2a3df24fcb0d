//! What stops a job that writes a file into the blobs page by page, a report or an export of any kind,
//! what people are told of it and how the job ends then. What becomes of the file is its domain's.

use jobs::JobFailure;
use kernel::Problem;
use kernel::problem::{FORBIDDEN, INTERNAL};

/// Why there is no file (yet).
#[derive(Debug)]
pub enum Stop {
    /// Nobody wants it any more.
    Cancelled,
    /// It has ended otherwise, or a worker that took this one for dead writes it.
    MovedOn,
    /// In their name nothing more is written: the job that follows this one ends it.
    CallerGone,
    /// For whoever asked: it would be refused again.
    Refused(String),
    /// For whoever asked as well.
    TooLarge { max_bytes: u64 },
    /// A fault of where its rows come from; the operators should know.
    Broken(String),
    /// It may pass.
    Trouble(Problem),
}

impl Stop {
    /// What whoever asked for the file is told, where this ends it for them; another attempt, the job that follows or
    /// whoever ended it tells the rest.
    pub fn told(&self, file: &str, is_last_attempt: bool) -> Option<String> {
        match self {
            Self::Refused(detail) | Self::Broken(detail) => Some(detail.clone()),
            Self::TooLarge { max_bytes } => {
                let (mib, gib) = (*max_bytes >> 20, *max_bytes >> 30);
                let most = if gib > 0 { format!("{gib} GiB") } else { format!("{mib} MiB") };
                Some(format!("The {file} would be larger than {most}, which is the most there is."))
            }
            Self::Trouble(_) if is_last_attempt => {
                Some(format!("What the {file} needs does not answer. Ask for it again later."))
            }
            Self::Trouble(_) | Self::CallerGone | Self::Cancelled | Self::MovedOn => None,
        }
    }

    /// How the job fails, once its domain has told people what there is to tell.
    pub fn failure(self) -> Option<JobFailure> {
        match self {
            // Whoever asked is told why; there is nothing in it for operators.
            Self::Refused(_) | Self::TooLarge { .. } => None,
            Self::Cancelled | Self::MovedOn => Some(JobFailure::Cancelled),
            Self::CallerGone => {
                let detail = "whoever asked for the file may no longer act here";
                Some(JobFailure::Permanent(Problem::new(FORBIDDEN, detail)))
            }
            Self::Broken(detail) => Some(JobFailure::Permanent(Problem::new(INTERNAL, detail))),
            Self::Trouble(problem) => Some(JobFailure::Retry(problem)),
        }
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Trouble(problem)
    }
}

impl From<data::Error> for Stop {
    fn from(error: data::Error) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<blobs::Error> for Stop {
    fn from(error: blobs::Error) -> Self {
        match error {
            blobs::Error::TooLarge { max_bytes } => Self::TooLarge { max_bytes },
            other => Self::Trouble(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_what_another_attempt_does_not_mend() {
        let refused = || Stop::Refused("Nothing is there.".to_owned());
        let trouble = || Stop::Trouble(Problem::new(INTERNAL, "the disk is away"));
        let too_large = |max_bytes| Stop::TooLarge { max_bytes };
        for (stop, is_last_attempt, expected) in [
            (refused(), false, Some("Nothing is there.")),
            (
                too_large(64 << 20),
                false,
                Some("The file would be larger than 64 MiB, which is the most there is."),
            ),
            (
                too_large(32 << 30),
                false,
                Some("The file would be larger than 32 GiB, which is the most there is."),
            ),
            (trouble(), false, None),
            (trouble(), true, Some("What the file needs does not answer. Ask for it again later.")),
            (Stop::MovedOn, true, None),
            (Stop::Cancelled, true, None),
            (Stop::CallerGone, true, None),
        ] {
            assert_eq!(stop.told("file", is_last_attempt).as_deref(), expected);
        }
    }
}
