//! What every resource has: an id that its maker may choose, and when it was made and changed. The document is asked,
//! for every answer is held to it.

use super::Walk;
use crate::document::Operation;
use reqwest::Method;
use std::collections::BTreeSet;

/// By its format.
const HAS: [(&str, &str); 3] = [("id", "uuid"), ("created_at", "date-time"), ("updated_at", "date-time")];
const ALL: &[&str] = &["id", "created_at", "updated_at"];
/// What a read shows that lacks some of it. It may only shrink.
const LACKS: [(&str, &[&str], &str); 18] = [
    ("imports_list_run_rows", ALL, "a line of a file; its run is the resource"),
    ("imports_list_targets", ALL, "what the program was built with"),
    ("inventory_convert_quantity", ALL, "what is worked out for who asks"),
    ("inventory_get_item_conversions", ALL, "every item has them from its beginning, and no others"),
    ("inventory_list_units", ALL, "what the program was built with"),
    ("inventory_show_availability", ALL, "what the balances come to at the moment; the item is the resource"),
    ("reports_list_definitions", ALL, "what the program was built with"),
    ("users_get_policy", ALL, "every tenant has one from its beginning, and no other"),
    ("users_show_personal_data", ALL, "what the program was built with"),
    ("users_get_audit_entry", &["updated_at"], "an entry of a ledger is never changed"),
    ("users_list_audit_entries", &["updated_at"], "an entry of a ledger is never changed"),
    ("users_prove_consistency", ALL, "what can be made again from the log at any time"),
    ("users_prove_inclusion", ALL, "what can be made again from the log at any time"),
    ("users_show_audit_checkpoint", ALL, "what can be made again from the log at any time"),
    ("users_show_audit_stream_progress", ALL, "how far a stream has come; the stream is the resource"),
    (
        "users_show_second_factors",
        ALL,
        "what somebody proves themselves by; it comes and goes with its parts",
    ),
    ("users_show_permissions", ALL, "what the program was built with"),
    ("users_show_me", ALL, "who asks; the member and the tenant are resources"),
];
/// What is made without a choice of its id. It may only shrink.
const NO_CHOICE: [(&str, &str); 13] = [
    ("inventory_adjust_stock", "it is never called without a key, which tells a retry as an id would"),
    ("inventory_reverse_movement", "a movement is taken back once, which tells a retry"),
    ("billing_draft_invoice_from_subscription", "it takes no body: its period has one invoice, whoever asks"),
    ("imports_create_upload", "its body is the file"),
    ("imports_start_run", "it is never called without a key, which tells a retry as an id would"),
    ("users_register_passkey", "its ceremony is answered once, which tells a retry"),
    ("users_add_team_member", "a member is in a team once, which tells a retry"),
    ("inventory_make_item", "it is never called without a key, which tells a retry as an id would"),
    ("inventory_reserve_kit", "it makes several; it is never called without a key, which tells a retry"),
    ("inventory_take_item_apart", "it is never called without a key, which tells a retry as an id would"),
    ("inventory_receive_stock", "it is never called without a key, which tells a retry as an id would"),
    ("users_create_oidc_connection", "its id is found before a tenant is known, so it is one of all tenants"),
    ("users_add_domain", "a tenant has a domain once, which tells a retry"),
];

impl Walk {
    pub fn resources(&self) {
        let mut lacking = BTreeSet::new();
        for operation in &self.operations {
            if operation.is_single() || operation.parameter("cursor").is_some() {
                let shown = self.schemas.shown(operation);
                let lacks = HAS.iter().filter(|(name, format)| !self.schemas.always_has(shown, name, format));
                lacking.extend(lacks.map(|(name, _)| (operation.id.as_str(), *name)));
            }
        }
        for (operation, names, _) in LACKS {
            for name in names {
                self.require(lacking.remove(&(operation, *name)), || {
                    format!("LACKS: {operation} {name} is needed no more")
                });
            }
        }
        for (operation, name) in lacking {
            self.require(false, || format!("{operation} shows what need not have a good {name}"));
        }
        self.choices();
    }

    fn choices(&self) {
        let without = self.operations.iter().filter(|operation| self.creates(operation));
        let without = without.filter(|create| !self.schemas.ids_in_body(create).contains(&"/id".to_owned()));
        let mut without: BTreeSet<_> = without.map(|create| create.id.as_str()).collect();
        for (name, _) in NO_CHOICE {
            self.require(without.remove(name), || format!("NO_CHOICE: {name} is needed no more"));
        }
        for name in without {
            self.require(false, || format!("{name} takes no id of the client's own"));
        }
    }

    /// Said by its status, or by the list that it adds to.
    fn creates(&self, operation: &Operation) -> bool {
        let list = self.at(&Method::GET, &operation.path);
        let listed = list.is_some_and(|list| list.parameter("cursor").is_some());
        operation.method == Method::POST && (listed || operation.successes().any(|status| status == "201"))
    }
}
