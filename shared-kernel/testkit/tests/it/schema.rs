//! The schema as it is, held against what is written of it: the golden files, the conventions every table keeps, and
//! the diagrams in the domains' ARCHITECTURE.md. `UPDATE_SNAPSHOTS=1` writes the golden files anew.

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use testkit::{Backend, Stage, both};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn check_golden(backend: &str, domain: &str, schema: &str) {
    let file = root().join("migrations/schema").join(backend).join(format!("{domain}.sql"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, schema).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        golden == schema,
        "{} is not what the migrations make. If the change is meant, run UPDATE_SNAPSHOTS=1 cargo test -p testkit \
         schema (with TEST_DATABASE_URL for PostgreSQL's half) and commit it.\n{schema}",
        file.display()
    );
}

async fn sqlite(stage: &Stage, domain: &str) -> SqliteConnection {
    let file = stage.folder.path().join(format!("{domain}.sqlite"));
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap()
}

#[test]
fn the_sqlite_schema_is_the_golden_one() {
    testkit::run(Backend::Sqlite, async |stage: Stage| {
        for domain in migrations::DOMAINS {
            let mut connection = sqlite(&stage, domain).await;
            let rows: Vec<(String,)> = sqlx::query_as(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' \
                 ORDER BY tbl_name, type DESC, name",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            let schema: String = rows.into_iter().map(|(sql,)| format!("{sql};\n")).collect();
            check_golden("sqlite", domain, &schema);
        }
    });
}

#[test]
fn the_postgres_schema_is_the_golden_one() {
    let Some(backend) = Backend::postgres() else { return };
    testkit::run(backend, async |stage: Stage| {
        let mut connection = PgConnection::connect(&stage.postgres_url().unwrap()).await.unwrap();
        for domain in migrations::DOMAINS {
            let rows: Vec<(String,)> =
                sqlx::query_as(POSTGRES_SCHEMA).bind(domain).fetch_all(&mut connection).await.unwrap();
            let schema: String = rows.into_iter().map(|(line,)| format!("{line}\n")).collect();
            check_golden("postgres", domain, &schema);
        }
    });
}

/// One line for each column, constraint, index, policy and grant.
const POSTGRES_SCHEMA: &str = "
SELECT line FROM (
    SELECT table_name AS t, 1 AS k, lpad(ordinal_position::text, 3, '0') AS n,
        format('%s.%s %s%s', table_name, column_name, data_type, CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END)
        AS line FROM information_schema.columns WHERE table_schema = $1
    UNION ALL
    SELECT c.relname, 2, k.conname, format('%s constraint %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND k.contype <> 'n'
    UNION ALL
    SELECT tablename, 3, indexname, indexdef FROM pg_indexes WHERE schemaname = $1
    UNION ALL
    SELECT tablename, 4, policyname, format('%s policy %s to %s using %s', tablename, policyname, roles, qual)
        FROM pg_policies WHERE schemaname = $1
    UNION ALL
    SELECT table_name, 5, grantee,
        format('%s grant %s to %s', table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type), grantee)
        FROM information_schema.table_privileges WHERE table_schema = $1 AND grantee LIKE 'insula_%'
        AND grantee NOT LIKE '%_owner' GROUP BY table_name, grantee
) lines ORDER BY t, k, n";

type Tables = BTreeMap<String, BTreeSet<String>>;

async fn tables(stage: &Stage, domain: &str) -> Tables {
    let rows: Vec<(String, String)> = match stage.postgres_url() {
        None => {
            let sql = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%_migrations' \
                AND m.name NOT GLOB '*_search' AND m.name NOT GLOB '*_search_*'";
            sqlx::query_as(sql).fetch_all(&mut sqlite(stage, domain).await).await.unwrap()
        }
        Some(url) => {
            let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                WHERE table_schema = $1 AND table_name NOT LIKE '%_migrations'";
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::query_as(sql).bind(domain).fetch_all(&mut connection).await.unwrap()
        }
    };
    let mut tables = Tables::new();
    for (table, column) in rows {
        tables.entry(table).or_default().insert(column);
    }
    tables
}

const KERNEL_TABLES: [&str; 3] = ["messages", "inbox", "idempotency_keys"];

/// `domain.table` and why it lacks a conventional column. May only shrink: an exemption that is not needed fails.
const EXEMPT: &str = include_str!("schema_exemptions.txt");

both!(
    async fn every_table_has_the_conventional_columns(stage: Stage) {
        let exempt: BTreeMap<&str, &str> = EXEMPT
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(' '))
            .collect();
        let mut unused: BTreeSet<&str> = exempt.keys().copied().collect();
        let mut faults = Vec::new();
        for domain in migrations::DOMAINS {
            for (table, columns) in tables(&stage, domain).await {
                let conventional =
                    ["id", "public_id", "created_at", "updated_at", "deleted_at", "deleted_by"];
                let missing: Vec<_> =
                    conventional.into_iter().filter(|column| !columns.contains(*column)).collect();
                let name = format!("{domain}.{table}");
                if missing.is_empty() || KERNEL_TABLES.contains(&table.as_str()) {
                    continue;
                }
                if exempt.contains_key(name.as_str()) {
                    unused.retain(|exempted| *exempted != name);
                } else {
                    faults.push(format!("{name} lacks {missing:?}"));
                }
            }
        }
        faults
            .extend(unused.iter().map(|name| format!("{name} needs no exemption any more: remove its line")));
        assert!(faults.is_empty(), "{faults:#?}");
    }
);

/// What is unique among the deleted as well, and why. May only shrink: an entry that is not needed fails.
const UNIQUE_FOR_EVER: [(&str, &str); 5] = [
    ("billing.invoice_counters (tenant_id, series)", "a series has one counter for good"),
    ("billing.invoices (tenant_id, number)", "a number is given once"),
    ("imports.import_rows (tenant_id, run_id, line)", "a line of a run has one outcome"),
    ("inventory.stock_levels (tenant_id, item_id)", "it goes and comes back with its item"),
    ("users.sign_in_failures (subject)", "a count goes for good, when it is old"),
];

both!(
    async fn what_is_unique_ignores_the_deleted(stage: Stage) {
        let mut unused: BTreeSet<&str> = UNIQUE_FOR_EVER.iter().map(|(index, _)| *index).collect();
        let mut faults = Vec::new();
        for domain in migrations::DOMAINS {
            for (table, columns, text) in unique_indexes(&stage, domain).await {
                let index = format!("{domain}.{table} ({columns})");
                let of_ids = ["id", "public_id", "tenant_id, public_id"].contains(&columns.as_str());
                let ignores = of_ids || text.contains("deleted_at IS NULL");
                if !(ignores || unused.remove(index.as_str())) {
                    faults.push(format!("{index} counts the deleted: add WHERE deleted_at IS NULL"));
                }
            }
        }
        faults.extend(unused.iter().map(|index| format!("{index} needs no exemption any more: remove it")));
        assert!(faults.is_empty(), "{faults:#?}");
    }
);

/// Of the tables whose rows are marked as deleted: table, columns, and how the index was made where that was by itself.
async fn unique_indexes(stage: &Stage, domain: &str) -> Vec<(String, String, String)> {
    match stage.postgres_url() {
        None => {
            let sql = "SELECT m.name, \
                (SELECT group_concat(coalesce(c.name, 'expression'), ', ') FROM pragma_index_info(l.name) c), \
                coalesce(i.sql, '') FROM sqlite_master m JOIN pragma_index_list(m.name) l \
                LEFT JOIN sqlite_master i ON i.type = 'index' AND i.name = l.name \
                WHERE m.type = 'table' AND l.\"unique\" = 1 \
                AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) d WHERE d.name = 'deleted_at')";
            sqlx::query_as(sql).fetch_all(&mut sqlite(stage, domain).await).await.unwrap()
        }
        Some(url) => {
            let sql = "SELECT c.relname::text, (SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), ', ' \
                ORDER BY k) FROM generate_series(1, x.indnkeyatts::int) k), pg_get_indexdef(x.indexrelid) \
                FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname = $1 AND x.indisunique AND EXISTS (SELECT 1 FROM pg_attribute d \
                WHERE d.attrelid = c.oid AND d.attname = 'deleted_at')";
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::query_as(sql).bind(domain).fetch_all(&mut connection).await.unwrap()
        }
    }
}

#[test]
fn the_diagrams_show_the_tables_as_they_are() {
    testkit::run(Backend::Sqlite, async |stage: Stage| {
        let mut faults = Vec::new();
        for domain in migrations::DOMAINS {
            let file = root().join("domains").join(domain).join("ARCHITECTURE.md");
            let drawn = diagram(&std::fs::read_to_string(&file).unwrap());
            let mut real = tables(&stage, domain).await;
            real.retain(|table, _| !KERNEL_TABLES.contains(&table.as_str()));
            compare(domain, &drawn, &real, &mut faults);
        }
        assert!(faults.is_empty(), "mend the erDiagram in domains/<domain>/ARCHITECTURE.md: {faults:#?}");
    });
}

fn compare(domain: &str, drawn: &Tables, real: &Tables, faults: &mut Vec<String>) {
    for (table, columns) in real {
        match drawn.get(table) {
            None => faults.push(format!("{domain}: {table} is not drawn")),
            Some(drawn) => {
                faults.extend(
                    columns
                        .difference(drawn)
                        .map(|column| format!("{domain}: {table}.{column} is not drawn")),
                );
                faults.extend(
                    drawn
                        .difference(columns)
                        .map(|column| format!("{domain}: {table}.{column} does not exist")),
                );
            }
        }
    }
    let gone = drawn.keys().filter(|table| !real.contains_key(*table));
    faults.extend(gone.map(|table| format!("{domain}: {table} does not exist")));
}

/// The entities of a mermaid `erDiagram`: `table { type column … }`.
fn diagram(text: &str) -> Tables {
    let mut tables = Tables::new();
    let mut entity: Option<String> = None;
    let lines =
        text.lines().skip_while(|line| line.trim() != "erDiagram").take_while(|line| line.trim() != "```");
    for line in lines.map(str::trim) {
        match &entity {
            None if line.ends_with('{') && line.split_whitespace().count() == 2 => {
                let name = line.trim_end_matches('{').trim().to_owned();
                tables.entry(name.clone()).or_default();
                entity = Some(name);
            }
            Some(_) if line == "}" => entity = None,
            Some(name) => {
                if let (Some(column), Some(columns)) = (line.split_whitespace().nth(1), tables.get_mut(name))
                {
                    columns.insert(column.to_owned());
                }
            }
            None => {}
        }
    }
    tables
}

#[test]
fn a_diagram_that_is_wrong_is_noticed() {
    let drawn = diagram(
        "```mermaid\nerDiagram\n    a ||--o{ b : has\n    a {\n        uuid id PK\n        text gone\n    }\n```\nx {\n",
    );
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let real = Tables::from([("a".to_owned(), set(&["id", "new"])), ("b".to_owned(), set(&["id"]))]);
    let mut faults = Vec::new();
    compare("d", &drawn, &real, &mut faults);
    let expected = ["d: a.new is not drawn", "d: a.gone does not exist", "d: b is not drawn"];
    assert_eq!(faults, expected);
}
