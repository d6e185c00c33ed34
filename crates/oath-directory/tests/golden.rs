//! A directory of the test kit, with its key ring: every later version opens it, finds what was used, and reads its log.
//!
//! A change of a label, of a key's derivation, of an order of fields or of the schema makes this test fail. Such a change needs
//! another format and a migration, once there was a release.
#![cfg(feature = "sqlite")]

use oath_directory::audit::Chain;
use oath_directory::rights::{Role, Roles};
use oath_directory::store::{AnyStore, SqliteStore};
use oath_directory::{
    Actor, Directory, Error, KeyRing, Location, Policy, RecoveryCode, Refusal, Source, Status, TokenQuery, UserKind,
};
use oath_seeds::{Options, Reader, Target};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;
use std::fs;
use std::path::{Path, PathBuf};

const NOW: u64 = 1_700_000_000;
/// Digits counted on, and none that a standard prints: a published secret is refused.
const SECRETS: [&[u8]; 3] = [b"45678901234567890123", b"23456789012345678901", b"34567890123456789012"];
/// Keys that are visibly none.
const RING: &str = "bind 0101010101010101010101010101010101010101010101010101010101010101\n\
                    seal golden 0202020202020202020202020202020202020202020202020202020202020202\n";

fn kit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/directory")
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

fn code(token: usize, at: UnixTime) -> Code {
    let key = Secret::from_bytes(SECRETS[token]).unwrap().key(Algorithm::Sha1).unwrap();
    Totp::new(key, Digits::Six, TimeStep::SECONDS_30).generate(at)
}

fn rows() -> Vec<Result<oath_seeds::Row, oath_seeds::ReadError>> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\n".to_owned();
    for (number, (secret, user)) in SECRETS.iter().zip(["alice@example.com", "alice@example.com", ""]).enumerate() {
        let base32 = Secret::from_bytes(secret).unwrap().expose_base32();
        csv.push_str(&format!("{user},000{number},{},30,Contoso,Golden\n", *base32));
    }
    let options = Options::default().target(Target::Inventory);
    Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

fn open(folder: &Path) -> Directory<AnyStore> {
    for file in ["oath.db", "oath.keys"] {
        fs::copy(kit().join(file), folder.join(file)).unwrap();
        #[cfg(unix)]
        fs::set_permissions(folder.join(file), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let location = Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder);
    block_on(location.open()).unwrap()
}

/// Not a test: writes the golden directory. Its nonces and ids are random, so the constants below change with it.
#[test]
#[ignore = "makes the golden directory anew"]
fn make() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oath.db");
    let store = SqliteStore::open(&path, oath_directory::store::Missing::Create).unwrap();
    let directory = Directory::new(store, KeyRing::parse(RING).unwrap(), Policy::default()).unwrap();
    let actor = Actor::local_operator();
    let codes = block_on(async {
        directory.found(&actor, at(0)).await.unwrap();
        let alice = "alice@example.com".parse().unwrap();
        directory.add_user(&actor, at(0), &alice, UserKind::Member, Some("Alice")).await.unwrap();
        directory.upload(&actor, at(0), "golden.csv", rows()).await.unwrap();
        for token in [0, 1] {
            let codes = [code(token, at(0)), code(token, at(30))].into();
            directory.activate(&actor, at(0), &format!("000{token}"), &codes).await.unwrap();
        }
        let laptop = Source::new("laptop");
        directory.verify_from(&actor, at(90), &alice, &code(0, at(90)), laptop.as_ref()).await.map(drop).unwrap();
        directory.verify(&actor, at(90), &alice, &"000000".parse().unwrap()).await.map(drop).unwrap_err();
        directory.deactivate(&actor, at(100), "0001").await.unwrap();
        let auditor = Roles::NONE.with(Role::Auditor);
        directory.change_roles(&actor, at(100), &alice, auditor, Roles::NONE).await.unwrap();
        directory.issue_recovery(&actor, at(100), &alice).await.unwrap()
    });
    drop(directory);
    fs::create_dir_all(kit()).unwrap();
    fs::copy(path, kit().join("oath.db")).unwrap();
    fs::write(kit().join("oath.keys"), RING).unwrap();
    fs::write(kit().join("recovery.txt"), codes[0].expose_text().as_bytes()).unwrap();
}

#[test]
fn the_golden_directory_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let directory = open(folder.path());
    let actor = Actor::local_operator();
    assert_eq!(KeyRing::parse(RING).unwrap().id().to_string(), "de1161b34a4d7f2948707a4036bf7429");
    let tokens = block_on(directory.tokens(&TokenQuery::default())).unwrap();
    let statuses: Vec<_> = tokens.iter().map(|listed| listed.token.status).collect();
    assert_eq!(statuses, [Status::Activated, Status::Deactivated, Status::Available]);

    let report = block_on(directory.verify_audit()).unwrap().unwrap();
    assert_eq!(
        (report.events, &*report.head()),
        (15, "77d2616d4526da0fb4e43cb93157293c44ff9752c3058d4fe1f2acd7ff78624f")
    );
    assert!(block_on(directory.events(Chain::FIRST, 0, 99)).unwrap().iter().all(|logged| logged.chain == Chain::FIRST));

    let alice = "alice@example.com".parse().unwrap();
    let verify = |token, at| block_on(directory.verify(&actor, at, &alice, &code(token, at))).map(|found| found.serial);
    assert_eq!(verify(0, at(90)), Err(Error::Refused(Refusal::Rejected)), "what was used stays used");
    assert_eq!(verify(1, at(120)), Err(Error::Refused(Refusal::Rejected)), "deactivated");
    assert_eq!(verify(0, at(120)).unwrap(), "0000");
    let details = block_on(directory.user(at(120), &alice)).unwrap();
    assert_eq!((details.user.roles, details.known_sources), (Roles::NONE.with(Role::Auditor), 1));
    let recovery = fs::read_to_string(kit().join("recovery.txt")).unwrap();
    let recovery = RecoveryCode::from_typed(&recovery).unwrap();
    let recover = || {
        let found = directory.verify_recovery(&actor, at(130), &alice, &recovery, None);
        block_on(found).map(|found| found.left)
    };
    assert_eq!((recover(), recover()), (Ok(9), Err(Error::Refused(Refusal::Rejected))));
    let codes = [code(1, at(150)), code(1, at(180))].into();
    block_on(directory.activate(&actor, at(150), "0001", &codes)).unwrap();
    // The same secrets are recognised.
    let upload = block_on(directory.upload(&actor, at(200), "golden.csv", rows())).unwrap();
    assert_eq!((upload.unchanged, upload.failed), (3, 0));
    assert!(block_on(directory.verify_audit()).unwrap().is_ok());
}
