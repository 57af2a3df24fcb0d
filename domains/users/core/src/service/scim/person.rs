//! A person as the tenant's directory sees them: what it said of them, and the membership that has come of it, if one has. Of a
//! member whom it has never spoken of, what the tenant sees of every member.

use crate::domain::scim::entry::{About, UserEntry, link, told};
use crate::domain::scim::schema::{ENTERPRISE, USERS};
use crate::domain::scim::{Document, Refusal};
use crate::domain::{MembershipId, MembershipState, ScimUserId};
use crate::error::Error;
use crate::store::scim_user::{self, Said};
use crate::store::{membership, user};
use chrono::{DateTime, SecondsFormat, Utc};
use data::Tx;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Person {
    pub id: ScimUserId,
    /// `None` of a member whom the directory has never spoken of.
    pub row: Option<scim_user::Model>,
    /// `None` of who has yet to accept.
    pub member: Option<Member>,
    pub manager: Option<ScimUserId>,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub row: membership::Model,
    pub account: user::Model,
}

pub async fn find(tx: &Tx, id: ScimUserId) -> Result<Person, Error> {
    Ok(load(tx, vec![id]).await?.pop().ok_or(Refusal::NotFound)?)
}

/// By what a directory sent as an id; `None`: it names nobody.
pub async fn named(tx: &Tx, id: &str) -> Result<Option<Person>, Error> {
    let Ok(id) = id.parse() else { return Ok(None) };
    Ok(load(tx, vec![id]).await?.pop())
}

/// Those who are there, in this order.
pub async fn load(tx: &Tx, ids: Vec<ScimUserId>) -> Result<Vec<Person>, Error> {
    let rows = scim_user::by_ids(tx, ids.clone()).await?;
    let mut rows: BTreeMap<ScimUserId, scim_user::Model> =
        rows.into_iter().map(|row| (row.public_id, row)).collect();
    // Who has no row goes by the id of the membership.
    let member_of = |id: &ScimUserId, row: Option<&scim_user::Model>| match row {
        Some(row) => row.membership_id,
        None => Some(MembershipId::from_uuid(id.uuid())),
    };
    let members = ids.iter().filter_map(|id| member_of(id, rows.get(id))).collect();
    let members = membership::by_ids(tx, members).await?;
    let here = |row: &membership::Model| {
        [MembershipState::Active, MembershipState::Suspended].iter().any(|state| row.state == state.name())
    };
    let members: Vec<_> = members.into_iter().filter(here).collect();
    let mut accounts = user::by_ids(tx, members.iter().map(|row| row.user_id).collect()).await?;
    let names = Names::of(tx, &members).await?;
    let mut members: BTreeMap<MembershipId, Member> = members
        .into_iter()
        .filter_map(|row| Some((row.public_id, Member { account: accounts.remove(&row.user_id)?, row })))
        .collect();
    let mut people = Vec::new();
    for id in ids {
        let row = rows.remove(&id);
        let member = member_of(&id, row.as_ref());
        let found = member.and_then(|member| members.remove(&member));
        let is_there = match (&row, &found) {
            // Who left while their row stayed is not there.
            (Some(row), None) => row.membership_id.is_none(),
            // A member of whom the directory speaks goes by its id alone.
            (None, Some(found)) => !names.has_row(found.row.public_id),
            (row, _) => row.is_some(),
        };
        if is_there {
            let manager =
                found.as_ref().and_then(|found| found.row.manager_id).map(|manager| names.id(manager));
            let manager = manager.or(row.as_ref().and_then(|row| row.manager_id));
            people.push(Person { id, row, member: found, manager });
        }
    }
    Ok(people)
}

/// By which ids the directory knows members and their managers.
struct Names(BTreeMap<MembershipId, ScimUserId>);

impl Names {
    async fn of(tx: &Tx, members: &[membership::Model]) -> Result<Self, Error> {
        let ids = members.iter().flat_map(|row| [Some(row.public_id), row.manager_id]).flatten();
        let rows = scim_user::of_members(tx, ids.collect()).await?;
        let named = rows.into_iter().filter_map(|row| Some((row.membership_id?, row.public_id)));
        Ok(Self(named.collect()))
    }

    fn has_row(&self, member: MembershipId) -> bool {
        self.0.contains_key(&member)
    }

    fn id(&self, member: MembershipId) -> ScimUserId {
        self.0.get(&member).copied().unwrap_or(ScimUserId::from_uuid(member.uuid()))
    }
}

impl Person {
    pub fn member_id(&self) -> Option<MembershipId> {
        self.member.as_ref().map(|member| member.row.public_id)
    }

    fn user_name_key(&self) -> Option<&str> {
        let own = self.member.as_ref().map(|member| member.account.email_key.as_str());
        self.row.as_ref().map(|row| row.user_name_key.as_str()).or(own)
    }

    fn awaited_at(&self) -> Option<&str> {
        self.row.as_ref()?.email_key.as_deref()
    }

    /// Without its version.
    pub fn document(&self, base: &str) -> Result<Document, Error> {
        let is_active = self.member.as_ref().map(|member| member.row.state == MembershipState::Active.name());
        let mut document = match (&self.row, &self.member) {
            (Some(row), _) => {
                let mut document: Document =
                    serde_json::from_str(&row.attributes).map_err(data::Error::internal)?;
                document.insert("userName".to_owned(), json!(row.user_name));
                if let Some(external) = &row.external_id {
                    document.insert("externalId".to_owned(), json!(external));
                }
                if let Some(is_active) = is_active {
                    document.insert("active".to_owned(), json!(is_active));
                }
                document
            }
            (None, Some(Member { account, .. })) => Document::from_iter([
                ("userName".to_owned(), json!(account.email)),
                ("displayName".to_owned(), json!(account.display_name)),
                ("name".to_owned(), name(&account.display_name)),
                ("active".to_owned(), json!(is_active)),
                ("emails".to_owned(), json!([{ "value": account.email, "type": "work", "primary": true }])),
            ]),
            (None, None) => return Err(data::Error::internal("a person who is nobody").into()),
        };
        if let Some(manager) = self.manager {
            let manager = link(base, &manager.to_string());
            document.insert(ENTERPRISE.to_owned(), json!({ "manager": manager }));
        }
        let about = About {
            base,
            id: &self.id.to_string(),
            created: time(self.times().map(|(created, _)| created).min()),
            last_modified: time(self.times().map(|(_, updated)| updated).max()),
        };
        Ok(told(&USERS, &about, document))
    }

    fn times(&self) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        let of_row = self.row.iter().map(|row| (row.created_at, row.updated_at));
        of_row.chain(self.member.iter().map(|member| (member.row.created_at, member.row.updated_at)))
    }
}

/// Directories read the parts of a name. Of who has one word for it, that is both.
fn name(whole: &str) -> Value {
    let (given, family) = whole.rsplit_once(' ').unwrap_or((whole, whole));
    json!({ "formatted": whole, "givenName": given.trim_end(), "familyName": family })
}

pub fn time(at: Option<DateTime<Utc>>) -> String {
    at.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What is kept of an entry. `manager`: one who cannot be a member's manager yet.
pub fn said(entry: &UserEntry, manager: Option<ScimUserId>) -> Result<Said, Error> {
    let attributes = serde_json::to_string(&entry.attributes).map_err(data::Error::internal)?;
    Ok(Said {
        user_name: entry.user_name.clone(),
        user_name_key: entry.user_name_key(),
        external_id: entry.external_id.clone(),
        email_key: entry.address().map(|address| address.key()),
        manager,
        attributes,
    })
}

/// Nobody else of the tenant has the name or, of who is to be asked in, the address. What was theirs before is not asked about: a
/// member who takes that address since would keep the directory from switching them off. The tenant must be held.
pub async fn require_free(tx: &Tx, own: Option<&Person>, entry: &UserEntry) -> Result<(), Error> {
    let own_id = own.map(|own| own.id);
    let own_member = own.and_then(Person::member_id);
    let taken = || Refusal::Uniqueness("Another user has this userName or address.".to_owned());
    let key = entry.user_name_key();
    let mut addresses = Vec::new();
    if own.and_then(Person::user_name_key) != Some(key.as_str()) {
        let named = scim_user::by_user_name(tx, &key).await?;
        if named.is_some_and(|named| Some(named.public_id) != own_id) {
            return Err(taken().into());
        }
        addresses.push(key);
    }
    let awaited_at = entry
        .address()
        .map(|address| address.key())
        .filter(|address| own_member.is_none() && own.and_then(Person::awaited_at) != Some(address.as_str()));
    if let Some(address) = &awaited_at {
        let awaited = scim_user::awaited(tx, address).await?;
        if awaited.is_some_and(|awaited| Some(awaited.public_id) != own_id) {
            return Err(taken().into());
        }
    }
    addresses.extend(awaited_at);
    for address in &addresses {
        let member = scim_user::member_at(tx, address).await?;
        if member.is_some_and(|member| Some(member) != own_member) {
            return Err(taken().into());
        }
    }
    Ok(())
}

pub fn or_taken(error: data::Error) -> Error {
    if scim_user::is_taken(&error) {
        return Refusal::Uniqueness("Another user has this userName or address.".to_owned()).into();
    }
    error.into()
}

/// The manager whom an entry names. One who is nobody is no fault: some send all of a person with each change, and that their
/// manager has gone must not keep them from being switched off.
pub async fn manager_of(tx: &Tx, entry: &UserEntry) -> Result<Option<Person>, Error> {
    let Some(manager) = &entry.manager else { return Ok(None) };
    named(tx, manager).await
}

/// What an audit entry says of what the directory said.
pub fn audited(row: &scim_user::Model) -> Value {
    let attributes: Value = serde_json::from_str(&row.attributes).unwrap_or_default();
    json!({
        "user_name": row.user_name, "external_id": row.external_id, "member": row.membership_id,
        "manager": row.manager_id, "attributes": attributes,
    })
}
