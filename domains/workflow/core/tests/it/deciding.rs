//! Who decides: a person as themselves, an owner for whoever is asked, and who asked only where the definition lets
//! them.

use crate::house::{House, definition};
use billing_contract::InvoicePendingApproval;
use kernel::UserId;
use kernel::permission::BuiltinRole::{Admin, Member, Owner};
use serde_json::{Value, json};
use testkit::Stage;

const NOTHING: Value = Value::Null;

testkit::both!(
    async fn a_key_decides_nothing_whatever_its_role(stage: Stage) {
        let house = House::new(stage).await;
        let owner = house.person(&house.tenant, Owner);
        let task = house.task(&owner, json!({"role": "owner"})).await;
        for role in [Member, Admin, Owner] {
            let key = house.key_of(&owner, role);
            house.call(&key, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
            for decision in ["approve", "reject"] {
                let reply = house.call(&key, &format!("POST /tasks/{task}/{decision}"), json!({})).await;
                reply.problem(403, "workflow.person_required");
            }
        }
        let shown = house.call(&owner, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["status"], "open");
        assert!(house.messages("workflow.apply_decision").await.is_empty());
        house.call(&owner, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
    }
);

testkit::both!(
    async fn an_operator_decides_nothing_through_an_approver(stage: Stage) {
        let house = House::new(stage).await;
        let owner = house.person(&house.tenant, Owner);
        let task = house.task(&owner, json!({"role": "owner"})).await;
        let operator = house.visit_of(&owner);
        house.call(&operator, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        for decision in ["approve", "reject"] {
            let reply = house.call(&operator, &format!("POST /tasks/{task}/{decision}"), json!({})).await;
            reply.problem(403, "support_cannot_start_jobs");
        }
        let shown = house.call(&owner, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["status"], "open");
        assert!(house.messages("workflow.apply_decision").await.is_empty());
    }
);

testkit::both!(
    async fn an_owner_decides_for_an_approver_who_has_left(stage: Stage) {
        let house = House::new(stage).await;
        let (admin, owner) = (house.person(&house.tenant, Admin), house.person(&house.tenant, Owner));
        let left = house.person(&house.tenant, Member);
        let task = house.task(&admin, json!({"user_id": left.user})).await;
        house.employ(&house.tenant, left.user, Member, false);
        let approve = format!("POST /tasks/{task}/approve");
        let refused = house.call(&admin, &approve, json!({})).await;
        refused.problem(403, "workflow.not_an_approver");
        assert_eq!(refused.body["detail"], "This task is for one other member, or an owner.");
        assert_eq!(house.count(&owner, "/tasks?mine=true").await, 1);
        let decided = house.call(&owner, &approve, json!({})).await.expect(200);
        assert_eq!(decided.body["decided_by"], json!(owner.user));
    }
);

/// The task of an invoice that `requester` finalized, under a definition that says so, or says nothing.
async fn requested(house: &House, requester: Option<UserId>, may_decide: Option<bool>) -> String {
    let admin = house.person(&house.tenant, Admin);
    let mut body = definition(json!({"role": "admin"}));
    if let Some(may_decide) = may_decide {
        body["requester_may_decide"] = json!(may_decide);
    }
    let drafted = house.call(&admin, "POST /definitions", body).await.expect(201);
    assert_eq!(drafted.body["requester_may_decide"], may_decide.unwrap_or(true));
    let hold = InvoicePendingApproval { requested_by: requester, ..house.hold(&drafted.id()) };
    house.task_of(&admin, &hold).await
}

testkit::both!(
    async fn who_asked_decides_only_where_the_definition_lets_them(stage: Stage) {
        let house = House::new(stage).await;
        let (admin, other) = (house.person(&house.tenant, Admin), house.person(&house.tenant, Admin));
        let (owner, member) = (house.person(&house.tenant, Owner), house.person(&house.tenant, Member));
        let refused = Some("workflow.requester_may_not_decide");
        let cases = [
            (Some(admin.user), None, &admin, None),
            (Some(admin.user), Some(true), &admin, None),
            (Some(admin.user), Some(false), &admin, refused),
            (Some(admin.user), Some(false), &other, None),
            (Some(owner.user), Some(false), &owner, refused),
            (Some(owner.user), Some(false), &admin, None),
            (Some(member.user), Some(false), &member, Some("workflow.not_an_approver")),
            (None, Some(false), &admin, None),
        ];
        for (requester, may_decide, decider, expected) in cases {
            let task = requested(&house, requester, may_decide).await;
            let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
            assert_eq!(shown.body["requester_may_decide"], may_decide.unwrap_or(true));
            assert_eq!(
                house.count(decider, "/tasks?mine=true").await,
                usize::from(expected.is_none()),
                "{task}"
            );
            for decision in ["reject", "approve"] {
                if decision == "reject" && expected.is_none() {
                    continue;
                }
                let reply = house.call(decider, &format!("POST /tasks/{task}/{decision}"), json!({})).await;
                let code = reply.body["code"].as_str();
                assert_eq!(code, expected, "{requester:?} {may_decide:?} {}", reply.body);
            }
            if expected.is_some() {
                let unrelated = house.person(&house.tenant, Owner);
                let rejected = house.call(&unrelated, &format!("POST /tasks/{task}/reject"), json!({})).await;
                rejected.expect(200);
            }
        }
    }
);
