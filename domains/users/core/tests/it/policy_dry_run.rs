//! A dry run of a policy: it names just whom the policy would keep out, of the caller's tenant, and changes nothing.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::passkeys::{entered, registered};
use crate::policies::{ADA, BOB, HERE, change, post_from};
use crate::roles::{faults, tag};
use crate::second_factors::enrolled;
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both};
use uuid::Uuid;

/// Whom a dry run names, and why, by who they are.
fn named(run: &Reply) -> Vec<(String, Vec<String>)> {
    let members = run.json()["members"].as_array().cloned().unwrap();
    let mut named: Vec<_> = members
        .iter()
        .map(|member| {
            let reasons = member["reasons"].as_array().unwrap().iter();
            let reasons = reasons.map(|reason| reason.as_str().unwrap().to_owned()).collect();
            (member["member_id"].as_str().unwrap().to_owned(), reasons)
        })
        .collect();
    named.sort_unstable();
    named
}

both! {
    async fn a_dry_run_names_just_whom_it_would_keep_out(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, nick) = (house.owner(ADA).await, house.owner("nick@neighbour.example").await);
        let member = async |email: &str| house.member(&ada, email, json!({ "role": "member" })).await;
        let (bob, carol) = (member(BOB).await, member("carol@example.com").await);
        let (dave, erin) = (member("dave@example.com").await, member("erin@example.com").await);
        house.post(&format!("/members/{}/suspend", dave.membership), Some(&ada.access), json!({})).await.is(200);
        house.post(&format!("/members/{}/remove", erin.membership), Some(&ada.access), json!({})).await.is(200);
        house.post("/invitations", Some(&ada.access), json!({ "email": "fay@example.com" })).await.is(201);
        enrolled(&house, &ada).await;
        let device = registered(&house, &carol).await;
        let run = async |body: Value| house.post("/policy/dry-run", Some(&ada.access), body).await.is(200);
        let check = async |body: Value, expected: &[(&Person, &[&str])], locks_you_out: bool| {
            let run = run(body.clone()).await;
            let mut all: Vec<_> = expected
                .iter()
                .map(|(who, reasons)| {
                    (who.membership.clone(), reasons.iter().map(|reason| (*reason).to_owned()).collect::<Vec<_>>())
                })
                .collect();
            all.sort_unstable();
            assert_eq!(named(&run), all, "{body}: {}", run.text);
            let told = ["active_members", "affected_members"].map(|name| run.json()[name].clone());
            assert_eq!(told, [json!(3), json!(expected.len())], "{body}: {}", run.text);
            for reason in ["no_second_factor", "no_passkey", "method", "address"] {
                let count = expected.iter().filter(|(_, reasons)| reasons.contains(&reason)).count();
                assert_eq!(run.json()["counts"][reason], json!(count), "{body}: {}", run.text);
            }
            assert_eq!(run.json()["locks_you_out"], json!(locks_you_out), "{body}");
            assert_eq!((run.at("/truncated"), run.at("/sessions_left_out")), ("false".into(), "false".into()));
        };
        check(json!({}), &[], false).await;
        check(json!({ "second_factor": "required" }), &[(&bob, &["no_second_factor"])], false).await;
        let by_passkey = json!({ "second_factor": "passkey" });
        check(by_passkey, &[(&ada, &["no_passkey"]), (&bob, &["no_passkey"])], true).await;
        let by_passkey = json!({ "sign_in_methods": ["passkey"] });
        // Ada would come in to register one.
        check(by_passkey, &[(&ada, &["no_passkey"]), (&bob, &["method"])], true).await;
        let both = json!({ "second_factor": "required", "sign_in_methods": ["passkey"] });
        check(both, &[(&ada, &["no_passkey"]), (&bob, &["no_second_factor", "method"])], true).await;
        // With the password alone she has no second factor.
        let by_password = json!({ "second_factor": "required", "sign_in_methods": ["password"] });
        let both = ["no_second_factor"].as_slice();
        check(by_password, &[(&bob, both), (&carol, both)], false).await;

        // Bob has been here once, and Carol's session of there has ended.
        let body = json!({ "email": BOB, "password": PASSWORD });
        post_from(&house, HERE, "/sign-in", None, body).await.is(200);
        let body = json!({ "email": "carol@example.com", "password": PASSWORD });
        let ended = post_from(&house, HERE, "/sign-in", None, body).await.is(200).at("/access_token");
        house.post("/sign-out", Some(&ended), json!({})).await.is(204);
        let ranges = json!({ "address_ranges": ["203.0.113.0/24"] });
        check(ranges.clone(), &[(&ada, &["address"]), (&carol, &["address"])], true).await;
        let all = json!({ "address_ranges": ["203.0.113.0/24"], "second_factor": "required" });
        check(
            all,
            &[(&ada, &["address"]), (&bob, &["no_second_factor"]), (&carol, &["address"])],
            true,
        )
        .await;

        // Who signs in by passkeys alone has no password to sign in with.
        let opened = entered(&house, &device).await;
        house.post("/me/password/remove", Some(&opened.access), json!({})).await.is(200);
        check(json!({ "sign_in_methods": ["password"] }), &[(&carol, &["method"])], false).await;

        assert_eq!(tag(&house.get("/policy", &ada.access).await.is(200)), "\"0\"", "nothing was changed");
        let refused = house.post("/policy/dry-run", Some(&ada.access), json!({ "session_minutes": 1 })).await;
        assert_eq!(faults(&refused.problem(422, "invalid")), ["/session_minutes out_of_range"]);
        let theirs = house.post("/policy/dry-run", Some(&nick.access), json!({ "second_factor": "required" })).await;
        assert_eq!(named(&theirs.is(200)), [(nick.membership.clone(), vec!["no_second_factor".to_owned()])]);
        // It is run over what there is.
        change(&house, &ada, json!({ "second_factor": "required" })).await.is(200);
        check(json!({ "session_minutes": 60 }), &[(&bob, &["no_second_factor"])], false).await;
    }
}

both! {
    async fn a_dry_run_counts_the_sessions_that_would_end(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, nick) = (house.owner(ADA).await, house.owner("nick@neighbour.example").await);
        house.member(&ada, BOB, json!({ "role": "member" })).await;
        let enter = async |email: &str| {
            let body = json!({ "email": email, "password": PASSWORD, "tenant_id": ada.tenant });
            house.person(&house.post("/sign-in", None, body).await.is(200)).await
        };
        enter(BOB).await;
        let ended = enter(BOB).await;
        house.post("/sign-out", Some(&ended.access), json!({})).await.is(204);
        house.stage.clock.advance(Duration::minutes(30));
        let (late, _) = (enter(ADA).await, enter(BOB).await);
        let check = async |by: &Person, minutes: Value, expected: [&str; 2]| {
            let body = json!({ "session_minutes": minutes });
            let run = house.post("/policy/dry-run", Some(&by.access), body.clone()).await.is(200);
            let told = ["/ending_sessions", "/members_to_sign_in_again"].map(|at| run.at(at));
            assert_eq!(told, expected, "{body}: {}", run.text);
            assert_eq!(run.at("/affected_members"), "0", "{body}: {}", run.text);
        };
        check(&ada, Value::Null, ["0", "0"]).await;
        check(&ada, json!(31), ["0", "0"]).await;
        // Ada's and two of Bob's.
        check(&ada, json!(30), ["3", "2"]).await;
        check(&nick, json!(30), ["1", "1"]).await;

        // By then those have ended already.
        change(&house, &late, json!({ "session_minutes": 40 })).await.is(200);
        house.stage.clock.advance(Duration::minutes(20));
        check(&late, json!(20), ["2", "2"]).await;
        check(&late, json!(21), ["0", "0"]).await;
        check(&late, Value::Null, ["0", "0"]).await;
    }
}

both! {
    async fn a_dry_run_names_a_hundred_and_counts_all(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let now = house.stage.clock.now();
        let system = house.databases.system("tests").await.unwrap();
        for number in 1..=110_u128 {
            let (user, member) = (Uuid::from_u128(number), Uuid::from_u128(1000 + number));
            let sql = "INSERT INTO users (public_id, email, email_key, display_name, password_hash, created_at, updated_at) \
                       VALUES ($1, $2, $2, 'Somebody', '', $3, $3)";
            let email = format!("somebody-{number}@example.com");
            system.execute(sql, vec![user.into(), email.into(), now.into()]).await.unwrap();
            let sql = "INSERT INTO memberships (tenant_id, public_id, user_id, role, state, version, created_at, updated_at) \
                       VALUES ($1, $2, $3, 'viewer', 'active', 1, $4, $4)";
            let joined = now + Duration::minutes(i64::try_from(number).unwrap());
            let values = vec![ada.tenant.into(), member.into(), user.into(), joined.into()];
            system.execute(sql, values).await.unwrap();
        }
        system.commit().await.unwrap();
        let body = json!({ "second_factor": "required" });
        let run = house.post("/policy/dry-run", Some(&ada.access), body).await.is(200);
        let told = ["/active_members", "/affected_members", "/counts/no_second_factor", "/truncated"];
        assert_eq!(told.map(|at| run.at(at)), ["111", "111", "111", "true"]);
        let members = run.json()["members"].as_array().cloned().unwrap();
        assert_eq!(members.len(), 100);
        assert_eq!(members[0]["member_id"], json!(ada.membership), "by when they joined");
        assert_eq!(members[99]["member_id"], json!(Uuid::from_u128(1099)));
    }
}
