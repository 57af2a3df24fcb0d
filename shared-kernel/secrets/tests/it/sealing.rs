//! Sealed values and keyed hashes.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use secrets::{MasterKey, OpenError, Sealed, Secrets};

proptest! {
    #[test]
    fn what_is_sealed_opens(context: Vec<u8>, plaintext: Vec<u8>) {
        let secrets = fixed();
        let sealed = secrets.seal("test", &context, &plaintext);
        prop_assert_eq!(secrets.open("test", &context, &sealed).unwrap(), plaintext);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
        prop_assert!(fixed().open("test", b"", &bytes).is_err());
    }

    #[test]
    fn lists_of_parts_hash_alike_only_when_they_are_alike(
        one: Vec<Vec<u8>>,
        other: Vec<Vec<u8>>,
    ) {
        fn hash(parts: &[Vec<u8>]) -> [u8; 32] {
            fixed().keyed_hash("test", &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
        }
        prop_assert_eq!(hash(&one) == hash(&other), one == other);
    }
}

#[test]
fn no_altered_byte_and_no_cut_opens() {
    let secrets = fixed();
    let sealed = secrets.seal("test", b"row 1", b"plaintext");
    for index in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[index] ^= 1;
        assert!(secrets.open("test", b"row 1", &altered).is_err(), "byte {index}");
        assert!(secrets.open("test", b"row 1", &sealed[..index]).is_err(), "cut at {index}");
    }
}

#[test]
fn purpose_context_and_key_must_be_the_same() {
    let secrets = fixed();
    let sealed = secrets.seal("test", b"row 1", b"plaintext");
    assert!(matches!(secrets.open("other", b"row 1", &sealed), Err(OpenError::Refused)));
    assert!(matches!(secrets.open("test", b"row 2", &sealed), Err(OpenError::Refused)));
    let stranger = Secrets::new(&MasterKey::generate());
    let error = stranger.open("test", b"row 1", &sealed).unwrap_err();
    assert!(error.to_string().contains("477df57a"), "names the key: {error}");
}

#[test]
fn the_same_value_is_sealed_differently_each_time() {
    let secrets = fixed();
    assert_ne!(secrets.seal("test", b"", b"x"), secrets.seal("test", b"", b"x"));
}

#[test]
fn after_a_rotation_the_newest_key_seals_and_the_older_opens() {
    let (old, new) = (MasterKey::generate(), MasterKey::generate());
    let before = Secrets::new(&old);
    let after = Secrets::rotated(&new, std::slice::from_ref(&old));
    assert_eq!(after.open("test", b"", &before.seal("test", b"", b"x")).unwrap(), b"x");
    assert_eq!(Secrets::new(&new).open("test", b"", &after.seal("test", b"", b"y")).unwrap(), b"y");
    assert!(after.verify_keyed_hash("test", &[b"x"], &before.keyed_hash("test", &[b"x"])));
    assert!(!before.verify_keyed_hash("test", &[b"x"], &after.keyed_hash("test", &[b"x"])));
}

#[test]
fn what_an_older_key_sealed_is_sealed_anew_once() {
    let (old, new) = (MasterKey::generate(), MasterKey::generate());
    let (before, alone) = (Secrets::new(&old), Secrets::new(&new));
    let after = Secrets::rotated(&new, std::slice::from_ref(&old));
    let sealed = before.seal("test", b"row 1", b"x");
    assert!(before.is_of_newest(&sealed) && !after.is_of_newest(&sealed));
    let anew = after.reseal("test", b"row 1", &sealed).unwrap().unwrap();
    assert!(after.is_of_newest(&anew));
    assert_eq!(alone.open("test", b"row 1", &anew).unwrap(), b"x");
    assert_eq!(after.reseal("test", b"row 1", &anew).unwrap(), None);
    // What cannot be opened is left to whoever asked.
    assert!(matches!(after.reseal("test", b"row 2", &sealed), Err(OpenError::Refused)));
    let unknown = alone.reseal("test", b"row 1", &sealed).unwrap_err().to_string();
    assert!(unknown.contains(&before.key_names()[0]), "{unknown}");
    for none in [&b""[..], &b"\x01"[..], &b"plain"[..]] {
        assert!(!after.is_of_newest(none));
        assert!(matches!(after.reseal("test", b"", none), Err(OpenError::NotSealed)));
    }
    assert_eq!(after.key_names(), [alone.key_names(), before.key_names()].concat());
}

/// Computed with another implementation (Python's hmac and cryptography) from the layout in `secrets.rs`.
#[test]
fn the_format_stays_as_it_is() {
    let secrets = fixed();
    let hash = secrets.keyed_hash("users.email", &[b"ab", b"c"]);
    assert_eq!(STANDARD.encode(hash), "HhZVubyrXmhRLRrNuqNgQuWf51Z/wmo3USjmwab1smY=");
    assert_ne!(hash, secrets.keyed_hash("users.email", &[b"a", b"bc"]));
    assert_ne!(hash, secrets.keyed_hash("users.phone", &[b"ab", b"c"]));
    assert!(secrets.verify_keyed_hash("users.email", &[b"ab", b"c"], &hash));
    assert!(!secrets.verify_keyed_hash("users.email", &[b"ab", b"c"], &hash[..31]));

    let sealed = "AUd99XoAAQIDBAUGBwgJCgsMDQ4PAAECAwQFBgcICQoLzz/+wat6HJcLnEvbP/XvnGDfG1CshjSu";
    let opened = secrets.open("users.totp", b"row 1", &STANDARD.decode(sealed).unwrap());
    assert_eq!(opened.unwrap(), b"JBSWY3DP");
}

#[test]
fn a_sealed_value_is_base64_text_and_shows_nothing() {
    let secrets = fixed();
    let sealed = secrets.seal_value("test", &("token", 7));
    assert_eq!(format!("{sealed:?}"), "Sealed");
    let json = serde_json::to_string(&sealed).unwrap();
    assert!(json.starts_with("\"AUd99X"), "{json}");
    let read: Sealed<(String, u32)> = serde_json::from_str(&json).unwrap();
    assert_eq!(secrets.open_value("test", &read).unwrap(), ("token".to_owned(), 7));
    assert!(secrets.open_value("other", &read).is_err());
    assert!(serde_json::from_str::<Sealed<u32>>("\"?\"").is_err());

    let other_type: Sealed<u32> = serde_json::from_str(&json).unwrap();
    let error = secrets.open_value("test", &other_type).unwrap_err();
    assert!(!error.to_string().contains("token") && matches!(error, OpenError::OtherType), "{error}");
}

fn fixed() -> Secrets {
    Secrets::new(&MasterKey::from_base64(&STANDARD.encode([7; 32])).unwrap())
}
