//! 100,000 rows in every table that a list shows: copies of the one that is there, half of them the same tenant's.

pub const ROWS: i64 = 100_000;
/// In the texts of all rows.
pub const EVERYWHERE: &str = "everywhere";

/// Who asks decides what admins do, and none of the tasks is asked of them. An owner stands in for everybody.
pub const READER: &str = "UPDATE memberships SET role = 'admin'";

/// A table, and what must differ from row to row there. `{id}` is the row's own public id, `{bytes}` the same as
/// bytes, `{n}` its number.
pub struct Table {
    pub domain: &'static str,
    pub name: &'static str,
    pub differing: &'static [(&'static str, &'static str)],
}

const SEARCHED: (&str, &str) = ("search_text", "'everywhere number ' || {n}");
const REFERENCE: (&str, &str) = ("external_id", "'reference ' || {n}");

pub const TABLES: [Table; 55] = [
    table("inventory", "bins", &[("location_id", "{id}")]),
    table("inventory", "locations", &[("code", "'L' || {n}")]),
    table("inventory", "lots", &[("code", "'lot ' || {n}")]),
    table("inventory", "warehouse_levels", &[("warehouse_id", "{id}")]),
    table("inventory", "warehouses", &[("code", "'W' || {n}")]),
    table("billing", "customers", &[REFERENCE, SEARCHED]),
    table("billing", "hold_rules", &[]),
    table("billing", "invoices", &[("status", "'draft'")]),
    table("billing", "prices", &[]),
    table("billing", "products", &[REFERENCE, SEARCHED]),
    table("billing", "subscriptions", &[]),
    table("imports", "exports", &[]),
    table("imports", "import_mappings", &[("name", "'mapping ' || {n}")]),
    table("imports", "import_rows", &[("line", "{n} + 1000")]),
    table("imports", "import_runs", &[]),
    table("inventory", "categories", &[("name", "'category ' || {n}")]),
    table("inventory", "item_barcodes", &[("code", "'code ' || {n}")]),
    table("inventory", "item_families", &[]),
    table("inventory", "counts", &[]),
    table("inventory", "count_lines", &[("item_id", "{id}")]),
    table("inventory", "transfers", &[]),
    table("inventory", "assemblies", &[]),
    table("inventory", "items", &[("sku", "'S' || {n}"), REFERENCE, SEARCHED]),
    table("inventory", "stock_levels", &[("item_id", "{id}"), ("reorder_due_since", "one.created_at")]),
    table("inventory", "movements", &[("sequence", "{n} + 1000")]),
    table("inventory", "landed_costs", &[]),
    table("inventory", "value_entries", &[("sequence", "{n} + 1000")]),
    table("inventory", "item_values", &[("item_id", "{id}")]),
    table("inventory", "reservations", &[]),
    table("inventory", "suppliers", &[("code", "'S' || {n}"), REFERENCE, SEARCHED]),
    table("inventory", "purchase_orders", &[("reference", "'PO ' || {n}"), REFERENCE]),
    table("inventory", "sales", &[("document", "'invoice ' || {n}")]),
    table("inventory", "sales_orders", &[("reference", "'order ' || {n}"), REFERENCE]),
    table("notifications", "emails", &[]),
    table("reports", "report_runs", &[]),
    table("users", "api_keys", &[("hash", "{bytes}")]),
    table("users", "audit_entries", &[]),
    table("users", "audit_exports", &[]),
    table("users", "audit_streams", &[]),
    table("users", "users", &[("email_key", "'u' || {n}")]),
    table("users", "memberships", &[("user_id", "{id}")]),
    table("users", "invitations", &[("email_key", "'u' || {n}")]),
    table("users", "oauth_clients", &[("client_id", "'client ' || {n}")]),
    table("users", "oauth_grants", &[("client_id", "{id}")]),
    table("users", "oidc_connections", &[]),
    table("users", "passkeys", &[("credential_id", "{bytes}")]),
    table("users", "roles", &[("name", "'role ' || {n}")]),
    table("users", "sessions", &[("access_hash", "{bytes}")]),
    table("users", "support_grants", &[]),
    table("users", "teams", &[("name", "'team ' || {n}")]),
    table("users", "team_members", &[("membership_id", "{id}")]),
    table("users", "tenants", &[]),
    table("users", "verified_domains", &[("domain", "'d' || {n}")]),
    table("workflow", "definitions", &[]),
    table("workflow", "tasks", &[("hold_id", "{id}"), ("approver_role", "'owner'")]),
];

const fn table(
    domain: &'static str,
    name: &'static str,
    differing: &'static [(&'static str, &'static str)],
) -> Table {
    Table { domain, name, differing }
}

/// How a backend writes the values that every table has.
pub struct Dialect {
    pub numbers: &'static str,
    pub id: &'static str,
    pub bytes: &'static str,
    pub tenant: &'static str,
    pub created_at: &'static str,
}

impl Table {
    /// One statement that fills it.
    pub fn fill(&self, columns: &[String], dialect: &Dialect) -> String {
        let value = |column: &String| {
            let differing = self.differing.iter().find(|(name, _)| name == column);
            let value = match (differing, column.as_str()) {
                (Some((_, value)), _) => value,
                (None, "public_id") => "{id}",
                (None, "tenant_id") => dialect.tenant,
                (None, "created_at") => dialect.created_at,
                (None, other) => return format!("one.\"{other}\""),
            };
            value.replace("{bytes}", dialect.bytes).replace("{id}", dialect.id).replace("{n}", "numbers.n")
        };
        let names: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
        let values: Vec<_> = columns.iter().map(value).collect();
        format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) one \
             CROSS JOIN {numbers}",
            table = self.name,
            names = names.join(", "),
            values = values.join(", "),
            numbers = dialect.numbers.replace("{rows}", &ROWS.to_string()),
        )
    }
}
