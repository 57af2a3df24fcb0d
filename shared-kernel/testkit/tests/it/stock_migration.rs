//! Stock of an installation from before there were places: all of it lies in the tenant's main warehouse, and is promised
//! from there.

use kernel::TenantId;
use sea_orm::FromQueryResult;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use testkit::{Stage, both};
use uuid::Uuid;

const AT: &str = "'2026-01-10T08:00:00+00:00'";

/// As the owner of the schema.
async fn run(stage: &Stage, sql: &str) {
    match stage.postgres_url() {
        Some(url) => {
            let mut owner = PgConnection::connect(&url).await.unwrap();
            let sql = format!("SET ROLE insula_inventory_owner; SET search_path = inventory; {sql}");
            owner.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        None => {
            let file = stage.folder.path().join("inventory.sqlite");
            let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
            let mut owner = SqliteConnection::connect_with(&options).await.unwrap();
            owner.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.unwrap();
        }
    }
}

/// The tables as m0002 made them, as far as m0020 reads them.
fn undo(stage: &Stage) -> String {
    let (id, cascade) = match stage.postgres_url() {
        Some(_) => ("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", " CASCADE"),
        None => ("INTEGER PRIMARY KEY", ""),
    };
    let made = [
        "movements",
        "reservations",
        "bins",
        "warehouse_levels",
        "stock_levels",
        "lots",
        "locations",
        "warehouses",
    ];
    let columns = ["tracking", "may_be_negative", "costing", "reorder_up_to", "lead_time_days"];
    let times = "created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL, deleted_at TIMESTAMPTZ, deleted_by TEXT";
    let key = format!("id {id}, tenant_id UUID NOT NULL, public_id UUID NOT NULL, item_id UUID NOT NULL");
    let mut sql: Vec<String> = made.iter().map(|table| format!("DROP TABLE {table}{cascade}")).collect();
    sql.extend(columns.iter().map(|column| format!("ALTER TABLE items DROP COLUMN {column}")));
    sql.push(format!(
        "CREATE TABLE stock_levels ({key}, on_hand BIGINT NOT NULL, reserved BIGINT NOT NULL, \
         next_sequence BIGINT NOT NULL, revision BIGINT NOT NULL, {times}, \
         CONSTRAINT stock_levels_public_id UNIQUE (tenant_id, public_id))"
    ));
    sql.push(format!(
        "CREATE TABLE reservations ({key}, quantity BIGINT NOT NULL, status TEXT NOT NULL, reference TEXT, \
         version BIGINT NOT NULL, {times}, CONSTRAINT reservations_public_id UNIQUE (tenant_id, public_id))"
    ));
    sql.push(format!(
        "CREATE TABLE movements ({key}, sequence BIGINT NOT NULL, kind TEXT NOT NULL, quantity BIGINT NOT NULL, \
         happened_at TIMESTAMPTZ NOT NULL, reservation_id UUID, reference TEXT, actor TEXT NOT NULL, reason TEXT, \
         created_at TIMESTAMPTZ NOT NULL, CONSTRAINT movements_public_id UNIQUE (tenant_id, public_id))"
    ));
    sql.push("DELETE FROM inventory_migrations WHERE version = 'm0020_places'".to_owned());
    sql.join("; ")
}

async fn migrate(stage: &Stage) {
    match stage.postgres_url() {
        Some(url) => migrations::migrate_postgres(&url, &["inventory"]).await.unwrap(),
        None => {
            let file = stage.folder.path().join("inventory.sqlite");
            migrations::migrate_sqlite(&file, "inventory").await.unwrap();
        }
    }
}

#[derive(Debug, PartialEq, FromQueryResult)]
struct Lies {
    item_id: Uuid,
    warehouse_id: Uuid,
    location_id: Uuid,
    sellable: bool,
    on_hand: i64,
    reserved: i64,
    level: i64,
}

#[derive(FromQueryResult)]
struct Counted {
    warehouses: i64,
    floors: i64,
    unmoved: i64,
    movements: i64,
    promised: i64,
    policies: i64,
}

both!(
    async fn stock_from_before_there_were_places_lies_in_the_main_warehouse(stage: Stage) {
        let uuid = |number: u128| match stage.postgres_url() {
            Some(_) => format!("'{}'", Uuid::from_u128(number)),
            None => format!("x'{}'", Uuid::from_u128(number).simple()),
        };
        run(&stage, &undo(&stage)).await;
        let (mut tenant, mut other) = (stage.tenant(), stage.tenant());
        (tenant.id, other.id) =
            (TenantId::from_uuid(Uuid::from_u128(1)), TenantId::from_uuid(Uuid::from_u128(2)));
        let item = |tenant: u128, number: u128, on_hand: i64, reserved: i64, next: i64| {
            let (of, id, level) = (uuid(tenant), uuid(number), uuid(number + 100));
            format!(
                "INSERT INTO items (tenant_id, public_id, sku, name, unit, version, created_at, updated_at) \
                 VALUES ({of}, {id}, 'S-{number}', 'Name', 'each', 1, {AT}, {AT}); \
                 INSERT INTO stock_levels (tenant_id, public_id, item_id, on_hand, reserved, next_sequence, revision, \
                 created_at, updated_at) VALUES ({of}, {level}, {id}, {on_hand}, {reserved}, {next}, {next}, {AT}, {AT})"
            )
        };
        let (of, moved, promise) = (uuid(1), uuid(10), uuid(30));
        let movement = |number: u128, sequence: i64, kind: &str, quantity: i64, reservation: &str| {
            let id = uuid(number);
            format!(
                "INSERT INTO movements (tenant_id, public_id, item_id, sequence, kind, quantity, happened_at, \
                 reservation_id, actor, created_at) VALUES ({of}, {id}, {moved}, {sequence}, '{kind}', {quantity}, \
                 {AT}, {reservation}, 'user:1', {AT})"
            )
        };
        let reservation = |id: &str, quantity: i64, status: &str| {
            format!(
                "INSERT INTO reservations (tenant_id, public_id, item_id, quantity, status, version, created_at, \
                 updated_at) VALUES ({of}, {id}, {moved}, {quantity}, '{status}', 1, {AT}, {AT})"
            )
        };
        let before = [
            item(1, 10, 3_000_000, 1_000_000, 3),
            item(1, 11, 0, 0, 1),
            item(2, 20, 7_000_000, 0, 2),
            reservation(&promise, 2_000_000, "shipped"),
            reservation(&uuid(31), 1_000_000, "active"),
            movement(40, 1, "receipt", 5_000_000, "NULL"),
            movement(41, 2, "shipment", -2_000_000, &promise),
        ];
        run(&stage, &before.join("; ")).await;

        migrate(&stage).await;
        let databases = stage.databases("inventory").await;
        let tx = databases.read(&tenant.ctx(&[])).await.unwrap();
        let lies = tx.sql(data::sql!(
            "SELECT b.item_id, b.warehouse_id, b.location_id, b.sellable, b.on_hand, w.reserved, w.on_hand AS level \
             FROM bins b JOIN warehouse_levels w ON w.tenant_id = b.tenant_id AND w.item_id = b.item_id \
             AND w.warehouse_id = b.warehouse_id WHERE b.tenant_id = $1"
        ));
        let (moved, main) = (Uuid::from_u128(10), Uuid::from_u128(1));
        let expected = Lies {
            item_id: moved,
            warehouse_id: main,
            location_id: main,
            sellable: true,
            on_hand: 3_000_000,
            reserved: 1_000_000,
            level: 3_000_000,
        };
        assert_eq!(lies.all::<Lies>().await.unwrap(), [expected]);
        let counted = tx.sql(data::sql!(
            "SELECT (SELECT COUNT(*) FROM warehouses WHERE tenant_id = $1 AND code = 'MAIN') AS warehouses, \
             (SELECT COUNT(*) FROM locations WHERE tenant_id = $1 AND public_id = warehouse_id \
              AND kind = 'storage') AS floors, \
             (SELECT COUNT(*) FROM stock_levels WHERE tenant_id = $1 AND on_hand = 0 AND next_sequence = 1 \
              AND blocked = 0) AS unmoved, \
             (SELECT COUNT(*) FROM movements WHERE tenant_id = $1 AND warehouse_id = $1 AND location_id = $1 \
              AND lot_id IS NULL) AS movements, \
             (SELECT COUNT(*) FROM reservations WHERE tenant_id = $1 AND warehouse_id = $1 \
              AND expires_at IS NULL) AS promised, \
             (SELECT COUNT(*) FROM items WHERE tenant_id = $1 AND tracking = 'none' AND NOT may_be_negative \
              AND costing = 'moving_average') AS policies"
        ));
        let counted: Counted = counted.one().await.unwrap().unwrap();
        let Counted { warehouses, floors, unmoved, movements, promised, policies } = counted;
        assert_eq!([warehouses, floors, unmoved, movements, promised, policies], [1, 1, 1, 2, 2, 2]);
        drop(tx);
        let tx = databases.read(&other.ctx(&[])).await.unwrap();
        let theirs: Vec<Lies> = tx
            .sql(data::sql!(
                "SELECT b.item_id, b.warehouse_id, b.location_id, b.sellable, b.on_hand, w.reserved, \
                 w.on_hand AS level FROM bins b JOIN warehouse_levels w ON w.tenant_id = b.tenant_id \
                 AND w.item_id = b.item_id WHERE b.tenant_id = $1"
            ))
            .all()
            .await
            .unwrap();
        let found: Vec<_> = theirs.iter().map(|lies| (lies.warehouse_id, lies.on_hand)).collect();
        assert_eq!(found, [(Uuid::from_u128(2), 7_000_000)]);
        drop(tx);

        // A ledger as before.
        let unit = databases.write(&tenant.ctx(&[])).await.unwrap();
        let refused = unit.sql(data::sql!("UPDATE movements SET quantity = 1 WHERE tenant_id = $1"));
        assert!(refused.exec().await.is_err());
    }
);
