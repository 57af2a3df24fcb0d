//! PATCH as the standard has it and as directories send it. The payloads of Microsoft's are those of
//! <https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups> and of
//! <https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility>;
//! Okta's of <https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20>.

use crate::domain::scim::patch::{apply, operations, whole};
use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{ENTERPRISE, GROUPS, Resource, USERS};
use serde_json::{Value, json};

fn patched(resource: &'static Resource, before: Value, ops: Value) -> Result<Value, Refusal> {
    let before = before.as_object().unwrap().clone();
    let request = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": ops });
    apply(resource, before, operations(request)?).map(Value::Object)
}

fn user(before: Value, ops: Value, expected: Value) {
    assert_eq!(patched(&USERS, before, ops.clone()), Ok(expected), "{ops}");
}

fn group(before: Value, ops: Value, expected: Value) {
    assert_eq!(patched(&GROUPS, before, ops.clone()), Ok(expected), "{ops}");
}

#[test]
fn entra_changes_a_user() {
    // "Update User [Multi-valued properties]"
    user(
        json!({ "userName": "ada", "emails": [{ "value": "old@example.com", "type": "work" }] }),
        json!([
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updatedEmail@microsoft.com" },
            { "op": "Replace", "path": "name.familyName", "value": "updatedFamilyName" },
        ]),
        json!({
            "userName": "ada", "name": { "familyName": "updatedFamilyName" },
            "emails": [{ "value": "updatedEmail@microsoft.com", "type": "work" }],
        }),
    );
    // The same of one who has no address yet.
    user(
        json!({ "userName": "ada" }),
        json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada@example.com" }]),
        json!({ "userName": "ada", "emails": [{ "value": "ada@example.com", "type": "work" }] }),
    );
    user(
        json!({ "emails": [{ "value": "home@example.com", "type": "home" }] }),
        json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada@example.com" }]),
        json!({ "emails": [
            { "value": "home@example.com", "type": "home" }, { "value": "ada@example.com", "type": "work" },
        ] }),
    );
    // "Disable User"
    user(
        json!({ "active": true }),
        json!([{ "op": "Replace", "path": "active", "value": false }]),
        json!({ "active": false }),
    );
    // The same without the flag `aadOptscim062020`.
    user(
        json!({ "active": true }),
        json!([{ "op": "Replace", "path": "active", "value": "False" }]),
        json!({ "active": false }),
    );
    user(
        json!({ "active": true }),
        json!([{ "op": "Replace", "value": { "active": "False" } }]),
        json!({ "active": false }),
    );
    // Names with points and URNs in one object, without a path.
    user(
        json!({ "userName": "ada", "name": { "familyName": "Byron" } }),
        json!([{
            "op": "replace",
            "value": {
                "displayName": "Bjfe", "name.givenName": "Kjfe", "name.familyName": "Tester",
                "title": "left out", "id": "left out", "emails[type eq \"work\"].value": "k@example.com",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager": "26118915",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "left out",
            },
        }]),
        json!({
            "userName": "ada", "displayName": "Bjfe", "name": { "givenName": "Kjfe", "familyName": "Tester" },
            "emails": [{ "value": "k@example.com", "type": "work" }],
            ENTERPRISE: { "manager": { "value": "26118915" } },
        }),
    );
    let manager = format!("{ENTERPRISE}:manager");
    let known = json!({ ENTERPRISE: { "manager": { "value": "1" } } });
    user(
        known.clone(),
        json!([{ "op": "Add", "path": manager, "value": [{ "$ref": "u", "value": "2" }] }]),
        json!({ ENTERPRISE: { "manager": { "$ref": "u", "value": "2" } } }),
    );
    user(
        known.clone(),
        json!([{ "op": "Replace", "path": format!("{manager}.value"), "value": "3" }]),
        json!({ ENTERPRISE: { "manager": { "value": "3" } } }),
    );
    for removed in [
        json!({ "op": "Remove", "path": manager }),
        json!({ "op": "Replace", "path": manager, "value": "" }),
        json!({ "op": "remove", "path": "manager" }),
        json!({ "op": "remove", "path": ENTERPRISE }),
    ] {
        user(known.clone(), json!([removed]), json!({}));
    }
}

#[test]
fn entra_changes_a_group() {
    let one = json!({ "displayName": "g", "members": [{ "value": "1" }] });
    // "Update Group [Non-member attributes]"
    group(
        one.clone(),
        json!([{ "op": "Replace", "path": "displayName", "value": "1879db59" }]),
        json!({ "displayName": "1879db59", "members": [{ "value": "1" }] }),
    );
    // "Update Group [Add Members]"
    group(
        one.clone(),
        json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "2" }, { "value": "1" }] }]),
        json!({ "displayName": "g", "members": [{ "value": "1" }, { "value": "2" }] }),
    );
    // "Update Group [Remove Members]"
    for removed in [
        json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "1" }] }),
        json!({ "op": "remove", "path": "members[value eq \"1\"]" }),
        json!({ "op": "remove", "path": "members" }),
    ] {
        group(one.clone(), json!([removed]), json!({ "displayName": "g" }));
    }
    group(one.clone(), json!([{ "op": "remove", "path": "members[value eq \"7\"]" }]), one.clone());
    group(one.clone(), json!([{ "op": "remove", "path": "members", "value": [{ "value": "7" }] }]), one);
}

#[test]
fn okta_changes_a_user_and_a_group() {
    // "Deactivate a user", "Update a specific user (PATCH)"
    user(
        json!({ "active": true, "userName": "ada" }),
        json!([{ "op": "replace", "value": { "active": false } }]),
        json!({ "active": false, "userName": "ada" }),
    );
    // "Update a specific group name"
    group(
        json!({ "displayName": "old", "members": [{ "value": "1" }] }),
        json!([{ "op": "replace", "value": { "id": "abf4dd94", "displayName": "Test SCIMv2" } }]),
        json!({ "displayName": "Test SCIMv2", "members": [{ "value": "1" }] }),
    );
    // "Update specific group membership"
    group(
        json!({ "displayName": "g", "members": [{ "value": "1", "type": "User" }] }),
        json!([
            { "op": "remove", "path": "members[value eq \"1\"]" },
            { "op": "add", "path": "members", "value": [{ "value": "23a35c27", "display": "test.user@okta.local" }] },
        ]),
        json!({ "displayName": "g", "members": [{ "value": "23a35c27" }] }),
    );
    group(
        json!({ "displayName": "g", "members": [{ "value": "1" }] }),
        json!([{ "op": "replace", "path": "members", "value": [{ "value": "2" }, { "value": "3" }] }]),
        json!({ "displayName": "g", "members": [{ "value": "2" }, { "value": "3" }] }),
    );
}

#[test]
fn what_goes_is_named_in_part_or_whole() {
    let known = json!({ "emails": [{ "value": "a@x.example", "type": "work" }, { "value": "b@x.example", "type": "home" }] });
    let check = |op: Value, left: &[&str]| {
        let after = patched(&USERS, known.clone(), json!([op])).unwrap();
        let after = after["emails"].as_array().cloned().unwrap_or_default();
        let after: Vec<_> = after.iter().map(|email| email["value"].as_str().unwrap()).collect();
        assert_eq!(after, left, "{op}");
    };
    let beside = |value: Value| json!({ "op": "remove", "path": "emails", "value": value });
    check(beside(json!([{ "value": "A@x.example" }])), &["b@x.example"]);
    check(beside(json!([{ "value": "a@x.example", "type": "home" }])), &["a@x.example", "b@x.example"]);
    check(beside(json!([{ "type": "home" }])), &["a@x.example"]);
    // What names none that is known does not mean all.
    for none in
        [json!([]), json!([{ "primary": true }]), json!([{ "display": "Ada" }]), json!({ "display": "Ada" })]
    {
        check(beside(none), &["a@x.example", "b@x.example"]);
    }
    check(beside(json!(null)), &[]);
    check(json!({ "op": "Remove", "path": "emails[type eq \"work\"].value" }), &["b@x.example"]);
    check(json!({ "op": "Remove", "path": "emails.value" }), &[]);
}

#[test]
fn what_looks_at_too_much_is_refused() {
    let members: Vec<_> = (0..5_000).map(|nth| json!({ "value": nth.to_string() })).collect();
    let group = json!({ "displayName": "g", "members": members });
    let simple = json!([{ "op": "remove", "path": "members[value eq \"1\"]" }]);
    assert!(patched(&GROUPS, group.clone(), simple).is_ok());
    let which = vec!["value eq \"x\""; 50].join(" or ");
    let path = format!("members[{which}]");
    let by_path = json!(vec![json!({ "op": "remove", "path": path }); 20]);
    let by_names: serde_json::Map<String, Value> =
        (0..20).map(|nth| (format!("members[{which}].x{nth}"), json!("a"))).collect();
    for ops in [by_path, json!([{ "op": "replace", "value": by_names }])] {
        let refused = patched(&GROUPS, group.clone(), ops);
        assert!(matches!(refused, Err(Refusal::TooMany(_))), "{refused:?}");
    }
}

/// RFC 7644 §3.5.2.
#[test]
fn as_the_standard_has_it() {
    let known = json!({ "emails": [
        { "value": "a@example.com", "type": "work", "primary": true }, { "value": "b@example.com", "type": "home" },
    ] });
    user(
        known.clone(),
        json!([{ "op": "add", "path": "emails", "value": { "value": "c@example.com", "primary": true } }]),
        json!({ "emails": [
            { "value": "a@example.com", "type": "work", "primary": false },
            { "value": "b@example.com", "type": "home" }, { "value": "c@example.com", "primary": true },
        ] }),
    );
    user(
        known.clone(),
        json!([{ "op": "add", "value": { "emails": [{ "value": "A@example.com", "type": "work" }], "userName": "ada" } }]),
        json!({ "userName": "ada", "emails": [
            { "value": "A@example.com", "type": "work", "primary": true }, { "value": "b@example.com", "type": "home" },
        ] }),
    );
    user(
        known.clone(),
        json!([{ "op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]" }]),
        json!({ "emails": [{ "value": "b@example.com", "type": "home" }] }),
    );
    user(
        known.clone(),
        json!([{ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "value": "d@example.com" } }]),
        json!({ "emails": [
            { "value": "a@example.com", "type": "work", "primary": true }, { "value": "d@example.com", "type": "home" },
        ] }),
    );
    user(
        json!({ "name": { "givenName": "Ada", "familyName": "Byron" } }),
        json!([{ "op": "replace", "path": "name", "value": { "familyName": "Lovelace" } }]),
        json!({ "name": { "givenName": "Ada", "familyName": "Lovelace" } }),
    );
    user(known.clone(), json!([{ "op": "add", "path": "title", "value": "Countess" }]), known.clone());
    let check = |ops: Value, expected: fn(&Refusal) -> bool| {
        let refused = patched(&USERS, known.clone(), ops.clone()).unwrap_err();
        assert!(expected(&refused), "{ops}: {refused:?}");
    };
    check(json!([{ "op": "remove" }]), |refusal| matches!(refusal, Refusal::NoTarget(_)));
    check(json!([{ "op": "replace", "path": "id", "value": "1" }]), |refusal| {
        matches!(refusal, Refusal::Mutability(_))
    });
    check(json!([{ "op": "move", "path": "name" }]), |refusal| matches!(refusal, Refusal::InvalidSyntax(_)));
    check(json!([{ "op": "add", "value": "ada" }]), |refusal| matches!(refusal, Refusal::InvalidSyntax(_)));
    check(json!([{ "op": "add", "path": "emails[type", "value": 1 }]), |refusal| {
        matches!(refusal, Refusal::InvalidPath(_))
    });
    check(json!([{ "op": "add", "path": "emails[type xx 1].value", "value": "a" }]), |refusal| {
        matches!(refusal, Refusal::InvalidFilter(_))
    });
    check(
        json!([{ "op": "replace", "path": "emails[value co \"nobody\"].value", "value": "a@example.com" }]),
        |refusal| matches!(refusal, Refusal::NoTarget(_)),
    );
    check(json!([{ "op": "replace", "path": "active", "value": "perhaps" }]), |refusal| {
        matches!(refusal, Refusal::InvalidValue(_))
    });
    check(json!(vec![json!({ "op": "add", "path": "userName", "value": "a" }); 201]), |refusal| {
        matches!(refusal, Refusal::TooMany(_))
    });
    check(json!("all"), |refusal| matches!(refusal, Refusal::InvalidSyntax(_)));
}

#[test]
fn a_whole_resource_keeps_what_it_knows() {
    let sent = json!({
        "SCHEMAS": ["urn:ietf:params:scim:schemas:core:2.0:User"], "username": "ada", "id": "1", "meta": {},
        "groups": [{ "value": "1" }], "Emails": "ada@example.com", "nickName": "A",
        ENTERPRISE: { "employeeNumber": "7", "Manager": { "value": "2", "displayName": "Eve" } },
    });
    let expected = json!({
        "userName": "ada", "emails": [{ "value": "ada@example.com" }],
        ENTERPRISE: { "manager": { "value": "2" } },
    });
    assert_eq!(whole(&USERS, sent.clone()).map(Value::Object), Ok(expected));
    assert!(matches!(whole(&GROUPS, sent), Err(Refusal::InvalidSyntax(_))));
    assert!(matches!(whole(&USERS, json!([])), Err(Refusal::InvalidSyntax(_))));
}

/// Operations made of the pieces of paths and values, in any order.
#[test]
fn nothing_makes_it_panic() {
    const PATHS: [&str; 16] = [
        "emails",
        "[",
        "]",
        "type eq \"work\"",
        ".value",
        ".",
        "members",
        "name",
        "urn:",
        ENTERPRISE,
        ":manager",
        "active",
        "\"",
        "ä",
        " ",
        "value eq \"1\"",
    ];
    let values = [
        json!(null),
        json!("a"),
        json!(true),
        json!([]),
        json!([{}]),
        json!({ "value": "1" }),
        json!([["a"]]),
        json!(1),
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap() % below
    };
    for _ in 0..20_000 {
        let path: String = (0..next(6)).map(|_| PATHS[next(PATHS.len())]).collect();
        let op = ["add", "remove", "Replace"][next(3)];
        let ops = json!([{ "op": op, "path": path, "value": values[next(values.len())] }]);
        let before = json!({ "emails": [{ "value": "1", "type": "work" }], "name": { "givenName": "Ada" } });
        for resource in [&USERS, &GROUPS] {
            let _ = patched(resource, before.clone(), ops.clone());
        }
    }
}
