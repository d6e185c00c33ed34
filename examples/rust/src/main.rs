//! A directory in a service: a user, a software token, a sign-in, and the same code again.
//!
//! `cargo run -p oath-examples`

use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Actor, Directory, KeyRing, Policy, Upn, UserKind};
use oath_totp::UnixTime;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // Any executor will do; the futures depend on none.
    pollster::block_on(service())
}

async fn service() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(&folder.path().join("oath.db"), Missing::Create)?;
    // Keep `keys.expose_text()` in a secret manager, away from the database.
    let keys = KeyRing::generate()?;
    let directory = Directory::new(store, keys, Policy { issuer: "Example Ltd".to_owned(), ..Policy::default() })?;

    // Who asks, and when: every operation says both.
    let actor = Actor::local_operator();
    let mut now = UnixTime::from_secs(1_700_000_000);

    // Sign-up: show the URI as a QR code; two codes in a row from the user's screen confirm it. The first alone does too,
    // but for one secret in 170 it fits two times, and the answer is to send the next one as well.
    let alice: Upn = "alice@example.com".parse()?;
    directory.add_user(&actor, now, &alice, UserKind::Member, Some("Alice")).await?;
    let enrolment = directory.enroll(&actor, now, &alice).await?;
    println!("token {} for {alice}; the URI for her app is shown once", enrolment.serial);
    let app = enrolment.uri.to_totp()?;
    let first = app.generate(now);
    now = UnixTime::from_secs(now.as_secs() + 30);
    directory.confirm(&actor, now, &alice, &[first, app.generate(now)].into()).await?;

    // Sign-in. A wrong code is an error, so that a forgotten `if` lets nobody in.
    now = UnixTime::from_secs(now.as_secs() + 30);
    let code = app.generate(now);
    let signed_in = directory.verify(&actor, now, &alice, &code).await?;
    println!("signed in with token {}", signed_in.serial);

    match directory.verify(&actor, now, &alice, &code).await {
        Ok(_) => return Err("a code must be good once".into()),
        Err(refused) => println!("the same code again: {refused}"),
    }
    let audit = directory.verify_audit().await??;
    println!("{} events in the audit log, the last with the hash {}", audit.events, audit.head());
    Ok(())
}
