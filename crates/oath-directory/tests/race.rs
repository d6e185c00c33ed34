//! Eight processes give the same code to one SQLite file at the same moment, round after round: exactly one is let in.
#![cfg(feature = "sqlite")]

use oath_directory::store::{Missing, SqliteStore};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, Refusal, Upn, UserKind};
use oath_totp::{KeyUri, TotpState, UnixTime};
use pollster::block_on;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PROCESSES: usize = 8;
const ROUNDS: u64 = 60;
/// How far apart the rounds begin. A slow machine only makes them overlap.
const APART: Duration = Duration::from_millis(25);
const NOW: u64 = 1_700_000_000;
/// Where a child finds the directory and when it begins: nothing where this is the parent.
const CHILD: &str = "OATH_RACE_CHILD";

fn open(folder: &Path, keys: KeyRing) -> Directory<SqliteStore> {
    let store = SqliteStore::open(&folder.join("oath.db"), Missing::Create).unwrap();
    // Seven of eight are refused in every round: nobody is to be locked for that here.
    Directory::new(store, keys, Policy { free_attempts: u32::MAX, ..Policy::default() }).unwrap()
}

fn alice() -> Upn {
    "alice@example.com".parse().unwrap()
}

/// Not a test of its own: what each child runs.
#[test]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (start, folder) = task.split_once(' ').unwrap();
    let start = UNIX_EPOCH + Duration::from_micros(start.parse().unwrap());
    let folder = Path::new(folder);
    let keys = KeyRing::parse(&std::fs::read_to_string(folder.join("oath.keys")).unwrap()).unwrap();
    let uri = std::fs::read_to_string(folder.join("uri")).unwrap();
    let app = KeyUri::parse(&uri).unwrap().to_totp().unwrap();
    let directory = open(folder, keys);
    for round in 1..=ROUNDS {
        let now = UnixTime::from_secs(NOW + 30 * round);
        let code = app.generate(now);
        let begins = start + APART * u32::try_from(round).unwrap();
        while SystemTime::now() < begins {
            std::hint::spin_loop();
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
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyRing::generate().unwrap();
    std::fs::write(folder.path().join("oath.keys"), keys.expose_text().as_bytes()).unwrap();
    let directory = open(folder.path(), keys);
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    block_on(directory.add_user(&operator, now, &alice(), UserKind::Member, None)).unwrap();
    let enrolment = block_on(directory.enroll(&operator, now, &alice())).unwrap();
    let app = enrolment.uri.to_totp().unwrap();
    let codes = [app.generate_at_step(NOW / 30 - 1), app.generate(now)].into();
    block_on(directory.confirm(&operator, now, &alice(), &codes)).unwrap();
    std::fs::write(folder.path().join("uri"), enrolment.uri.expose_uri().as_bytes()).unwrap();

    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_millis(300);
    let task = format!("{} {}", start.as_micros(), folder.path().display());
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", "child", "--nocapture"]).env(CHILD, &task).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut accepted = vec![0; usize::try_from(ROUNDS).unwrap() + 1];
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
    assert_eq!(answers, PROCESSES * usize::try_from(ROUNDS).unwrap(), "every process answered every round");
    // Two neighbouring codes of this secret may be the same: then the later one is a replay for everybody.
    let mut state = TotpState::NEW;
    for round in 1..=ROUNDS {
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
