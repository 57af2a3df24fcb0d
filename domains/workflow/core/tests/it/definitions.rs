//! Definitions: what they must say, and what publishing and retiring does to billing's hold rules.

use crate::house::{House, definition};
use billing_contract::{BillingError, HoldRuleId};
use kernel::contract::Cause;
use kernel::permission::BuiltinRole::{Admin, Member, Owner, Viewer};
use kernel::{Currency, Money};
use serde_json::{Value, json};
use testkit::Stage;

const NOTHING: Value = Value::Null;

/// A definition with one field replaced (`null` takes it away).
fn with(pointer: &str, value: Value) -> Value {
    let mut body = definition(json!({"role": "admin"}));
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let object = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(object.remove(field)),
        value => drop(object.insert(field.to_owned(), value)),
    }
    body
}

testkit::both!(
    async fn a_definition_is_refused_with_all_its_faults(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let viewer = house.person(&house.tenant, Viewer);
        let left = house.person(&house.tenant, Member);
        house.employ(&house.tenant, left.user, Member, false);
        let stranger = house.person(&house.neighbour, Admin);
        let user = |id: kernel::UserId| json!({ "user_id": id });
        let everything = json!({
            "name": "", "trigger": "x", "approver": {"user_id": stranger.user},
            "condition": {"total_over": {"amount": -1, "currency": "USD"}},
        });
        let cases: Vec<(Value, u16, &[&str])> = vec![
            (definition(json!({"role": "admin"})), 201, &[]),
            (definition(json!({"role": "member"})), 201, &[]),
            (definition(json!({"role": "owner"})), 201, &[]),
            (definition(user(admin.user)), 201, &[]),
            (with("/name", json!("x".repeat(200))), 201, &[]),
            (with("/condition/total_over/amount", json!(0)), 201, &[]),
            (with("/requester_may_decide", json!(false)), 201, &[]),
            (with("/requester_may_decide", json!("no")), 400, &["/requester_may_decide"]),
            (with("/name", json!(" ")), 422, &["/name"]),
            (with("/name", json!("x".repeat(201))), 422, &["/name"]),
            (with("/trigger", json!("billing.invoice_pay")), 422, &["/trigger"]),
            (with("/condition/total_over/amount", json!(-1)), 422, &["/condition/total_over/amount"]),
            (with("/condition/total_over/currency", json!("usd")), 400, &["/condition/total_over/currency"]),
            (with("/condition/total_over", NOTHING), 422, &["/condition/total_over"]),
            (with("/approvers", json!([])), 400, &["/approvers"]),
            (definition(json!({})), 422, &["/approver"]),
            (definition(json!({"role": "admin", "user_id": admin.user})), 422, &["/approver"]),
            (definition(json!({"role": "viewer"})), 422, &["/approver/role"]),
            (definition(json!({"role": "boss"})), 422, &["/approver/role"]),
            (definition(user(viewer.user)), 422, &["/approver/user_id"]),
            (definition(user(left.user)), 422, &["/approver/user_id"]),
            (definition(user(stranger.user)), 422, &["/approver/user_id"]),
            (everything, 422, &["/name", "/trigger", "/condition/total_over/amount", "/approver/user_id"]),
        ];
        let mut accepted = 0;
        for (body, status, pointers) in cases {
            let reply = house.call(&admin, "POST /definitions", body.clone()).await;
            let found: Vec<_> = reply.body["errors"].as_array().into_iter().flatten().collect();
            let found: Vec<_> = found.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!((reply.status, found.as_slice()), (status, pointers), "{body}: {}", reply.body);
            accepted += usize::from(status == 201);
        }
        assert_eq!(house.count(&admin, "/definitions").await, accepted);
        assert!(house.billing.put_hold_rule_calls().is_empty(), "a draft holds nothing");
    }
);

testkit::both!(
    async fn publishing_puts_a_hold_rule_and_retiring_removes_it(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let draft =
            house.call(&admin, "POST /definitions", definition(json!({"role": "admin"}))).await.expect(201);
        let id = draft.id();
        let rule: HoldRuleId = id.parse().unwrap();
        assert_eq!((draft.body["status"].as_str(), draft.etag.as_deref()), (Some("draft"), Some("\"1\"")));

        let published =
            house.call(&admin, &format!("POST /definitions/{id}/publish"), NOTHING).await.expect(200);
        assert_eq!(published.body["status"], "published");
        assert_eq!(published.body["published_at"], "2026-01-15T12:00:00Z");
        let put = house.billing.put_hold_rule_calls();
        assert_eq!((put.len(), put[0].rule), (1, rule));
        assert_eq!(put[0].total_over, Money::new(100_000, Currency::USD));

        let again = house.call(&admin, &format!("POST /definitions/{id}/publish"), NOTHING).await;
        again.problem(409, "workflow.definition_not_a_draft");
        assert_eq!(house.billing.put_hold_rule_calls().len(), 1);

        let retired =
            house.call(&admin, &format!("POST /definitions/{id}/retire"), NOTHING).await.expect(200);
        assert_eq!(retired.body["status"], "retired");
        assert_eq!(
            house.billing.remove_hold_rule_calls().iter().map(|call| call.rule).collect::<Vec<_>>(),
            [rule]
        );
        let again = house.call(&admin, &format!("POST /definitions/{id}/retire"), NOTHING).await.expect(200);
        assert_eq!(again.body, retired.body);
        house
            .call(&admin, &format!("POST /definitions/{id}/publish"), NOTHING)
            .await
            .problem(409, "workflow.definition_not_a_draft");
        let shown = house.call(&admin, &format!("GET /definitions/{id}"), NOTHING).await.expect(200);
        assert_eq!((shown.body, shown.etag.as_deref()), (retired.body, Some("\"3\"")));
        assert_eq!(house.messages("audit.entry").await.len(), 3, "created, published, retired");
    }
);

testkit::both!(
    async fn a_definition_stays_a_draft_when_billing_does_not_take_the_rule(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let approver = house.person(&house.tenant, Member);
        let body = definition(json!({"user_id": approver.user}));
        let id = house.call(&admin, "POST /definitions", body).await.expect(201).id();
        let publish = format!("POST /definitions/{id}/publish");
        house.billing.on_put_hold_rule(|_, _| Err(BillingError::Unavailable(Cause::new("away"))));
        house.call(&admin, &publish, NOTHING).await.problem(503, "unavailable");
        house
            .billing
            .on_put_hold_rule(|_, _| Err(BillingError::Invalid { detail: "too many rules".to_owned() }));
        house.call(&admin, &publish, NOTHING).await.problem(422, "workflow.hold_rule_refused");
        house.employ(&house.tenant, approver.user, Viewer, true);
        house.call(&admin, &publish, NOTHING).await.problem(409, "workflow.approver_cannot_decide");
        let shown = house.call(&admin, &format!("GET /definitions/{id}"), NOTHING).await.expect(200);
        assert_eq!(
            (shown.body["status"].as_str(), house.billing.put_hold_rule_calls().len()),
            (Some("draft"), 2)
        );
    }
);

testkit::both!(
    async fn publishing_with_a_key_happens_once(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let body = definition(json!({"role": "owner"}));
        let id = house.call(&admin, "POST /definitions", body).await.expect(201).id();
        let publish = format!("POST /definitions/{id}/publish");
        let first = house.call_with_key(&admin, &publish, NOTHING, Some("k")).await.expect(200);
        let second = house.call_with_key(&admin, &publish, NOTHING, Some("k")).await.expect(200);
        assert_eq!((first.replayed, second.replayed, &first.body), (false, true, &second.body));
        assert_eq!(house.billing.put_hold_rule_calls().len(), 1);
    }
);

testkit::both!(
    async fn roles_and_neighbours_are_kept_apart(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let stranger = house.person(&house.neighbour, Owner);
        let mut body = definition(json!({"role": "admin"}));
        for (role, status) in [(Viewer, 403), (Member, 403), (Admin, 201), (Owner, 201)] {
            let person = house.person(&house.tenant, role);
            house.call(&person, "POST /definitions", body.clone()).await.expect(status);
            assert!(house.call(&person, "GET /definitions", NOTHING).await.status == 200);
        }
        assert_eq!(house.count(&stranger, "/definitions").await, 0);
        let id = house.call(&admin, "POST /definitions", body.clone()).await.expect(201).id();
        for line in ["GET /definitions/ID", "POST /definitions/ID/publish", "POST /definitions/ID/retire"] {
            let reply = house.call(&stranger, &line.replace("ID", &id), NOTHING).await;
            reply.problem(404, "workflow.definition_not_found");
        }
        assert!(house.billing.put_hold_rule_calls().is_empty());
        body["id"] = json!(id);
        house
            .call(&admin, "POST /definitions", body.clone())
            .await
            .problem(409, "workflow.definition_exists");
        house.call(&stranger, "POST /definitions", body).await.expect(201);
    }
);
