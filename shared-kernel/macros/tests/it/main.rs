//! What the macros promise, seen as a using crate sees them; and the advice they give where they refuse.

mod contract;
mod event;
mod problems;

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/it/refused/*.rs");
}
