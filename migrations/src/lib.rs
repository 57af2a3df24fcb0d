//! Every table there is: a folder a domain, each with its own list, history table and schema. Migrations expand,
//! deploy, contract; they run at start or alone with `insula migrate`.

mod ddl;
mod domains;
mod postgres;
mod run;
mod search;

pub use domains::{DOMAINS, Migration, of, platform_tables};
pub use postgres::provision_sql;
pub use run::{Error, migrate_postgres, migrate_sqlite};
