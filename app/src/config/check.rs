//! What is allowed beyond a key's type: ranges, kinds of URL, and the rules between values. All faults are collected.

use super::merge::Settings;
use super::{BlobsKind, Config, Fault, Origin, Secret};
use crate::tls::{self, TlsError};
use std::ops::RangeInclusive;
use toml::Value;
use url::Url;

/// Every whole number of the default document has its range here; a test sees to it.
pub(super) const RANGES: &[(&str, RangeInclusive<i64>)] = &[
    ("http.workers", 0..=1024),
    ("http.header_timeout_ms", 1000..=600_000),
    ("http.keep_alive_ms", 1000..=600_000),
    ("http.body_timeout_ms", 100..=600_000),
    ("http.request_timeout_ms", 100..=600_000),
    ("http.url_limit_bytes", 256..=32_768),
    ("http.header_limit_bytes", 4096..=65_536),
    ("http.body_limit_bytes", 1024..=104_857_600),
    ("http.json_depth_limit", 4..=100),
    ("http.upload_limit_bytes", 1024..=10_737_418_240),
    ("http.drain_ms", 0..=600_000),
    ("http.shutdown_timeout_ms", 0..=600_000),
    ("database.max_connections", 0..=10_000),
    ("database.acquire_timeout_ms", 10..=600_000),
    ("database.statement_timeout_ms", 10..=3_600_000),
    ("database.slow_statement_ms", 0..=3_600_000),
    ("cache.max_bytes", 0..=68_719_476_736),
    ("limits.requests_per_minute_per_credential", 1..=10_000_000),
    ("limits.requests_per_minute_per_tenant", 1..=10_000_000),
    ("limits.public_per_minute_per_address", 1..=10_000_000),
    ("limits.tries_per_minute_per_account", 1..=10_000_000),
    ("limits.refused_per_minute_per_address", 1..=10_000_000),
    ("jobs.concurrency", 1..=1024),
    ("jobs.sweep_interval_ms", 100..=86_400_000),
    ("jobs.lease_ms", 1000..=3_600_000),
    ("jobs.finished_retention_hours", 1..=8760),
    ("telemetry.sampled_per_thousand", 0..=1000),
    ("domains.users.access_token_minutes", 1..=1440),
    ("domains.users.refresh_token_days", 1..=365),
    ("domains.users.signing_key_days", 1..=365),
    ("domains.users.closed_tenant_days", 0..=365),
    ("domains.users.verification_hours", 1..=720),
    ("domains.users.invitation_hours", 1..=8760),
    ("domains.users.invitation_mails_per_day", 1..=1_000_000),
    ("domains.users.max_open_invitations", 1..=1_000_000),
    ("domains.users.password_reset_minutes", 5..=1440),
    ("domains.users.email_change_hours", 1..=720),
    ("domains.users.fresh_minutes", 1..=1440),
];

/// Keys that hold a URL, by their end, and how it may begin.
const SCHEMES: &[(&str, &[&str])] = &[
    ("database.url", &["postgres", "postgresql"]),
    (".database_url", &["postgres", "postgresql"]),
    (".remote_url", &["http", "https"]),
    ("redis.url", &["redis", "rediss"]),
    ("mail.smtp_url", &["smtp", "smtps"]),
    ("http.public_url", &["http", "https"]),
    ("blobs.endpoint", &["http", "https"]),
    ("telemetry.otlp_endpoint", &["http", "https"]),
    ("domains.users.breached_passwords_url", &["http", "https"]),
    ("domains.users.domain_proofs_url", &["http", "https"]),
];

/// Each value by itself. One that is not allowed is told and goes back to its default, so that the others can be
/// looked at.
pub(super) fn values(settings: &mut Settings, faults: &mut Vec<Fault>) {
    for (key, setting) in settings.iter_mut() {
        let what = match &setting.value {
            Value::Integer(number) => outside_range(key, *number),
            Value::String(text) if !text.is_empty() => wrong_scheme(key, text),
            _ => None,
        };
        if let Some(what) = what {
            faults.push(Fault { origin: setting.origin.clone(), what });
            setting.value = setting.default.clone();
        }
    }
}

/// The typed form. Serde stops at the first fault: it is told, its value goes back to the default, and so on.
pub(super) fn typed(settings: &mut Settings, faults: &mut Vec<Fault>) -> Option<Config> {
    loop {
        let error = match serde_path_to_error::deserialize(settings.nested()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        let key = error.path().to_string();
        let (what, setting) = (error.inner().message(), settings.get_mut(&key));
        match setting {
            Some(setting) if setting.origin != Origin::Default => {
                let what = format!("`{key}`: {what}");
                let origin = std::mem::replace(&mut setting.origin, Origin::Default);
                faults.push(Fault { origin, what });
                setting.value = setting.default.clone();
            }
            // The default document and the types disagree, which a test rules out; end rather than loop.
            _ => {
                faults.push(Fault { origin: Origin::Default, what: format!("`{key}`: {what}") });
                return None;
            }
        }
    }
}

/// The rules between values.
pub(super) fn rules(config: &Config, settings: &Settings, faults: &mut Vec<Fault>) {
    let mut fault = |key: &str, what: String| {
        let origin = settings.get(key).map_or(Origin::Default, |setting| setting.origin.clone());
        faults.push(Fault { origin, what: format!("`{key}`: {what}") });
    };
    node(config, settings, &mut fault);
    http(config, &mut fault);
    secrets(config, settings, &mut fault);
    blobs(config, &mut fault);
    if Some(config.http.address) == config.operators.address && config.http.address.port() != 0 {
        fault("operators.address", "must be another than http.address; empty to serve both there".into());
    }
    if !config.mail.from.contains('@') {
        fault("mail.from", "must be an e-mail address, like Insula <no-reply@example.com>".into());
    }
    if let Err(error) = crate::telemetry::filter(&config.logs.filter) {
        fault(
            "logs.filter",
            format!("must be levels, by target if wanted, like info,billing=debug: {error}"),
        );
    }
}

fn node(config: &Config, settings: &Settings, fault: &mut impl FnMut(&str, String)) {
    let known = settings.domains();
    for domain in config.node.domains.iter().filter(|domain| !known.contains(&domain.as_str())) {
        fault("node.domains", format!("no domain is called {domain:?}; there are {}", known.join(", ")));
    }
}

fn http(config: &Config, fault: &mut impl FnMut(&str, String)) {
    let http = &config.http;
    if http.cors_origins.len() > 1 && http.cors_origins.iter().any(|origin| origin.as_str() == "*") {
        fault("http.cors_origins", "\"*\" is every origin and stands alone".into());
    }
    match (&http.tls_certificate_file, &http.tls_key_file) {
        (None, None) => {}
        (Some(_), None) => fault("http.tls_key_file", "must be set with http.tls_certificate_file".into()),
        (None, Some(_)) => fault("http.tls_certificate_file", "must be set with http.tls_key_file".into()),
        (Some(certificate), Some(key)) => {
            if let Err(error) = tls::server(certificate, key) {
                let key = match error {
                    TlsError::Certificate(_) => "http.tls_certificate_file",
                    TlsError::Key(_) => "http.tls_key_file",
                };
                fault(key, error.to_string());
            }
        }
    }
}

fn secrets(config: &Config, settings: &Settings, fault: &mut impl FnMut(&str, String)) {
    let secrets = &config.secrets;
    let is_key = |key: &Secret| secrets::MasterKey::from_base64(key.expose()).is_ok();
    if !secrets.former_master_keys.iter().all(is_key) {
        let what = "must be a list of former master keys, each 32 bytes in base64";
        fault("secrets.former_master_keys", what.into());
    }
    if secrets.former_master_keys.len() > secrets::MAX_FORMER {
        let what =
            format!("must be {} at most; take away those that nothing is sealed with", secrets::MAX_FORMER);
        fault("secrets.former_master_keys", what);
    }
    if !secrets.former_master_keys.is_empty() && secrets.master_key.is_none() {
        let what =
            "goes with secrets.master_key; a file holds its former keys itself, one a line below the newest";
        fault("secrets.former_master_keys", what.into());
    }
    if let Some(key) = &secrets.master_key {
        if !is_key(key) {
            fault(
                "secrets.master_key",
                "must be 32 bytes in base64; `openssl rand -base64 32` makes one".into(),
            );
        }
        if secrets.master_key_file.is_some() {
            fault(
                "secrets.master_key",
                "must be empty when secrets.master_key_file is set, or the other way".into(),
            );
        }
    }
    let server = settings.domains().into_iter().any(|domain| config.database_url(domain).is_some());
    if server && secrets.master_key.is_none() && secrets.master_key_file.is_none() {
        let what = "this or secrets.master_key_file must be set with a database server, since all nodes share the \
                    key; `openssl rand -base64 32` makes one";
        fault("secrets.master_key", what.into());
    }
}

fn blobs(config: &Config, fault: &mut impl FnMut(&str, String)) {
    let blobs = &config.blobs;
    if blobs.kind == BlobsKind::Local {
        return;
    }
    if blobs.bucket.is_none() {
        fault("blobs.bucket", "must be set when blobs.kind is \"s3\"".into());
    }
    if blobs.region.is_none() && blobs.endpoint.is_none() {
        fault("blobs.region", "this or blobs.endpoint must be set when blobs.kind is \"s3\"".into());
    }
    if blobs.access_key_id.is_none() {
        fault("blobs.access_key_id", "must be set when blobs.kind is \"s3\"".into());
    }
    if blobs.secret_access_key.is_none() {
        fault("blobs.secret_access_key", "must be set when blobs.kind is \"s3\"".into());
    }
}

fn outside_range(key: &str, number: i64) -> Option<String> {
    let (_, range) = RANGES.iter().find(|(known, _)| *known == key)?;
    let (low, high) = (range.start(), range.end());
    (!range.contains(&number)).then(|| format!("`{key}` must be from {low} to {high}, but is {number}"))
}

fn wrong_scheme(key: &str, text: &str) -> Option<String> {
    let (_, schemes) = SCHEMES.iter().find(|(end, _)| key.ends_with(end))?;
    // A text that is no URL at all and one of another kind are the same mistake to whoever made it.
    let right = Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()));
    let allowed: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
    (!right).then(|| format!("`{key}` must be a whole URL that begins with {}", allowed.join(" or ")))
}
