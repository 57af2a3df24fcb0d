//! What a user and a group are made of here: the attributes that mean something, and no others. What else a directory sends
//! is left out, as RFC 7643 §2.2 has it.

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Boolean,
    Reference,
    DateTime,
    Complex,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Boolean => "boolean",
            Self::Reference => "reference",
            Self::DateTime => "dateTime",
            Self::Complex => "complex",
        }
    }
}

#[derive(Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub description: &'static str,
    pub kind: Kind,
    pub many: bool,
    pub required: bool,
    pub read_only: bool,
    pub exact_case: bool,
    pub unique: bool,
    pub canonical: &'static [&'static str],
    /// The resources a reference may lead to.
    pub leads_to: &'static [&'static str],
    pub parts: &'static [Attribute],
}

impl Attribute {
    const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            description,
            kind,
            many: false,
            required: false,
            read_only: false,
            exact_case: false,
            unique: false,
            canonical: &[],
            leads_to: &[],
            parts: &[],
        }
    }

    const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text, description)
    }

    const fn complex(name: &'static str, parts: &'static [Attribute], description: &'static str) -> Self {
        Self { parts, ..Self::new(name, Kind::Complex, description) }
    }

    const fn reference(
        name: &'static str,
        leads_to: &'static [&'static str],
        description: &'static str,
    ) -> Self {
        Self { leads_to, exact_case: true, ..Self::new(name, Kind::Reference, description) }
    }

    /// By us alone.
    const fn given(self) -> Self {
        Self { read_only: true, ..self }
    }

    /// Compared to the letter.
    const fn exact(self) -> Self {
        Self { exact_case: true, ..self }
    }

    pub fn part(&self, name: &str) -> Option<&'static Attribute> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug)]
pub struct Schema {
    pub urn: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub attributes: &'static [Attribute],
}

impl Schema {
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

/// A type of resource.
#[derive(Debug)]
pub struct Resource {
    pub name: &'static str,
    /// Below the base of all.
    pub endpoint: &'static str,
    pub core: &'static Schema,
    pub extension: Option<&'static Schema>,
}

const META: &[Attribute] = &[
    Attribute::text("resourceType", "The type of the resource"),
    Attribute::new("created", Kind::DateTime, "When it was made"),
    Attribute::new("lastModified", Kind::DateTime, "When it was changed"),
    Attribute::text("version", "Its ETag"),
    Attribute::reference("location", URI, "Where it is"),
];
const URI: &[&str] = &["uri"];
const A_USER: &[&str] = &["User"];
const USES: &[&str] = &["work", "home", "other"];

/// What every resource has, beside its schema (RFC 7643 §3.1).
const COMMON: &[Attribute] = &[
    Attribute { many: true, ..Attribute::reference("schemas", URI, "The schemas of the resource").given() },
    Attribute::text("id", "The id that is given here").given().exact(),
    Attribute::text("externalId", "The id that the directory has").exact(),
    Attribute::complex("meta", META, "What is known of the resource itself").given(),
];

/// Where an attribute stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// In an extension's own object.
    pub extension: Option<&'static Schema>,
    pub attribute: &'static Attribute,
}

impl Resource {
    /// `urn` is the schema that was named with it, if any. `None`: there is no such attribute here.
    pub fn place(&self, urn: Option<&str>, name: &str) -> Option<Place> {
        let is = |schema: &Schema| urn.is_none_or(|urn| schema.urn.eq_ignore_ascii_case(urn));
        if is(self.core) {
            let common = COMMON.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
            if let Some(attribute) = common.or_else(|| self.core.attribute(name)) {
                return Some(Place { extension: None, attribute });
            }
        }
        let extension = self.extension.filter(|schema| is(schema))?;
        Some(Place { extension: Some(extension), attribute: extension.attribute(name)? })
    }

    /// The extension of this URN.
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extension.filter(|schema| schema.urn.eq_ignore_ascii_case(urn))
    }

    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> {
        [self.core].into_iter().chain(self.extension)
    }
}

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "The whole name"),
    Attribute::text("familyName", "The family name"),
    Attribute::text("givenName", "The given name"),
];
const EMAIL: &[Attribute] = &[
    Attribute::text("value", "The address"),
    Attribute { canonical: USES, ..Attribute::text("type", "What it is for") },
    Attribute::new("primary", Kind::Boolean, "Whether an invitation goes there"),
];
const MANAGER: &[Attribute] = &[
    Attribute::text("value", "The id of the manager here").exact(),
    Attribute::reference("$ref", A_USER, "Where the manager is"),
];
const MEMBER: &[Attribute] = &[
    Attribute::text("value", "The id of a user here").exact(),
    Attribute::reference("$ref", A_USER, "Where the user is"),
    Attribute { canonical: A_USER, ..Attribute::text("type", "What the member is") },
];

static USER_SCHEMA: Schema = Schema {
    urn: USER,
    name: "User",
    description: "A person, by the word of the tenant's directory",
    attributes: &[
        Attribute {
            required: true,
            unique: true,
            ..Attribute::text("userName", "What the directory calls the person, mostly the e-mail address")
        },
        Attribute::complex("name", NAME, "The name of the person"),
        Attribute::text("displayName", "The name as it is shown"),
        Attribute::new(
            "active",
            Kind::Boolean,
            "Whether the directory lets the person in, who is no member before they accept the invitation",
        ),
        Attribute {
            many: true,
            ..Attribute::complex(
                "emails",
                EMAIL,
                "E-mail addresses: an invitation goes to the primary one, else to that for work",
            )
        },
    ],
};

static ENTERPRISE_SCHEMA: Schema = Schema {
    urn: ENTERPRISE,
    name: "EnterpriseUser",
    description: "What an organization says of a person",
    attributes: &[Attribute::complex("manager", MANAGER, "Whom the person reports to")],
};

static GROUP_SCHEMA: Schema = Schema {
    urn: GROUP,
    name: "Group",
    description: "A team of the tenant",
    attributes: &[
        Attribute {
            required: true,
            unique: true,
            ..Attribute::text("displayName", "The name of the team").exact()
        },
        Attribute {
            many: true,
            ..Attribute::complex("members", MEMBER, "Who is in it. Ids that name nobody are left out")
        },
    ],
};

pub static USERS: Resource =
    Resource { name: "User", endpoint: "/Users", core: &USER_SCHEMA, extension: Some(&ENTERPRISE_SCHEMA) };

pub static GROUPS: Resource =
    Resource { name: "Group", endpoint: "/Groups", core: &GROUP_SCHEMA, extension: None };

pub static RESOURCES: [&Resource; 2] = [&USERS, &GROUPS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_by_its_name_in_any_case() {
        let check = |urn: Option<&str>, name: &str, expected: Option<(&str, bool)>| {
            let place = USERS.place(urn, name);
            let found = place.map(|place| (place.attribute.name, place.extension.is_some()));
            assert_eq!(found, expected, "{urn:?} {name}");
        };
        check(None, "USERNAME", Some(("userName", false)));
        check(None, "externalid", Some(("externalId", false)));
        check(Some(&USER.to_uppercase()), "userName", Some(("userName", false)));
        check(Some(ENTERPRISE), "Manager", Some(("manager", true)));
        check(None, "manager", Some(("manager", true)));
        check(Some(ENTERPRISE), "userName", None);
        check(Some("urn:other"), "userName", None);
        check(None, "title", None);
        assert!(GROUPS.place(None, "members").is_some_and(|place| place.attribute.many));
    }
}
