//! What ends for a whole tenant, or for all: by its own policy, and by what operators say.

use super::House;
use super::ending::{Ending, Probe};
use crate::client::Client;
use crate::tenant::{Invited, PASSWORD, id, invited};
use kernel::Clock;
use serde_json::json;
use testkit::totp;
use uuid::Uuid;

const POLICY: &str = "/users/policy";
const PASSKEYS: &str = "switches/users.passkeys";

impl House<'_> {
    /// A member of a tenant with its own owner.
    async fn guest_of(&self, owner: &Client) -> Invited {
        invited(owner, &self.ground.mail(), json!({ "role": "member" }), PASSWORD).await
    }

    /// Suspended, and then let back.
    pub(super) async fn a_suspended_tenant(&self) -> [Ending; 2] {
        let eve = self.stranger().await;
        let path = path_of(&eve).await;
        let (suspend, resume) = (format!("{path}/suspend"), format!("{path}/resume"));
        let why = json!({ "reason": "Has not paid since May" });
        let probe = || Probe::is_known(eve.at(&self.nodes[1].url));
        let back = probe().the_other_way();
        [
            Ending::post("a session of a suspended tenant", &self.operator, suspend, why, probe()),
            Ending::post("a suspension of a tenant", &self.operator, resume, json!({}), back),
        ]
    }

    pub(super) async fn an_address(&self) -> Ending {
        let eve = self.stranger().await;
        let grace = self.guest_of(&eve).await;
        let probe = Probe::may(self.there(&grace.access()), "/users/me");
        let probe = Probe { from: Some("198.51.100.7"), ..probe };
        let here = json!({ "address_ranges": ["127.0.0.0/8"] });
        Ending::patch("an address that a policy left out", &eve, POLICY, here, probe)
    }

    pub(super) async fn a_session_without_a_second_factor(&self) -> Ending {
        let eve = self.stranger().await;
        // Nobody asks for what they lack themselves.
        let told = eve.post("/users/me/totp", json!({ "current_password": PASSWORD })).await.expect(200);
        let code = totp::code(told["secret"].as_str().unwrap(), Clock::system().now().timestamp());
        eve.post("/users/me/totp/confirm", json!({ "code": code })).await.expect(200);
        let probe = Probe::may(self.there(&self.guest_of(&eve).await.access()), "/users/members");
        let required = json!({ "second_factor": "required" });
        let what = "a session without the second factor that a policy asks for";
        Ending::patch(what, &eve, POLICY, required, probe)
    }

    pub(super) async fn an_old_session(&self) -> Ending {
        let eve = self.stranger().await;
        let grace = self.guest_of(&eve).await;
        // The shortest that a policy may allow is five minutes.
        self.moved(format!(
            "UPDATE users.sessions SET created_at = created_at - interval '10 minutes', \
             authenticated_at = authenticated_at - interval '10 minutes' \
             WHERE membership_id = '{}' RETURNING id",
            grace.member
        ))
        .await;
        let probe = Probe::is_known(self.there(&grace.access()));
        let shorter = json!({ "session_minutes": 5 });
        Ending::patch("a session that is older than a policy allows", &eve, POLICY, shorter, probe)
    }

    /// For one tenant; the second goes on from the first.
    pub(super) async fn a_switch_of_a_tenant(&self) -> [Ending; 2] {
        let eve = self.stranger().await;
        let path = format!("{}/{PASSKEYS}", path_of(&eve).await);
        let (off, on) = (json!({ "state": "off" }), json!({ "state": "on" }));
        let probe = || self.may_register(&eve);
        let was_on = "a feature that a tenant had";
        let was_off = "the lack of a feature that a tenant had not";
        [
            Ending::put(was_on, &self.operator, path.clone(), off, probe()),
            Ending::put(was_off, &self.operator, path, on, probe().the_other_way()),
        ]
    }

    /// For a share of them, which is none and then all.
    pub(super) async fn a_switch_of_all(&self) -> [Ending; 2] {
        let eve = self.stranger().await;
        let path = format!("/platform/{PASSKEYS}");
        let (none, all) = (json!({ "share_percent": 0 }), json!({ "share_percent": 100 }));
        let probe = || self.may_register(&eve);
        let was_on = "a feature that all tenants had";
        let was_off = "the lack of a feature that no tenant had";
        [
            Ending::put(was_on, &self.operator, path.clone(), none, probe()),
            Ending::put(was_off, &self.operator, path, all, probe().the_other_way()),
        ]
    }

    /// What takes the feature of passkeys.
    fn may_register(&self, person: &Client) -> Probe {
        let password = json!({ "current_password": PASSWORD });
        Probe::may_post(person.at(&self.nodes[1].url), "/users/me/passkeys/registrations", password)
    }

    /// Closed, and then as it is configured.
    pub(super) fn the_sign_up(&self) -> [Ending; 2] {
        let person = json!({
            "email": format!("{}@example.com", Uuid::new_v4().simple()), "password": PASSWORD,
            "display_name": "Eve", "organization_name": "Elsewhere",
        });
        let there = self.nodes[1].client();
        let probe = || {
            let probe = Probe::may_post(there.clone(), "/users/sign-up", person.clone());
            Probe { before: 202, ..probe }
        };
        let (closed, open) = (json!({ "sign_up": "closed" }), json!({ "sign_up": null }));
        let path = "/platform/settings";
        [
            Ending::patch("a sign-up that was open", &self.operator, path, closed, probe()),
            Ending::patch("a sign-up that was closed", &self.operator, path, open, probe().the_other_way()),
        ]
    }
}

/// Of the owner's tenant, as operators reach it.
pub(super) async fn path_of(owner: &Client) -> String {
    let tenant = owner.get("/users/tenant").await.expect(200);
    format!("/platform/tenants/{}", id(&tenant))
}
