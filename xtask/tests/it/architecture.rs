//! Who may know whom: the real workspace, then what must be refused.

use crate::workspace::{committed, crates, golden, none, root};
use std::collections::BTreeSet;
use xtask::architecture::{
    Declared, EXCEPTIONS, Edge, Exception, Kind, Member, check_circles, check_declared, check_edges,
    check_handed, check_members,
};
use xtask::sources;

const BILLING: &str = "domains/billing/core";
const BILLING_CONTRACT: &str = "domains/billing/contract";
const USERS_CONTRACT: &str = "domains/users/contract";

#[test]
fn every_crate_lies_in_its_place_and_is_named_after_it() {
    let (members, _) = crates();
    none(&check_members(&members));
}

#[test]
fn every_manifest_belongs_to_the_workspace() {
    let (members, _) = crates();
    let known: BTreeSet<String> =
        members.iter().map(|member| format!("{}/Cargo.toml", member.folder)).collect();
    let faults: Vec<String> = sources::read(&root(), &["Cargo.toml"])
        .expect("read the manifests")
        .into_iter()
        .filter(|source| source.path != "Cargo.toml" && !known.contains(&source.path))
        .map(|source| format!("{}: not a member of the workspace, so no check sees it", source.path))
        .collect();
    none(&faults);
}

#[test]
fn every_edge_is_allowed() {
    let (_, edges) = crates();
    none(&check_edges(&edges, &declared(), EXCEPTIONS));
    none(&check_circles(&edges, EXCEPTIONS));
}

#[test]
fn the_declared_edges_are_those_that_exist() {
    let (_, edges) = crates();
    none(&check_declared(&edges, &declared()));
}

#[test]
fn an_event_edge_hands_over_no_contract() {
    let source_of = |domain: &str| {
        let folder = root().join("domains").join(domain).join("core");
        let files = sources::read(&folder, &[".rs"]).expect("read the domain");
        files.into_iter().map(|file| (format!("domains/{domain}/core/{}", file.path), file.text)).collect()
    };
    none(&check_handed(&declared(), source_of));
}

#[test]
fn the_edges_are_the_committed_ones() {
    let (_, edges) = crates();
    let lines: Vec<String> = edges.iter().map(Edge::to_string).collect();
    golden("xtask/snapshots/edges.txt", &lines);
}

#[test]
fn allowed_edges_pass() {
    for (from, to, kind) in [
        (BILLING, BILLING_CONTRACT, Kind::Normal),
        (BILLING, USERS_CONTRACT, Kind::Normal),
        (BILLING, "shared-kernel/kernel", Kind::Normal),
        (BILLING, "shared-kernel/testkit", Kind::Dev),
        ("domains/notifications/core", "domains/reports/contract", Kind::Normal),
        (BILLING_CONTRACT, "shared-kernel/macros", Kind::Normal),
        ("shared-kernel/jobs", "shared-kernel/data", Kind::Normal),
        ("shared-kernel/testkit", "migrations", Kind::Normal),
        ("migrations", "shared-kernel/kernel", Kind::Normal),
        ("app", BILLING, Kind::Normal),
        ("app", "shared-kernel/testkit", Kind::Dev),
    ] {
        none(&check_edges(&[edge(from, to, kind)], &seeded(), &[]));
    }
}

#[test]
fn every_other_edge_is_refused_and_the_way_out_is_named() {
    use Kind::{Build, Dev, Normal};
    for (from, to, kind, expected) in [
        (BILLING, "domains/users/core", Normal, "use users-contract and its fake"),
        (BILLING, "domains/users/core", Dev, "use users-contract and its fake"),
        (BILLING, "domains/workflow/contract", Normal, "an undeclared edge between domains"),
        (BILLING, "domains/workflow/contract", Dev, "an undeclared edge between domains"),
        (
            "domains/reports/core",
            "domains/notifications/contract",
            Normal,
            "an undeclared edge between domains",
        ),
        (BILLING, "migrations", Dev, "testkit makes the databases"),
        (BILLING, "shared-kernel/testkit", Normal, "make it a dev-dependency"),
        (BILLING, "shared-kernel/kernel", Build, "nothing of ours runs in a build script"),
        (BILLING, "app", Dev, "nothing depends on app"),
        (BILLING_CONTRACT, USERS_CONTRACT, Normal, "needs nothing but kernel and macros"),
        (BILLING_CONTRACT, "shared-kernel/data", Dev, "needs nothing but kernel and macros"),
        (BILLING_CONTRACT, BILLING, Dev, "needs nothing but kernel and macros"),
        ("shared-kernel/kernel", "shared-kernel/macros", Normal, "nothing of ours"),
        ("shared-kernel/macros", "shared-kernel/data", Dev, "nothing of ours"),
        ("shared-kernel/web", USERS_CONTRACT, Normal, "through `Module`"),
        ("shared-kernel/jobs", "shared-kernel/testkit", Dev, "shared-kernel/testkit/tests"),
        ("shared-kernel/data", "migrations", Dev, "through `Module`"),
        ("shared-kernel/testkit", BILLING, Normal, "through `Module`"),
        ("migrations", "shared-kernel/data", Normal, "migrations know only kernel"),
        ("app", "shared-kernel/testkit", Normal, "make it a dev-dependency"),
        ("app", "xtask", Dev, "xtask depends on nothing"),
        ("xtask", "shared-kernel/kernel", Dev, "xtask depends on nothing"),
        ("xtask/bench", "shared-kernel/data", Normal, "xtask depends on nothing"),
        ("shared-kernel/utils", "shared-kernel/kernel", Normal, "shared-kernel/utils has no place"),
        (BILLING, "domains/billing/helpers", Normal, "domains/billing/helpers has no place"),
        ("app", "/somewhere/else", Normal, "/somewhere/else has no place"),
    ] {
        let faults = check_edges(&[edge(from, to, kind)], &seeded(), &[]);
        assert!(
            faults.len() == 1 && faults[0].contains(expected),
            "{from} → {to} ({kind}): expected `{expected}`, got {faults:?}"
        );
    }
}

#[test]
fn an_exception_covers_its_edge_alone_and_must_be_needed() {
    let exceptions = [Exception {
        from: "shared-kernel/macros",
        to: "shared-kernel/kernel",
        kind: Kind::Dev,
        reason: "seeded",
    }];
    let covered = edge("shared-kernel/macros", "shared-kernel/kernel", Kind::Dev);
    none(&check_edges(std::slice::from_ref(&covered), &seeded(), &exceptions));
    let same_as_normal = edge("shared-kernel/macros", "shared-kernel/kernel", Kind::Normal);
    refused(&check_edges(&[covered, same_as_normal], &seeded(), &exceptions), "nothing of ours");
    refused(&check_edges(&[], &seeded(), &exceptions), "an exception without its edge");
}

#[test]
fn a_crate_out_of_place_or_misnamed_is_refused() {
    for (folder, name, expected) in [
        ("shared-kernel/utils", "utils", "no place in the house"),
        ("domains/billing/api", "billing-api", "no place in the house"),
        ("tools", "tools", "no place in the house"),
        ("domains/billing/core", "billing-core", "name it billing,"),
        ("domains/billing/contract", "billing_contract", "name it billing-contract,"),
        ("shared-kernel/web", "insula-web", "name it web,"),
    ] {
        refused(&check_members(&[Member { name: name.to_owned(), folder: folder.to_owned() }]), expected);
    }
}

#[test]
fn a_list_that_says_more_than_the_code_is_refused() {
    let edges = [edge(BILLING, USERS_CONTRACT, Kind::Normal)];
    for (calls, events, expected) in [
        ("billing → users\nbilling → workflow", "", "is listed in xtask/snapshots/calls.txt, but"),
        ("billing → users", "reports → users", "is listed in xtask/snapshots/events.txt, but"),
        ("billing → users", "billing → users", "is both a call and an event edge"),
    ] {
        refused(&check_declared(&edges, &Declared::parse(calls, events).expect("lists")), expected);
    }
    none(&check_declared(&edges, &Declared::parse("billing → users # who pays", "").expect("lists")));
    for (list, expected) in [("billing -> users", "is not `from → to`"), ("a → b\na → b", "is listed twice")]
    {
        refused(&[Declared::parse(list, "").expect_err("refused")], expected);
    }
}

#[test]
fn calls_in_a_circle_are_refused() {
    let edges = [
        edge(BILLING, "domains/workflow/contract", Kind::Normal),
        edge("domains/workflow/core", "domains/users/contract", Kind::Normal),
        edge("domains/users/core", BILLING_CONTRACT, Kind::Normal),
    ];
    let lists = "billing → workflow\nworkflow → users\nusers → billing";
    let circle = "billing → workflow → users → billing";
    refused(&check_declared(&edges, &Declared::parse(lists, "").expect("lists")), circle);
}

#[test]
fn crates_in_a_circle_are_refused() {
    let edges = [
        edge("shared-kernel/web", "shared-kernel/data", Kind::Normal),
        edge("shared-kernel/data", "shared-kernel/web", Kind::Dev),
    ];
    refused(&check_circles(&edges, &[]), "shared-kernel/data → shared-kernel/web → shared-kernel/data");
}

#[test]
fn an_event_edge_that_names_the_contract_is_refused() {
    let lists = Declared::parse("", "notifications → reports").expect("lists");
    let source = |text: &'static str| move |_: &str| vec![("lib.rs".to_owned(), text.to_owned())];
    refused(&check_handed(&lists, source("reports: Arc<dyn Reports>,")), "`dyn Reports`");
    refused(&check_handed(&lists, source("let reports = FakeReports::new();")), "`FakeReports`");
    none(&check_handed(&lists, source("sources: Vec<Arc<dyn ReportsArchive>>, event: ReportReady")));
}

fn declared() -> Declared {
    Declared::parse(&committed("xtask/snapshots/calls.txt"), &committed("xtask/snapshots/events.txt"))
        .expect("the committed lists")
}

fn seeded() -> Declared {
    Declared::parse("billing → users", "notifications → reports").expect("lists")
}

fn edge(from: &str, to: &str, kind: Kind) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind }
}

fn refused(faults: &[String], expected: &str) {
    assert!(
        faults.len() == 1 && faults[0].contains(expected),
        "expected one fault with `{expected}`, got {faults:?}"
    );
}
