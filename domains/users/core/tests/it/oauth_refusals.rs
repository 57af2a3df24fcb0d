//! What must not get a program of others in, and what ends what it has.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::oauth::{
    ADA, BACK, BOB, Program, VERIFIER, ask, code_for, cookie_of, csrf_of, exchange, let_in, location,
    machine, planner, query, refresh, refused, registered, signed_in, submit, told, visit,
};
use actix_web::test::TestRequest;
use chrono::Duration;
use futures::future::join_all;
use serde_json::json;
use testkit::{Stage, both};
use url::Url;

async fn scene(house: &House) -> (Person, Program) {
    let ada = house.owner(ADA).await;
    let program = registered(house, &ada, planner()).await;
    (ada, program)
}

both! {
    /// Until both are proved, nobody is sent anywhere.
    async fn a_stranger_or_another_way_back_leads_nowhere(stage: Stage) {
        let house = House::new(stage).await;
        let (_, program) = scene(&house).await;
        for changes in [
            [("client_id", "ins_client_unknown")],
            [("client_id", "")],
            [("redirect_uri", "")],
            [("redirect_uri", "https://planner.example/signed-in/")],
            [("redirect_uri", "https://planner.example/signed-in?x=1")],
            [("redirect_uri", "https://evil.example/")],
        ] {
            let shown = visit(&house, &query(&program, &changes), "").await.is(400);
            assert!(shown.headers.get("location").is_none(), "{changes:?}");
        }
        let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example%2F", query(&program, &[]));
        assert!(visit(&house, &twice, "").await.is(400).headers.get("location").is_none());
    }
}

/// Where whoever is told so can go themselves.
fn way_back(shown: &Reply) -> Url {
    let (_, rest) = shown.text.split_once("<a href=\"").unwrap_or_else(|| panic!("{}", shown.text));
    Url::parse(&rest.split('"').next().unwrap().replace("&amp;", "&")).unwrap()
}

both! {
    /// By a link: nobody has signed in yet, and whoever likes registers a client (RFC 9700, 4.11.2).
    async fn what_is_wrong_with_a_request_is_told_to_its_client(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, program) = scene(&house).await;
        let check = async |changes: &[(&str, &str)], error: &str| {
            let shown = visit(&house, &query(&program, changes), "").await.is(400);
            assert!(shown.headers.get("location").is_none(), "{changes:?}");
            let location = way_back(&shown);
            assert!(location.as_str().starts_with(BACK), "{location}");
            assert_eq!(told(&location, "error").as_deref(), Some(error), "{changes:?}: {location}");
            assert_eq!(told(&location, "state").as_deref(), Some("a state"), "{location}");
            assert_eq!(told(&location, "iss").as_deref(), Some("http://insula.test"), "{location}");
            assert_eq!(told(&location, "code"), None);
        };
        check(&[("code_challenge_method", "plain"), ("code_challenge", VERIFIER)], "invalid_request").await;
        check(&[("code_challenge_method", "")], "invalid_request").await;
        check(&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request").await;
        check(&[("code_challenge", "short")], "invalid_request").await;
        check(&[("response_type", "token")], "unsupported_response_type").await;
        check(&[("response_type", "")], "invalid_request").await;
        check(&[("scope", "users.members.read users.roles.write")], "invalid_scope").await;
        check(&[("scope", "")], "invalid_scope").await;
        check(&[("prompt", "none")], "login_required").await;
        check(&[("request", "x.y.z")], "request_not_supported").await;
        check(&[("nonce", "a"), ("nonce", "b")], "invalid_request").await;

        let mut other = machine();
        other["redirect_uris"] = json!([BACK]);
        house.post("/oauth-clients", Some(&ada.access), other).await.is(422);
    }
}

both! {
    async fn a_code_is_for_one_client_one_way_back_and_one_verifier(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, program) = scene(&house).await;
        let other = registered(&house, &ada, planner()).await;
        let code = code_for(&house, &query(&program, &[]), ADA).await;
        refused(exchange(&house, &other, &code).await, 400, "invalid_grant");
        let thief = Program { secret: other.secret.clone(), ..stolen(&program) };
        refused(exchange(&house, &thief, &code).await, 401, "invalid_client");
        refused(exchange(&house, &stolen(&program), &code).await, 401, "invalid_client");
        let sent = async |redirect_uri: &str, verifier: &str| {
            let sent = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", redirect_uri),
                ("code_verifier", verifier),
            ];
            ask(&house, &program, "token", &sent).await
        };
        refused(sent(BACK, &VERIFIER.to_uppercase()).await, 400, "invalid_grant");
        refused(sent(BACK, "").await, 400, "invalid_request");
        refused(sent("https://planner.example/", VERIFIER).await, 400, "invalid_grant");
        sent(BACK, VERIFIER).await.is(200);
        refused(ask(&house, &program, "token", &[("grant_type", "password")]).await, 400, "unsupported_grant_type");
        refused(ask(&house, &program, "token", &[]).await, 400, "invalid_request");

        // As OAuth 2.1 has it; the verifier is asked for all the same.
        let code = code_for(&house, &query(&program, &[]), ADA).await;
        let bare = [("grant_type", "authorization_code"), ("code", code.as_str())];
        refused(ask(&house, &program, "token", &bare).await, 400, "invalid_request");
        let wrong = [bare[0], bare[1], ("code_verifier", "another-dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1g")];
        refused(ask(&house, &program, "token", &wrong).await, 400, "invalid_grant");
        let proved = [bare[0], bare[1], ("code_verifier", VERIFIER)];
        ask(&house, &program, "token", &proved).await.is(200);

        let late = code_for(&house, &query(&program, &[]), ADA).await;
        house.stage.clock.advance(Duration::seconds(60));
        refused(exchange(&house, &program, &late).await, 400, "invalid_grant");
        refused(exchange(&house, &program, "ins_code_nobodys").await, 400, "invalid_grant");
    }
}

/// Who knows its name alone.
fn stolen(program: &Program) -> Program {
    Program { id: program.id.clone(), client_id: program.client_id.clone(), secret: None }
}

both! {
    async fn a_code_that_comes_again_ends_what_came_of_it(stage: Stage) {
        let house = House::new(stage).await;
        let (_, program) = scene(&house).await;
        let code = code_for(&house, &query(&program, &[]), ADA).await;
        let tokens = exchange(&house, &program, &code).await.is(200);
        let access = tokens.at("/access_token");
        house.get("/members", &access).await.is(200);
        refused(exchange(&house, &program, &code).await, 400, "invalid_grant");
        house.get("/members", &access).await.is(401);
        let renewed = refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await;
        refused(renewed, 400, "invalid_grant");
        let_in(&house, &program, ADA).await;
    }
}

both! {
    async fn of_many_who_bring_a_code_at_once_nobody_keeps_what_comes_of_it(stage: Stage) {
        let house = House::new(stage).await;
        let (_, program) = scene(&house).await;
        let code = code_for(&house, &query(&program, &[]), ADA).await;
        let told = join_all((0..20).map(|_| exchange(&house, &program, &code))).await;
        // Where they wait too long for the database, some are told to come back.
        let told = told.into_iter().filter(|reply| reply.status != 503);
        let (good, rest): (Vec<_>, Vec<_>) = told.partition(|reply| reply.status == 200);
        assert_eq!(good.len(), 1, "it was good once");
        assert!(!rest.is_empty(), "nobody came too late");
        for reply in rest {
            refused(reply, 400, "invalid_grant");
        }
        house.get("/members", &good[0].at("/access_token")).await.is(401);
        let renewed = refresh(&house, &program, &good[0].at("/refresh_token"), &[]).await;
        refused(renewed, 400, "invalid_grant");
    }
}

both! {
    async fn a_form_is_of_the_page_and_the_browser_it_was_shown_in(stage: Stage) {
        let house = House::new(stage).await;
        let (_, program) = scene(&house).await;
        let asked = query(&program, &[]);
        let (cookie, csrf) = signed_in(&house, &asked, ADA).await;
        let allow = async |query: &str, cookie: &str, csrf: &str| {
            submit(&house, query, cookie, &[("csrf", csrf), ("decision", "allow")]).await
        };
        allow(&asked, "", &csrf).await.is(400);
        allow(&asked, &cookie, "another").await.is(400);
        allow(&asked, &cookie, "").await.is(400);
        let mut tampered = cookie.clone();
        let last = if tampered.pop() == Some('A') { 'B' } else { 'A' };
        allow(&asked, &format!("{tampered}{last}"), &csrf).await.is(400);
        // For more than was shown, it is another page.
        let wider = query(&program, &[("scope", "users.members.read users.profile.read")]);
        allow(&wider, &cookie, &csrf).await.is(400);
        assert!(visit(&house, &wider, &cookie).await.is(200).text.contains("type=\"password\""));
        // Nobody has signed in yet.
        let shown = visit(&house, &asked, "").await.is(200);
        allow(&asked, &cookie_of(&shown), &csrf_of(&shown)).await.is(400);
        let denied = submit(&house, &asked, &cookie, &[("csrf", &csrf), ("decision", "deny")]).await;
        let location = location(&denied);
        assert_eq!(told(&location, "error").as_deref(), Some("access_denied"), "{location}");
        assert_eq!(told(&location, "state").as_deref(), Some("a state"), "{location}");
        assert_eq!(cookie_of(&denied), "insula_oauth=");

        house.stage.clock.advance(Duration::minutes(10));
        allow(&asked, &cookie, &csrf).await.is(400);
    }
}

both! {
    async fn who_may_not_act_lets_nobody_act_for_them(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, program) = scene(&house).await;
        let bob = house.member(&ada, BOB, json!({ "role": "member" })).await;
        let tokens = let_in(&house, &program, BOB).await;
        let access = tokens.at("/access_token");
        house.get("/members", &access).await.is(200);
        let asked = query(&program, &[]);
        let code = code_for(&house, &asked, BOB).await;
        let (cookie, csrf) = signed_in(&house, &asked, BOB).await;
        let suspend = format!("/members/{}/suspend", bob.membership);
        house.post(&suspend, Some(&ada.access), json!({})).await.is(200);
        house.get("/members", &access).await.is(401);
        submit(&house, &asked, &cookie, &[("csrf", &csrf), ("decision", "allow")]).await.is(403);
        refused(exchange(&house, &program, &code).await, 400, "invalid_grant");
        let renewed = refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await;
        refused(renewed, 400, "invalid_grant");
        // What is given back meanwhile is not good again with them.
        ask(&house, &program, "revoke", &[("token", &access)]).await.is(200);
        let resume = format!("/members/{}/resume", bob.membership);
        house.post(&resume, Some(&ada.access), json!({})).await.is(200);
        house.get("/members", &access).await.is(401);
        let renewed = refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await;
        refused(renewed, 400, "invalid_grant");
        // And nobody of another tenant.
        house.owner("eve@example.com").await;
        let shown = visit(&house, &asked, "").await.is(200);
        let csrf = csrf_of(&shown);
        let sent = [("csrf", csrf.as_str()), ("email", "eve@example.com"), ("password", PASSWORD)];
        submit(&house, &asked, &cookie_of(&shown), &sent).await.is(403);
    }
}

both! {
    async fn a_program_is_out_when_its_client_or_its_grant_is(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, program) = scene(&house).await;
        let tokens = let_in(&house, &program, ADA).await;
        let code = code_for(&house, &query(&program, &[]), ADA).await;
        let grant = house.get("/me/oauth-grants", &ada.access).await.is(200).at("/data/0/id");
        let grant = format!("/me/oauth-grants/{grant}");
        house.delete(&grant, &ada.access).await.is(204);
        house.get("/members", &tokens.at("/access_token")).await.is(401);
        refused(refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await, 400, "invalid_grant");
        refused(exchange(&house, &program, &code).await, 400, "invalid_grant");
        house.delete(&grant, &ada.access).await.problem(404, "users.oauth_grant_not_found");

        let tokens = let_in(&house, &program, ADA).await;
        let client = format!("/oauth-clients/{}", program.id);
        house.delete(&client, &ada.access).await.is(204);
        house.get("/members", &tokens.at("/access_token")).await.is(401);
        refused(refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await, 401, "invalid_client");
        visit(&house, &query(&program, &[]), "").await.is(400);
        house.post(&format!("{client}/restore"), Some(&ada.access), json!({})).await.is(200);
        house.get("/members", &tokens.at("/access_token")).await.is(401);
        refused(refresh(&house, &program, &tokens.at("/refresh_token"), &[]).await, 400, "invalid_grant");
        let tokens = let_in(&house, &program, ADA).await;
        house.post("/sessions/revoke-all", Some(&ada.access), json!({})).await.is(204);
        house.get("/members", &tokens.at("/access_token")).await.is(401);
    }
}

both! {
    async fn a_token_is_told_of_to_clients_of_its_tenant_alone(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, program) = scene(&house).await;
        let eve = house.owner("eve@example.com").await;
        let neighbour = registered(&house, &eve, machine()).await;
        let server = registered(&house, &ada, machine()).await;
        let tokens = let_in(&house, &program, ADA).await;
        let (access, refresh_token) = (tokens.at("/access_token"), tokens.at("/refresh_token"));
        let asked = async |program: &Program, token: &str| {
            ask(&house, program, "introspect", &[("token", token)]).await.is(200).json()
        };
        let told = asked(&server, &access).await;
        assert_eq!((&told["active"], &told["scope"]), (&json!(true), &json!("users.members.read")), "{told}");
        assert_eq!((&told["client_id"], &told["sub"]), (&json!(program.client_id), &json!(ada.user)), "{told}");
        assert_eq!(asked(&program, &refresh_token).await["active"], true);
        let nothing = json!({ "active": false });
        assert_eq!(asked(&neighbour, &access).await, nothing);
        assert_eq!(asked(&server, &refresh_token).await, nothing);
        assert_eq!(asked(&server, &ada.access).await, nothing, "nobody has let anybody in by it");
        assert_eq!(asked(&server, "ins_live_whatever").await, nothing);
        refused(ask(&house, &stolen(&server), "introspect", &[("token", &access)]).await, 401, "invalid_client");

        for one in [&neighbour, &server] {
            ask(&house, one, "revoke", &[("token", &access)]).await.is(200);
            house.get("/members", &access).await.is(200);
        }
        ask(&house, &program, "revoke", &[("token", &refresh_token), ("token_type_hint", "x")]).await.is(200);
        house.get("/members", &access).await.is(401);
        assert_eq!(asked(&server, &access).await, nothing);
        ask(&house, &program, "revoke", &[("token", &access)]).await.is(200);
    }
}

both! {
    async fn a_program_on_a_device_has_no_secret_and_any_port(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut device = planner();
        device["confidential"] = json!(false);
        device["redirect_uris"] = json!(["http://127.0.0.1/done"]);
        let device = registered(&house, &ada, device).await;
        assert!(device.secret.is_none());
        let back = "http://127.0.0.1:51004/done";
        let code = code_for(&house, &query(&device, &[("redirect_uri", back)]), ADA).await;
        let sent = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", back),
            ("code_verifier", VERIFIER),
        ];
        let with_secret = [&sent[..], &[("client_id", device.client_id.as_str()), ("client_secret", "guessed")]].concat();
        let request = TestRequest::post().uri("/oauth/token").set_form(with_secret);
        refused(house.send(request).await, 401, "invalid_client");
        let tokens = ask(&house, &device, "token", &sent).await.is(200);
        house.get("/members", &tokens.at("/access_token")).await.is(200);
        refused(ask(&house, &device, "token", &[("grant_type", "client_credentials")]).await, 400, "unauthorized_client");
        refused(ask(&house, &device, "introspect", &[("token", "x")]).await, 400, "unauthorized_client");
    }
}

both! {
    async fn what_a_client_has_to_know_is_published(stage: Stage) {
        let house = House::new(stage).await;
        for place in ["oauth-authorization-server", "openid-configuration"] {
            let said = house.send(TestRequest::get().uri(&format!("/.well-known/{place}"))).await.is(200);
            assert_eq!(said.at("/issuer"), "http://insula.test");
            assert_eq!(said.at("/token_endpoint"), "http://insula.test/oauth/token");
            for (name, path) in [
                ("authorization_endpoint", "/oauth/authorize"), ("revocation_endpoint", "/oauth/revoke"),
                ("introspection_endpoint", "/oauth/introspect"), ("jwks_uri", "/.well-known/jwks.json"),
            ] {
                assert_eq!(said.at(&format!("/{name}")), format!("http://insula.test{path}"));
            }
            let scopes = said.json()["scopes_supported"].clone();
            let has = |name: &str| scopes.as_array().unwrap().iter().any(|scope| scope == name);
            assert!(has("openid") && has("users.members.read") && !has("users.sessions.end"), "{scopes}");
        }
    }
}
