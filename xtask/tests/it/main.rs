//! The architecture test, the gates on change and the tidy test: all hold the real workspace to the rules, and seeded
//! violations to show that the rules still bite.

#![expect(
    clippy::expect_used,
    reason = "the helpers of a test fail it by panicking, as the test itself does"
)]

mod architecture;
mod compat;
mod tidy;
mod workspace;
