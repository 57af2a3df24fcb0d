//! Members sign in with their tenant's own provider: who is let in, as what, what is refused, and where nothing else lets in.

use crate::house::{House, PASSWORD, Person, Reply};
use crate::oauth::{
    cookie_of, csrf_of, let_in, planner, query, refresh, refused as oauth_refused, registered, submit, visit,
};
use crate::second_factors::enrolled;
use actix_web::test::TestRequest;
use chrono::Duration;
use module::Resealed;
use outbound::Outbound;
use secrets::{MasterKey, Secrets};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{Provider, Saying, Stage, both, s256};
use url::{Url, form_urlencoded};
use users::Settings;

const ADA: &str = "ada@example.com";
const BACK: &str = "https://app.example/signed-in";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A tenant of Ada's, with a provider and the domain of her address.
struct Firm {
    house: House,
    provider: Provider,
    ada: Person,
    connection: String,
}

/// A sign-in that was sent to the provider.
struct Sent {
    state: String,
    nonce: String,
}

async fn opened(mut stage: Stage) -> (House, Provider) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    stage.outbound = Outbound::new(outbound::Settings { allow_private_addresses: true });
    let provider = Provider::start();
    let settings = Settings { domain_proofs_url: Some(provider.proofs_url()), ..Settings::default() };
    (House::with_settings(stage, settings).await, provider)
}

fn connecting(provider: &Provider) -> Value {
    json!({
        "name": "Engines", "issuer": provider.issuer, "client_id": "insula", "client_secret": "kept by both",
        "return_to": [BACK, "http://127.0.0.1:4711/in"], "roles_claim": "groups",
        "role_map": { "ops": "admin", "staff": "member" }, "joining": "anybody",
    })
}

async fn connected(house: &House, provider: &Provider, by: &Person) -> String {
    house.post("/oidc-connections", Some(&by.access), connecting(provider)).await.is(201).at("/id")
}

async fn own_domain(house: &House, provider: &Provider, by: &Person, domain: &str) -> Reply {
    let added = house.post("/domains", Some(&by.access), json!({ "domain": domain })).await.is(201);
    provider.prove(domain, &added.at("/challenge"));
    house.post(&format!("/domains/{}/verify", added.at("/id")), Some(&by.access), json!({})).await
}

impl Firm {
    async fn new(stage: Stage) -> Self {
        let (house, provider) = opened(stage).await;
        let ada = house.owner(ADA).await;
        own_domain(&house, &provider, &ada, "example.com").await.is(200);
        let connection = connected(&house, &provider, &ada).await;
        Self { house, provider, ada, connection }
    }

    async fn start(&self, query: &[(&str, &str)]) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let uri = format!("/sso/{}/start?{query}", self.connection);
        self.house.send(TestRequest::with_uri(&uri)).await
    }

    async fn sent(&self) -> (Sent, BTreeMap<String, String>) {
        let challenge = s256(VERIFIER);
        let sent = self.start(&[("return_to", BACK), ("code_challenge", &challenge)]).await.is(303);
        let url: Url = location(&sent).parse().unwrap();
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.provider.issuer)), "{url}");
        let asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        (Sent { state: asked["state"].clone(), nonce: asked["nonce"].clone() }, asked)
    }

    /// What a provider says of somebody who has signed in there just now.
    fn claims(&self, sent: &Sent, more: Value) -> Value {
        let now = self.house.stage.clock.now().timestamp();
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": "insula", "sub": "7", "iat": now, "exp": now + 300,
            "nonce": sent.nonce, "email": ADA, "email_verified": true, "name": "Ada Lovelace",
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    async fn back(&self, sent: &Sent) -> Reply {
        self.back_with(sent, "").await
    }

    async fn back_with(&self, sent: &Sent, more: &str) -> Reply {
        let uri = format!("/sso/{}/callback?state={}&code=provider-code{more}", self.connection, sent.state);
        self.house.send(TestRequest::with_uri(&uri)).await
    }

    /// There and back, where the provider says this beside what it says of everybody.
    async fn returned(&self, more: Value) -> Reply {
        let (sent, asked) = self.sent().await;
        self.provider.says(&asked["code_challenge"], Saying::of(self.claims(&sent, more)));
        self.back(&sent).await
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Reply {
        let body = json!({ "code": code, "code_verifier": verifier });
        self.house.post("/sso/exchange", None, body).await
    }

    async fn signed_in(&self, more: Value) -> Person {
        let code = code(&self.returned(more).await.is(303));
        self.house.person(&self.exchange(&code, VERIFIER).await.is(200)).await
    }

    async fn refused(&self, more: Value, status: u16, words: &str) {
        let page = self.returned(more.clone()).await.is(status);
        assert!(page.text.contains(words), "{more}: {}", page.text);
    }

    async fn change(&self, body: Value) -> Reply {
        let path = format!("/oidc-connections/{}", self.connection);
        self.house.patch(&path, &self.ada.access, "*", body).await
    }
}

fn location(reply: &Reply) -> String {
    reply.headers.get("location").unwrap().to_str().unwrap().to_owned()
}

fn code(reply: &Reply) -> String {
    let url: Url = location(reply).parse().unwrap();
    assert!(url.as_str().starts_with(BACK), "{url}");
    let (_, code) = url.query_pairs().into_owned().find(|(name, _)| name == "code").unwrap();
    code
}

async fn role(house: &House, person: &Person) -> String {
    house.get("/me", &person.access).await.is(200).at("/role")
}

both! {
    async fn a_member_signs_in_with_the_tenants_provider(stage: Stage) {
        let firm = Firm::new(stage).await;
        let (sent, asked) = firm.sent().await;
        assert_eq!(asked["response_type"], "code");
        let callback = format!("http://insula.test/sso/{}/callback", firm.connection);
        assert_eq!(asked["redirect_uri"], callback);
        assert_eq!((asked["scope"].as_str(), asked["code_challenge_method"].as_str()), ("openid email profile", "S256"));
        let claims = firm.claims(&sent, json!({ "at_hash": Provider::at_hash(&asked["code_challenge"]) }));
        firm.provider.says(&asked["code_challenge"], Saying::of(claims));
        let back = firm.back_with(&sent, &format!("&iss={}", firm.provider.issuer)).await.is(303);
        let form = firm.provider.forms().pop().unwrap();
        assert_eq!((form["code"].as_str(), form["redirect_uri"].as_str()), ("provider-code", callback.as_str()));
        let handed = code(&back);
        let tokens = firm.exchange(&handed, VERIFIER).await.is(200);
        assert_eq!(tokens.headers.get("cache-control").unwrap(), "no-store");
        let again = firm.house.person(&tokens).await;
        assert_eq!((again.user, again.tenant, &again.membership), (firm.ada.user, firm.ada.tenant, &firm.ada.membership));
        assert_eq!(role(&firm.house, &again).await, "owner", "a provider makes nobody less than an owner");
        // From then on it is who they are there that counts, and no address.
        let other = firm.signed_in(json!({ "email": "eve@neighbour.example", "email_verified": false })).await;
        assert_eq!(other.user, firm.ada.user);
        let renewed = json!({ "refresh_token": other.refresh });
        firm.house.post("/refresh", None, renewed).await.is(200);
    }
}

both! {
    async fn somebody_new_comes_in_as_what_the_claims_say(stage: Stage) {
        let firm = Firm::new(stage).await;
        let grace = json!({ "sub": "8", "email": "grace@example.com", "groups": ["staff", "ops"] });
        let before = firm.signed_in(grace.clone()).await;
        assert_eq!(role(&firm.house, &before).await, "admin");
        assert_eq!(firm.house.get("/me", &before.access).await.is(200).at("/display_name"), "Ada Lovelace");
        let mut less = grace;
        less["groups"] = json!(["visitors"]);
        let after = firm.signed_in(less).await;
        assert_eq!((after.user, role(&firm.house, &after).await.as_str()), (before.user, "viewer"));
        assert_eq!(role(&firm.house, &before).await, "viewer", "it is felt by the sessions that are open");
        firm.house.sign_in("grace@example.com", PASSWORD).await.problem(401, "users.wrong_credentials");
        // Many tell more to whoever asks than they write into a token.
        let joan = json!({ "sub": "10", "email": "joan@example.com" });
        for (userinfo, status) in [(json!({ "groups": ["staff"] }), 303), (json!({ "sub": "11", "groups": ["ops"] }), 403)] {
            let (sent, asked) = firm.sent().await;
            let saying = Saying { userinfo, ..Saying::of(firm.claims(&sent, joan.clone())) };
            firm.provider.says(&asked["code_challenge"], saying);
            let back = firm.back(&sent).await.is(status);
            if status == 303 {
                let joan = firm.house.person(&firm.exchange(&code(&back), VERIFIER).await.is(200)).await;
                assert_eq!(role(&firm.house, &joan).await, "member");
            }
        }
        // Whoever is taken out stays out.
        let remove = format!("/members/{}/remove", before.membership);
        firm.house.post(&remove, Some(&firm.ada.access), json!({})).await.is(200);
        firm.refused(json!({ "sub": "8" }), 403, "no active member").await;
        firm.change(json!({ "joining": "invited" })).await.is(200);
        firm.refused(json!({ "sub": "9", "email": "bob@example.com" }), 403, "no active member").await;
        let invited = json!({ "email": "bob@example.com", "role": "member" });
        firm.house.post("/invitations", Some(&firm.ada.access), invited).await.is(201);
        let bob = firm.signed_in(json!({ "sub": "9", "email": "bob@example.com", "groups": ["staff"] })).await;
        assert_eq!(role(&firm.house, &bob).await, "member");
        firm.house.accept(&firm.house.invitations().await.pop().unwrap(), PASSWORD).await.problem(409, "users.invitation_used");
    }
}

both! {
    async fn what_is_not_good_in_an_id_token_lets_nobody_in(stage: Stage) {
        let firm = Firm::new(stage).await;
        let now = firm.house.stage.clock.now().timestamp();
        for more in [
            json!({ "nonce": "another" }),
            json!({ "aud": "other" }),
            json!({ "aud": ["insula", "other"] }),
            json!({ "azp": "other" }),
            json!({ "iss": "https://login.example" }),
            json!({ "exp": now - 1 }),
            json!({ "iat": now - 3600 }),
            json!({ "iat": now + 3600 }),
            json!({ "nbf": now + 3600 }),
            json!({ "at_hash": Provider::at_hash("another") }),
            json!({ "sub": "" }),
        ] {
            firm.refused(more, 403, "did not sign you in").await;
        }
        for (header, by_another_key) in [
            (Some(json!({ "alg": "none" })), false),
            (Some(json!({ "alg": "HS256", "kid": "first" })), false),
            (None, true),
        ] {
            let (sent, asked) = firm.sent().await;
            let usual = Saying::of(firm.claims(&sent, json!({})));
            firm.provider.says(&asked["code_challenge"], Saying { header, by_another_key, ..usual });
            firm.back(&sent).await.is(403);
        }
        // A code that was asked for by somebody else.
        let (sent, _) = firm.sent().await;
        firm.provider.says("of another sign-in", Saying::of(firm.claims(&sent, json!({}))));
        firm.back(&sent).await.is(403);
        firm.signed_in(json!({})).await;
    }
}

both! {
    async fn a_key_that_the_provider_has_replaced_is_asked_for(stage: Stage) {
        let firm = Firm::new(stage).await;
        firm.signed_in(json!({})).await;
        firm.signed_in(json!({})).await;
        assert_eq!(firm.provider.asked_for_keys(), 1);
        firm.provider.replaces_its_key();
        firm.signed_in(json!({})).await;
        firm.signed_in(json!({})).await;
        assert_eq!(firm.provider.asked_for_keys(), 3, "for the sign-in, and with all else for those after it");
    }
}

both! {
    async fn an_address_links_where_it_is_proved_and_the_tenants_alone(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let eve = house.owner("eve@neighbour.example").await;
        house.owner("mallory@example.com").await;
        firm.refused(json!({ "email_verified": false }), 403, "address is proved").await;
        let mut silent = json!({ "email_verified": null });
        firm.refused(silent.clone(), 403, "address is proved").await;
        // Of somebody of another domain, even if the provider says so; and of another tenant's person in this domain.
        firm.refused(json!({ "email": "eve@neighbour.example" }), 403, "domain of your address").await;
        firm.refused(json!({ "email": "mallory@example.com" }), 403, "no active member").await;
        // The neighbour has a connection of its own, and no domain.
        let theirs = connected(house, &firm.provider, &eve).await;
        let next_door = Firm { connection: theirs, house: firm.house, provider: firm.provider, ada: firm.ada };
        next_door.refused(json!({}), 403, "domain of your address").await;
        let firm = next_door;
        let taken = own_domain(&firm.house, &firm.provider, &eve, "example.com").await;
        taken.problem(409, "users.domain_taken");
        silent["xms_edov"] = json!("1");
        firm.refused(silent, 403, "address is proved").await;
    }
}

both! {
    async fn another_of_the_provider_with_the_same_address_is_not_the_same(stage: Stage) {
        let firm = Firm::new(stage).await;
        let grace = |subject: &str| json!({ "sub": subject, "email": "grace@example.com" });
        let before = firm.signed_in(grace("8")).await;
        firm.refused(grace("9"), 409, "Somebody else").await;
        let remove = format!("/members/{}/remove", before.membership);
        firm.house.post(&remove, Some(&firm.ada.access), json!({})).await.is(200);
        let invited = json!({ "email": "grace@example.com", "role": "viewer" });
        firm.house.post("/invitations", Some(&firm.ada.access), invited).await.is(201);
        assert_eq!(firm.signed_in(grace("9")).await.user, before.user);
        firm.refused(grace("8"), 409, "Somebody else").await;
    }
}

both! {
    async fn each_step_is_good_once_and_for_a_while(stage: Stage) {
        let firm = Firm::new(stage).await;
        let (sent, asked) = firm.sent().await;
        firm.provider.says(&asked["code_challenge"], Saying::of(firm.claims(&sent, json!({}))));
        let handed = code(&firm.back(&sent).await.is(303));
        firm.back(&sent).await.is(422);
        firm.exchange(&handed, &"x".repeat(43)).await.problem(401, "users.sso_code_invalid");
        firm.exchange(&handed, VERIFIER).await.problem(401, "users.sso_code_invalid");
        let handed = code(&firm.returned(json!({})).await.is(303));
        firm.exchange(&handed, VERIFIER).await.is(200);
        firm.exchange(&handed, VERIFIER).await.problem(401, "users.sso_code_invalid");
        let late = code(&firm.returned(json!({})).await.is(303));
        firm.house.stage.clock.advance(Duration::seconds(61));
        firm.exchange(&late, VERIFIER).await.problem(401, "users.sso_code_invalid");
        let (sent, _) = firm.sent().await;
        firm.house.stage.clock.advance(Duration::minutes(11));
        firm.back(&sent).await.is(422);
        // By another provider (RFC 9207), and where somebody said no.
        let (sent, asked) = firm.sent().await;
        firm.provider.says(&asked["code_challenge"], Saying::of(firm.claims(&sent, json!({}))));
        firm.back_with(&sent, "&iss=https://evil.example").await.is(403);
        let (sent, _) = firm.sent().await;
        let denied = format!("/sso/{}/callback?state={}&error=access_denied", firm.connection, sent.state);
        firm.house.send(TestRequest::with_uri(&denied)).await.is(403);
        let bare = format!("/sso/{}/callback", firm.connection);
        firm.house.send(TestRequest::with_uri(&bare)).await.is(422);
    }
}

both! {
    /// A provider sends whoever comes to it on to another, with a sign-in of its own (RFC 9700, 4.4).
    async fn a_code_of_one_provider_is_handed_to_no_other(stage: Stage) {
        let firm = Firm::new(stage).await;
        let eve = firm.house.owner("eve@neighbour.example").await;
        let theirs = connected(&firm.house, &firm.provider, &eve).await;
        let challenge = s256(VERIFIER);
        let asked = [("return_to", BACK), ("code_challenge", challenge.as_str())];
        let asked = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
        let begun = firm.house.send(TestRequest::with_uri(&format!("/sso/{theirs}/start?{asked}"))).await.is(303);
        let url: Url = location(&begun).parse().unwrap();
        let asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["redirect_uri"], format!("http://insula.test/sso/{theirs}/callback"));
        let sent = Sent { state: asked["state"].clone(), nonce: asked["nonce"].clone() };
        firm.provider.says(&asked["code_challenge"], Saying::of(firm.claims(&sent, json!({}))));
        firm.back(&sent).await.is(422);
        assert!(firm.provider.forms().is_empty(), "the code was handed to somebody");
    }
}

both! {
    async fn browsers_are_sent_to_what_the_connection_names_alone(stage: Stage) {
        let firm = Firm::new(stage).await;
        let challenge = s256(VERIFIER);
        for elsewhere in ["https://evil.example", "https://app.example/signed-in?x=1", ""] {
            firm.start(&[("return_to", elsewhere), ("code_challenge", &challenge)]).await.is(422);
        }
        firm.start(&[("return_to", BACK)]).await.is(422);
        firm.start(&[("return_to", BACK), ("code_challenge", "short")]).await.is(422);
        let nobodys = format!("/sso/{}/start?return_to={BACK}&code_challenge={challenge}", firm.ada.membership);
        firm.house.send(TestRequest::with_uri(&nobodys)).await.is(404);
        // Begun by the provider: the client is told, and begins as ever.
        let initiate = |query: &[(&str, &str)]| {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            TestRequest::with_uri(&format!("/sso/{}/initiate?{query}", firm.connection))
        };
        let issuer = firm.provider.issuer.as_str();
        let sent = firm.house.send(initiate(&[("iss", issuer), ("login_hint", ADA), ("target_link_uri", BACK)])).await.is(303);
        let expected = format!("{BACK}?sso_connection={}&login_hint=ada%40example.com", firm.connection);
        assert_eq!(location(&sent), expected);
        firm.house.send(initiate(&[("iss", issuer)])).await.is(303);
        firm.house.send(initiate(&[("iss", issuer), ("target_link_uri", "https://evil.example")])).await.is(422);
        firm.house.send(initiate(&[("iss", "https://evil.example"), ("target_link_uri", BACK)])).await.is(403);
        let discovered = async |email: &str| {
            let found = firm.house.post("/sso/discover", None, json!({ "email": email })).await.is(200);
            found.json()["connection"]["connection_id"].clone()
        };
        assert_eq!(discovered("nobody@Example.com").await, json!(firm.connection));
        assert_eq!(discovered("nobody@neighbour.example").await, Value::Null);
        let shown = firm.house.get(&format!("/oidc-connections/{}", firm.connection), &firm.ada.access).await.is(200);
        assert!(!shown.text.contains("kept by both"), "{}", shown.text);
    }
}

both! {
    async fn what_the_provider_opened_is_worth_its_tenant(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let eve = house.owner("eve@neighbour.example").await;
        house.post("/invitations", Some(&eve.access), json!({ "email": ADA, "role": "member" })).await.is(201);
        let asked = house.invitations().await.pop().unwrap();
        house.accept(&asked, PASSWORD).await.is(200);
        let ada = firm.signed_in(json!({})).await;
        let refused = async |path: &str, body: Value| {
            house.post(path, Some(&ada.access), body).await.problem(403, "users.federated_session");
        };
        refused("/sessions/switch", json!({ "tenant_id": eve.tenant })).await;
        refused("/sessions/prove", json!({ "current_password": PASSWORD })).await;
        refused("/me/totp", json!({ "current_password": PASSWORD })).await;
        refused("/me/exports", json!({})).await;
        let me = house.get("/me", &ada.access).await.is(200);
        assert_eq!(me.json()["tenants"], json!([]));
        let away = house.post("/sign-in", None, json!({ "email": ADA, "password": PASSWORD, "tenant_id": eve.tenant }));
        let away = house.person(&away.await.is(200)).await;
        house.post("/sessions/revoke-all", Some(&ada.access), json!({})).await.is(204);
        house.get("/me", &ada.access).await.is(401);
        house.get("/me", &away.access).await.is(200);
        // Where the connection is gone, what it opened is not renewed.
        let ada = firm.signed_in(json!({})).await;
        let owner = house.enter(ADA).await;
        house.delete(&format!("/oidc-connections/{}", firm.connection), &owner.access).await.is(204);
        house.post("/refresh", None, json!({ "refresh_token": ada.refresh })).await.problem(401, "users.refresh_refused");
    }
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

fn enforced() -> Value {
    json!({ "enforcement": "enforced" })
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
        let log = house.get("/audit-entries?action=users.oauth_client.sign_in", &firm.ada.access).await.is(200);
        assert_eq!(log.json()["data"][0]["after"]["break_glass"], true, "{}", log.text);
    }
}

both! {
    async fn a_domain_is_one_tenants_once_it_shows_its_challenge(stage: Stage) {
        let (house, provider) = opened(stage).await;
        let (ada, eve) = (house.owner(ADA).await, house.owner("eve@neighbour.example").await);
        let wrong = house.post("/domains", Some(&ada.access), json!({ "domain": "10.0.0.1" })).await;
        wrong.problem(422, "invalid");
        let added = house.post("/domains", Some(&ada.access), json!({ "domain": "Example.com" })).await.is(201);
        assert_eq!(added.at("/file_url"), "https://example.com/.well-known/insula-challenge.txt");
        let twice = house.post("/domains", Some(&ada.access), json!({ "domain": "example.com" })).await;
        twice.problem(409, "users.domain_exists");
        let verify = format!("/domains/{}/verify", added.at("/id"));
        house.post(&verify, Some(&ada.access), json!({})).await.problem(409, "users.domain_unproved");
        provider.prove("example.com", "something else");
        house.post(&verify, Some(&ada.access), json!({})).await.problem(409, "users.domain_unproved");
        house.post(&verify, Some(&eve.access), json!({})).await.problem(404, "users.domain_not_found");
        provider.prove("example.com", &added.at("/challenge"));
        let verified = house.post(&verify, Some(&ada.access), json!({})).await.is(200);
        provider.prove("example.com", "gone");
        let again = house.post(&verify, Some(&ada.access), json!({})).await.is(200);
        assert_eq!(again.at("/verified_at"), verified.at("/verified_at"));
        own_domain(&house, &provider, &eve, "example.com").await.problem(409, "users.domain_taken");
        house.delete(&format!("/domains/{}", added.at("/id")), &ada.access).await.is(204);
        let theirs = house.get("/domains", &eve.access).await.is(200);
        let waiting = theirs.at("/data/0/id");
        provider.prove("example.com", "gone");
        house.post(&format!("/domains/{waiting}/verify"), Some(&eve.access), json!({})).await.problem(409, "users.domain_unproved");
        provider.prove("example.com", &theirs.at("/data/0/challenge"));
        house.post(&format!("/domains/{waiting}/verify"), Some(&eve.access), json!({})).await.is(200);
    }
}

both! {
    async fn a_connection_is_for_owners_who_have_just_proved_themselves(stage: Stage) {
        let (house, provider) = opened(stage).await;
        let ada = house.owner(ADA).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "admin" })).await;
        house.post("/oidc-connections", Some(&bob.access), connecting(&provider)).await.is(403);
        let mut wrong = connecting(&provider);
        wrong["issuer"] = json!("http://login.example");
        wrong["return_to"] = json!(["http://app.example"]);
        let refused = house.post("/oidc-connections", Some(&ada.access), wrong).await.problem(422, "invalid");
        assert_eq!((refused.at("/errors/0/pointer"), refused.at("/errors/1/pointer")), ("/issuer".into(), "/return_to/0".into()));
        let mut owners = connecting(&provider);
        owners["role_map"] = json!({ "ops": "owner" });
        house.post("/oidc-connections", Some(&ada.access), owners).await.is(400);
        let id = connected(&house, &provider, &ada).await;
        house.get(&format!("/oidc-connections/{id}"), &bob.access).await.is(200);
        house.stage.clock.advance(Duration::minutes(16));
        let ended = house.delete(&format!("/oidc-connections/{id}"), &ada.access).await;
        ended.problem(403, "users.fresh_credential_needed");
    }
}

both! {
    async fn the_secret_is_sealed_anew_when_the_master_key_is_replaced(stage: Stage) {
        let (old, new) = (MasterKey::generate(), MasterKey::generate());
        let mut stage = stage;
        stage.secrets = Secrets::new(&old);
        let (house, provider) = opened(stage).await;
        let ada = house.owner(ADA).await;
        connected(&house, &provider, &ada).await;
        let mut stage = house.stage;
        stage.secrets = Secrets::rotated(&new, &[old]);
        let house = House::with_settings(stage, Settings::default()).await;
        let sealed = house.sealed.iter().find(|sealed| sealed.what() == "client secrets of providers").unwrap();
        let visitor = house.stage.visitor();
        let done = |anew, already| Resealed { anew, already, unreadable: 0 };
        assert_eq!(sealed.reseal(&visitor).await.unwrap(), done(1, 0));
        assert_eq!(sealed.reseal(&visitor).await.unwrap(), done(0, 1));
    }
}

both! {
    async fn who_may_do_less_than_an_owner_names_no_provider(stage: Stage) {
        let (house, provider) = opened(stage).await;
        let ada = house.owner(ADA).await;
        let names = json!({ "name": "Directory", "permissions": ["users.sso.read", "users.sso.write"] });
        let role = house.post("/roles", Some(&ada.access), names).await.is(201).at("/id");
        let bob = house.member(&ada, "bob@example.com", json!({ "role_id": role })).await;
        house.post("/oidc-connections", Some(&bob.access), connecting(&provider)).await.problem(403, "users.grant_too_wide");
        let id = connected(&house, &provider, &ada).await;
        let patch = house.patch(&format!("/oidc-connections/{id}"), &bob.access, "*", json!({ "name": "Mine" })).await;
        patch.problem(403, "users.grant_too_wide");
    }
}
