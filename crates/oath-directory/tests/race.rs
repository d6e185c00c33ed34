//! Eight processes give the same code to one directory at the same moment, round after round: exactly one is let in. On a SQLite
//! file and on a PostgreSQL server; `cargo xtask soak` goes 10,000 rounds.
#![cfg(feature = "sqlite")]

#[path = "support/children.rs"]
mod children;
#[cfg(all(feature = "postgres", unix))]
#[path = "support/server.rs"]
mod server;

use oath_directory::store::{AnyStore, Missing, SqliteStore};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Refusal, Upn, UserKind};
use oath_totp::{KeyUri, TotpState, UnixTime};
use pollster::block_on;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PROCESSES: usize = 8;
/// How far apart the rounds begin. A slow machine only makes them overlap.
const APART: Duration = Duration::from_millis(20);
const NOW: u64 = 1_700_000_000;

fn rounds() -> u64 {
    children::times(100, 10_000)
}

/// The directory at a URL, or in a file of this folder where there is none.
fn open(folder: &Path, url: &str, keys: KeyRing) -> Directory<AnyStore> {
    let store = match url {
        "" => AnyStore::new(SqliteStore::open(&folder.join("oath.db"), Missing::Create).unwrap()),
        url => on_server(url),
    };
    // Seven of eight are refused in every round: nobody is to be locked for that here.
    Directory::new(store, keys, Policy { free_attempts: u32::MAX, ..Policy::default() }).unwrap()
}

#[cfg(all(feature = "postgres", unix))]
fn on_server(url: &str) -> AnyStore {
    use oath_directory::model::TenantId;
    use oath_directory::store::PostgresStore;
    PostgresStore::migrate(url).unwrap();
    AnyStore::new(PostgresStore::open(url, TenantId::from_random(1)).unwrap())
}

#[cfg(not(all(feature = "postgres", unix)))]
fn on_server(url: &str) -> AnyStore {
    panic!("{url}: without the feature postgres")
}

fn alice() -> Upn {
    "alice@example.com".parse().unwrap()
}

/// Not a test of its own: what each child runs.
#[test]
fn child() {
    let Some(words) = children::task() else { return };
    let [start, folder, url] = &*words else { panic!("{words:?}") };
    let start = UNIX_EPOCH + Duration::from_micros(start.parse().unwrap());
    let folder = Path::new(folder);
    let keys = KeyRing::parse(&std::fs::read_to_string(folder.join("oath.keys")).unwrap()).unwrap();
    let uri = std::fs::read_to_string(folder.join("uri")).unwrap();
    let app = KeyUri::parse(&uri).unwrap().to_totp().unwrap();
    let directory = open(folder, url, keys);
    for round in 1..=rounds() {
        let now = UnixTime::from_secs(NOW + 30 * round);
        let code = app.generate(now);
        let begins = start + APART * u32::try_from(round).unwrap();
        while SystemTime::now() < begins {
            std::thread::yield_now();
        }
        match block_on(directory.verify(&Actor::local_operator(), now, &alice(), &code)) {
            Ok(_) => println!("accepted {round}"),
            Err(Error::Refused(Refusal::Rejected)) => println!("rejected {round}"),
            Err(error) => println!("failed {round}: {error}"),
        }
    }
}

#[test]
fn of_eight_processes_with_the_same_code_one_is_let_in() {
    race("");
}

#[cfg(all(feature = "postgres", unix))]
#[test]
fn of_eight_processes_with_the_same_code_one_is_let_in_on_postgres() {
    let test = "of_eight_processes_with_the_same_code_one_is_let_in_on_postgres";
    let Some(server) = server::Server::start(test) else { return };
    race(&server.url(""));
}

fn race(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyRing::generate().unwrap();
    std::fs::write(folder.path().join("oath.keys"), keys.expose_text().as_bytes()).unwrap();
    let directory = open(folder.path(), url, keys);
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    block_on(directory.add_user(&operator, now, &alice(), UserKind::Member, None)).unwrap();
    let enrolment = block_on(directory.enroll(&operator, now, &alice())).unwrap();
    let app = enrolment.uri.to_totp().unwrap();
    let codes = [app.generate_at_step(NOW / 30 - 1), app.generate(now)].into();
    block_on(directory.confirm(&operator, now, &alice(), &codes)).unwrap();
    std::fs::write(folder.path().join("uri"), enrolment.uri.expose_uri().as_bytes()).unwrap();

    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_millis(500);
    let words = [&start.as_micros().to_string(), folder.path().to_str().unwrap(), url];
    let children: Vec<_> = (0..PROCESSES).map(|_| children::start(&words)).collect();
    let mut accepted = vec![0; usize::try_from(rounds()).unwrap() + 1];
    let mut answers = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        for line in text.lines() {
            // The test runner's own words may stand before the first line.
            if let Some((_, round)) = line.split_once("accepted ") {
                accepted[round.parse::<usize>().unwrap()] += 1;
                answers += 1;
            } else if line.contains("rejected ") {
                answers += 1;
            }
            assert!(!line.contains("failed "), "{line}");
        }
    }
    assert_eq!(answers, PROCESSES * usize::try_from(rounds()).unwrap(), "every process answered every round");
    // Two neighbouring codes of this secret may be the same: then the later one is a replay for everybody.
    let mut state = TotpState::NEW;
    for round in 1..=rounds() {
        let now = UnixTime::from_secs(NOW + 30 * round);
        let right = app.verify(&app.generate(now), now, Policy::default().window, &state);
        if let Ok(found) = &right {
            state = found.next;
        }
        let at = usize::try_from(round).unwrap();
        assert_eq!(accepted[at], usize::from(right.is_ok()), "round {round}: {accepted:?}");
    }
    let report = block_on(directory.verify_audit()).unwrap().unwrap();
    let answered = u64::try_from(answers).unwrap();
    assert_eq!(report.events, 4 + answered, "an event for each answer");
}
