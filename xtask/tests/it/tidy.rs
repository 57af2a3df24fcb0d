//! The tidy rules: the real repository, then seeded text that must be refused.

use crate::workspace::{committed, golden, none, root};
use std::fs;
use xtask::exemptions::{self, Finding};
use xtask::sources::{self, Source};
use xtask::tidy;

const TODAY: &str = "2027-01-31";
const ENDINGS: &[&str] = &[".rs", ".toml", ".sql", ".sh", ".html", ".txt", "justfile", "CODEOWNERS"];

#[test]
fn the_repository_is_tidy() {
    let findings: Vec<Finding> =
        repository().iter().flat_map(|source| tidy::check(source, &today())).collect();
    let exemptions = exemptions::parse(&committed("xtask/exemptions.txt")).expect("the committed exemptions");
    none(&exemptions::judge(&findings, &exemptions));
}

#[test]
fn the_second_door_to_the_data_is_used_where_it_is_listed() {
    let uses = tidy::system_door(&repository()).expect("every use gives its reason");
    golden("xtask/snapshots/system_door.txt", &uses);
}

#[test]
fn every_area_has_an_owner() {
    let domains = fs::read_dir(root().join("domains")).expect("read the domains");
    let mut folders: Vec<String> = domains
        .map(|entry| format!("domains/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    folders.extend(["app", "migrations", "shared-kernel", "xtask"].map(str::to_owned));
    none(&tidy::owners(&committed("CODEOWNERS"), &folders));
}

#[test]
fn tidy_text_passes() {
    for (path, text) in [
        ("domains/billing/core/src/http/invoices.rs", "use actix_web::web; use utoipa::ToSchema;"),
        ("domains/billing/core/src/http.rs", "use actix_web::web;"),
        ("domains/billing/core/src/store/invoice.rs", "use sea_orm::entity::prelude::*;"),
        (
            "domains/billing/core/src/service/finalize_invoice.rs",
            "// async, actix_web and sea_orm are only words here",
        ),
        ("domains/billing/core/src/service/a.rs", "fn f() { app.databases.write(ctx); unit.audit(entry); }"),
        ("domains/billing/core/src/service/a.rs", "fn f() { app.databases.write(ctx); audit_end(unit); }"),
        ("domains/billing/core/src/service/a.rs", "fn f() { app.databases.read(ctx); }"),
        ("domains/billing/core/src/domain/invoice.rs", "const NAME: &str = \"async sea_orm\";"),
        ("domains/billing/core/tests/it/main.rs", "use actix_web::test;"),
        ("shared-kernel/web/src/edge.rs", "fn f() { Ctx::build(visitor, principal); wire.into_ctx(clock); }"),
        (
            "domains/users/core/src/service/accounts/sign_up.rs",
            "fn f() { visitor.enter(tenant, \"users\"); }",
        ),
        ("shared-kernel/jobs/src/run.rs", "fn f() { let _guard = span.enter(); flights.enter(f(key, 1)); }"),
        ("shared-kernel/jobs/src/run.rs", "#[expect(dead_code, reason = \"seeded\")] fn f() { sleep(1); }"),
        ("shared-kernel/jobs/src/run.rs", &format!("// {}(2027-01-31) still today", mark())),
    ] {
        let findings = tidy::check(&with_header(path, text), TODAY);
        assert!(findings.is_empty(), "{path}: `{text}` → {findings:?}");
    }
}

#[test]
fn untidy_text_is_refused_and_the_way_out_is_named() {
    let mark = mark();
    for (path, text, expected) in [
        ("domains/billing/core/src/service/a.rs", "use actix_web::web;", "src/http/"),
        ("domains/billing/core/src/lib.rs", "#[derive(utoipa::ToSchema)] struct A;", "src/http/"),
        ("domains/billing/core/src/https/a.rs", "use actix_web::web;", "src/http/"),
        ("domains/billing/core/src/http/a.rs", "use sea_orm::EntityTrait;", "src/store/"),
        ("domains/billing/core/src/jobs/a.rs", "fn f() { sqlx::query(\"\"); }", "src/store/"),
        (
            "domains/billing/core/src/domain/a.rs",
            "async fn f() {}",
            "let the use case in src/service/ do the I/O",
        ),
        (
            "domains/billing/core/src/domain.rs",
            "async fn f() {}",
            "let the use case in src/service/ do the I/O",
        ),
        ("domains/billing/core/src/service/a.rs", "fn f() { Ctx::build(v, p); }", "take the caller's `ctx`"),
        ("domains/billing/core/tests/it/a.rs", "fn f() { kernel::Ctx::build(v, p); }", "ask testkit for one"),
        (
            "domains/billing/core/src/service/a.rs",
            "use data::AuditEntry; fn f(audit: Audit) { app.databases.write(ctx); }",
            "leaves an audit entry",
        ),
        ("app/src/wiring.rs", "fn f() { wire.into_ctx(clock); }", "only web, jobs and testkit"),
        ("app/src/wiring.rs", "fn f() { let f = CtxWire::into_ctx; }", "only web, jobs and testkit"),
        (
            "domains/billing/core/src/service/a.rs",
            "fn f() { v.enter(tenant, \"b\"); }",
            "domains/users alone",
        ),
        ("shared-kernel/web/src/edge.rs", "fn f() { Visitor::enter(&v, t, \"b\"); }", "domains/users alone"),
        ("shared-kernel/web/src/edge.rs", "#[allow(dead_code)] fn f() {}", "`#[expect(…, reason = "),
        ("shared-kernel/web/src/edge.rs", "#![allow(dead_code)]", "`#[expect(…, reason = "),
        (
            "app/tests/it/main.rs",
            "async fn f() { tokio::time::sleep(SECOND).await; }",
            "wait for the condition",
        ),
        ("app/src/main.rs", "fn f() {", "is not Rust to the lexer"),
        ("app/src/main.rs", &format!("// {mark}: later"), "the day by which it must be done"),
        ("app/src/main.rs", &format!("// {mark}(soon)"), "the day by which it must be done"),
        ("app/src/main.rs", &format!("// {mark}(2027-13-01)"), "the day by which it must be done"),
        ("deny.toml", &format!("# {mark}(2027-01-30) late"), "has passed"),
        ("app/src/main.rs", &"\n".repeat(500), "501 lines, more than 500"),
    ] {
        let findings = tidy::check(&with_header(path, text), TODAY);
        assert!(
            findings.len() == 1 && findings[0].message.contains(expected),
            "{path}: `{text}` expected `{expected}`, got {findings:?}"
        );
    }
}

#[test]
fn a_file_without_a_header_is_refused() {
    for text in ["", "use std::fs;\n//! late\n", "/// of an item\n", "//!\n"] {
        let findings = tidy::check(&Source::new("app/src/a.rs", text), TODAY);
        assert!(findings.iter().any(|finding| finding.rule == "header"), "{text:?}: {findings:?}");
    }
}

#[test]
fn the_second_door_wants_a_literal_reason() {
    let file = |path: &str, text: &str| Source::new(path, text);
    let door = |text: &str| tidy::system_door(&[file("shared-kernel/jobs/src/claim.rs", text)]);
    assert_eq!(
        door("fn f() { databases.system(\"claim messages\").await; Principal::system(t, d, n); }"),
        Ok(vec!["shared-kernel/jobs/src/claim.rs: \"claim messages\"".to_owned()])
    );
    assert!(door("fn f() { databases.system(REASON).await; }").unwrap_err().contains("as a literal"));
    let in_tests = [file("app/tests/it/main.rs", "fn f() { databases.system(\"look\").await; }")];
    assert_eq!(tidy::system_door(&in_tests), Ok(vec![]));
}

#[test]
fn exemptions_cover_and_must_be_needed() {
    let finding =
        |path: &str| Finding { rule: "long", path: path.to_owned(), line: 501, message: "long".into() };
    let findings = [finding("a/b.rs"), finding("c.rs")];
    for (list, expected) in [
        ("long a/ one reason\nlong c.rs another", vec![]),
        ("long a/b.rs a reason", vec!["c.rs:501: long [long]"]),
        ("long a/ r\nallow c.rs r", vec!["c.rs:501", "allow c.rs is no longer needed"]),
        ("long a/ r\nlong c.rs r\nlong d.rs r", vec!["long d.rs is no longer needed"]),
    ] {
        let faults = exemptions::judge(&findings, &exemptions::parse(list).expect("a list"));
        let as_expected = faults.len() == expected.len()
            && faults.iter().zip(&expected).all(|(fault, expected)| fault.contains(expected));
        assert!(as_expected, "`{list}`: {faults:?}");
    }
    assert!(exemptions::parse("long a.rs").unwrap_err().contains("a reason"));
}

#[test]
fn an_area_without_an_owner_is_refused() {
    let folders = ["domains/users".to_owned(), "app".to_owned()];
    none(&tidy::owners("/app/ @a\n/domains/users/ @u\n/domains/*/contract/ @c", &folders));
    let faults = tidy::owners("/app/\n# /domains/users/ @u\n/domains/crm/ @c", &folders);
    let expected = ["/domains/users/ has no owner", "/app/ has no owner", "/domains/crm/ does not exist"];
    assert!(faults.len() == 3 && expected.iter().all(|part| faults.iter().any(|fault| fault.contains(part))));
}

fn repository() -> Vec<Source> {
    sources::read(&root(), ENDINGS).expect("read the repository")
}

fn with_header(path: &str, text: &str) -> Source {
    Source::new(path, &format!("//! Seeded.\n{text}"))
}

/// In two parts, so that this file does not break the rule it tests.
fn mark() -> String {
    ["TO", "DO"].concat()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a date in a comment passes by the real calendar, not by a tenant's clock"
)]
fn today() -> String {
    chrono::Utc::now().date_naive().to_string()
}
