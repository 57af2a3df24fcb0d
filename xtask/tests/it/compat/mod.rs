//! The gates on change: the rules on small pairs of before and after, then the workspace itself, then a seeded break in
//! a repository of its own.

mod accepted;
mod openapi;
mod published;
mod repository;

use crate::workspace::{none, root};
use xtask::compat::Break;
use xtask::compat::gate;

#[test]
fn nothing_that_is_published_here_breaks_a_reader() {
    let asked = std::env::var("COMPAT_BASE").ok();
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let outcome = gate::check(&root(), asked.as_deref(), update).expect("compare the workspace");
    none(&outcome.faults);
}

/// No break for `None`; else exactly one, that is called so and whose message has this.
fn expect(found: &[Break], expected: Option<(&str, &str)>, case: &str) {
    match expected {
        None => assert!(found.is_empty(), "{case}: is compatible, and found {found:#?}"),
        Some((what, part)) => assert!(
            found.len() == 1 && found[0].what == what && found[0].to_string().contains(part),
            "{case}: expected `{what}` with `{part}`, found {found:#?}"
        ),
    }
}
