//! The groups of a tenant's directory over SCIM are its teams: they live as directories have it, and give nobody more than the
//! directory's key may give.

use crate::house::{House, PASSWORD};
use crate::scim::{Directory, refused};
use actix_web::http::Method;
use serde_json::{Value, json};
use testkit::{Stage, both};

both! {
    async fn a_group_lives_as_directories_have_it(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let entra = Directory::of(&house, &ada, "owner").await;
        let grace = entra.user(json!({ "userName": "grace@example.com" })).await;
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "externalId": "8aa1a0c0", "displayName": "Night shift",
            "meta": { "resourceType": "Group" },
        });
        let made = entra.post("/Groups", sent.clone()).await.is(201);
        let id = made.at("/id");
        let path = format!("/Groups/{id}");
        refused(entra.post("/Groups", sent).await, 409, Some("uniqueness"));
        for filter in ["displayName eq \"Night shift\"", "externalId eq \"8aa1a0c0\"", "displayName sw \"Night\""] {
            let found = entra.found(&format!("/Groups?excludedAttributes=members&filter={filter}")).await;
            assert_eq!(found, [id.as_str()], "{filter}");
        }
        let add = json!([{ "op": "Add", "path": "members", "value": [
            { "$ref": null, "value": grace }, { "$ref": null, "value": ada.membership }, { "value": "fake-member-id" },
        ] }]);
        let held = entra.patch(&path, add.clone()).await.is(200).json();
        let held: Vec<_> = held["members"].as_array().unwrap().iter().map(|member| member["value"].clone()).collect();
        assert!(held.len() == 2 && held.contains(&json!(grace)) && held.contains(&json!(ada.membership)), "{held:?}");
        entra.patch(&path, add).await.is(200);
        assert!(entra.get(&format!("{path}?excludedAttributes=members")).await.is(200).json().get("members").is_none());
        let filter = format!("/Groups?filter=id eq \"{id}\" and members eq \"{grace}\"");
        assert_eq!(entra.found(&filter).await, [id.as_str()]);
        assert_eq!(entra.found(&format!("/Groups?filter=members[value eq \"{grace}\"]")).await, [id.as_str()]);

        let team = format!("/teams/{id}/members");
        let in_team = async || house.get(&team, &ada.access).await.is(200).json()["data"].as_array().unwrap().len();
        assert_eq!(in_team().await, 1, "who has yet to accept is in no team");
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        assert_eq!(in_team().await, 2);
        assert_eq!(entra.found(&filter).await, [id.as_str()]);

        let removed = format!("members[value eq \"{grace}\"]");
        entra.patch(&path, json!([{ "op": "remove", "path": removed }])).await.is(200);
        assert_eq!(in_team().await, 1);
        let gone = json!([{ "op": "Remove", "path": "members", "value": [{ "value": ada.membership }] }]);
        assert!(entra.patch(&path, gone).await.is(200).json().get("members").is_none());
        let renamed = entra.patch(&path, json!([{ "op": "replace", "value": { "id": id, "displayName": "Late shift" } }])).await;
        assert_eq!(renamed.is(200).at("/displayName"), "Late shift");
        let whole = json!({ "displayName": "Late shift", "members": [{ "value": grace }] });
        assert_eq!(entra.put(&path, whole).await.is(200).at("/members/0/value"), grace);
        entra.delete(&path).await.is(204);
        refused(entra.get(&path).await, 404, None);
    }
}

both! {
    async fn nobody_has_more_by_a_group_than_its_key(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let (ours, wide) = (Directory::of(&house, &ada, "admin").await, Directory::of(&house, &ada, "owner").await);
        let bob = house.member(&ada, "bob@example.com", json!({ "role": "member" })).await;
        let eve = house.member(&ada, "eve@example.com", json!({ "role": "owner" })).await;
        let grace = ours.user(json!({ "userName": "grace@example.com" })).await;
        let team = async |body: Value| house.post("/teams", Some(&ada.access), body).await.is(201).at("/id");
        let board = team(json!({ "name": "Board", "role": "owner" })).await;
        let below = team(json!({ "name": "Its guests", "parent_id": board })).await;
        let (board, below) = (format!("/Groups/{board}"), format!("/Groups/{below}"));
        let named = |who: &str| json!([{ "value": who }]);
        for (group, called) in [(&board, "Board"), (&below, "Its guests")] {
            for who in [&bob.membership, &grace] {
                let add = json!([{ "op": "add", "path": "members", "value": named(who) }]);
                refused(ours.patch(group, add).await, 403, None);
                refused(ours.put(group, json!({ "displayName": called, "members": named(who) })).await, 403, None);
            }
        }
        let add = json!([{ "op": "add", "path": "members", "value": named(&bob.membership) }]);
        // Nor does any key give what it takes a person to prove themselves for.
        refused(wide.patch(&below, add).await, 403, None);
        let by_a_person = format!("/teams/{}/members", below.rsplit('/').next().unwrap());
        let added = json!({ "member_id": bob.membership });
        house.post(&by_a_person, Some(&ada.access), added).await.is(201);
        let off = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", bob.membership) }]);
        refused(ours.patch(&below, off).await, 403, None);
        refused(ours.delete(&below).await, 403, None);
        wide.delete(&below).await.is(204);

        // Nor is an owner let back by it, whom a person has suspended.
        house.post(&format!("/members/{}/suspend", eve.membership), Some(&ada.access), json!({})).await.is(200);
        let owner = format!("/Users/{}", eve.membership);
        refused(ours.patch(&owner, json!([{ "op": "replace", "path": "active", "value": true }])).await, 403, None);
        let unsaid = ours.patch(&owner, json!([{ "op": "remove", "path": "active" }])).await.is(200);
        assert_eq!(unsaid.json()["active"], json!(false), "the membership says so, whatever the directory leaves out");
        house.get("/me", &eve.access).await.problem(401, "unauthenticated");

        // Who may provision alone has groups of those who are there.
        let scopes = json!({ "name": "narrow", "scopes": ["users.directory.provision"] });
        let key = house.post("/api-keys", Some(&ada.access), scopes).await.is(201).at("/secret");
        let narrow = Directory { house: &house, key };
        let made = narrow.post("/Groups", json!({ "displayName": "Day shift", "members": named(&bob.membership) })).await;
        narrow.delete(&format!("/Groups/{}", made.is(201).at("/id"))).await.is(204);
    }
}

both! {
    async fn a_group_that_has_changed_since_is_not_taken(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let made = ours.post("/Groups", json!({ "displayName": "Night shift" })).await.is(201);
        let (id, tag) = (made.at("/id"), made.at("/meta/version"));
        let path = format!("/Groups/{id}");
        // By a person, not by the directory.
        let added = json!({ "member_id": ada.membership });
        house.post(&format!("/teams/{id}/members"), Some(&ada.access), added).await.is(201);
        let named = json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "Late shift" }] });
        refused(ours.ask(Method::PATCH, &path, &[("if-match", &tag)], Some(named)).await, 412, None);
        refused(ours.ask(Method::DELETE, &path, &[("if-match", &tag)], None).await, 412, None);
        let now = ours.get(&path).await.is(200).at("/meta/version");
        ours.ask(Method::DELETE, &path, &[("if-match", &now)], None).await.is(204);
    }
}

both! {
    /// A key puts nobody into what makes them more than a member; no more does what it said before the group did.
    async fn a_group_that_has_a_role_since_awaits_nobody(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ours = Directory::of(&house, &ada, "admin").await;
        let grace = ours.user(json!({ "userName": "grace@example.com" })).await;
        let mut teams = Vec::new();
        for (name, role) in [("Night shift", "admin"), ("Day shift", "viewer")] {
            let group = json!({ "displayName": name, "members": [{ "value": grace }] });
            let team = format!("/teams/{}", ours.post("/Groups", group).await.is(201).at("/id"));
            house.patch(&team, &ada.access, "*", json!({ "role": role })).await.is(200);
            teams.push(format!("{team}/members"));
        }
        house.accept(&house.invitations().await.pop().unwrap(), PASSWORD).await.is(200);
        let mut held = Vec::new();
        for team in &teams {
            held.push(house.get(team, &ada.access).await.is(200).json()["data"].as_array().unwrap().len());
        }
        assert_eq!(held, [0, 1]);
    }
}
