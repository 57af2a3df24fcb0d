//! The master key's file and its errors.

use secrets::{MasterKey, MasterKeyError, Secrets};
use std::fs;
use std::thread;

#[test]
fn a_missing_file_is_made_once_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/master.key");
    let hashes: Vec<_> = thread::scope(|scope| {
        let racers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| hash_with(&MasterKey::load_or_create(&path).unwrap()))).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let again = hash_with(&MasterKey::load_or_create(&path).unwrap());
    assert!(hashes.iter().all(|hash| *hash == again), "all processes have the key that is in the file");

    let files: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(files, std::slice::from_ref(&path), "no draft stays behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_wrong_file_is_refused_and_kept() {
    fn check(content: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, content).unwrap();
        let error = MasterKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, MasterKeyError::MalformedFile { .. }), "{error:?}");
        assert!(error.to_string().contains("Restore it from a backup"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    check(b"");
    check(b"not base64!");
    check(b"c2hvcnQ=");
    check(&[0xff; 32]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = MasterKey::load(&folder.path().join("absent.key")).unwrap_err();
    assert!(error.to_string().contains("absent.key"), "{error}");
    assert!(matches!(MasterKey::load_or_create(folder.path()), Err(MasterKeyError::File { .. })));
}

#[test]
fn a_key_is_never_printed() {
    let text = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let key = MasterKey::from_base64(&format!(" {text}\n")).unwrap();
    assert_eq!(format!("{key:?}"), "MasterKey");
    assert_eq!(format!("{:?}", Secrets::new(&key)), "Secrets");
    assert!(!MasterKey::from_base64("BwcHBw==").unwrap_err().to_string().contains("BwcHBw"));
}

fn hash_with(key: &MasterKey) -> [u8; 32] {
    Secrets::new(key).keyed_hash("test", &[b"x"])
}
