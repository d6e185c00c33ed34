//! A new sealing key: added, activated, all tokens sealed under it again while sign-ins go on, the old one removed.
#![cfg(feature = "sqlite")]

#[path = "support/children.rs"]
mod children;

use oath_directory::audit::{Action, Chain};
use oath_directory::store::AnyStore;
use oath_directory::{Actor, Directory, Location, Policy, UserKind};
use oath_totp::{Secret, Totp, UnixTime};
use pollster::block_on;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const CHILD: &str = "OATH_ROTATION_CHILD";
const NOW: u64 = 1_700_000_000;
const SECRET: &str = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX";
/// More than two batches of a rotation.
const TOKENS: usize = 1200;

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

fn location(folder: &Path) -> Location {
    Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder)
}

fn open(folder: &Path) -> Directory<AnyStore> {
    block_on(location(folder).open()).unwrap()
}

/// Alice's activated token in the middle of many, all sealed under the first key.
fn furnished() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let operator = Actor::local_operator();
    let directory = block_on(location(folder.path()).create(&operator, at(NOW), Policy::default())).unwrap();
    let alice = "alice@example.com".parse().unwrap();
    block_on(directory.add_user(&operator, at(NOW), &alice, UserKind::Member, None)).unwrap();
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for number in 1..=TOKENS {
        let alices = number == TOKENS / 2;
        let secret =
            if alices { SECRET.into() } else { Secret::generate_bytes(20).unwrap().expose_base32().to_string() };
        write!(csv, "{},{number:04},{secret},30,Contoso,T\r\n", if alices { "alice@example.com" } else { "" }).unwrap();
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    block_on(directory.upload(&operator, at(NOW), "tokens.csv", rows)).unwrap();
    let code = Totp::from_base32(SECRET).unwrap().generate(at(NOW));
    block_on(directory.activate(&operator, at(NOW), &format!("{:04}", TOKENS / 2), &code.into())).unwrap();
    folder
}

fn sign_in(directory: &Directory<AnyStore>, now: &mut u64) {
    *now += 30;
    let code = Totp::from_base32(SECRET).unwrap().generate(at(*now));
    let alice = "alice@example.com".parse().unwrap();
    let signed_in = block_on(directory.verify(&Actor::local_operator(), at(*now), &alice, &code)).unwrap();
    assert_eq!(signed_in.serial, format!("{:04}", TOKENS / 2));
}

/// How many tokens are sealed under each key of the ring, all of which open.
fn used(folder: &Path) -> Vec<u64> {
    let report = block_on(open(folder).check_seals()).unwrap();
    assert!(report.damaged.is_empty(), "{:?}", report.damaged);
    assert!(report.keys.iter().all(|key| key.held));
    report.keys.into_iter().map(|key| key.tokens).collect()
}

fn rotate(directory: &Directory<AnyStore>) -> u64 {
    let (mut sealed, mut after) = (0, None);
    loop {
        let batch = block_on(directory.reseal(&Actor::local_operator(), at(NOW), after)).unwrap();
        assert!(batch.damaged.is_empty());
        (sealed, after) = (sealed + batch.sealed, batch.next);
        if after.is_none() {
            return sealed;
        }
    }
}

fn new_key(folder: &Path) -> String {
    let (location, operator) = (location(folder), Actor::local_operator());
    let name = block_on(location.add_key(&operator, at(NOW))).unwrap();
    block_on(location.activate_key(&operator, at(NOW), &name)).unwrap();
    name
}

#[test]
fn a_token_signs_in_before_during_and_after_its_rotation() {
    let folder = furnished();
    let (folder, operator, all) = (folder.path(), Actor::local_operator(), TOKENS as u64);
    let mut now = NOW + 3600;
    let before = open(folder);
    let old = before.key_names().last().unwrap().to_owned();
    sign_in(&before, &mut now);

    let keys = location(folder);
    let new = block_on(keys.add_key(&operator, at(NOW))).unwrap();
    assert_eq!(open(folder).key_names().collect::<Vec<_>>(), [&*new, &*old], "a new key does not seal");
    assert_eq!(used(folder), [0, all]);
    assert_eq!(rotate(&open(folder)), 0, "all are sealed under the key that seals");
    assert_eq!(
        block_on(keys.remove_key(&operator, at(NOW), &old)).unwrap_err().to_string(),
        format!("the key {old} is the one that seals")
    );
    block_on(keys.activate_key(&operator, at(NOW), &new)).unwrap();
    assert_eq!(used(folder), [all, 0]);
    // A dry run opens and seals by the same decision, and writes nothing.
    let preview = || block_on(open(folder).preview_rotation(&operator, at(NOW), |_| ())).unwrap();
    let events = || block_on(open(folder).events(Chain::FIRST, 0, usize::MAX)).unwrap().len();
    let logged = events();
    assert_eq!((preview().sealed, preview().damaged.len(), events()), (all, 0, logged));
    assert_eq!(used(folder), [all, 0]);
    let error = block_on(keys.remove_key(&operator, at(NOW), &old)).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string()),
        ("key-in-use", format!("{TOKENS} tokens are sealed under the key {old}"))
    );

    let directory = open(folder);
    let first = block_on(directory.reseal(&operator, at(NOW), None)).unwrap();
    assert_eq!((first.sealed, first.next.as_deref()), (200, Some("0200")));
    sign_in(&directory, &mut now);
    let second = block_on(directory.reseal(&operator, at(NOW), first.next)).unwrap();
    assert_eq!((second.sealed, second.next.as_deref()), (200, Some("0400")));
    assert_eq!(used(folder), [800, 400]);
    sign_in(&directory, &mut now);
    assert_eq!(block_on(keys.remove_key(&operator, at(NOW), &old)).unwrap_err().code(), "key-in-use");
    assert_eq!(rotate(&directory), 800, "what was sealed again is not sealed twice");
    assert_eq!(used(folder), [0, all]);
    block_on(keys.remove_key(&operator, at(NOW), &old)).unwrap();
    assert_eq!(block_on(keys.remove_key(&operator, at(NOW), &old)).unwrap_err().code(), "key-unknown");
    assert_eq!(used(folder), [all]);
    sign_in(&open(folder), &mut now);

    let events = block_on(directory.events(Chain::FIRST, 0, usize::MAX)).unwrap();
    let of_keys = events.iter().map(|logged| &logged.event).filter(|event| event.detail.contains_key("key"));
    let told: Vec<_> = of_keys.map(|event| (event.action, event.detail["key"].as_str())).collect();
    let (added, activated, removed) = (Action::KeyAdded, Action::KeyActivated, Action::KeyRemoved);
    let sealed = (Action::TokensResealed, &*new);
    let ring = [(added, &*new), (activated, &*new)];
    assert_eq!(told, [&ring[..], &[sealed; 6], &[(removed, &*old)]].concat(), "an event a batch");
    assert!(block_on(directory.verify_audit()).unwrap().is_ok());
}

#[test]
fn the_ring_is_replaced_whole_and_stays_private() {
    let folder = tempfile::tempdir().unwrap();
    let operator = Actor::local_operator();
    drop(block_on(location(folder.path()).create(&operator, at(NOW), Policy::default())).unwrap());
    // The name may be a link to where the ring lies.
    let (keys, aside) = (folder.path().join("oath.keys"), folder.path().join("ring"));
    #[cfg(unix)]
    {
        fs::rename(&keys, &aside).unwrap();
        std::os::unix::fs::symlink("ring", &keys).unwrap();
    }
    let name = new_key(folder.path());
    assert_eq!(open(folder.path()).key_names().last(), Some(&*name));
    #[cfg(unix)]
    {
        assert!(keys.symlink_metadata().unwrap().is_symlink());
        let mode = std::os::unix::fs::PermissionsExt::mode(&aside.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let before = fs::read(&keys).unwrap();
    let error = block_on(location(folder.path()).activate_key(&operator, at(NOW), "missing")).unwrap_err();
    assert_eq!((error.code(), fs::read(&keys).unwrap()), ("key-unknown", before));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), if cfg!(unix) { 3 } else { 2 });
}

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    rotate(&open(Path::new(&folder)));
}

#[test]
fn a_killed_rotation_goes_on() {
    let folder = furnished();
    let (folder, all) = (folder.path(), TOKENS as u64);
    let mut now = NOW + 3600;
    for round in 0..children::times(12, 1000) {
        let old = open(folder).key_names().last().unwrap().to_owned();
        new_key(folder);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env(CHILD, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(RandomState::new().hash_one(round) % 150_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let [left, sealed] = used(folder)[..] else { panic!("two keys") };
        assert_eq!(left + sealed, all);
        assert!(sealed == all || sealed % 200 == 0, "a batch is sealed whole or not at all: {sealed}");
        let directory = open(folder);
        sign_in(&directory, &mut now);
        assert_eq!(rotate(&directory), left);
        block_on(location(folder).remove_key(&Actor::local_operator(), at(NOW), &old)).unwrap();
        sign_in(&open(folder), &mut now);
    }
    assert_eq!(used(folder), [all]);
    assert!(block_on(open(folder).verify_audit()).unwrap().is_ok());
}
