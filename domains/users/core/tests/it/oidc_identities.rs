//! Who members are at their tenant's providers, and how that is undone.

use crate::oidc::{Firm, VERIFIER, code};
use crate::roles::role;
use crate::teams::{add, team};
use chrono::Duration;
use serde_json::{Value, json};
use testkit::{Stage, both};

fn grace(subject: &str) -> Value {
    json!({ "sub": subject, "email": "grace@example.com" })
}

both! {
    async fn an_owner_unlinks_who_is_somebody_else_at_the_provider_by_now(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let before = firm.signed_in(grace("8")).await;
        let bob = house.member(&firm.ada, "bob@example.com", json!({ "role": "admin" })).await;
        let identities = format!("/members/{}/identities", before.membership);
        let shown = house.get(&identities, &bob.access).await.is(200).json()["data"].clone();
        assert_eq!(shown.as_array().unwrap().len(), 1);
        assert!(shown[0]["id"].is_string() && shown[0]["created_at"].is_string(), "{shown}");
        assert_eq!(
            (&shown[0]["connection_id"], &shown[0]["issuer"], &shown[0]["subject"]),
            (&json!(firm.connection), &json!(firm.provider.issuer), &json!("8"))
        );
        house.get(&identities, &before.access).await.is(403);
        firm.refused(grace("9"), 409, "Somebody else").await;

        let unlink = format!("{identities}/{}/unlink", firm.connection);
        house.post(&unlink, Some(&bob.access), json!({})).await.is(403);
        let handed = code(&firm.returned(grace("8")).await.is(303));
        house.post(&unlink, Some(&firm.ada.access), json!({})).await.is(204);
        house.get("/me", &before.access).await.is(401);
        let renewed = json!({ "refresh_token": before.refresh });
        house.post("/refresh", None, renewed).await.problem(401, "users.refresh_refused");
        let shown = house.get(&identities, &firm.ada.access).await.is(200).json();
        assert_eq!(shown, json!({ "data": [], "next_cursor": null }));
        let again = house.post(&unlink, Some(&firm.ada.access), json!({})).await;
        again.problem(404, "users.identity_not_found");

        assert_eq!(firm.signed_in(grace("9")).await.user, before.user);
        // The connection knows them again, but not as whom the code was handed to.
        firm.exchange(&handed, VERIFIER).await.problem(401, "users.sso_code_invalid");
        firm.refused(grace("8"), 409, "Somebody else").await;
        house.deliver_audit().await;
        let log = house.get("/audit-entries?action=users.oidc_identity.delete", &firm.ada.access).await.is(200);
        let entry = log.json()["data"][0].clone();
        assert_eq!(entry["before"]["member"], json!(before.membership), "{}", log.text);
        assert_eq!(entry["after"]["sessions_ended"], 1, "{}", log.text);
    }
}

both! {
    async fn a_code_of_who_was_unlinked_is_worth_nothing(stage: Stage) {
        let firm = Firm::new(stage).await;
        let signed_in = firm.signed_in(grace("8")).await;
        let handed = code(&firm.returned(grace("8")).await.is(303));
        let unlink = format!("/members/{}/identities/{}/unlink", signed_in.membership, firm.connection);
        firm.house.post(&unlink, Some(&firm.ada.access), json!({})).await.is(204);
        firm.exchange(&handed, VERIFIER).await.problem(401, "users.sso_code_invalid");
    }
}

both! {
    async fn what_somebody_has_opened_by_themselves_stays_where_they_are_unlinked(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let by_provider = firm.signed_in(json!({})).await;
        let own = format!("/members/{}/identities/{}/unlink", firm.ada.membership, firm.connection);
        house.post(&own, Some(&firm.ada.access), json!({})).await.is(204);
        house.get("/me", &by_provider.access).await.is(401);
        house.get("/me", &firm.ada.access).await.is(200);
    }
}

both! {
    /// Or they would have their own provider say that somebody else is an owner.
    async fn who_may_do_less_than_an_owner_unlinks_nobody(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        firm.signed_in(json!({})).await;
        let may = ["users.sso.read", "users.sso.write", "users.profile.read"];
        let names = json!({ "name": "Directory", "permissions": may });
        let role = house.post("/roles", Some(&firm.ada.access), names).await.is(201).at("/id");
        let bob = house.member(&firm.ada, "bob@example.com", json!({ "role_id": role })).await;
        let unlink = format!("/members/{}/identities/{}/unlink", firm.ada.membership, firm.connection);
        house.post(&unlink, Some(&bob.access), json!({})).await.problem(403, "users.grant_too_wide");
        house.stage.clock.advance(Duration::minutes(16));
        let late = house.post(&unlink, Some(&firm.ada.access), json!({})).await;
        late.problem(403, "users.fresh_credential_needed");
    }
}

both! {
    async fn what_somebody_gave_as_an_admin_ends_where_the_provider_makes_them_less(stage: Stage) {
        let firm = Firm::new(stage).await;
        let house = &firm.house;
        let said = |group: &str| json!({ "sub": "8", "email": "grace@example.com", "groups": [group] });
        let admin = firm.signed_in(said("ops")).await;
        let may = role(house, &firm.ada, "Lets in", &["users.support_access.write"]).await;
        let lets_in = team(house, &firm.ada, json!({ "name": "Desk", "role_id": may })).await;
        add(house, &firm.ada, &lets_in, &admin).await.is(201);
        let body = json!({ "role": "admin", "reason": "A wrong total", "minutes": 60 });
        let grant = house.post("/support-grants", Some(&admin.access), body).await.is(201).at("/id");
        firm.signed_in(said("staff")).await;
        let shown = house.get(&format!("/support-grants/{grant}"), &firm.ada.access).await.is(200);
        assert!(shown.json()["revoked_at"].is_string(), "{}", shown.text);
    }
}
