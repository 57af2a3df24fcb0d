//! The master keys' file, how a key is added to it, and its errors.

use secrets::{MAX_FORMER, MasterKey, MasterKeyError, MasterKeys, Secrets};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

#[test]
fn a_missing_file_is_made_once_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/master.key");
    let hashes: Vec<_> = thread::scope(|scope| {
        let racers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| hash_with(&MasterKeys::load_or_create(&path).unwrap()))).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let again = hash_with(&MasterKeys::load_or_create(&path).unwrap());
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
        for error in [MasterKeys::load_or_create(&path).unwrap_err(), MasterKeys::rotate(&path).unwrap_err()]
        {
            assert!(matches!(error, MasterKeyError::MalformedFile { .. }), "{error:?}");
            assert!(error.to_string().contains("Restore it"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(files_beside(&path), 1);
    }
    check(b"");
    check(b"\n\n");
    check(b"not base64!");
    check(b"c2hvcnQ=");
    check(&[0xff; 32]);
    check(format!("{SEVENS}\nc2hvcnQ=\n").as_bytes());
    check(format!("{SEVENS} {EIGHTS}\n").as_bytes());
    check(format!("{SEVENS}\n").repeat(MAX_FORMER + 2).as_bytes());
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.key");
    for error in [MasterKeys::load(&absent).unwrap_err(), MasterKeys::rotate(&absent).unwrap_err()] {
        assert!(error.to_string().contains("absent.key"), "{error}");
    }
    assert_eq!(files_beside(&absent), 0, "a key that is not there is not replaced");
    assert!(matches!(MasterKeys::load_or_create(folder.path()), Err(MasterKeyError::File { .. })));
}

#[test]
fn a_key_is_never_printed() {
    let key = MasterKey::from_base64(&format!(" {SEVENS}\n")).unwrap();
    assert_eq!(format!("{key:?}"), "MasterKey");
    let keys = MasterKeys::from_base64(SEVENS, [EIGHTS]).unwrap();
    assert_eq!(format!("{keys:?}"), "MasterKeys { newest: MasterKey, former: [MasterKey] }");
    assert_eq!(format!("{:?}", Secrets::new(&key)), "Secrets");
    assert!(!MasterKey::from_base64("BwcHBw==").unwrap_err().to_string().contains("BwcHBw"));
}

#[test]
fn a_file_may_hold_former_keys_below_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    fs::write(&path, format!("{EIGHTS}\n\n {SEVENS}\r\n")).unwrap();
    let secrets = Secrets::of(&MasterKeys::load(&path).unwrap());
    let before = Secrets::new(&MasterKey::from_base64(SEVENS).unwrap());
    assert_eq!(secrets.open("test", b"", &before.seal("test", b"", b"x")).unwrap(), b"x");
    let newest = Secrets::new(&MasterKey::from_base64(EIGHTS).unwrap());
    assert_eq!(newest.open("test", b"", &secrets.seal("test", b"", b"y")).unwrap(), b"y");
    let configured = Secrets::of(&MasterKeys::from_base64(EIGHTS, [SEVENS]).unwrap());
    assert_eq!(configured.key_names(), secrets.key_names());
    assert!(MasterKeys::from_base64(EIGHTS, ["c2hvcnQ="]).is_err());
}

#[test]
fn a_rotation_puts_a_new_key_before_those_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let before = Secrets::of(&MasterKeys::load_or_create(&path).unwrap());
    let first = fs::read_to_string(&path).unwrap();
    let rotated = Secrets::of(&MasterKeys::rotate(&path).unwrap());
    let second = fs::read_to_string(&path).unwrap();
    assert!(second.ends_with(&first) && second.lines().count() == 2, "the former key is kept");
    assert_eq!(files_beside(&path), 1, "no draft stays behind");
    assert_eq!(rotated.key_names()[1], before.key_names()[0]);
    let sealed = rotated.seal("test", b"", b"x");
    assert_eq!(Secrets::of(&MasterKeys::load(&path).unwrap()).open("test", b"", &sealed).unwrap(), b"x");

    fs::write(&path, format!("{SEVENS}\n").repeat(MAX_FORMER + 1)).unwrap();
    let error = MasterKeys::rotate(&path).unwrap_err();
    assert!(matches!(error, MasterKeyError::TooMany { .. }), "{error:?}");
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), MAX_FORMER + 1);
}

#[cfg(unix)]
#[test]
fn whoever_could_read_the_file_still_can_and_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("keys/master.key"), folder.path().join("link.key"));
    MasterKeys::load_or_create(&path).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for mode in [0o600, 0o640] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        MasterKeys::rotate(&link).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
}

#[test]
fn of_rotations_at_once_none_loses_the_key_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let first = Secrets::of(&MasterKeys::load_or_create(&path).unwrap());
    let made: Vec<Secrets> = thread::scope(|scope| {
        let racers: Vec<_> = (0..MAX_FORMER)
            .map(|_| scope.spawn(|| Secrets::of(&MasterKeys::rotate(&path).unwrap())))
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let kept: BTreeSet<String> =
        Secrets::of(&MasterKeys::load(&path).unwrap()).key_names().into_iter().collect();
    let newest = |secrets: &Secrets| secrets.key_names()[0].clone();
    let expected: BTreeSet<String> = made.iter().chain([&first]).map(newest).collect();
    assert_eq!((kept.len(), &kept), (MAX_FORMER + 1, &expected));
}

fn files_beside(path: &Path) -> usize {
    fs::read_dir(path.parent().unwrap()).unwrap().count()
}

fn hash_with(keys: &MasterKeys) -> [u8; 32] {
    Secrets::of(keys).keyed_hash("test", &[b"x"])
}
