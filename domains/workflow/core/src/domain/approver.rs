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
    member.active && (asked || stands_in(member.role))
}

/// For whoever is asked: a task must not wait for ever for somebody who has left, and a tenant always has an owner.
pub fn stands_in(role: BuiltinRole) -> bool {
    role == BuiltinRole::Owner
}

/// For the one who was refused.
pub fn in_words(approver: Approver) -> String {
    match approver {
        Approver::Role(role) => format!("This task is for members whose role is {} or more.", role.name()),
        Approver::User(_) => "This task is for one other member, or an owner.".to_owned(),
    }
}

/// The roles whose tasks somebody of this role may decide.
pub fn roles_up_to(role: BuiltinRole) -> impl Iterator<Item = BuiltinRole> {
    BuiltinRole::ALL.into_iter().filter(move |asked| *asked <= role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BuiltinRole::{Admin, Member as Plain, Owner, Viewer};
    use kernel::UserId;

    fn member(user: UserId, role: BuiltinRole, active: bool) -> Member {
        let (email, display_name) = ("ada@example.com".to_owned(), "Ada".to_owned());
        Member { user, email, display_name, role, active }
    }

    #[test]
    fn the_asked_decide_and_an_owner_for_everybody() {
        let [ada, bob] = [1, 2].map(|n| UserId::from_uuid(uuid::Uuid::from_u128(n)));
        let check = |approver: Approver, member: Member, expected: bool| {
            assert_eq!(is_satisfied_by(approver, &member), expected, "{approver:?} by {member:?}");
        };
        check(Approver::Role(Admin), member(bob, Plain, true), false);
        check(Approver::Role(Admin), member(bob, Admin, true), true);
        check(Approver::Role(Owner), member(bob, Admin, true), false);
        check(Approver::Role(Owner), member(bob, Owner, true), true);
        check(Approver::User(ada), member(ada, Plain, true), true);
        check(Approver::User(ada), member(ada, Viewer, true), true);
        check(Approver::User(ada), member(bob, Admin, true), false);
        check(Approver::User(ada), member(bob, Owner, true), true);
        check(Approver::User(ada), member(ada, Plain, false), false);
        check(Approver::User(ada), member(bob, Owner, false), false);
    }
}
