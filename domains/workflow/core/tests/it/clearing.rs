//! What one rejection does to the other tasks of its invoice, whichever of billing's events is heard first.

use crate::house::House;
use billing_contract::InvoicePendingApproval;
use kernel::permission::BuiltinRole::{Admin, Owner};
use serde_json::{Value, json};
use testkit::Stage;

const NOTHING: Value = Value::Null;

/// Two holds on one invoice.
async fn two_holds(house: &House) -> (InvoicePendingApproval, InvoicePendingApproval) {
    let admin = house.person(&house.tenant, Admin);
    let first = house.hold(&house.published(&admin, json!({"role": "admin"})).await);
    let second = house.hold(&house.published(&admin, json!({"role": "admin"})).await);
    let invoice = first.invoice;
    (first, InvoicePendingApproval { invoice, ..second })
}

testkit::both!(
    async fn a_rejection_closes_the_other_tasks(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let (rejected, other) = two_holds(&house).await;
        let elsewhere = house.task(&admin, json!({"role": "admin"})).await;
        let rejected_task = house.task_of(&admin, &rejected).await;
        let task = house.task_of(&admin, &other).await;
        house.call(&admin, &format!("POST /tasks/{rejected_task}/reject"), json!({})).await.expect(200);
        let audited = house.messages("audit.entry").await.len();
        for _ in 0..2 {
            house.reject(&house.tenant, &rejected, &[&other]).await.unwrap();
        }

        let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        let found =
            ["status", "decided_by", "decided_at", "comment", "applied_at"].map(|field| &shown.body[field]);
        assert_eq!(found, [&json!("cleared"), &NOTHING, &NOTHING, &NOTHING, &NOTHING]);
        for decision in ["approve", "reject"] {
            let late = house.call(&admin, &format!("POST /tasks/{task}/{decision}"), json!({})).await;
            late.problem(409, "workflow.task_cleared");
        }
        for (id, status) in [(&elsewhere, "open"), (&rejected_task, "rejected")] {
            let shown = house.call(&admin, &format!("GET /tasks/{id}"), NOTHING).await.expect(200);
            assert_eq!(shown.body["status"], status);
        }
        assert_eq!(house.count(&admin, "/tasks?status=cleared").await, 1);
        assert_eq!(house.count(&admin, "/tasks?mine=true").await, 1);
        assert_eq!(house.messages("workflow.apply_decision").await.len(), 1);
        assert_eq!(house.messages("audit.entry").await.len(), audited + 1);
    }
);

testkit::both!(
    async fn a_hold_that_is_cleared_before_it_is_heard_of_opens_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let (rejected, late) = two_holds(&house).await;
        house.reject(&house.tenant, &rejected, &[&late]).await.unwrap();
        for _ in 0..2 {
            house.announce(&house.tenant, &late).await.unwrap();
        }
        assert_eq!(house.count(&admin, "/tasks").await, 0);
        assert!(house.messages("workflow.task_opened").await.is_empty());
        house.announce(&house.tenant, &rejected).await.unwrap();
        let again = InvoicePendingApproval { hold: house.hold(&late.rule.to_string()).hold, ..late };
        house.announce(&house.tenant, &again).await.unwrap();
        assert_eq!(house.count(&admin, "/tasks?status=open").await, 2, "another round is asked for anew");
    }
);

testkit::both!(
    async fn events_that_are_heard_at_once_leave_nothing_open(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let (rejected, other) = two_holds(&house).await;
        for round in 0..20 {
            let hold =
                InvoicePendingApproval { hold: house.hold(&other.rule.to_string()).hold, ..other.clone() };
            let cleared = [&hold];
            let (opened, cleared) = tokio::join!(
                house.announce(&house.tenant, &hold),
                house.reject(&house.tenant, &rejected, &cleared)
            );
            assert!(opened.is_ok() && cleared.is_ok(), "round {round}: {opened:?} {cleared:?}");
            assert_eq!(house.count(&admin, "/tasks?status=open").await, 0, "round {round}");
        }
    }
);

testkit::both!(
    async fn a_decision_stands_and_a_neighbour_clears_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let (rejected, other) = two_holds(&house).await;
        let task = house.task_of(&admin, &other).await;
        house.reject(&house.neighbour, &rejected, &[&other]).await.unwrap();
        assert_eq!(house.count(&admin, "/tasks?status=open").await, 1);
        let owner = house.person(&house.tenant, Owner);
        house.call(&owner, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        house.reject(&house.tenant, &rejected, &[&other]).await.unwrap();
        let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["status"], "approved");
    }
);
