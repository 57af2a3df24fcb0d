//! The checks of the workspace's shape, as pure functions on paths and text, so that they are tested on seeded
//! violations. Nothing here reads the workspace's manifests or runs anything but git, in `compat`, to know what was
//! committed before; `tests/it` and `main.rs` do.

pub mod architecture;
pub mod compat;
pub mod exemptions;
pub mod sources;
pub mod tidy;
