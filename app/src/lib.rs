//! The application: configuration, command line and wiring. A library, so that tests can boot what the binary boots;
//! no business rule lives here.

pub mod cli;
pub mod config;
mod log_lines;
pub mod telemetry;
pub mod tls;
pub mod traces;
pub mod wiring;
