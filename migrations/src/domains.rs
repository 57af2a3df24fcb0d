//! Which migrations each domain has, in their order. A migration that was released is never edited.

/// One step, in PostgreSQL's words and the directives of `ddl.rs`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

pub const DOMAINS: [&str; 7] =
    ["users", "billing", "inventory", "workflow", "notifications", "reports", "imports"];

macro_rules! migrations {
    ($($folder:literal / $name:literal),* $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../", $folder, "/", $name, ".sql")) }),*]
    };
}

/// The domain's migrations; every domain begins with the kernel's tables.
pub fn of(domain: &str) -> &'static [Migration] {
    match domain {
        "users" => migrations![
            "kernel" / "m0001_messages",
            "users" / "m0002_first",
            "users" / "m0003_audit_details",
            "users" / "m0004_members",
            "users" / "m0005_credentials",
            "users" / "m0006_second_factors",
            "users" / "m0007_api_keys",
            "users" / "m0008_refresh",
            "users" / "m0009_signing_keys",
            "users" / "m0010_operators",
            "users" / "m0011_passkeys",
            "users" / "m0012_policies",
            "users" / "m0013_support_access",
            "users" / "m0014_email_changes",
            "users" / "m0015_clean_up",
            "users" / "m0016_sign_in_places",
            "users" / "m0017_audit_tree",
            "users" / "m0018_scim",
            "users" / "m0019_leaving",
            "users" / "m0020_oauth",
            "users" / "m0021_oidc",
            "users" / "m0022_audit_streams",
            "users" / "m0023_retention",
            "users" / "m0024_sign_up_mode",
            "users" / "m0025_imports",
            "users" / "m0026_asking_in",
            "users" / "m0027_import_corrections"
        ],
        "billing" => migrations![
            "kernel" / "m0001_messages",
            "billing" / "m0002_first",
            "billing" / "m0003_references",
            "billing" / "m0004_lists",
            "billing" / "m0005_imports",
            "billing" / "m0006_import_corrections",
            "billing" / "m0007_search",
            "billing" / "m0008_search_function"
        ],
        "inventory" => migrations![
            "kernel" / "m0001_messages",
            "inventory" / "m0002_first",
            "inventory" / "m0003_references",
            "inventory" / "m0004_lists",
            "inventory" / "m0019_erasures",
            "inventory" / "m0020_places",
            "inventory" / "m0021_codes",
            "inventory" / "m0022_categories",
            "inventory" / "m0023_value",
            "inventory" / "m0024_buying",
            "inventory" / "m0025_selling",
            "inventory" / "m0026_counting",
            "inventory" / "m0027_kits",
            "inventory" / "m0028_imports",
            "inventory" / "m0030_sales",
            "inventory" / "m0031_order_references",
            "inventory" / "m0032_kit_lines",
            "inventory" / "m0033_unit_use",
            "inventory" / "m0034_shares",
            "inventory" / "m0035_import_corrections",
            "inventory" / "m0036_search",
            "inventory" / "m0037_kit_units",
            "inventory" / "m0038_search_function"
        ],
        "workflow" => migrations![
            "kernel" / "m0001_messages",
            "workflow" / "m0002_first",
            "workflow" / "m0003_lists",
            "workflow" / "m0004_counts"
        ],
        "notifications" => migrations![
            "kernel" / "m0001_messages",
            "notifications" / "m0002_first",
            "notifications" / "m0003_lists"
        ],
        "reports" => {
            migrations!["kernel" / "m0001_messages", "reports" / "m0002_first", "reports" / "m0003_lists"]
        }
        "imports" => migrations![
            "kernel" / "m0001_messages",
            "imports" / "m0002_first",
            "imports" / "m0003_formats",
            "imports" / "m0004_plans",
            "imports" / "m0005_exports",
            "imports" / "m0006_seen"
        ],
        _ => &[],
    }
}

/// The tenant tables that the domain's system door leads to, as its migrations mark them.
pub fn platform_tables(domain: &str) -> Vec<&'static str> {
    let lines = of(domain).iter().flat_map(|migration| migration.sql.lines());
    lines.filter_map(|line| line.strip_prefix("@platform_tenant_table ")).map(str::trim).collect()
}
