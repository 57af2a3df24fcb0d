//! What the tenant's active members prove themselves by, and where they have come from: counted and found in one statement
//! each, however many they are.

use crate::domain::MembershipId;
use crate::domain::policy::{Factors, Newcomer};
use chrono::{DateTime, Utc};
use data::{System, Tx};
use kernel::UserId;
use sea_orm::FromQueryResult;

const PASSWORD: i64 = 1;
const TOTP: i64 = 2;
const PASSKEY: i64 = 4;

#[derive(Debug)]
pub struct Member {
    pub id: MembershipId,
    pub user: UserId,
    pub display_name: String,
    pub joined_at: DateTime<Utc>,
    pub factors: Factors,
}

#[derive(FromQueryResult)]
struct Row {
    member_id: MembershipId,
    user_id: UserId,
    display_name: String,
    joined_at: DateTime<Utc>,
    factors: i64,
}

#[derive(FromQueryResult)]
struct SessionRow {
    member_id: MembershipId,
    user_id: UserId,
    display_name: String,
    joined_at: DateTime<Utc>,
    factors: i64,
    client_address: Option<String>,
}

/// Of how many members so many sessions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Sessions {
    pub sessions: i64,
    pub members: i64,
}

#[derive(FromQueryResult)]
struct Group {
    factors: i64,
    members: i64,
}

#[derive(FromQueryResult)]
struct Own {
    factors: i64,
}

#[derive(FromQueryResult)]
struct NewcomerRow {
    joined_at: DateTime<Utc>,
    proved_at: DateTime<Utc>,
    has_changed: i64,
}

/// As the sum of the numbers above.
macro_rules! factors {
    () => {
        "CAST(CASE WHEN u.passkey_only_at IS NULL THEN 1 ELSE 0 END \
         + CASE WHEN EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = m.user_id \
         AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL) THEN 2 ELSE 0 END \
         + CASE WHEN EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = m.user_id AND k.deleted_at IS NULL) \
         THEN 4 ELSE 0 END AS BIGINT) AS factors"
    };
}

macro_rules! member {
    () => {
        concat!(
            "SELECT m.public_id AS member_id, m.user_id, u.display_name, m.created_at AS joined_at, ",
            factors!()
        )
    };
}

/// The members are `m`, and the people `u`.
macro_rules! active {
    () => {
        "JOIN users u ON u.public_id = m.user_id WHERE m.tenant_id = $1 AND m.state = 'active' \
         AND m.deleted_at IS NULL AND u.deleted_at IS NULL"
    };
}

/// Sessions `s` that have not ended and were renewed since `$2`.
macro_rules! open_sessions {
    () => {
        concat!(
            " FROM sessions s JOIN memberships m ON m.tenant_id = s.tenant_id AND m.public_id = s.membership_id ",
            active!(),
            " AND s.tenant_id = $1 AND s.revoked_at IS NULL AND s.deleted_at IS NULL AND s.operator_id IS NULL \
             AND s.oauth_actor_id IS NULL \
             AND s.updated_at > $2 \
             AND (u.sessions_ended_at IS NULL OR coalesce(s.authenticated_at, s.created_at) >= u.sessions_ended_at)"
        )
    };
}

/// `None`: they are no active member.
pub async fn of_user(tx: &Tx, user: UserId) -> Result<Option<Factors>, data::Error> {
    let sql =
        data::sql!(concat!("SELECT ", factors!(), " FROM memberships m ", active!(), " AND m.user_id = $2"));
    let found: Option<Own> = tx.sql(sql).bind(user).one().await?;
    Ok(found.map(|own| read(own.factors)))
}

/// `None`: they are no active member, or have not proved their address. What they have had and given up counts; who has ended
/// all sessions has changed as well, as that is what a new password does.
pub async fn newcomer(tx: &Tx, user: UserId) -> Result<Option<Newcomer>, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT m.created_at AS joined_at, u.email_verified_at AS proved_at, \
         CAST(CASE WHEN u.sessions_ended_at IS NULL AND u.passkey_only_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = m.user_id AND f.confirmed_at IS NOT NULL) \
         AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = m.user_id) \
         THEN 0 ELSE 1 END AS BIGINT) AS has_changed FROM memberships m ",
        active!(),
        " AND m.user_id = $2 AND u.email_verified_at IS NOT NULL"
    ));
    let found: Option<NewcomerRow> = tx.sql(sql).bind(user).one().await?;
    Ok(found.map(|NewcomerRow { joined_at, proved_at, has_changed }| Newcomer {
        joined_at,
        proved_at,
        has_changed: has_changed != 0,
    }))
}

/// Whether an owner could come in by two factors of their own; a thousand are looked at.
pub async fn any_owner_by_two(tx: &Tx) -> Result<bool, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT ",
        factors!(),
        " FROM memberships m ",
        active!(),
        " AND m.role = 'owner' AND m.role_id IS NULL LIMIT 1000"
    ));
    let owners: Vec<Own> = tx.sql(sql).all().await?;
    Ok(owners.iter().map(|own| read(own.factors)).any(is_by_two))
}

/// The same but for this one.
pub async fn any_other_owner_by_two(tx: &Tx, user: UserId) -> Result<bool, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT ",
        factors!(),
        " FROM memberships m ",
        active!(),
        " AND m.role = 'owner' AND m.role_id IS NULL AND m.user_id <> $2 LIMIT 1000"
    ));
    let owners: Vec<Own> = tx.sql(sql).bind(user).all().await?;
    Ok(owners.iter().map(|own| read(own.factors)).any(is_by_two))
}

/// Whether who has these comes in by two.
pub fn is_by_two(has: Factors) -> bool {
    has.passkey || (has.password && has.totp)
}

#[derive(FromQueryResult)]
struct OfTenant {
    tenant_name: String,
}

/// What the first tenant this person joined is called, of those that enforce a provider and have no other owner who could come
/// in by two.
pub async fn only_way_back(system: &System, user: UserId) -> Result<Option<String>, data::Error> {
    let sql = "SELECT t.name AS tenant_name FROM memberships m JOIN tenants t ON t.public_id = m.tenant_id \
         WHERE m.user_id = $1 AND m.role = 'owner' AND m.role_id IS NULL AND m.state = 'active' \
         AND m.deleted_at IS NULL AND t.deleted_at IS NULL AND t.closed_at IS NULL \
         AND EXISTS (SELECT 1 FROM oidc_connections e WHERE e.tenant_id = m.tenant_id \
         AND e.enforcement = 'enforced' AND e.deleted_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM memberships o JOIN users u ON u.public_id = o.user_id \
         WHERE o.tenant_id = m.tenant_id AND o.user_id <> m.user_id AND o.role = 'owner' AND o.role_id IS NULL \
         AND o.state = 'active' AND o.deleted_at IS NULL AND u.deleted_at IS NULL \
         AND (EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = o.user_id AND k.deleted_at IS NULL) \
         OR (u.passkey_only_at IS NULL AND EXISTS (SELECT 1 FROM totp_factors f WHERE f.user_id = o.user_id \
         AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL)))) \
         ORDER BY m.created_at, m.public_id LIMIT 1";
    let rows = system.query_all(sql, vec![user.into()]).await?;
    let found = rows.first().map(|row| OfTenant::from_query_result(row, "")).transpose()?;
    Ok(found.map(|of| of.tenant_name))
}

/// How many members have which; those that nobody has are left out.
pub async fn counted(tx: &Tx) -> Result<Vec<(Factors, i64)>, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT a.factors, count(*) AS members FROM (SELECT ",
        factors!(),
        " FROM memberships m ",
        active!(),
        ") a GROUP BY a.factors"
    ));
    let groups: Vec<Group> = tx.sql(sql).all().await?;
    Ok(groups.into_iter().map(|group| (read(group.factors), group.members)).collect())
}

/// Those who have just one of these sets; the first to have joined, at most so many.
pub async fn who_have(tx: &Tx, sets: &[Factors], limit: i64) -> Result<Vec<Member>, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT a.* FROM (",
        member!(),
        " FROM memberships m ",
        active!(),
        ") a WHERE $2 LIKE '%' || CAST(a.factors AS TEXT) || '%' ORDER BY a.joined_at, a.member_id LIMIT $3"
    ));
    let wanted: String = sets.iter().map(|set| written(*set).to_string()).collect();
    let rows: Vec<Row> = tx.sql(sql).bind(wanted).bind(limit).all().await?;
    Ok(rows.into_iter().map(Row::into_member).collect())
}

/// Whose the newest sessions are that were renewed since then, and where each was opened from; at most so many.
pub async fn newest_sessions(
    tx: &Tx,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Member, Option<String>)>, data::Error> {
    let sql = data::sql!(concat!(
        member!(),
        ", s.client_address",
        open_sessions!(),
        " ORDER BY s.created_at DESC, s.public_id DESC LIMIT $3"
    ));
    let rows: Vec<SessionRow> = tx.sql(sql).bind(since).bind(limit).all().await?;
    Ok(rows.into_iter().map(SessionRow::into_parts).collect())
}

/// How many sessions were renewed since then, and signed in to no later than `by` and later than `after`
/// (`session::signed_in_at`).
pub async fn signed_in_between(
    tx: &Tx,
    renewed_since: DateTime<Utc>,
    after: DateTime<Utc>,
    by: DateTime<Utc>,
) -> Result<Sessions, data::Error> {
    let sql = data::sql!(concat!(
        "SELECT count(*) AS sessions, count(DISTINCT s.membership_id) AS members",
        open_sessions!(),
        " AND s.created_at > $3 AND (s.authenticated_at IS NULL OR s.authenticated_at > $3) \
         AND (s.created_at <= $4 OR s.authenticated_at <= $4)"
    ));
    let found = tx.sql(sql).bind(renewed_since).bind(after).bind(by).one().await?;
    Ok(found.unwrap_or_default())
}

impl Row {
    fn into_member(self) -> Member {
        Member {
            id: self.member_id,
            user: self.user_id,
            display_name: self.display_name,
            joined_at: self.joined_at,
            factors: read(self.factors),
        }
    }
}

impl SessionRow {
    fn into_parts(self) -> (Member, Option<String>) {
        let Self { member_id, user_id, display_name, joined_at, factors, client_address } = self;
        (Row { member_id, user_id, display_name, joined_at, factors }.into_member(), client_address)
    }
}

fn read(sum: i64) -> Factors {
    let has = |factor: i64| sum & factor != 0;
    Factors { password: has(PASSWORD), totp: has(TOTP), passkey: has(PASSKEY) }
}

fn written(factors: Factors) -> i64 {
    let Factors { password, totp, passkey } = factors;
    i64::from(password) * PASSWORD + i64::from(totp) * TOTP + i64::from(passkey) * PASSKEY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_has_a_digit_of_its_own() {
        for digit in 0..8 {
            assert_eq!(written(read(digit)), digit);
        }
    }
}
