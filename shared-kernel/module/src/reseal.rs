//! How the app has sealed anew what is kept for long, once the master key was replaced. The command that asks for it knows
//! no domain's tables, so each domain hands in what it has.

use async_trait::async_trait;
use kernel::{Problem, Visitor};

#[async_trait]
pub trait Reseal: Send + Sync {
    /// In the plural, for whoever reads what the command answers.
    fn what(&self) -> &'static str;

    /// Seals by the newest master key whatever an older one sealed. It may be cut off at any moment, and run again.
    async fn reseal(&self, visitor: &Visitor) -> Result<Resealed, Problem>;
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    pub anew: u64,
    /// The newest key had sealed them before.
    pub already: u64,
    /// By a key that is not there any more, or altered: they are as they were.
    pub unreadable: u64,
}
