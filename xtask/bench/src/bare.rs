//! What Insula is measured against: actix-web and sqlx with their defaults, and nothing else. No credential, no limit,
//! no telemetry, no row-level security, no role; each request is one statement on sqlx's own pool, or, to create, the
//! four rows that Insula writes, statement by statement in one transaction.

use crate::Failure;
use crate::options::Bare;
use actix_web::web::{Data, Json, Path, Query, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, error::ErrorInternalServerError, web};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{ConnectOptions, Row};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use uuid::Uuid;

const ITEM: &str = "SELECT i.public_id, i.sku, i.name, i.description, i.category, i.unit, i.unit_cost_minor, i.currency, \
    i.reorder_level, i.created_at, i.updated_at, i.version, s.on_hand, s.reserved, s.revision, i.external_id, \
    i.metadata, i.deleted_at, i.tracking, i.costing, i.may_be_negative, i.reorder_up_to, i.lead_time_days, i.family_id \
    FROM items i \
    JOIN stock_levels s ON s.tenant_id = i.tenant_id AND s.item_id = i.public_id AND s.deleted_at IS NULL \
    WHERE i.tenant_id = $1 AND i.public_id = $2 AND i.deleted_at IS NULL";
const ITEMS: &str = "SELECT i.public_id, i.sku, i.name, i.description, i.category, i.unit, i.unit_cost_minor, i.currency, \
    i.reorder_level, i.created_at, i.updated_at, i.version, s.on_hand, s.reserved, s.revision, i.external_id, \
    i.metadata, i.deleted_at, i.tracking, i.costing, i.may_be_negative, i.reorder_up_to, i.lead_time_days, i.family_id \
    FROM items i \
    JOIN stock_levels s ON s.tenant_id = i.tenant_id AND s.item_id = i.public_id AND s.deleted_at IS NULL \
    WHERE i.tenant_id = $1 AND i.deleted_at IS NULL ORDER BY i.created_at DESC, i.public_id DESC LIMIT $2";
const PRODUCT: &str = "SELECT public_id, name, description, active, version, created_at, updated_at, external_id, \
    metadata, deleted_at FROM products WHERE tenant_id = $1 AND public_id = $2 AND deleted_at IS NULL";
const NEW_ITEM: &str = "INSERT INTO items (tenant_id, public_id, sku, name, description, category, unit, \
    unit_cost_minor, currency, reorder_level, external_id, metadata, search_text, version, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14) RETURNING id";
const NEW_LEVEL: &str = "INSERT INTO stock_levels (tenant_id, public_id, item_id, on_hand, blocked, reserved, \
    may_be_negative, tracked, next_sequence, revision, created_at, updated_at) \
    VALUES ($1, $2, $3, 0, 0, 0, FALSE, FALSE, 1, 0, $4, $4)";
const NEW_MESSAGE: &str = "INSERT INTO messages (public_id, tenant_id, kind, payload_version, payload, handler, priority, \
    status, run_at, attempts, max_attempts, cancel_requested, progress_done, actor, act_as, request_id, traceparent, \
    created_at, updated_at) VALUES ($1, $2, 'audit.entry', 1, $3, 'users.append_audit_entry', 0, 'queued', $8, 0, 20, FALSE, \
    0, $5, 'system', $6, $7, $4, $4)";
const NEW_KEY: &str = "INSERT INTO idempotency_keys (tenant_id, actor, key, fingerprint, status, headers, body, sealed, \
    created_at, expires_at) VALUES ($1, $2, $3, $4, 201, $5, $6, FALSE, $7, $8)";
const ACTOR: &str = "api_key:0193a5a0-0000-7000-8000-000000000000/0193a5a0-0000-7000-8000-000000000001";
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

pub fn serve(options: Bare) -> Result<(), Failure> {
    actix_web::rt::System::new().block_on(async move {
        match (options.postgres, options.sqlite) {
            (Some(url), _) => {
                let parsed: PgConnectOptions = url.parse()?;
                let inventory = parsed.options([("search_path", "inventory,billing")]);
                let pool = PgPool::connect_with(inventory.disable_statement_logging()).await?;
                postgres::run(options.port, pool.clone(), pool).await
            }
            (None, Some(folder)) => {
                let pool = async |domain: &str| {
                    let file = folder.join(format!("{domain}.sqlite"));
                    let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
                    SqlitePool::connect_with(options).await
                };
                sqlite::run(options.port, pool("inventory").await?, pool("billing").await?).await
            }
            (None, None) => Err("a bare server needs a database".into()),
        }
    })
}

type Metadata = BTreeMap<String, String>;

#[derive(Serialize)]
struct Cost {
    amount: i64,
    currency: String,
}

#[derive(Serialize)]
struct Item {
    id: Uuid,
    sku: String,
    name: String,
    description: Option<String>,
    category: Option<String>,
    unit: String,
    unit_cost: Option<Cost>,
    tracking: String,
    costing: String,
    may_be_negative: bool,
    reorder_level: Option<String>,
    reorder_up_to: Option<String>,
    lead_time_days: Option<i64>,
    on_hand: String,
    reserved: String,
    available: String,
    family_id: Option<Uuid>,
    /// None here is of a family.
    options: Metadata,
    external_id: Option<String>,
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
    #[serde(skip)]
    tag: i64,
}

#[derive(Serialize)]
struct Product {
    id: Uuid,
    name: String,
    description: Option<String>,
    active: bool,
    external_id: Option<String>,
    metadata: Metadata,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
    #[serde(skip)]
    tag: i64,
}

#[derive(Serialize)]
struct Listing {
    data: Vec<Item>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Limit {
    limit: i64,
}

#[derive(Deserialize)]
struct NewCost {
    amount: i64,
    currency: String,
}

#[derive(Deserialize)]
struct NewItem {
    sku: String,
    name: String,
    description: Option<String>,
    category: Option<String>,
    unit: String,
    unit_cost: NewCost,
    reorder_level: Option<String>,
    external_id: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

impl NewItem {
    fn made(self, id: Uuid, at: DateTime<Utc>) -> Item {
        Item {
            id,
            sku: self.sku,
            name: self.name,
            description: self.description,
            category: self.category,
            unit: self.unit,
            unit_cost: Some(Cost { amount: self.unit_cost.amount, currency: self.unit_cost.currency }),
            tracking: "none".to_owned(),
            costing: "moving_average".to_owned(),
            may_be_negative: false,
            reorder_level: self.reorder_level,
            reorder_up_to: None,
            lead_time_days: None,
            on_hand: quantity(0),
            reserved: quantity(0),
            available: quantity(0),
            family_id: None,
            options: Metadata::new(),
            external_id: self.external_id,
            metadata: self.metadata,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            tag: 1,
        }
    }
}

/// Handlers for one kind of pool; sqlx's types leave no shorter way to have them on both.
macro_rules! handlers {
    ($backend:ident, $pool:ty, $row:ty, $begin:literal) => {
        mod $backend {
            use super::*;

            #[derive(Clone)]
            struct State {
                inventory: $pool,
                billing: $pool,
                tenant: Uuid,
            }

            pub async fn run(port: u16, inventory: $pool, billing: $pool) -> Result<(), Failure> {
                let row = sqlx::query("SELECT tenant_id FROM items LIMIT 1").fetch_one(&inventory).await?;
                let state = State { inventory, billing, tenant: row.try_get(0)? };
                let app = move || App::new().app_data(Data::new(state.clone())).configure(routes);
                Ok(HttpServer::new(app).tcp_nodelay(true).bind((Ipv4Addr::LOCALHOST, port))?.run().await?)
            }

            fn routes(config: &mut ServiceConfig) {
                config
                    .route("/api/v1/inventory/items", web::get().to(list))
                    .route("/api/v1/inventory/items", web::post().to(create))
                    .route("/api/v1/inventory/items/{id}", web::get().to(read))
                    .route("/api/v1/billing/products/{id}", web::get().to(product));
            }

            async fn read(state: Data<State>, id: Path<Uuid>) -> actix_web::Result<HttpResponse> {
                let query = sqlx::query(ITEM).bind(state.tenant).bind(*id);
                let row = query.fetch_optional(&state.inventory).await.map_err(ErrorInternalServerError)?;
                let item = row.as_ref().map(item).transpose().map_err(ErrorInternalServerError)?;
                Ok(item.map_or_else(|| HttpResponse::NotFound().finish(), |item| tagged(item.tag, &item)))
            }

            async fn list(state: Data<State>, page: Query<Limit>) -> actix_web::Result<HttpResponse> {
                let query = sqlx::query(ITEMS).bind(state.tenant).bind(page.limit + 1);
                let rows = query.fetch_all(&state.inventory).await.map_err(ErrorInternalServerError)?;
                let shown = rows.iter().take(usize::try_from(page.limit).unwrap_or(0)).map(item);
                let data = shown.collect::<Result<_, _>>().map_err(ErrorInternalServerError)?;
                Ok(HttpResponse::Ok().json(Listing { data, next_cursor: None }))
            }

            async fn product(state: Data<State>, id: Path<Uuid>) -> actix_web::Result<HttpResponse> {
                let query = sqlx::query(PRODUCT).bind(state.tenant).bind(*id);
                let row = query.fetch_optional(&state.billing).await.map_err(ErrorInternalServerError)?;
                let found = row.as_ref().map(sold).transpose().map_err(ErrorInternalServerError)?;
                Ok(found.map_or_else(
                    || HttpResponse::NotFound().finish(),
                    |product| tagged(product.tag, &product),
                ))
            }

            async fn create(
                state: Data<State>,
                req: HttpRequest,
                new: Json<NewItem>,
            ) -> actix_web::Result<HttpResponse> {
                let key = req.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
                let made = write(&state, key.unwrap_or_default(), new.into_inner()).await;
                let item = made.map_err(ErrorInternalServerError)?;
                let location = format!("/api/v1/inventory/items/{}", item.id);
                Ok(HttpResponse::Created().insert_header(("location", location)).json(item))
            }

            async fn write(state: &State, key: &str, new: NewItem) -> Result<Item, Failure> {
                let (now, id) = (now(), Uuid::now_v7());
                let reorder_level = new.reorder_level.as_deref().map(millionths).transpose()?;
                let item = new.made(id, now);
                let mut tx = state.inventory.begin_with($begin).await?;
                sqlx::query(NEW_ITEM)
                    .bind(state.tenant)
                    .bind(id)
                    .bind(&item.sku)
                    .bind(&item.name)
                    .bind(&item.description)
                    .bind(&item.category)
                    .bind(&item.unit)
                    .bind(item.unit_cost.as_ref().map(|cost| cost.amount))
                    .bind(item.unit_cost.as_ref().map(|cost| &cost.currency))
                    .bind(reorder_level)
                    .bind(&item.external_id)
                    .bind(serde_json::to_string(&item.metadata)?)
                    .bind(searched(&item))
                    .bind(now)
                    .fetch_one(&mut *tx)
                    .await?;
                sqlx::query(NEW_LEVEL)
                    .bind(state.tenant)
                    .bind(Uuid::now_v7())
                    .bind(id)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                let body = serde_json::to_vec(&item)?;
                sqlx::query(NEW_MESSAGE)
                    .bind(Uuid::now_v7())
                    .bind(state.tenant)
                    .bind(audit(&item)?)
                    .bind(now)
                    .bind(ACTOR)
                    .bind(Uuid::new_v4().to_string())
                    .bind(TRACE)
                    // Queued, as Insula's is, but due to nobody while it is measured.
                    .bind(now + chrono::Duration::days(1))
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(NEW_KEY)
                    .bind(state.tenant)
                    .bind(ACTOR)
                    .bind(key)
                    .bind(&[7u8; 32][..])
                    .bind(r#"[["content-type","application/json"],["etag","\"1\""]]"#)
                    .bind(body)
                    .bind(now)
                    .bind(now + chrono::Duration::hours(24))
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(item)
            }

            fn item(row: &$row) -> Result<Item, sqlx::Error> {
                let (amount, currency): (Option<i64>, Option<String>) = (row.try_get(6)?, row.try_get(7)?);
                let (on_hand, reserved): (i64, i64) = (row.try_get(12)?, row.try_get(13)?);
                Ok(Item {
                    id: row.try_get(0)?,
                    sku: row.try_get(1)?,
                    name: row.try_get(2)?,
                    description: row.try_get(3)?,
                    category: row.try_get(4)?,
                    unit: row.try_get(5)?,
                    unit_cost: amount.zip(currency).map(|(amount, currency)| Cost { amount, currency }),
                    reorder_level: row.try_get::<Option<i64>, _>(8)?.map(quantity),
                    created_at: row.try_get(9)?,
                    updated_at: row.try_get(10)?,
                    on_hand: quantity(on_hand),
                    reserved: quantity(reserved),
                    available: quantity(on_hand - reserved),
                    tag: row.try_get::<i64, _>(11)? + row.try_get::<i64, _>(14)?,
                    external_id: row.try_get(15)?,
                    metadata: parsed(row.try_get(16)?)?,
                    deleted_at: row.try_get(17)?,
                    tracking: row.try_get(18)?,
                    costing: row.try_get(19)?,
                    may_be_negative: row.try_get(20)?,
                    reorder_up_to: row.try_get::<Option<i64>, _>(21)?.map(quantity),
                    lead_time_days: row.try_get(22)?,
                    family_id: row.try_get(23)?,
                    options: Metadata::new(),
                })
            }

            fn sold(row: &$row) -> Result<Product, sqlx::Error> {
                Ok(Product {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    description: row.try_get(2)?,
                    active: row.try_get(3)?,
                    tag: row.try_get(4)?,
                    created_at: row.try_get(5)?,
                    updated_at: row.try_get(6)?,
                    external_id: row.try_get(7)?,
                    metadata: parsed(row.try_get(8)?)?,
                    deleted_at: row.try_get(9)?,
                })
            }
        }
    };
}

handlers!(postgres, PgPool, sqlx::postgres::PgRow, "BEGIN");
// One that begins to write late is refused where another has committed meanwhile.
handlers!(sqlite, SqlitePool, sqlx::sqlite::SqliteRow, "BEGIN IMMEDIATE");

fn tagged(tag: i64, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(("etag", format!("\"{tag}\""))).json(body)
}

#[expect(clippy::disallowed_methods, reason = "nothing of Insula's is in this server, its clock neither")]
fn now() -> DateTime<Utc> {
    // What PostgreSQL keeps.
    Utc::now().trunc_subsecs(6)
}

/// What Insula's audit entry says.
fn audit(item: &Item) -> Result<String, serde_json::Error> {
    let happened_at = item.created_at.to_rfc3339_opts(SecondsFormat::Micros, true);
    serde_json::to_string(&serde_json::json!({
        "action": "inventory.item.create", "resource": "item", "resource_id": item.id, "before": null,
        "after": { "sku": item.sku, "name": item.name, "description": item.description, "category": item.category,
            "unit": item.unit, "unit_cost": item.unit_cost, "reorder_level": item.reorder_level },
        "actor": ACTOR, "impersonator": null, "client_address": "127.0.0.1", "request_id": item.id,
        "happened_at": happened_at,
    }))
}

/// What the search index is over.
fn searched(item: &Item) -> String {
    let texts = [Some(&item.sku), Some(&item.name), item.description.as_ref(), item.external_id.as_ref()];
    texts.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n")
}

fn parsed(metadata: &str) -> Result<Metadata, sqlx::Error> {
    serde_json::from_str(metadata).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Quantities lie in the database in millionths.
fn quantity(millionths: i64) -> String {
    let (whole, part) = (millionths / 1_000_000, millionths % 1_000_000);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:06}").trim_end_matches('0').to_owned()
}

fn millionths(quantity: &str) -> Result<i64, Failure> {
    let (whole, part) = quantity.split_once('.').unwrap_or((quantity, ""));
    Ok(whole.parse::<i64>()? * 1_000_000 + format!("{part:0<6}").parse::<i64>()?)
}
