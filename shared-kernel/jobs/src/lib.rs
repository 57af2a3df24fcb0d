//! Durable messages: events for subscribers and a domain's own jobs. The row in the domain's message table is the
//! truth of the work and its whole life; apalis's workers, layers and monitor drive it. Nothing here knows what a
//! message means: that is its handler's.

mod backend;
mod callers;
mod dispatch;
mod failure;
mod feeder;
mod given_up;
mod handler;
mod held;
mod ledger;
mod message;
mod runtime;
mod schedule;
mod settle;
mod sql;
mod store;

pub use callers::as_system;
pub use failure::JobFailure;
pub use handler::{Handler, JobFn, Parcel, RunningJobFn, forward, job, running_job, subscriber};
pub use held::Running;
pub use ledger::{Filter, Ledger, MessageSummary, Status};
pub use runtime::{Domain, Runtime, Settings, Setup, StartError};
pub use schedule::Schedule;
