//! A directory on the memory store with a few users, and tokens whose codes are known.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of tests is a test")]

mod probe;

#[allow(unused_imports, reason = "no test uses all of it")]
pub(crate) use self::probe::{Probe, ProbeOn};

use oath_directory::audit::{AuditEvent, Chain};
use oath_directory::model::{Upload, Version};
use oath_directory::rights::{Role, Roles};
use oath_directory::store::{MemoryStore, Store};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Upn, UserKind};
use oath_seeds::{ReadError, Row};
use oath_totp::{Algorithm, Code, CodeRun, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) struct Setup<S = MemoryStore> {
    pub(crate) directory: Directory<S>,
    pub(crate) operator: Actor,
    pub(crate) now: UnixTime,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::default(), Policy::default())
    }
}

impl<S: Store> Setup<S> {
    /// With alice and bob, who belong, and a guest.
    pub(crate) fn on(store: S, policy: Policy) -> Self {
        Self::on_ring(store, KeyRing::generate().unwrap(), policy)
    }

    pub(crate) fn on_ring(store: S, keys: KeyRing, policy: Policy) -> Self {
        let directory = Directory::new(store, keys, policy).unwrap();
        let setup = Self { directory, operator: Actor::local_operator(), now: UnixTime::from_secs(NOW) };
        for (name, kind) in [("alice", UserKind::Member), ("bob", UserKind::Member), ("guest", UserKind::Guest)] {
            block_on(setup.directory.add_user(&setup.operator, setup.now, &upn(name), kind, None)).unwrap();
        }
        setup
    }

    pub(crate) fn upload(&self, rows: &[(&str, &str, &Secret)]) -> Upload {
        block_on(self.directory.upload(&self.operator, self.now, "tokens.csv", self::rows(rows))).unwrap()
    }

    pub(crate) fn failures(&self, upload: &Upload) -> Vec<(u64, String)> {
        let failures = block_on(self.directory.failures(self.now, upload.id)).unwrap();
        failures.into_iter().map(|failure| (failure.line.unwrap_or_default(), failure.code)).collect()
    }

    pub(crate) fn activate(&self, serial: &str, codes: impl Into<CodeRun>) -> Result<i64, &'static str> {
        let activated = block_on(self.directory.activate(&self.operator, self.now, serial, &codes.into()));
        activated.map(|found| found.drift).map_err(code)
    }

    pub(crate) fn verify(&self, user: &str, code: &Code) -> Result<String, Error> {
        let verified = block_on(self.directory.verify(&self.operator, self.now, &upn(user), code));
        verified.map(|signed_in| signed_in.serial)
    }

    pub(crate) fn give(&self, name: &str, role: Role) {
        let roles = Roles::NONE.with(role);
        block_on(self.directory.change_roles(&self.operator, self.now, &upn(name), roles, Roles::NONE)).unwrap();
    }

    pub(crate) fn later(&mut self, seconds: u64) {
        self.now = UnixTime::from_secs(self.now.as_secs() + seconds);
    }

    pub(crate) fn actions(&self) -> Vec<AuditEvent> {
        block_on(self.directory.events(Chain::FIRST, 0, usize::MAX)).unwrap()
    }
}

pub(crate) fn set_policy(
    node: &Directory<impl Store>,
    now: UnixTime,
    change: impl Fn(&mut Policy),
) -> Result<Version, Error> {
    let mut read = block_on(node.policy()).unwrap();
    change(&mut read.value);
    block_on(node.set_policy(&Actor::local_operator(), now, read.version, &read.value))
}

pub(crate) fn upn(name: &str) -> Upn {
    format!("{name}@example.com").parse().unwrap()
}

/// The rows of a seed file: users (empty: none), serial numbers, secrets.
pub(crate) fn rows(of: &[(&str, &str, &Secret)]) -> Vec<Result<Row, ReadError>> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    for (user, serial, secret) in of {
        let user = if user.is_empty() { String::new() } else { upn(user).to_string() };
        write!(csv, "{user},{serial},{},30,Contoso,Test\r\n", *secret.expose_base32()).unwrap();
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

pub(crate) fn secret(number: u64) -> Secret {
    Secret::from_bytes(format!("secret number {number:06}").as_bytes()).unwrap()
}

pub(crate) fn totp(number: u64) -> Totp {
    Totp::new(secret(number).key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30)
}

pub(crate) fn shown(number: u64, now: UnixTime, ahead: i64) -> Code {
    totp(number).generate_at_step((now.as_secs() / 30).checked_add_signed(ahead).unwrap())
}

/// Among two hundred tokens one code or the other is ambiguous.
pub(crate) fn two_codes(number: u64, now: UnixTime) -> [Code; 2] {
    [shown(number, now, 0), shown(number, now, 1)]
}

pub(crate) fn code(error: Error) -> &'static str {
    let Error::Refused(refusal) = error else { panic!("{error}") };
    refusal.code()
}

/// The names of the files of a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
