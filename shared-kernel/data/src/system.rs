//! The second door: across tenants, for a short, reasoned list of platform tables (credential lookup, claiming
//! messages, the tenant directory). PostgreSQL gives its role rights on those tables alone.

use crate::connection::Connection;
use crate::databases::Databases;
use crate::entity::PlatformEntity;
use crate::error::Error;
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use sea_orm::{QueryResult, Select, Statement, UpdateMany, Value};

pub struct System {
    connection: Connection,
    databases: Databases,
}

impl System {
    pub(crate) fn new(connection: Connection, databases: Databases) -> Self {
        Self { connection, databases }
    }

    pub fn is_postgres(&self) -> bool {
        self.databases.is_postgres()
    }

    /// A kernel table, with its schema on PostgreSQL.
    pub fn table(&self, name: &str) -> String {
        self.databases.table(name)
    }

    pub async fn one<E: PlatformEntity>(&self, select: Select<E>) -> Result<Option<E::Model>, Error> {
        Ok(select.one(&self.connection).await?)
    }

    pub async fn all<E: PlatformEntity>(&self, select: Select<E>) -> Result<Vec<E::Model>, Error> {
        Ok(select.all(&self.connection).await?)
    }

    pub async fn insert<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model, Error>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        A::Entity: PlatformEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        Ok(row.insert(&self.connection).await?)
    }

    pub async fn update<E: PlatformEntity>(&self, update: UpdateMany<E>) -> Result<u64, Error> {
        Ok(update.exec(&self.connection).await?.rows_affected)
    }

    pub async fn query_all(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
        Ok(self.connection.query_all_raw(self.statement(sql, values)).await?)
    }

    pub async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
        Ok(self.connection.execute_raw(self.statement(sql, values)).await?.rows_affected())
    }

    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.connection.commit().await?)
    }

    fn statement(&self, sql: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.connection.get_database_backend(), sql, values)
    }
}
