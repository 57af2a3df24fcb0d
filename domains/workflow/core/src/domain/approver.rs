//! Who may decide: a question of today's role, not of the day the task was opened.

use kernel::permission::BuiltinRole;
use users_contract::Member;
use workflow_contract::Approver;

/// The least role that has the permission to decide; an approver below it would never come.
const LEAST_ROLE: BuiltinRole = BuiltinRole::Member;

pub fn can_decide_at_all(role: BuiltinRole) -> bool {
    role >= LEAST_ROLE
}

pub fn is_satisfied_by(approver: Approver, member: &Member) -> bool {
    let asked = match approver {
        Approver::Role(role) => member.role >= role,
        Approver::User(user) => member.user == user,
    };
    member.active && asked
}

/// For the one who was refused.
pub fn in_words(approver: Approver) -> String {
    match approver {
        Approver::Role(role) => format!("This task is for members whose role is {} or more.", role.name()),
        Approver::User(_) => "This task is for one other member.".to_owned(),
    }
}

/// The roles whose tasks somebody of this role may decide.
pub fn roles_up_to(role: BuiltinRole) -> impl Iterator<Item = BuiltinRole> {
    BuiltinRole::ALL.into_iter().filter(move |asked| *asked <= role)
}
