//! A grant of support access is worth no more than whoever gave it: once they are gone, or may not give it any more, it lets
//! nobody in, and what was opened by it is over.

use crate::house::{House, Person};
use crate::platform::Desk;
use serde_json::{Value, json};
use testkit::{Stage, both, eventually};

const GONE: &str = "users.support_granter_gone";

async fn grant(house: &House, by: &Person, role: &str) -> String {
    let body = json!({ "role": role, "reason": "A wrong total", "minutes": 240 });
    house.post("/support-grants", Some(&by.access), body).await.is(201).at("/id")
}

fn asked(grant: &str, member: &Person) -> Value {
    json!({ "grant_id": grant, "member_id": member.membership, "reason": "Ticket 1815" })
}

async fn is_out(house: &House, token: &str) {
    eventually("the operator is out", || async {
        (house.get("/me", token).await.status == 401).then_some(())
    })
    .await;
}

both! {
    async fn a_grant_lasts_no_longer_than_who_gave_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "owner" })).await;
        let desk = Desk::of(&house).await;
        let path = format!("/tenants/{}/support-sessions", ada.tenant);
        let (own, of_eve) = (grant(&house, &ada, "member").await, grant(&house, &eve, "member").await);
        let ask = async |grant: &str| desk.post(&path, asked(grant, &bob)).await;
        let open = async |grant: &str| ask(grant).await.is(201).at("/access_token");
        let step = async |verb: &str| {
            let path = format!("/members/{}/{verb}", eve.membership);
            house.post(&path, Some(&ada.access), json!({})).await.is(200);
        };
        let give = async |role: &str| {
            let path = format!("/members/{}", eve.membership);
            house.patch(&path, &ada.access, "*", json!({ "role": role })).await.is(200);
        };
        let others = open(&own).await;

        // Made less than one who may.
        let opened = open(&of_eve).await;
        house.get("/me", &opened).await.is(200);
        give("admin").await;
        is_out(&house, &opened).await;
        let told = ask(&of_eve).await.problem(403, GONE);
        assert!(told.at("/detail").contains("Ask the tenant for another"), "{}", told.text);
        give("owner").await;

        // Suspended, and let back.
        let opened = open(&of_eve).await;
        step("suspend").await;
        is_out(&house, &opened).await;
        ask(&of_eve).await.problem(403, GONE);
        step("resume").await;

        // Gone by oneself.
        let opened = open(&of_eve).await;
        house.post("/me/leave", Some(&eve.access), json!({})).await.is(204);
        is_out(&house, &opened).await;
        ask(&of_eve).await.problem(403, GONE);
        house.get("/me", &others).await.is(200);
        open(&own).await;
    }
}
