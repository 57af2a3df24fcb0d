//! How the app makes, lists and ends operators of the installation. Whoever has the machine does it from the command line,
//! where nobody is signed in and no domain may be named; so it is a trait here, which the users domain implements.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kernel::id::OperatorId;
use kernel::{Problem, Visitor};

#[async_trait]
pub trait Operators: Send + Sync {
    /// With a token that is good for so many days.
    async fn create(&self, visitor: &Visitor, name: &str, days: u16) -> Result<NewOperator, Problem>;

    /// Newest first, ended ones too; at most `MAX_OPERATORS`.
    async fn list(&self, visitor: &Visitor) -> Result<Vec<Operator>, Problem>;

    /// Within a second on every node. Of who is revoked already it changes nothing.
    async fn revoke(&self, visitor: &Visitor, id: OperatorId) -> Result<Operator, Problem>;
}

pub const MAX_OPERATORS: u64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub name: String,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

pub struct NewOperator {
    pub operator: Operator,
    /// Shown this once.
    pub token: String,
}
