//! A catalogue of any size, written by SQL: copies of one item that was made and received through the API, so that the
//! books hold. Ten movements an item, each round of them over all items, as a year of deliveries is: those of one item
//! lie far apart. Ids and codes follow from the number of an item, so nobody has to keep them.

use crate::house::{House, Storage};
use crate::setup::{Api, text};
use crate::{Failure, say};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use uuid::Uuid;

pub const MOVEMENTS_AN_ITEM: u64 = 10;
/// Items of the small category, which are those with the seldom word; as many at every size, a page of them.
pub const FEW: u64 = 25;
/// Every second item is of it.
pub const LARGE_CATEGORY: &str = "Bearings";
pub const SMALL_CATEGORY: &str = "Specials";
const OTHER_CATEGORY: &str = "Rollers";
pub const SELDOM: &str = "zirconia";
pub const EVERYWHERE: &str = "galvanised";

const FIRST_ID: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;
const FIRST_SECOND: i64 = 1_577_836_800;
/// Odd, so that by it all numbers of 32 bits are mixed up, each another one.
const MIXING: u64 = 2_654_435_761;

pub fn id(number: u64) -> Uuid {
    Uuid::from_u128(FIRST_ID + u128::from(number))
}

/// Of an item. Not its number in decimals: nearly all texts would share their trigrams.
pub fn sku(number: u64) -> String {
    format!("PART-{:08X}", number * MIXING % (1 << 32))
}

/// Of the thing with this number; of an item's movement, the items and the movements before it are counted.
pub fn created_at(number: u64) -> Result<DateTime<Utc>, Failure> {
    let first = DateTime::from_timestamp(FIRST_SECOND, 1_000).ok_or("no such time")?;
    Ok(first + Duration::seconds(i64::try_from(number)?))
}

/// The items whose copies the others are, and their categories; only the first has stock.
pub async fn originals(api: &Api) -> Result<(), Failure> {
    for (number, category) in [LARGE_CATEGORY, SMALL_CATEGORY, OTHER_CATEGORY].iter().enumerate() {
        let item = json!({
            "sku": format!("ORIGINAL-{number}"), "name": "As the others", "category": category, "unit": "each",
            "unit_cost": { "amount": 1800, "currency": "USD" }, "reorder_level": "12.5",
        });
        let id = text(&api.post("/inventory/items", item).await?, "id")?;
        if number == 0 {
            api.post(&format!("/inventory/items/{id}/receipts"), json!({ "quantity": "10" })).await?;
        }
    }
    Ok(())
}

/// A table, and what differs there from row to row. `{item}` is the number of the item, `{movement}` that of the movement,
/// `{round}` which of the item's it is.
struct Table {
    name: &'static str,
    rounds: u64,
    differing: &'static [(&'static str, &'static str)],
}

const ITEM_ID: (&str, &str) = ("item_id", "{id of item}");
const OF_ITEM: [(&str, &str); 4] =
    [("public_id", "{id of item}"), ITEM_ID, ("on_hand", "10000000"), ("created_at", "{time of item}")];
const TABLES: [Table; 5] = [
    Table {
        name: "items",
        rounds: 1,
        differing: &[
            ("public_id", "{id of item}"),
            ("sku", "'PART-' || {code}"),
            ("name", "'Part, galvanised' || {word}"),
            ("category", "{category}"),
            ("external_id", "'shop-' || {item}"),
            // As the program writes it.
            (
                "search_text",
                "lower('part-' || {code} || '\npart, galvanised' || {word} || '\nshop-' || {item})",
            ),
            ("created_at", "{time of item}"),
        ],
    },
    Table {
        name: "stock_levels",
        rounds: 1,
        differing: &[OF_ITEM[0], ITEM_ID, OF_ITEM[2], ("next_sequence", "11"), OF_ITEM[3]],
    },
    Table { name: "warehouse_levels", rounds: 1, differing: &OF_ITEM },
    Table { name: "bins", rounds: 1, differing: &OF_ITEM },
    Table {
        name: "movements",
        rounds: MOVEMENTS_AN_ITEM,
        differing: &[
            ("public_id", "{id of movement}"),
            ITEM_ID,
            ("sequence", "{round}"),
            ("quantity", "1000000"),
            ("happened_at", "{time of movement}"),
            ("created_at", "{time of movement}"),
        ],
    },
];

/// How a backend writes what is computed, `{0}` being a number.
struct Dialect {
    numbers: &'static str,
    id: &'static str,
    time: &'static str,
    code: &'static str,
}

/// The microsecond is there so that SQLite's text of a time has one length, as the program writes it.
const POSTGRES: Dialect = Dialect {
    numbers: "generate_series(1, {items}::BIGINT) AS numbers (n)",
    id: "('01900000-0000-7000-8000-' || lpad(to_hex({0}), 12, '0'))::UUID",
    time: "TIMESTAMPTZ '2020-01-01 00:00:00.000001+00' + {0} * INTERVAL '1 second'",
    code: "upper(lpad(to_hex({0} * 2654435761 % 4294967296), 8, '0'))",
};
const SQLITE: Dialect = Dialect {
    numbers: "(WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {items}) \
              SELECT n FROM counted) numbers",
    id: "unhex('01900000000070008000' || printf('%012x', {0}))",
    time: "strftime('%Y-%m-%dT%H:%M:%S.000001+00:00', 1577836800 + {0}, 'unixepoch')",
    code: "printf('%08X', {0} * 2654435761 % 4294967296)",
};

impl Table {
    fn fill(&self, columns: &[String], dialect: &Dialect, items: u64, round: u64) -> String {
        let item = "numbers.n".to_owned();
        let movement = format!("({} + numbers.n)", (round - 1) * items);
        let since = format!("({} + numbers.n)", round * items);
        let few = format!("numbers.n % {} = 0", items / FEW);
        let values = [
            ("{id of item}", dialect.id.replace("{0}", &item)),
            ("{id of movement}", dialect.id.replace("{0}", &movement)),
            ("{time of item}", dialect.time.replace("{0}", &item)),
            ("{time of movement}", dialect.time.replace("{0}", &since)),
            ("{code}", dialect.code.replace("{0}", &item)),
            ("{word}", format!("CASE WHEN {few} THEN ', {SELDOM}' ELSE '' END")),
            (
                "{category}",
                format!(
                    "CASE WHEN {few} THEN '{SMALL_CATEGORY}' WHEN numbers.n % 2 = 1 THEN '{LARGE_CATEGORY}' \
                     ELSE '{OTHER_CATEGORY}' END"
                ),
            ),
            ("{item}", item),
            ("{round}", round.to_string()),
        ];
        let value = |column: &String| match self.differing.iter().find(|(name, _)| name == column) {
            Some((_, template)) => {
                values.iter().fold((*template).to_owned(), |text, (mark, value)| text.replace(mark, value))
            }
            None => format!("one.\"{column}\""),
        };
        let names: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let chosen: Vec<_> = columns.iter().map(value).collect();
        format!(
            "INSERT INTO {table} ({names}) SELECT {chosen} FROM one CROSS JOIN {numbers}",
            table = self.name,
            names = names.join(", "),
            chosen = chosen.join(", "),
            numbers = dialect.numbers.replace("{items}", &items.to_string()),
        )
    }
}

/// While nobody else is at the database. Indexes are made when their table is full, which takes a fraction of the time.
pub async fn fill(house: &House, items: u64) -> Result<(), Failure> {
    let mut hand = Hand::of(house).await?;
    for table in &TABLES {
        say(&format!("scale: {items} items, {}", table.name));
        let columns: Vec<String> =
            hand.columns(table.name).await?.into_iter().map(|[name, _]| name).collect();
        let indexes = hand.indexes(table.name).await?;
        for [name, _] in &indexes {
            hand.run(&format!("DROP INDEX {name}")).await?;
        }
        let one = format!("CREATE TEMP TABLE one AS SELECT * FROM {} ORDER BY id LIMIT 1", table.name);
        hand.run(&one).await?;
        for round in 1..=table.rounds {
            hand.run(&table.fill(&columns, hand.dialect(), items, round)).await?;
        }
        hand.run("DROP TABLE one").await?;
        for [_, index] in &indexes {
            hand.run(index).await?;
        }
    }
    hand.done().await?;
    house.settle().await
}

/// On a database, for a single thing.
enum Hand {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Hand {
    async fn of(house: &House) -> Result<Self, Failure> {
        match &house.storage {
            Storage::Postgres { database, .. } => {
                let mut hand = Self::Postgres(PgConnection::connect(database).await?);
                // The foreign keys are right as they are written, and to look each up takes long.
                hand.run("SET session_replication_role = replica").await?;
                hand.run("SET search_path = inventory, public").await?;
                hand.run("SET maintenance_work_mem = '256MB'").await?;
                Ok(hand)
            }
            Storage::Sqlite => {
                let options = SqliteConnectOptions::new()
                    .filename(house.folder.join("inventory.sqlite"))
                    // What a crash loses is made anew.
                    .journal_mode(SqliteJournalMode::Off)
                    .synchronous(SqliteSynchronous::Off)
                    .foreign_keys(false)
                    .pragma("cache_size", "-262144")
                    .disable_statement_logging();
                Ok(Self::Sqlite(SqliteConnection::connect_with(&options).await?))
            }
        }
    }

    fn dialect(&self) -> &'static Dialect {
        match self {
            Self::Postgres(_) => &POSTGRES,
            Self::Sqlite(_) => &SQLITE,
        }
    }

    /// All but the number that the database gives.
    async fn columns(&mut self, table: &str) -> Result<Vec<[String; 2]>, Failure> {
        let sql = match self {
            Self::Postgres(_) => format!(
                "SELECT column_name::TEXT, data_type::TEXT FROM information_schema.columns \
                 WHERE table_schema = 'inventory' AND table_name = '{table}' AND is_identity = 'NO'"
            ),
            Self::Sqlite(_) => format!("SELECT name, type FROM pragma_table_info('{table}') WHERE pk = 0"),
        };
        self.pairs(sql).await
    }

    /// Those that stand by themselves, and how they are made.
    async fn indexes(&mut self, table: &str) -> Result<Vec<[String; 2]>, Failure> {
        let sql = match self {
            Self::Postgres(_) => format!(
                "SELECT i.indexname::TEXT, i.indexdef FROM pg_indexes i \
                 WHERE i.schemaname = 'inventory' AND i.tablename = '{table}' AND NOT EXISTS \
                 (SELECT 1 FROM pg_constraint c \
                  WHERE c.conname = i.indexname AND c.connamespace = 'inventory'::REGNAMESPACE)"
            ),
            Self::Sqlite(_) => format!(
                "SELECT name, sql FROM sqlite_schema \
                 WHERE type = 'index' AND tbl_name = '{table}' AND sql IS NOT NULL"
            ),
        };
        self.pairs(sql).await
    }

    async fn pairs(&mut self, sql: String) -> Result<Vec<[String; 2]>, Failure> {
        let sql = AssertSqlSafe(sql);
        let pairs: Result<Vec<[String; 2]>, sqlx::Error> = match self {
            Self::Postgres(connection) => {
                let rows = connection.fetch_all(sql).await?;
                rows.iter().map(|row| Ok::<_, sqlx::Error>([row.try_get(0)?, row.try_get(1)?])).collect()
            }
            Self::Sqlite(connection) => {
                let rows = connection.fetch_all(sql).await?;
                rows.iter().map(|row| Ok::<_, sqlx::Error>([row.try_get(0)?, row.try_get(1)?])).collect()
            }
        };
        Ok(pairs?)
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failure> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Postgres(connection) => connection.execute(sql).await.map(|_| ())?,
            Self::Sqlite(connection) => connection.execute(sql).await.map(|_| ())?,
        }
        Ok(())
    }

    async fn done(mut self) -> Result<(), Failure> {
        if let Self::Sqlite(_) = self {
            // As the program does once it has been up for a while.
            self.run("PRAGMA analysis_limit = 400").await?;
            self.run("ANALYZE").await?;
        }
        match self {
            Self::Postgres(connection) => Ok(connection.close().await?),
            Self::Sqlite(connection) => Ok(connection.close().await?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_computed_here_is_what_the_database_computes() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for number in [1, 100, 12_345_678] {
            let of = |sql: &str| sql.replace("{0}", &number.to_string());
            let sql = format!("SELECT {}, {}, {}", of(SQLITE.id), of(SQLITE.time), of(SQLITE.code));
            let row = connection.fetch_one(AssertSqlSafe(sql)).await.unwrap();
            let time: String = row.get(1);
            assert_eq!(row.get::<Uuid, _>(0), id(number));
            assert_eq!(time.parse::<DateTime<Utc>>().unwrap(), created_at(number).unwrap());
            assert_eq!(format!("PART-{}", row.get::<String, _>(2)), sku(number));
        }
    }

    #[test]
    fn a_table_is_copied_but_for_what_differs() {
        let columns = ["public_id", "sequence", "kind"].map(str::to_owned);
        let sql = TABLES[4].fill(&columns, &SQLITE, 100, 3);
        assert!(
            sql.starts_with("INSERT INTO movements (\"public_id\", \"sequence\", \"kind\") SELECT "),
            "{sql}"
        );
        assert!(sql.contains("printf('%012x', (200 + numbers.n))), 3, one.\"kind\" FROM"), "{sql}");
        assert!(!sql.contains('{'), "{sql}");
    }
}
