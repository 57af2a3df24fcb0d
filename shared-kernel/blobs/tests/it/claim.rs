//! Who may use a local folder.

use blobs::{ClaimError, claim_local};

#[test]
fn a_folder_is_for_one_node_unless_all_declare_it_shared() {
    fn check(first_shared: bool, second_shared: bool, allowed: bool) {
        let folder = tempfile::tempdir().unwrap();
        let _first = claim_local(folder.path(), "node-a", first_shared).unwrap();
        match claim_local(folder.path(), "node-b", second_shared) {
            Ok(_) => assert!(allowed, "{first_shared} {second_shared}"),
            Err(error) => {
                assert!(!allowed, "{first_shared} {second_shared}");
                assert!(error.to_string().contains("the node node-a"), "{error}");
                assert!(error.to_string().contains("blobs.shared"), "{error}");
            }
        }
    }
    check(false, false, false);
    check(false, true, false);
    check(true, false, false);
    check(true, true, true);
}

#[test]
fn a_folder_is_free_again_when_its_node_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    drop(claim_local(folder.path(), "node-a-with-a-long-name", false).unwrap());
    let _second = claim_local(folder.path(), "node-b", false).unwrap();
    let error = claim_local(folder.path(), "node-c", false).unwrap_err();
    assert!(matches!(&error, ClaimError::InUse { node, .. } if node == "node-b"), "{error:?}");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = claim_local(&file.path().join("blobs"), "node-a", false).unwrap_err();
    assert!(matches!(error, ClaimError::Io { .. }), "{error:?}");
}
