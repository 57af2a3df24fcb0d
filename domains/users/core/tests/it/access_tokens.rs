//! Access tokens as others read them, and those that nobody should believe.

use crate::house::{House, PASSWORD};
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cache::Cache;
use chrono::Duration;
use futures::future::join_all;
use kernel::ctx::IdentityProvider;
use module::{Archives, Platform};
use ring::hmac;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use secrets::{MasterKey, Secrets, hash_token};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use testkit::{Stage, both, eventually};
use users::{Deps, Settings};

const ADA: &str = "ada@example.com";

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Header and claims of a token.
pub fn read(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let json = |part: &str| serde_json::from_slice(&decoded(part)).unwrap();
    (json(parts[0]), json(parts[1]))
}

pub async fn keys(house: &House) -> Vec<Value> {
    let told = house.send(TestRequest::with_uri("/.well-known/jwks.json")).await.is(200);
    assert_eq!(told.headers.get("content-type").unwrap(), "application/jwk-set+json");
    assert_eq!(told.headers.get("cache-control").unwrap(), "public, max-age=600");
    told.json()["keys"].as_array().unwrap().clone()
}

/// As a program would that knows nothing but the published keys.
pub fn is_signed_by(token: &str, key: &Value) -> bool {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let public = decoded(key["x"].as_str().unwrap());
    UnparsedPublicKey::new(&ED25519, public).verify(message.as_bytes(), &decoded(signature)).is_ok()
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message =
        format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(claims.to_string().as_bytes()));
    let signature = encoded(&sign(message.as_bytes()));
    format!("{message}.{signature}")
}

both! {
    async fn others_can_read_a_token_by_the_published_keys(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let [key] = <[Value; 1]>::try_from(keys(&house).await).unwrap();
        assert_eq!([&key["kty"], &key["crv"], &key["alg"], &key["use"]], ["OKP", "Ed25519", "EdDSA", "sig"]);
        assert!(key.get("d").is_none());
        assert!(is_signed_by(&ada.access, &key));
        let (header, claims) = read(&ada.access);
        assert_eq!(header, json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": key["kid"] }));
        let now = house.stage.clock.now().timestamp();
        assert_eq!([&claims["iss"], &claims["aud"]], ["http://insula.test", "http://insula.test"]);
        assert_eq!(claims["sub"], json!(ada.user));
        assert_eq!(claims["tenant_id"], json!(ada.tenant));
        assert_eq!([&claims["iat"], &claims["auth_time"]], [&json!(now), &json!(now)]);
        assert_eq!(claims["exp"], json!(now + 3_600));
        assert_eq!(claims["amr"], json!(["pwd"]));
        assert!(claims.get("act").is_none());
        let sessions = house.get("/sessions", &ada.access).await.is(200);
        assert_eq!(claims["sid"], json!(sessions.at("/data/0/id")));
    }
}

both! {
    async fn a_renewed_token_is_of_the_same_session(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.stage.clock.advance(Duration::minutes(5));
        let renewed = house.post("/refresh", None, json!({ "refresh_token": ada.refresh })).await.is(200);
        let (before, after) = (read(&ada.access).1, read(&renewed.at("/access_token")).1);
        for name in ["sid", "sub", "tenant_id", "auth_time", "amr"] {
            assert_eq!(before[name], after[name], "{name}");
        }
        assert_ne!(before["jti"], after["jti"]);
        house.get("/me", &ada.access).await.problem(401, "unauthenticated");
        house.get("/me", &renewed.at("/access_token")).await.is(200);
    }
}

both! {
    async fn a_token_ends_at_its_second(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        house.stage.clock.advance(Duration::seconds(3_599));
        house.get("/me", &ada.access).await.is(200);
        house.stage.clock.advance(Duration::seconds(1));
        house.get("/me", &ada.access).await.problem(401, "unauthenticated");
    }
}

both! {
    async fn nobody_believes_a_forged_token(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let unknown = house.get("/me", "ins_live_nobody").await.problem(401, "unauthenticated");
        let public = decoded(keys(&house).await[0]["x"].as_str().unwrap());
        let (header, claims) = read(&ada.access);
        let foreign = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let by_foreign = |message: &[u8]| foreign.sign(message).as_ref().to_vec();
        let by_public = |message: &[u8]| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), message).as_ref().to_vec()
        };
        let with = |of: &Value, name: &str, value: Value| {
            let mut changed = of.clone();
            changed[name] = value;
            changed
        };
        let (message, signature) = ada.access.rsplit_once('.').unwrap();
        let payload = encoded(with(&claims, "exp", json!(4_102_444_800_i64)).to_string().as_bytes());
        let forged = [
            signed(&with(&header, "alg", json!("none")), &claims, |_| Vec::new()),
            signed(&with(&header, "alg", json!("None")), &claims, |_| Vec::new()),
            signed(&with(&header, "alg", json!("HS256")), &claims, by_public),
            signed(&header, &claims, by_public),
            signed(&header, &claims, by_foreign),
            signed(&with(&header, "kid", json!("another")), &claims, by_foreign),
            signed(&header, &with(&claims, "aud", json!("http://another.test")), by_foreign),
            signed(&header, &with(&claims, "iss", json!("http://another.test")), by_foreign),
            signed(&header, &with(&claims, "tenant_id", json!(house.owner("bob@example.com").await.tenant)), by_foreign),
            format!("{}.{payload}.{signature}", message.split('.').next().unwrap()),
            message.to_owned(),
            format!("{message}."),
            format!("{}.", ada.access),
            ada.access[..ada.access.len() - 2].to_owned(),
            format!("{}.{}.{signature}", "e".repeat(5_000), "e".repeat(5_000)),
            "a.b.c".to_owned(),
            "..".to_owned(),
        ];
        for token in &forged {
            let refused = house.get("/me", token).await.problem(401, "unauthenticated");
            for name in ["/title", "/detail"] {
                assert_eq!(refused.at(name), unknown.at(name), "{token}");
            }
        }
        house.get("/me", &ada.access).await.is(200);
    }
}

both! {
    async fn a_signature_is_checked_once_and_believed_for_less_than_a_second(stage: Stage) {
        let house = House::new(stage).await;
        house.owner(ADA).await;
        let is_in = async |token: &str| house.get("/me", token).await.status == 200;
        let sql = "UPDATE signing_keys SET deleted_at = created_at WHERE deleted_at IS NULL";
        // On a machine with much to do what is believed may have run out before it is asked for.
        for _ in 0..20 {
            let token = house.enter(ADA).await.access;
            let system = house.databases.system("tests").await.unwrap();
            assert_eq!(system.execute(sql, vec![]).await.unwrap(), 1);
            system.commit().await.unwrap();
            // From now on the node would ask for the keys again.
            house.stage.clock.advance(Duration::minutes(1));
            if is_in(&token).await {
                eventually("it is checked again", || async { (!is_in(&token).await).then_some(()) }).await;
                return;
            }
        }
        panic!("a signature is checked on each request");
    }
}

both! {
    async fn the_next_key_takes_over_and_the_one_before_runs_out(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let first = read(&ada.access).0["kid"].clone();
        let next_token = || async { house.sign_in(ADA, PASSWORD).await.is(200).at("/access_token") };

        house.stage.clock.advance(Duration::days(30));
        let still = next_token().await;
        assert_eq!(read(&still).0["kid"], first, "the next one is published before it signs");
        let published = keys(&house).await;
        let ids: Vec<&Value> = published.iter().map(|key| &key["kid"]).collect();
        assert_eq!((ids.len(), ids[1]), (2, &first));

        house.stage.clock.advance(Duration::minutes(59));
        let last_of_first = next_token().await;
        assert_eq!(read(&last_of_first).0["kid"], first);
        house.stage.clock.advance(Duration::minutes(1));
        let of_next = next_token().await;
        assert_eq!(&read(&of_next).0["kid"], ids[0]);
        assert!(is_signed_by(&of_next, &published[0]));
        for token in [&last_of_first, &of_next] {
            house.get("/me", token).await.is(200);
        }
        // A minute longer than its last token.
        house.stage.clock.advance(Duration::minutes(61));
        assert_eq!(keys(&house).await.len(), 1);
    }
}

both! {
    async fn nodes_believe_each_others_tokens(stage: Stage) {
        let house = House::new(stage).await;
        let cache = Cache::in_process(cache::Settings::default());
        let platform = Platform { cache, ..house.stage.platform("users").await };
        let other: Arc<dyn IdentityProvider> =
            users::module(Settings::default(), Deps { platform, archives: Archives::default() })
                .identity
                .unwrap();
        let believes = |token: String| {
            let (other, visitor) = (other.clone(), house.stage.visitor());
            async move { other.authenticate(&visitor, &token).await.unwrap().is_some() }
        };
        // It knows no key yet, and asks again for one that it does not know.
        assert!(!believes("eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsifQ.e30.c2ln".to_owned()).await);
        let ada = house.owner(ADA).await;
        house.stage.clock.advance(Duration::seconds(1));
        assert!(believes(ada.access.clone()).await);
        house.post("/sign-out", Some(&ada.access), json!({})).await.is(204);
        eventually("the other node hears that it has ended", async || {
            (!believes(ada.access.clone()).await).then_some(())
        })
        .await;
    }
}

both! {
    async fn claims_count_though_our_own_key_signed_them(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let (header, claims) = read(&ada.access);
        let own = own_key(&house).await;
        let by_own = |message: &[u8]| own.sign(message).as_ref().to_vec();
        let now = house.stage.clock.now().timestamp();
        let check = async |header: &Value, claims: &Value, expected: u16| {
            let token = signed(header, claims, by_own);
            // The look-up finds the session by it, so nothing but the token itself is left to refuse it.
            let sql = data::sql!("UPDATE sessions SET access_hash = $2 WHERE tenant_id = $1");
            let unit = house.databases.write(&house.ctx_of(&ada)).await.unwrap();
            assert_eq!(unit.sql(sql).bind(hash_token(&token).to_vec()).exec().await.unwrap(), 1);
            unit.commit(()).await.unwrap();
            assert_eq!(house.get("/me", &token).await.status, expected, "{header} {claims}");
        };
        let with = |of: &Value, name: &str, value: Value| {
            let mut changed = of.clone();
            changed[name] = value;
            changed
        };
        check(&header, &with(&claims, "jti", json!(uuid::Uuid::new_v4())), 200).await;
        for (name, value) in [
            ("iss", json!("http://another.test")),
            ("aud", json!("http://another.test")),
            ("aud", json!(["http://insula.test", "http://another.test"])),
            ("exp", json!(now)),
            ("iat", json!(now + 61)),
            ("sid", Value::Null),
            ("sub", Value::Null),
        ] {
            check(&header, &with(&claims, name, value), 401).await;
        }
        for (name, value) in [("typ", json!("JWT")), ("kid", json!("another")), ("crit", json!(["exp"]))] {
            check(&with(&header, name, value), &claims, 401).await;
        }
    }
}

/// The private key of the first, as the database and the master key have it together.
async fn own_key(house: &House) -> Ed25519KeyPair {
    let system = house.databases.system("tests").await.unwrap();
    let sql = "SELECT public_id, sealed_private_key FROM signing_keys";
    let rows = system.query_all(sql, vec![]).await.unwrap();
    system.commit().await.unwrap();
    let id: uuid::Uuid = rows[0].try_get("", "public_id").unwrap();
    let sealed: Vec<u8> = rows[0].try_get("", "sealed_private_key").unwrap();
    let seed = house.stage.secrets.open("users.signing_key", id.as_bytes(), &sealed).unwrap();
    assert!(!sealed.windows(seed.len()).any(|window| window == seed));
    Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}

both! {
    async fn the_first_key_is_told_before_anybody_signs_in_and_says_nothing_of_who_came(stage: Stage) {
        let house = House::new(stage).await;
        let from = |uri: &str| {
            let peer: SocketAddr = "203.0.113.7:4000".parse().unwrap();
            TestRequest::with_uri(uri).peer_addr(peer).insert_header(("user-agent", "Firefox"))
        };
        let told = house.send(from("/.well-known/jwks.json")).await.is(200);
        let ada = house.owner(ADA).await;
        assert_eq!(told.at("/keys/0/kid"), read(&ada.access).0["kid"]);
        assert_eq!(told.json()["keys"].as_array().unwrap().len(), 1);

        let body = json!({ "email": ADA, "password": PASSWORD });
        let sign_in = from("/api/v1/users/sign-in").method(actix_web::http::Method::POST).set_json(body);
        house.send(sign_in).await.is(200);
        let entries = house.messages("users.append_audit_entry").await;
        let of = |action: &str| entries.iter().rfind(|(_, _, payload)| payload.contains(action)).unwrap();
        assert!(of("users.session.create").2.contains("203.0.113.7"), "{entries:?}");
        let (_, tenant, payload) = of("users.signing_key.create");
        assert_eq!(*tenant, kernel::id::PLATFORM);
        assert!(!payload.contains("203.0.113.7") && !payload.contains("Firefox"), "{payload}");
    }
}

both! {
    async fn a_key_that_cannot_be_opened_is_followed_at_once(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let mut stage = house.stage;
        stage.secrets = Secrets::new(&MasterKey::generate());
        stage.cache = Cache::in_process(cache::Settings::default());
        let house = House::new(stage).await;
        // What it signed is known by its public half.
        house.get("/me", &ada.access).await.is(200);
        let anew = house.enter(ADA).await;
        assert_ne!(read(&anew.access).0["kid"], read(&ada.access).0["kid"]);
        assert_eq!(keys(&house).await.len(), 2);
        let again = house.enter(ADA).await;
        assert_eq!(read(&again.access).0["kid"], read(&anew.access).0["kid"]);
    }
}

both! {
    async fn two_nodes_that_make_the_next_key_at_once_do_not_fail(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner(ADA).await;
        let node = async || {
            let cache = Cache::in_process(cache::Settings::default());
            let platform = Platform { cache, ..house.stage.platform("users").await };
            users::module(Settings::default(), Deps { platform, archives: Archives::default() })
                .signing_keys
                .unwrap()
        };
        let nodes = [node().await, node().await];
        let visitor = house.stage.visitor();
        let told = join_all((0..6).map(|turn| nodes[turn % 2].rotate(&visitor))).await;
        told.into_iter().for_each(|told| told.unwrap());
        // This node knows none of them yet.
        assert_eq!(read(&house.enter(ADA).await.access).0["kid"], read(&ada.access).0["kid"]);
        house.stage.clock.advance(Duration::hours(1));
        let published = keys(&house).await;
        let later = house.enter(ADA).await;
        assert_eq!(read(&later.access).0["kid"], published[0]["kid"]);
        assert!((2..=7).contains(&published.len()), "{published:?}");
        house.get("/me", &later.access).await.is(200);
    }
}
