//! The whole gate on a repository of its own: a seeded break fails it, whatever the change has overwritten.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const SOURCE: &str = "domains/billing/contract/src/lib.rs";
const PUBLISHED: &str = "domains/billing/contract/published.txt";
const DOCUMENT: &str = "app/tests/golden/openapi.json";
const ACCEPTED: &str = "xtask/snapshots/accepted_breaks.txt";

const EVENT: &str = r#"
    #[derive(Serialize, Deserialize, DomainEvent)]
    #[event(kind = "billing.paid", version = 1, aggregate = invoice)]
    pub struct Paid { pub invoice: InvoiceId, pub total: Money }
"#;
const API: &str = r#"{"paths": {"/a": {"get": {"operationId": "a"}}, "/b": {"get": {"operationId": "b"}}}}"#;
const LESS_API: &str = r#"{"paths": {"/a": {"get": {"operationId": "a"}}}}"#;

struct Repository(TempDir);

#[test]
fn a_break_fails_though_the_change_overwrites_the_committed_files() {
    let repository = Repository::new();
    repository.write(SOURCE, &EVENT.replace(", pub total: Money", ""));
    repository.write(PUBLISHED, &repository.read(PUBLISHED).replace("    total: Money\n", ""));
    repository.write(DOCUMENT, LESS_API);
    for state in ["not committed yet", "committed"] {
        let said = repository.fails();
        for part in [
            "event billing.paid.total removed or renamed: older readers find nothing; compatible would be: keep \
             `total` and add the new field beside it; or publish version 2 and keep reading 1",
            "openapi GET /b removed",
            "compatible would be: keep it, mark it deprecated",
            "add `openapi GET /b removed # <reason>` to xtask/snapshots/accepted_breaks.txt",
        ] {
            assert!(said.contains(part), "{state}: lacks `{part}`:\n{said}");
        }
        if state == "not committed yet" {
            repository.commit("a break");
        }
    }
}

#[test]
fn an_addition_passes_and_a_file_behind_its_sources_does_not() {
    let repository = Repository::new();
    repository.write(SOURCE, &EVENT.replace("pub total: Money", "pub total: Money, pub by: Option<UserId>"));
    let said = repository.fails();
    assert!(said.contains("published.txt is not what the sources say"), "{said}");
    repository.passes(&[("UPDATE_SNAPSHOTS", "1")]);
    assert!(repository.read(PUBLISHED).contains("by: Option<UserId>"));
    repository.passes(&[]);
    repository.commit("an addition");
    repository.passes(&[]);
}

#[test]
fn a_break_is_not_written_by_asking_for_new_snapshots() {
    let repository = Repository::new();
    let before = repository.read(PUBLISHED);
    repository.write(SOURCE, &EVENT.replace("total: Money", "total: Quantity"));
    let output = repository.compat(&[], &[("UPDATE_SNAPSHOTS", "1")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(repository.read(PUBLISHED), before);
    repository.write("printed.json", LESS_API);
    let printed = repository.path("printed.json");
    let output = repository.compat(&["openapi", &printed], &[("UPDATE_SNAPSHOTS", "1")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(repository.read(DOCUMENT), API);
    repository
        .write("printed.json", &API.replace("\"/a\"", "\"/c\": {\"get\": {\"operationId\": \"c\"}}, \"/a\""));
    let output = repository.compat(&["openapi", &printed], &[("UPDATE_SNAPSHOTS", "1")]);
    assert!(output.status.success(), "{output:?}");
    assert!(repository.read(DOCUMENT).contains("\"/c\""));
}

#[test]
fn a_reason_accepts_the_break_of_its_own_change_alone() {
    let repository = Repository::new();
    let line = "openapi GET /b removed # nobody called it\n";
    repository.write(ACCEPTED, line);
    repository.commit("a line that is older than the break");
    repository.write(DOCUMENT, LESS_API);
    let said = repository.fails();
    assert!(said.contains("openapi GET /b removed"), "{said}");

    let repository = Repository::new();
    repository.write(DOCUMENT, LESS_API);
    repository.write(ACCEPTED, &format!("{line}job a.b removed or given another kind # never happened\n"));
    let said = repository.passes(&[]);
    assert!(said.contains("`job a.b removed or given another kind` covers nothing"), "{said}");
    repository.commit("with its reason");
    repository.passes(&[]);
    repository.write("more.txt", "");
    repository.commit("a later change");
    repository.passes(&[]);
}

#[test]
fn the_base_is_where_the_branch_left_or_what_is_asked_for() {
    let repository = Repository::new();
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["checkout", "-q", "-b", "branch"]);
    repository.write(DOCUMENT, LESS_API);
    repository.commit("a break");
    repository.write("more.txt", "");
    repository.commit("something else");
    let said = repository.fails();
    assert!(said.contains("(where HEAD left main)"), "{said}");
    // Without the branch it left, the parent knows nothing of the break; told the base, it is found.
    repository.git(&["branch", "-q", "-D", "main"]);
    let said = repository.passes(&[]);
    assert!(said.contains("(the parent of HEAD)"), "{said}");
    let output = repository.compat(&[], &[("COMPAT_BASE", first.trim())]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = repository.compat(&[], &[("COMPAT_BASE", "nowhere")]);
    assert!(
        !output.status.success() && said_by(&output).contains("COMPAT_BASE=nowhere is no revision"),
        "{output:?}"
    );
}

#[test]
fn without_history_the_committed_files_still_count() {
    let repository = Repository::new();
    let shallow = tempfile::tempdir().expect("a folder");
    let clone = Repository(shallow);
    let from = format!("file://{}", repository.0.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &from, &clone.path("")]);
    let said = clone.passes(&[]);
    assert!(said.contains("a shallow clone"), "{said}");
    clone.write(DOCUMENT, LESS_API);
    clone.fails();

    fs::remove_dir_all(repository.0.path().join(".git")).expect("no git");
    let said = repository.passes(&[]);
    assert!(said.contains("no revision to compare with"), "{said}");
    repository.write(SOURCE, &EVENT.replace("total: Money", "total: Quantity"));
    let said = repository.fails();
    assert!(said.contains("event billing.paid.total type changed"), "{said}");
}

#[test]
fn a_published_file_that_is_taken_away_is_missed() {
    let repository = Repository::new();
    fs::remove_dir_all(repository.0.path().join("domains")).expect("no domains");
    repository.write("domains/README.md", "");
    let said = repository.fails();
    assert!(said.contains("event billing.paid removed or given another kind"), "{said}");
}

impl Repository {
    /// Two commits on `main`, with all that is published in its place.
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write(DOCUMENT, API);
        repository.write(ACCEPTED, "");
        repository.commit("the document");
        repository.write(SOURCE, EVENT);
        repository.passes(&[("UPDATE_SNAPSHOTS", "1")]);
        repository.commit("the event");
        repository
    }

    fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_str().expect("text").to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.0.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("make the folder");
        fs::write(file, text).expect("write");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).expect("read")
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        let who = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        self.git(&[&who[..], &["commit", "-q", "-m", message]].concat());
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = git(self.0.path(), arguments);
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn passes(&self, variables: &[(&str, &str)]) -> String {
        let output = self.compat(&[], variables);
        assert!(output.status.success(), "{}", said_by(&output));
        said_by(&output)
    }

    fn fails(&self) -> String {
        let output = self.compat(&[], &[]);
        assert_eq!(output.status.code(), Some(1), "{}", said_by(&output));
        said_by(&output)
    }

    fn compat(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["compat", "--root"]).arg(self.0.path()).args(arguments);
        command.env_remove("COMPAT_BASE").env_remove("UPDATE_SNAPSHOTS").envs(variables.iter().copied());
        command.output().expect("run xtask")
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command.output().expect("run git")
}

fn said_by(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
