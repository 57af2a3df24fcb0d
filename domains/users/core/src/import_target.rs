//! What may be imported into users.

use crate::App;
use crate::domain::import_member::{FIELDS, Field};
use crate::permissions::{MEMBERS_INVITE, MEMBERS_READ};
use crate::service::imports::member_rows::MemberRows;
use module::{FieldKind, ImportField, ImportOffer, TargetSpec, import_offer};

pub fn offers(app: &App) -> Vec<ImportOffer> {
    let spec = TargetSpec {
        name: "users.members",
        title: "Members, who are asked in by mail",
        permission: &MEMBERS_INVITE,
        read_permission: &MEMBERS_READ,
        key: &["email"],
        fields: FIELDS.iter().map(import_field).collect(),
    };
    vec![import_offer(app.databases.clone(), spec, MemberRows { app: app.clone() })]
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: FieldKind::Text,
        required: field.required,
    }
}
