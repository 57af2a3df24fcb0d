//! Members sign in with their tenant's own provider: who is let in, as what, whom an address links to, and who sets it up.

use crate::house::{House, PASSWORD, Person, Reply};
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

pub const ADA: &str = "ada@example.com";
pub const BACK: &str = "https://app.example/signed-in";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A tenant of Ada's, with a provider and the domain of her address.
pub struct Firm {
    pub house: House,
    pub provider: Provider,
    pub ada: Person,
    pub connection: String,
}

/// A sign-in that was sent to the provider.
pub struct Sent {
    pub state: String,
    pub nonce: String,
}

async fn opened(mut stage: Stage) -> (House, Provider) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    stage.outbound =
        Outbound::new(outbound::Settings { allow_private_addresses: true, ..Default::default() });
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

pub async fn connected(house: &House, provider: &Provider, by: &Person) -> String {
    house.post("/oidc-connections", Some(&by.access), connecting(provider)).await.is(201).at("/id")
}

async fn own_domain(house: &House, provider: &Provider, by: &Person, domain: &str) -> Reply {
    let added = house.post("/domains", Some(&by.access), json!({ "domain": domain })).await.is(201);
    provider.prove(domain, &added.at("/challenge"));
    house.post(&format!("/domains/{}/verify", added.at("/id")), Some(&by.access), json!({})).await
}

impl Firm {
    pub async fn new(stage: Stage) -> Self {
        let (house, provider) = opened(stage).await;
        let ada = house.owner(ADA).await;
        own_domain(&house, &provider, &ada, "example.com").await.is(200);
        let connection = connected(&house, &provider, &ada).await;
        Self { house, provider, ada, connection }
    }

    pub async fn start(&self, query: &[(&str, &str)]) -> Reply {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let uri = format!("/sso/{}/start?{query}", self.connection);
        self.house.send(TestRequest::with_uri(&uri)).await
    }

    pub async fn sent(&self) -> (Sent, BTreeMap<String, String>) {
        let challenge = s256(VERIFIER);
        let sent = self.start(&[("return_to", BACK), ("code_challenge", &challenge)]).await.is(303);
        let url: Url = location(&sent).parse().unwrap();
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.provider.issuer)), "{url}");
        let asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        (Sent { state: asked["state"].clone(), nonce: asked["nonce"].clone() }, asked)
    }

    /// What a provider says of somebody who has signed in there just now.
    pub fn claims(&self, sent: &Sent, more: Value) -> Value {
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

    pub async fn back(&self, sent: &Sent) -> Reply {
        self.back_with(sent, "").await
    }

    pub async fn back_with(&self, sent: &Sent, more: &str) -> Reply {
        let uri = format!("/sso/{}/callback?state={}&code=provider-code{more}", self.connection, sent.state);
        self.house.send(TestRequest::with_uri(&uri)).await
    }

    /// There and back, where the provider says this beside what it says of everybody.
    pub async fn returned(&self, more: Value) -> Reply {
        let (sent, asked) = self.sent().await;
        self.provider.says(&asked["code_challenge"], Saying::of(self.claims(&sent, more)));
        self.back(&sent).await
    }

    pub async fn exchange(&self, code: &str, verifier: &str) -> Reply {
        let body = json!({ "code": code, "code_verifier": verifier });
        self.house.post("/sso/exchange", None, body).await
    }

    pub async fn signed_in(&self, more: Value) -> Person {
        let code = code(&self.returned(more).await.is(303));
        self.house.person(&self.exchange(&code, VERIFIER).await.is(200)).await
    }

    pub async fn refused(&self, more: Value, status: u16, words: &str) {
        let page = self.returned(more.clone()).await.is(status);
        assert!(page.text.contains(words), "{more}: {}", page.text);
    }

    pub async fn change(&self, body: Value) -> Reply {
        let path = format!("/oidc-connections/{}", self.connection);
        self.house.patch(&path, &self.ada.access, "*", body).await
    }
}

pub fn location(reply: &Reply) -> String {
    reply.headers.get("location").unwrap().to_str().unwrap().to_owned()
}

pub fn code(reply: &Reply) -> String {
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
        let handed = code(&firm.returned(grace("8")).await.is(303));
        let remove = format!("/members/{}/remove", before.membership);
        firm.house.post(&remove, Some(&firm.ada.access), json!({})).await.is(200);
        let invited = json!({ "email": "grace@example.com", "role": "viewer" });
        firm.house.post("/invitations", Some(&firm.ada.access), invited).await.is(201);
        assert_eq!(firm.signed_in(grace("9")).await.user, before.user);
        firm.exchange(&handed, VERIFIER).await.problem(401, "users.sso_code_invalid");
        firm.refused(grace("8"), 409, "Somebody else").await;
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
        for own in ["/me/passkeys", "/me/second-factors"] {
            house.get(own, &ada.access).await.problem(403, "users.federated_session");
        }
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
        let unproved = async |found: &str| {
            let told = house.post(&verify, Some(&ada.access), json!({})).await.problem(409, "users.domain_unproved");
            let expected = format!("the file for example.com in this installation: {found}.");
            assert!(told.at("/detail").contains(&expected), "{}", told.text);
        };
        unproved("the answer has the status 404").await;
        provider.prove("example.com", "something else");
        unproved("it holds something else").await;
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
        let may = ["users.sso.read", "users.sso.write", "users.profile.read"];
        let names = json!({ "name": "Directory", "permissions": may });
        let role = house.post("/roles", Some(&ada.access), names).await.is(201).at("/id");
        let bob = house.member(&ada, "bob@example.com", json!({ "role_id": role })).await;
        house.post("/oidc-connections", Some(&bob.access), connecting(&provider)).await.problem(403, "users.grant_too_wide");
        let id = connected(&house, &provider, &ada).await;
        let patch = house.patch(&format!("/oidc-connections/{id}"), &bob.access, "*", json!({ "name": "Mine" })).await;
        patch.problem(403, "users.grant_too_wide");
    }
}
