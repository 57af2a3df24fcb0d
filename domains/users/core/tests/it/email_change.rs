//! Moving to another address: both addresses confirm it, nobody learns whose an address is, and nothing of its former
//! owner comes back to an address that somebody else has.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::second_factors::enrolled;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both};
use users_contract::{EMAIL_APPROVAL_SEAL, EMAIL_CONFIRMATION_SEAL, PASSWORD_RESET_SEAL};

const ADA: &str = "ada@example.com";
const NEW: &str = "ada@elsewhere.example";
const PATH: &str = "/me/email-change";
const INVALID: &str = "users.email_change_invalid";
const ANOTHER_PASSWORD: &str = "a longer horse battery staple";

async fn ask(house: &House, person: &Person, new_email: &str) -> Reply {
    let body = json!({ "new_email": new_email, "current_password": PASSWORD });
    house.post(PATH, Some(&person.access), body).await
}

async fn confirm(house: &House, token: &str) -> Reply {
    house.post("/email-changes/confirm", None, json!({ "token": token })).await
}

/// Those of the change that was asked for last: of the old address and of the new one.
async fn links(house: &House) -> [String; 2] {
    let old = house.tokens_of("tests.approval", EMAIL_APPROVAL_SEAL).await.pop().unwrap();
    let new = house.tokens_of("tests.confirmation", EMAIL_CONFIRMATION_SEAL).await.pop().unwrap();
    [old, new]
}

async fn moved(house: &House, person: &Person, new_email: &str) {
    ask(house, person, new_email).await.is(202);
    for (link, state) in links(house).await.iter().zip(["waiting", "changed"]) {
        assert_eq!(confirm(house, link).await.is(200).at("/state"), state);
    }
}

async fn email_of(house: &House, person: &Person) -> String {
    house.get("/me", &person.access).await.is(200).at("/email")
}

async fn unknown_to_sign_in(house: &House, email: &str, password: &str) -> String {
    house.sign_in(email, password).await.problem(401, "users.wrong_credentials").at("/detail")
}

both! {
    async fn it_takes_both_links_in_either_order(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner("bob@example.com").await);
        let there = house.member(&bob, ADA, json!({ "role": "viewer" })).await;
        let mut former = ADA;
        for (new, first) in [(NEW, 0), ("Ada@Third.example", 1)] {
            house.get(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
            ask(&house, &ada, new).await.is(202);
            let links = links(&house).await;
            let done = confirm(&house, &links[first]).await.is(200);
            assert_eq!(done.at("/state"), "waiting");
            confirm(&house, &links[first]).await.problem(422, INVALID);

            // One alone changes nothing.
            for session in [&ada, &there] {
                assert_eq!(email_of(&house, session).await, former);
                let pending = house.get(PATH, &session.access).await.is(200);
                assert_eq!(pending.at("/new_email"), new);
                let confirmed = [pending.at("/old_confirmed"), pending.at("/new_confirmed")];
                assert_eq!(confirmed[first], "true");
                assert_eq!(confirmed[1 - first], "false");
            }
            unknown_to_sign_in(&house, new, PASSWORD).await;
            assert_eq!(house.messages("tests.email_changed").await.len(), 2 * first);

            let done = confirm(&house, &links[1 - first]).await.is(200);
            assert_eq!(done.at("/state"), "changed");
            for link in &links {
                confirm(&house, link).await.problem(422, INVALID);
            }
            house.get(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
            // The sessions stay, and those of another tenant see it as well.
            for session in [&ada, &there] {
                assert_eq!(email_of(&house, session).await, new);
            }
            unknown_to_sign_in(&house, former, PASSWORD).await;
            assert_eq!(house.enter(&new.to_uppercase()).await.user, ada.user);
            let told = house.messages("tests.email_changed").await.split_off(2 * first);
            let told: Vec<Value> = told.iter().map(|told| serde_json::from_str(&told.2).unwrap()).collect();
            let told: Vec<_> = told.iter().map(|told| [&told["email"], &told["new_email"]]).collect();
            assert_eq!(told, [[former, new], [new, new]]);
            former = new;
        }
        confirm(&house, "ins_ea_unknown").await.problem(422, INVALID);
        assert_eq!(email_of(&house, &bob).await, "bob@example.com");
    }
}

both! {
    async fn the_page_changes_nothing_until_its_button_is_pressed(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        ask(&house, &ada, NEW).await.is(202);
        let [old, new] = links(&house).await;
        for link in [&old, &new] {
            let page = house.send(TestRequest::with_uri(&format!("/confirm-address?token={link}"))).await.is(200);
            for part in [link.as_str(), "<form method=\"post\">", "<button>"] {
                assert!(page.text.contains(part), "{part} in {}", page.text);
            }
            assert!(!page.text.contains("<script"));
        }
        let pending = house.get(PATH, &ada.access).await.is(200);
        assert_eq!((pending.at("/old_confirmed"), pending.at("/new_confirmed")), ("false".into(), "false".into()));
        for query in ["", "?token=%22%3E%3Cscript%3E"] {
            let page = house.send(TestRequest::with_uri(&format!("/confirm-address{query}"))).await.is(422);
            assert!(!page.text.contains("script>"), "{}", page.text);
        }
        house.send(TestRequest::post().uri("/confirm-address")).await.is(422);

        let press = |link: &str| TestRequest::post().uri("/confirm-address").set_form([("token", link)]);
        assert!(house.send(press(&new)).await.is(200).text.contains("This address has confirmed"));
        assert!(house.send(press(&new)).await.is(422).text.contains("used before"));
        assert!(house.send(press(&old)).await.is(200).text.contains("The address is changed"));
        assert_eq!(email_of(&house, &ada).await, NEW);
    }
}

both! {
    async fn a_change_expires(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        ask(&house, &ada, NEW).await.is(202);
        let [old, new] = links(&house).await;
        confirm(&house, &old).await.is(200);
        house.stage.clock.advance(Duration::hours(24));
        confirm(&house, &new).await.problem(410, "users.email_change_expired");
        let ada = house.enter(ADA).await;
        house.get(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
        house.delete(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
        unknown_to_sign_in(&house, NEW, PASSWORD).await;
        // It is in nobody's way.
        moved(&house, &ada, NEW).await;
    }
}

both! {
    async fn a_change_ends_by_the_next_by_itself_and_by_another_password(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let dead = async |links: [String; 2]| {
            for link in &links {
                confirm(&house, link).await.problem(422, INVALID);
            }
        };
        ask(&house, &ada, NEW).await.is(202);
        let first = links(&house).await;
        confirm(&house, &first[0]).await.is(200);
        ask(&house, &ada, "ada@third.example").await.is(202);
        let second = links(&house).await;
        dead(first).await;
        assert_eq!(house.get(PATH, &ada.access).await.is(200).at("/new_email"), "ada@third.example");

        house.delete(PATH, &ada.access).await.is(204);
        house.delete(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
        house.get(PATH, &ada.access).await.problem(404, "users.email_change_not_found");
        dead(second).await;

        ask(&house, &ada, NEW).await.is(202);
        let third = links(&house).await;
        confirm(&house, &third[1]).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        let body = json!({ "current_password": PASSWORD, "new_password": ANOTHER_PASSWORD });
        house.post("/me/password", Some(&ada.access), body).await.is(204);
        dead(third).await;

        let body = json!({ "new_email": NEW, "current_password": ANOTHER_PASSWORD });
        house.post(PATH, Some(&ada.access), body).await.is(202);
        let fourth = links(&house).await;
        house.post("/password-resets", None, json!({ "email": ADA })).await.is(202);
        let token = house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await.pop().unwrap();
        let body = json!({ "token": token, "password": PASSWORD });
        house.post("/password-resets/complete", None, body).await.is(200);
        dead(fourth).await;
        assert_eq!(email_of(&house, &house.enter(ADA).await).await, ADA);
    }
}

both! {
    async fn a_free_a_known_and_ones_own_address_are_told_alike(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner("bob@example.com").await);
        let mut answers = Vec::new();
        for new in [NEW, "Bob@example.com", "ADA@example.com"] {
            let told = ask(&house, &ada, new).await.is(202);
            let mut headers: Vec<_> = told.headers.keys().map(ToString::to_string).collect();
            headers.sort();
            let approval = house.tokens_of("tests.approval", EMAIL_APPROVAL_SEAL).await.pop().unwrap();
            let waiting = confirm(&house, &approval).await.is(200).text;
            let mut pending = house.get(PATH, &ada.access).await.is(200).json();
            assert_eq!(pending["new_email"], new);
            for name in ["id", "new_email", "created_at", "updated_at", "expires_at"] {
                pending.as_object_mut().unwrap().remove(name);
            }
            answers.push((told.text, headers, waiting, pending));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        // Nor is it to be seen by what is written for the mail, save what is sealed there, or by the log.
        let asked = house.messages("tests.confirmation").await;
        let asked: Vec<_> = asked.into_iter().map(|(_, tenant, payload)| (tenant, payload)).collect();
        assert!(asked.len() == 3 && asked.iter().all(|(tenant, _)| *tenant == ada.tenant), "{asked:?}");
        let event = |payload: &str| -> Value { serde_json::from_str(payload).unwrap() };
        let linked: Vec<bool> = asked.iter().map(|(_, payload)| event(payload)["sealed_token"].is_string()).collect();
        assert_eq!(linked, [true, false, true]);
        assert_eq!(house.messages("tests.known").await.len(), 0);
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.user.request_email_change", &ada.access).await.is(200);
        let log = log.json()["data"].as_array().cloned().unwrap();
        let names = |entry: &Value| -> Vec<String> {
            entry["after"]["pending"].as_object().unwrap().keys().cloned().collect()
        };
        assert!(log.len() == 3 && log.iter().all(|entry| names(entry) == names(&log[0])), "{log:?}");
        house.get(PATH, &bob.access).await.problem(404, "users.email_change_not_found");
        house.sign_in("bob@example.com", PASSWORD).await.is(200);
    }
}

both! {
    async fn of_two_who_move_to_one_address_one_does(stage: Stage) {
        let house = House::new(stage).await;
        let people = [house.owner(ADA).await, house.owner("bob@example.com").await];
        let mut last = Vec::new();
        for person in &people {
            ask(&house, person, "the.one@example.com").await.is(202);
            let [old, new] = links(&house).await;
            confirm(&house, &old).await.is(200);
            last.push(new);
        }
        let (first, second) = tokio::join!(confirm(&house, &last[0]), confirm(&house, &last[1]));
        let loser = usize::from(first.status == 200);
        let told = [first, second];
        assert_eq!(told[1 - loser].status, 200, "{} {}", told[0].text, told[1].text);
        assert_eq!((told[loser].status, told[loser].at("/code")), (409, "users.address_taken".to_owned()));
        assert_eq!(email_of(&house, &people[1 - loser]).await, "the.one@example.com");
        assert_eq!(email_of(&house, &people[loser]).await, [ADA, "bob@example.com"][loser]);
        // It has ended, and is not tried again when the address is free once more.
        house.get(PATH, &people[loser].access).await.problem(404, "users.email_change_not_found");
        moved(&house, &people[1 - loser], NEW).await;
        confirm(&house, &last[loser]).await.problem(422, INVALID);
        moved(&house, &people[loser], "the.one@example.com").await;
        assert_eq!(house.enter("the.one@example.com").await.user, people[loser].user);
    }
}

both! {
    async fn who_signs_up_meanwhile_has_the_address(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        ask(&house, &ada, NEW).await.is(202);
        let [old, new] = links(&house).await;
        let eve = house.owner(NEW).await;
        confirm(&house, &new).await.is(200);
        confirm(&house, &old).await.problem(409, "users.address_taken");
        assert_eq!(email_of(&house, &ada).await, ADA);
        assert_eq!(email_of(&house, &eve).await, NEW);
    }
}

both! {
    async fn who_never_proved_the_address_keeps_nobody_from_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.sign_up(NEW, ANOTHER_PASSWORD, "Squatters").await.is(202);
        let squatters = house.links().await.pop().unwrap();
        moved(&house, &ada, NEW).await;
        house.verify(&squatters, ANOTHER_PASSWORD).await.problem(422, "users.link_invalid");
        unknown_to_sign_in(&house, NEW, ANOTHER_PASSWORD).await;
        assert_eq!(house.enter(NEW).await.user, ada.user);
        let system = house.databases.system("tests").await.unwrap();
        let sql = "SELECT email, email_key, display_name FROM users WHERE deleted_at IS NOT NULL";
        let rows = system.query_all(sql, vec![]).await.unwrap();
        system.commit().await.unwrap();
        let [row] = &rows[..] else { panic!("the squatters': {}", rows.len()) };
        for column in ["email", "email_key", "display_name"] {
            assert_eq!(row.try_get::<String>("", column).unwrap(), "erased", "{column}");
        }
        house.sign_up(NEW, ANOTHER_PASSWORD, "Squatters").await.is(202);
        assert_eq!(house.messages("tests.known").await.len(), 1, "the address is known now");
    }
}

both! {
    async fn it_takes_the_password_and_a_session(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let key = house.post("/api-keys", Some(&ada.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let body = json!({ "new_email": NEW, "current_password": PASSWORD });
        for (method, body) in [(Method::GET, None), (Method::DELETE, None), (Method::POST, Some(body))] {
            house.call(method, PATH, Some(&key), &[], body).await.problem(403, "users.session_required");
        }
        let refused = ask(&house, &ada, "no address").await.problem(422, "invalid");
        assert_eq!(refused.at("/errors/0/pointer"), "/new_email");
        let wrong = json!({ "new_email": NEW, "current_password": "not the password" });
        for _ in 0..6 {
            let refused = house.post(PATH, Some(&ada.access), wrong.clone()).await.problem(422, "invalid");
            assert_eq!(refused.at("/errors/0/pointer"), "/current_password");
        }
        ask(&house, &ada, NEW).await.problem(429, "too_many_requests");
        house.stage.clock.advance(Duration::seconds(1));
        assert_eq!(house.messages("tests.approval").await.len(), 0);
        ask(&house, &ada, NEW).await.is(202);
    }
}

both! {
    async fn who_has_a_second_factor_shows_it_and_keeps_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let codes = enrolled(&house, &ada).await.recovery_codes;
        let refused = ask(&house, &ada, NEW).await.problem(422, "invalid");
        let named = ["pointer", "code"].map(|name| refused.at(&format!("/errors/0/{name}")));
        assert_eq!(named, ["/code", "code_required"]);
        let with = async |code: &str| {
            let body = json!({ "new_email": NEW, "current_password": PASSWORD, "code": code });
            house.post(PATH, Some(&ada.access), body).await
        };
        assert_eq!(with("000000x").await.problem(422, "invalid").at("/errors/0/code"), "wrong_code");
        assert_eq!(house.messages("tests.approval").await.len(), 0);
        with(&codes[0]).await.is(202);
        assert_eq!(with(&codes[0]).await.problem(422, "invalid").at("/errors/0/code"), "wrong_code");
        for link in links(&house).await {
            confirm(&house, &link).await.is(200);
        }
        house.sign_in(NEW, PASSWORD).await.problem(401, "users.second_factor_required");
        let body = json!({ "email": NEW, "password": PASSWORD, "code": codes[1] });
        house.post("/sign-in", None, body).await.is(200);
    }
}

both! {
    async fn who_has_read_the_member_reads_them_again(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let path = format!("/members/{}", ada.membership);
        let tag = async || {
            let shown = house.get(&path, &ada.access).await.is(200);
            shown.headers.get("etag").unwrap().to_str().unwrap().to_owned()
        };
        let before = tag().await;
        assert_eq!(tag().await, before);
        moved(&house, &ada, NEW).await;
        let headers = [("if-none-match", before.as_str())];
        let shown = house.call(Method::GET, &path, Some(&ada.access), &headers, None).await.is(200);
        assert_eq!(shown.at("/email"), NEW);
        assert_ne!(tag().await, before);
        // Who changes the membership need not have seen the address.
        house.patch(&path, &ada.access, &before, json!({ "role": "owner" })).await.is(200);
    }
}

both! {
    async fn a_former_address_lets_nobody_into_what_was_its_owners(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner(ADA).await, house.owner("bob@example.com").await);
        let reset = async || house.post("/password-resets", None, json!({ "email": ADA })).await.is(202).text;
        let resets = async || house.tokens_of("tests.reset", PASSWORD_RESET_SEAL).await;
        let told = reset().await;
        let before = resets().await.pop().unwrap();
        moved(&house, &ada, NEW).await;

        // Nobody has it: all is as with an address that nobody ever had.
        let body = json!({ "token": before, "password": ANOTHER_PASSWORD });
        house.post("/password-resets/complete", None, body).await.problem(422, "users.reset_invalid");
        assert_eq!(reset().await, told);
        assert_eq!(resets().await.len(), 1, "no link is sent");
        let absent = unknown_to_sign_in(&house, "nobody@example.com", PASSWORD).await;
        assert_eq!(unknown_to_sign_in(&house, ADA, PASSWORD).await, absent);

        // Somebody else has it.
        house.post("/invitations", Some(&bob.access), json!({ "email": ADA })).await.is(201);
        let invitation = house.invitations().await.pop().unwrap();
        house.sign_up(ADA, ANOTHER_PASSWORD, "Newcomers").await.is(202);
        house.verify(&house.links().await.pop().unwrap(), ANOTHER_PASSWORD).await.is(200);
        assert_eq!(unknown_to_sign_in(&house, ADA, PASSWORD).await, absent);
        let eve = house.person(&house.sign_in(ADA, ANOTHER_PASSWORD).await.is(200)).await;
        assert!(eve.user != ada.user && eve.tenant != ada.tenant);
        let sessions = house.get("/sessions", &eve.access).await.is(200);
        assert_eq!(sessions.json()["data"].as_array().unwrap().len(), 1);
        house.accept(&invitation, PASSWORD).await.problem(422, "users.invitation_invalid");
        house.accept(&invitation, ANOTHER_PASSWORD).await.is(200);
        let tenants = async |of: &Person| {
            house.get("/me", &of.access).await.is(200).json()["tenants"].as_array().unwrap().len()
        };
        assert_eq!((tenants(&ada).await, tenants(&eve).await), (1, 2));

        house.stage.clock.advance(Duration::seconds(1));
        reset().await;
        let body = json!({ "token": resets().await.pop().unwrap(), "password": "the newcomer's next password" });
        house.post("/password-resets/complete", None, body).await.is(200);
        assert_eq!(email_of(&house, &ada).await, NEW);
        assert_eq!(house.enter(NEW).await.user, ada.user);
    }
}

both! {
    async fn mail_is_sent_so_often_a_day(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        for _ in 0..20 {
            ask(&house, &ada, NEW).await.is(202);
            house.stage.clock.advance(Duration::minutes(1));
        }
        let waits = ask(&house, &ada, NEW).await.problem(429, "too_many_requests");
        let seconds = (Duration::days(1) - Duration::minutes(20)).num_seconds().to_string();
        assert_eq!(waits.headers.get("retry-after").unwrap(), seconds.as_str());
        assert_eq!(house.messages("tests.confirmation").await.len(), 20);
        house.stage.clock.advance(Duration::days(1) - Duration::minutes(20));
        ask(&house, &house.enter(ADA).await, NEW).await.is(202);
    }
}

both! {
    async fn the_log_tells_each_step_and_no_token(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        ask(&house, &ada, NEW).await.is(202);
        house.delete(PATH, &ada.access).await.is(204);
        moved(&house, &ada, NEW).await;
        let tokens = [
            house.tokens_of("tests.approval", EMAIL_APPROVAL_SEAL).await,
            house.tokens_of("tests.confirmation", EMAIL_CONFIRMATION_SEAL).await,
        ];
        assert!(house.deliver_audit().await.iter().all(Result::is_ok));
        let log = house.get("/audit-entries?limit=100", &ada.access).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        for (action, count) in [
            ("request_email_change", 2),
            ("cancel_email_change", 1),
            ("confirm_email_change", 2),
            ("change_email", 1),
        ] {
            let action = format!("users.user.{action}");
            let of_action: Vec<_> = entries.iter().filter(|entry| entry["action"] == action).collect();
            assert_eq!(of_action.len(), count, "{action}: {}", log.text);
            for entry in of_action {
                assert_eq!(entry["resource_id"], ada.user.to_string(), "{entry}");
                assert!(entry["before"].is_object() && entry["after"].is_object(), "{entry}");
            }
        }
        let changed = entries.iter().find(|entry| entry["action"] == "users.user.change_email").unwrap();
        assert_eq!((&changed["before"]["email"], &changed["after"]["email"]), (&json!(ADA), &json!(NEW)));
        assert!(tokens.iter().flatten().all(|token| !log.text.contains(token)), "{}", log.text);
        // All that is personal goes with the person's.
        house.erase(json!({ "person": ada.user }), &ada).await;
        let log = house.get("/audit-entries?limit=100", &ada.access).await.is(200);
        assert!(!log.text.contains("elsewhere.example"), "{}", log.text);
    }
}
