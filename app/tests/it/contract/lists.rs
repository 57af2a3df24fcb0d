//! Lists: page by page they give what they give at once, whatever is added meanwhile; sorted, ranged and searched.

use super::Walk;
use super::ask::{Body, Call};
use crate::client::Client;
use crate::document::Operation;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::eventually;
use uuid::Uuid;

/// What adds a row to each list, and the rows it adds may come a moment later.
const ADDED_BY: [(&str, &str); 46] = [
    ("inventory_list_warehouses", "inventory_create_warehouse"),
    ("inventory_list_locations", "inventory_create_location"),
    ("billing_list_customers", "billing_create_customer"),
    ("billing_list_hold_rules", "workflow_publish_definition"),
    ("billing_list_invoices", "billing_create_invoice"),
    ("billing_list_prices", "billing_create_price"),
    ("billing_list_products", "billing_create_product"),
    ("billing_list_subscriptions", "billing_create_subscription"),
    ("imports_list_exports", "imports_create_export"),
    ("imports_list_mappings", "imports_create_mapping"),
    ("imports_list_runs", "imports_start_run"),
    ("inventory_list_barcodes", "inventory_add_barcode"),
    ("inventory_list_barcodes_of_item", "inventory_add_barcode"),
    ("inventory_list_categories", "inventory_create_category"),
    ("inventory_list_families", "inventory_create_family"),
    ("inventory_list_count_lines", "inventory_record_count_entries"),
    ("inventory_list_counts", "inventory_create_count"),
    ("inventory_list_assemblies", "inventory_make_item"),
    ("inventory_list_items", "inventory_create_item"),
    ("inventory_list_movements", "inventory_receive_stock"),
    ("inventory_list_value_entries", "inventory_receive_stock"),
    ("inventory_list_landed_costs", "inventory_create_landed_cost"),
    // Its recipe makes an item that is due.
    ("inventory_list_reorder_suggestions", "inventory_order_suggested_items"),
    ("inventory_list_reservations", "inventory_create_reservation"),
    ("inventory_list_suppliers", "inventory_create_supplier"),
    ("inventory_list_purchase_orders", "inventory_create_purchase_order"),
    ("inventory_list_sales_orders", "inventory_create_sales_order"),
    ("inventory_list_transfers", "inventory_create_transfer"),
    ("reports_list_runs", "reports_create_run"),
    ("users_list_api_keys", "users_create_api_key"),
    ("users_list_audit_entries", "inventory_create_item"),
    ("users_list_audit_exports", "users_create_audit_export"),
    ("users_list_audit_streams", "users_create_audit_stream"),
    ("users_list_invitations", "users_invite"),
    ("users_list_members", "users_accept_invitation"),
    ("users_list_oauth_clients", "users_create_oauth_client"),
    ("users_list_passkeys", "users_register_passkey"),
    ("users_list_roles", "users_create_role"),
    ("users_list_sessions", "users_sign_in"),
    ("users_list_support_grants", "users_create_support_grant"),
    ("users_list_team_members", "users_add_team_member"),
    ("users_list_teams", "users_create_team"),
    ("workflow_list_definitions", "workflow_create_definition"),
    ("workflow_list_tasks", "billing_finalize_invoice"),
    ("users_list_domains", "users_add_domain"),
    ("users_list_oidc_connections", "users_create_oidc_connection"),
];
/// Lists that nobody adds to while the walk looks. It may only shrink.
const FIXED: [(&str, &str); 12] = [
    ("inventory_list_stock_levels", "a level comes with the first movement at a warehouse"),
    ("inventory_list_bins", "a bin comes with the first movement at a location"),
    ("inventory_list_lots", "a lot comes with its first receipt"),
    ("imports_list_run_rows", "the rows of a run that is done"),
    ("imports_list_targets", "what the program was built with"),
    ("inventory_list_sales", "a sale comes by an import, and in no other way"),
    ("inventory_list_units", "what the program was built with"),
    (
        "inventory_list_valuation",
        "an item is in it from its first movement on, and later ones add to its value",
    ),
    ("inventory_trace_lot", "what has happened to one lot; the list of movements is added to"),
    ("notifications_list_emails", "mail goes out when others act; its list is read while none does"),
    ("reports_list_definitions", "what the program was built with"),
    ("users_list_oauth_grants", "a grant comes by a page, which is not of the API"),
];
const ROWS: usize = 3;
/// One more than a page of `all_by` has is found, and one is not.
const SEARCHED: usize = 7;

impl Walk {
    pub async fn lists(&self) {
        let lists: Vec<_> =
            self.operations.iter().filter(|list| list.parameter("cursor").is_some()).collect();
        for list in &lists {
            let added_by = self.added_by(list);
            for _ in 0..if added_by.is_some() { ROWS } else { 0 } {
                self.add(added_by).await;
            }
            self.pages(list, added_by).await;
            self.bad_pages(list, &lists).await;
            if list.parameter("sort").is_some() {
                self.sorted(list).await;
            }
            if list.parameter("created_at[gte]").is_some() {
                self.ranges(list).await;
            }
            if list.parameter("q").is_some() {
                self.search(list).await;
            }
        }
        for (name, _) in FIXED {
            self.require(lists.iter().any(|list| list.id == name), || format!("FIXED needs {name} no more"));
        }
    }

    fn added_by(&self, list: &Operation) -> Option<&Operation> {
        if FIXED.iter().any(|(name, _)| *name == list.id) {
            return None;
        }
        let found = ADDED_BY.iter().find(|(name, _)| *name == list.id);
        let Some((_, adds)) = found else {
            panic!("what adds a row to {}? Say so in app/tests/it/contract/lists.rs", list.id)
        };
        Some(self.operation(adds))
    }

    async fn add(&self, operation: Option<&Operation>) {
        if let Some(operation) = operation {
            // Of several successes the last is the one with consequences.
            let status = operation.successes().last().unwrap_or_default();
            let ask = self.good_of(&self.owner, operation, status).await;
            let told = self.send(operation, &ask).await;
            self.require(told.status.is_success(), || format!("{}: {told:?}", operation.id));
        }
    }

    /// What was there when the first page was read comes exactly once, whatever is added between the pages.
    async fn pages(&self, list: &Operation, added_by: Option<&Operation>) {
        let path = self.path_of(list).await;
        let what = format!("{} has its rows", list.id);
        let at_first = eventually(&what, async || {
            let ids = self.all_ids(&path).await;
            (ids.len() >= if added_by.is_some() { ROWS } else { 1 }).then_some(ids)
        })
        .await;
        let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let told = self.page(list, &path, &format!("limit=1{cursor}")).await;
            let ids = keys_of(&told);
            self.require(ids.len() <= 1, || format!("{}: limit=1 gave {told}", list.id));
            found.extend(ids);
            pages += 1;
            if pages <= ROWS {
                self.add(added_by).await;
            }
            match told["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let distinct: BTreeSet<_> = found.iter().collect();
        self.require(distinct.len() == found.len(), || format!("{}: a row comes twice: {found:?}", list.id));
        let missing: Vec<_> = at_first.iter().filter(|id| !distinct.contains(id)).collect();
        self.require(missing.is_empty(), || format!("{}: {missing:?} missing of {at_first:?}", list.id));
    }

    async fn bad_pages(&self, list: &Operation, lists: &[&Operation]) {
        let path = self.path_of(list).await;
        let refused = async |query: &str, code: &str| {
            let ask = Call::to(&path).ask(list).query(query);
            self.refused(query, list, &ask, 400, code).await;
        };
        for limit in ["limit=0", "limit=101", "limit=x", "limit=-1", "limit=", "limit=1&limit=2"] {
            refused(limit, "invalid_parameter").await;
        }
        for cursor in ["cursor=", "cursor=bm90IG91cnM", "cursor=%00"] {
            let ask = Call::to(&path).ask(list).query(cursor);
            let told = self.send(list, &ask).await;
            self.require(told.status == 400, || format!("{}: {cursor}: told {told:?}", list.id));
        }
        if let Some(cursor) = self.page(list, &path, "limit=1").await["next_cursor"].as_str() {
            let (front, back) = cursor.split_at(cursor.len() / 2);
            let flip = if back.starts_with('A') { 'B' } else { 'A' };
            for forged in [front, &format!("{front}{flip}{}", &back[1..])] {
                refused(&format!("cursor={forged}"), "invalid_cursor").await;
            }
            let theirs = self.good_of(&self.neighbour, list, "200").await.query(&format!("cursor={cursor}"));
            let told = self.send_as(&self.neighbour.client, list, &theirs).await;
            self.is_problem("another tenant's cursor", list, &told, 400, "invalid_cursor");
        }
        let other = lists.iter().find(|other| other.id != list.id && other.id == "inventory_list_items");
        let other = other.unwrap_or(&lists[0]);
        let page = self.page(other, &self.path_of(other).await, "limit=1").await;
        if let (true, Some(cursor)) = (other.id != list.id, page["next_cursor"].as_str()) {
            refused(&format!("cursor={cursor}"), "invalid_cursor").await;
        }
    }

    async fn sorted(&self, list: &Operation) {
        let path = self.path_of(list).await;
        let by = async |sort: &str| self.all_by(list, &path, sort).await;
        let (down, up) = (by("sort=-created_at").await, by("sort=created_at").await);
        let reversed: Vec<_> = up.iter().rev().map(key).collect();
        self.require(down.iter().map(key).collect::<Vec<_>>() == reversed, || {
            format!("{}: ascending is not descending reversed", list.id)
        });
        let times: Vec<_> = up.iter().map(|row| row["created_at"].as_str().unwrap_or_default()).collect();
        self.require(times.is_sorted(), || format!("{}: not by created_at: {times:?}", list.id));
        let first = self.page(list, &path, "limit=1&sort=created_at").await;
        let Some(cursor) = first["next_cursor"].as_str() else { return };
        for other in ["sort=-created_at", "sort=created_at&created_at[gte]=2001-01-01T00:00:00Z"] {
            if other.contains("[gte]") && list.parameter("created_at[gte]").is_none() {
                continue;
            }
            let ask = Call::to(&path).ask(list).query(&format!("{other}&cursor={cursor}"));
            self.refused("the cursor of another order", list, &ask, 400, "invalid_cursor").await;
        }
        for bad in ["sort=zz", "sort=", "sort=created_at&sort=created_at"] {
            let told = self.send(list, &Call::to(&path).ask(list).query(bad)).await;
            self.require(told.status == 400, || format!("{}: {bad}: told {told:?}", list.id));
        }
    }

    async fn ranges(&self, list: &Operation) {
        let path = self.path_of(list).await;
        let rows = self.all_by(list, &path, "").await;
        let time = |row: &Value| row["created_at"].as_str().unwrap_or_default().to_owned();
        let Some(middle) = rows.get(rows.len() / 2).map(time) else { return };
        for (operator, keeps) in [
            ("gte", (|a, b| a >= b) as fn(&str, &str) -> bool),
            ("gt", |a, b| a > b),
            ("lte", |a, b| a <= b),
            ("lt", |a, b| a < b),
        ] {
            let name = format!("created_at[{operator}]");
            if list.parameter(&name).is_none() {
                self.require(false, || format!("{} has created_at[gte] and no {name}", list.id));
                continue;
            }
            let found = self.all_by(list, &path, &format!("{name}={middle}")).await;
            let expected: Vec<_> = rows.iter().filter(|row| keeps(&time(row), &middle)).map(key).collect();
            self.require(found.iter().map(key).collect::<Vec<_>>() == expected, || {
                format!("{}: {name}={middle} gave {found:?} of {rows:?}", list.id)
            });
            let ask = Call::to(&path).ask(list).query(&format!("{name}=yesterday"));
            let told = self.send(list, &ask).await;
            self.require(told.status == 400, || format!("{}: {name}=yesterday: told {told:?}", list.id));
        }
    }

    /// Of rows that are made for it, exactly those with the text, in order, within the range, on as many pages as it
    /// takes; the deleted ones when they are asked for.
    async fn search(&self, list: &Operation) {
        let Some(create) = self.at(&Method::POST, &list.path) else {
            return self.require(false, || format!("{}: nobody can make what it searches", list.id));
        };
        let word = format!("zq{}", &Uuid::new_v4().simple().to_string()[..12]);
        let mut ids = Vec::new();
        for number in 0..SEARCHED {
            let mut ask = self.good(create).await;
            if let Body::Json(body) = &mut ask.call.body {
                let found = if number == 0 { "Another" } else { &word };
                body["name"] = json!(format!("No. {number}  of {} here", found.to_uppercase()));
            }
            let made = self.send(create, &ask).await;
            ids.push(crate::tenant::id(&made.json()));
        }
        let found = async |query: &str| {
            let query = if query.is_empty() { format!("q={word}") } else { format!("q={word}&{query}") };
            let rows = self.all_by(list, &list.path, &query).await;
            rows.iter().map(crate::tenant::id).collect::<Vec<_>>()
        };
        let newest: Vec<_> = ids[1..].iter().rev().cloned().collect();
        let (told, sorted) = (found("").await, found("sort=created_at").await);
        self.require(told == newest && sorted == ids[1..], || {
            format!("{}: {newest:?} expected, told {told:?}, sorted {sorted:?}", list.id)
        });
        let created = self.owner.client.get(&format!("{}/{}", list.path, ids[2])).await.expect(200);
        let until = format!("created_at[lt]={}", created["created_at"].as_str().unwrap());
        let told = found(&until).await;
        self.require(told == ids[1..2], || format!("{}: {until}: {told:?}", list.id));
        for (q, expected) in [(format!("of%20{word}"), 6), (format!("{word}%25"), 0), (format!("x{word}"), 0)]
        {
            let rows = self.all_by(list, &list.path, &format!("q={q}")).await;
            self.require(rows.len() == expected, || format!("{}: q={q} gave {rows:?}", list.id));
        }
        let delete = self.owner.client.request(Method::DELETE, &format!("{}/{}", list.path, ids[1]));
        self.owner.client.try_send(delete).await.unwrap().expect(204);
        let (told, all) = (found("").await.len(), found("include_deleted=true").await.len());
        self.require((told, all) == (5, 6), || format!("{}: of one deleted: {told}, {all}", list.id));
    }

    pub async fn path_of(&self, list: &Operation) -> String {
        self.good_of(&self.owner, list, "200").await.call.path
    }

    async fn page(&self, list: &Operation, path: &str, query: &str) -> Value {
        let told = self.send(list, &Call::to(path).ask(list).query(query)).await;
        assert_eq!(told.status, 200, "{}?{query}: {told:?}", list.path);
        told.json()
    }

    /// All rows, over several pages, so that the cursors are tried with the query as well.
    async fn all_by(&self, list: &Operation, path: &str, query: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                self.page(list, path, format!("{query}&limit=5{cursor}").trim_start_matches('&')).await;
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// By whatever names the rows.
    pub async fn all_ids(&self, path: &str) -> Vec<String> {
        all_ids(&self.owner.client, path).await
    }
}

pub async fn all_ids(client: &Client, path: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = client.get(&format!("{path}{separator}limit=100{cursor}")).await.expect(200);
        ids.extend(keys_of(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

pub fn keys_of(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(key).collect()
}

/// What a row is told from others by.
fn key(row: &Value) -> String {
    let names = ["id", "user_id", "code", "name", "line"];
    let named = names.iter().find_map(|name| row.get(*name).map(Value::to_string));
    named.unwrap_or_else(|| panic!("what tells {row} from other rows?"))
}
