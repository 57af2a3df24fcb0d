//! Who may know whom, classified by path. Fails closed: a path, an edge or a list entry that no rule names is a
//! violation, and each message says what to do instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The shared kernel's crates. A new one is a change of the architecture, so it is added here and in ARCHITECTURE.md.
const SHARED: &[&str] = &["data", "web", "cache", "blobs", "secrets", "jobs", "module", "outbound"];

/// Edges outside the table, each with its reason. This list only shrinks: an entry without its edge fails.
pub const EXCEPTIONS: &[Exception] = &[Exception {
    from: "shared-kernel/macros",
    to: "shared-kernel/kernel",
    kind: Kind::Dev,
    reason: "what the macros generate names the kernel's types, so their tests need it",
}];

pub struct Exception {
    pub from: &'static str,
    pub to: &'static str,
    pub kind: Kind,
    pub reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Normal,
    Dev,
    Build,
}

/// A crate of the workspace; the folder is relative to its root, with `/`.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub folder: String,
}

/// A dependency between two folders of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub kind: Kind,
}

/// What a folder is, by its path alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Kernel,
    Macros,
    Shared,
    Testkit,
    Contract(String),
    Core(String),
    Migrations,
    App,
    Xtask,
}

/// The two committed lists of edges between domains: who is handed whose contract, and who knows a contract crate
/// for its events' types alone.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    pub calls: BTreeSet<(String, String)>,
    pub events: BTreeSet<(String, String)>,
}

impl Declared {
    /// Each list has one `from → to` a line; `#` begins a comment.
    pub fn parse(calls: &str, events: &str) -> Result<Self, String> {
        Ok(Self { calls: parse_pairs(calls)?, events: parse_pairs(events)? })
    }
}

impl Place {
    pub fn of(folder: &str) -> Option<Self> {
        let parts: Vec<&str> = folder.split('/').collect();
        match parts[..] {
            ["app"] => Some(Self::App),
            ["migrations"] => Some(Self::Migrations),
            // The benchmarks are a tool as well: what they measure they start as processes.
            ["xtask"] | ["xtask", "bench"] => Some(Self::Xtask),
            ["shared-kernel", "kernel"] => Some(Self::Kernel),
            ["shared-kernel", "macros"] => Some(Self::Macros),
            ["shared-kernel", "testkit"] => Some(Self::Testkit),
            ["shared-kernel", name] if SHARED.contains(&name) => Some(Self::Shared),
            ["domains", domain, "contract"] => Some(Self::Contract(domain.to_owned())),
            ["domains", domain, "core"] => Some(Self::Core(domain.to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Dev => "dev",
            Self::Build => "build",
        })
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}", self.from, self.to)?;
        if self.kind == Kind::Normal { Ok(()) } else { write!(f, " ({})", self.kind) }
    }
}

/// Every crate lies where the house has a place for it, and its name derives from its path.
pub fn check_members(members: &[Member]) -> Vec<String> {
    members.iter().filter_map(member_fault).collect()
}

/// Every edge is one that the table allows, or one of the exceptions; every exception has its edge.
pub fn check_edges(edges: &[Edge], declared: &Declared, exceptions: &[Exception]) -> Vec<String> {
    let excepted = |edge: &Edge| exceptions.iter().any(|exception| exception.covers(edge));
    let refused = edges
        .iter()
        .filter(|edge| !excepted(edge))
        .filter_map(|edge| edge_fault(edge, declared).map(|advice| format!("{edge}: {advice}")));
    let unused =
        exceptions.iter().filter(|exception| !edges.iter().any(|edge| exception.covers(edge))).map(|exception| {
            format!(
                "{} → {} is an exception without its edge: take it off EXCEPTIONS in xtask/src/architecture.rs",
                exception.from, exception.to
            )
        });
    refused.chain(unused).collect()
}

/// The lists name edges that exist, no edge twice, and calls run one way.
pub fn check_declared(edges: &[Edge], declared: &Declared) -> Vec<String> {
    let existing: BTreeSet<(String, String)> = edges.iter().filter_map(between_domains).collect();
    let mut faults = Vec::new();
    for (list, pairs) in [("calls", &declared.calls), ("events", &declared.events)] {
        for (from, to) in pairs.difference(&existing) {
            faults.push(format!(
                "{from} → {to} is listed in xtask/snapshots/{list}.txt, but domains/{from}/core does not depend on \
                 {to}-contract: take the line away"
            ));
        }
    }
    for (from, to) in declared.calls.intersection(&declared.events) {
        faults.push(format!(
            "{from} → {to} is both a call and an event edge: a call edge covers the events, so take it off events.txt"
        ));
    }
    if let Some(circle) = circle(&declared.calls) {
        faults.push(format!(
            "calls run in a circle: {}. Let the lower domain keep the rule itself and publish an event; the higher one \
             subscribes and calls back",
            circle.join(" → ")
        ));
    }
    faults
}

/// The shared kernel's crates and the crates around it form no circle, dev-dependencies included.
pub fn check_circles(edges: &[Edge], exceptions: &[Exception]) -> Vec<String> {
    let pairs = edges
        .iter()
        .filter(|edge| !exceptions.iter().any(|exception| exception.covers(edge)))
        .map(|edge| (edge.from.clone(), edge.to.clone()))
        .collect();
    let advice = "move what both need into the lower one";
    circle(&pairs)
        .map(|circle| format!("crates depend in a circle: {}; {advice}", circle.join(" → ")))
        .into_iter()
        .collect()
}

/// A domain that knows a contract for its events alone is handed no object of it: its source names no
/// `dyn <Contract>`, nor the fake or the remote client.
pub fn check_handed(declared: &Declared, source_of: impl Fn(&str) -> Vec<(String, String)>) -> Vec<String> {
    let mut faults = Vec::new();
    for (from, to) in &declared.events {
        let contract = camel(to);
        let names = [format!("dyn {contract}"), format!("Fake{contract}"), format!("Remote{contract}")];
        for (path, text) in source_of(from) {
            for name in names.iter().filter(|name| names_word(&text, name)) {
                faults.push(format!(
                    "{path}: `{name}`, but {from} → {to} is an event edge. Work from what the event says, or declare \
                     the call in xtask/snapshots/calls.txt"
                ));
            }
        }
    }
    faults
}

impl Exception {
    fn covers(&self, edge: &Edge) -> bool {
        self.from == edge.from && self.to == edge.to && self.kind == edge.kind
    }
}

fn member_fault(member: &Member) -> Option<String> {
    let Member { name, folder } = member;
    let Some(place) = Place::of(folder) else {
        return Some(format!(
            "{folder}: no place in the house. A domain is domains/<name>/contract and domains/<name>/core; a crate of \
             the shared kernel is added to SHARED in xtask/src/architecture.rs and to ARCHITECTURE.md"
        ));
    };
    let expected = match place {
        Place::Contract(domain) => format!("{domain}-contract"),
        Place::Core(domain) => domain,
        _ => folder.rsplit('/').next().unwrap_or(folder).to_owned(),
    };
    (*name != expected)
        .then(|| format!("{folder}: the crate is named {name}; name it {expected}, so that name and path derive from each other"))
}

fn edge_fault(edge: &Edge, declared: &Declared) -> Option<String> {
    let unknown = |folder: &str| {
        format!(
            "{folder} has no place in the house: see `Place` in xtask/src/architecture.rs and ARCHITECTURE.md"
        )
    };
    let Some(from) = Place::of(&edge.from) else { return Some(unknown(&edge.from)) };
    let Some(to) = Place::of(&edge.to) else { return Some(unknown(&edge.to)) };
    if to == Place::Xtask || from == Place::Xtask {
        return Some("xtask depends on nothing of ours and nothing depends on it".to_owned());
    }
    if edge.kind == Kind::Build {
        return Some(
            "nothing of ours runs in a build script: generate code with a macro of shared-kernel/macros"
                .to_owned(),
        );
    }
    if to == Place::App {
        return Some("nothing depends on app: move what is needed into the crate that owns it".to_owned());
    }
    allowed(&from, &to, edge.kind, declared).err()
}

/// The table "Who may know whom" of ARCHITECTURE.md.
fn allowed(from: &Place, to: &Place, kind: Kind, declared: &Declared) -> Result<(), String> {
    match (from, to) {
        (Place::App | Place::Core(_), Place::Testkit) if kind == Kind::Dev => Ok(()),
        (Place::App | Place::Core(_), Place::Testkit) => {
            Err("testkit is for tests: make it a dev-dependency".to_owned())
        }
        (Place::App, _) => Ok(()),
        (Place::Kernel | Place::Macros, _) => {
            Err("kernel and macros depend on nothing of ours: move the code to the crate that needs both".to_owned())
        }
        (Place::Testkit, Place::Kernel | Place::Macros | Place::Shared | Place::Migrations) => Ok(()),
        (Place::Shared, Place::Kernel | Place::Macros | Place::Shared) => Ok(()),
        (Place::Shared, Place::Testkit) => Err(
            "testkit stands on the whole shared kernel, so this is a circle: put the test into shared-kernel/testkit/tests"
                .to_owned(),
        ),
        (Place::Shared | Place::Testkit, _) => {
            Err("the shared kernel knows no domain: let the domain hand it in through `Module`".to_owned())
        }
        (Place::Contract(_), Place::Kernel | Place::Macros) => Ok(()),
        (Place::Contract(_), _) => {
            Err("a contract needs nothing but kernel and macros: give it a type of its own".to_owned())
        }
        (Place::Migrations, Place::Kernel) => Ok(()),
        (Place::Migrations, _) => Err("migrations know only kernel: write the table down in the migration".to_owned()),
        (Place::Core(_), Place::Kernel | Place::Macros | Place::Shared) => Ok(()),
        (Place::Core(own), Place::Contract(other)) => contract_allowed(own, other, declared),
        (Place::Core(_), Place::Core(other)) => {
            Err(format!("a core never depends on another core, in tests neither: use {other}-contract and its fake"))
        }
        (Place::Core(_), Place::Migrations) => {
            Err("the app runs migrations; in tests testkit makes the databases".to_owned())
        }
        (_, Place::App | Place::Xtask) | (Place::Xtask, _) => Err("nothing depends on app or xtask".to_owned()),
    }
}

fn contract_allowed(own: &str, other: &str, declared: &Declared) -> Result<(), String> {
    let pair = (own.to_owned(), other.to_owned());
    if own == other || declared.calls.contains(&pair) || declared.events.contains(&pair) {
        return Ok(());
    }
    Err(format!(
        "an undeclared edge between domains, the rarest and most reviewed change. If {own} only subscribes to events, \
         list it in xtask/snapshots/events.txt; if it must call, in calls.txt, where no circle may come about; if {own} \
         is the lower domain, keep the rule in {own} and let {other} call it"
    ))
}

fn between_domains(edge: &Edge) -> Option<(String, String)> {
    match (Place::of(&edge.from)?, Place::of(&edge.to)?) {
        (Place::Core(from), Place::Contract(to)) if from != to => Some((from, to)),
        _ => None,
    }
}

fn parse_pairs(text: &str) -> Result<BTreeSet<(String, String)>, String> {
    let mut pairs = BTreeSet::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if line.is_empty() {
            continue;
        }
        let (from, to) = line.split_once('→').ok_or_else(|| format!("`{line}` is not `from → to`"))?;
        if !pairs.insert((from.trim().to_owned(), to.trim().to_owned())) {
            return Err(format!("`{line}` is listed twice"));
        }
    }
    Ok(pairs)
}

/// One circle, beginning and ending with the same name, or none.
fn circle(pairs: &BTreeSet<(String, String)>) -> Option<Vec<String>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in pairs {
        next.entry(from).or_default().push(to);
    }
    let mut finished = BTreeSet::new();
    next.keys().find_map(|start| circle_from(start, &next, &mut Vec::new(), &mut finished))
}

fn circle_from<'a>(
    name: &'a str,
    next: &BTreeMap<&'a str, Vec<&'a str>>,
    path: &mut Vec<&'a str>,
    finished: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if let Some(at) = path.iter().position(|step| *step == name) {
        return Some(path[at..].iter().chain([&name]).map(|step| (*step).to_owned()).collect());
    }
    if finished.contains(name) {
        return None;
    }
    path.push(name);
    let found = next.get(name).into_iter().flatten().find_map(|to| circle_from(to, next, path, finished));
    path.pop();
    finished.insert(name);
    found
}

fn camel(name: &str) -> String {
    name.split(['-', '_'])
        .map(|part| part.get(..1).unwrap_or_default().to_uppercase() + part.get(1..).unwrap_or_default())
        .collect()
}

fn names_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[at + word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}
