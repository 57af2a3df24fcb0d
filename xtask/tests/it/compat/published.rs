//! The rules for events, jobs and contracts, each on one change of small sources.

use super::expect;
use xtask::compat::Break;
use xtask::compat::published::compare::breaks;
use xtask::compat::published::{Published, Shape, Shapes, of};
use xtask::sources::Source;

const CONTRACT: &str = "domains/billing/contract/src/lib.rs";
const CORE: &str = "domains/billing/core/src/jobs.rs";

const BEFORE: &str = r#"
    #[contract]
    pub trait StockLedger {
        /// What it does.
        async fn ask(&self, ctx: &Ctx, request: Ask) -> Result<Answer, LedgerError>;
    }
    #[derive(Serialize, Deserialize)]
    pub struct Ask { pub item: ItemId, pub note: Option<String>, pub how: How }
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum How { Quickly, Well { within: u32 } }
    #[derive(Serialize, Deserialize)]
    pub struct Answer { pub total: i64, pub state: State, pub note: Option<String> }
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum State { Open, InDoubt }
    #[derive(Serialize, Deserialize, RemoteError)]
    pub enum LedgerError { NotFound, Unavailable(Cause), DeadlineExceeded }

    #[derive(Serialize, Deserialize, DomainEvent)]
    #[event(kind = "billing.paid", version = 1, aggregate = invoice)]
    pub struct Paid {
        pub invoice: InvoiceId,
        pub total: Money,
        pub reason: Option<String>,
        #[serde(default)]
        pub by: String,
        pub lines: Vec<Line>,
        pub way: Way,
    }
    #[derive(Serialize, Deserialize)]
    pub struct Line { pub text: String, pub parts: Vec<Line> }
    #[derive(Serialize, Deserialize)]
    pub enum Way { Card, Cash(u32) }
"#;

const JOB: &str = r#"
    #[derive(Serialize, Deserialize)]
    pub struct Send { pub email: EmailId }
    impl Job for Send { const KIND: &'static str = "billing.send"; const VERSION: u16 = 1; }
    fn handlers() { jobs::job(move |ctx: Ctx, job: Send| async {}); jobs::subscriber::<Paid>("a", f).ordered(); }
"#;

#[test]
fn events_and_jobs_are_read_by_older_and_newer_nodes() {
    let event = |at: &str| format!("event billing.paid{at}");
    for (from, to, what, part) in [
        (
            "pub total: Money,",
            "",
            event(".total removed or renamed"),
            "keep `total` and add the new field beside it; or publish version 2 and keep reading 1",
        ),
        ("pub total: Money", "pub sum: Money", String::new(), ""),
        (
            "pub total: Money",
            "pub total: Quantity",
            event(".total type changed"),
            "it was Money and is Quantity",
        ),
        (
            "pub total: Money",
            "pub total: Option<Money>",
            event(".total may be missing now"),
            "publish version 2",
        ),
        (
            "pub reason: Option<String>",
            "pub reason: String",
            event(".reason no longer optional"),
            "keep it an Option",
        ),
        (
            "pub total: Money,",
            "pub total: Money, pub more: String,",
            event(".more added and required"),
            "add `#[serde(default)]`",
        ),
        (
            "pub total: Money,",
            "pub total: Money, #[serde(with = \"x\")] pub more: Option<u8>,",
            event(".more added and required"),
            "",
        ),
        ("#[serde(default)]", "", event(".by default removed"), "keep `#[serde(default)]`"),
        ("pub total: Money", "#[serde(rename = \"sum\")] pub total: Money", String::new(), ""),
        (
            "pub total: Money",
            "#[serde(rename = \"sum\", alias = \"total\")] pub total: Money",
            event(".total renamed"),
            "keep writing `total`",
        ),
        (
            "pub total: Money",
            "#[serde(skip_serializing_if = \"f\")] pub total: Money",
            event(".total may be left out now"),
            "write it always",
        ),
        (
            "pub lines: Vec<Line>",
            "pub lines: Line",
            event(".lines type changed"),
            "it was Vec<Line> and is Line",
        ),
        ("pub text: String", "pub text: u8", event(".lines[].text type changed"), ""),
        ("Card,", "Card, Cheque,", event(".way.Cheque variant added"), "#[serde(other)]"),
        ("Cash(u32)", "Cash", event(".way.Cash type changed"), "of one form"),
        ("Cash(u32)", "Cash(u64)", event(".way.Cash.0 type changed"), ""),
        ("pub enum Way", "#[serde(tag = \"is\")] pub enum Way", event(".way type changed"), ""),
        (
            "\"billing.paid\", version",
            "\"billing.settled\", version",
            event(" removed or given another kind"),
            "keep it beside",
        ),
        ("version = 1", "version = 0", event(" version lowered"), "publish version 2"),
        (
            "\"billing.send\"",
            "\"billing.post\"",
            "job billing.send removed or given another kind".into(),
            "until no row",
        ),
        (
            "pub email: EmailId",
            "pub email: EmailId, pub at: u8",
            "job billing.send.at added and required".into(),
            "",
        ),
    ] {
        let found = changed(from, to);
        let case = format!("`{from}` to `{to}`");
        if what.is_empty() {
            let names: Vec<_> = found.iter().map(|found| found.what.as_str()).collect();
            let expected =
                ["event billing.paid.sum added and required", "event billing.paid.total removed or renamed"];
            assert_eq!(names, expected, "{case}");
        } else {
            expect(&found, Some((&what, part)), &case);
        }
    }
    // A kind that is gone with its type.
    let found = changed("DomainEvent)]", ")]");
    expect(&found, Some(("event billing.paid removed or given another kind", "")), "no event any more");
}

#[test]
fn additions_to_events_and_jobs_are_compatible() {
    for (from, to) in [
        ("pub total: Money,", "pub total: Money, pub more: Option<String>,"),
        ("pub total: Money,", "pub total: Money, #[serde(default)] pub more: String,"),
        ("pub total: Money,", "pub more: Option<u8>, pub total: Money,"),
        ("pub total: Money", "pub total: Box<Money>"),
        ("pub total: Money", "#[serde(alias = \"sum\")] pub total: kernel::Money"),
        ("pub total: Money", "#[serde(rename = \"total\")] pub sum: Money"),
        ("Line", "InvoiceLine"),
        (
            "#[contract]",
            "#[derive(Serialize, Deserialize, DomainEvent)] #[event(kind = \"billing.late\", version = 1, aggregate = a)]
             pub struct Late { pub a: u8 }
             #[contract]",
        ),
    ] {
        expect(&changed(from, to), None, &format!("`{from}` to `{to}`"));
    }
}

#[test]
fn a_raised_version_is_one_that_the_readers_still_read() {
    let raised = |source: &str| source.replace("version = 1", "version = 2");
    let reads = JOB.replace(".ordered()", ".also_reads(1).ordered()");
    let without_total = raised(BEFORE).replace("pub total: Money,", "");
    let unread = format!("event billing.paid version 1 no longer read in {CORE}");
    expect(&found(&raised(BEFORE), JOB), Some((&unread, "`.also_reads(1)` on that handler")), "unread");
    expect(&found(&without_total, &reads), None, "a field removed");
    expect(&found(&raised(BEFORE).replace("Card,", "Card, Cheque,"), &reads), None, "a variant added");
    // Rows of version 1 have no such field, whatever the version says.
    let required = raised(BEFORE).replace("pub total: Money,", "pub total: Money, pub more: u8,");
    let what = "event billing.paid.more added and required";
    expect(
        &found(&required, &reads),
        Some((what, "compatible would be: add `#[serde(default)]`")),
        "required",
    );
    let job = reads.replace("VERSION: u16 = 1", "VERSION: u16 = 2");
    let unread = format!("job billing.send version 1 no longer read in {CORE}");
    expect(&found(BEFORE, &job), Some((&unread, "")), "a job's version");
    let read = job.replace("async {})", "async {}).also_reads(1)");
    expect(&found(BEFORE, &read), None, "a job that is read");
}

#[test]
fn contracts_are_called_by_older_callers() {
    let at = |place: &str| format!("contract stock_ledger.ask {place}");
    for (from, to, what, part) in [
        (
            "async fn ask",
            "async fn question",
            "contract stock_ledger.ask removed or renamed".into(),
            "keep `ask`",
        ),
        (
            "trait StockLedger",
            "trait Ledger",
            "contract stock_ledger removed or renamed".into(),
            "keep it beside",
        ),
        ("request: Ask", "request: How", at("request type changed"), "it was a struct and is an enum"),
        (
            "pub item: ItemId,",
            "pub item: ItemId, pub more: u8,",
            at("request.more added and required"),
            "#[serde(default)]",
        ),
        (
            "pub item: ItemId,",
            "",
            at("request.item removed or renamed"),
            "what older callers say in it is ignored",
        ),
        (
            "pub note: Option<String>, pub how",
            "pub note: String, pub how",
            at("request.note no longer optional"),
            "",
        ),
        ("Quickly,", "", at("request.how.quickly variant removed or renamed"), "keep `quickly`"),
        ("within: u32", "within: u16", at("request.how.well.within type changed"), ""),
        (
            "pub struct Ask",
            "#[serde(deny_unknown_fields)] pub struct Ask",
            at("request refuses unknown fields now"),
            "",
        ),
        ("pub total: i64,", "", at("answer.total removed or renamed"), "keep `total`"),
        (
            "total: i64",
            "total: Option<i64>",
            at("answer.total may be missing now"),
            "add an Option beside it",
        ),
        ("total: i64", "total: i128", at("answer.total type changed"), ""),
        ("InDoubt }", "InDoubt, Closed }", at("answer.state.closed variant added"), "one release before"),
        (
            "enum LedgerError { NotFound,",
            "enum LedgerError {",
            at("error.NotFound error removed or renamed"),
            "keep `NotFound`",
        ),
        (
            "rename_all = \"snake_case\")]\n    pub enum State",
            "rename_all = \"kebab-case\")]\n    pub enum State",
            at("answer.state.in-doubt variant added"),
            "",
        ),
    ] {
        expect(&changed(from, to), Some((&what, part)), &format!("`{from}` to `{to}`"));
    }
}

#[test]
fn additions_to_contracts_are_compatible() {
    for (from, to) in [
        (
            "async fn ask",
            "async fn more(&self, ctx: &Ctx, request: How) -> Result<(), LedgerError>; async fn ask",
        ),
        ("pub item: ItemId,", "pub item: ItemId, pub more: Option<u8>,"),
        ("pub item: ItemId", "pub item: Option<ItemId>"),
        ("Quickly,", "Quickly, Slowly,"),
        ("within: u32", "within: u64"),
        ("total: i64,", "total: i64, pub more: u8,"),
        ("total: i64", "total: i32"),
        ("state: State, pub note: Option<String>", "state: State, pub note: String"),
        ("{ Open, InDoubt }", "{ InDoubt }"),
        ("enum LedgerError { NotFound,", "enum LedgerError { NotFound, Frozen { until: String },"),
        ("Ask", "Question"),
        ("/// What it does.", "/// What it does, in other words."),
    ] {
        expect(&changed(from, to), None, &format!("`{from}` to `{to}`"));
    }
}

#[test]
fn a_variant_that_reads_unknown_ones_lets_others_follow() {
    let before = BEFORE.replace("{ Open, InDoubt }", "{ Open, #[serde(other)] Unknown }");
    let after = before.replace("{ Open,", "{ Open, Closed,");
    let found = breaks(&shapes(&read(&before, JOB)), &read(&after, JOB));
    expect(&found, None, "known as other before");
}

#[test]
fn the_committed_text_says_all_that_is_compared() {
    let flags = r#"
        #[derive(Serialize, Deserialize)] #[serde(deny_unknown_fields, rename_all = "camelCase", default)]
        pub struct Answer { pub in_words: (u8, [u8; 4]), #[serde(flatten)] pub rest: BTreeMap<String, Value>,
            #[serde(skip)] pub unseen: u8, #[serde(alias = "b", skip_serializing_if = "f", with = "w")] pub a: Option<u8> }
        #[derive(Serialize, Deserialize)] pub struct Pair(u8, How);
    "#;
    let source = BEFORE
        .replace("pub struct Answer", "pub struct Former")
        .replace("pub enum State", "pub enum OldState");
    let source = format!("{source}{flags}").replace("total: Money", "total: Pair");
    let published = read(&source, JOB);
    for (path, shape) in &published.shapes {
        let text = shape.text();
        assert_eq!(Shape::parse(&text).as_ref(), Ok(shape), "{path}:\n{text}");
    }
    let text = published.shapes["domains/billing/contract/published.txt"].text();
    for line in [
        "event billing.paid version 1: Paid",
        "job billing.send version 1: Send",
        "    ask: Ask -> Answer or LedgerError",
        "struct Answer; refuses unknown fields",
        "    inWords: (u8, [u8;4]); default",
        "    a: Option<u8>; default; may be left out; alias b; with w",
        "    rest: BTreeMap<String, Value>; default; flatten",
        "tuple Pair: u8, How",
        "    well\n        within: u32",
    ] {
        assert!(text.contains(&format!("{line}\n")), "lacks `{line}`:\n{text}");
    }
    assert!(!text.contains("unseen"), "{text}");
    for line in ["nonsense", "event a: B", "  struct", "    field: u8", "struct A\n    a: <"] {
        Shape::parse(line).expect_err(line);
    }
}

#[test]
fn what_moves_to_another_crate_is_not_removed() {
    let job = JOB.split("fn handlers").next().expect("the job");
    let before = of(&[Source::new(CORE, job)]).expect("sources");
    let after = of(&[Source::new("domains/users/core/src/jobs.rs", job)]).expect("sources");
    expect(&breaks(&before.shapes, &after), None, "moved");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let derived = "#[derive(Serialize, Deserialize)]";
    for (core, expected) in [
        (
            "impl Job for Send { const KIND: &'static str = NAME; const VERSION: u16 = 1; }".to_owned(),
            "as literals",
        ),
        (
            format!(
                "{derived} pub struct Send<T> {{ pub t: T }} impl Job for Send<u8> {{ const KIND: &'static str = \"a.b\"; const VERSION: u16 = 1; }}"
            ),
            "is not generic",
        ),
        (
            format!(
                "{derived} pub struct Send {{ pub a: u8 }} mod b {{ {derived} pub struct Send {{ pub b: u8 }} }} impl Job for Send {{ const KIND: &'static str = \"a.b\"; const VERSION: u16 = 1; }}"
            ),
            "give one of them another name",
        ),
    ] {
        let refused = of(&[Source::new(CORE, &core)]).expect_err("refused");
        assert!(refused.contains(expected), "`{core}` expected `{expected}`, got {refused}");
    }
    let in_tests = "#[cfg(test)] mod tests { impl Job for Nothing { const KIND: &'static str = NAME; } }";
    assert!(of(&[Source::new(CORE, in_tests)]).expect("tests are left out").shapes.is_empty());
}

/// What is found when one text of the sources becomes another.
fn changed(from: &str, to: &str) -> Vec<Break> {
    assert!(BEFORE.contains(from) || JOB.contains(from), "`{from}` is not in the sources");
    found(&BEFORE.replace(from, to), &JOB.replace(from, to))
}

fn found(contract: &str, core: &str) -> Vec<Break> {
    breaks(&shapes(&read(BEFORE, JOB)), &read(contract, core))
}

fn read(contract: &str, core: &str) -> Published {
    of(&[Source::new(CONTRACT, contract), Source::new(CORE, core)]).expect("sources")
}

/// As they come back from the committed text.
fn shapes(published: &Published) -> Shapes {
    let parsed = published
        .shapes
        .iter()
        .map(|(path, shape)| (path.clone(), Shape::parse(&shape.text()).expect("text")));
    parsed.collect()
}
