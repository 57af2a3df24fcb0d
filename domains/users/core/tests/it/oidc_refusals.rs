//! What must not sign anybody in by a tenant's provider: an ID token that is not good, a step that comes late, twice or from
//! elsewhere, and the way back to where the connection does not send.

use crate::oidc::{ADA, BACK, Firm, Sent, VERIFIER, code, connected, location};
use actix_web::test::TestRequest;
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{Provider, Saying, Stage, both, s256};
use url::{Url, form_urlencoded};

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
