//! Signing up and verifying an address.

use crate::house::{House, PASSWORD};
use actix_web::test::TestRequest;
use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{Stage, both};
use users::{Settings, SignUpPolicy};

both! {
    async fn a_link_opens_the_door(stage: Stage) {
        let house = House::new(stage).await;
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        house.sign_in("ada@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        house.sign_in("ada@example.com", "wrong horse").await.problem(401, "users.wrong_credentials");

        let links = house.links().await;
        assert_eq!(links.len(), 1);
        let page = house.send(TestRequest::with_uri(&format!("/verify-email?token={}", links[0]))).await.is(200);
        for part in [&*links[0], "<form method=\"post\">", "type=\"password\""] {
            assert!(page.text.contains(part), "{part} in {}", page.text);
        }
        assert!(!page.text.contains("<script"));
        house.sign_in("ada@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");

        let press = |password: &str| {
            TestRequest::post().uri("/verify-email").set_form([("token", links[0].as_str()), ("password", password)])
        };
        let page = house.send(press("wrong horse")).await.is(422);
        assert!(page.text.contains("type=\"password\""), "it asks again: {}", page.text);
        let page = house.send(press(PASSWORD)).await.is(200);
        assert!(page.text.contains("The address is verified"), "{}", page.text);
        assert!(house.send(press(PASSWORD)).await.is(422).text.contains("used before"));

        let person = house.enter("ADA@Example.com").await;
        let me = house.get("/me", &person.access).await.is(200);
        assert_eq!(me.at("/email"), "ada@example.com");
        assert_eq!(me.at("/tenant_name"), "Engines");
        assert_eq!(me.at("/role"), "owner");
        assert_eq!(me.at("/tenant_id"), person.tenant.to_string());
    }
}

both! {
    async fn known_and_unknown_addresses_look_alike(stage: Stage) {
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        let unknown = house.sign_up("eve@example.com", PASSWORD, "Engines").await.is(202);
        let known = house.sign_up("Ada@example.com", "another password", "Engines").await.is(202);
        assert_eq!(known.text, unknown.text);
        let names = |headers: &actix_web::http::header::HeaderMap| {
            let mut names: Vec<_> = headers.keys().map(|name| name.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&known.headers), names(&unknown.headers));
        assert_eq!(house.links().await.len(), 2, "ada's own and eve's");
        let told = house.messages("tests.known").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].2.contains("ada@example.com"), "{}", told[0].2);
        house.sign_in("ada@example.com", "another password").await.problem(401, "users.wrong_credentials");

        let absent = house.sign_in("nobody@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        let wrong = house.sign_in("ada@example.com", "wrong horse").await.problem(401, "users.wrong_credentials");
        let malformed = house.sign_in("nobody", PASSWORD).await.problem(401, "users.wrong_credentials");
        assert_eq!(absent.at("/detail"), wrong.at("/detail"));
        assert_eq!(absent.at("/detail"), malformed.at("/detail"));
    }
}

both! {
    async fn nobody_is_answered_before_the_time_that_hides_what_was_written(stage: Stage) {
        let house = House::new(stage).await;
        house.owner("ada@example.com").await;
        for turn in 0..5 {
            let unknown = format!("new-{turn}@example.com");
            // New, signed up for a second time, and known: what each writes takes less than this, as does the hash where
            // nothing else runs, so without the wait some are answered sooner. With it none ever is.
            for email in [&*unknown, &*unknown, "ada@example.com"] {
                let asked = Instant::now();
                house.sign_up(email, PASSWORD, "Engines").await.is(202);
                assert!(asked.elapsed() >= Duration::from_millis(50), "{email}: {:?}", asked.elapsed());
            }
        }
    }
}

both! {
    async fn links_end(stage: Stage) {
        let house = House::new(stage).await;
        house.verify("ins_ev_unknown", PASSWORD).await.problem(422, "users.link_invalid");
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        house.stage.clock.advance(chrono::Duration::hours(24));
        let link = house.links().await.remove(0);
        house.verify(&link, PASSWORD).await.problem(410, "users.link_expired");
        house.sign_in("ada@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        let page = house.send(TestRequest::post().uri("/verify-email").set_form([("token", &*link), ("password", PASSWORD)])).await;
        assert!(page.is(410).text.contains("has expired"));

        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        let link = house.links().await.remove(1);
        house.verify(&link, PASSWORD).await.is(200);
        house.verify(&link, PASSWORD).await.problem(422, "users.link_invalid");
    }
}

both! {
    async fn a_link_applies_its_own_sign_up(stage: Stage) {
        let house = House::new(stage).await;
        house.sign_up("ada@example.com", "eve's password", "Eve's").await.is(202);
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        let links = house.links().await;
        assert_eq!(links.len(), 2);
        house.verify(&links[1], PASSWORD).await.is(200);
        house.sign_in("ada@example.com", "eve's password").await.problem(401, "users.wrong_credentials");
        let person = house.enter("ada@example.com").await;
        assert_eq!(house.get("/tenant", &person.access).await.is(200).at("/name"), "Engines");
        house.verify(&links[0], "eve's password").await.problem(422, "users.link_invalid");
        house.enter("ada@example.com").await;
    }
}

both! {
    async fn a_tenant_is_of_the_mode_that_its_link_asked_for(stage: Stage) {
        let house = House::new(stage).await;
        let sign_up = async |email: &str, password: &str, mode: Option<&str>| {
            let mut body = json!({
                "email": email, "password": password, "display_name": "Ada", "organization_name": "Engines",
            });
            if let Some(mode) = mode {
                body["mode"] = json!(mode);
            }
            house.post("/sign-up", None, body).await.is(202);
            house.links().await.pop().unwrap()
        };
        let mode_of = async |email: &str| {
            let person = house.enter(email).await;
            house.get("/tenant", &person.access).await.is(200).at("/mode")
        };
        for (email, eves, own, expected) in [
            ("ada@example.com", Some("test"), Some("live"), "live"),
            ("bob@example.com", Some("test"), None, "live"),
            ("cleo@example.com", Some("live"), Some("test"), "test"),
        ] {
            sign_up(email, "eve's password", eves).await;
            let link = sign_up(email, PASSWORD, own).await;
            house.verify(&link, PASSWORD).await.is(200);
            assert_eq!(mode_of(email).await, expected, "{email}");
        }

        // A link of a node of the version before says nothing of it.
        let link = sign_up("dora@example.com", PASSWORD, Some("test")).await;
        let system = house.databases.system("tests").await.unwrap();
        system.execute("UPDATE email_tokens SET mode = NULL", vec![]).await.unwrap();
        system.commit().await.unwrap();
        house.verify(&link, PASSWORD).await.is(200);
        assert_eq!(mode_of("dora@example.com").await, "test");
    }
}

both! {
    async fn a_strangers_link_makes_no_account_of_the_owners_mailbox(stage: Stage) {
        let house = House::new(stage).await;
        house.sign_up("bob@example.com", PASSWORD, "Bob's").await.is(202);
        house.sign_up("bob@example.com", "eve's password", "Eve's").await.is(202);
        let links = house.links().await;
        let unknown = house.verify("ins_ev_unknown", PASSWORD).await.problem(422, "users.link_invalid");
        let pressed = house.verify(&links[1], PASSWORD).await.problem(422, "users.link_invalid");
        assert_eq!(unknown.at("/detail"), pressed.at("/detail"), "an answer tells whether there is such a link");
        house.post("/verify-email", None, json!({ "token": links[1] })).await.problem(400, "malformed");
        house.sign_in("bob@example.com", "eve's password").await.problem(401, "users.wrong_credentials");

        house.verify(&links[0], PASSWORD).await.is(200);
        let bob = house.enter("bob@example.com").await;
        assert_eq!(house.get("/tenant", &bob.access).await.is(200).at("/name"), "Bob's");
        house.verify(&links[1], "eve's password").await.problem(422, "users.link_invalid");
        house.sign_in("bob@example.com", "eve's password").await.problem(401, "users.wrong_credentials");
    }
}

both! {
    async fn a_link_bears_a_few_wrong_passwords(stage: Stage) {
        let house = House::new(stage).await;
        for (email, wrong, status) in [("ada@example.com", 4, 200), ("bob@example.com", 5, 422)] {
            house.sign_up(email, PASSWORD, "Engines").await.is(202);
            let link = house.links().await.pop().unwrap();
            for _ in 0..wrong {
                house.verify(&link, "wrong horse").await.problem(422, "users.link_invalid");
            }
            house.verify(&link, PASSWORD).await.is(status);
        }
        house.sign_in("bob@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
    }
}

both! {
    async fn many_tries_at_once_are_no_more_than_one_after_the_other(stage: Stage) {
        let house = House::new(stage).await;
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.is(202);
        let link = house.links().await.remove(0);
        let mut left = 12;
        while left > 0 {
            let wrong = (0..left).map(|_| house.verify(&link, "wrong horse"));
            let told = futures::future::join_all(wrong).await;
            // Where too many passwords are hashed at once, some are told to come back, and all of those do so at once.
            let (late, tried): (Vec<_>, Vec<_>) = told.into_iter().partition(|reply| reply.status == 503);
            assert!(!tried.is_empty(), "nobody had a turn");
            tried.into_iter().for_each(|reply| drop(reply.problem(422, "users.link_invalid")));
            left = late.len();
            for reply in late {
                let detail = reply.problem(503, "unavailable").at("/detail");
                assert!(detail.starts_with("More passwords are checked"), "{detail}");
            }
        }
        let system = house.databases.system("tests").await.unwrap();
        let rows = system.query_all("SELECT tries FROM email_tokens", vec![]).await.unwrap();
        assert_eq!(rows[0].try_get::<i64>("", "tries").unwrap(), 5);
        system.commit().await.unwrap();
        house.verify(&link, PASSWORD).await.problem(422, "users.link_invalid");
    }
}

both! {
    async fn a_race_for_one_address_makes_one_tenant(stage: Stage) {
        let house = House::new(stage).await;
        let sign_up = || house.sign_up("ada@example.com", PASSWORD, "Engines");
        let (a, b, c) = tokio::join!(sign_up(), sign_up(), sign_up());
        assert_eq!([a.status, b.status, c.status], [202; 3], "{} {} {}", a.text, b.text, c.text);
        let tenants: std::collections::BTreeSet<_> =
            house.messages("tests.verification").await.into_iter().map(|(_, tenant, _)| tenant).collect();
        assert_eq!(tenants.len(), 1);
    }
}

both! {
    async fn bad_input_is_named(stage: Stage) {
        let house = House::new(stage).await;
        async fn check(house: &House, change: serde_json::Value, status: u16, pointers: &[&str]) {
            let mut body = json!({
                "email": "ada@example.com", "password": PASSWORD,
                "display_name": "Ada", "organization_name": "Engines",
            });
            for (name, value) in change.as_object().expect("an object") {
                body[name] = value.clone();
            }
            let reply = house.post("/sign-up", None, body).await.is(status);
            let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
            let named: Vec<_> = errors.iter().filter_map(|error| error["pointer"].as_str()).collect();
            assert_eq!(named, pointers, "{change}: {}", reply.text);
        }
        check(&house, json!({ "email": "ada" }), 422, &["/email"]).await;
        check(&house, json!({ "password": "1234567" }), 422, &["/password"]).await;
        check(&house, json!({ "password": "x".repeat(1001) }), 422, &["/password"]).await;
        check(&house, json!({ "display_name": " ", "email": "@" }), 422, &["/email", "/display_name"]).await;
        check(&house, json!({ "organization_name": "x".repeat(101) }), 422, &["/organization_name"]).await;
        check(&house, json!({ "role": "owner" }), 400, &["/role"]).await;
        check(&house, json!({ "organization_name": "a\u{0}b" }), 400, &["/organization_name"]).await;
        assert!(house.links().await.is_empty());
        let short = house.sign_up("ada@example.com", "1234567", "Engines").await.problem(422, "invalid");
        assert!(short.at("/errors/0/detail").contains("15 or more are recommended"), "{}", short.text);
    }
}

both! {
    async fn sign_up_can_be_closed(stage: Stage) {
        let settings = Settings { sign_up: SignUpPolicy::Closed, ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        house.sign_up("ada@example.com", PASSWORD, "Engines").await.problem(403, "users.sign_up_closed");
    }
}

#[test]
fn the_page_writes_nothing_of_a_strangers() {
    testkit::run(testkit::Backend::Sqlite, async |stage| {
        let house = House::new(stage).await;
        for query in ["", "?token=", "?token=%22%3E%3Cscript%3E", "?other=1", "?token=a&token=%3Cb%3E"] {
            let page = house.send(TestRequest::with_uri(&format!("/verify-email{query}"))).await;
            assert!(!page.text.contains("script>") && !page.text.contains("<b>"), "{query}: {}", page.text);
            assert_eq!(page.headers.get("content-type").unwrap(), "text/html; charset=utf-8");
        }
        let bodiless = house.send(TestRequest::post().uri("/verify-email")).await.is(422);
        assert!(bodiless.text.contains("not valid"), "{}", bodiless.text);
    });
}
