//! A user and a group, of the resources that a directory sends.

use crate::domain::Email;
use crate::domain::scim::Document;
use crate::domain::scim::refusal::Refusal;
use crate::domain::scim::schema::{ENTERPRISE, Resource};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const USER_NAME: &str = "userName";
const EXTERNAL_ID: &str = "externalId";
const ACTIVE: &str = "active";
/// Of names and references: what an index can hold.
const MAX_KEY: usize = 254;
/// Of all that is kept of a person, in bytes: a filter may look at a thousand of them.
const MAX_SAID: usize = 16_384;

/// What a directory says of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct UserEntry {
    pub user_name: String,
    pub external_id: Option<String>,
    /// By the id that the manager has here, as it was sent.
    pub manager: Option<String>,
    /// Whether they are to be let in; `None`: it does not say.
    pub active: Option<bool>,
    /// The rest, `active` included.
    pub attributes: Document,
}

impl UserEntry {
    pub fn of(mut document: Document) -> Result<Self, Refusal> {
        let user_name = key(&mut document, USER_NAME)?;
        let user_name =
            user_name.ok_or_else(|| Refusal::InvalidValue("userName must be there.".to_owned()))?;
        let external_id = key(&mut document, EXTERNAL_ID)?;
        let extension = document.remove(ENTERPRISE);
        let manager = extension.as_ref().and_then(|held| held.pointer("/manager/value")?.as_str());
        ["schemas", "id", "meta"].iter().for_each(|name| drop(document.remove(*name)));
        // Not of whether they are let in: nothing stands in the way of that.
        let said = document.iter().filter(|(name, _)| *name != ACTIVE);
        if said.map(|(_, value)| value.to_string().len()).sum::<usize>() > MAX_SAID {
            return Err(Refusal::TooMany(format!("Of a user at most {MAX_SAID} bytes are kept.")));
        }
        Ok(Self {
            user_name,
            external_id,
            manager: manager.map(str::to_owned),
            active: document.get(ACTIVE).and_then(Value::as_bool),
            attributes: document,
        })
    }

    /// What is unique among a tenant's.
    pub fn user_name_key(&self) -> String {
        self.user_name.to_lowercase()
    }

    /// Where they can be asked in: their primary address, that for work, any, or their name, if it is one.
    pub fn address(&self) -> Option<Email> {
        let emails: Vec<&Value> =
            self.attributes.get("emails").and_then(Value::as_array).into_iter().flatten().collect();
        let primary = emails.iter().find(|email| email.get("primary") == Some(&Value::Bool(true)));
        let for_work = || {
            let is_work = |email: &&&Value| email.get("type").and_then(Value::as_str) == Some("work");
            emails.iter().find(is_work)
        };
        let chosen = primary.or_else(for_work).or(emails.first());
        let address = chosen.and_then(|email| email.get("value")?.as_str());
        address.unwrap_or(&self.user_name).parse().ok()
    }
}

/// What a directory says of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEntry {
    pub display_name: String,
    pub external_id: Option<String>,
    /// By the ids that they have here, as they were sent.
    pub members: BTreeSet<String>,
}

impl GroupEntry {
    pub fn of(mut document: Document) -> Result<Self, Refusal> {
        let display_name = key(&mut document, "displayName")?;
        let display_name =
            display_name.ok_or_else(|| Refusal::InvalidValue("displayName must be there.".to_owned()))?;
        let external_id = key(&mut document, EXTERNAL_ID)?;
        let members = document.get("members").and_then(Value::as_array).into_iter().flatten();
        let members = members.filter_map(|member| member.get("value")?.as_str());
        Ok(Self { display_name, external_id, members: members.map(str::to_lowercase).collect() })
    }
}

fn key(document: &mut Document, name: &str) -> Result<Option<String>, Refusal> {
    let Some(Value::String(text)) = document.remove(name) else { return Ok(None) };
    if text.chars().count() > MAX_KEY {
        return Err(Refusal::InvalidValue(format!("{name} must have at most {MAX_KEY} characters.")));
    }
    Ok(Some(text))
}

/// A reference to a user.
pub fn link(base: &str, id: &str) -> Value {
    json!({ "value": id, "$ref": format!("{base}/Users/{id}") })
}

/// What is known of a resource itself.
pub struct About<'a> {
    /// The address below which all resources are.
    pub base: &'a str,
    pub id: &'a str,
    pub created: String,
    pub last_modified: String,
}

/// The resource as it is told, without its version.
pub fn told(resource: &Resource, about: &About<'_>, mut document: Document) -> Document {
    let extension = resource.extension.filter(|extension| document.contains_key(extension.urn));
    let schemas: Vec<&str> = [resource.core].into_iter().chain(extension).map(|schema| schema.urn).collect();
    document.insert("schemas".to_owned(), json!(schemas));
    document.insert("id".to_owned(), json!(about.id));
    let meta = json!({
        "resourceType": resource.name,
        "created": about.created,
        "lastModified": about.last_modified,
        "location": format!("{}{}/{}", about.base, resource.endpoint, about.id),
    });
    document.insert("meta".to_owned(), meta);
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: Value, expected: Result<Option<&str>, ()>) {
        let entry = UserEntry::of(document.as_object().unwrap().clone());
        let address = entry.map(|entry| entry.address().map(|address| address.to_string()));
        assert_eq!(address.map_err(drop), expected.map(|text| text.map(str::to_owned)), "{document}");
    }

    #[test]
    fn an_invitation_goes_to_the_address_that_the_directory_means() {
        let [work, home] =
            ["work", "home"].map(|kind| json!({ "value": format!("{kind}@example.com"), "type": kind }));
        let mut primary = home.clone();
        primary["primary"] = json!(true);
        check(json!({ "userName": "Ada@example.com" }), Ok(Some("Ada@example.com")));
        check(json!({ "userName": "ada" }), Ok(None));
        check(json!({ "userName": "ada@example.com", "emails": [home, work] }), Ok(Some("work@example.com")));
        check(json!({ "userName": "ada", "emails": [work, primary] }), Ok(Some("home@example.com")));
        check(json!({ "userName": "ada@example.com", "emails": [{ "value": "none" }] }), Ok(None));
        check(json!({ "userName": "a".repeat(255) }), Err(()));
        check(json!({ "emails": [work] }), Err(()));
        let many: Vec<_> = (0..1_000).map(|nth| json!({ "value": format!("{nth}@example.com") })).collect();
        check(json!({ "userName": "ada", "emails": many }), Err(()));
    }
}
