//! What ends the standing of members: who may be here, and what by their role and their teams they may do.

use super::ending::{Ending, Probe};
use super::{House, OF_ADMINS, named};
use crate::client::Client;
use crate::tenant::{Invited, id};
use serde_json::json;

impl House<'_> {
    /// Suspended, and then let back.
    pub(super) async fn a_suspended_member(&self) -> [Ending; 2] {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let path = |verb: &str| format!("/users/members/{}/{verb}", grace.member);
        let probe = || Probe::is_known(self.there(&grace.access()));
        let back = probe().the_other_way();
        [
            Ending::post("a suspended member", &self.owner, path("suspend"), json!({}), probe()),
            Ending::post("a suspension of a member", &self.owner, path("resume"), json!({}), back),
        ]
    }

    pub(super) async fn a_removed_member(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let path = format!("/users/members/{}/remove", grace.member);
        let probe = Probe::is_known(self.there(&grace.access()));
        Ending::post("a removed member", &self.owner, path, json!({}), probe)
    }

    pub(super) async fn a_member_who_leaves(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let probe = Probe::is_known(self.there(&grace.access()));
        let by = self.session(&grace).await;
        Ending::post("a member who left", &by, "/users/me/leave", json!({}), probe)
    }

    /// By the tenant's directory, over SCIM.
    pub(super) async fn switched_off(&self, what: &'static str, with_a_key: bool) -> Ending {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let key = async |by: &Client, role: &str| {
            let key = json!({ "name": named("Directory"), "role": role });
            let made = by.post("/users/api-keys", key).await.expect(201);
            made["secret"].as_str().unwrap().to_owned()
        };
        let credential = match with_a_key {
            true => key(&self.owner.with_token(&grace.access()), "member").await,
            false => grace.access(),
        };
        let directory = self.owner.with_token(&key(&self.owner, "admin").await);
        let off = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
        let path = format!("/scim/v2/Users/{}", grace.member);
        Ending::patch(what, &directory, path, off, Probe::is_known(self.there(&credential)))
    }

    pub(super) async fn a_role_taken(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let path = format!("/users/members/{}", grace.member);
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::patch("a role that was taken", &self.owner, path, json!({ "role": "viewer" }), probe)
    }

    pub(super) async fn a_role_narrowed(&self) -> Ending {
        let permissions = ["users.audit.read", "users.members.read"];
        let role = json!({ "name": named("Auditor"), "permissions": permissions });
        let role = id(&self.owner.post("/users/roles", role).await.expect(201));
        let grace = self.colleague(json!({ "role_id": role })).await;
        let probe = Probe::may(self.there(&grace.access()), "/users/audit-entries");
        let narrower = json!({ "permissions": ["users.members.read"] });
        Ending::patch("a permission of a role", &self.owner, format!("/users/roles/{role}"), narrower, probe)
    }

    /// The path of one that hands down a role, and somebody in it.
    async fn team(&self) -> (String, Invited) {
        let team = json!({ "name": named("Night shift"), "role": "admin" });
        let path = format!("/users/teams/{}", id(&self.owner.post("/users/teams", team).await.expect(201)));
        let grace = self.colleague(json!({ "role": "viewer" })).await;
        let member = json!({ "member_id": grace.member });
        self.owner.post(&format!("{path}/members"), member).await.expect(201);
        (path, grace)
    }

    pub(super) async fn a_team_left(&self) -> Ending {
        let (team, grace) = self.team().await;
        let path = format!("{team}/members/{}/remove", grace.member);
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::post("a place in a team", &self.owner, path, json!({}), probe)
    }

    pub(super) async fn a_team_without_its_role(&self) -> Ending {
        let (team, grace) = self.team().await;
        let probe = Probe::may(self.there(&grace.access()), OF_ADMINS);
        Ending::patch("a role of a team", &self.owner, team, json!({ "role": null }), probe)
    }
}
