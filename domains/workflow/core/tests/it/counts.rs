//! Counts that inventory holds: the same questions as about invoices, asked of another domain.

use crate::house::{House, definition};
use inventory_contract::{
    CountHeld, CountHoldId, CountHoldRuleId, CountId, CountState, CountStatus, InventoryError, Variance,
    WarehouseId,
};
use jobs::JobFailure;
use kernel::contract::Cause;
use kernel::permission::BuiltinRole::{Admin, Owner};
use kernel::{Currency, Money, Quantity};
use serde_json::{Value, json};
use testkit::Stage;

const NOTHING: Value = Value::Null;

type Refusal = fn() -> InventoryError;

/// `Counts off by more than 5`, or what else the condition says.
fn of_counts(condition: Value) -> Value {
    json!({
        "name": "Counts that are far off",
        "trigger": "inventory.count_submit",
        "condition": condition,
        "approver": {"role": "admin"},
    })
}

fn over_five() -> Value {
    of_counts(json!({"quantity_over": "5"}))
}

impl House {
    async fn published_count(&self, body: Value) -> String {
        let admin = self.person(&self.tenant, Admin);
        let id = self.call(&admin, "POST /definitions", body).await.expect(201).id();
        self.call(&admin, &format!("POST /definitions/{id}/publish"), NOTHING).await.expect(200);
        id
    }

    /// A new hold of this definition's rule on a new count.
    fn count_hold(&self, definition: &str) -> CountHeld {
        let now = self.stage.clock.now();
        CountHeld {
            count: CountId::new(now),
            rule: definition.parse::<CountHoldRuleId>().unwrap(),
            hold: CountHoldId::new(now),
            variance: Variance::Quantity(Quantity::whole(7)),
            warehouse: WarehouseId::new(now),
            warehouse_name: "North".to_owned(),
            reason: "Once a year".to_owned(),
            requested_by: Some(self.tenant.owner),
        }
    }

    /// The task that this hold opens.
    async fn count_task(&self, hold: &CountHeld) -> Value {
        self.announce_count(&self.tenant, hold).await.unwrap();
        let admin = self.person(&self.tenant, Admin);
        let tasks = self.call(&admin, "GET /tasks?limit=1", NOTHING).await.expect(200);
        tasks.body["data"][0].clone()
    }
}

testkit::both!(
    async fn a_definition_has_the_terms_of_its_trigger(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let money = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let mut of_invoices = definition(json!({"role": "admin"}));
        of_invoices["condition"] = json!({"quantity_over": "5"});
        let faults: [&[&str]; 2] =
            [&["/condition/quantity_over", "/condition/total_over"], &["/condition/quantity_over"]];
        let cases: Vec<(Value, u16, &[&str])> = vec![
            (of_counts(json!({"quantity_over": "5"})), 201, &[]),
            (of_counts(json!({"quantity_over": "0"})), 201, &[]),
            (of_counts(json!({"value_over": money(0)})), 201, &[]),
            (of_counts(json!({})), 422, &["/condition"]),
            (of_counts(json!({"quantity_over": "5", "value_over": money(5)})), 422, &["/condition"]),
            (of_counts(json!({"quantity_over": "-1"})), 422, faults[1]),
            (of_counts(json!({"value_over": money(-1)})), 422, &["/condition/value_over/amount"]),
            (
                of_counts(json!({"quantity_over": "5", "total_over": money(5)})),
                422,
                &["/condition/total_over"],
            ),
            (of_counts(json!({"quantity_over": "many"})), 400, faults[1]),
            (of_counts(json!({"amount_over": "5"})), 400, &["/condition/amount_over"]),
            (of_invoices, 422, faults[0]),
        ];
        for (body, status, pointers) in cases {
            let reply = house.call(&admin, "POST /definitions", body.clone()).await;
            let found: Vec<_> = reply.body["errors"].as_array().into_iter().flatten().collect();
            let found: Vec<_> = found.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
            assert_eq!((reply.status, found.as_slice()), (status, pointers), "{body}: {}", reply.body);
            if status == 201 {
                assert_eq!(reply.body["trigger"], "inventory.count_submit");
                assert_eq!(reply.body["condition"], body["condition"]);
                let shown = house.call(&admin, &format!("GET /definitions/{}", reply.id()), NOTHING).await;
                assert_eq!(shown.body, reply.body);
            }
        }
        assert!(house.inventory.put_hold_rule_calls().is_empty(), "a draft holds nothing");
    }
);

testkit::both!(
    async fn publishing_and_retiring_ask_inventory_alone(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let five = Variance::Quantity(Quantity::whole(5));
        let worth = Variance::Value(Money::new(5_000, Currency::USD));
        let value = json!({"value_over": {"amount": 5_000, "currency": "USD"}});
        for (body, over) in [(over_five(), five), (of_counts(value), worth)] {
            let id = house.published_count(body).await;
            let rule: CountHoldRuleId = id.parse().unwrap();
            let put = house.inventory.put_hold_rule_calls().pop().unwrap();
            assert_eq!((put.rule, put.name.as_str(), put.over), (rule, "Counts that are far off", over));
            house.call(&admin, &format!("POST /definitions/{id}/retire"), NOTHING).await.expect(200);
            assert_eq!(house.inventory.remove_hold_rule_calls().pop().unwrap().rule, rule);
        }
        let id = house.call(&admin, "POST /definitions", over_five()).await.expect(201).id();
        let publish = format!("POST /definitions/{id}/publish");
        house.inventory.on_put_hold_rule(|_, _| Err(InventoryError::Unavailable(Cause::new("away"))));
        house.call(&admin, &publish, NOTHING).await.problem(503, "unavailable");
        let refused = || InventoryError::Invalid { detail: "too many rules".to_owned() };
        house.inventory.on_put_hold_rule(move |_, _| Err(refused()));
        house.call(&admin, &publish, NOTHING).await.problem(422, "workflow.hold_rule_refused");
        let shown = house.call(&admin, &format!("GET /definitions/{id}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["status"], "draft");
        assert!(house.billing.put_hold_rule_calls().is_empty());
        assert!(house.billing.remove_hold_rule_calls().is_empty());
    }
);

testkit::both!(
    async fn a_held_count_opens_one_task_that_says_what_it_is_about(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let hold = house.count_hold(&house.published_count(over_five()).await);
        let task = house.count_task(&hold).await;
        house.announce_count(&house.tenant, &hold).await.unwrap();
        assert_eq!(house.count(&admin, "/tasks").await, 1, "one hold, one task");
        assert_eq!(task["title"], "Count of North, off by 7 of one item");
        assert_eq!(task["subject"], json!({"kind": "count", "id": hold.count}));
        assert_eq!((&task["total"], &task["warehouse_id"]), (&NOTHING, &json!(hold.warehouse)));
        assert_eq!(task["variance"], json!({"quantity": "7", "value": null}));
        assert_eq!(task["requested_by"], json!(house.tenant.owner));

        let worth = Variance::Value(Money::new(12_300, Currency::USD));
        let second = CountHeld { variance: worth, ..house.count_hold(&hold.rule.to_string()) };
        let task = house.count_task(&second).await;
        assert_eq!(task["title"], "Count of North, off by 123.00 USD");
        let value = json!({"amount": 12_300, "currency": "USD"});
        assert_eq!(task["variance"], json!({"quantity": null, "value": value}));
        assert_eq!(house.messages("workflow.task_opened").await.len(), 2);

        let Err(JobFailure::Permanent(problem)) = house.announce_count(&house.neighbour, &hold).await else {
            panic!("the definition is another tenant's")
        };
        assert_eq!(problem.kind.code, "workflow.unknown_hold_rule");
        let of_invoice = house.task(&admin, json!({"role": "admin"})).await;
        let shown = house.call(&admin, &format!("GET /tasks/{of_invoice}"), NOTHING).await.expect(200);
        assert_eq!([&shown.body["warehouse_id"], &shown.body["variance"]], [&NOTHING, &NOTHING]);
    }
);

testkit::both!(
    async fn a_decision_is_told_to_inventory_alone(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let approved = house.count_hold(&house.published_count(over_five()).await);
        let task = house.count_task(&approved).await["id"].as_str().unwrap().to_owned();
        house.call(&admin, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        house.apply(&task).await.unwrap();
        house.apply(&task).await.unwrap();
        let releases = house.inventory.release_hold_calls();
        let [release] = releases.as_slice() else { panic!("{releases:?}") };
        assert_eq!(
            (release.count, release.rule, release.hold),
            (approved.count, approved.rule, approved.hold)
        );
        assert_eq!(release.decided_by, admin.user);
        let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["applied_at"], "2026-01-15T12:00:00Z");

        // What inventory would not take is refused before it is decided.
        let rejected = house.count_hold(&approved.rule.to_string());
        let task = house.count_task(&rejected).await["id"].as_str().unwrap().to_owned();
        let reject = format!("POST /tasks/{task}/reject");
        let longest = "é".repeat(inventory_contract::MAX_REASON_CHARACTERS);
        let longer = json!({ "comment": format!("{longest}!") });
        house.call(&admin, &reject, longer).await.expect(422);
        house.call(&admin, &reject, json!({ "comment": longest })).await.expect(200);
        house.apply(&task).await.unwrap();
        let rejections = house.inventory.reject_hold_calls();
        let [rejection] = rejections.as_slice() else { panic!("{rejections:?}") };
        assert_eq!((rejection.count, rejection.hold), (rejected.count, rejected.hold));
        assert_eq!(rejection.reason.as_deref(), Some(longest.as_str()));
        assert!(
            house.billing.release_hold_calls().is_empty() && house.billing.reject_hold_calls().is_empty()
        );
    }
);

testkit::both!(
    async fn what_inventory_may_take_later_is_tried_again_and_the_rest_is_given_up(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let hold = house.count_hold(&house.published_count(over_five()).await);
        let task = house.count_task(&hold).await["id"].as_str().unwrap().to_owned();
        house.call(&admin, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        let cases: [(Refusal, bool, &str); 5] = [
            (|| InventoryError::Unavailable(Cause::new("connection refused")), true, "connection refused"),
            (|| InventoryError::DeadlineExceeded, true, "took too long"),
            (|| InventoryError::NotHeld, false, "not held"),
            (|| InventoryError::CountNotFound, false, "no such count"),
            (|| InventoryError::Invalid { detail: "too long".to_owned() }, false, "too long"),
        ];
        for (error, retried, words) in cases {
            house.inventory.on_release_hold(move |_, _| Err(error()));
            let failure = house.apply(&task).await.unwrap_err();
            let text = failure.to_string();
            assert_eq!(matches!(failure, JobFailure::Retry(_)), retried, "{text}");
            assert_eq!(matches!(failure, JobFailure::Permanent(_)), !retried, "{text}");
            assert!(text.contains(words), "{text}");
        }
        // Released, and the stock had moved too far: open again, and the decision is carried out all the same.
        house
            .inventory
            .on_release_hold(|_, release| Ok(CountState { count: release.count, status: CountStatus::Open }));
        house.apply(&task).await.unwrap();
    }
);

testkit::both!(
    async fn a_rejection_and_a_cancelled_count_close_what_is_left_to_decide(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let definition = house.published_count(over_five()).await;
        for cancelled in [false, true] {
            let [first, second, late] = std::array::from_fn(|_| house.count_hold(&definition));
            let (second, late) =
                (CountHeld { count: first.count, ..second }, CountHeld { count: first.count, ..late });
            let elsewhere = house.count_task(&house.count_hold(&definition)).await;
            let task = house.count_task(&second).await;
            let told = async || {
                let cleared = [&second, &late];
                if cancelled {
                    house.cancel_count(&house.tenant, first.count, &cleared).await.unwrap();
                } else {
                    house.reject_count(&house.tenant, &first, &cleared).await.unwrap();
                }
            };
            told().await;
            told().await;
            let status = async |task: &Value| {
                let line = format!("GET /tasks/{}", task["id"].as_str().unwrap());
                house.call(&admin, &line, NOTHING).await.expect(200).body["status"].clone()
            };
            assert_eq!((status(&task).await, status(&elsewhere).await), (json!("cleared"), json!("open")));
            let line = format!("POST /tasks/{}/approve", task["id"].as_str().unwrap());
            house.call(&admin, &line, json!({})).await.problem(409, "workflow.task_cleared");
            // What is announced after it was cleared opens nothing; what is put on the count anew does.
            let before = house.count(&admin, "/tasks").await;
            house.announce_count(&house.tenant, &late).await.unwrap();
            assert_eq!(house.count(&admin, "/tasks").await, before);
            let again = CountHeld { count: first.count, ..house.count_hold(&definition) };
            house.announce_count(&house.tenant, &again).await.unwrap();
            assert_eq!(house.count(&admin, "/tasks").await, before + 1);
        }
        let stranger = house.person(&house.neighbour, Owner);
        assert_eq!(house.count(&stranger, "/tasks").await, 0);
    }
);
