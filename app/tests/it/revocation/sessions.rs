//! What ends sessions of one person: they themselves, a token that came twice, and a new password.

use super::ending::{Ending, Probe};
use super::{House, NEW_PASSWORD};
use crate::tenant::{PASSWORD, asked_in, id, mailed_token};
use serde_json::json;

impl House<'_> {
    pub(super) async fn a_session_signed_out(&self) -> Ending {
        let session = self.session(&self.colleague(json!({ "role": "member" })).await).await;
        let probe = Probe::is_known(session.at(&self.nodes[1].url));
        Ending::post("a session that was signed out", &session, "/users/sign-out", json!({}), probe)
    }

    pub(super) async fn a_session_revoked(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let (session, by) = (self.session(&grace).await, self.session(&grace).await);
        let all = session.get("/users/sessions").await.expect(200);
        let own = all["data"].as_array().unwrap().iter().find(|one| one["is_current"] == true).unwrap();
        let path = format!("/users/sessions/{}/revoke", id(own));
        let probe = Probe::is_known(session.at(&self.nodes[1].url));
        Ending::post("the one session that another revoked", &by, path, json!({}), probe)
    }

    pub(super) async fn all_sessions(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let probe = Probe::is_known(self.there(&grace.access()));
        let by = self.session(&grace).await;
        Ending::post(
            "a session that was revoked with all",
            &by,
            "/users/sessions/revoke-all",
            json!({}),
            probe,
        )
    }

    pub(super) async fn the_other_sessions(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let probe = Probe::is_known(self.there(&grace.access()));
        let by = self.session(&grace).await;
        Ending::post(
            "a session that another revoked with the rest",
            &by,
            "/users/sessions/revoke-others",
            json!({}),
            probe,
        )
    }

    /// Its child and its grandchild have been used since, so somebody stole it, whoever that is.
    pub(super) async fn a_session_of_a_stolen_token(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let guest = self.nodes[0].client();
        let stolen = json!({ "refresh_token": grace.tokens["refresh_token"] });
        let mut tokens = guest.post("/users/refresh", stolen.clone()).await.expect(200);
        for _ in 0..2 {
            let next = json!({ "refresh_token": tokens["refresh_token"] });
            tokens = guest.post("/users/refresh", next).await.expect(200);
        }
        let probe = Probe::is_known(self.there(tokens["access_token"].as_str().unwrap()));
        let what = "a session whose first refresh token came again";
        Ending { is_refused: true, ..Ending::post(what, &guest, "/users/refresh", stolen, probe) }
    }

    /// Nothing is left to the token of before, nor in the tenant that it was of.
    pub(super) async fn a_session_moved(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let eve = self.stranger().await;
        asked_in(&eve, &self.ground.mail(), &grace.email, PASSWORD).await;
        let elsewhere = eve.get("/users/tenant").await.expect(200);
        let session = self.session(&grace).await;
        let probe = Probe::is_known(session.at(&self.nodes[1].url));
        let to = json!({ "tenant_id": elsewhere["id"] });
        Ending::post("a session that moved to another tenant", &session, "/users/sessions/switch", to, probe)
    }

    pub(super) async fn a_password_changed(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
        let probe = Probe::is_known(self.there(&grace.access()));
        let by = self.session(&grace).await;
        Ending::post("a session of a former password", &by, "/users/me/password", change, probe)
    }

    pub(super) async fn a_password_reset(&self) -> Ending {
        let grace = self.colleague(json!({ "role": "member" })).await;
        let guest = self.nodes[0].client();
        guest.post("/users/password-resets", json!({ "email": grace.email })).await.expect(202);
        let token = mailed_token(&self.ground.mail(), &grace.email, "reset-password").await;
        let complete = json!({ "token": token, "password": NEW_PASSWORD });
        let path = "/users/password-resets/complete";
        let probe = Probe::is_known(self.there(&grace.access()));
        Ending::post("a session of a password that was reset", &guest, path, complete, probe)
    }
}
