//! The few types every crate shares. Nothing here does I/O, opens a connection or reads the wall clock except
//! [`Clock`]; nothing here knows HTTP or SQL (the features `sql` and `schema` only teach our values to sea-orm
//! and utoipa). A type moves here when a second domain needs it, not before.

pub mod clock;
pub mod contract;
pub mod ctx;
pub mod event;
pub mod id;
pub mod money;
pub mod page;
pub mod permission;
pub mod problem;
pub mod quantity;
pub mod reference;
#[cfg(feature = "schema")]
mod schema;
pub mod search;
#[cfg(feature = "sql")]
mod sql;
pub mod switch;
pub mod trace;

pub use clock::Clock;
pub use ctx::{Actor, Ctx, Visitor};
pub use event::DomainEvent;
pub use id::{Id, TenantId, UserId};
pub use money::{Currency, Money};
pub use page::{Page, PageRequest};
pub use permission::{Permission, PermissionSet};
pub use problem::{Faults, FieldError, Problem, ProblemKind};
pub use quantity::Quantity;
pub use reference::{Metadata, MetadataPatch};
pub use search::Search;
pub use switch::Switch;

/// What the macros and the derive paths of this workspace expand to; not for use by hand.
#[doc(hidden)]
pub mod private {
    pub use async_trait::async_trait;
    pub use serde;
    pub use serde_json;
}
