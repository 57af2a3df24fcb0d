//! How each operation is made to succeed in a furnished tenant: what has to be there before, and the request itself.

use super::ask::{Body, Call};
use crate::client::Client;
use crate::document::Operation;
use crate::furnished::Furnished;
use crate::tenant::{Invited, PASSWORD, id, invited, mailed_token, sign_in};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::eventually;
use uuid::Uuid;

/// More than one run of it takes; each is cancelled while it is under way.
const LONG_FILE_ROWS: usize = 10_000;

pub struct Recipes {
    pub guest: Client,
    pub mail: PathBuf,
}

impl Recipes {
    /// A call that will succeed with this status, once.
    pub async fn call(&self, tenant: &Furnished, operation: &Operation, status: &str) -> Call {
        if operation.method == Method::GET {
            return read(tenant, operation);
        }
        match operation.id.split_once('_').map_or("", |(domain, _)| domain) {
            "billing" => billing(tenant, operation, status).await,
            "imports" => imports(tenant, operation).await,
            "inventory" => inventory(tenant, operation, status).await,
            "reports" => reports(tenant, operation).await,
            "users" => self.users(tenant, operation).await,
            "workflow" => workflow(tenant, operation).await,
            _ => missing(operation),
        }
    }

    async fn users(&self, tenant: &Furnished, operation: &Operation) -> Call {
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
            "users_leave_tenant" => {
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
            json!({ "code": totp(told["secret"].as_str().unwrap()) })
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

/// The present code of an authenticator that was given this secret (RFC 6238).
fn totp(secret: &str) -> String {
    let five = |eight: &[u8]| {
        let bits = eight.iter().fold(0_u64, |bits, letter| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(char::from(*letter)).unwrap();
            (bits << 5) | value as u64
        });
        bits.to_be_bytes()[3..].to_vec()
    };
    let key: Vec<u8> = secret.as_bytes().chunks(8).flat_map(five).collect();
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(seconds / 30).to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

const GRACES_PASSWORD: &str = "a compiler is a kind of translator";

/// Another tenant, whose owner asks this person in as well.
async fn tenant_of(guest: &Client, mail: &Path, person: &Invited) -> Value {
    let other = self::person();
    guest.post("/users/sign-up", other.clone()).await.expect(202);
    let token = mailed_token(mail, other["email"].as_str().unwrap(), "verify-email").await;
    guest.post("/users/verify-email", json!({ "token": token, "password": PASSWORD })).await.expect(200);
    let owner = guest.with_token(&sign_in(guest, other["email"].as_str().unwrap()).await);
    owner.post("/users/invitations", json!({ "email": person.email })).await.expect(201);
    let tenant = owner.get("/users/tenant").await.expect(200);
    // The mail of the first may still be the newest.
    let accepted = eventually("the second invitation is accepted", async || {
        let token = mailed_token(mail, &person.email, "accept-invitation").await;
        let accept = json!({ "token": token, "password": GRACES_PASSWORD });
        (guest.post("/users/invitations/accept", accept).await.status == 200).then_some(())
    });
    accepted.await;
    tenant["id"].clone()
}

fn missing(operation: &Operation) -> Call {
    panic!(
        "no test makes {} ({} {}) succeed: add a recipe for it in app/tests/it/contract/recipes.rs",
        operation.id, operation.method, operation.path
    )
}

/// Of what the tenant was furnished with.
fn read(tenant: &Furnished, operation: &Operation) -> Call {
    if !operation.path.contains('{') {
        return Call::to(&operation.path);
    }
    let Some(id) = tenant.ids.get(operation.collection()) else {
        panic!(
            "no test can read {}: put one of {} into every tenant in app/tests/it/furnished.rs",
            operation.path,
            operation.collection()
        )
    };
    of(operation, id)
}

async fn billing(tenant: &Furnished, operation: &Operation, status: &str) -> Call {
    let product = json!({ "name": unique("Engine time"), "description": "By the hour" });
    match operation.id.as_str() {
        "billing_create_customer" => with(operation, customer()),
        "billing_patch_customer" => {
            let customer = made(tenant, "/billing/customers", customer()).await;
            of(operation, &customer).with(json!({ "name": unique("Babbage") }))
        }
        "billing_put_customer" => put(tenant, operation, status, json!({ "name": "Babbage" })).await,
        "billing_delete_customer" => of(operation, &made(tenant, "/billing/customers", customer()).await),
        "billing_restore_customer" => of(operation, &deleted(tenant, "/billing/customers", customer()).await),
        "billing_create_invoice" => with(operation, invoice(tenant, 100)),
        "billing_patch_invoice" => {
            let draft = made(tenant, "/billing/invoices", invoice(tenant, 100)).await;
            let mut lines = invoice(tenant, 200);
            lines.as_object_mut().unwrap().remove("id");
            of(operation, &draft).with(lines)
        }
        "billing_finalize_invoice" => {
            let amount = if status == "202" { 100_001 } else { 100 };
            of(operation, &made(tenant, "/billing/invoices", invoice(tenant, amount)).await)
        }
        "billing_create_product" => with(operation, product),
        "billing_patch_product" => {
            let product = made(tenant, "/billing/products", product).await;
            of(operation, &product).with(json!({ "name": unique("Engine"), "metadata": { "since": "1822" } }))
        }
        "billing_put_product" => put(tenant, operation, status, product).await,
        "billing_delete_product" => of(operation, &made(tenant, "/billing/products", product).await),
        "billing_restore_product" => of(operation, &deleted(tenant, "/billing/products", product).await),
        "billing_create_price" => {
            let unit_amount = json!({ "amount": 9900, "currency": "USD" });
            let price = json!({ "unit_amount": unit_amount, "interval": "month" });
            of(operation, &tenant.ids["/billing/products"]).with(price)
        }
        "billing_create_subscription" => with(operation, subscription(tenant)),
        "billing_draft_invoice_from_subscription" => {
            of(operation, &made(tenant, "/billing/subscriptions", subscription(tenant)).await)
        }
        _ => missing(operation),
    }
}

async fn imports(tenant: &Furnished, operation: &Operation) -> Call {
    let run = |upload: &str| {
        let mapping = json!({ "sku": { "column": "sku" }, "name": { "column": "name" } });
        json!({ "upload_id": upload, "target": "inventory.items", "mode": "dry_run", "mapping": mapping })
    };
    match operation.id.as_str() {
        "imports_create_upload" => {
            let body = format!("sku,name\n{},Chang\n", unique("UP"));
            let body = Body::Raw("text/csv", body.into_bytes());
            Call { body, query: "file_name=items.csv".to_owned(), ..Call::to(&operation.path) }
        }
        "imports_start_run" => with(operation, run(&tenant.ids["/imports/uploads"])),
        "imports_cancel_run" => {
            let mut file = "sku,name\n".to_owned();
            for row in 0..LONG_FILE_ROWS {
                writeln!(file, "L{row},Long").unwrap();
            }
            let upload = tenant.client.upload("/imports/uploads", "text/csv", file).await.expect(201);
            of(operation, &made(tenant, "/imports/runs", run(&id(&upload))).await)
        }
        _ => missing(operation),
    }
}

async fn inventory(tenant: &Furnished, operation: &Operation, status: &str) -> Call {
    let item = &tenant.ids["/inventory/items"];
    let reservation = json!({ "item_id": item, "quantity": "0.01", "reference": unique("order") });
    match operation.id.as_str() {
        "inventory_create_item" => with(operation, new_item()),
        "inventory_patch_item" => {
            let item = made(tenant, "/inventory/items", new_item()).await;
            of(operation, &item).with(json!({ "name": unique("Chai"), "category": "Tea" }))
        }
        "inventory_delete_item" => of(operation, &made(tenant, "/inventory/items", new_item()).await),
        "inventory_put_item" => put(tenant, operation, status, new_item()).await,
        "inventory_restore_item" => of(operation, &deleted(tenant, "/inventory/items", new_item()).await),
        "inventory_receive_stock" => of(operation, item).with(json!({ "quantity": "1.5" })),
        "inventory_create_reservation" => with(operation, reservation),
        "inventory_release_reservation" | "inventory_ship_reservation" => {
            of(operation, &made(tenant, "/inventory/reservations", reservation).await)
        }
        _ => missing(operation),
    }
}

async fn reports(tenant: &Furnished, operation: &Operation) -> Call {
    let run = json!({ "report": "inventory.stock_valuation", "parameters": {} });
    match operation.id.as_str() {
        "reports_create_run" => with(operation, run),
        // It may be ready before it is cancelled; what is cancelled can be cancelled again.
        "reports_cancel_run" => {
            let cancelled = eventually("a report that is not ready", async || {
                let run = made(tenant, "/reports/runs", run.clone()).await;
                let told = tenant.client.post(&format!("/reports/runs/{run}/cancel"), json!({})).await;
                (told.status == 200).then_some(run)
            });
            of(operation, &cancelled.await)
        }
        _ => missing(operation),
    }
}

async fn workflow(tenant: &Furnished, operation: &Operation) -> Call {
    let definition = async || made(tenant, "/workflow/definitions", definition()).await;
    match operation.id.as_str() {
        "workflow_create_definition" => with(operation, self::definition()),
        "workflow_publish_definition" => of(operation, &definition().await),
        "workflow_retire_definition" => {
            let definition = definition().await;
            let publish = format!("/workflow/definitions/{definition}/publish");
            tenant.client.post(&publish, json!({})).await.expect(200);
            of(operation, &definition)
        }
        "workflow_approve_task" | "workflow_reject_task" => {
            of(operation, &open_task(tenant).await).with(json!({ "comment": "Seen" }))
        }
        _ => missing(operation),
    }
}

async fn open_task(tenant: &Furnished) -> String {
    let invoice = made(tenant, "/billing/invoices", invoice(tenant, 100_001)).await;
    tenant.client.post(&format!("/billing/invoices/{invoice}/finalize"), json!({})).await.expect(202);
    eventually("its task", async || {
        let tasks = tenant.client.get("/workflow/tasks?status=open&limit=100").await.expect(200);
        let mut tasks = tasks["data"].as_array().unwrap().iter();
        tasks.find(|task| task["subject"]["id"] == invoice).map(id)
    })
    .await
}

/// The id of one more.
async fn made(tenant: &Furnished, path: &str, body: Value) -> String {
    let told = tenant.client.post(path, body).await;
    assert!(told.status.is_success(), "{path}: {told:?}");
    id(&told.json())
}

/// The id of one that was made and deleted.
async fn deleted(tenant: &Furnished, path: &str, body: Value) -> String {
    let id = made(tenant, path, body).await;
    let delete = tenant.client.request(Method::DELETE, &format!("{path}/{id}"));
    let told = tenant.client.try_send(delete).await.unwrap();
    assert_eq!(told.status, 204, "{path}: {told:?}");
    id
}

/// By a reference that nothing has yet, or that something has.
async fn put(tenant: &Furnished, operation: &Operation, status: &str, body: Value) -> Call {
    let path = operation.path.replace("{external_id}", &Uuid::new_v4().simple().to_string());
    if status == "200" {
        let first = tenant.client.request(Method::PUT, &path).json(&body);
        let told = tenant.client.try_send(first).await.unwrap();
        assert_eq!(told.status, 201, "{path}: {told:?}");
    }
    let mut changed = body;
    changed["name"] = json!(unique("Put"));
    Call::to(&path).with(changed)
}

fn of(operation: &Operation, id: &str) -> Call {
    Call::to(&operation.path.replace("{id}", id))
}

fn with(operation: &Operation, body: Value) -> Call {
    Call::to(&operation.path).with(body)
}

fn unique(what: &str) -> String {
    format!("{what} {}", Uuid::new_v4().simple())
}

fn person() -> Value {
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    json!({ "email": email, "password": PASSWORD, "display_name": "Charles", "organization_name": "Babbage" })
}

fn customer() -> Value {
    json!({ "name": unique("Babbage"), "external_id": unique("c"), "metadata": { "since": "1822" } })
}

fn new_item() -> Value {
    json!({ "sku": unique("S"), "name": "Chai", "unit_cost": { "amount": 1800, "currency": "USD" } })
}

fn invoice(tenant: &Furnished, amount: i64) -> Value {
    let unit_amount = json!({ "amount": amount, "currency": "USD" });
    let line = json!({ "description": "Difference engine", "quantity": "1", "unit_amount": unit_amount });
    json!({ "customer_id": tenant.ids["/billing/customers"], "lines": [line] })
}

fn subscription(tenant: &Furnished) -> Value {
    json!({ "customer_id": tenant.ids["/billing/customers"], "price_id": tenant.ids["/billing/prices"] })
}

/// Over what no test invoices, so that nothing is held for it.
fn definition() -> Value {
    json!({
        "name": unique("Over all"), "trigger": "billing.invoice_finalize", "approver": { "role": "admin" },
        "condition": { "total_over": { "amount": 100_000_000_000_i64, "currency": "USD" } },
    })
}
