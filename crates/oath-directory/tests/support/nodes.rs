//! Nodes of one directory on a server: stores of their own, as processes have them.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests is a test")]

use oath_directory::model::TenantId;
use oath_directory::store::PostgresStore;
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, SignedIn, Upn, UserKind};
use oath_totp::{KeyUri, Totp, UnixTime};
use pollster::block_on;

pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) fn tenant(number: u128) -> TenantId {
    TenantId::from_random(number)
}

pub(crate) fn alice() -> Upn {
    "alice@example.com".parse().unwrap()
}

/// A node on which no number of wrong codes locks.
pub(crate) fn open(url: &str, tenant: TenantId, keys: KeyRing) -> Directory<PostgresStore> {
    let store = PostgresStore::open(url, tenant).unwrap();
    Directory::new(store, keys, Policy { free_attempts: u32::MAX, ..Policy::default() }).unwrap()
}

/// Alice with an activated token: what opens the directory again, and her token.
pub(crate) fn with_alice(url: &str, tenant: TenantId) -> (String, KeyUri) {
    let keys = KeyRing::generate().unwrap();
    let text = keys.expose_text().to_string();
    let directory = open(url, tenant, keys);
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    block_on(directory.add_user(&operator, now, &alice(), UserKind::Member, None)).unwrap();
    let enrolment = block_on(directory.enroll(&operator, now, &alice())).unwrap();
    let app = enrolment.uri.to_totp().unwrap();
    let codes = [app.generate_at_step(NOW / 30 - 1), app.generate(now)].into();
    block_on(directory.confirm(&operator, now, &alice(), &codes)).unwrap();
    (text, enrolment.uri)
}

/// Alice signs in with the code of so many steps after the first.
pub(crate) fn sign_in(directory: &Directory<PostgresStore>, app: &Totp, round: u64) -> Result<SignedIn, Error> {
    let now = UnixTime::from_secs(NOW + 30 * round);
    block_on(directory.verify(&Actor::local_operator(), now, &alice(), &app.generate(now)))
}
