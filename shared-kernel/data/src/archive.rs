//! What a tenant takes along and what is erased of it, over the tables as their domain declares them: one way for all
//! domains, and always through the tenant. Each call is a bounded piece with a transaction of its own, so whoever goes
//! through all of it may be stopped anywhere and go on.

use crate::databases::Databases;
use crate::error::Error;
use crate::tables::{Class, Column, ERASED, Form, KERNEL_TABLES, Of, Table, WhenErased};
use crate::unit::Unit;
use chrono::{DateTime, Duration, NaiveDate, SecondsFormat, Utc};
use kernel::{Ctx, UserId};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

const PAGE: usize = 200;
const BATCH: u64 = 1_000;

/// A domain's tables, to be read and erased as a whole.
#[derive(Clone)]
pub struct TableArchive {
    databases: Databases,
    tables: &'static [Table],
}

/// Whom rows concern: by their id, and by the address they have. The name is looked for in what is on its way alone.
#[derive(Clone, Debug)]
pub struct Whom {
    pub id: UserId,
    pub address: Option<String>,
    /// Since when it is somebody else's: only rows from before are theirs by it.
    pub address_until: Option<DateTime<Utc>>,
    pub name: Option<String>,
}

/// Each row is a JSON object in text.
pub struct ArchivedRows {
    pub rows: Vec<String>,
    /// After which the next page begins.
    pub next: Option<Uuid>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedRows {
    pub rows: u64,
    pub more: bool,
    /// Work that names them is not done yet, and may write of them.
    pub waits: bool,
}

/// Work that is to be done later than this is not waited for.
const WAITED_FOR: Duration = Duration::hours(1);

impl TableArchive {
    pub fn new(databases: Databases, tables: &'static [Table]) -> Self {
        Self { databases, tables }
    }

    pub fn tables(&self) -> &'static [Table] {
        self.tables
    }

    pub fn find(&self, name: &str) -> Option<&'static Table> {
        self.tables.iter().chain(KERNEL_TABLES).find(|table| table.name == name)
    }

    /// In the order of the rows' ids. The deleted too: they are there until they are erased.
    pub async fn read(
        &self,
        ctx: &Ctx,
        table: &Table,
        whom: Option<&Whom>,
        after: Uuid,
    ) -> Result<ArchivedRows, Error> {
        let none = ArchivedRows { rows: Vec::new(), next: None };
        if !table.is_exported() {
            return Ok(none);
        }
        let mut values: Vec<Value> = vec![ctx.tenant().into(), after.into()];
        let concerning = match whom.map(|whom| concerning(table, whom, &mut values)) {
            Some(None) => return Ok(none),
            Some(Some(condition)) => format!(" AND ({condition})"),
            None => String::new(),
        };
        let columns: Vec<Column> = match whom {
            Some(_) => table.exported_to_person().collect(),
            None => table.exported().collect(),
        };
        let selected: Vec<String> = columns.iter().map(selected).collect();
        let sql = format!(
            "SELECT {} FROM \"{}\" WHERE tenant_id = $1 AND public_id > $2{concerning} ORDER BY public_id LIMIT {}",
            selected.join(", "),
            table.name,
            PAGE + 1,
        );
        let read = self.databases.read(ctx).await?;
        let backend = read.connection().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let mut found = read.connection().query_all_raw(statement).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| more).map(|row| row.try_get::<Uuid>("", "public_id"));
        let rows = found.iter().map(|row| object(row, &columns)).collect::<Result<_, _>>()?;
        Ok(ArchivedRows { rows, next: last.transpose()? })
    }

    pub async fn count(&self, ctx: &Ctx, table: &Table) -> Result<u64, Error> {
        if table.of == Of::Platform {
            return Ok(0);
        }
        let sql = format!("SELECT count(*) AS rows_there FROM \"{}\" WHERE tenant_id = $1", table.name);
        let read = self.databases.read(ctx).await?;
        let backend = read.connection().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, [ctx.tenant().into()]);
        let row = read.connection().query_one_raw(statement).await?;
        let count: i64 = row.map(|row| row.try_get("", "rows_there")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// A batch of what is personal in rows that are about them. The rows stay.
    pub async fn erase_person(&self, ctx: &Ctx, table: &Table, whom: &Whom) -> Result<ErasedRows, Error> {
        if table.of == Of::Passing {
            return self.erase_passing(ctx, table, whom).await;
        }
        let nothing = ErasedRows::default();
        let erasable = table.columns().filter_map(|column| match column.when_erased() {
            Some(WhenErased::Null) => Some((column.name, "NULL".to_owned(), "IS NOT NULL".to_owned())),
            Some(WhenErased::Word) => Some((column.name, format!("'{ERASED}'"), format!("<> '{ERASED}'"))),
            _ => None,
        });
        let erasable: Vec<_> = erasable.collect();
        let mut values: Vec<Value> = vec![ctx.tenant().into()];
        let Some(condition) = concerning(table, whom, &mut values) else { return Ok(nothing) };
        if erasable.is_empty() || table.of != Of::Tenant {
            return Ok(nothing);
        }
        let set: Vec<_> = erasable.iter().map(|(name, value, _)| format!("\"{name}\" = {value}")).collect();
        let left: Vec<_> = erasable.iter().map(|(name, _, still)| format!("\"{name}\" {still}")).collect();
        let change = format!("UPDATE \"{}\" SET {}", table.name, set.join(", "));
        let which = format!("({condition}) AND ({})", left.join(" OR "));
        let unit = self.databases.write(ctx).await?;
        let rows = self.batch(&unit, &change, table.name, &which, values).await?;
        unit.commit(ErasedRows { rows, more: rows == BATCH, waits: false }).await
    }

    /// What is on its way says by no column whose it is. Of what is done, all goes that names them; of what is not, it is told
    /// that it is there.
    async fn erase_passing(&self, ctx: &Ctx, table: &Table, whom: &Whom) -> Result<ErasedRows, Error> {
        let mut values: Vec<Value> = vec![ctx.tenant().into()];
        let (which, waiting) = match table.name {
            "idempotency_keys" => {
                values.push(format!("user:{}", whom.id).into());
                ("actor = $2".to_owned(), None)
            }
            "messages" => {
                let mut named = vec![holds(&mut values, "lower(payload)", &whom.id.to_string())];
                if let Some(address) = &whom.address {
                    let quoted = Json::from(address.to_ascii_lowercase()).to_string();
                    let held = holds(&mut values, "lower(payload)", &quoted);
                    named.push(while_theirs(held, whom, &mut values));
                }
                let (waiting, mut bound) = (named.join(" OR "), values.clone());
                bound.push((ctx.now() + WAITED_FOR).into());
                let waiting = format!("({waiting}) AND run_at < ${}", bound.len());
                if let Some(name) = &whom.name {
                    named.push(holds(&mut values, "payload", &Json::from(name.as_str()).to_string()));
                }
                let which = format!("status IN ('done', 'cancelled') AND ({})", named.join(" OR "));
                (which, Some((waiting, bound)))
            }
            _ => return Ok(ErasedRows::default()),
        };
        let unit = self.databases.write(ctx).await?;
        let change = format!("DELETE FROM \"{}\"", table.name);
        let rows = self.batch(&unit, &change, table.name, &which, values).await?;
        let waits = match waiting {
            None => false,
            Some((named, values)) => {
                let sql = format!(
                    "SELECT tenant_id FROM \"{}\" WHERE tenant_id = $1 \
                     AND status IN ('queued', 'retrying', 'leased') AND {named} LIMIT 1",
                    table.name
                );
                let backend = unit.connection().get_database_backend();
                let statement = Statement::from_sql_and_values(backend, sql, values);
                unit.connection().query_one_raw(statement).await?.is_some()
            }
        };
        unit.commit(ErasedRows { rows, more: rows == BATCH, waits }).await
    }

    /// A batch of the tenant's rows of a table. Tables that others point at come after those.
    pub async fn erase(&self, ctx: &Ctx, table: &Table) -> Result<ErasedRows, Error> {
        if table.of == Of::Platform {
            return Ok(ErasedRows::default());
        }
        let unit = self.databases.write(ctx).await?;
        for column in table.loops {
            let change = format!("UPDATE \"{}\" SET \"{column}\" = NULL", table.name);
            let which = format!("\"{column}\" IS NOT NULL");
            if self.batch(&unit, &change, table.name, &which, vec![ctx.tenant().into()]).await? > 0 {
                return unit.commit(ErasedRows { more: true, ..ErasedRows::default() }).await;
            }
        }
        let rows = match table.of {
            Of::Ledger => self.erase_ledger(&unit, ctx, table).await?,
            _ => self.delete(&unit, ctx, table).await?,
        };
        unit.commit(ErasedRows { rows, more: rows == BATCH, waits: false }).await
    }

    /// A ledger lets go of a tenant's rows only in a transaction that says it is erasing that tenant. The mark is gone when the
    /// transaction ends.
    async fn erase_ledger(&self, unit: &Unit, ctx: &Ctx, table: &Table) -> Result<u64, Error> {
        let mark = "INSERT INTO erasures (tenant_id, ordered_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.execute(unit, mark, vec![ctx.tenant().into(), ctx.now().into()]).await?;
        let rows = if self.databases.is_postgres() {
            let sql = format!("SELECT {}_erase({BATCH}) AS erased", table.name);
            let backend = unit.connection().get_database_backend();
            let row = unit.connection().query_one_raw(Statement::from_string(backend, sql)).await?;
            let erased: i64 = row.map(|row| row.try_get("", "erased")).transpose()?.unwrap_or(0);
            u64::try_from(erased).unwrap_or(0)
        } else {
            self.delete(unit, ctx, table).await?
        };
        self.execute(unit, "DELETE FROM erasures WHERE tenant_id = $1", vec![ctx.tenant().into()]).await?;
        Ok(rows)
    }

    async fn delete(&self, unit: &Unit, ctx: &Ctx, table: &Table) -> Result<u64, Error> {
        let change = format!("DELETE FROM \"{}\"", table.name);
        self.batch(unit, &change, table.name, "1 = 1", vec![ctx.tenant().into()]).await
    }

    /// Changes at most a batch of the tenant's rows of which this is true; `$1` is the tenant.
    async fn batch(
        &self,
        unit: &Unit,
        change: &str,
        table: &str,
        which: &str,
        values: Vec<Value>,
    ) -> Result<u64, Error> {
        let key = if self.databases.is_postgres() { "ctid" } else { "rowid" };
        let sql = format!(
            "{change} WHERE tenant_id = $1 AND {key} IN \
             (SELECT {key} FROM \"{table}\" WHERE tenant_id = $1 AND {which} LIMIT {BATCH})"
        );
        self.execute(unit, &sql, values).await
    }

    async fn execute(&self, unit: &Unit, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
        let backend = unit.connection().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        Ok(unit.connection().execute_raw(statement).await?.rows_affected())
    }
}

/// What makes a row theirs; `None` where nothing in the table does.
fn concerning(table: &Table, whom: &Whom, values: &mut Vec<Value>) -> Option<String> {
    let mut parts = Vec::new();
    for column in table.columns() {
        match (column.class, &whom.address) {
            (Class::Person, _) => {
                values.push(whom.id.into());
                parts.push(format!("\"{}\" = ${}", column.name, values.len()));
            }
            (Class::Via(via), _) => {
                values.push(whom.id.into());
                parts.push(format!(
                    "\"{}\" IN (SELECT public_id FROM \"{}\" WHERE tenant_id = $1 AND \"{}\" = ${})",
                    column.name,
                    via.table,
                    via.person,
                    values.len(),
                ));
            }
            (Class::Address(..), Some(address)) => {
                values.push(address.to_lowercase().into());
                let equal = format!("lower(\"{}\") = ${}", column.name, values.len());
                parts.push(while_theirs(equal, whom, values));
            }
            _ => {}
        }
    }
    let theirs = (!parts.is_empty()).then(|| parts.join(" OR "))?;
    Some(match table.anothers_by {
        Some(column) => format!("({theirs}) AND \"{column}\" IS NULL"),
        None => theirs,
    })
}

/// Every table that has somebody's address has `created_at`.
fn while_theirs(by_address: String, whom: &Whom, values: &mut Vec<Value>) -> String {
    let Some(until) = whom.address_until else { return by_address };
    values.push(until.into());
    format!("({by_address} AND created_at < ${})", values.len())
}

/// Whether this is in that text; each of its characters means itself.
fn holds(values: &mut Vec<Value>, text: &str, part: &str) -> String {
    let part = part.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    values.push(format!("%{part}%").into());
    format!("{text} LIKE ${} ESCAPE '!'", values.len())
}

/// The two databases give the same types for it.
fn selected(column: &Column) -> String {
    let name = column.name;
    match column.form {
        Form::Number => format!("CAST(\"{name}\" AS BIGINT) AS \"{name}\""),
        Form::Json => format!("CAST(\"{name}\" AS TEXT) AS \"{name}\""),
        _ => format!("\"{name}\""),
    }
}

fn object(row: &QueryResult, columns: &[Column]) -> Result<String, Error> {
    let fields = columns.iter().map(|column| Ok((column.name.to_owned(), value(row, column)?)));
    let fields: serde_json::Map<String, Json> = fields.collect::<Result<_, Error>>()?;
    serde_json::to_string(&fields).map_err(Error::internal)
}

fn value(row: &QueryResult, column: &Column) -> Result<Json, Error> {
    let name = column.name;
    let value = match column.form {
        Form::Id => row.try_get::<Option<Uuid>>("", name)?.map(|id| Json::from(id.to_string())),
        Form::Text => row.try_get::<Option<String>>("", name)?.map(Json::from),
        // What cannot be read as JSON is given as the text that it is.
        Form::Json => row
            .try_get::<Option<String>>("", name)?
            .map(|text| serde_json::from_str(&text).unwrap_or_else(|_| Json::from(text))),
        Form::Number => row.try_get::<Option<i64>>("", name)?.map(Json::from),
        Form::Flag => row.try_get::<Option<bool>>("", name)?.map(Json::from),
        Form::Time => row
            .try_get::<Option<DateTime<Utc>>>("", name)?
            .map(|time| Json::from(time.to_rfc3339_opts(SecondsFormat::Micros, true))),
        Form::Date => row.try_get::<Option<NaiveDate>>("", name)?.map(|date| Json::from(date.to_string())),
        Form::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.map(|bytes| Json::from(hex(&bytes))),
    };
    Ok(value.unwrap_or(Json::Null))
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}
