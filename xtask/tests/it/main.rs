//! The architecture test and the tidy test: both hold the real workspace to the rules, and seeded violations to show
//! that the rules still bite.

mod architecture;
mod tidy;
mod workspace;
