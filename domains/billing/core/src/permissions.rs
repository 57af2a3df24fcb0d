//! What a caller may do in billing.

use kernel::Permission;
use kernel::permission::BuiltinRole::{Admin, Member, Viewer};

macro_rules! permissions {
    ($($name:ident = $text:literal $summary:literal $role:ident;)*) => {
        $(pub static $name: Permission = Permission { name: $text, summary: $summary, least_role: Some($role) };)*
        pub static ALL: &[Permission] =
            &[$(Permission { name: $text, summary: $summary, least_role: Some($role) }),*];
    };
}
permissions! {
    CUSTOMERS_READ = "billing.customers.read" "Read customers" Viewer;
    CUSTOMERS_WRITE = "billing.customers.write" "Create, change and delete customers" Member;
    CUSTOMERS_RESTORE = "billing.customers.restore" "See deleted customers and bring them back" Admin;
    PRODUCTS_READ = "billing.products.read" "Read products and their prices" Viewer;
    PRODUCTS_WRITE = "billing.products.write" "Create, change and delete products, create prices" Member;
    PRODUCTS_RESTORE = "billing.products.restore" "See deleted products and bring them back" Admin;
    SUBSCRIPTIONS_READ = "billing.subscriptions.read" "Read subscriptions" Viewer;
    SUBSCRIPTIONS_WRITE = "billing.subscriptions.write" "Create subscriptions" Member;
    INVOICES_READ = "billing.invoices.read" "Read invoices and reports of them" Viewer;
    INVOICES_WRITE = "billing.invoices.write" "Draft invoices and change drafts" Member;
    INVOICES_FINALIZE = "billing.invoices.finalize" "Finalize invoices" Member;
    HOLD_RULES_READ = "billing.hold_rules.read" "Read which invoices wait for approval" Viewer;
}
