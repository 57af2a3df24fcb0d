//! Definitions, tasks and holds in the domain's tables. The only place that knows sea-orm; what leaves it are the rules'
//! own types.

pub mod definitions;
pub mod holds;
pub mod tasks;

use kernel::permission::BuiltinRole;
use kernel::{Currency, Money, UserId};
use workflow_contract::Approver;

type StoreResult<T> = std::result::Result<T, data::Error>;

fn unreadable(what: &str, text: &str) -> data::Error {
    data::Error::internal(format!("the {what} {text:?} is in the table and unknown here"))
}

/// Both columns are set, or neither.
fn money(minor: Option<i64>, currency: Option<Currency>) -> Option<Money> {
    minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency))
}

fn approver(role: Option<String>, user: Option<UserId>) -> StoreResult<Approver> {
    match (role, user) {
        (Some(role), None) => {
            BuiltinRole::parse(&role).map(Approver::Role).ok_or_else(|| unreadable("role", &role))
        }
        (None, Some(user)) => Ok(Approver::User(user)),
        _ => Err(unreadable("approver", "none or two")),
    }
}

/// As the two columns, of which one is set.
fn columns(approver: Approver) -> (Option<String>, Option<UserId>) {
    match approver {
        Approver::Role(role) => (Some(role.name().to_owned()), None),
        Approver::User(user) => (None, Some(user)),
    }
}
