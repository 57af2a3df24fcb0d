//! `#[derive(Problems)]`: each variant's kind, public text, faults and cause end in their own field.

use kernel::contract::Cause;
use kernel::problem::{INTERNAL, Problems as _};
use kernel::{FieldError, Problem, ProblemKind};
use macros::{Problems, RemoteError};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, thiserror::Error, Problems)]
enum Error {
    #[error("There is no invoice {number}.")]
    #[problem(code = "billing.invoice_not_found", status = 404, title = "No such invoice")]
    NotFound { number: u32 },
    #[error("The invoice was not found by its old number.")]
    #[problem(code = "billing.invoice_not_found", status = 404, title = "No such invoice")]
    NotFoundByOldNumber,
    #[error("{} lines are invalid.", .0.len())]
    #[problem(code = "billing.invalid_lines", status = 422, title = "Invalid lines")]
    Invalid(Vec<FieldError>, #[source] std::num::ParseIntError),
    #[error("The rate is not known yet.")]
    #[problem(code = "billing.rate_unknown", status = 503, title = "Rate unknown")]
    RateUnknown {
        #[from]
        source: std::fmt::Error,
    },
    #[error("The file could not be kept.")]
    #[problem(code = "storage", status = 500, title = "Storage")]
    Storage { cause: Cause },
    #[error("Too many invoices at once.")]
    #[problem(code = "billing.too_many", status = 429, title = "Too many", retry_after_seconds = 30)]
    TooMany,
    #[error("The year is being closed.")]
    #[problem(code = "billing.closing", status = 409, title = "Closing", retry_after_seconds = 5)]
    Closing(),
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Problem),
    #[error(transparent)]
    #[problem(transparent)]
    Remote { inner: StockError },
}

/// As a contract's error is written: all derives together.
#[derive(Debug, thiserror::Error, Serialize, Deserialize, Problems, RemoteError)]
enum StockError {
    #[error("Some fields are invalid.")]
    #[problem(code = "stock.invalid", status = 422, title = "Invalid")]
    Invalid { errors: Vec<FieldError> },
    #[error("The stock does not answer.")]
    #[problem(code = "stock.unavailable", status = 503, title = "Stock unavailable")]
    Unavailable(Cause),
    #[error("The stock took too long.")]
    #[problem(code = "stock.deadline_exceeded", status = 503, title = "Stock took too long")]
    DeadlineExceeded,
}

#[derive(Debug, thiserror::Error, Problems)]
enum OnlyPassedOn {
    #[error(transparent)]
    #[problem(transparent)]
    Other(#[from] Error),
}

fn fault() -> FieldError {
    FieldError {
        pointer: "/lines/0".to_owned(),
        code: "blank".into(),
        detail: "must not be blank".to_owned(),
    }
}

#[test]
fn each_variant_becomes_its_problem() {
    /// Code, status, detail, number of faults, seconds to wait, cause.
    type Expected<'a> = (&'a str, u16, &'a str, usize, Option<u64>, Option<&'a str>);
    fn check(error: impl Into<Problem>, expected: Expected<'_>) {
        let problem = error.into();
        let cause = problem.cause.as_ref().map(ToString::to_string);
        let found: Expected<'_> = (
            problem.kind.code,
            problem.kind.status,
            &problem.detail,
            problem.errors.len(),
            problem.retry_after.as_ref().map(Duration::as_secs),
            cause.as_deref(),
        );
        assert_eq!(found, expected);
    }
    let not_found = "billing.invoice_not_found";
    check(Error::NotFound { number: 7 }, (not_found, 404, "There is no invoice 7.", 0, None, None));
    check(
        Error::NotFoundByOldNumber,
        (not_found, 404, "The invoice was not found by its old number.", 0, None, None),
    );
    check(
        Error::Invalid(vec![fault(), fault()], "x".parse::<i32>().unwrap_err()),
        (
            "billing.invalid_lines",
            422,
            "2 lines are invalid.",
            2,
            None,
            Some("invalid digit found in string"),
        ),
    );
    let source = std::fmt::Error;
    let source_text = source.to_string();
    check(
        Error::from(source),
        ("billing.rate_unknown", 503, "The rate is not known yet.", 0, Some(1), Some(&source_text)),
    );
    check(
        Error::Storage { cause: Cause::new("disk full") },
        ("storage", 500, "The file could not be kept.", 0, None, Some("disk full")),
    );
    check(Error::TooMany, ("billing.too_many", 429, "Too many invoices at once.", 0, Some(30), None));
    check(Error::Closing(), ("billing.closing", 409, "The year is being closed.", 0, Some(5), None));
    let internal = Problem::internal("bug");
    let detail = internal.detail.to_string();
    check(Error::from(internal), (INTERNAL.code, 500, &detail, 0, None, Some("bug")));
    let inner = StockError::Unavailable(Cause::new("refused"));
    check(
        OnlyPassedOn::from(Error::Remote { inner }),
        ("stock.unavailable", 503, "The stock does not answer.", 0, Some(1), Some("refused")),
    );
    check(
        StockError::Invalid { errors: vec![fault()] },
        ("stock.invalid", 422, "Some fields are invalid.", 1, None, None),
    );
}

#[test]
fn kinds_are_listed_once_and_passed_on_ones_are_not_ours() {
    let codes: Vec<_> = Error::KINDS.iter().map(|kind| kind.code).collect();
    assert_eq!(
        codes,
        [
            "billing.invoice_not_found",
            "billing.invalid_lines",
            "billing.rate_unknown",
            "storage",
            "billing.too_many",
            "billing.closing"
        ]
    );
    let first = ProblemKind { code: "billing.invoice_not_found", status: 404, title: "No such invoice" };
    assert_eq!(Error::KINDS[0], first);
    assert!(OnlyPassedOn::KINDS.is_empty());
}
