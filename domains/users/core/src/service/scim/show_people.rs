//! The people of the tenant as its directory sees them.

use crate::app::App;
use crate::domain::scim::Filter;
use crate::domain::scim::schema::USERS;
use crate::domain::{MembershipId, ScimUserId};
use crate::error::Error;
use crate::service::scim::base;
use crate::service::scim::person::{self, Person};
use crate::service::scim::search::{Found, MAX_LOOKED_AT, Search, equalities, too_many};
use crate::service::scim::version::{self, Told};
use crate::store::scim_user::{self, Order};
use data::Tx;
use kernel::Ctx;
use serde_json::Value;

/// That are held against a filter without a pause.
const AT_ONCE: usize = 50;

pub async fn one(app: &App, ctx: &Ctx, id: ScimUserId) -> Result<Told, Error> {
    let read = app.databases.read(ctx).await?;
    version::told(person::find(&read, id).await?.document(&base(app))?)
}

pub async fn list(app: &App, ctx: &Ctx, search: Search) -> Result<Found, Error> {
    let read = app.databases.read(ctx).await?;
    let base = base(app);
    let Some(filter) = &search.filter else {
        let total = scim_user::count(&read).await?;
        if search.count == 0 {
            return Ok(Found { total, resources: Vec::new() });
        }
        let ids = scim_user::page(&read, search.order, search.offset(), search.count).await?;
        let people = told(&base, person::load(&read, ids).await?)?;
        return Ok(Found { total, resources: people.into_iter().map(|told| told.document).collect() });
    };
    let ids = match found_by_index(&read, filter).await? {
        Some(ids) => ids,
        None => scim_user::page(&read, search.order, 0, MAX_LOOKED_AT + 1).await?,
    };
    if ids.len() > usize::try_from(MAX_LOOKED_AT).unwrap_or(usize::MAX) {
        return Err(too_many().into());
    }
    let mut people = Vec::new();
    for (nth, told) in told(&base, person::load(&read, ids).await?)?.into_iter().enumerate() {
        if nth % AT_ONCE == 0 {
            // Others have their turn, and the request its deadline.
            tokio::task::yield_now().await;
        }
        if filter.matches(&USERS, &told.document) {
            people.push(told);
        }
    }
    sort(&mut people, search.order);
    Ok(search.page(people))
}

fn told(base: &str, people: Vec<Person>) -> Result<Vec<Told>, Error> {
    people.into_iter().map(|person| version::told(person.document(base)?)).collect()
}

fn sort(people: &mut [Told], order: Order) {
    let name = |told: &Told| {
        told.document.get("userName").and_then(Value::as_str).map(str::to_lowercase).unwrap_or_default()
    };
    match order {
        Order::Oldest => {}
        Order::ByName => people.sort_by_cached_key(name),
        Order::ByNameBackwards => people.sort_by_cached_key(|told| std::cmp::Reverse(name(told))),
    }
}

/// Whoever it lets through is among these; `None`: no index knows.
async fn found_by_index(tx: &Tx, filter: &Filter) -> Result<Option<Vec<ScimUserId>>, Error> {
    for (name, part, text) in equalities(filter) {
        if part.is_some() {
            continue;
        }
        if name.eq_ignore_ascii_case("id") {
            return Ok(Some(Vec::from_iter(text.parse::<ScimUserId>())));
        }
        if name.eq_ignore_ascii_case("userName") {
            let key = text.to_lowercase();
            if let Some(row) = scim_user::by_user_name(tx, &key).await? {
                return Ok(Some(vec![row.public_id]));
            }
            let member = scim_user::member_at(tx, &key).await?;
            let id = |member: MembershipId| ScimUserId::from_uuid(member.uuid());
            return Ok(Some(Vec::from_iter(member.map(id))));
        }
        if name.eq_ignore_ascii_case("externalId") {
            let limit = u64::try_from(MAX_LOOKED_AT + 1).unwrap_or_default();
            let rows = scim_user::by_external_id(tx, text, limit).await?;
            return Ok(Some(rows.into_iter().map(|row| row.public_id).collect()));
        }
    }
    Ok(None)
}
