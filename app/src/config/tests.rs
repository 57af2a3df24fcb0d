//! The configuration from outside: what faults are told, what overrides what, and what is never printed.

use super::*;
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;
use toml::{Table, Value};

/// A file and variables; the file's path is cut from whatever is told.
fn load_from(file: &str, variables: &[(&str, &str)]) -> (TempDir, Result<Loaded, Faults>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("insula.toml");
    fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let loaded = load(&Sources { file: Some(path), variables, overrides: Vec::new() });
    (folder, loaded)
}

fn config(file: &str, variables: &[(&str, &str)]) -> Config {
    let (_folder, loaded) = load_from(file, variables);
    loaded.unwrap_or_else(|faults| panic!("{faults}")).config
}

fn check_faults(file: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let (folder, loaded) = load_from(file, variables);
    let told = match loaded {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.iter().map(|fault| format!("{}: {}", fault.origin, fault.what)).collect(),
    };
    let prefix = format!("{}/", folder.path().display());
    let told: BTreeSet<String> = told.iter().map(|line| line.replace(&prefix, "")).collect();
    let expected: BTreeSet<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(told, expected, "\n{file}\n{variables:?}");
}

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn all_faults_at_once() {
    check_faults(
        "[http]\nadress = \"x\"\nworkers = \"four\"\nbody_limit_bytes = 1\n\n[node]\nrole = \"king\"\n\n[nodes]\n",
        &[
            ("INSULA_HTTP__ADDRESS", "localhost:80"),
            ("INSULA_JOBS__CONCURRENCY", "many"),
            ("INSULA_HTTP__SHUTDOWN_TIMEOUT_MS", "-1"),
            ("INSULA_DATABASE_URL", "postgres://u:hush@h/d"),
            ("INSULA_NODE__DOMAINS", "billing, belling"),
            ("REDIS_URL", "localhost:6379"),
        ],
        &[
            "insula.toml, line 2: no such key `http.adress`; did you mean `http.address`?",
            "insula.toml, line 3: `http.workers` must be a whole number, but is a text",
            "insula.toml, line 4: `http.body_limit_bytes` must be from 1024 to 104857600, but is 1",
            "insula.toml, line 7: `node.role`: unknown variant `king`, expected one of `all`, `api`, `worker`",
            "insula.toml, line 9: no such key `nodes`; `insula config show --defaults` prints all",
            "INSULA_HTTP__ADDRESS: `http.address`: must be an IP address and a port, like 127.0.0.1:8080 or [::1]:8080",
            "INSULA_JOBS__CONCURRENCY: `jobs.concurrency` must be a whole number, but is \"many\"",
            "INSULA_HTTP__SHUTDOWN_TIMEOUT_MS: `http.shutdown_timeout_ms` must be from 0 to 600000, but is -1",
            "INSULA_DATABASE_URL: no such setting; did you mean INSULA_DATABASE__URL?",
            "INSULA_NODE__DOMAINS: `node.domains`: no domain is called \"belling\"; there are users, billing, \
             inventory, workflow, notifications, reports, imports",
            "REDIS_URL: `redis.url` must be a whole URL that begins with redis:// or rediss://",
        ],
    );
}

#[test]
fn each_fault() {
    let check_file = |file: &str, expected: &str| check_faults(file, &[], &[expected]);
    check_file(
        "http = 3",
        "insula.toml, line 1: `http` is a section and holds no value itself; write [http]",
    );
    check_file(
        "[server]\naddress = \"127.0.0.1:1\"",
        "insula.toml, line 2: no such key `server.address`; did you mean `http.address`?",
    );
    check_file(
        "[domains.belling]\ndatabase_url = \"\"",
        "insula.toml, line 2: no such key `domains.belling.database_url`; did you mean `domains.billing.database_url`?",
    );
    check_file(
        "[http]\ntrusted_proxies = [1]",
        "insula.toml, line 2: `http.trusted_proxies` must be a list of texts, but is a list of other things than texts",
    );
    check_file(
        "[http]\ntrusted_proxies = [\"10.0.0.0/99\"]",
        "insula.toml, line 2: `http.trusted_proxies`: must be a list of IP addresses or networks, like 10.0.0.1 or \
         10.0.0.0/8",
    );
    for origin in
        ["app.example.com", "https://app.example.com/", "https://app.example.com/x", "ftp://a.example"]
    {
        check_file(
            &format!("[http]\ncors_origins = [\"{origin}\"]"),
            "insula.toml, line 2: `http.cors_origins`: must be a list of origins like https://app.example.com, without \
             a path, or \"*\"",
        );
    }
    check_file(
        "[http]\ncors_origins = [\"*\", \"https://app.example.com\"]",
        "insula.toml, line 2: `http.cors_origins`: \"*\" is every origin and stands alone",
    );
    check_file(
        "[http]\ntrusted_header = \"x-real-ip\"",
        "insula.toml, line 2: `http.trusted_header`: unknown variant `x-real-ip`, expected `x-forwarded-for` or \
         `forwarded`",
    );
    check_file(
        "[http]\ntls_key_file = \"tls.key\"",
        "the default: `http.tls_certificate_file`: must be set with http.tls_key_file",
    );
    check_file(
        "[telemetry]\notlp_endpoint = \"collector:4318\"",
        "insula.toml, line 2: `telemetry.otlp_endpoint` must be a whole URL that begins with http:// or https://",
    );
    check_file("[data]\nfolder = \"\"", "insula.toml, line 2: `data.folder`: must be a path");
    check_file(
        "[operators]\naddress = \"127.0.0.1:8080\"",
        "insula.toml, line 2: `operators.address`: must be another than http.address; empty to serve both there",
    );
    check_file(
        "[mail]\nfrom = \"Insula\"",
        "insula.toml, line 2: `mail.from`: must be an e-mail address, like Insula <no-reply@example.com>",
    );
    check_file(
        "[secrets]\nmaster_key = \"short\"",
        "insula.toml, line 2: `secrets.master_key`: must be 32 bytes in base64; `openssl rand -base64 32` makes one",
    );
    check_file(
        "[secrets]\nformer_master_keys = [\"hush\"]\nmaster_key = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"",
        "insula.toml, line 2: `secrets.former_master_keys`: must be a list of former master keys, each 32 bytes in base64",
    );
    let nine = [MASTER_KEY; 9].join(",");
    check_faults(
        "",
        &[("INSULA_SECRETS__FORMER_MASTER_KEYS", nine.as_str())],
        &[
            "INSULA_SECRETS__FORMER_MASTER_KEYS: `secrets.former_master_keys`: must be 8 at most; take away those that \
             nothing is sealed with",
            "INSULA_SECRETS__FORMER_MASTER_KEYS: `secrets.former_master_keys`: goes with secrets.master_key; a file holds \
             its former keys itself, one a line below the newest",
        ],
    );
    check_faults(
        "",
        &[("DATABASE_URL", "postgres://u:hush@h/d")],
        &[
            "the default: `secrets.master_key`: this or secrets.master_key_file must be set with a database server, \
           since all nodes share the key; `openssl rand -base64 32` makes one",
        ],
    );
    check_faults(
        "[blobs]\nkind = \"s3\"\nregion = \"eu-1\"",
        &[("INSULA_BLOBS__ACCESS_KEY_ID", "id"), ("INSULA_BLOBS__SECRET_ACCESS_KEY", "hush")],
        &["the default: `blobs.bucket`: must be set when blobs.kind is \"s3\""],
    );
    let (_folder, loaded) = load_from("[logs]\nfilter = \"a=b=c\"", &[]);
    assert!(loaded.unwrap_err().to_string().contains("`logs.filter`: must be levels"));
}

#[test]
fn faults_of_syntax_are_told_with_the_rest() {
    let (_folder, loaded) =
        load_from("[http]\naddress = \n[secrets]\nmaster_key = \"hush\n", &[("INSULA_HTTP__PORT", "1")]);
    let told = loaded.unwrap_err().to_string();
    for expected in
        ["insula.toml, line 2: not TOML", "insula.toml, line 4: not TOML", "INSULA_HTTP__PORT: no such"]
    {
        assert!(told.contains(expected), "{expected:?} is missing in:\n{told}");
    }
    assert!(!told.contains("hush"), "{told}");
}

#[test]
fn a_missing_file_is_a_fault() {
    let sources = Sources { file: Some("/nowhere/insula.toml".into()), ..Sources::default() };
    let told = load(&sources).unwrap_err().to_string();
    assert!(told.contains("/nowhere/insula.toml: the file cannot be read"), "{told}");
}

#[test]
fn options_override_variables_override_files_override_defaults() {
    let file = "[cache]\nmax_bytes = 1\n[jobs]\nconcurrency = 2\nlease_ms = 2000\n[node]\nname = \"file\"";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.toml");
    fs::write(&path, file).unwrap();
    let variable = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let variables = vec![
        variable("INSULA_JOBS__CONCURRENCY", "3"),
        variable("INSULA_JOBS__LEASE_MS", "3000"),
        variable("INSULA_NODE__NAME", ""),
        variable("INSULA_DATABASE__MIGRATE_AT_START", "false"),
        variable("INSULA_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
        variable("INSULA_CONFIG", "is no setting"),
        variable("REDIS_URL", "redis://short"),
        variable("INSULA_REDIS__URL", "redis://own"),
        variable("DATABASE_URL", ""),
        variable("OTHER", "is not ours"),
    ];
    let mut sources = Sources { file: Some(path), variables, overrides: Vec::new() };
    sources.set("jobs.lease_ms", 4000, "--lease");
    let config = load(&sources).unwrap().config;
    assert_eq!((config.cache.max_bytes, config.jobs.concurrency, config.jobs.lease_ms), (1, 3, 4000));
    assert_eq!((config.jobs.sweep_interval_ms, config.node.name), (15_000, None));
    assert!(!config.database.migrate_at_start && config.database.url.is_none());
    assert_eq!(config.redis.url.unwrap().expose(), "redis://own");
    let proxies: Vec<String> = config.http.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "192.0.2.1/32"]);
}

#[test]
fn what_is_empty_follows_from_the_rest() {
    let plain = config("", &[]);
    assert_eq!(plain.public_url(), "http://127.0.0.1:8080");
    assert_eq!(plain.master_key_file(), Path::new("./data/master.key"));
    assert!(plain.serves("billing") && plain.database_url("billing").is_none());

    let given = config(
        "[node]\ndomains = [\"billing\"]\n[http]\naddress = \"0.0.0.0:80\"\n[data]\nfolder = \"/d\"",
        &[
            ("DATABASE_URL", "postgres://all/db"),
            ("INSULA_DOMAINS__BILLING__DATABASE_URL", "postgres://own/db"),
            ("INSULA_SECRETS__MASTER_KEY", MASTER_KEY),
        ],
    );
    assert_eq!(
        (given.public_url().as_str(), given.mail_folder().as_path()),
        ("http://127.0.0.1:80", Path::new("/d/mail"))
    );
    assert!(given.serves("billing") && !given.serves("users"));
    for (domain, url) in [("billing", "postgres://own/db"), ("users", "postgres://all/db")] {
        assert_eq!(given.database_url(domain).map(SecretUrl::expose), Some(url));
    }
    assert_eq!(config("[http]\npublic_url = \"https://a.example/\"", &[]).public_url(), "https://a.example");
}

#[test]
fn secrets_are_never_printed() {
    let former =
        ["MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=", "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjI="];
    let former_master_keys = former.join(", ");
    let secrets = [
        ("INSULA_SECRETS__MASTER_KEY", MASTER_KEY),
        ("DATABASE_URL", "postgres://u:hush1@h/d?sslmode=require&sslpassword=hush2"),
        ("INSULA_DOMAINS__BILLING__DATABASE_URL", "postgres://u:hush3@own/d"),
        ("REDIS_URL", "redis://:hush4@h:1"),
        ("INSULA_MAIL__SMTP_URL", "smtp://u:hush5@h:25"),
        ("INSULA_BLOBS__SECRET_ACCESS_KEY", "hush6"),
        ("INSULA_SECRETS__FORMER_MASTER_KEYS", former_master_keys.as_str()),
    ];
    let (_folder, loaded) = load_from("", &secrets);
    let loaded = loaded.unwrap();
    let shown = loaded.show();
    for printed in [&shown, &format!("{:?}", loaded.config)] {
        assert!(!printed.contains("hush") && !printed.contains(MASTER_KEY), "{printed}");
        assert!(former.iter().all(|key| !printed.contains(key)), "{printed}");
    }
    for expected in [
        "url = \"postgres://u:hidden@h/d?sslmode=require&sslpassword=hidden\"  # DATABASE_URL",
        "database_url = \"postgres://u:hidden@own/d\"  # INSULA_DOMAINS__BILLING__DATABASE_URL",
        "url = \"redis://:hidden@h:1\"  # REDIS_URL",
        "smtp_url = \"smtp://u:hidden@h:25\"  # INSULA_MAIL__SMTP_URL",
        "secret_access_key = \"(hidden)\"  # INSULA_BLOBS__SECRET_ACCESS_KEY",
        "former_master_keys = [\"(hidden)\", \"(hidden)\"]  # INSULA_SECRETS__FORMER_MASTER_KEYS",
    ] {
        assert!(shown.contains(expected), "{expected} is missing in:\n{shown}");
    }
    assert_eq!(loaded.config.database.url.unwrap().expose(), secrets[1].1);
    let read = loaded.config.secrets.former_master_keys;
    assert!(read.iter().map(Secret::expose).eq(former));
}

#[test]
fn a_password_that_cuts_its_url_in_two_is_refused_and_not_told() {
    for url in [
        "postgres://u:12#hush@h/d",
        "postgres://u:12/hush@h/d",
        "postgres://u:12?hush@h/d",
        "postgres://u:hush#@h/d",
    ] {
        let (_folder, loaded) = load_from(&format!("[database]\nurl = {url:?}"), &[]);
        let told = loaded.unwrap_err().to_string();
        assert!(told.contains("`database.url`") && !told.contains("hush"), "{told}");
    }
    let variables = [("INSULA_SECRETS__MASTER_KEY", "hush"), ("INSULA_SECRETS__MASTER_KEI", "hush")];
    let (_folder, loaded) = load_from("[secrets]\nmaster_key_file = [\"hush\"]\nkey = \"hush\"", &variables);
    let told = loaded.unwrap_err().to_string();
    assert!(told.contains("4 faults") && !told.contains("hush"), "{told}");
}

#[test]
fn what_is_shown_is_the_default_document_and_can_be_read_again() {
    let (_folder, loaded) = load_from("", &[]);
    let shown = loaded.unwrap().show();
    assert_eq!(shown.parse::<Table>().unwrap(), DEFAULT.parse::<Table>().unwrap());
    assert_eq!(load_from(&shown, &[]).1.unwrap().config.node.role, Role::All);
    let order = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        lines.map(|line| line.split(" = ").next().unwrap_or(line).to_owned()).collect()
    };
    assert_eq!(order(&shown), order(DEFAULT));
}

#[test]
fn the_default_document_and_the_types_have_the_same_keys() {
    let config = load(&Sources::default()).unwrap().config;
    let typed = Table::try_from(&config).unwrap();
    let document: Table = DEFAULT.parse().unwrap();
    assert_eq!(keys(&typed), keys(&document));
    assert!(keys(&document).len() > 50);
}

#[test]
fn every_whole_number_has_a_range_that_its_comment_tells() {
    let document: Table = DEFAULT.parse().unwrap();
    let numbers: BTreeSet<String> =
        keys(&document).into_iter().filter(|(_, kind)| *kind == "integer").map(|(key, _)| key).collect();
    let ranged: BTreeSet<String> = check::RANGES.iter().map(|(key, _)| (*key).to_owned()).collect();
    assert_eq!(numbers, ranged);
    for (key, range) in check::RANGES {
        let told = format!("{} to {}", range.start(), range.end());
        assert!(DEFAULT.contains(&told), "the comment of {key} does not say {told}");
    }
}

#[test]
fn every_key_is_explained() {
    let mut explained = false;
    for line in DEFAULT.lines() {
        let own_heading = line.starts_with('[') || line.is_empty();
        // A comment covers the lines below it, up to the next gap; a domain's database_url is told once for all.
        explained = line.starts_with('#') || (explained && !own_heading);
        assert!(explained || own_heading || line == "database_url = \"\"", "{line:?} has no comment");
    }
}

fn keys(table: &Table) -> BTreeSet<(String, &'static str)> {
    let inner = |name: &String, value: &Value| match value {
        Value::Table(table) => {
            keys(table).into_iter().map(|(key, kind)| (format!("{name}.{key}"), kind)).collect()
        }
        leaf => vec![(name.clone(), leaf.type_str())],
    };
    table.iter().flat_map(|(name, value)| inner(name, value)).collect()
}
