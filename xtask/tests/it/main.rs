//! The architecture test and the tidy test: both hold the real workspace to the rules, and seeded violations to show
//! that the rules still bite.

#![expect(
    clippy::expect_used,
    reason = "the helpers of a test fail it by panicking, as the test itself does"
)]

mod architecture;
mod tidy;
mod workspace;
