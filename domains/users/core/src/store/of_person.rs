//! What users keeps of one person, to be deleted with them: in each of their tenants, where what points at others
//! goes before those, and in none. How they are named in a tenant is found before.

use crate::store::data_export;
use chrono::{DateTime, Duration, Utc};
use data::{System, TenantSql, Tx, Unit, sql};
use kernel::{TenantId, UserId};
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::Uuid;

/// By what something is theirs.
#[derive(Clone, Debug)]
pub struct Theirs {
    pub person: UserId,
    /// In lower case.
    pub address: String,
    /// Since when the address is somebody else's: only what is from before is theirs by it.
    pub until: Option<DateTime<Utc>>,
}

/// At most so many rows a statement.
const BATCH: u64 = 1_000;

/// `$2` is the person.
const BY_PERSON: [TenantSql; 6] = [
    sql!(
        "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND id IN (SELECT r.id FROM refresh_tokens r \
         JOIN sessions s ON s.tenant_id = r.tenant_id AND s.public_id = r.session_id \
         JOIN memberships m ON m.tenant_id = s.tenant_id AND m.public_id = s.membership_id \
         WHERE r.tenant_id = $1 AND m.user_id = $2 LIMIT 1000)"
    ),
    sql!(
        "DELETE FROM sessions WHERE tenant_id = $1 AND id IN (SELECT s.id FROM sessions s \
         JOIN memberships m ON m.tenant_id = s.tenant_id AND m.public_id = s.membership_id \
         WHERE s.tenant_id = $1 AND m.user_id = $2 LIMIT 1000)"
    ),
    sql!(
        "DELETE FROM oauth_codes WHERE tenant_id = $1 AND id IN (SELECT c.id FROM oauth_codes c \
         JOIN memberships m ON m.tenant_id = c.tenant_id AND m.public_id = c.membership_id \
         WHERE c.tenant_id = $1 AND m.user_id = $2 LIMIT 1000)"
    ),
    sql!(
        "DELETE FROM oauth_grants WHERE tenant_id = $1 AND id IN (SELECT g.id FROM oauth_grants g \
         JOIN memberships m ON m.tenant_id = g.tenant_id AND m.public_id = g.membership_id \
         WHERE g.tenant_id = $1 AND m.user_id = $2 LIMIT 1000)"
    ),
    sql!(
        "DELETE FROM email_tokens WHERE tenant_id = $1 AND id IN \
         (SELECT id FROM email_tokens WHERE tenant_id = $1 AND user_id = $2 LIMIT 1000)"
    ),
    sql!(
        "DELETE FROM oidc_identities WHERE tenant_id = $1 AND id IN \
         (SELECT id FROM oidc_identities WHERE tenant_id = $1 AND user_id = $2 LIMIT 1000)"
    ),
];

/// Which rows are theirs by `$2`, the person, or by `$3`, their address in lower case, until `$4`.
macro_rules! of_directory {
    () => {
        "SELECT s.public_id FROM scim_users s WHERE s.tenant_id = $1 \
         AND ((s.email_key = $3 OR s.user_name_key = $3) AND ($4 IS NULL OR s.created_at < $4) \
         OR s.membership_id IN (SELECT m.public_id FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = $2)) \
         LIMIT 1000"
    };
}

macro_rules! invitations {
    () => {
        "SELECT i.public_id FROM invitations i WHERE i.tenant_id = $1 \
         AND (i.email_key = $3 AND ($4 IS NULL OR i.created_at < $4) \
         OR i.membership_id IN (SELECT m.public_id FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = $2)) \
         LIMIT 1000"
    };
}

/// By the invitations a tenant is found again by who was cut off, so they come last.
const BY_ADDRESS: [TenantSql; 4] = [
    sql!(concat!(
        "DELETE FROM scim_group_members WHERE tenant_id = $1 AND scim_user_id IN (",
        of_directory!(),
        ")"
    )),
    sql!(concat!(
        "UPDATE scim_users SET manager_id = NULL, version = version + 1 WHERE tenant_id = $1 AND manager_id IN (",
        of_directory!(),
        ")"
    )),
    sql!(concat!("DELETE FROM scim_users WHERE tenant_id = $1 AND public_id IN (", of_directory!(), ")")),
    sql!(concat!("DELETE FROM invitations WHERE tenant_id = $1 AND public_id IN (", invitations!(), ")")),
];

/// A batch of each. `true` when there may be more.
pub async fn delete(unit: &Unit, of: &Theirs) -> Result<bool, data::Error> {
    for statement in BY_PERSON {
        if unit.sql(statement).bind(of.person).exec().await? >= BATCH {
            return Ok(true);
        }
    }
    for statement in BY_ADDRESS {
        unit.sql(statement).bind(of.person).bind(of.address.as_str()).bind(of.until).exec().await?;
    }
    Ok(false)
}

/// What files said of them in the transaction's tenant: by their address, or, where they had another then, by what
/// came of the row. Before their invitations, by which those are known. `true` when there may be more.
pub async fn delete_decisions(unit: &Unit, of: &Theirs, named_by: &[Uuid]) -> Result<bool, data::Error> {
    let by_address = sql!(
        "DELETE FROM import_decisions WHERE tenant_id = $1 AND id IN (SELECT id FROM import_decisions \
         WHERE tenant_id = $1 AND row_key = $2 AND ($3 IS NULL OR created_at < $3) LIMIT 1000)"
    );
    let by_address = unit.sql(by_address).bind(of.address.as_str()).bind(of.until);
    if by_address.exec().await? >= BATCH {
        return Ok(true);
    }
    for id in named_by {
        let by_outcome = sql!(
            "DELETE FROM import_decisions WHERE tenant_id = $1 AND id IN (SELECT id FROM import_decisions \
             WHERE tenant_id = $1 AND outcome LIKE $2 LIMIT 1000)"
        );
        if unit.sql(by_outcome).bind(format!("%{id}%")).exec().await? >= BATCH {
            return Ok(true);
        }
    }
    Ok(false)
}

#[derive(FromQueryResult)]
struct Named {
    public_id: Uuid,
}

/// By which ids the transaction's tenant knows them, but their own.
pub async fn named_by(tx: &Tx, of: &Theirs) -> Result<Vec<Uuid>, data::Error> {
    let memberships =
        sql!("SELECT public_id FROM memberships WHERE tenant_id = $1 AND user_id = $2 LIMIT 1000");
    let mut named: Vec<Named> = tx.sql(memberships).bind(of.person).all().await?;
    for statement in [sql!(of_directory!()), sql!(invitations!())] {
        let raw = tx.sql(statement).bind(of.person).bind(of.address.as_str()).bind(of.until);
        named.extend(raw.all::<Named>().await?);
    }
    Ok(named.into_iter().map(|named| named.public_id).collect())
}

/// Since when an address that was given up then is somebody else's: who has an account with it, or whom a tenant asks
/// in. Who had another address before has an older account, so of theirs it is known only that it was later.
pub async fn anothers_since(
    system: &System,
    address: &str,
    given_up: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, data::Error> {
    let sql = "SELECT u.created_at FROM users u WHERE u.email_key = $1 AND u.deleted_at IS NULL \
         UNION ALL SELECT i.created_at FROM invitations i WHERE i.email_key = $1 AND i.created_at > $2 \
         ORDER BY created_at LIMIT 1";
    let rows = system.query_all(sql, vec![address.into(), given_up.into()]).await?;
    let since = rows.first().map(|row| row.try_get::<DateTime<Utc>>("", "created_at")).transpose()?;
    // What was written with the giving up is from before.
    Ok(since.map(|since| since.max(given_up + Duration::microseconds(1))))
}

/// Files with all that concerns them, in the transaction's tenant; at most a thousand.
pub async fn exports(tx: &Tx, person: UserId) -> Result<Vec<data_export::Model>, data::Error> {
    data_export::of_person(tx, person, BATCH).await
}

#[derive(FromQueryResult)]
struct Place {
    tenant_id: TenantId,
}

/// Not one that is being erased as a whole, since nothing may be written there any more.
macro_rules! stays {
    ($tenant:literal) => {
        concat!(
            " AND NOT EXISTS (SELECT 1 FROM tenant_closures c WHERE c.of_tenant = ",
            $tenant,
            " AND c.state IN ('erasing', 'erased'))"
        )
    };
}

/// The tenants, in order, that know something of them: where they are or were a member, where their address was asked
/// in, or where a file named it, whatever came of the row.
pub async fn places(
    system: &System,
    person: UserId,
    address: &str,
    after: Uuid,
    limit: i64,
) -> Result<Vec<TenantId>, data::Error> {
    let sql = concat!(
        "SELECT m.tenant_id FROM memberships m WHERE m.user_id = $1 AND m.tenant_id > $3",
        stays!("m.tenant_id"),
        " UNION SELECT i.tenant_id FROM invitations i WHERE i.email_key = $2 AND i.tenant_id > $3",
        stays!("i.tenant_id"),
        " UNION SELECT d.tenant_id FROM import_decisions d WHERE d.row_key = $2 AND d.tenant_id > $3",
        stays!("d.tenant_id"),
        " ORDER BY tenant_id LIMIT $4"
    );
    let values = vec![person.into(), address.into(), after.into(), limit.into()];
    let rows = system.query_all(sql, values).await?;
    let places = rows.iter().map(|row| Place::from_query_result(row, ""));
    Ok(places.map(|place| place.map(|place| place.tenant_id)).collect::<Result<_, _>>()?)
}

/// What belongs to no tenant. Their row stays, as nobody's, and so does a closing that they asked for.
pub async fn delete_of_no_tenant(system: &System, person: UserId, address: &str) -> Result<(), data::Error> {
    for statement in [
        "DELETE FROM passkeys WHERE user_id = $1",
        "DELETE FROM passkey_ceremonies WHERE user_id = $1",
        "DELETE FROM totp_factors WHERE user_id = $1",
        "DELETE FROM recovery_codes WHERE user_id = $1",
        "DELETE FROM password_resets WHERE user_id = $1",
        "DELETE FROM email_changes WHERE user_id = $1",
        "DELETE FROM oidc_sign_ins WHERE user_id = $1",
        "UPDATE tenant_closures SET address = NULL WHERE requested_by = $1",
    ] {
        system.execute(statement, vec![person.into()]).await?;
    }
    // Sign-ups with the address that nobody has proved.
    let unproved = "UPDATE users SET email = 'erased', email_key = 'erased', display_name = 'erased', \
         password_hash = 'erased' WHERE email_key = $1 AND deleted_at IS NOT NULL";
    system.execute(unproved, vec![address.into()]).await?;
    Ok(())
}
