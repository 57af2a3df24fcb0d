//! What keeps the source tidy where the compiler does not look: which layer names which library, who may make a
//! `Ctx`, where the second door to the data is used. Each message says what to do instead.

use crate::exemptions::Finding;
use crate::sources::{Source, Token};

const LONGEST_FILE_LINES: usize = 500;

/// In two parts, so that this file does not break its own rule.
const MARK: &str = concat!("TO", "DO");

/// All rules that look at one file. `today` is `YYYY-MM-DD`.
pub fn check(source: &Source, today: &str) -> Vec<Finding> {
    let mut findings = dated_marks(source, today);
    if !source.path.ends_with(".rs") {
        return findings;
    }
    findings.extend(header(source));
    findings.extend(length(source));
    match source.tokens() {
        Ok(tokens) => {
            for rule in [layers, pure_domain, ctx_makers, entering, auditing, allowing, sleeping] {
                findings.extend(rule(source, &tokens));
            }
        }
        Err(error) => {
            findings.push(finding("parse", source, 1, &format!("is not Rust to the lexer: {error}")))
        }
    }
    findings
}

/// Every use of the second door to the data as `path: "reason"`, in the order of the files; tests are left out.
/// The list is committed, so that a new use shows in review.
pub fn system_door(sources: &[Source]) -> Result<Vec<String>, String> {
    let mut uses = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs") && !in_tests(&source.path)) {
        let tokens = source.tokens()?;
        let writing = find(&tokens, &[".", "system", "("]);
        let mut calls: Vec<usize> = writing.chain(find(&tokens, &[".", "system_read", "("])).collect();
        calls.sort_unstable();
        for at in calls {
            let reason = &tokens[at + 3];
            if !reason.text.starts_with('"') {
                return Err(format!(
                    "{}:{}: give `.system(…)` its reason as a literal, so that it can be listed in \
                     xtask/snapshots/system_door.txt",
                    source.path, reason.line
                ));
            }
            uses.push(format!("{}: {}", source.path, reason.text));
        }
    }
    Ok(uses)
}

/// Every folder of a domain and of the top level has an owner of its own.
pub fn owners(codeowners: &str, folders: &[String]) -> Vec<String> {
    let owned: Vec<&str> = codeowners
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') && line.contains('@'))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut faults: Vec<String> = folders
        .iter()
        .filter(|folder| !owned.contains(&format!("/{folder}/").as_str()))
        .map(|folder| format!("CODEOWNERS: /{folder}/ has no owner: add a line"))
        .collect();
    faults.extend(
        owned
            .iter()
            .filter_map(|path| path.strip_prefix("/domains/")?.strip_suffix('/'))
            .filter(|domain| !domain.contains('/') && !folders.contains(&format!("domains/{domain}")))
            .map(|domain| format!("CODEOWNERS: /domains/{domain}/ does not exist: take the line away")),
    );
    faults
}

fn dated_marks(source: &Source, today: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in source.text.lines().enumerate() {
        for (at, _) in text.match_indices(MARK) {
            let (before, after) = (&text[..at], &text[at + MARK.len()..]);
            let inside_a_word = |c: char| c.is_alphanumeric() || c == '_';
            if before.ends_with(inside_a_word) || after.starts_with(inside_a_word) {
                continue;
            }
            let date =
                after.strip_prefix('(').and_then(|rest| rest.split(')').next()).filter(|date| is_date(date));
            let message = match date {
                None => format!(
                    "{MARK} without a date: write {MARK}(YYYY-MM-DD), the day by which it must be done"
                ),
                Some(date) if date < today => {
                    format!("{MARK}({date}) has passed: do it now, or decide against it and take it away")
                }
                Some(_) => continue,
            };
            findings.push(finding("todo", source, line + 1, &message));
        }
    }
    findings
}

fn header(source: &Source) -> Vec<Finding> {
    if source.text.starts_with("//! ") {
        return Vec::new();
    }
    let message = "begin the file with `//!` and a sentence: what it is for and why";
    vec![finding("header", source, 1, message)]
}

fn length(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    if lines <= LONGEST_FILE_LINES {
        return Vec::new();
    }
    let message = format!(
        "{lines} lines, more than {LONGEST_FILE_LINES}: split it by what changes together, or list it with a reason in \
         xtask/exemptions.txt"
    );
    vec![finding("long", source, LONGEST_FILE_LINES + 1, &message)]
}

/// Inside a domain, the web's libraries are named under http/ and the database's under store/.
fn layers(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let Some(inside) = in_core(&source.path) else { return Vec::new() };
    let mut findings = Vec::new();
    for token in tokens {
        let name = token.text.as_str();
        if (name.starts_with("actix") || name.starts_with("utoipa")) && !in_layer(inside, "http") {
            let message = format!(
                "`{name}` outside http/: return a plain type here and render it in a handler under src/http/"
            );
            findings.push(finding("layers", source, token.line, &message));
        }
        if ["sea_orm", "sea_query", "sqlx"].iter().any(|library| name.starts_with(library))
            && !in_layer(inside, "store")
        {
            let message = format!(
                "`{name}` outside store/: put the query into a function under src/store/ and call that"
            );
            findings.push(finding("layers", source, token.line, &message));
        }
    }
    findings
}

fn pure_domain(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    if !in_core(&source.path).is_some_and(|inside| in_layer(inside, "domain")) {
        return Vec::new();
    }
    tokens
        .iter()
        .filter(|token| ["async", "await"].contains(&token.text.as_str()))
        .map(|token| {
            let message = format!(
                "`{}` in domain/: rules are pure functions on values; let the use case in src/service/ do the I/O and \
                 hand the values in",
                token.text
            );
            finding("domain", source, token.line, &message)
        })
        .collect()
}

fn ctx_makers(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let makers = ["web", "jobs", "testkit", "kernel"];
    if makers.iter().any(|name| source.path.starts_with(&format!("shared-kernel/{name}/"))) {
        return Vec::new();
    }
    let message = "only web, jobs and testkit make a Ctx: take the caller's `ctx` as the first parameter; in a test, \
                   ask testkit for one";
    let patterns: [&[&str]; 3] =
        [&["Ctx", ":", ":", "build"], &["CtxWire", ":", ":", "into_ctx"], &[".", "into_ctx", "("]];
    patterns
        .iter()
        .flat_map(|pattern| find(tokens, pattern))
        .map(|at| finding("ctx", source, tokens[at].line, message))
        .collect()
}

/// `Visitor::enter(tenant, domain)` acts in a tenant before anybody is signed in; a span's `.enter()` and other
/// methods of the name do not take two arguments.
fn entering(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    if source.path.starts_with("domains/users/") {
        return Vec::new();
    }
    let message = "`Visitor::enter` is for domains/users alone (sign-up, verification): take a `Ctx` that the edge \
                   resolved";
    let calls = find(tokens, &[".", "enter", "("]).filter(|at| has_two_arguments(&tokens[at + 3..]));
    let paths = find(tokens, &["Visitor", ":", ":", "enter"]);
    calls.chain(paths).map(|at| finding("enter", source, tokens[at].line, message)).collect()
}

/// A use case that opens a unit of work leaves an audit entry, by `unit.audit(…)` or a helper whose name begins so.
fn auditing(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    if !in_core(&source.path).is_some_and(|inside| in_layer(inside, "service")) {
        return Vec::new();
    }
    let calls = tokens.windows(2).filter(|pair| pair[1].text == "(");
    if calls.into_iter().any(|pair| pair[0].text.starts_with("audit")) {
        return Vec::new();
    }
    let message = "a use case that writes leaves an audit entry: call `unit.audit(…)` with who it was done to, before \
                   and after";
    find(tokens, &["databases", ".", "write", "("])
        .map(|at| finding("audit", source, tokens[at].line, message))
        .collect()
}

fn allowing(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    let message = "`#[allow(…)]` stays when its cause is gone: write `#[expect(…, reason = \"…\")]`";
    find(tokens, &["#", "[", "allow", "("])
        .chain(find(tokens, &["#", "!", "[", "allow", "("]))
        .map(|at| finding("allow", source, tokens[at].line, message))
        .collect()
}

fn sleeping(source: &Source, tokens: &[Token]) -> Vec<Finding> {
    if !in_tests(&source.path) {
        return Vec::new();
    }
    let message = "a test never sleeps: wait for the condition with a bound (`testkit::eventually`)";
    find(tokens, &["sleep", "("])
        .chain(find(tokens, &["sleep_until", "("]))
        .filter(|at| *at == 0 || tokens[at - 1].text != "fn")
        .map(|at| finding("sleep", source, tokens[at].line, message))
        .collect()
}

/// The places where these tokens follow each other.
fn find<'a>(tokens: &'a [Token], pattern: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    tokens
        .windows(pattern.len())
        .enumerate()
        .filter(move |(_, window)| window.iter().zip(pattern).all(|(token, text)| token.text == *text))
        .map(|(at, _)| at)
}

/// Whether a comma comes before the call's closing parenthesis, nested brackets left out.
fn has_two_arguments(arguments: &[Token]) -> bool {
    let mut depth = 0;
    for token in arguments {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return false,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The path below `domains/<name>/core/src/`.
fn in_core(path: &str) -> Option<&str> {
    path.strip_prefix("domains/")?.split_once('/')?.1.strip_prefix("core/src/")
}

fn in_layer(inside: &str, layer: &str) -> bool {
    inside.strip_prefix(layer).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn in_tests(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/")
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |text: &str, length: usize, most: u32| {
        text.len() == length && text.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number))
    };
    matches!(parts[..], [year, month, day] if number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31))
}

fn finding(rule: &'static str, source: &Source, line: usize, message: &str) -> Finding {
    Finding { rule, path: source.path.clone(), line, message: message.to_owned() }
}
