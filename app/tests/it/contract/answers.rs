//! What every answer of an operation must have, whatever it says. All that the walk sends is looked at here.

use super::Walk;
use super::ask::Ask;
use crate::client::Told;
use crate::document::Operation;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const SECURITY: [(&str, &str); 3] =
    [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY")];
const LIMITS: [&str; 5] =
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy"];
/// Fields of an answer that are shown once and may be kept nowhere.
const SECRETS: [&str; 4] = ["secret", "access_token", "refresh_token", "recovery_codes"];
/// Files of all that is kept of somebody, which nothing on the way may keep.
const WHOLE: [&str; 2] = ["users_download_own_export", "users_download_tenant_export"];

#[derive(Default)]
pub struct Seen {
    /// Operation and status.
    pub statuses: BTreeSet<(String, String)>,
    /// Of problems.
    pub codes: BTreeSet<String>,
    /// What had this tag at this path, for this caller: a strong tag names one text alone.
    tagged: BTreeMap<(String, String), String>,
}

impl Walk {
    pub fn look_at(&self, operation: &Operation, ask: &Ask, token: &str, told: &Told) {
        let mut faults = self.schemas.faults(operation, told);
        faults.extend(common_faults(&told.headers, &ask.request_id));
        faults.extend(
            LIMITS.iter().filter(|name| !told.headers.contains_key(**name)).map(|name| format!("no {name}")),
        );
        let status = told.status.as_u16();
        if status >= 400 {
            faults.extend(problem_faults(told));
            self.seen.lock().unwrap().codes.extend(told.json()["code"].as_str().map(str::to_owned));
        } else {
            faults.extend(self.success_faults(operation, (token, &ask.call.path), told));
        }
        self.seen.lock().unwrap().statuses.insert((operation.id.clone(), status.to_string()));
        for fault in faults {
            self.require(false, || format!("{} {status}: {fault}", operation.id));
        }
    }

    fn success_faults(&self, operation: &Operation, whose: (&str, &str), told: &Told) -> Vec<String> {
        let mut faults = Vec::new();
        // A file of lines is no one body.
        let body = serde_json::from_str::<Value>(&told.text);
        let shows_secret = body.is_ok_and(|body| SECRETS.iter().any(|name| body.get(name).is_some()));
        let is_kept_nowhere = shows_secret || operation.is_public() || WHOLE.contains(&&*operation.id);
        let caching = if is_kept_nowhere { "no-store" } else { "private, no-cache" };
        if text(&told.headers, "cache-control") != caching {
            faults.push(format!("Cache-Control is {:?}", told.headers.get("cache-control")));
        }
        let etag = text(&told.headers, "etag");
        if !(etag.is_empty() || etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2) {
            faults.push(format!("{etag} is no strong ETag"));
        }
        if !operation.is_single() || told.status != 200 {
            return faults;
        }
        if etag.is_empty() {
            faults.push("no ETag".to_owned());
            return faults;
        }
        let mut seen = self.seen.lock().unwrap();
        let before = seen.tagged.entry((format!("{whose:?}"), etag.to_owned()));
        let before = before.or_insert_with(|| told.text.clone());
        if *before != told.text {
            faults.push(format!("the ETag {etag} has named two texts:\n  {before}\n  {}", told.text));
        }
        faults
    }
}

/// Of an answer that even the router may have given.
pub fn common_faults(headers: &HeaderMap, request_id: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if text(headers, "x-request-id") != request_id {
        faults.push(format!("X-Request-Id is {:?}, not the caller's", headers.get("x-request-id")));
    }
    if !is_traceparent(text(headers, "traceparent")) {
        faults.push(format!("traceparent is {:?}", headers.get("traceparent")));
    }
    for (name, value) in SECURITY {
        if text(headers, name) != value {
            faults.push(format!("{name} is {:?}", headers.get(name)));
        }
    }
    faults
}

/// The shape of RFC 9457, and that it speaks of this very request.
pub fn problem_faults(told: &Told) -> Vec<String> {
    if text(&told.headers, "content-type") != "application/problem+json" {
        return vec![format!("a refusal that is no problem: {told:?}")];
    }
    let mut faults = Vec::new();
    let problem = told.json();
    let code = problem["code"].as_str().unwrap_or_default();
    if problem["status"] != told.status.as_u16() || problem["type"] != format!("/problems/{code}") {
        faults.push(format!("status or type is another's: {problem}"));
    }
    if problem["request_id"] != text(&told.headers, "x-request-id") {
        faults.push(format!("request_id is another's: {problem}"));
    }
    for name in ["code", "title", "detail", "instance"] {
        if problem[name].as_str().is_none_or(str::is_empty) {
            faults.push(format!("no {name}: {problem}"));
        }
    }
    if !["private, no-cache", "no-store"].contains(&text(&told.headers, "cache-control")) {
        faults.push(format!("Cache-Control is {:?}", told.headers.get("cache-control")));
    }
    faults
}

pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// All that a client can tell two answers apart by, save what differs between any two.
pub fn alike(told: &Told) -> (u16, BTreeMap<String, String>, String) {
    let of_each = [
        "connection",
        "date",
        "ratelimit",
        "traceparent",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-request-id",
    ];
    let headers = told.headers.iter().filter(|(name, _)| !of_each.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    let request_id = told.headers["x-request-id"].to_str().unwrap();
    (told.status.as_u16(), headers, told.text.replace(request_id, "…"))
}

fn is_traceparent(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [2, 32, 16, 2] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
