//! One text for both backends. It is PostgreSQL's; for SQLite a few type names change. Lines that begin with
//! `-- postgres:` or `-- sqlite:` are for one of them. Seven directives stand after their table:
//! - `@tenant_table t`: row-level security, forced; the runtime role may read and write its tenant's rows.
//! - `@ledger_table t`: the same, but rows are never updated or deleted.
//! - `@platform_table t`: belongs to no tenant; the runtime and the system role may read and write.
//! - `@platform_tenant_table t`: a tenant's table that the system door leads to as well.
//! - `@search_table t a b`: its `search_text` is searched, also together with a filter on the columns `a` and `b`, or
//!   `b:uuid` where one is no text; what that takes is in `search.rs`.
//! - `@search_anew t a b`: the same for a table that is marked already, as that is done by now; `@search_function t a b`
//!   leaves the index.
//! - `@erasable_ledger t`: of a ledger that is marked already: its rows of a tenant go where `erasures` has a row of that tenant,
//!   as it has while the tenant is erased and in no other transaction.

use crate::search;

/// The statements for PostgreSQL, where the domain's roles are known.
pub fn for_postgres(domain: &str, sql: &str) -> String {
    let lines = sql.lines().filter(|line| !line.starts_with("-- sqlite:"));
    lines.map(|line| postgres_line(domain, line)).collect::<Vec<_>>().join("\n")
}

pub fn for_sqlite(sql: &str) -> String {
    let lines = sql.lines().filter(|line| !line.starts_with("-- postgres:"));
    lines.map(sqlite_line).collect::<Vec<_>>().join("\n")
}

pub const TENANT: &str = "nullif(current_setting('app.tenant_id', true), '')::uuid";

fn postgres_line(domain: &str, line: &str) -> String {
    if let Some(rest) = line.strip_prefix("-- postgres:") {
        return rest.to_owned();
    }
    let Some((directive, table)) = directive(line) else { return line.to_owned() };
    let system = match directive {
        Directive::PlatformTenant => format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO insula_{domain}_system;\n\
             CREATE POLICY system ON {table} TO insula_{domain}_system USING (true) WITH CHECK (true);"
        ),
        Directive::Platform => {
            return format!(
                "GRANT SELECT, INSERT, UPDATE ON {table} TO insula_{domain}, insula_{domain}_system;"
            );
        }
        Directive::Search => return search::on_postgres(domain, table),
        Directive::SearchAnew => return search::anew_on_postgres(domain, table),
        Directive::SearchFunction => return search::function_on_postgres(domain, table),
        Directive::ErasableLedger => return erasing_function(domain, table),
        Directive::Tenant | Directive::Ledger => String::new(),
    };
    let rights = match directive {
        Directive::Ledger => "SELECT, INSERT",
        _ => "SELECT, INSERT, UPDATE, DELETE",
    };
    format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n\
         ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n\
         GRANT {rights} ON {table} TO insula_{domain};\n\
         CREATE POLICY tenant ON {table} TO insula_{domain} USING (tenant_id = {TENANT}) \
         WITH CHECK (tenant_id = {TENANT});\n\
         CREATE POLICY owner ON {table} TO insula_{domain}_owner USING (true) WITH CHECK (true);\n{system}"
    )
}

fn sqlite_line(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("-- sqlite:") {
        return rest.to_owned();
    }
    match directive(line) {
        Some((Directive::Ledger, table)) => {
            ["UPDATE", "DELETE"].map(|verb| append_only(table, verb)).join("\n")
        }
        Some((Directive::Search, table)) => search::on_sqlite(table),
        Some((Directive::ErasableLedger, table)) => erasing_trigger(table),
        Some(_) => String::new(),
        None => line
            .replace("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")
            .split_inclusive(|character: char| !character.is_ascii_alphanumeric())
            .map(sqlite_type)
            .collect(),
    }
}

fn append_only(table: &str, verb: &str) -> String {
    format!(
        "CREATE TRIGGER {table}_no_{} BEFORE {verb} ON {table} \
         BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;",
        verb.to_lowercase()
    )
}

fn erasing_trigger(table: &str) -> String {
    format!(
        "DROP TRIGGER {table}_no_delete;\n\
         CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} \
         WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) \
         BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
    )
}

/// Of the owner's, since the runtime role may not delete there: of the transaction's own tenant alone, and a batch at a time.
fn erasing_function(domain: &str, table: &str) -> String {
    format!(
        "CREATE FUNCTION {table}_erase(most BIGINT) RETURNS BIGINT LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {domain}, pg_temp AS $body$
DECLARE
  erased BIGINT;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = {TENANT}) THEN
    RAISE EXCEPTION '{table} is append-only';
  END IF;
  DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE tenant_id = {TENANT} LIMIT most);
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $body$;
REVOKE ALL ON FUNCTION {table}_erase(BIGINT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {table}_erase(BIGINT) TO insula_{domain};"
    )
}

/// A word with the character that ends it.
fn sqlite_type(word: &str) -> String {
    let end = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric()).len();
    let (name, rest) = word.split_at(end);
    let name = match name {
        "UUID" | "BYTEA" => "BLOB",
        "TIMESTAMPTZ" | "JSONB" | "DATE" => "TEXT",
        other => other,
    };
    format!("{name}{rest}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Tenant,
    Ledger,
    Platform,
    PlatformTenant,
    Search,
    SearchAnew,
    SearchFunction,
    ErasableLedger,
}

fn directive(line: &str) -> Option<(Directive, &str)> {
    let (word, table) = line.strip_prefix('@')?.split_once(' ')?;
    let directive = match word {
        "tenant_table" => Directive::Tenant,
        "ledger_table" => Directive::Ledger,
        "platform_table" => Directive::Platform,
        "platform_tenant_table" => Directive::PlatformTenant,
        "search_table" => Directive::Search,
        "search_anew" => Directive::SearchAnew,
        "search_function" => Directive::SearchFunction,
        "erasable_ledger" => Directive::ErasableLedger,
        _ => return None,
    };
    Some((directive, table.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_serves_both_backends() {
        let sql = "CREATE TABLE t (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, public_id UUID, at TIMESTAMPTZ);\n\
                   -- postgres:CREATE INDEX p ON t USING gin (x);\n-- sqlite:CREATE INDEX s ON t (x);\n@ledger_table t";
        let sqlite = for_sqlite(sql);
        assert!(sqlite.contains("id INTEGER PRIMARY KEY AUTOINCREMENT, public_id BLOB, at TEXT"), "{sqlite}");
        assert!(sqlite.contains("INDEX s") && !sqlite.contains("INDEX p"), "{sqlite}");
        assert!(sqlite.contains("BEFORE UPDATE ON t") && sqlite.contains("BEFORE DELETE ON t"), "{sqlite}");
        let postgres = for_postgres("billing", sql);
        assert!(postgres.contains("INDEX p") && !postgres.contains("INDEX s"), "{postgres}");
        assert!(postgres.contains("FORCE ROW LEVEL SECURITY"), "{postgres}");
        assert!(postgres.contains("GRANT SELECT, INSERT ON t TO insula_billing;"), "{postgres}");
    }

    #[test]
    fn a_ledger_lets_go_of_a_tenant_that_is_being_erased_and_of_nothing_else() {
        let sqlite = for_sqlite("@erasable_ledger t");
        assert!(
            sqlite.contains("DROP TRIGGER t_no_delete;") && sqlite.contains("tenant_id = OLD.tenant_id"),
            "{sqlite}"
        );
        let postgres = for_postgres("billing", "@erasable_ledger t");
        assert!(postgres.contains("SECURITY DEFINER") && postgres.contains("FROM PUBLIC"), "{postgres}");
        assert!(postgres.contains("TO insula_billing;") && !postgres.contains("_system"), "{postgres}");
    }
}
