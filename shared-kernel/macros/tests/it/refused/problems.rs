//! Problems that are not declared in full.

use kernel::contract::Cause;
use macros::Problems;

#[derive(Debug, thiserror::Error, Problems)]
enum Error {
    #[error("a")]
    Undeclared,
    #[error("b")]
    #[problem(status = 404, title = "B")]
    NoCode,
    #[error("c")]
    #[problem(code = "billing.c", title = "C")]
    NoStatus,
    #[error("d")]
    #[problem(code = "billing.d", status = 404)]
    NoTitle,
    #[error("e")]
    #[problem(code = "Billing.E", status = 404, title = "E")]
    BadCode,
    #[error("f")]
    #[problem(code = "billing.f.f", status = 404, title = "F")]
    LongCode,
    #[error("g")]
    #[problem(code = "billing.g", status = 200, title = "G")]
    NotAnError,
    #[error("h")]
    #[problem(code = "billing.h", status = 404, title = "H", detail = "h")]
    Unknown,
    #[error("i")]
    #[problem(transparent, status = 404)]
    TransparentAndMore(u8),
    #[error("j")]
    #[problem(transparent)]
    TransparentOfTwo(u8, u8),
    #[error("k")]
    #[problem(code = "billing.k", status = 404, title = "K")]
    K,
    #[error("l")]
    #[problem(code = "billing.k", status = 409, title = "K")]
    OtherMeaning,
    #[error("m: {0}")]
    #[problem(code = "billing.m", status = 500, title = "M")]
    LeakingCause(Cause),
}

fn main() {}
