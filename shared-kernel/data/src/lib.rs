//! The one way to a database. A domain gets a [`Databases`] for its own tables and reaches them through a tenant:
//! there is no bare connection, no query without a tenant, and no way into another domain's tables.

mod archive;
mod connection;
mod databases;
mod engine;
mod entity;
mod error;
mod inflight;
mod kernel_rows;
mod keyset;
mod message;
mod meter;
mod named;
mod raw;
mod search;
mod signals;
mod system;
pub mod tables;
mod tx;
mod unit;
mod wall;

pub use archive::{ArchivedRows, ErasedRows, TableArchive, Whom};
pub use databases::{Databases, Read, Setup};
pub use engine::{Engine, PoolSettings, Usage};
pub use entity::{PlatformEntity, TenantEntity};
pub use error::Error;
pub use kernel_rows::Stored;
pub use keyset::merged;
pub use message::{ActAs, AuditEntry, AuditRecorded, Job, JobOptions, Subscription, Subscriptions};
pub use raw::{Raw, TenantSql};
pub use signals::Signals;
pub use system::System;
pub use tx::{Find, Tx, With};
pub use unit::{Unit, Update};
