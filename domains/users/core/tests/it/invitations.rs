//! Invitations: to one address, once, for a while, and nothing is learned by sending one.

use crate::house::{House, PASSWORD, Reply};
use futures::future::join_all;
use serde_json::json;
use testkit::{Stage, both};
use users::Settings;

const LINK: &str = "ins_in_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

both! {
    async fn whoever_is_new_makes_an_account_by_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let invited = json!({ "email": "Grace@Example.com", "role": "admin" });
        let sent = house.post("/invitations", Some(&ada.access), invited).await.is(201);
        assert_eq!((sent.at("/state"), sent.at("/role")), ("open".to_owned(), "admin".to_owned()));
        assert!(!sent.text.contains("ins_in_"), "{}", sent.text);
        let token = house.invitations().await.pop().unwrap();
        house.sign_in("grace@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");

        let short = json!({ "token": token, "password": "short" });
        let refused = house.post("/invitations/accept", None, short).await.problem(422, "invalid");
        let named = [0, 1].map(|at| refused.at(&format!("/errors/{at}/pointer")));
        assert_eq!(named, ["/display_name", "/password"]);
        house.accept(&token, PASSWORD).await.is(200);
        house.accept(&token, PASSWORD).await.problem(409, "users.invitation_used");
        house.accept(LINK, PASSWORD).await.problem(422, "users.invitation_invalid");

        let grace = house.enter("grace@example.com").await;
        assert_eq!(grace.tenant, ada.tenant);
        let me = house.get("/me", &grace.access).await.is(200);
        assert_eq!((me.at("/role"), me.at("/display_name")), ("admin".to_owned(), "Grace".to_owned()));
        let shown = house.get(&format!("/invitations/{}", sent.at("/id")), &ada.access).await.is(200);
        assert_eq!((shown.at("/state"), shown.at("/member_id")), ("accepted".to_owned(), grace.membership));
        let again = json!({ "email": "grace@example.com", "role": "viewer" });
        house.post("/invitations", Some(&ada.access), again).await.problem(409, "users.member_already");
    }
}

both! {
    async fn who_has_an_account_comes_in_by_its_password(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let unknown = json!({ "email": "nobody@example.com" });
        let known = json!({ "email": "bob@example.com" });
        let unknown = house.post("/invitations", Some(&ada.access), unknown).await.is(201).json();
        let known = house.post("/invitations", Some(&ada.access), known).await.is(201).json();
        let names = |value: &serde_json::Value| -> Vec<String> {
            value.as_object().unwrap().iter().filter(|(_, held)| held.is_null()).map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&unknown), names(&known), "what is null tells nothing apart");
        assert_eq!(known["role"], "member");

        let token = house.invitations().await.pop().unwrap();
        for _ in 0..4 {
            house.accept(&token, "not the password").await.problem(422, "users.invitation_invalid");
        }
        house.accept(&token, PASSWORD).await.is(200);
        let me = house.get("/me", &bob.access).await.is(200);
        assert_eq!(me.json()["tenants"].as_array().unwrap().len(), 2);
        assert_eq!(me.at("/display_name"), "Ada", "the account is as it was");
    }
}

both! {
    async fn a_password_cannot_be_guessed_by_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        house.owner("bob@example.com").await;
        let sent = house.post("/invitations", Some(&ada.access), json!({ "email": "bob@example.com" })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        for _ in 0..5 {
            house.accept(&token, "not the password").await.problem(422, "users.invitation_invalid");
        }
        house.accept(&token, PASSWORD).await.problem(422, "users.invitation_invalid");
        let resend = format!("/invitations/{}/resend", sent.at("/id"));
        house.post(&resend, Some(&ada.access), json!({})).await.is(200);
        house.accept(&token, PASSWORD).await.problem(422, "users.invitation_invalid");
        let fresh = house.invitations().await.pop().unwrap();
        house.accept(&fresh, PASSWORD).await.is(200);
        house.post(&resend, Some(&ada.access), json!({})).await.problem(409, "users.invitation_closed");
    }
}

both! {
    async fn it_ends(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let invite = |email: &str| {
            let (house, ada, body) = (&house, &ada, json!({ "email": email }));
            async move { house.post("/invitations", Some(&ada.access), body).await }
        };
        let sent = invite("grace@example.com").await.is(201);
        invite("GRACE@example.com").await.problem(409, "users.invitation_open");
        let revoke = format!("/invitations/{}/revoke", sent.at("/id"));
        assert_eq!(house.post(&revoke, Some(&ada.access), json!({})).await.is(200).at("/state"), "revoked");
        house.post(&revoke, Some(&ada.access), json!({})).await.problem(409, "users.invitation_closed");
        let token = house.invitations().await.pop().unwrap();
        house.accept(&token, PASSWORD).await.problem(422, "users.invitation_invalid");

        invite("grace@example.com").await.is(201);
        let token = house.invitations().await.pop().unwrap();
        house.stage.clock.advance(chrono::Duration::hours(7 * 24));
        house.accept(&token, PASSWORD).await.problem(410, "users.invitation_expired");
        let ada = house.enter("ada@example.com").await;
        let body = json!({ "email": "grace@example.com" });
        house.post("/invitations", Some(&ada.access), body).await.is(201);
        house.accept(&token, PASSWORD).await.problem(422, "users.invitation_invalid");
        let listed = house.get("/invitations?state=revoked", &ada.access).await.is(200);
        assert_eq!(listed.json()["data"].as_array().unwrap().len(), 2);
    }
}

both! {
    async fn of_a_hundred_at_once_one_is_let_in(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        house.owner("bob@example.com").await;
        house.post("/invitations", Some(&ada.access), json!({ "email": "bob@example.com" })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        let told = join_all((0..100).map(|_| async { house.accept(&token, PASSWORD).await.status })).await;
        let of = |status: u16| told.iter().filter(|told| **told == status).count();
        // Where too many passwords are hashed at once, some are told to come back.
        assert_eq!((of(200), of(409) + of(503)), (1, 99), "{told:?}");
        assert!(of(409) > 0, "nobody came too late: {told:?}");
        let listed = house.get("/members", &ada.access).await.is(200);
        assert_eq!(listed.json()["data"].as_array().unwrap().len(), 2);
    }
}

both! {
    async fn somebody_elses_sign_up_of_the_address_gains_nothing(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        house.sign_up("grace@example.com", "the password of a thief", "Thieves").await.is(202);
        house.post("/invitations", Some(&ada.access), json!({ "email": "grace@example.com" })).await.is(201);
        let token = house.invitations().await.pop().unwrap();
        house.accept(&token, PASSWORD).await.is(200);
        house.sign_in("grace@example.com", "the password of a thief").await.problem(401, "users.wrong_credentials");
        let link = house.links().await.pop().unwrap();
        house.verify(&link, "the password of a thief").await.problem(422, "users.link_invalid");
        house.sign_in("grace@example.com", PASSWORD).await.is(200);
    }
}

both! {
    async fn it_lets_nobody_in_further_than_its_inviter_is(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "owner" })).await;
        let key = house.post("/api-keys", Some(&bob.access), json!({ "name": "k" })).await.is(201).at("/secret");
        let invite = |by: String, email: &str, role: &str| {
            let (house, body) = (&house, json!({ "email": email, "role": role }));
            async move { house.post("/invitations", Some(&by), body).await }
        };
        invite(key, "mal@example.com", "admin").await.problem(403, "users.session_required");
        invite(bob.access.clone(), "bob@elsewhere.example", "owner").await.is(201);
        let back = house.invitations().await.pop().unwrap();
        let sent = invite(bob.access.clone(), "eve@example.com", "admin").await.is(201);
        let to_eve = house.invitations().await.pop().unwrap();
        let path = format!("/members/{}", bob.membership);
        house.patch(&path, &ada.access, "*", json!({ "role": "admin" })).await.is(200);
        house.accept(&back, PASSWORD).await.problem(422, "users.invitation_invalid");
        house.post(&format!("{path}/remove"), Some(&ada.access), json!({})).await.is(200);
        house.accept(&to_eve, PASSWORD).await.problem(422, "users.invitation_invalid");
        // Whoever sends it again vouches for it.
        house.post(&format!("/invitations/{}/resend", sent.at("/id")), Some(&ada.access), json!({})).await.is(200);
        let again = house.invitations().await.pop().unwrap();
        house.accept(&again, PASSWORD).await.is(200);
    }
}

impl House {
    async fn ask_in(&self, owner: &str, email: &str) -> Reply {
        self.post("/invitations", Some(owner), json!({ "email": email })).await
    }

    async fn ask_in_again(&self, owner: &str, asked: &Reply) -> Reply {
        self.post(&format!("/invitations/{}/resend", asked.at("/id")), Some(owner), json!({})).await
    }

    async fn take_back(&self, owner: &str, asked: &Reply) {
        self.post(&format!("/invitations/{}/revoke", asked.at("/id")), Some(owner), json!({})).await.is(200);
    }
}

both! {
    async fn a_tenant_asks_in_by_so_many_letters_a_day(stage: Stage) {
        let settings = Settings { invitation_mails_per_day: 3, ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let before = house.get("/tenant", &ada.access).await.is(200);
        let grace = house.ask_in(&ada.access, "grace@example.com").await.is(201);
        house.ask_in_again(&ada.access, &grace).await.is(200);
        // A letter is out, whatever becomes of it.
        house.take_back(&ada.access, &grace).await;
        let grace = house.ask_in(&ada.access, "grace@example.com").await.is(201);
        let refused = house.ask_in(&ada.access, "joan@example.com").await.problem(429, "too_many_requests");
        assert_eq!(refused.headers.get("retry-after").unwrap(), "86400");
        house.ask_in_again(&ada.access, &grace).await.problem(429, "too_many_requests");
        assert_eq!(house.invitations().await.len(), 3, "what is refused sends nothing");
        let listed = house.get("/invitations", &ada.access).await.is(200);
        assert!(!listed.text.contains("joan@example.com"), "{}", listed.text);
        let after = house.get("/tenant", &ada.access).await.is(200);
        assert_eq!(after.headers.get("etag"), before.headers.get("etag"), "the tenant is the same");
        house.ask_in(&bob.access, "joan@example.com").await.is(201);

        house.stage.clock.advance(chrono::Duration::hours(23));
        let ada = house.enter("ada@example.com").await;
        let refused = house.ask_in(&ada.access, "joan@example.com").await.problem(429, "too_many_requests");
        assert_eq!(refused.headers.get("retry-after").unwrap(), "3600");
        house.stage.clock.advance(chrono::Duration::hours(1));
        let ada = house.enter("ada@example.com").await;
        house.ask_in(&ada.access, "joan@example.com").await.is(201);
    }
}

both! {
    async fn so_many_invitations_are_open_at_once(stage: Stage) {
        let settings = Settings { max_open_invitations: 2, ..Settings::default() };
        let house = House::with_settings(stage, settings).await;
        let ada = house.owner("ada@example.com").await;
        let grace = house.ask_in(&ada.access, "grace@example.com").await.is(201);
        let joan = house.ask_in(&ada.access, "joan@example.com").await.is(201);
        house.ask_in(&ada.access, "mary@example.com").await.problem(409, "users.too_many_invitations");
        house.ask_in_again(&ada.access, &grace).await.is(200);
        house.take_back(&ada.access, &grace).await;
        house.ask_in(&ada.access, "mary@example.com").await.is(201);
        // Those that have ended let nobody in, until they are sent again.
        house.stage.clock.advance(chrono::Duration::hours(7 * 24));
        let ada = house.enter("ada@example.com").await;
        for email in ["grace@example.com", "dora@example.com"] {
            house.ask_in(&ada.access, email).await.is(201);
        }
        house.ask_in_again(&ada.access, &joan).await.problem(409, "users.too_many_invitations");
    }
}
