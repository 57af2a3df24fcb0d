//! Rows of members, by what is known of them.

use super::*;
use MembershipState::{Active, Removed, Suspended};

const GOOD: Reach = Reach { covered: true, of_members: true };
const WIDE: Reach = Reach { covered: true, of_members: false };
const TOO_WIDE: Reach = Reach { covered: false, of_members: false };
const MEMBER: RoleRef = RoleRef::Builtin(BuiltinRole::Member);
const VIEWER: RoleRef = RoleRef::Builtin(BuiltinRole::Viewer);
const ALL: May = May { invite: true, see_members: true, change_members: true, change_teams: true };
/// But see who is there.
const NOTHING: May = May { invite: false, see_members: true, change_members: false, change_teams: false };
const INVITE: May = May { invite: true, see_members: false, change_members: false, change_teams: false };

fn member(number: u128) -> MembershipId {
    MembershipId::from_uuid(Uuid::from_u128(number))
}

fn team(number: u128) -> TeamId {
    TeamId::from_uuid(Uuid::from_u128(number))
}

fn invitation(number: u128) -> InvitationId {
    InvitationId::from_uuid(Uuid::from_u128(number))
}

fn beside() -> Beside {
    Beside {
        there: None,
        may: ALL,
        has_room: true,
        invitations_left: 1,
        role: Some(NamedRole { role: MEMBER, reach: GOOD }),
        team: None,
        manager: None,
    }
}

fn all_named() -> Beside {
    Beside {
        team: Some(NamedTeam { team: team(5), reach: GOOD, is_in: false }),
        manager: Some(reports_to(6, &[])),
        ..beside()
    }
}

/// A manager, and who above reports to whom.
fn reports_to(number: u128, above: &[(u128, u128)]) -> NamedManager {
    let mut line = Chart::default();
    above.iter().for_each(|(member_of, manager)| line.put(member(*member_of), Some(member(*manager))));
    NamedManager { member: member(number), line }
}

fn there(state: MembershipState, role: RoleRef) -> MemberThere {
    MemberThere { id: member(1), version: 3, state, role, reach: GOOD, manager: None, is_last_owner: false }
}

fn invited(has_expired: bool) -> PersonThere {
    let (team, manager) = (Some(team(5)), Some(member(6)));
    PersonThere::Invited(InvitedThere { id: invitation(2), role: MEMBER, team, manager, has_expired })
}

/// `invited`, `changed`, `unchanged`, or the faults as `pointer code`.
fn told(pairs: &[(&str, &str)], there: Option<&PersonThere>, beside: &Beside) -> String {
    let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let beside = Beside { there: there.cloned(), ..beside.clone() };
    match decide(&values, invitation(9), None, &beside) {
        Ok(Decided::Unchanged(_)) => "unchanged".to_owned(),
        Ok(Decided::Changed(change)) => match *change {
            RowChange::Invite(_) => "invited".to_owned(),
            RowChange::Change(_) => "changed".to_owned(),
        },
        Err(errors) => {
            let errors: Vec<_> =
                errors.iter().map(|error| format!("{} {}", error.pointer, error.code)).collect();
            errors.join(", ")
        }
    }
}

const ROW: &[(&str, &str)] = &[("email", "ada@example.com"), ("role", "member")];
const FULL: &[(&str, &str)] =
    &[("email", "ada@example.com"), ("role", "member"), ("team", "T"), ("manager", "bob@example.com")];

#[test]
fn all_faults_of_a_row_are_named_at_once() {
    let nothing = Beside { role: None, ..beside() };
    let cases: [(&[(&str, &str)], &str); 5] = [
        (ROW, "/role unknown_role"),
        (&[("email", " "), ("role", "")], "/email required, /role required"),
        (
            &[("email", "ada"), ("role", "x"), ("age", "3")],
            "/age unknown_field, /email invalid_email, /role unknown_role",
        ),
        (FULL, "/role unknown_role, /team unknown_team, /manager unknown_member"),
        (
            &[("email", "a@b.cd"), ("role", "x"), ("manager", "bob")],
            "/role unknown_role, /manager invalid_email",
        ),
    ];
    for (row, expected) in cases {
        assert_eq!(told(row, None, &nothing), expected, "{row:?}");
    }
}

#[test]
fn who_is_no_member_is_asked_in() {
    let role = |reach| Some(NamedRole { role: MEMBER, reach });
    let team = |reach| Some(NamedTeam { team: team(5), reach, is_in: false });
    let cases: [(Beside, &str); 9] = [
        (beside(), "invited"),
        (all_named(), "invited"),
        (Beside { may: NOTHING, ..beside() }, "/email session_required"),
        (Beside { has_room: false, ..beside() }, "/email too_many_members"),
        (Beside { invitations_left: 0, ..beside() }, "/email too_many_invitations"),
        (Beside { role: role(TOO_WIDE), ..beside() }, "/role grant_too_wide"),
        (Beside { role: role(WIDE), ..beside() }, "/role needs_proof"),
        (Beside { team: team(WIDE), ..beside() }, "/team needs_proof"),
        (
            Beside { may: May { invite: true, ..NOTHING }, team: team(TOO_WIDE), ..all_named() },
            "/team forbidden, /team grant_too_wide, /manager forbidden",
        ),
    ];
    for (beside, expected) in cases {
        let row = if beside.manager.is_some() { FULL } else { ROW };
        assert_eq!(told(row, None, &beside), expected, "{beside:?}");
    }
    assert_eq!(told(FULL, Some(&invited(true)), &all_named()), "invited", "the former one has expired");
}

#[test]
fn who_is_asked_in_stays_so() {
    let cases: [(Beside, &str); 5] = [
        (beside(), "unchanged"),
        (all_named(), "unchanged"),
        (Beside { may: NOTHING, has_room: false, invitations_left: 0, ..beside() }, "unchanged"),
        (
            Beside { role: Some(NamedRole { role: VIEWER, reach: GOOD }), ..beside() },
            "/role invited_otherwise",
        ),
        (
            Beside {
                team: Some(NamedTeam { team: team(7), reach: GOOD, is_in: false }),
                manager: Some(reports_to(7, &[])),
                ..beside()
            },
            "/team invited_otherwise, /manager invited_otherwise",
        ),
    ];
    for (beside, expected) in cases {
        let row = if beside.manager.is_some() { FULL } else { ROW };
        assert_eq!(told(row, Some(&invited(false)), &beside), expected, "{beside:?}");
    }
}

#[test]
fn a_member_is_changed_as_far_as_a_file_may() {
    let cases: [(MemberThere, Beside, &str); 14] = [
        (there(Active, MEMBER), Beside { may: NOTHING, ..beside() }, "unchanged"),
        (there(Active, VIEWER), beside(), "changed"),
        (there(Active, MEMBER), all_named(), "changed"),
        (there(Suspended, MEMBER), beside(), "/email member_suspended"),
        (there(Removed, MEMBER), beside(), "/email member_removed"),
        (there(Active, VIEWER), Beside { may: NOTHING, ..beside() }, "/role forbidden"),
        (there(Active, MEMBER), Beside { may: INVITE, ..beside() }, "/email member_already"),
        (there(Removed, MEMBER), Beside { may: INVITE, ..beside() }, "/email member_already"),
        (
            there(Active, MEMBER),
            Beside { may: NOTHING, ..all_named() },
            "/manager forbidden, /team forbidden",
        ),
        (MemberThere { reach: WIDE, ..there(Active, VIEWER) }, beside(), "/role needs_proof"),
        (MemberThere { reach: TOO_WIDE, ..there(Active, VIEWER) }, beside(), "/role grant_too_wide"),
        (
            MemberThere {
                reach: WIDE,
                is_last_owner: true,
                ..there(Active, RoleRef::Builtin(BuiltinRole::Owner))
            },
            beside(),
            "/role last_owner",
        ),
        (
            there(Active, MEMBER),
            Beside { manager: Some(reports_to(6, &[(6, 7), (7, 1)])), ..all_named() },
            "/manager circle",
        ),
        (
            MemberThere { manager: Some(member(6)), ..there(Active, MEMBER) },
            Beside {
                team: Some(NamedTeam { team: team(5), reach: TOO_WIDE, is_in: true }),
                manager: Some(reports_to(6, &[(6, 7), (7, 1)])),
                may: NOTHING,
                ..beside()
            },
            "unchanged",
        ),
    ];
    for (there, beside, expected) in cases {
        let row = if beside.manager.is_some() { FULL } else { ROW };
        let label = format!("{there:?} {beside:?}");
        assert_eq!(told(row, Some(&PersonThere::Member(there)), &beside), expected, "{label}");
    }
}

#[test]
fn what_earlier_rows_change_of_managers_counts() {
    let beside = |number, above: &[(u128, u128)]| Beside {
        there: Some(PersonThere::Member(there(Active, MEMBER))),
        manager: Some(reports_to(number, above)),
        ..beside()
    };
    let row = [("email", "ada@example.com"), ("role", "member"), ("manager", "bob@example.com")];
    let row: BTreeMap<_, _> = row.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let fault = |before: Option<&RowsBefore>, beside: &Beside| {
        let faults = decide(&row, invitation(9), before, beside).err().unwrap_or_default();
        faults.iter().map(|fault| fault.code.to_string()).collect::<Vec<_>>().join(", ")
    };
    // Somebody whom an earlier row gave to the row's member, by a line that no later row names.
    let given = MemberChange {
        member: member(6),
        before: Before { version: 1, role: MEMBER, manager: None },
        role: MEMBER,
        manager: Some(member(7)),
        joins: None,
    };
    let role_alone = MemberChange { role: VIEWER, manager: None, ..given.clone() };
    let invited = RowsBefore { invited: 4, ..RowsBefore::default() };
    let above = beside(7, &[(7, 8), (8, 1)]);
    let after = left(Some(&invited), &above, &RowChange::Change(given)).unwrap_or_default();
    assert_eq!(after.invited, 4);
    assert_eq!(fault(None, &beside(6, &[])), "");
    assert_eq!(fault(Some(&after), &beside(6, &[])), "circle");
    // And one whom an earlier row took from them.
    let mut taken = RowsBefore::default();
    taken.managers.put(member(6), Some(member(9)));
    assert_eq!(fault(None, &beside(6, &[(6, 1)])), "circle");
    assert_eq!(fault(Some(&taken), &beside(6, &[(6, 1)])), "");
    let unmoved = left(Some(&after), &beside(7, &[]), &RowChange::Change(role_alone));
    assert_eq!(unmoved, None, "a role alone leaves the lines as they are");
}

#[test]
fn whom_earlier_rows_ask_in_counts() {
    let row: BTreeMap<_, _> =
        ROW.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let beside = Beside { invitations_left: 2, ..beside() };
    let mut managers = Chart::default();
    managers.put(member(6), Some(member(9)));
    let mut before = RowsBefore { managers: managers.clone(), invited: 0 };
    for invited in 1..=2 {
        let Ok(Decided::Changed(change)) = decide(&row, invitation(9), Some(&before), &beside) else {
            panic!("{before:?}")
        };
        before = left(Some(&before), &beside, &change).unwrap();
        assert_eq!(before, RowsBefore { managers: managers.clone(), invited });
    }
    let faults = decide(&row, invitation(9), Some(&before), &beside).unwrap_err();
    assert_eq!(faults[0].code, "too_many_invitations");
    let there = Some(invited(false));
    let open = decide(&row, invitation(9), Some(&before), &Beside { there, ..beside });
    assert_eq!(open, Ok(Decided::Unchanged(invitation(2).uuid())), "who is asked in already takes none");
}

#[test]
fn what_a_row_leaves_has_a_version_of_its_own() {
    let change = |role, joins| MemberChange {
        member: member(1),
        before: Before { version: 3, role: VIEWER, manager: None },
        role,
        manager: None,
        joins,
    };
    let cases =
        [(change(VIEWER, Some(team(5))), 3), (change(MEMBER, None), 4), (change(MEMBER, Some(team(5))), 4)];
    for (change, expected) in cases {
        let other = Some(member(8));
        assert!(change.left(expected, Active, MEMBER, other), "{change:?}");
        assert!(!change.left(expected + 1, Active, change.role, other), "{change:?}");
        // What was put back, and then suspended.
        assert!(change.left(expected + 2, Active, change.role, None), "{change:?}");
        assert!(!change.left(expected + 3, Suspended, change.role, None), "{change:?}");
    }
}

#[test]
fn every_tenants_roles_are_known_in_any_case() {
    assert_eq!(builtin("Member"), Some(BuiltinRole::Member));
    assert_eq!(builtin("Members"), None);
}
