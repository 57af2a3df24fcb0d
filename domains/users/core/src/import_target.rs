//! What may be imported into users.

use crate::App;
use crate::domain::import_member::{FIELDS, Field};
use crate::permissions::{MEMBERS_INVITE, MEMBERS_READ};
use crate::service::imports::member_rows::MemberRows;
use module::{FieldKind, ImportField, ImportOffer, TargetDefinition, import_offer};

const MEMBERS: &str = "users.members";

pub fn offers(app: &App) -> Vec<ImportOffer> {
    let definition = TargetDefinition {
        name: MEMBERS.to_owned(),
        title: "Members, who are asked in by mail".to_owned(),
        permission: MEMBERS_INVITE.name.to_owned(),
        read_permission: MEMBERS_READ.name.to_owned(),
        key: vec!["email".to_owned()],
        fields: FIELDS.iter().map(import_field).collect(),
    };
    vec![import_offer(app.databases.clone(), MemberRows { app: app.clone(), definition })]
}

fn import_field(field: &Field) -> ImportField {
    ImportField {
        name: field.name.to_owned(),
        description: field.description.to_owned(),
        kind: FieldKind::Text,
        required: field.required,
    }
}
