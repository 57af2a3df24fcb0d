//! PostgreSQL tells the plan of each statement itself, the function's own statements included: its module auto_explain
//! sends them to the client, which logs them.

use super::seed::{Dialect, READER, TABLES};
use super::{Asked, Judge};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

/// A page has 25 rows, and one that is not shown; to find them in the order of creation may take some that do not fit.
const MOST_ROWS: f64 = 1_000.0;
const DIALECT: Dialect = Dialect {
    numbers: "generate_series(1, {rows}) AS numbers (n)",
    id: "md5(numbers.n::text)::uuid",
    bytes: "uuid_send(md5(numbers.n::text)::uuid)",
    tenant: "CASE WHEN {n} % 2 = 0 THEN one.tenant_id \
             ELSE ('00000000-0000-7000-8000-' || lpad(({n} / 2 % 99)::text, 12, '0'))::uuid END",
    created_at: "now() - {n} * interval '1 minute'",
};

pub struct Plans;

impl Plans {
    pub async fn prepare(url: &str) -> Self {
        let mut database = PgConnection::connect(url).await.unwrap();
        run(&mut database, "SET session_replication_role = replica").await;
        run(&mut database, &format!("SET search_path = users; {READER}")).await;
        for table in TABLES {
            run(&mut database, &format!("SET search_path = {}, public", table.domain)).await;
            let sql = "SELECT column_name FROM information_schema.columns \
                       WHERE table_schema = $1 AND table_name = $2 AND is_identity = 'NO'";
            let rows = sqlx::query(sql).bind(table.domain).bind(table.name).fetch_all(&mut database).await;
            let columns: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
            run(&mut database, &table.fill(&columns, &DIALECT)).await;
            run(&mut database, &format!("VACUUM ANALYZE {}", table.name)).await;
        }
        let name: String =
            sqlx::query_scalar("SELECT current_database()").fetch_one(&mut database).await.unwrap();
        for setting in [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_analyze = on",
            "auto_explain.log_timing = off",
            "auto_explain.log_nested_statements = on",
            "auto_explain.log_format = json",
            "auto_explain.log_level = notice",
        ] {
            run(&mut database, &format!("ALTER DATABASE {name} SET {setting}")).await;
        }
        database.close().await.unwrap();
        Self
    }
}

async fn run(database: &mut PgConnection, sql: &str) {
    let done = database.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

#[async_trait::async_trait]
impl Judge for Plans {
    async fn faults(&mut self, lines: &[Value], _: Asked<'_>) -> Vec<String> {
        let notices = lines.iter().filter(|line| line["target"] == "sqlx::postgres::notice");
        let mut looked_at = 0;
        let mut faults = Vec::new();
        for notice in notices {
            let Some((_, plan)) = notice["message"].as_str().and_then(|text| text.split_once("plan:\n"))
            else {
                continue;
            };
            let told: Value = serde_json::from_str(plan).unwrap();
            looked_at += look(&told["Plan"], &told["Query Text"], &mut faults);
        }
        if looked_at == 0 {
            faults.push("no plan was told of it".to_owned());
        }
        faults
    }
}

/// How many scans of seeded tables are in this plan.
fn look(plan: &Value, statement: &Value, faults: &mut Vec<String>) -> usize {
    let number = |name: &str| plan[name].as_f64().unwrap_or_default();
    let read = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"].map(number);
    let rows = read.iter().sum::<f64>() * number("Actual Loops");
    let table = plan["Relation Name"].as_str();
    let seeded = table.is_some_and(|name| TABLES.iter().any(|table| table.name == name));
    let node = plan["Node Type"].as_str().unwrap_or_default();
    let index = node.contains("Index");
    if (seeded || index) && rows > MOST_ROWS || seeded && node == "Seq Scan" {
        faults.push(format!("{node} read {rows} rows of {table:?}: {plan} for {statement}"));
    }
    let below = plan["Plans"].as_array().into_iter().flatten();
    usize::from(seeded) + below.map(|plan| look(plan, statement, faults)).sum::<usize>()
}
