//! What is dear to read and seldom changes, kept near: in this process first, in Redis behind it where there is
//! one. Redis only ever makes things faster; without it the cache of the process goes on alone.
//!
//! An entry can be stale for as long as its space's ttl, in the worst case: when the process that changed the
//! value dies before it has told the others, or Redis is away. What must not be stale is not kept here.

mod cache;
mod local;
mod redis;
mod remote;
mod space;

pub use cache::{Cache, Settings};
pub use redis::{Error, Redis, redis_manager};
pub use space::{Level, Space};
