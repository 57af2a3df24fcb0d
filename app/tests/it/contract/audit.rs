//! The audit log: every change leaves who, what, before, after, when, from where and of which request.

use super::Walk;
use super::ask::{Ask, Call};
use super::keys::ONLY_ANSWERS;
use crate::client::Told;
use crate::document::Operation;
use crate::tenant::id;
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use testkit::eventually;

/// What newcomers do is in the log of a tenant that is not the owner's, where the tests of users look. It may only
/// shrink.
const ELSEWHERE: [(&str, &str); 9] = [
    ("users_sign_up", "the tenant is new, and nobody may read its log yet"),
    ("inventory_read_scan", "it only answers"),
    ("users_dry_run_policy", "it only answers"),
    ("users_explain", "it only answers"),
    (CLOSES, "the tenant is closed, and with it its log"),
    (ERASES, "what the entries say is erased with whom they are of"),
    ("users_verify_email", "the link is of that new tenant"),
    ("users_begin_passkey_sign_in", "whoever asks has said neither name nor tenant"),
    ("users_discover_sso", "it only answers"),
];
const CLOSES: &str = "users_close_tenant";
const ERASES: &str = "users_erase_me";
/// What makes something though it answers no 201 and no list is where it is sent to.
const MAKES: [&str; 7] = [
    "inventory_create_reservations",
    "users_create_tenant_export",
    "users_create_own_export",
    "users_request_password_reset",
    "users_sign_in",
    "users_sign_in_with_passkey",
    "users_exchange_sso",
];
/// Its recipe has cancelled what this makes, whose file may be there a moment later: again it would change nothing.
const DONE_BY_ITS_RECIPE: [(&str, &str); 2] =
    [("reports_cancel_run", "reports_create_run"), ("imports_cancel_export", "imports_create_export")];
/// Less than `eventually` has, so that all that is missing is told.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was done, and the half of its entry that cannot be empty.
struct Change<'a> {
    operation: &'a Operation,
    request_id: String,
    half: &'static str,
    /// By somebody else than the owner.
    other: bool,
}

impl Walk {
    pub async fn audit(&self) {
        for (name, _) in &ELSEWHERE {
            let public = self.operation(name).is_public() || ONLY_ANSWERS.contains(name);
            let public = public || [CLOSES, ERASES].contains(name);
            self.require(public, || format!("ELSEWHERE: {name} is for members, whose log can be read"));
        }
        let mut changes = Vec::new();
        for operation in self.operations.iter().filter(|operation| operation.method != Method::GET) {
            if ELSEWHERE.iter().any(|(name, _)| *name == operation.id) {
                continue;
            }
            for status in operation.successes() {
                let (ask, told) = self.effect(operation, status).await;
                self.require(told.status.as_str() == status, || {
                    format!("{}: {status} expected, told {told:?}", operation.id)
                });
                let half = if self.makes(operation, status) { "after" } else { "before" };
                let other = ask.call.token.is_some();
                changes.push(Change { operation, request_id: ask.request_id, half, other });
            }
        }
        // An entry comes by a message, a moment after what it tells of.
        let told = eventually("the changes are in the audit log", async || {
            self.untold(&changes).await.is_empty().then_some(())
        });
        let _ = tokio::time::timeout(PATIENCE, told).await;
        for fault in self.untold(&changes).await {
            self.require(false, || fault);
        }
    }

    async fn effect(&self, operation: &Operation, status: &str) -> (Ask, Told) {
        let Some((_, makes)) = DONE_BY_ITS_RECIPE.iter().find(|(cancel, _)| *cancel == operation.id) else {
            let ask = self.good_of(&self.owner, operation, status).await;
            let told = self.send(operation, &ask).await;
            return (ask, told);
        };
        let create = self.operation(makes);
        let created = self.good(create).await;
        eventually("a file that is not there yet", async || {
            let run = self.send(create, &created.again()).await;
            let ask = Call::to(&operation.path.replace("{id}", &id(&run.json()))).ask(operation);
            let told = self.send(operation, &ask).await;
            (told.status == 200).then_some((ask, told))
        })
        .await
    }

    /// Whether it makes something, rather than change what is there.
    fn makes(&self, operation: &Operation, status: &str) -> bool {
        let into_list = operation.method == Method::POST && self.at(&Method::GET, &operation.path).is_some();
        status == "201" || into_list || MAKES.contains(&operation.id.as_str())
    }

    /// The changes that no entry tells in full.
    async fn untold(&self, changes: &[Change<'_>]) -> Vec<String> {
        let log = self.log().await;
        let faults = changes.iter().filter_map(|change| {
            let entries = log.iter().filter(|entry| entry["request_id"] == change.request_id);
            let entries: Vec<_> = entries.collect();
            let told = entries.iter().any(|entry| self.tells(change, entry));
            (!told).then(|| {
                let Change { operation, half, .. } = change;
                format!("{}: no audit entry tells it in full, with its {half}: {entries:?}", operation.id)
            })
        });
        faults.collect()
    }

    fn tells(&self, Change { operation, half, other, .. }: &Change<'_>, entry: &Value) -> bool {
        let actor = &entry["actor"];
        let by = if operation.is_public() {
            actor["kind"] == "system"
        } else {
            actor["kind"] == "user" && (*other || actor["id"] == self.owner.ids["/users/people"])
        };
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        let named = ["action", "resource", "resource_id", "happened_at"];
        let named = named.iter().all(|name| !text(name).is_empty());
        // As `Ask` says.
        let from = text("client_address").starts_with("10.");
        by && named && from && entry[*half].is_object()
    }

    async fn log(&self) -> Vec<Value> {
        let (mut entries, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/users/audit-entries?limit=100{cursor}");
            let page = self.owner.client.get(&path).await.expect(200);
            entries.extend(page["data"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return entries,
            }
        }
    }
}
