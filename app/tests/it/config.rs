//! The configuration as the binary takes it: all faults at once, and no secret in what it prints.

use std::path::Path;
use std::process::{Command, Output};

const FAULTY: &str = "\
[http]
adress = \"127.0.0.1:80\"
workers = \"four\"
body_limit_bytes = 1

[node]
role = \"king\"
";

const SECRETS: [(&str, &str); 8] = [
    ("DATABASE_URL", "postgres://insula:hush-database@db.example/insula?sslpassword=hush-ssl"),
    ("REDIS_URL", "redis://insula:hush-redis@cache.example:6379/0"),
    ("INSULA_SECRETS__MASTER_KEY", "aHVzaGh1c2hodXNoaHVzaGh1c2hodXNoaHVzaGh1c2g="),
    ("INSULA_SECRETS__FORMER_MASTER_KEYS", "aHVzaGh1c2hodXNoaHVzaGh1c2hodXNoaHVzaGh1c2E="),
    ("INSULA_MAIL__SMTP_URL", "smtp://insula:hush-mail@mail.example:587"),
    ("INSULA_BLOBS__SECRET_ACCESS_KEY", "hush-blobs"),
    ("INSULA_BLOBS__ACCESS_KEY_ID", "insula-blobs"),
    ("INSULA_DOMAINS__BILLING__DATABASE_URL", "postgres://billing:hush-billing@db2.example/billing"),
];

fn insula(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_insula"));
    command.args(arguments).env_clear().envs(variables.iter().copied()).current_dir(folder);
    command.output().unwrap()
}

#[test]
fn all_faults_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("insula.toml"), FAULTY).unwrap();
    let variables = [
        ("INSULA_HTTP__ADDRESS", "localhost:80"),
        ("INSULA_JOBS__CONCURENCY", "4"),
        ("INSULA_DATABASE__URL", "mysql://root:hush@db.example/insula"),
        ("INSULA_SECRETS__MASTER_KEY", "hush, but too short"),
        ("REDIS_URL", "cache.example:6379"),
    ];
    for arguments in
        [["config", "check"], ["config", "show"], ["serve", "--role=api"], ["migrate", "--print-sql"]]
    {
        let output = insula(folder.path(), &arguments, &variables);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {told}");
        let expected = [
            "insula.toml, line 2: no such key `http.adress`; did you mean `http.address`?",
            "insula.toml, line 3: `http.workers`",
            "insula.toml, line 4: `http.body_limit_bytes`",
            "INSULA_HTTP__ADDRESS: `http.address`",
            "INSULA_JOBS__CONCURENCY: no such setting; did you mean INSULA_JOBS__CONCURRENCY?",
            "INSULA_DATABASE__URL: `database.url`",
            "INSULA_SECRETS__MASTER_KEY: `secrets.master_key`",
            "REDIS_URL: `redis.url`",
            "what to do: ",
        ];
        for part in expected {
            assert!(told.contains(part), "{arguments:?}: {part:?} is missing in:\n{told}");
        }
        assert!(!told.contains("hush"), "{arguments:?} tells a secret:\n{told}");
    }
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["insula.toml"], "a faulty configuration made something");
}

#[test]
fn what_is_in_force_is_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[mail]\nfrom = \"Insula <post@insula.example>\"\n";
    std::fs::write(folder.path().join("other.toml"), file).unwrap();
    let shown = insula(folder.path(), &["config", "show", "--config", "other.toml"], &SECRETS);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert_eq!((shown.status.code(), shown.stderr.len()), (Some(0), 0), "{text}");
    assert!(!text.contains("hush") && !text.contains("aHVzaGh1c2"), "a secret is shown:\n{text}");
    for part in [
        "db.example/insula",
        "cache.example",
        "mail.example",
        "db2.example/billing",
        "insula-blobs",
        "from = \"Insula <post@insula.example>\"  # other.toml, line 2",
        "# DATABASE_URL",
        "# INSULA_SECRETS__MASTER_KEY",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
    // What it prints is a file that can be read.
    std::fs::write(folder.path().join("shown.toml"), &text).unwrap();
    let again = insula(folder.path(), &["config", "check", "--config", "shown.toml"], &SECRETS);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
}
