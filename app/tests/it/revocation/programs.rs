//! What ends the access of programs of others: the member who let one in, its client, whoever stands
//! behind it, and a code that two have.

use super::ending::{Ending, Probe, felt};
use super::tenants::path_of;
use super::{House, OF_ADMINS};
use crate::client::Client;
use crate::oauth::{Program, ask, code, exchange, machine, registered, registered_as};
use crate::tenant::{Invited, id};
use reqwest::Method;
use serde_json::json;

const TOKEN: &str = "/oauth/token";
const AS_ITSELF: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A program that a colleague has let in, and what it may at the second node.
struct LetIn {
    program: Program,
    by: Invited,
    code: String,
    access: String,
    probe: Probe,
}

impl House<'_> {
    async fn let_in(&self) -> LetIn {
        let guest = self.nodes[0].client();
        let program = registered(&self.owner).await;
        let by = self.colleague(json!({ "role": "member" })).await;
        let code = code(&guest, &program, &by.email).await;
        let tokens = exchange(&guest, &program, &code).await.expect(200);
        let access = tokens["access_token"].as_str().unwrap().to_owned();
        let probe = Probe { path: "/users/members", ..Probe::is_known(self.there(&access)) };
        LetIn { program, by, code, access, probe }
    }

    /// Of whoever registers it: what it sees of keys at the second node.
    async fn machine(&self, by: &Client) -> (Program, Probe) {
        let program = registered_as(by, machine("users.api_keys.read")).await;
        let tokens = ask(by, &program, TOKEN, &AS_ITSELF).await.expect(200);
        (program, Probe::may(self.there(tokens["access_token"].as_str().unwrap()), OF_ADMINS))
    }

    pub(super) async fn a_program_taken_back(&self) -> Ending {
        let LetIn { by, probe, .. } = self.let_in().await;
        let by = self.session(&by).await;
        let grants = by.get("/users/me/oauth-grants").await.expect(200);
        let path = format!("/users/me/oauth-grants/{}", id(&grants["data"][0]));
        let ending = Ending::post("a program that a member took back", &by, path, json!({}), probe);
        Ending { method: Method::DELETE, body: None, ..ending }
    }

    pub(super) async fn a_program_of_a_deleted_client(&self) -> Ending {
        let LetIn { program, probe, .. } = self.let_in().await;
        let path = format!("/users/oauth-clients/{}", program.id);
        let ending = Ending::post("a program whose client was deleted", &self.owner, path, json!({}), probe);
        Ending { method: Method::DELETE, body: None, ..ending }
    }

    pub(super) async fn a_program_of_a_suspended_member(&self) -> Ending {
        let LetIn { by, probe, .. } = self.let_in().await;
        let path = format!("/users/members/{}/suspend", by.member);
        Ending::post("a program of a suspended member", &self.owner, path, json!({}), probe)
    }

    pub(super) async fn a_machine_of_a_lesser_role(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "admin" })).await;
        let (_, probe) = self.machine(&self.session(&grace).await).await;
        let (path, less) = (format!("/users/members/{}", grace.member), json!({ "role": "viewer" }));
        Ending::patch("a machine whose maker may do less", &self.owner, path, less, probe)
    }

    pub(super) async fn a_machine_of_a_suspended_tenant(&self) -> Ending {
        let eve = self.stranger().await;
        let (_, probe) = self.machine(&eve).await;
        let path = format!("{}/suspend", path_of(&eve).await);
        let why = json!({ "reason": "Has not paid since May" });
        let probe = Probe { after: 401, ..probe };
        Ending::post("a machine of a suspended tenant", &self.operator, path, why, probe)
    }

    pub(super) async fn a_code_that_came_again(&self, redis: bool) {
        let LetIn { program, code, probe, .. } = self.let_in().await;
        probe.ask().await.expect(200);
        let told = exchange(&self.nodes[0].client(), &program, &code).await.expect(400);
        assert_eq!(told["error"], "invalid_grant", "{told}");
        felt("a program whose code came again", &probe, redis).await;
    }

    pub(super) async fn a_token_given_back(&self, redis: bool) {
        let LetIn { program, access, probe, .. } = self.let_in().await;
        probe.ask().await.expect(200);
        ask(&self.nodes[0].client(), &program, "/oauth/revoke", &[("token", &access)]).await.expect(200);
        felt("a token that its program gave back", &probe, redis).await;
    }

    /// Nobody remembers one, so it ends with the answer.
    pub(super) async fn a_secret_of_a_machine(&self) {
        let there = self.nodes[1].client();
        let (program, _) = self.machine(&self.owner).await;
        ask(&there, &program, TOKEN, &AS_ITSELF).await.expect(200);
        let path = format!("/users/oauth-clients/{}/rotate", program.id);
        self.owner.post(&path, json!({ "overlap_minutes": 0 })).await.expect(200);
        let told = ask(&there, &program, TOKEN, &AS_ITSELF).await.expect(401);
        assert_eq!(told["error"], "invalid_client", "{told}");
    }
}
