//! Tasks: one for each hold, decided once, by whom the definition names.

use crate::house::{House, definition};
use jobs::JobFailure;
use kernel::id::MessageId;
use kernel::permission::BuiltinRole::{Admin, Member, Owner, Viewer};
use serde_json::{Value, json};
use testkit::Stage;

const NOTHING: Value = Value::Null;

testkit::both!(
    async fn a_hold_opens_one_task_however_often_it_is_announced(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let definition = house.published(&admin, json!({"role": "admin"})).await;
        let hold = house.hold(&definition);
        let message = MessageId::new(house.stage.clock.now());
        house.announce_as(message, &house.tenant, &hold).await.unwrap();
        let Err(JobFailure::Retry(again)) = house.announce_as(message, &house.tenant, &hold).await else {
            panic!("the inbox knows the message")
        };
        assert_eq!(again.kind.code, "already_applied");
        house.announce(&house.tenant, &hold).await.unwrap();

        let tasks = house.call(&admin, "GET /tasks", NOTHING).await.expect(200);
        let [task] = tasks.body["data"].as_array().unwrap().as_slice() else { panic!("{}", tasks.body) };
        assert_eq!(task["title"], "Invoice of 1234.00 USD to Alfreds Futterkiste");
        assert_eq!(task["subject"], json!({"kind": "invoice", "id": hold.invoice}));
        assert_eq!(task["total"], json!({"amount": 123_400, "currency": "USD"}));
        assert_eq!((&task["status"], &task["approver"]), (&json!("open"), &json!({"role": "admin"})));
        assert_eq!(house.messages("workflow.task_opened").await.len(), 1);

        let second_round =
            billing_contract::InvoicePendingApproval { invoice: hold.invoice, ..house.hold(&definition) };
        house.announce(&house.tenant, &second_round).await.unwrap();
        assert_eq!(house.count(&admin, "/tasks").await, 2);
    }
);

testkit::both!(
    async fn a_hold_of_an_unknown_rule_is_given_up(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let stranger = house.person(&house.neighbour, Admin);
        let hold = house.hold(&house.published(&admin, json!({"role": "admin"})).await);
        let Err(JobFailure::Permanent(problem)) = house.announce(&house.neighbour, &hold).await else {
            panic!("the definition is another tenant's")
        };
        assert_eq!(problem.kind.code, "workflow.unknown_hold_rule");
        assert_eq!(house.count(&admin, "/tasks").await + house.count(&stranger, "/tasks").await, 0);
    }
);

testkit::both!(
    async fn a_hold_of_a_draft_or_retired_definition_opens_a_task_too(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let body = definition(json!({"role": "admin"}));
        let draft = house.call(&admin, "POST /definitions", body).await.expect(201).id();
        house.announce(&house.tenant, &house.hold(&draft)).await.unwrap();
        house.call(&admin, &format!("POST /definitions/{draft}/retire"), NOTHING).await.expect(200);
        house.announce(&house.tenant, &house.hold(&draft)).await.unwrap();
        assert_eq!(house.count(&admin, "/tasks?status=open").await, 2);
    }
);

testkit::both!(
    async fn only_an_approver_decides(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let named = house.person(&house.tenant, Member);
        let user = json!({"user_id": named.user});
        let role = |role: &str| json!({ "role": role });
        let refused = Some("workflow.not_an_approver");
        let cases = [
            (role("admin"), Viewer, Some("forbidden")),
            (role("admin"), Member, refused),
            (role("admin"), Admin, None),
            (role("admin"), Owner, None),
            (role("member"), Member, None),
            (role("owner"), Admin, refused),
            (user.clone(), Member, refused),
            (user.clone(), Admin, refused),
            (user.clone(), Owner, None),
        ];
        for (approver, decider, expected) in cases {
            let task = house.task(&admin, approver.clone()).await;
            let person = house.person(&house.tenant, decider);
            let reply = house.call(&person, &format!("POST /tasks/{task}/approve"), json!({})).await;
            let code = reply.body["code"].as_str();
            assert_eq!(code, expected, "{approver} by {decider:?}: {}", reply.body);
            let status = if expected.is_some() { "open" } else { "approved" };
            let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
            assert_eq!(shown.body["status"], status, "{approver} by {decider:?}");
        }
        let task = house.task(&admin, user).await;
        house.employ(&house.tenant, named.user, Member, false);
        let gone = house.call(&named, &format!("POST /tasks/{task}/approve"), json!({})).await;
        gone.problem(403, "workflow.not_an_approver");
        house.employ(&house.tenant, named.user, Member, true);
        let decided = house.call(&named, &format!("POST /tasks/{task}/approve"), json!({})).await.expect(200);
        assert_eq!(decided.body["decided_by"], json!(named.user));
    }
);

testkit::both!(
    async fn of_two_racing_deciders_one_is_told_it_was_decided(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.person(&house.tenant, Admin), house.person(&house.tenant, Admin));
        let task = house.task(&ada, json!({"role": "admin"})).await;
        let (approve, reject) = (format!("POST /tasks/{task}/approve"), format!("POST /tasks/{task}/reject"));
        let (first, second) =
            tokio::join!(house.call(&ada, &approve, json!({})), house.call(&bob, &reject, json!({})));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{first:?} {second:?}");
        let loser = if first.status == 409 { &first } else { &second };
        loser.problem(409, "workflow.task_already_decided");
        let later = house.call(&bob, &approve, json!({})).await;
        later.problem(409, "workflow.task_already_decided");
        assert_eq!(house.messages("workflow.task_decided").await.len(), 1);
        assert_eq!(house.messages("workflow.apply_decision").await.len(), 1);
    }
);

testkit::both!(
    async fn a_comment_is_kept_and_bounded(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let cases = [
            (json!({"comment": " too dear "}), 200, json!("too dear")),
            (json!({"comment": " "}), 200, NOTHING),
            (json!({"comment": null}), 200, NOTHING),
            (json!({"comment": "x".repeat(billing_contract::MAX_REASON_CHARACTERS + 1)}), 422, NOTHING),
            (json!({"reason": "x"}), 400, NOTHING),
        ];
        for (body, status, kept) in cases {
            let task = house.task(&admin, json!({"role": "admin"})).await;
            house.call(&admin, &format!("POST /tasks/{task}/reject"), body).await.expect(status);
            let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
            assert_eq!(shown.body["comment"], kept);
            assert_eq!(shown.body["status"] == "rejected", status == 200);
        }
    }
);

testkit::both!(
    async fn lists_are_filtered_and_paged(stage: Stage) {
        let house = House::new(stage).await;
        let (admin, member) = (house.person(&house.tenant, Admin), house.person(&house.tenant, Member));
        let (viewer, owner) = (house.person(&house.tenant, Viewer), house.person(&house.tenant, Owner));
        house.task(&admin, json!({"role": "member"})).await;
        house.task(&admin, json!({"role": "owner"})).await;
        house.task(&admin, json!({"user_id": member.user})).await;
        let approved = house.task(&admin, json!({"role": "admin"})).await;
        house.call(&admin, &format!("POST /tasks/{approved}/approve"), json!({})).await.expect(200);
        for (person, list, expected) in [
            (&viewer, "/tasks", 4),
            (&viewer, "/tasks?mine=true", 0),
            (&admin, "/tasks?mine=false", 4),
            (&admin, "/tasks?mine=true", 1),
            (&admin, "/tasks?mine=true&status=open", 1),
            (&admin, "/tasks?mine=true&status=approved", 1),
            (&member, "/tasks?mine=true", 2),
            (&member, "/tasks?mine=true&status=approved", 0),
            (&owner, "/tasks?mine=true", 3),
            (&owner, "/tasks?mine=true&status=approved", 1),
            (&house.key_of(&owner, Owner), "/tasks?mine=true", 0),
            (&house.key_of(&owner, Owner), "/tasks", 4),
            (&admin, "/tasks?status=open", 3),
            (&admin, "/tasks?status=approved", 1),
            (&admin, "/tasks?status=rejected", 0),
            (&admin, "/tasks?status=cleared", 0),
        ] {
            assert_eq!(house.count(person, list).await, expected, "{list}");
        }
        house.call(&admin, "GET /tasks?status=lost", NOTHING).await.problem(400, "invalid_parameter");
        house.call(&admin, "GET /tasks?state=open", NOTHING).await.problem(400, "unknown_parameter");

        let (mut seen, mut query) = (Vec::new(), "/tasks?limit=3".to_owned());
        loop {
            let page = house.call(&admin, &format!("GET {query}"), NOTHING).await.expect(200);
            let data = page.body["data"].as_array().unwrap();
            seen.extend(data.iter().map(|task| task["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page.body["next_cursor"].as_str() else { break };
            query = format!("/tasks?limit=3&cursor={cursor}");
        }
        let mut unique = seen.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (4, 4));
    }
);

testkit::both!(
    async fn neighbours_see_and_decide_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let admin = house.person(&house.tenant, Admin);
        let stranger = house.person(&house.neighbour, Owner);
        let task = house.task(&admin, json!({"role": "admin"})).await;
        assert_eq!(house.count(&stranger, "/tasks").await, 0);
        for (line, body) in [
            ("GET /tasks/ID", NOTHING),
            ("POST /tasks/ID/approve", json!({})),
            ("POST /tasks/ID/reject", json!({})),
        ] {
            let reply = house.call(&stranger, &line.replace("ID", &task), body).await;
            reply.problem(404, "workflow.task_not_found");
        }
        let shown = house.call(&admin, &format!("GET /tasks/{task}"), NOTHING).await.expect(200);
        assert_eq!(shown.body["status"], "open");
    }
);
