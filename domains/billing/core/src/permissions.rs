//! What a caller may do in billing.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Member, Viewer};

macro_rules! permissions {
    ($($name:ident = $text:literal $summary:literal $role:ident;)*) => {
        $(pub static $name: Permission = Permission { name: $text, summary: $summary, least_role: $role };)*
        pub static ALL: &[Permission] =
            &[$(Permission { name: $text, summary: $summary, least_role: $role }),*];
    };
}
permissions! {
    CUSTOMERS_READ = "billing.customers.read" "Read customers" Viewer;
    CUSTOMERS_WRITE = "billing.customers.write" "Create and change customers" Member;
    PRODUCTS_READ = "billing.products.read" "Read products and their prices" Viewer;
    PRODUCTS_WRITE = "billing.products.write" "Create products and prices" Member;
    SUBSCRIPTIONS_READ = "billing.subscriptions.read" "Read subscriptions" Viewer;
    SUBSCRIPTIONS_WRITE = "billing.subscriptions.write" "Create subscriptions" Member;
    INVOICES_READ = "billing.invoices.read" "Read invoices and reports of them" Viewer;
    INVOICES_WRITE = "billing.invoices.write" "Draft invoices and change drafts" Member;
    INVOICES_FINALIZE = "billing.invoices.finalize" "Finalize invoices" Member;
    HOLD_RULES_READ = "billing.hold_rules.read" "Read which invoices wait for approval" Viewer;
}
