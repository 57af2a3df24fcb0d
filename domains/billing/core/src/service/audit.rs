//! What of a resource an audit entry keeps: what a reader of the log needs to know what was changed.

use crate::domain::customer::CustomerFields;
use crate::domain::invoice::Invoice;
use crate::domain::named::Named;
use crate::domain::period::Period;
use crate::domain::product::ProductFields;
use data::AuditEntry;
use kernel::{Id, Money};
use module::BatchOf;
use serde_json::{Map, Value, json};

pub fn created<K>(action: &'static str, resource: &'static str, id: Id<K>, after: Value) -> AuditEntry {
    AuditEntry { action, resource, resource_id: id.uuid(), before: None, after: Some(after) }
}

pub fn deleted<K>(action: &'static str, resource: &'static str, id: Id<K>, before: Value) -> AuditEntry {
    AuditEntry { action, resource, resource_id: id.uuid(), before: Some(before), after: None }
}

pub fn changed<K>(
    action: &'static str,
    resource: &'static str,
    id: Id<K>,
    (before, after): (Value, Value),
) -> AuditEntry {
    AuditEntry { action, resource, resource_id: id.uuid(), before: Some(before), after: Some(after) }
}

/// What comes back is as it was when it went.
pub fn restored<K>(action: &'static str, resource: &'static str, id: Id<K>, fields: Value) -> AuditEntry {
    changed(action, resource, id, (json!({ "deleted": true }), fields))
}

/// What a batch of a file's rows did, or what was taken back of it.
pub fn of_import(
    action: &'static str,
    batch: BatchOf,
    before: Option<Value>,
    mut after: Map<String, Value>,
) -> AuditEntry {
    after.insert("batch".to_owned(), json!(batch.number));
    let (resource, resource_id) = ("import", batch.import.uuid());
    AuditEntry { action, resource, resource_id, before, after: Some(Value::Object(after)) }
}

/// Only what is not the same before and after.
pub fn differing(before: Value, after: Value) -> (Value, Value) {
    match (before, after) {
        (Value::Object(mut was), Value::Object(mut is)) => {
            was.retain(|name, value| {
                let same = is.get(name) == Some(&*value);
                if same {
                    is.remove(name);
                }
                !same
            });
            (Value::Object(was), Value::Object(is))
        }
        whole => whole,
    }
}

pub fn customer(fields: &CustomerFields) -> Value {
    let CustomerFields { name, email, external_id, metadata } = fields;
    json!({ "name": name, "email": email, "external_id": external_id, "metadata": metadata })
}

pub fn product(fields: &ProductFields) -> Value {
    let ProductFields { name, description, active, external_id, metadata } = fields;
    json!({
        "name": name,
        "description": description,
        "active": active,
        "external_id": external_id,
        "metadata": metadata,
    })
}

pub fn invoice(invoice: &Invoice) -> Value {
    json!({
        "customer_id": invoice.customer,
        "status": invoice.status.name(),
        "number": invoice.number,
        "total": invoice.total,
        "rejection_reason": invoice.rejection_reason,
    })
}

pub fn period(period: Period) -> Value {
    json!({ "period_start": period.start, "period_end": period.end })
}

pub fn hold_rule(name: &str, total_over: Money) -> Value {
    json!({ "name": name, "total_over": total_over })
}
