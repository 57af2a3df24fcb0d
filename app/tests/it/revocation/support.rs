//! What ends the sight that operators have of a tenant: those who let them in, and those who made them operators.

use super::House;
use super::ending::{Ending, Probe, felt};
use crate::client::Client;
use crate::tenant::id;
use serde_json::json;

impl House<'_> {
    /// A grant of the owner's, the path of this operator's session by it, and what they see there.
    async fn support(&self, operator: &Client) -> (String, String, Probe) {
        let wanted = json!({ "role": "viewer", "reason": "A wrong total", "minutes": 60 });
        let grant = id(&self.owner.post("/users/support-grants", wanted).await.expect(201));
        let grace = self.colleague(json!({ "role": "viewer" })).await;
        let me = self.owner.get("/users/me").await.expect(200);
        let path = format!("/platform/tenants/{}/support-sessions", me["tenant_id"].as_str().unwrap());
        let session = json!({ "grant_id": grant, "member_id": grace.member, "reason": "Ticket 1815" });
        let opened = operator.post(&path, session).await.expect(201);
        let path = format!("{path}/{}", opened["session_id"].as_str().unwrap());
        let probe = Probe::is_known(self.there(opened["access_token"].as_str().unwrap()));
        (grant, path, Probe { path: "/users/members", ..probe })
    }

    pub(super) async fn a_support_grant(&self) -> Ending {
        let (grant, _, probe) = self.support(&self.operator).await;
        let path = format!("/users/support-grants/{grant}/revoke");
        Ending::post("a session by support access that was taken back", &self.owner, path, json!({}), probe)
    }

    pub(super) async fn a_support_session(&self) -> Ending {
        let (_, session, probe) = self.support(&self.operator).await;
        let path = format!("{session}/end");
        Ending::post("a session of support that was ended", &self.operator, path, json!({}), probe)
    }

    /// Whom whoever has the machine makes and ends, by processes of their own: the id, and the token.
    fn new_operator(&self) -> (String, String) {
        let told = self.ground.run(&["operator", "create", "Day shift"]);
        let token = told.lines().find(|line| line.starts_with("ins_op_")).unwrap();
        let (_, rest) = told.split_once("operator revoke ").unwrap();
        let (operator, _) = rest.split_once('`').unwrap();
        (operator.to_owned(), token.to_owned())
    }

    pub(super) async fn an_operator(&self, redis: bool) {
        let (operator, token) = self.new_operator();
        let probe = Probe { path: "/platform/tenants", ..Probe::is_known(self.there(&token)) };
        probe.ask().await.expect(200);
        self.ground.run(&["operator", "revoke", &operator]);
        felt("an operator who was revoked", &probe, redis).await;
    }

    pub(super) async fn a_session_of_an_operator(&self, redis: bool) {
        let (operator, token) = self.new_operator();
        let (_, _, probe) = self.support(&self.operator.with_token(&token)).await;
        probe.ask().await.expect(200);
        self.ground.run(&["operator", "revoke", &operator]);
        felt("a session of support by an operator who was revoked", &probe, redis).await;
    }
}
