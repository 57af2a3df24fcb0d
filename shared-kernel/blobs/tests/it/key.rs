//! Keys from names that clients chose.

use blobs::BlobKey;
use kernel::{Id, TenantId, UserId};
use uuid::Uuid;

#[test]
fn no_name_leads_out_of_its_folder() {
    fn check(name: &str, expected: &str) {
        let folder = "imports/00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002/";
        assert_eq!(key(name).to_string().strip_prefix(folder), Some(expected), "{name:?}");
    }
    check("stock.csv", "stock.csv");
    check("Übersicht 2026 #1.csv", "_bersicht_2026__1.csv");
    check("../../etc/passwd", "_.._etc_passwd");
    check("..", "_");
    check("", "_");
    check("/absolute", "_absolute");
    check("..\\..\\windows", "_.._windows");
    check("%2e%2e%2f", "_2e_2e_2f");
    check("a\0b\nc", "a_b_c");
    check(&"x".repeat(500), &"x".repeat(100));
    check(&"é".repeat(500), &"_".repeat(100));
}

fn key(name: &str) -> BlobKey {
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let id: UserId = Id::from_uuid(Uuid::from_u128(2));
    BlobKey::new("imports", tenant, id, name)
}
