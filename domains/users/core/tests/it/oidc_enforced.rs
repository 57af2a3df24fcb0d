//! Where a tenant's provider is enforced, nothing else lets in but an owner by two factors, and one such owner stays.

use crate::house::PASSWORD;
use crate::oauth::{
    cookie_of, csrf_of, let_in, planner, query, refresh, refused as oauth_refused, registered, submit, visit,
};
use crate::oidc::{ADA, Firm};
use crate::second_factors::enrolled;
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both};

fn enforced() -> Value {
    json!({ "enforcement": "enforced" })
}

both! {
    async fn where_it_is_enforced_nothing_else_lets_in_but_an_owner_by_two_factors(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let enforced = json!({ "enforcement": "enforced" });
        firm.change(enforced.clone()).await.problem(409, "users.sso_no_way_back");
        let authenticator = enrolled(house, &firm.ada).await;
        let bob = house.member(&firm.ada, "bob@example.com", json!({ "role": "member" })).await;
        let guest = house.member(&firm.ada, "guest@neighbour.example", json!({ "role": "member" })).await;
        firm.change(enforced).await.is(200);
        let enter = async |email: &str, code: Option<String>| {
            let body = json!({ "email": email, "password": PASSWORD, "tenant_id": firm.ada.tenant, "code": code });
            house.post("/sign-in", None, body).await
        };
        let refused = enter("bob@example.com", None).await.problem(403, "users.sso_enforced");
        assert!(refused.at("/detail").contains(&format!("/sso/{}/start", firm.connection)), "{}", refused.text);
        house.post("/refresh", None, json!({ "refresh_token": bob.refresh })).await.problem(401, "users.refresh_refused");
        house.post("/refresh", None, json!({ "refresh_token": guest.refresh })).await.is(200);
        enter("guest@neighbour.example", None).await.is(200);
        house.stage.clock.advance(Duration::seconds(30));
        let owner = enter(ADA, Some(authenticator.code(house, 0))).await.is(200);
        let by_provider = firm.signed_in(json!({ "sub": "9", "email": "bob@example.com" })).await;
        assert_eq!(by_provider.user, bob.user);
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.session.create&limit=100", &owner.at("/access_token")).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        let past: Vec<_> = entries.iter().filter(|entry| entry["after"]["break_glass"] == true).collect();
        assert_eq!(past.len(), 1, "{}", log.text);
        assert_eq!(past[0]["after"]["user"], json!(firm.ada.user));
    }
}

both! {
    async fn enforcement_is_felt_by_sessions_that_are_open(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        enrolled(house, &firm.ada).await;
        let bob = house.member(&firm.ada, "bob@example.com", json!({ "role": "member" })).await;
        let carl = house.member(&firm.ada, "carl@example.com", json!({ "role": "owner" })).await;
        let guest = house.member(&firm.ada, "guest@neighbour.example", json!({ "role": "member" })).await;
        let by_provider = firm.signed_in(json!({ "sub": "9", "email": "bob@example.com" })).await;
        let program = registered(house, &firm.ada, planner()).await;
        let tokens = let_in(house, &program, "bob@example.com").await;
        house.get("/members", &tokens.at("/access_token")).await.is(200);
        firm.change(enforced()).await.is(200);
        for access in [&bob.access, &carl.access, &tokens.at("/access_token")] {
            house.get("/members", access).await.is(401);
        }
        for access in [&firm.ada.access, &guest.access, &by_provider.access] {
            house.get("/members", access).await.is(200);
        }
        let renewed = refresh(house, &program, &tokens.at("/refresh_token"), &[]).await;
        oauth_refused(renewed, 400, "invalid_grant");
    }
}

both! {
    /// Or an address that is changed, or a domain that is given up, would be a way round it.
    async fn whom_a_provider_has_known_it_is_asked_of(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        enrolled(house, &firm.ada).await;
        house.member(&firm.ada, "bob@example.com", json!({ "role": "member" })).await;
        house.member(&firm.ada, "carl@example.com", json!({ "role": "member" })).await;
        firm.signed_in(json!({ "sub": "9", "email": "bob@example.com" })).await;
        firm.change(enforced()).await.is(200);
        let domain = house.get("/domains", &firm.ada.access).await.is(200).at("/data/0/id");
        house.delete(&format!("/domains/{domain}"), &firm.ada.access).await.is(204);
        let enter = async |email: &str| {
            let body = json!({ "email": email, "password": PASSWORD, "tenant_id": firm.ada.tenant });
            house.post("/sign-in", None, body).await
        };
        enter("bob@example.com").await.problem(403, "users.sso_enforced");
        enter("carl@example.com").await.is(200);
        firm.signed_in(json!({ "sub": "9", "email": "bob@example.com" })).await;
    }
}

both! {
    async fn the_last_who_gets_past_the_provider_stays_so(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let authenticator = enrolled(house, &firm.ada).await;
        house.member(&firm.ada, "bob@example.com", json!({ "role": "owner" })).await;
        firm.change(enforced()).await.is(200);
        house.stage.clock.advance(Duration::seconds(30));
        let give_up = async || {
            let body = json!({ "current_password": PASSWORD, "code": authenticator.code(house, 0) });
            house.post("/me/totp/remove", Some(&firm.ada.access), body).await
        };
        let told = give_up().await.problem(409, "users.sso_last_way_back");
        assert!(told.at("/detail").contains("Engines"), "{}", told.text);
        let own = format!("/members/{}", firm.ada.membership);
        let less = house.patch(&own, &firm.ada.access, "*", json!({ "role": "admin" })).await;
        less.problem(409, "users.sso_last_way_back");
        let left = house.post("/me/leave", Some(&firm.ada.access), json!({})).await;
        left.problem(409, "users.sso_last_way_back");

        firm.change(json!({ "enforcement": "optional" })).await.is(200);
        let body = json!({ "email": "bob@example.com", "password": PASSWORD, "tenant_id": firm.ada.tenant });
        let bob = house.person(&house.post("/sign-in", None, body).await.is(200)).await;
        enrolled(house, &bob).await;
        firm.change(enforced()).await.is(200);
        give_up().await.is(204);
    }
}

both! {
    async fn an_owner_who_lets_a_program_in_past_the_provider_is_noted(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let authenticator = enrolled(house, &firm.ada).await;
        let program = registered(house, &firm.ada, planner()).await;
        firm.change(enforced()).await.is(200);
        house.stage.clock.advance(Duration::seconds(30));
        let asked = query(&program, &[]);
        let shown = visit(house, &asked, "").await.is(200);
        let (csrf, code) = (csrf_of(&shown), authenticator.code(house, 0));
        let sent = [("csrf", csrf.as_str()), ("email", ADA), ("password", PASSWORD), ("code", code.as_str())];
        submit(house, &asked, &cookie_of(&shown), &sent).await.is(303);
        house.deliver_audit().await;
        assert_eq!(house.messages("tests.provider_bypassed").await.len(), 1);
        let log = house.get("/audit-entries?action=users.oauth_client.sign_in", &firm.ada.access).await.is(200);
        assert_eq!(log.json()["data"][0]["after"]["break_glass"], true, "{}", log.text);
    }
}

both! {
    async fn all_owners_are_told_of_one_who_comes_in_past_the_provider(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let authenticator = enrolled(house, &firm.ada).await;
        house.member(&firm.ada, "carl@example.com", json!({ "role": "owner" })).await;
        house.member(&firm.ada, "bob@example.com", json!({ "role": "admin" })).await;
        let enter = async |email: &str, code: Option<String>| {
            let body = json!({ "email": email, "password": PASSWORD, "tenant_id": firm.ada.tenant, "code": code });
            house.post("/sign-in", None, body).await
        };
        house.stage.clock.advance(Duration::seconds(30));
        enter(ADA, Some(authenticator.code(house, 0))).await.is(200);
        firm.change(enforced()).await.is(200);
        house.stage.clock.advance(Duration::seconds(30));
        firm.signed_in(json!({})).await;
        enter("carl@example.com", None).await.problem(403, "users.sso_second_factor_needed");
        assert!(house.messages("tests.provider_bypassed").await.is_empty(), "nobody came in past it");
        enter(ADA, Some(authenticator.code(house, 0))).await.is(200);
        let told = house.messages("tests.provider_bypassed").await;
        let told = told.iter().map(|(_, _, payload)| serde_json::from_str::<Value>(payload).unwrap());
        let mut told: Vec<_> = told.map(|event| (event["email"].clone(), event["owner_email"].clone())).collect();
        told.sort_by_key(|(email, _)| email.to_string());
        assert_eq!(told, [(json!(ADA), json!(ADA)), (json!("carl@example.com"), json!(ADA))]);
    }
}

both! {
    /// Also of whoever has signed in elsewhere and moves here.
    async fn owners_are_told_once_of_each_proof(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let eve = house.owner("eve@neighbour.example").await;
        house.post("/invitations", Some(&eve.access), json!({ "email": ADA, "role": "member" })).await.is(201);
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        let authenticator = enrolled(house, &firm.ada).await;
        firm.change(enforced()).await.is(200);
        house.stage.clock.advance(Duration::seconds(30));
        let body = json!({
            "email": ADA, "password": PASSWORD, "tenant_id": eve.tenant, "code": authenticator.code(house, 0),
        });
        let mut access = house.post("/sign-in", None, body).await.is(200).at("/access_token");
        assert!(house.messages("tests.provider_bypassed").await.is_empty(), "nothing is enforced there");
        for to in [firm.ada.tenant, eve.tenant, firm.ada.tenant] {
            let moved = house.post("/sessions/switch", Some(&access), json!({ "tenant_id": to })).await;
            access = moved.is(200).at("/access_token");
            assert_eq!(house.messages("tests.provider_bypassed").await.len(), 1);
        }
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.session.create&limit=100", &access).await.is(200);
        let entries = log.json()["data"].as_array().cloned().unwrap();
        let past = entries.iter().filter(|entry| entry["after"]["break_glass"] == true);
        assert_eq!(past.count(), 2, "{}", log.text);
    }
}
