//! What the command line means, short of running it.

use super::*;
use crate::config::{Role, Sources};
use clap::CommandFactory;
use std::ffi::OsString;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("insula").chain(line.split_whitespace()))
}

fn configured(line: &str, variables: &[(&str, &str)]) -> Result<Config, Failure> {
    let variables =
        variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    let mut sources = Sources { variables, ..Sources::default() };
    parse(line).unwrap().set(&mut sources)?;
    Ok(config::load(&sources)?.config)
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn what_is_a_command() {
    for line in [
        "",
        "serve",
        "--role api",
        "serve --role worker --domains users,billing",
        "demo --folder d",
        "migrate --print-sql",
        "operator create ada",
        "operator create ada --days 366",
        "operator list --config x.toml",
        "operator revoke 0190a5c8-7d3e-7a61-8f2b-4c5d6e7f8a9b",
        "keys rotate",
        "keys rotate --all-stopped",
        "keys rotate --signing",
        "keys reseal --config x.toml",
        "config check --config x.toml",
        "--config x.toml config show --defaults",
        "audit verify log.ndjson",
        "audit verify log.ndjson --checkpoint earlier.jws --key kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "openapi",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
    for line in [
        "sreve",
        "serve --role king",
        "config",
        "migrate --domains users",
        "serve extra",
        "operator",
        "audit",
        "audit verify",
        "audit verify a b",
        "operator create",
        "operator create ada --days 0",
        "operator create ada --days 367",
        "operator create ada --days soon",
        "operator revoke ada",
        "operator list --role api",
        "keys",
        "keys reseal --all-stopped",
        "keys rotate --signing --all-stopped",
        "keys rotate now",
    ] {
        assert_eq!(parse(line).map(|_| ()).unwrap_err().exit_code(), 2, "{line}");
    }
}

#[test]
fn an_operator_is_made_for_a_quarter_unless_told() {
    let made = |line: &str| match parse(line).unwrap().command {
        Some(Command::Operator(OperatorCommand::Create { name, days })) => (name, days),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(made("operator create ada"), ("ada".to_owned(), 90));
    assert_eq!(made("operator create ada --days 7"), ("ada".to_owned(), 7));
}

#[test]
fn options_override_the_configuration() {
    for line in ["serve --role worker --domains users,billing", "--role worker --domains users,billing"] {
        let config = configured(line, &[("INSULA_NODE__ROLE", "api")]).unwrap();
        assert_eq!(
            (config.node.role, config.node.domains.join("+").as_str()),
            (Role::Worker, "users+billing")
        );
    }
    let failure = configured("--role api migrate", &[]).unwrap_err();
    assert!(matches!(failure, Failure::Usage(_)) && failure.code() == 2);
}

#[test]
fn a_demo_touches_nothing_that_is_not_its_own() {
    let foreign = [
        ("DATABASE_URL", "postgres://h/d"),
        ("REDIS_URL", "redis://h"),
        ("INSULA_SECRETS__MASTER_KEY_FILE", "/k"),
        ("INSULA_SECRETS__FORMER_MASTER_KEYS", "not one"),
        ("INSULA_MAIL__SMTP_URL", "smtp://h"),
        ("INSULA_MAIL__FOLDER", "/m"),
        ("INSULA_BLOBS__KIND", "s3"),
        ("INSULA_BLOBS__FOLDER", "/b"),
        ("INSULA_DOMAINS__BILLING__DATABASE_URL", "postgres://h/b"),
        ("INSULA_DATA__FOLDER", "/d"),
        ("INSULA_NODE__ROLE", "worker"),
        ("INSULA_HTTP__ADDRESS", "127.0.0.1:9"),
    ];
    let config = configured("demo", &foreign).unwrap();
    let folder = config.data.folder.as_path();
    assert_eq!((folder.to_str(), config.node.role), (Some("./demo-data"), Role::All));
    assert_eq!((config.database_url("users"), config.database_url("billing")), (None, None));
    assert_eq!((&config.redis.url, &config.mail.smtp_url), (&None, &None));
    for path in [config.master_key_file(), config.mail_folder(), config.blobs_folder()] {
        assert!(path.starts_with(folder), "{}", path.display());
    }
    assert_eq!(config.blobs.kind, crate::config::BlobsKind::Local);
    assert_eq!(config.http.address.port(), 9);
}

#[test]
fn failures_say_what_why_and_what_to_do() {
    let start = StartError::new("cannot listen on 127.0.0.1:80", "choose another http.address")
        .because(io::Error::other("permission denied"));
    let check = |failure: Failure, code: u8, expected: &[&str]| {
        let told = failure.explain();
        assert_eq!(failure.code(), code, "{told}");
        for part in expected {
            assert!(told.contains(part), "{part:?} is missing in:\n{told}");
        }
    };
    check(start.into(), 1, &["cannot listen", "because: permission denied", "what to do: choose another"]);
    let faulty = configured("serve", &[("INSULA_HTTP__ADRESS", "x")]).unwrap_err();
    check(
        faulty,
        2,
        &["has a fault:\n  INSULA_HTTP__ADRESS: no such setting; did you mean", "insula config check"],
    );
}
