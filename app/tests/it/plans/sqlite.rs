//! SQLite is asked how it would go about each statement that the log tells of.

use super::seed::{Dialect, READER, TABLES};
use super::{Asked, Judge};
use crate::house;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};
use std::collections::BTreeMap;
use std::path::Path;

const DIALECT: Dialect = Dialect {
    numbers: "(WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows}) \
              SELECT n FROM counted) numbers",
    id: "CAST(printf('row-%012d', numbers.n) AS BLOB)",
    bytes: "CAST(printf('row-%012d', numbers.n) AS BLOB)",
    tenant: "CASE WHEN {n} % 2 = 0 THEN one.tenant_id ELSE CAST(printf('tenant-%09d', {n} / 2 % 99) AS BLOB) END",
    created_at: "strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now', '-' || {n} || ' minutes')",
};
/// What finds a list's rows or brings them in order, and says nothing of how many there are.
const NO_FILTER: &[&str] = &["tenant_id=?", "created_at", "public_id"];
/// The same of what a write looks up, which may be one row by its id.
const NO_NAME: &[&str] = &["tenant_id=?", "created_at", "public_id<", "public_id>"];
/// Of what has no condition but its order: the index is gone through as far as the page goes. All else is of one tenant.
const OF_ALL: &str = "USING INDEX tenants_listed";

pub struct Plans {
    files: BTreeMap<&'static str, SqliteConnection>,
}

impl Plans {
    pub async fn prepare(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for table in TABLES {
            if !files.contains_key(table.domain) {
                let file = testkit::sqlite_file(folder, table.domain);
                let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
                files.insert(table.domain, options.connect().await.unwrap());
            }
            let file = files.get_mut(table.domain).unwrap();
            let sql = "SELECT name FROM pragma_table_info(?) WHERE pk = 0";
            let rows = sqlx::query(sql).bind(table.name).fetch_all(&mut *file).await.unwrap();
            let columns: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            let sql = table.fill(&columns, &DIALECT);
            let done = file.execute(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await;
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        for file in files.values_mut() {
            // As the program does once it has been up for a while.
            file.execute("PRAGMA analysis_limit = 400; PRAGMA optimize").await.unwrap();
        }
        files.get_mut("users").unwrap().execute(READER).await.unwrap();
        Self { files }
    }
}

#[async_trait::async_trait]
impl Judge for Plans {
    async fn faults(&mut self, lines: &[Value], asked: Asked<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut looked_at = 0;
        for line in lines.iter().filter(|line| line["target"] == "slow_statement") {
            let (domain, statement) = (line["domain"].as_str().unwrap(), line["statement"].as_str().unwrap());
            // The credential is looked up by another, among the few there are.
            if !TABLES.iter().any(|table| statement.contains(&format!("FROM \"{}\"", table.name))) {
                continue;
            }
            let file =
                self.files.get_mut(domain).unwrap_or_else(|| panic!("{domain} has no table in `TABLES`"));
            let steps = steps(file, statement).await;
            let is_list = statement.contains("ORDER BY");
            // A text that many rows have is looked for in the order of the list, which need not narrow it then.
            let met_soon = statement.contains("instr(\"");
            let narrows = |filter: &&str| !(met_soon && *filter == "q");
            let (counts, filtered, too_little) = match asked {
                Asked::List(filters) => (is_list, is_list && filters.iter().any(narrows), NO_FILTER),
                Asked::Write => (true, true, NO_NAME),
            };
            looked_at += usize::from(counts);
            let ill = ill(&steps, filtered, too_little);
            faults.extend(ill.map(|ill| format!("{ill} in {steps:?} for {statement}")));
        }
        if looked_at == 0 {
            faults.push("no statement that reads was logged".to_owned());
        }
        faults
    }
}

async fn steps(file: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps = file.fetch_all(sqlx::raw_sql(explain)).await.unwrap();
    steps.iter().map(|step| step.get("detail")).collect()
}

fn ill(steps: &[String], filtered: bool, too_little: &[&str]) -> Option<&'static str> {
    // The rows of a co-routine are those of the search in it, which is looked at.
    let routines: Vec<&str> = steps.iter().filter_map(|step| step.strip_prefix("CO-ROUTINE ")).collect();
    let of_routine = |step: &str| {
        let name = step.strip_prefix("CO-ROUTINE ").or_else(|| step.strip_prefix("SCAN "));
        name.is_some_and(|name| routines.contains(&name))
    };
    let steps: Vec<&String> = steps.iter().filter(|step| !of_routine(step)).collect();
    // What a search finds is put in order, since FTS5 knows none.
    let searched = steps.iter().any(|step| step.contains("VIRTUAL TABLE INDEX"));
    let scans = |step: &&String| {
        step.starts_with("SCAN")
            && !is_of_statement(step)
            && !step.contains("VIRTUAL TABLE INDEX")
            && (filtered || !step.contains(OF_ALL))
    };
    let scans = steps.iter().any(scans);
    let either = steps.first().is_some_and(|step| *step == "MULTI-INDEX OR");
    let found_by: Vec<&str> = match steps.as_slice() {
        // Each of them by an index of its own.
        [_, rest @ ..] if either => {
            let of_either = rest.chunks_exact(2).take_while(|pair| pair[0].starts_with("INDEX "));
            of_either.map(|pair| pair[1].as_str()).collect()
        }
        steps => steps.first().map(|step| step.as_str()).into_iter().collect(),
    };
    let narrowed = !found_by.is_empty() && found_by.into_iter().all(|step| is_narrow(step, too_little));
    // All that an index finds is read for its sums, in whatever order.
    let summed = |step: &str| narrowed && step.contains("TEMP B-TREE FOR GROUP BY");
    let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE") && !summed(step)) && !searched;
    if scans {
        return Some("a scan");
    }
    if sorts {
        return Some("a sort");
    }
    (filtered && !searched && !narrowed).then_some("a filter without an index")
}

fn is_narrow(step: &str, too_little: &[&str]) -> bool {
    let by = step.strip_prefix("SEARCH").and_then(|step| step.split_once('('));
    by.is_some_and(|(_, by)| {
        by.trim_end_matches(')').split(" AND ").any(|by| !too_little.iter().any(|no| by.starts_with(no)))
    })
}

/// The values that the statement itself lists.
fn is_of_statement(step: &str) -> bool {
    step == "SCAN CONSTANT ROW" || step.ends_with("-ROW VALUES CLAUSE")
}

#[test]
fn the_judge_tells_what_an_index_helps_from_what_it_does_not() {
    const LIST: &str = "ORDER BY created_at DESC, public_id DESC LIMIT 21";
    house::run(async {
        let mut memory = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
        let things = "CREATE TABLE things (id INTEGER PRIMARY KEY, tenant_id, kind, name, size, created_at, public_id);
                      CREATE INDEX newest ON things (tenant_id, created_at, public_id);
                      CREATE INDEX of_kind ON things (tenant_id, kind, created_at, public_id);
                      CREATE INDEX of_size ON things (tenant_id, size);
                      CREATE INDEX tenants_listed ON things (created_at, public_id);";
        memory.execute(things).await.unwrap();
        for (statement, filtered, expected) in [
            (format!("SELECT * FROM things WHERE tenant_id = 1 {LIST}"), false, None),
            (format!("SELECT * FROM things WHERE tenant_id = 1 AND kind = 2 {LIST}"), true, None),
            (
                format!("SELECT * FROM things WHERE tenant_id = 1 AND name = 2 {LIST}"),
                true,
                Some("a filter without an index"),
            ),
            ("SELECT * FROM things WHERE tenant_id = 1 ORDER BY name".to_owned(), false, Some("a sort")),
            (
                "SELECT * FROM things WHERE tenant_id = 1 AND kind = 2 ORDER BY name".to_owned(),
                true,
                Some("a sort"),
            ),
            (format!("SELECT * FROM things WHERE kind = 2 {LIST}"), true, Some("a scan")),
            (
                "SELECT name, SUM(size) FROM things WHERE tenant_id = 1 AND kind = 2 GROUP BY name"
                    .to_owned(),
                false,
                None,
            ),
            (
                "SELECT name, SUM(size) FROM things WHERE tenant_id = 1 GROUP BY name".to_owned(),
                false,
                Some("a sort"),
            ),
            ("SELECT name, SUM(size) FROM things GROUP BY name".to_owned(), false, Some("a scan")),
            (format!("SELECT * FROM things {LIST}"), false, None),
            (
                "SELECT * FROM things WHERE tenant_id = 1 AND (kind, name) IN (SELECT * FROM (VALUES (2, 3), (4, 5)) AS named)"
                    .to_owned(),
                true,
                None,
            ),
            (
                "SELECT * FROM things WHERE tenant_id = 1 AND ((kind = 2 AND name = 3) OR (kind = 4 AND name = 5))"
                    .to_owned(),
                true,
                Some("a filter without an index"),
            ),
            (
                "SELECT name, SUM(size) FROM things INDEXED BY tenants_listed GROUP BY name".to_owned(),
                false,
                Some("a sort"),
            ),
        ] {
            let steps = steps(&mut memory, &statement).await;
            assert_eq!(ill(&steps, filtered, NO_FILTER), expected, "{steps:?} for {statement}");
        }
        let many = "INSERT INTO things (tenant_id, kind, size, created_at)
                    WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000)
                    SELECT n % 2, n % 50, n % 60, n FROM counted;
                    ANALYZE;";
        memory.execute(many).await.unwrap();
        for (either, expected) in [("size", None), ("name", Some("a filter without an index"))] {
            let statement =
                format!("SELECT * FROM things WHERE tenant_id = 1 AND (kind = 2 OR {either} = 3)");
            let steps = steps(&mut memory, &statement).await;
            assert_eq!(ill(&steps, true, NO_FILTER), expected, "{steps:?} for {statement}");
        }
    });
}
