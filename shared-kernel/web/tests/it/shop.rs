//! A tiny domain with every shape of operation, kept in memory, and the server around it.

use async_trait::async_trait;
use data::Stored;
use kernel::ctx::{Credential, IdentityProvider, Principal, Strength};
use kernel::permission::BuiltinRole;
use kernel::problem::{Problem, ProblemKind};
use kernel::{Actor, Clock, Ctx, Faults, Id, Page, PageRequest, Permission, TenantId, UserId, Visitor};
use secrets::{MasterKey, Secrets};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    Answer, Api, Body, Caller, Guest, IfMatch, Listing, PageQuery, PathId, Query, Rendered, Replays, State,
    Upload, respond,
};

kernel::typed_id!(ItemId, ItemKind, "item");

pub const ITEMS_READ: Permission =
    Permission { name: "shop.items.read", summary: "See items", least_role: Some(BuiltinRole::Viewer) };
pub const ITEMS_WRITE: Permission =
    Permission { name: "shop.items.write", summary: "Change items", least_role: Some(BuiltinRole::Member) };

pub const ITEM_NOT_FOUND: ProblemKind =
    ProblemKind { code: "shop.item_not_found", status: 404, title: "No such item" };
pub const OUT_OF_STOCK: ProblemKind =
    ProblemKind { code: "shop.out_of_stock", status: 409, title: "Out of stock" };

/// What the use cases of a real domain keep in its databases, the stored answers among it.
#[derive(Clone, Default)]
pub struct Shop {
    items: Arc<Mutex<BTreeMap<Uuid, Item>>>,
    answers: Arc<Mutex<HashMap<AnswerKey, Stored>>>,
    pictures: Arc<Mutex<usize>>,
    unended: Arc<AtomicUsize>,
}

/// Tenant, actor and key.
type AnswerKey = (Uuid, String, String);

#[derive(Clone, Debug)]
pub struct Item {
    id: ItemId,
    tenant: TenantId,
    name: String,
    stock: u32,
    note: Option<String>,
    version: i64,
}

impl Shop {
    /// Like a unit of work: the effect and its answer are there together, and once for a key.
    fn commit<T: Send + Sync + 'static>(
        &self,
        ctx: &Ctx,
        result: T,
        effect: impl FnOnce(&mut BTreeMap<Uuid, Item>),
    ) -> Result<T, Problem> {
        let (mut items, mut answers) = (self.items.lock().unwrap(), self.answers.lock().unwrap());
        if let Some(idempotency) = ctx.idempotency() {
            if answers.contains_key(&answer_key(ctx)) {
                return Err(data::Error::InFlight.into());
            }
            let render = idempotency.renderer.as_ref().expect("a renderer for an idempotent write");
            let response = render(&result as &(dyn Any + Send + Sync)).expect("a storable answer");
            let stored = Stored { fingerprint: idempotency.fingerprint.clone(), response };
            answers.insert(answer_key(ctx), stored);
        }
        effect(&mut items);
        Ok(result)
    }

    /// Like a unit of work that is dropped: it ends in the background, and has its key until then.
    fn roll_back(&self, ctx: &Ctx) {
        let held = ctx.idempotency().and_then(|idempotency| idempotency.held.try_lock_owned());
        let unended = Arc::clone(&self.unended);
        unended.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            unended.fetch_sub(1, Ordering::SeqCst);
            drop(held);
        });
    }

    fn find(&self, ctx: &Ctx, id: ItemId) -> Result<Item, Problem> {
        let items = self.items.lock().unwrap();
        let item = items.get(&id.uuid()).filter(|item| item.tenant == ctx.tenant()).cloned();
        item.ok_or_else(|| Problem::new(ITEM_NOT_FOUND, "There is no such item."))
    }

    pub fn unended(&self) -> usize {
        self.unended.load(Ordering::SeqCst)
    }

    pub fn pictures(&self) -> usize {
        *self.pictures.lock().unwrap()
    }

    pub fn count(&self) -> usize {
        self.items.lock().unwrap().len()
    }
}

fn answer_key(ctx: &Ctx) -> AnswerKey {
    let key = ctx.idempotency().map(|idempotency| idempotency.key.clone()).unwrap_or_default();
    (ctx.tenant().uuid(), ctx.actor().to_string(), key)
}

#[async_trait]
impl Replays for Shop {
    async fn replay(&self, ctx: &Ctx) -> Result<Option<Stored>, Problem> {
        let answers = self.answers.lock().unwrap();
        let stored = answers.get(&answer_key(ctx));
        Ok(stored.map(|Stored { fingerprint, response }| Stored {
            fingerprint: fingerprint.clone(),
            response: response.clone(),
        }))
    }
}

#[derive(Serialize, ToSchema)]
pub struct ItemDto {
    id: ItemId,
    name: String,
    stock: u32,
    note: Option<String>,
}

impl From<&Item> for ItemDto {
    fn from(item: &Item) -> Self {
        Self { id: item.id, name: item.name.clone(), stock: item.stock, note: item.note.clone() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateItem {
    name: String,
    #[serde(default)]
    stock: u32,
    #[serde(default)]
    lines: Vec<LineDto>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineDto {
    #[expect(dead_code, reason = "only read")]
    quantity: kernel::Quantity,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchItem {
    name: Option<String>,
    #[serde(default, deserialize_with = "web::nullable")]
    note: Option<Option<String>>,
}

#[derive(Deserialize, IntoParams)]
pub struct ItemFilter {
    /// Items with at least so many on hand
    min_stock: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
pub struct PictureName {
    /// What the picture is called
    file_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct KeyDto {
    secret: String,
}

/// Lists items
#[utoipa::path(get, path = "/items", responses((status = 200, body = Listing<ItemDto>)))]
async fn list_items(shop: State<Shop>, caller: Caller, filter: Query<ItemFilter>, page: PageQuery) -> Answer {
    let items = shop.items.lock().unwrap();
    let own = items.values().filter(|item| item.tenant == caller.tenant());
    let own: Vec<_> = own.filter(|item| item.stock >= filter.min_stock.unwrap_or(0)).collect();
    let PageRequest { limit, cursor, .. } = page.request();
    let start = cursor.as_deref().map_or(0, |cursor| cursor.parse::<usize>().unwrap());
    let end = own.len().min(start + usize::from(*limit));
    let next_cursor = (end < own.len()).then(|| end.to_string());
    let data = own[start..end].iter().map(|item| ItemDto::from(*item)).collect();
    Ok(page.render(Page { data, next_cursor }))
}

/// Shows an item
#[utoipa::path(get, path = "/items/{id}", responses((status = 200, body = ItemDto)))]
async fn show_item(shop: State<Shop>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    let item = shop.find(&caller, id.id())?;
    Ok(Rendered::ok(&ItemDto::from(&item)).etag(item.version))
}

/// Creates an item
#[utoipa::path(post, path = "/items", responses((status = 201, body = ItemDto)))]
async fn create_item(shop: State<Shop>, caller: Caller, body: Body<CreateItem>) -> Answer {
    let command = body.into_inner();
    respond(
        &caller,
        async |ctx| create(&shop, ctx, command).await,
        |item| {
            let location = format!("/api/v1/shop/items/{}", item.id);
            Rendered::created(location, &ItemDto::from(item)).etag(item.version)
        },
    )
    .await
}

async fn create(shop: &Shop, ctx: &Ctx, command: CreateItem) -> Result<Item, Problem> {
    let mut faults = Faults::new();
    let name = faults.text("/name", &command.name, 20);
    faults.require(command.stock <= 1_000, "/stock", "too_many", "must be at most 1000");
    let name = faults.finish(name).map_err(Problem::invalid)?;
    let (id, stock) = (ctx.new_id(), command.stock + u32::try_from(command.lines.len()).unwrap());
    let item = Item { id, tenant: ctx.tenant(), name, stock, note: None, version: 1 };
    shop.commit(ctx, item.clone(), |items| drop(items.insert(id.uuid(), item)))
}

/// Changes an item
#[utoipa::path(patch, path = "/items/{id}", responses((status = 200, body = ItemDto)))]
async fn patch_item(
    shop: State<Shop>,
    caller: Caller,
    id: PathId<ItemKind>,
    if_match: IfMatch,
    body: Body<PatchItem>,
) -> Answer {
    let command = body.into_inner();
    respond(
        &caller,
        async |ctx| patch(&shop, ctx, id.id(), if_match.expected(), command).await,
        |item: &Item| Rendered::ok(&ItemDto::from(item)).etag(item.version),
    )
    .await
}

async fn patch(
    shop: &Shop,
    ctx: &Ctx,
    id: ItemId,
    expected: Option<i64>,
    command: PatchItem,
) -> Result<Item, Problem> {
    let mut item = shop.find(ctx, id)?;
    if expected.is_some_and(|expected| expected != item.version) {
        return Err(web::stale());
    }
    item.name = command.name.unwrap_or(item.name);
    item.note = command.note.unwrap_or(item.note);
    item.version += 1;
    shop.commit(ctx, item.clone(), |items| drop(items.insert(id.uuid(), item)))
}

/// Takes one item out of the stock
#[utoipa::path(post, path = "/items/{id}/take", responses((status = 200, body = ItemDto)))]
async fn take_item(shop: State<Shop>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    respond(
        &caller,
        async |ctx| take(&shop, ctx, id.id()).await,
        |item: &Item| Rendered::ok(&ItemDto::from(item)),
    )
    .await
}

async fn take(shop: &Shop, ctx: &Ctx, id: ItemId) -> Result<Item, Problem> {
    let mut item = shop.find(ctx, id)?;
    let Some(left) = item.stock.checked_sub(1) else {
        shop.roll_back(ctx);
        return Err(Problem::new(OUT_OF_STOCK, "Nothing is left of this item."));
    };
    item.stock = left;
    shop.commit(ctx, item.clone(), |items| drop(items.insert(id.uuid(), item)))
}

/// Removes an item
#[utoipa::path(delete, path = "/items/{id}", responses((status = 204)))]
async fn delete_item(shop: State<Shop>, caller: Caller, id: PathId<ItemKind>) -> Answer {
    let remove = async |ctx: &Ctx| {
        let item = shop.find(ctx, id.id())?;
        shop.commit(ctx, (), |items| drop(items.remove(&item.id.uuid())))
    };
    respond(&caller, remove, |()| Rendered::no_content()).await
}

/// Makes a key, shown once
#[utoipa::path(post, path = "/keys", responses((status = 201, body = KeyDto)))]
async fn create_key(shop: State<Shop>, caller: Caller) -> Answer {
    let make = async |ctx: &Ctx| shop.commit(ctx, ctx.new_id::<ItemKind>(), |_| ());
    respond(&caller, make, |id| {
        let secret = format!("sk_{id}");
        Rendered::created("/api/v1/shop/keys", &KeyDto { secret }).secret()
    })
    .await
}

/// Takes a picture of an item
#[utoipa::path(post, path = "/items/{id}/picture", responses((status = 202)))]
async fn upload_picture(
    shop: State<Shop>,
    _id: PathId<ItemKind>,
    caller: Caller,
    name: Query<PictureName>,
    upload: Upload,
) -> Answer {
    let _ = &name.file_name;
    let keep = async |ctx: &Ctx| {
        let bytes = upload.bytes().await?;
        *shop.pictures.lock().unwrap() += 1;
        shop.commit(ctx, bytes.len(), |_| ())
    };
    respond(&caller, keep, |length: &usize| Rendered::accepted(length)).await
}

/// Greets
#[utoipa::path(get, path = "/hello", responses((status = 200, body = String)))]
async fn hello(guest: Guest) -> Answer {
    Ok(Rendered::ok(&guest.client_address.map(|address| address.to_string())))
}

/// Shows a long text
#[utoipa::path(get, path = "/text", responses((status = 200, body = String)))]
async fn text() -> Answer {
    Ok(Rendered::ok(&"long ".repeat(1_000)))
}

/// Breaks
#[utoipa::path(get, path = "/broken/{how}", responses((status = 200, body = String)))]
async fn broken(req: actix_web::HttpRequest, _caller: Caller) -> Answer {
    match req.match_info().query("how") {
        "panic" => panic!("on purpose"),
        "slow" => futures::future::pending().await,
        "down" => Err(Problem::unavailable("the database at 10.0.0.1 is gone").into()),
        _ => Err(Problem::internal("a secret cause").into()),
    }
}

pub fn api(shop: &Shop) -> Api {
    Api::new("shop", shop.clone(), &[&[ITEM_NOT_FOUND, OUT_OF_STOCK]])
        .state(shop.clone())
        .tag("Items", "What the shop has")
        .operation(web::operation!(list_items).permission(&ITEMS_READ))
        .operation(web::operation!(show_item).permission(&ITEMS_READ))
        .operation(web::operation!(create_item).permission(&ITEMS_WRITE))
        .operation(web::operation!(patch_item).permission(&ITEMS_WRITE))
        .operation(web::operation!(take_item).permission(&ITEMS_WRITE).requires_key())
        .operation(web::operation!(delete_item).permission(&ITEMS_WRITE))
        .operation(web::operation!(create_key).permission(&ITEMS_WRITE))
        .operation(
            web::operation!(upload_picture)
                .permission(&ITEMS_WRITE)
                .raw_body(100, &["image/png", "image/jpeg"]),
        )
        .tag("Rest", "Everything else")
        .operation(web::operation!(hello).public("a greeting says nothing"))
        .operation(web::operation!(text).public("the text is known"))
        .operation(web::operation!(broken).permission(&ITEMS_READ).timeout(Duration::from_millis(50)))
}

/// Knows `owner`, `reader`, `neighbour` (another tenant) and `down`; and the owner, or one made a reader, until a time in
/// milliseconds: `owner-until-…`, `owner-then-reader-…`.
pub struct Identities;

pub const TENANT: TenantId = Id::from_uuid(Uuid::from_u128(1));
pub const NEIGHBOUR: TenantId = Id::from_uuid(Uuid::from_u128(2));

#[async_trait]
impl IdentityProvider for Identities {
    async fn authenticate(&self, visitor: &Visitor, bearer: &str) -> Result<Option<Principal>, Problem> {
        let both = vec![ITEMS_READ.name, ITEMS_WRITE.name];
        let now_ms = visitor.now().timestamp_millis();
        let is_before = |until: &str| until.parse::<i64>().is_ok_and(|until_ms| now_ms < until_ms);
        let then_reader = bearer.strip_prefix("owner-then-reader-");
        let (tenant, user, permissions) = match bearer {
            "owner" => (TENANT, 11, both),
            _ if bearer.strip_prefix("owner-until-").is_some_and(is_before) => (TENANT, 11, both),
            _ if then_reader.is_some_and(is_before) => (TENANT, 11, both),
            _ if then_reader.is_some() => (TENANT, 11, vec![ITEMS_READ.name]),
            "reader" => (TENANT, 12, vec![ITEMS_READ.name]),
            "neighbour" => (NEIGHBOUR, 21, both),
            "down" => return Err(Problem::unavailable("no identities today")),
            _ => return Ok(None),
        };
        let id: UserId = Id::from_uuid(Uuid::from_u128(user));
        let authenticated_at = visitor.now();
        let credential = Credential { id: None, strength: Strength::Password, authenticated_at };
        Ok(Some(Principal {
            actor: Actor::User { id },
            credential,
            permissions: permissions.into_iter().collect(),
            ..Principal::system(tenant, "shop", visitor.now())
        }))
    }

    async fn resume(&self, _: &Visitor, _: TenantId, _: &Actor) -> Result<Option<Principal>, Problem> {
        Ok(None)
    }
}

pub fn settings() -> web::Settings {
    web::Settings {
        max_body_bytes: 1_000,
        max_json_depth: 5,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        public_requests_per_minute: NonZeroU32::new(5).unwrap(),
        ..web::Settings::for_tests()
    }
}

pub fn server(shop: &Shop, settings: web::Settings) -> web::Server {
    server_with(shop, settings, Secrets::new(&MasterKey::generate()))
}

pub fn server_with(shop: &Shop, settings: web::Settings, secrets: Secrets) -> web::Server {
    let server = web::Server::new(web::Parts {
        settings,
        clock: Clock::system(),
        secrets,
        identity: Arc::new(Identities),
        entitlements: None,
        apis: vec![api(shop)],
        info: utoipa::openapi::Info::new("Shop", "v1"),
    });
    server.unwrap_or_else(|faults| panic!("{faults:#?}"))
}
