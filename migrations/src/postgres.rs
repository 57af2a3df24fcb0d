//! What must be there before the first migration: for each domain a schema, an owner role for migrations, a runtime
//! role with rights on that schema alone, and a system role for the platform's tables; and the extensions of search.

pub const EXTENSIONS: [&str; 2] = ["btree_gin", "pg_trgm"];

/// For an administrator to run where the login role may not create roles. `login` is who Insula connects as.
pub fn provision_sql(login: &str, domains: &[&str]) -> String {
    let login = format!("\"{}\"", login.replace('"', "\"\""));
    let mut sql = format!(
        "-- The login role must be able to become the roles below, and inherit none of them:\n\
         --   CREATE ROLE {login} LOGIN NOINHERIT PASSWORD '…';\n",
    );
    // Those of search; both are trusted, so the right to create in the database is enough.
    for extension in EXTENSIONS {
        sql.push_str(&format!("CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public;\n"));
    }
    for domain in domains {
        for role in roles(domain) {
            sql.push_str(&format!(
                "DO $$ BEGIN CREATE ROLE {role} NOLOGIN; \
                 EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;\n"
            ));
        }
        let [owner, runtime, system] = roles(domain);
        sql.push_str(&format!(
            "GRANT {owner}, {runtime}, {system} TO {login};\n\
             CREATE SCHEMA IF NOT EXISTS {domain};\n\
             ALTER SCHEMA {domain} OWNER TO {owner};\n\
             GRANT USAGE ON SCHEMA {domain} TO {runtime}, {system};\n"
        ));
    }
    sql
}

fn roles(domain: &str) -> [String; 3] {
    [format!("insula_{domain}_owner"), format!("insula_{domain}"), format!("insula_{domain}_system")]
}
