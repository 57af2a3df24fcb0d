//! What a decision does to the invoice: once, whatever happens on the way.

use crate::house::{Bearers, House};
use billing_contract::{BillingError, InvoiceState, InvoiceStatus};
use jobs::{JobFailure, Runtime, Status};
use kernel::contract::Cause;
use kernel::permission::BuiltinRole::Admin;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testkit::{Stage, eventually};

const NOTHING: Value = Value::Null;

type Refusal = fn() -> BillingError;

testkit::both!(
    async fn an_approval_releases_the_hold_once(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let definition = house.published(&admin, json!({"role": "admin"})).await;
        let hold = house.hold(&definition);
        house.announce(&house.tenant, &hold).await.unwrap();
        let tasks = house.call(&admin, "GET /tasks", NOTHING).await.expect(200);
        let task = tasks.body["data"][0]["id"].as_str().unwrap().to_owned();
        let Err(JobFailure::Permanent(early)) = house.apply(&task).await else {
            panic!("nothing is decided")
        };
        assert_eq!(early.kind.code, "workflow.decision_not_applicable");

        let decided = house.call(&admin, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        assert_eq!((&decided.body["status"], &decided.body["applied_at"]), (&json!("approved"), &NOTHING));
        house.apply(&task).await.unwrap();
        house.apply(&task).await.unwrap();
        let releases = house.billing.release_hold_calls();
        let [release] = releases.as_slice() else { panic!("{releases:?}") };
        assert_eq!((release.invoice, release.rule, release.hold), (hold.invoice, hold.rule, hold.hold));
        assert_eq!(release.decided_by, admin.user);
        let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["applied_at"], "2026-01-15T12:00:00Z");
    }
);

testkit::both!(
    async fn a_rejection_carries_its_reason(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let longest = "é".repeat(billing_contract::MAX_REASON_CHARACTERS);
        for (nth, reason) in ["wrong customer", &longest].into_iter().enumerate() {
            let task = house.task(&admin, json!({"role": "admin"})).await;
            let body = json!({ "comment": reason });
            house.call(&admin, &format!("POST /tasks/{task}/reject"), body).await.expect(200);
            house.apply(&task).await.unwrap();
            let rejections = house.billing.reject_hold_calls();
            assert_eq!((rejections.len(), rejections[nth].decided_by), (nth + 1, admin.user));
            assert_eq!(rejections[nth].reason.as_deref(), Some(reason));
        }
        assert!(house.billing.release_hold_calls().is_empty());
    }
);

testkit::both!(
    async fn what_may_pass_is_tried_again_and_the_rest_is_given_up(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let task = house.task(&admin, json!({"role": "admin"})).await;
        house.call(&admin, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        let cases: [(Refusal, bool, &str); 5] = [
            (|| BillingError::Unavailable(Cause::new("connection refused")), true, "connection refused"),
            (|| BillingError::DeadlineExceeded, true, "took too long"),
            (|| BillingError::NotHeld, false, "not held"),
            (|| BillingError::InvoiceNotFound, false, "no such invoice"),
            (
                || BillingError::Invalid { detail: "the year is closed".to_owned() },
                false,
                "the year is closed",
            ),
        ];
        for (error, retried, words) in cases {
            house.billing.on_release_hold(move |_, _| Err(error()));
            let failure = house.apply(&task).await.unwrap_err();
            let text = failure.to_string();
            assert_eq!(matches!(failure, JobFailure::Retry(_)), retried, "{text}");
            assert_eq!(matches!(failure, JobFailure::Permanent(_)), !retried, "{text}");
            assert!(text.contains(words), "{text}");
        }
        house.billing.on_release_hold(|_, release| {
            Ok(InvoiceState { invoice: release.invoice, status: InvoiceStatus::Open, number: None })
        });
        house.apply(&task).await.unwrap();
    }
);

testkit::both!(
    async fn the_workers_apply_decisions_by_themselves(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let approved = house.task(&admin, json!({"role": "admin"})).await;
        let rejected = house.task(&admin, json!({"role": "admin"})).await;
        house.billing.on_reject_hold(|_, _| Err(BillingError::NotHeld));
        let runtime = Runtime::start(jobs::Setup {
            domains: vec![jobs::Domain {
                databases: house.databases.clone(),
                handlers: house.handlers.clone(),
                schedules: Vec::new(),
            }],
            remote: Vec::new(),
            settings: jobs::Settings { sweep: Duration::from_secs(3_600), ..jobs::Settings::default() },
            identity: Arc::new(Bearers),
            entitlements: None,
            clock: house.stage.clock.clone(),
        })
        .unwrap();
        house.call(&admin, &format!("POST /tasks/{approved}/approve"), json!({})).await.expect(200);
        house.call(&admin, &format!("POST /tasks/{rejected}/reject"), json!({})).await.expect(200);
        eventually("the approval is applied", async || {
            let shown = house.call(&admin, &format!("GET /tasks/{approved}"), NOTHING).await.expect(200);
            shown.body["applied_at"].as_str().map(str::to_owned)
        })
        .await;
        let dead = eventually("the rejection that cannot be applied is dead", async || {
            let jobs = house.messages("workflow.apply_decision").await;
            jobs.into_iter().find(|job| job.status == Status::Dead)
        })
        .await;
        let words =
            "workflow.decision_not_applicable: The decision cannot be applied: the invoice is not held";
        assert!(dead.last_error.as_deref().unwrap().starts_with(words), "{dead:?}");
        assert_eq!(house.billing.release_hold_calls().len(), 1);
        runtime.shutdown(Duration::from_secs(5)).await;
    }
);
