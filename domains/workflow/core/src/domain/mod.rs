//! The rules of approvals, as functions on values.

mod approver;
mod definition;
mod held;
mod task;

pub use approver::{can_decide_at_all, in_words, is_satisfied_by, roles_up_to, stands_in};
pub use definition::{
    ApproverInput, Condition, ConditionInput, Definition, DefinitionStatus, Terms, TermsInput, Trigger,
};
pub use held::{Announced, Held};
pub use task::{NewTask, Task, TaskStatus, comment};
