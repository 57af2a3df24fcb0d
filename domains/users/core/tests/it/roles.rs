//! The tenant's own roles: made, changed, deleted and brought back, by nobody who lacks what they grant.

use crate::house::{House, Person, Reply};
use actix_web::http::Method;
use serde_json::{Value, json};
use testkit::{Stage, both};

/// What is wrong with a request, as `/pointer code`.
pub fn faults(reply: &Reply) -> Vec<String> {
    let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
    let word = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    errors.iter().map(|error| format!("{} {}", word(error, "pointer"), word(error, "code"))).collect()
}

pub fn tag(reply: &Reply) -> &str {
    reply.headers.get("etag").unwrap().to_str().unwrap()
}

/// The actions that the log has of it.
pub async fn logged(house: &House, by: &Person, id: &str) -> Vec<String> {
    house.deliver_audit().await;
    let log = house.get(&format!("/audit-entries?resource_id={id}"), &by.access).await.is(200);
    let entries = log.json()["data"].as_array().cloned().unwrap();
    let mut actions: Vec<_> =
        entries.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect();
    actions.sort_unstable();
    actions
}

/// The id of a new one.
pub async fn role(house: &House, by: &Person, name: &str, permissions: &[&str]) -> String {
    let body = json!({ "name": name, "permissions": permissions });
    house.post("/roles", Some(&by.access), body).await.is(201).at("/id")
}

async fn restore(house: &House, by: &Person, path: &str) -> Reply {
    house.post(&format!("{path}/restore"), Some(&by.access), json!({})).await
}

both! {
    async fn a_role_is_made_changed_deleted_and_brought_back(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let body = json!({
            "name": " Support ", "description": "Sees who is here",
            "permissions": ["users.members.read", "users.audit.read", "users.members.read"],
        });
        let made = house.post("/roles", Some(&ada.access), body.clone()).await.is(201);
        let (id, path) = (made.at("/id"), format!("/roles/{}", made.at("/id")));
        assert_eq!(made.headers.get("location").unwrap().to_str().unwrap(), format!("/api/v1/users{path}"));
        assert_eq!((tag(&made), made.at("/name").as_str()), ("\"1\"", "Support"));
        assert_eq!(made.json()["permissions"], json!(["users.audit.read", "users.members.read"]));
        assert_eq!(house.get(&path, &ada.access).await.is(200).text, made.text);
        assert_eq!(house.get("/roles", &ada.access).await.is(200).at("/data/0/id"), id);

        let patch = json!({ "description": null });
        let changed = house.patch(&path, &ada.access, "\"1\"", patch.clone()).await.is(200);
        assert_eq!((tag(&changed), changed.at("/description").as_str()), ("\"2\"", "null"));
        house.patch(&path, &ada.access, "\"1\"", patch).await.problem(412, "version_mismatch");
        assert_eq!(tag(&house.patch(&path, &ada.access, "*", json!({})).await.is(200)), "\"2\"");

        house.delete(&path, &ada.access).await.is(204);
        house.get(&path, &ada.access).await.problem(404, "users.role_not_found");
        house.delete(&path, &ada.access).await.problem(404, "users.role_not_found");
        let gone = house.get(&format!("{path}?include_deleted=true"), &ada.access).await.is(200);
        assert_ne!(gone.at("/deleted_at"), "null");
        assert_eq!(house.get("/roles", &ada.access).await.is(200).json()["data"], json!([]));
        let all = house.get("/roles?include_deleted=true", &ada.access).await.is(200);
        assert_eq!(all.at("/data/0/id"), id);

        let second = house.post("/roles", Some(&ada.access), body).await.is(201).at("/id");
        restore(&house, &ada, &path).await.problem(409, "users.role_name_taken");
        house.delete(&format!("/roles/{second}"), &ada.access).await.is(204);
        let back = restore(&house, &ada, &path).await.is(200);
        assert_eq!((back.at("/deleted_at").as_str(), back.at("/name").as_str()), ("null", "Support"));
        restore(&house, &ada, &path).await.problem(409, "users.role_not_deleted");

        let actions = ["users.role.create", "users.role.delete", "users.role.restore", "users.role.update"];
        assert_eq!(logged(&house, &ada, &id).await, actions);
        let update = format!("/audit-entries?resource_id={id}&action=users.role.update");
        let update = house.get(&update, &ada.access).await.is(200);
        assert_eq!(update.at("/data/0/before/description"), "Sees who is here");
        assert_eq!(update.at("/data/0/after/description"), "null");
    }
}

both! {
    async fn what_is_wrong_with_a_role_is_named_at_once(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let check = async |body: Value, expected: &[&str]| {
            let refused = house.post("/roles", Some(&ada.access), body.clone()).await.problem(422, "invalid");
            assert_eq!(faults(&refused), expected, "{body}");
        };
        let unknown = json!({
            "name": " ", "description": " ", "permissions": ["users.members.read", "users.cats.read"],
        });
        let expected = ["/name blank", "/description blank", "/permissions/1 unknown_permission"];
        check(unknown, &expected).await;
        let none = json!({ "name": "Admin", "permissions": [] });
        check(none, &["/name reserved", "/permissions too_few"]).await;
        let many = json!({ "name": "x".repeat(101), "permissions": vec!["users.members.read"; 201] });
        check(many, &["/name too_long", "/permissions too_many"]).await;
        house.post("/roles", Some(&ada.access), json!({ "name": "x" })).await.is(400);

        let id = role(&house, &ada, "Support", &["users.members.read"]).await;
        let path = format!("/roles/{id}");
        let nulls = json!({ "name": null, "permissions": null });
        let refused = house.patch(&path, &ada.access, "*", nulls).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/name null", "/permissions null"]);
        let reserved = json!({ "name": "OWNER", "permissions": ["users.cats.read"] });
        let refused = house.patch(&path, &ada.access, "*", reserved).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/name reserved", "/permissions/0 unknown_permission"]);
        let blind = house.call(Method::PATCH, &path, Some(&ada.access), &[], Some(json!({}))).await;
        blind.problem(428, "precondition_required");

        let again = json!({ "name": "Support", "permissions": ["users.members.read"] });
        house.post("/roles", Some(&ada.access), again).await.problem(409, "users.role_name_taken");
        let again = json!({ "id": id, "name": "Other", "permissions": ["users.members.read"] });
        house.post("/roles", Some(&ada.access), again).await.problem(409, "users.role_exists");
        role(&house, &ada, "Other", &["users.members.read"]).await;
        let taken = house.patch(&path, &ada.access, "*", json!({ "name": "Other" })).await;
        taken.problem(409, "users.role_name_taken");
    }
}

both! {
    async fn nobody_makes_a_role_of_what_they_lack(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let grace = house.member(&ada, "grace@example.com", json!({ "role": "admin" })).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let too_wide = |reply: Reply| drop(reply.problem(403, "users.grant_too_wide"));
        let wide = json!({ "name": "Wide", "permissions": ["users.members.read", "users.tenant.write"] });
        too_wide(house.post("/roles", Some(&grace.access), wide.clone()).await);
        house.post("/roles", Some(&bob.access), wide.clone()).await.problem(403, "forbidden");
        let key = json!({ "name": "k", "role": "admin" });
        let key = house.post("/api-keys", Some(&ada.access), key).await.is(201).at("/secret");
        too_wide(house.post("/roles", Some(&key), wide.clone()).await);

        // What is there and wider than she may is not hers to change, not even to something lesser.
        let made = house.post("/roles", Some(&ada.access), wide).await.is(201);
        let path = format!("/roles/{}", made.at("/id"));
        house.get(&path, &bob.access).await.is(200);
        for patch in [json!({ "name": "Hers" }), json!({ "permissions": ["users.members.read"] })] {
            too_wide(house.patch(&path, &grace.access, "*", patch).await);
        }
        too_wide(house.delete(&path, &grace.access).await);
        house.delete(&path, &ada.access).await.is(204);
        too_wide(restore(&house, &grace, &path).await);
        house.get(&path, &ada.access).await.problem(404, "users.role_not_found");
        restore(&house, &ada, &path).await.is(200);

        let narrow = format!("/roles/{}", role(&house, &grace, "Narrow", &["users.audit.read"]).await);
        let widened = json!({ "permissions": ["users.audit.read", "users.tenant.write"] });
        too_wide(house.patch(&narrow, &grace.access, "*", widened).await);
        house.patch(&narrow, &grace.access, "*", json!({ "name": "Auditor" })).await.is(200);
        house.delete(&narrow, &grace.access).await.is(204);
    }
}

both! {
    async fn a_change_of_a_role_is_felt_on_the_next_request(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let id = role(&house, &ada, "Support", &["users.members.read", "users.profile.read"]).await;
        let bob = house.member(&ada, "bob@example.com", json!({ "role_id": id })).await;
        house.get("/members", &bob.access).await.is(200);
        house.get("/audit-entries", &bob.access).await.problem(403, "forbidden");
        let patch = json!({ "permissions": ["users.audit.read"] });
        house.patch(&format!("/roles/{id}"), &ada.access, "\"1\"", patch).await.is(200);
        house.get("/members", &bob.access).await.problem(403, "forbidden");
        house.get("/audit-entries", &bob.access).await.is(200);
    }
}

both! {
    async fn a_role_that_somebody_has_stays(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let id = role(&house, &ada, "Support", &["users.members.read", "users.profile.read"]).await;
        let path = format!("/roles/{id}");
        let post = async |path: &str, body: Value| house.post(path, Some(&ada.access), body).await;
        let stays = async || drop(house.delete(&path, &ada.access).await.problem(409, "users.role_in_use"));

        let bob = house.member(&ada, "bob@example.com", json!({ "role_id": id })).await;
        stays().await;
        post(&format!("/members/{}/suspend", bob.membership), json!({})).await.is(200);
        stays().await;
        post(&format!("/members/{}/remove", bob.membership), json!({})).await.is(200);
        let team = post("/teams", json!({ "name": "Night shift", "role_id": id })).await.is(201).at("/id");
        stays().await;
        house.delete(&format!("/teams/{team}"), &ada.access).await.is(204);
        let invited = json!({ "email": "eve@example.com", "role_id": id });
        let invited = post("/invitations", invited).await.is(201).at("/id");
        stays().await;
        post(&format!("/invitations/{invited}/revoke"), json!({})).await.is(200);
        house.delete(&path, &ada.access).await.is(204);

        // Nor does anybody get one that is gone, by a team that comes back for example.
        let refused = post(&format!("/teams/{team}/restore"), json!({})).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/role_id unknown_role"]);
        let invited = json!({ "email": "eve@example.com", "role_id": id });
        post("/invitations", invited).await.problem(422, "invalid");
    }
}

both! {
    async fn a_neighbours_role_is_not_there(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, eve) = (house.owner("ada@example.com").await, house.owner("eve@example.com").await);
        let id = role(&house, &ada, "Support", &["users.members.read"]).await;
        let path = format!("/roles/{id}");
        house.get(&path, &eve.access).await.problem(404, "users.role_not_found");
        let patch = house.patch(&path, &eve.access, "*", json!({ "name": "Hers" })).await;
        patch.problem(404, "users.role_not_found");
        house.delete(&path, &eve.access).await.problem(404, "users.role_not_found");
        restore(&house, &eve, &path).await.problem(404, "users.role_not_found");
        let team = json!({ "name": "Night shift", "role_id": id });
        let refused = house.post("/teams", Some(&eve.access), team).await.problem(422, "invalid");
        assert_eq!(faults(&refused), ["/role_id unknown_role"]);
        assert_eq!(house.get("/roles", &eve.access).await.is(200).json()["data"], json!([]));
        let same = json!({ "id": id, "name": "Support", "permissions": ["users.audit.read"] });
        house.post("/roles", Some(&eve.access), same).await.is(201);
        assert_eq!(house.get(&path, &ada.access).await.is(200).at("/permissions/0"), "users.members.read");
    }
}
