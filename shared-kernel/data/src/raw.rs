//! Raw SQL that cannot forget its tenant: `$1` is always the tenant, bound by the door, and a text that does not
//! compare or insert it does not compile.

use crate::error::Error;
use crate::tx::Tx;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

/// A text that was checked by [`sql!`](crate::sql).
#[derive(Clone, Copy, Debug)]
pub struct TenantSql(&'static str);

impl TenantSql {
    #[doc(hidden)]
    pub const fn checked(text: &'static str) -> Self {
        assert!(
            contains(text, "tenant_id = $1")
                || (contains(text, "INSERT INTO") && contains(text, "tenant_id")),
            "this SQL leaves the tenant out: compare `tenant_id = $1`, or insert `tenant_id` as `$1`"
        );
        assert!(contains(text, "$1"), "this SQL does not bind `$1`, the tenant");
        Self(text)
    }
}

/// Checks at compile time that the text names its tenant.
/// ```
/// data::sql!("SELECT name FROM customers WHERE tenant_id = $1 AND public_id = $2");
/// ```
/// ```compile_fail,E0080
/// data::sql!("SELECT name FROM customers WHERE public_id = $2");
/// ```
/// To name the column is not enough:
/// ```compile_fail,E0080
/// data::sql!("SELECT tenant_id FROM customers WHERE public_id = $2");
/// ```
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        const CHECKED: $crate::TenantSql = $crate::TenantSql::checked($text);
        CHECKED
    }};
}

const fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut offset = 0;
        while offset < part.len() && text[start + offset] == part[offset] {
            offset += 1;
        }
        if offset == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

#[must_use = "nothing runs until one, all or exec"]
pub struct Raw<'a> {
    tx: &'a Tx,
    sql: TenantSql,
    values: Vec<Value>,
}

impl<'a> Raw<'a> {
    pub(crate) fn new(tx: &'a Tx, sql: TenantSql) -> Self {
        Self { tx, sql, values: vec![tx.tenant().into()] }
    }

    /// The next placeholder's value, from `$2` on.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub async fn one<T: FromQueryResult>(self) -> Result<Option<T>, Error> {
        let row = self.tx.connection().query_one_raw(self.statement()).await?;
        Ok(row.map(|row| T::from_query_result(&row, "")).transpose()?)
    }

    pub async fn all<T: FromQueryResult>(self) -> Result<Vec<T>, Error> {
        let rows = self.tx.connection().query_all_raw(self.statement()).await?;
        Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }

    /// The number of rows it touched.
    pub async fn exec(self) -> Result<u64, Error> {
        Ok(self.tx.connection().execute_raw(self.statement()).await?.rows_affected())
    }

    fn statement(&self) -> Statement {
        let backend = self.tx.connection().get_database_backend();
        Statement::from_sql_and_values(backend, self.sql.0, self.values.iter().cloned())
    }
}
