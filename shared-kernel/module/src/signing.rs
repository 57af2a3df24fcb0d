//! How the command line has the next key made that access tokens are signed with, before its time. No domain may be named
//! there, so it is a trait here.

use async_trait::async_trait;
use kernel::{Problem, Visitor};

#[async_trait]
pub trait RotateSigningKeys: Send + Sync {
    /// The present one signs until every node has read the next, and what it signed stays good until it expires.
    async fn rotate(&self, visitor: &Visitor) -> Result<(), Problem>;
}
