//! Signs access tokens and says whether one is ours. Each node keeps the keys for a minute; of a key that it does not know it
//! asks the database, at most once a second. The next key is made when the present one has grown old, and is published for
//! an hour before it signs.

use crate::app::App;
use crate::domain::access_token::{self, Claims, IdClaims, Jwk};
use crate::domain::{SigningKeyId, support};
use crate::error::Error;
use crate::store::signing_key::{self, NewKey};
use chrono::{DateTime, Duration, Utc};
use data::AuditEntry;
use kernel::Visitor;
use kernel::id::PLATFORM;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrets::OpenError;
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};

const SEAL: &str = "users.signing_key";
const KEPT: Duration = Duration::minutes(1);
const ASKED_AGAIN_AFTER: Duration = Duration::seconds(1);
/// What is told to caches of the public keys is shorter.
const PUBLISHED_BEFORE: Duration = Duration::hours(1);
/// Of so many the tokens are known: more come about only where somebody makes the next by hand again and again.
const MAX_KEYS: u64 = 100;

/// What a node knows of the keys.
#[derive(Default)]
pub struct SigningKeys(RwLock<Option<Known>>);

#[derive(Clone)]
struct Known {
    /// Newest first.
    keys: Arc<[Key]>,
    read_at: DateTime<Utc>,
}

struct Key {
    id: String,
    generation: i64,
    public: Vec<u8>,
    /// `None` where the master key that sealed it is gone: what it signed is still known.
    pair: Option<Ed25519KeyPair>,
    signs_from: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

/// Whether a key of this installation signed it, for here, and it is good now. Not whether its session is.
pub async fn verify(app: &App, token: &str, now: DateTime<Utc>) -> Result<bool, Error> {
    let Some(id) = access_token::key_id(token) else { return Ok(false) };
    let is_of = |key: &&Key| key.id == id;
    let mut keys = known(app, now, KEPT).await?;
    if !keys.iter().any(|key| is_of(&key)) {
        keys = known(app, now, ASKED_AGAIN_AFTER).await?;
    }
    let key = published(&keys, app, now).find(is_of);
    Ok(key.is_some_and(|key| access_token::is_good(token, &key.public, &app.issuer, now)))
}

pub async fn sign(app: &App, visitor: &Visitor, claims: &Claims) -> Result<String, Error> {
    let keys = able_to_sign(app, visitor).await?;
    let (key, pair) = signer(&keys, visitor.now())?;
    Ok(access_token::sign(pair, &key.id, claims).map_err(data::Error::internal)?)
}

/// Who has signed in, for a client.
pub async fn sign_id_token(app: &App, visitor: &Visitor, claims: &IdClaims) -> Result<String, Error> {
    let keys = able_to_sign(app, visitor).await?;
    let (key, pair) = signer(&keys, visitor.now())?;
    Ok(access_token::sign_id_token(pair, &key.id, claims).map_err(data::Error::internal)?)
}

/// What is to be shown when the key has long been replaced.
pub async fn sign_statement(
    app: &App,
    visitor: &Visitor,
    kind: &str,
    payload: &Value,
) -> Result<String, Error> {
    let keys = able_to_sign(app, visitor).await?;
    let (_, pair) = signer(&keys, visitor.now())?;
    Ok(access_token::sign_statement(pair, kind, payload).map_err(data::Error::internal)?)
}

async fn able_to_sign(app: &App, visitor: &Visitor) -> Result<Arc<[Key]>, Error> {
    let now = visitor.now();
    let mut keys = known(app, now, KEPT).await?;
    let is_old = |newest: &Key| newest.created_at + app.settings.signing_key_lifetime() <= now;
    if keys.first().is_none_or(is_old) || signing(&keys, now).is_none() {
        make_next(app, visitor, &keys).await?;
        keys = read(app, now).await?;
    }
    Ok(keys)
}

fn signer(keys: &[Key], now: DateTime<Utc>) -> Result<(&Key, &Ed25519KeyPair), Error> {
    signing(keys, now).ok_or_else(|| {
        data::Error::internal("no signing key can be opened: is a former master key missing?").into()
    })
}

/// Those whose tokens may still be about, newest first. Who asks before anybody has signed in is told the first one, since
/// they may keep the answer for a while.
pub async fn public(app: &App, visitor: &Visitor) -> Result<Vec<Jwk>, Error> {
    let now = visitor.now();
    let mut keys = known(app, now, KEPT).await?;
    if keys.is_empty() {
        make_next(app, visitor, &keys).await?;
        keys = read(app, now).await?;
    }
    Ok(published(&keys, app, now).map(|key| Jwk::of(&key.public)).collect())
}

/// Makes the next key before its time. It signs in an hour, once all have read it; tokens of the present one stay good until
/// they expire, so one that has become known to others is ended as `runbooks/keys.md` says.
pub async fn rotate(app: &App, visitor: &Visitor) -> Result<(), Error> {
    let keys = read(app, visitor.now()).await?;
    make_next(app, visitor, &keys).await?;
    read(app, visitor.now()).await?;
    Ok(())
}

/// `None`: the newest master key sealed it already.
pub fn resealed(app: &App, key: &signing_key::Model) -> Result<Option<Vec<u8>>, OpenError> {
    app.secrets.reseal(SEAL, key.public_id.uuid().as_bytes(), &key.sealed_private_key)
}

/// The newest that has begun to sign and can be opened here. Not one that another has followed for longer than a node keeps
/// what it knows: it would end before its tokens do.
fn signing(keys: &[Key], now: DateTime<Utc>) -> Option<(&Key, &Ed25519KeyPair)> {
    let followed = |at: usize| at.checked_sub(1).is_some_and(|next| keys[next].signs_from + KEPT <= now);
    let begun = keys.iter().enumerate().filter(|(at, key)| key.signs_from <= now && !followed(*at));
    // The clock of the node that made the first one may be ahead of this one's.
    let first = keys.last().filter(|_| keys.iter().all(|key| key.signs_from > now));
    begun.map(|(_, key)| key).chain(first).find_map(|key| Some((key, key.pair.as_ref()?)))
}

/// A key is good as long as the last token that it can have signed, which was before the next one took over. That of an
/// operator who acts as a member lasts its own time.
fn published<'a>(keys: &'a [Key], app: &App, now: DateTime<Utc>) -> impl Iterator<Item = &'a Key> {
    let lifetime = app.settings.access_token_lifetime().max(support::SESSION);
    keys.iter().enumerate().filter_map(move |(at, key)| {
        let next = at.checked_sub(1).map(|next| &keys[next]);
        next.is_none_or(|next| next.signs_from + KEPT + lifetime > now).then_some(key)
    })
}

async fn known(app: &App, now: DateTime<Utc>, for_how_long: Duration) -> Result<Arc<[Key]>, Error> {
    let known = app.signing_keys.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    match known {
        Some(known) if (known.read_at..known.read_at + for_how_long).contains(&now) => Ok(known.keys),
        _ => read(app, now).await,
    }
}

async fn read(app: &App, now: DateTime<Utc>) -> Result<Arc<[Key]>, Error> {
    let system = app.databases.system_read("access tokens: with which keys they are signed").await?;
    let rows = signing_key::newest(&system, MAX_KEYS).await?;
    drop(system);
    let keys: Arc<[Key]> = rows.into_iter().map(|row| opened(app, row)).collect();
    let known = Known { keys: Arc::clone(&keys), read_at: now };
    *app.signing_keys.0.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
    Ok(keys)
}

fn opened(app: &App, row: signing_key::Model) -> Key {
    let seed = app.secrets.open(SEAL, row.public_id.uuid().as_bytes(), &row.sealed_private_key);
    let pair =
        seed.ok().and_then(|seed| Ed25519KeyPair::from_seed_and_public_key(&seed, &row.public_key).ok());
    if pair.is_none() {
        tracing::warn!(key = row.key_id, "a signing key cannot be opened: is a former master key missing?");
    }
    Key {
        id: row.key_id,
        generation: row.generation,
        public: row.public_key,
        pair,
        signs_from: row.signs_from,
        created_at: row.created_at,
    }
}

/// Of two nodes that do this at once one does it. Where none can sign it signs at once, as the first does.
async fn make_next(app: &App, visitor: &Visitor, keys: &[Key]) -> Result<(), Error> {
    // Who happens to sign in when it is due is not the operators' business.
    let nobody = Visitor { client_address: None, user_agent: None, ..visitor.clone() };
    let ctx = nobody.enter(PLATFORM, "users");
    let id: SigningKeyId = ctx.new_id();
    let seed = secrets::salt();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
        .map_err(|_| data::Error::internal("32 bytes are no key of Ed25519"))?;
    let public_key = pair.public_key().as_ref().to_vec();
    let can_sign = signing(keys, ctx.now()).is_some();
    let before = keys.first().map(|newest| newest.id.clone());
    let new = NewKey {
        id,
        generation: keys.first().map_or(1, |newest| newest.generation + 1),
        key_id: access_token::thumbprint(&public_key),
        public_key,
        sealed_private_key: app.secrets.seal(SEAL, id.uuid().as_bytes(), &seed),
        signs_from: if can_sign { ctx.now() + PUBLISHED_BEFORE } else { ctx.now() },
    };
    let mut unit = app.databases.write(&ctx).await?;
    let made = match signing_key::insert(&unit, &ctx, new).await {
        Err(error) if signing_key::is_there(&error) => return Ok(()),
        made => made?,
    };
    unit.audit(AuditEntry {
        action: "users.signing_key.create",
        resource: "signing_key",
        resource_id: id.uuid(),
        before: Some(json!({ "newest": before })),
        after: Some(json!({ "newest": made.key_id, "signs_from": made.signs_from })),
    })?;
    Ok(unit.commit(()).await?)
}
