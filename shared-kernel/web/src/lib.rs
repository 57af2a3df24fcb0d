//! The HTTP edge every domain shares: an `Api` of operations, the guard before each, the extractors and answers of
//! handlers, and the one `Edge` that every answer passes. No business rule lives here, and no SQL.

mod answer;
mod api;
mod body;
mod cors;
mod deleted;
mod digest;
mod edge;
mod forwarded;
mod guard;
mod idempotency;
mod intake;
mod known;
mod limits;
mod nul;
mod objects;
mod openapi;
mod operation;
mod page;
mod precondition;
mod problem_json;
mod problems_pages;
mod query;
pub mod remote;
mod server;
mod target;
mod visitor;
mod words;

pub use answer::{Answer, Rendered, respond};
pub use api::{Api, PREFIX};
pub use body::{Body, Upload, nullable};
pub use deleted::IncludeDeleted;
pub use edge::Edge;
pub use forwarded::TrustedHeader;
pub use idempotency::Replays;
pub use openapi::{Described, Description, merge};
pub use operation::{Draft, Operation, OperationInfo};
pub use page::{ByCreation, ListOrder, Listing, OwnOrder, PageQuery};
pub use precondition::{IfMatch, IfNoneMatch, OptionalIfMatch, stale};
pub use problem_json::{Failure, PROBLEM_JSON};
pub use problems_pages::problems_pages;
pub use query::{PathExternalId, PathId, PathParams, Query, State};
pub use server::{Parts, Server, Settings};
pub use visitor::{Caller, Guest, Network};
