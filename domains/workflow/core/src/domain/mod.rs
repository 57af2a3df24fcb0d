//! The rules of approvals, as functions on values.

mod approver;
mod definition;
mod task;

pub use approver::{can_decide_at_all, in_words, is_satisfied_by, roles_up_to, stands_in};
pub use definition::{ApproverInput, Definition, DefinitionStatus, Terms, TermsInput, Trigger};
pub use task::{NewTask, Task, TaskStatus, comment};
