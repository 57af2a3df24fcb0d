//! `Idempotency-Key`: one key, one effect, one answer, however often and however much at once it is sent.

use super::Walk;
use super::answers::alike;
use super::ask::{Ask, Body};
use crate::client::Told;
use crate::document::Operation;
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What moves money or stock, and so is never called without a key. A new one is a decision: add it here.
const MOVES_MONEY_OR_STOCK: [&str; 23] = [
    "billing_finalize_invoice",
    "imports_start_run",
    "inventory_adjust_stock",
    "inventory_confirm_sales_order",
    "inventory_create_landed_cost",
    "inventory_create_reservation",
    "inventory_create_reservations",
    "inventory_create_transfer",
    "inventory_lose_transfer",
    "inventory_make_item",
    "inventory_receive_purchase_order",
    "inventory_receive_stock",
    "inventory_receive_transfer",
    "inventory_reserve_kit",
    "inventory_return_purchase_order",
    "inventory_reverse_movement",
    "inventory_reverse_purchase_receipt",
    "inventory_ship_reservation",
    "inventory_ship_sales_order",
    "inventory_ship_transfer",
    "inventory_submit_count",
    "inventory_take_back_goods",
    "inventory_take_item_apart",
];
/// Whoever has done this is nobody any more, and gets no answer again.
const ENDS_ITS_CREDENTIAL: [&str; 6] = [
    "users_erase_me",
    "users_leave_tenant",
    "users_close_tenant",
    "users_revoke_all_sessions",
    "users_sign_out",
    "users_switch_tenant",
];
/// What is done in another tenant than the key is kept in, and before the answer is: whoever comes with the key between the
/// two is told by this code that it is done. It may only shrink.
const DONE_ELSEWHERE: [(&str, &str); 1] = [("users_accept_own_invitation", "users.invitation_used")];
/// What only answers: it takes a key as all that are posted do, and has nothing to do twice.
pub const ONLY_ANSWERS: [&str; 3] = ["inventory_read_scan", "users_dry_run_policy", "users_explain"];
/// What is one effect and several movements of stock: as its recipe asks for it.
const MOVES_SEVERAL: [(&str, usize); 4] = [
    ("inventory_make_item", 3),
    ("inventory_receive_transfer", 2),
    ("inventory_ship_transfer", 2),
    ("inventory_take_item_apart", 3),
];
const AT_ONCE: usize = 20;
const REPLAYED: &str = "idempotency-replayed";

/// Whether the same request is answered a second time, from what was kept of the first.
pub fn is_replayed(operation: &Operation) -> bool {
    let name = operation.id.as_str();
    !ENDS_ITS_CREDENTIAL.contains(&name) && !ONLY_ANSWERS.contains(&name)
}

impl Walk {
    pub async fn keys(&self) {
        let required = self.operations.iter().filter(|operation| operation.requires("Idempotency-Key"));
        let mut required: Vec<_> = required.map(|operation| operation.id.as_str()).collect();
        required.sort_unstable();
        self.require(required == MOVES_MONEY_OR_STOCK, || format!("a key is required by {required:?}"));
        for operation in &self.operations {
            let writes = [Method::POST, Method::PATCH, Method::DELETE].contains(&operation.method);
            let takes_key = operation.parameter("Idempotency-Key").is_some();
            self.require(takes_key || !writes || operation.is_public(), || {
                format!("{} takes no Idempotency-Key", operation.id)
            });
            if takes_key && !ONLY_ANSWERS.contains(&operation.id.as_str()) {
                for status in operation.successes() {
                    self.one_effect(operation, status).await;
                }
            }
        }
    }

    async fn one_effect(&self, operation: &Operation, status: &str) {
        let good = self.good_of(&self.owner, operation, status).await;
        let name = &operation.id;
        if operation.requires("Idempotency-Key") {
            let keyless = Ask { key: None, ..good.clone() };
            self.refused("without a key", operation, &keyless, 400, "idempotency_key_required").await;
        }
        for key in ["", "two words", &"k".repeat(256)] {
            let ask = Ask { key: Some(key.to_owned()), ..good.clone() };
            self.refused("no key", operation, &ask, 400, "idempotency_key_malformed").await;
        }
        if let Some(spoilt) = spoilt(&good) {
            // A refusal keeps nothing: the key is as good as new.
            self.refused("a refusal", operation, &spoilt, 400, "malformed").await;
        }
        let before = self.listed(operation).await;
        let answers = join_all((0..AT_ONCE).map(|_| self.send(operation, &good))).await;
        let after = self.listed(operation).await;
        for (list, ids) in &after {
            let new: Vec<_> = ids.iter().filter(|id| !before[list].contains(id)).collect();
            let wanted = *list == operation.path && operation.method == Method::POST;
            let most = MOVES_SEVERAL.iter().find(|(moves, _)| name == moves).map_or(1, |(_, most)| *most);
            self.require(new.len() <= most && (!wanted || new.len() == 1), || {
                format!("{name}: {AT_ONCE} sends of one key added {new:?} to {list}")
            });
        }
        let (done, other): (Vec<_>, Vec<_>) = answers.iter().partition(|told| told.status.is_success());
        for told in other {
            let in_use = told.status == 409 && told.json()["code"] == "idempotency_key_in_use";
            let retry = (in_use || no_turn(told)) && told.headers.contains_key("retry-after");
            let ended = ENDS_ITS_CREDENTIAL.contains(&name.as_str()) && told.status == 401;
            let elsewhere = DONE_ELSEWHERE.iter().find(|(done, _)| name == done);
            let is_done = elsewhere.is_some_and(|(_, code)| told.json()["code"] == *code);
            self.require(retry || ended || is_done, || format!("{name}: one of {AT_ONCE} was told {told:?}"));
        }
        let first: Vec<_> = done.iter().filter(|told| !told.headers.contains_key(REPLAYED)).collect();
        let [first] = first[..] else {
            let texts: Vec<_> = answers.iter().map(|told| (told.status, &told.text)).collect();
            return self.require(false, || {
                format!("{name}: {} of {AT_ONCE} say they were the first: {texts:?}", first.len())
            });
        };
        self.require(first.status.as_str() == status, || format!("{name}: {status} expected: {first:?}"));
        for told in &done {
            self.require(same(told, first), || format!("{name}: {told:?} and {first:?} answer one key"));
        }
        if ENDS_ITS_CREDENTIAL.contains(&name.as_str()) {
            return;
        }
        for ask in
            [good.clone(), Ask { key: good.key.as_ref().map(|key| format!("\"{key}\"")), ..good.clone() }]
        {
            let told = self.send(operation, &ask).await;
            let replayed = told.headers.get(REPLAYED).is_some_and(|value| value == "true");
            self.require(replayed && same(&told, first), || {
                format!("{name}: replayed as {told:?}, was {first:?}")
            });
        }
        // What the first has set in motion may still take something away.
        let replayed = self.listed(operation).await;
        let is_known = |list: &str, id: &String| after.get(list).is_some_and(|ids| ids.contains(id));
        let nothing_new = replayed.iter().all(|(list, ids)| ids.iter().all(|id| is_known(list, id)));
        self.require(nothing_new, || format!("{name}: a replay changed {after:?} into {replayed:?}"));
        for other in others(&good) {
            self.refused("its key for another", operation, &other, 422, "idempotency_key_reused").await;
        }
    }

    /// What the lists of the operation's domain have. The audit log is written a moment after what it tells of.
    async fn listed(&self, operation: &Operation) -> BTreeMap<&str, Vec<String>> {
        let domain: String = operation.path.split_inclusive('/').take(4).collect();
        let lists =
            self.operations.iter().filter(|list| list.is_plain_list() && list.path.starts_with(&domain));
        let lists = lists.filter(|list| !list.path.ends_with("/audit-entries"));
        let all = lists.map(async |list| (list.path.as_str(), self.all_ids(&list.path).await));
        join_all(all).await.into_iter().collect()
    }
}

/// Each of the sends has its password hashed before it is seen whose the key is, and only so many are hashed at once.
fn no_turn(told: &Told) -> bool {
    told.status == 503
        && told.json()["detail"].as_str().is_some_and(|why| why.starts_with("More passwords are checked"))
}

fn same(told: &Told, first: &Told) -> bool {
    let of = |told: &Told| {
        let (status, mut headers, text) = alike(told);
        headers.remove(REPLAYED);
        (status, headers, text)
    };
    of(told) == of(first)
}

/// The same key with a body that is refused.
fn spoilt(good: &Ask) -> Option<Ask> {
    let mut body = good.call.json()?.clone();
    body["zz_unknown"] = json!(1);
    Some(good.clone().body(body))
}

/// The same key for something else.
fn others(good: &Ask) -> Vec<Ask> {
    let mut others = vec![good.clone().query("zz_unknown=1")];
    others.extend(spoilt(good));
    if let Body::Raw(media_type, bytes) = &good.call.body {
        let mut other = good.clone();
        other.call.body = Body::Raw(media_type, [bytes.as_slice(), b"X,Other\n"].concat());
        others.push(other);
    }
    let id = good.call.path.split('/').find(|part| part.parse::<Uuid>().is_ok());
    others.extend(id.map(|id| good.clone().at(id, &Uuid::new_v4().to_string())));
    others
}
