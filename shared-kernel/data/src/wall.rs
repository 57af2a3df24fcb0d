//! SQLite has no row-level security. In debug builds, so in every test, each statement is read before it runs: one on
//! a tenant's table that does not name `tenant_id`, or one through the system door on a table that is not on the
//! platform's list, fails. In release builds the types of [`Tx`](crate::Tx) are the wall.

use std::collections::BTreeSet;

/// Through which door a connection was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    Tenant,
    System,
}

#[derive(Debug, Default)]
pub(crate) struct Wall {
    pub tenant_tables: BTreeSet<String>,
    /// What the system door may name.
    pub platform_tables: BTreeSet<String>,
}

impl Wall {
    pub fn check(&self, door: Door, sql: &str) -> Result<(), String> {
        let named: Vec<&str> = words(sql).collect();
        for table in named.iter().filter(|word| self.tenant_tables.contains(**word)) {
            match door {
                Door::System if !self.platform_tables.contains(*table) => {
                    return Err(format!(
                        "the system door does not lead to `{table}`: read it through a tenant, or declare it a \
                         platform table with a reason"
                    ));
                }
                Door::Tenant if !named.contains(&"tenant_id") => {
                    return Err(format!(
                        "a statement on `{table}` leaves the tenant out: use tx.find, tx.sql(sql!(…)) or \
                         databases.system: {sql}"
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(door: Door, sql: &str, expected: Result<(), &str>) {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let wall =
            Wall { tenant_tables: set(&["invoices", "messages"]), platform_tables: set(&["messages"]) };
        match (wall.check(door, sql), expected) {
            (Ok(()), Ok(())) => {}
            (Err(said), Err(fragment)) if said.contains(fragment) => {}
            (said, expected) => panic!("{sql}: {said:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn a_statement_without_the_tenant_is_refused() {
        check(Door::Tenant, "SELECT id FROM \"invoices\" WHERE tenant_id = $1", Ok(()));
        check(Door::Tenant, "SELECT id FROM \"invoices\"", Err("leaves the tenant out"));
        check(Door::Tenant, "DELETE FROM invoices WHERE id = 1", Err("leaves the tenant out"));
        check(Door::System, "SELECT id FROM messages", Ok(()));
        check(Door::System, "SELECT id FROM invoices WHERE tenant_id = $1", Err("system door"));
    }
}
