//! The recipes of users: people, what they prove themselves by, and what they may do.

use super::invitations::another_owner;
use super::{Recipes, deleted, made, missing, of, person, unique, with};
use crate::client::Client;
use crate::contract::ask::Call;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{Invited, PASSWORD, asked_in, id, invited, mailed_token};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::totp;

impl Recipes {
    pub(super) async fn users(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let clerk = || json!({ "name": unique("Clerk"), "permissions": ["inventory.items.read"] });
        let team =
            || json!({ "name": unique("Shift"), "parent_id": tenant.ids["/users/teams"], "role": "viewer" });
        match operation.id.as_str() {
            "users_create_api_key" => with(operation, json!({ "name": unique("key"), "role": "viewer" })),
            "users_patch_api_key" => {
                let key = made(tenant, "/users/api-keys", json!({ "name": "to change", "role": "viewer" }));
                let patch = json!({ "name": unique("key"), "expires_at": "2099-12-31T00:00:00Z" });
                of(operation, &key.await).with(patch)
            }
            "users_rotate_api_key" => {
                let key = made(tenant, "/users/api-keys", json!({ "name": "to rotate", "role": "viewer" }));
                of(operation, &key.await).with(json!({ "overlap_minutes": 10 }))
            }
            "users_revoke_api_key" => {
                let key = made(tenant, "/users/api-keys", json!({ "name": "to revoke", "role": "viewer" }));
                of(operation, &key.await)
            }
            "users_patch_tenant" => with(operation, json!({ "name": unique("Engines") })),
            "users_create_role" => with(operation, clerk()),
            "users_patch_role" => {
                let permissions = json!(["inventory.items.read", "inventory.items.write"]);
                of(operation, &made(tenant, "/users/roles", clerk()).await)
                    .with(json!({ "permissions": permissions }))
            }
            "users_delete_role" => of(operation, &made(tenant, "/users/roles", clerk()).await),
            "users_restore_role" => of(operation, &deleted(tenant, "/users/roles", clerk()).await),
            "users_explain" => with(operation, json!({ "permission": "inventory.items.read" })),
            "users_create_team" => with(operation, team()),
            "users_patch_team" => {
                let patch = json!({ "name": unique("Shift"), "role": "member", "parent_id": null });
                of(operation, &made(tenant, "/users/teams", team()).await).with(patch)
            }
            "users_delete_team" => of(operation, &made(tenant, "/users/teams", team()).await),
            "users_restore_team" => of(operation, &deleted(tenant, "/users/teams", team()).await),
            "users_add_team_member" => {
                let grace = self.grace(tenant).await;
                of(operation, &tenant.ids["/users/teams"]).with(json!({ "member_id": grace.member }))
            }
            "users_remove_team_member" => {
                let (grace, team) = (self.grace(tenant).await, &tenant.ids["/users/teams"]);
                let member = json!({ "member_id": grace.member });
                tenant.client.post(&format!("/users/teams/{team}/members"), member).await.expect(201);
                Call::to(&operation.path.replace("{id}", team).replace("{member_id}", &grace.member))
            }
            "users_create_tenant_export" | "users_create_own_export" | "users_close_tenant" => {
                self.leaving(operation).await
            }
            _ => self.people(tenant, operation).await,
        }
    }

    /// One more member, with a password of their own.
    async fn grace(&self, tenant: &Furnished) -> Invited {
        invited(&tenant.client, &self.mail, json!({ "role": "viewer" }), GRACES_PASSWORD).await
    }

    async fn people(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let guest = || json!({ "email": person()["email"], "role": "viewer" });
        match operation.id.as_str() {
            "users_patch_member" => {
                let patch = json!({ "role": "member", "manager_id": tenant.ids["/users/members"] });
                of(operation, &self.grace(tenant).await.member).with(patch)
            }
            "users_suspend_member" | "users_remove_member" => of(operation, &self.grace(tenant).await.member),
            "users_resume_member" => {
                let member = self.grace(tenant).await.member;
                let suspend = format!("/users/members/{member}/suspend");
                tenant.client.post(&suspend, json!({})).await.expect(200);
                of(operation, &member)
            }
            "users_invite" => with(operation, guest()),
            "users_resend_invitation" | "users_revoke_invitation" => {
                of(operation, &made(tenant, "/users/invitations", guest()).await)
            }
            "users_accept_invitation" => {
                let guest = guest();
                tenant.client.post("/users/invitations", guest.clone()).await.expect(201);
                let email = guest["email"].as_str().unwrap();
                let token = mailed_token(&self.mail, email, "accept-invitation").await;
                with(operation, json!({ "token": token, "password": PASSWORD, "display_name": "Grace" }))
            }
            "users_accept_own_invitation" => self.invitations(tenant, operation).await,
            _ => self.credentials(tenant, operation).await,
        }
    }

    async fn credentials(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let session = async || {
            let me = tenant.client.get("/users/me").await.expect(200);
            let body = json!({ "email": me["email"], "password": PASSWORD });
            (body.clone(), self.guest.post("/users/sign-in", body).await.expect(200))
        };
        match operation.id.as_str() {
            "users_sign_up" => with(operation, person()),
            "users_verify_email" => {
                let person = person();
                self.guest.post("/users/sign-up", person.clone()).await.expect(202);
                let email = person["email"].as_str().unwrap();
                let token = mailed_token(&self.mail, email, "verify-email").await;
                with(operation, json!({ "token": token, "password": PASSWORD }))
            }
            "users_sign_in" => with(operation, session().await.0),
            "users_refresh_session" => {
                let (_, tokens) = session().await;
                with(operation, json!({ "refresh_token": tokens["refresh_token"] }))
            }
            "users_sign_out" => {
                let (_, tokens) = session().await;
                let token = tokens["access_token"].as_str().unwrap().to_owned();
                Call { token: Some(token), ..Call::to(&operation.path) }
            }
            "users_revoke_session" => {
                let (_, tokens) = session().await;
                let own = self.guest.with_token(tokens["access_token"].as_str().unwrap());
                let sessions = own.get("/users/sessions?limit=100").await.expect(200);
                let mut sessions = sessions["data"].as_array().unwrap().iter();
                of(operation, &id(sessions.find(|session| session["is_current"] == true).unwrap()))
            }
            "users_revoke_other_sessions" => {
                session().await;
                Call::to(&operation.path)
            }
            "users_erase_me" => {
                let grace = self.grace(tenant).await;
                let call = with(operation, json!({ "email": grace.email }));
                Call { token: Some(grace.access()), ..call }
            }
            "users_leave_tenant" | "users_revoke_all_sessions" => {
                Call { token: Some(self.grace(tenant).await.access()), ..Call::to(&operation.path) }
            }
            "users_switch_tenant" => {
                let grace = self.grace(tenant).await;
                let elsewhere = tenant_of(&self.guest, &self.mail, &grace).await;
                let call = with(operation, json!({ "tenant_id": elsewhere }));
                Call { token: Some(grace.access()), ..call }
            }
            "users_change_password" => {
                let body = json!({ "current_password": GRACES_PASSWORD, "new_password": PASSWORD });
                Call { token: Some(self.grace(tenant).await.access()), ..with(operation, body) }
            }
            "users_request_password_reset" => {
                with(operation, json!({ "email": self.grace(tenant).await.email }))
            }
            "users_reset_password" => {
                let email = self.grace(tenant).await.email;
                self.guest.post("/users/password-resets", json!({ "email": email })).await.expect(202);
                let token = mailed_token(&self.mail, &email, "reset-password").await;
                with(operation, json!({ "token": token, "password": PASSWORD }))
            }
            "users_create_audit_stream"
            | "users_patch_audit_stream"
            | "users_rotate_audit_stream"
            | "users_pause_audit_stream"
            | "users_resume_audit_stream"
            | "users_test_audit_stream"
            | "users_delete_audit_stream" => self.audit_streams(tenant, operation).await,
            "users_create_audit_export" => self.audit_log(tenant, operation).await,
            "users_create_support_grant" | "users_revoke_support_grant" => {
                self.support(tenant, operation).await
            }
            "users_dry_run_policy" | "users_patch_policy" | "users_prove_session" => {
                self.policy(tenant, operation).await
            }
            "users_create_oauth_client"
            | "users_delete_oauth_client"
            | "users_patch_oauth_client"
            | "users_restore_oauth_client"
            | "users_revoke_oauth_grant"
            | "users_rotate_oauth_client" => self.oauth(tenant, operation).await,
            "users_discover_sso"
            | "users_exchange_sso"
            | "users_create_oidc_connection"
            | "users_patch_oidc_connection"
            | "users_delete_oidc_connection"
            | "users_add_domain"
            | "users_verify_domain"
            | "users_remove_domain"
            | "users_unlink_member_identity" => self.sso(tenant, operation).await,
            "users_request_email_change" | "users_cancel_email_change" | "users_confirm_email_change" => {
                self.email_change(tenant, operation).await
            }
            "users_begin_passkey_registration"
            | "users_begin_passkey_sign_in"
            | "users_register_passkey"
            | "users_remove_passkey"
            | "users_remove_password"
            | "users_sign_in_with_passkey" => self.passkeys(tenant, operation).await,
            _ => self.second_factors(tenant, operation).await,
        }
    }

    async fn second_factors(&self, tenant: &Furnished, operation: &Operation) -> Call {
        let token = self.grace(tenant).await.access();
        let grace = self.guest.with_token(&token);
        let password = json!({ "current_password": GRACES_PASSWORD });
        // Of an authenticator that waits to be confirmed.
        let code = async || {
            let told = grace.post("/users/me/totp", password.clone()).await.expect(200);
            json!({ "code": present_code(told["secret"].as_str().unwrap()) })
        };
        let body = match operation.id.as_str() {
            "users_enrol_totp" => password.clone(),
            "users_confirm_totp" => code().await,
            "users_remove_totp" | "users_renew_recovery_codes" => {
                let confirmed = grace.post("/users/me/totp/confirm", code().await).await.expect(200);
                let recovery_code = confirmed["recovery_codes"][0].clone();
                json!({ "current_password": GRACES_PASSWORD, "code": recovery_code })
            }
            _ => return missing(operation),
        };
        Call { token: Some(token), ..with(operation, body) }
    }
}

/// The present code of an authenticator that was given this secret.
fn present_code(secret: &str) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    totp::code(secret, i64::try_from(seconds).unwrap())
}

const GRACES_PASSWORD: &str = "a compiler is a kind of translator";

/// Another tenant, whose owner asks this person in as well.
async fn tenant_of(guest: &Client, mail: &Path, person: &Invited) -> Value {
    let owner = another_owner(guest, mail).await;
    asked_in(&owner, mail, &person.email, GRACES_PASSWORD).await;
    owner.get("/users/tenant").await.expect(200)["id"].clone()
}
