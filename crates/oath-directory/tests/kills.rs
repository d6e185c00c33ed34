//! Processes that are killed while they write to a SQLite file: what was told is done, nothing is done by half or twice, and
//! the same again goes on. `cargo xtask soak` kills a thousand times each.
#![cfg(feature = "sqlite")]

#[path = "support/children.rs"]
mod children;

use self::children::{aimed, folder, killed, killed_within, task, times, whole};
use oath_directory::audit::{Action, AuditEvent, Chain};
use oath_directory::bulk::{BulkFile, BulkRow, Done, Operation};
use oath_directory::store::{AnyStore, Store as _, TokenFilter};
use oath_directory::{
    Actor, Directory, Error, Leavers, Location, Policy, Pruned, Refusal, Status, SyncOptions, UploadOptions, Upn,
    UserKind, user_file,
};
use oath_totp::{Secret, Totp, UnixTime};
use pollster::block_on;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const NOW: u64 = 1_700_000_000;
const SECRET: &str = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX";
/// Sign-ins lie so many seconds apart: no code is in the window of two.
const APART: u64 = 300;
const ROWS: usize = 2000;
const BULK: usize = 500;

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(seconds)
}

fn location(folder: &Path) -> Location {
    Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder)
}

fn open(folder: &Path) -> Directory<AnyStore> {
    block_on(location(folder).open()).unwrap()
}

/// A directory on which no wrong code locks.
fn create(folder: &Path) -> Directory<AnyStore> {
    let policy = Policy { free_attempts: u32::MAX, ..Policy::default() };
    block_on(location(folder).create(&operator(), at(NOW), policy)).unwrap()
}

fn operator() -> Actor {
    Actor::local_operator()
}

fn alice() -> Upn {
    "alice@example.com".parse().unwrap()
}

fn user(number: usize) -> Upn {
    format!("user{number}@example.com").parse().unwrap()
}

/// Rows for the stock, of which the first may be Alice's.
fn rows(range: core::ops::Range<usize>, first: Option<&Upn>) -> Vec<Result<oath_seeds::Row, oath_seeds::ReadError>> {
    let mut csv = "upn,serial number,secret key,time interval,manufacturer,model\r\n".to_owned();
    if let Some(upn) = first {
        csv.push_str(&format!("{upn},A,{SECRET},30,Contoso,T\r\n"));
    }
    for number in range {
        let secret = Secret::from_bytes(format!("secret number {number:06}").as_bytes()).unwrap();
        csv.push_str(&format!(",{number:06},{},30,Contoso,T\r\n", *secret.expose_base32()));
    }
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

/// The rows of a file that gives a token each to users.
fn assignments() -> Vec<BulkRow> {
    let header = "serial number,upn\n".to_owned();
    let csv = (0..BULK).fold(header, |csv, number| csv + &format!("{number:06},{}\n", user(number)));
    BulkFile::read(csv.as_bytes(), Operation::Assign).unwrap().rows().collect()
}

/// A list of users.
fn list() -> String {
    (0..ROWS).fold("userPrincipalName,displayName,id\n".to_owned(), |csv, number| {
        csv + &format!("{},User {number},id-{number}\n", user(number))
    })
}

/// Not a test of its own: what a child does until it is killed.
#[test]
fn child() {
    let Some(words) = task() else { return };
    let directory = open(Path::new(&words[1]));
    match words[0].as_str() {
        "sign-in" => {
            let app = Totp::from_base32(SECRET).unwrap();
            for seconds in (words[2].parse().unwrap()..).step_by(usize::try_from(APART).unwrap()) {
                let now = at(seconds);
                let _ = block_on(directory.verify(&operator(), now, &alice(), &app.generate(now))).unwrap();
                println!("accepted {seconds}");
            }
        }
        "upload" => drop(block_on(directory.upload(&operator(), at(NOW), "t.csv", rows(0..ROWS, None))).unwrap()),
        "bulk" => {
            let rows = assignments();
            let tell = |row: &BulkRow, result: Result<Done, _>| {
                if result.is_ok() {
                    println!("done {}", row.serial);
                }
            };
            block_on(directory.bulk(&operator(), at(NOW), &rows, tell)).unwrap();
        }
        "sync" => drop(sync(&directory)),
        "undo" => drop(block_on(directory.undo_upload(&operator(), at(NOW), 1, false)).unwrap()),
        "prune" => drop(prune(&directory, Path::new(&words[1]))),
        other => panic!("{other}"),
    }
}

/// The exported log beside the directory.
const LOG: &str = "log.jsonl";

fn prune(directory: &Directory<AnyStore>, folder: &Path) -> Pruned {
    let file = fs::read(folder.join(LOG)).unwrap();
    block_on(directory.prune_audit(&operator(), at(NOW + 1), &*file)).unwrap()
}

fn sync(directory: &Directory<AnyStore>) -> oath_directory::SyncReport {
    let options = SyncOptions { leavers: Leavers::Remove, many_leavers: true, ..SyncOptions::default() };
    let rows = user_file::read(list().as_bytes()).unwrap();
    block_on(directory.sync_users(&operator(), at(NOW), rows, options)).unwrap()
}

/// How long a task takes on a copy of a directory when nothing kills it.
fn time_of(task: &str, template: &Path) -> Duration {
    whole(&[task, copy(template).path().to_str().unwrap()])
}

/// The events of a directory, whose log is whole.
fn events(directory: &Directory<AnyStore>) -> Vec<AuditEvent> {
    block_on(directory.verify_audit()).unwrap().unwrap();
    let mut all: Vec<AuditEvent> = Vec::new();
    loop {
        let after = all.last().map_or(0, |event| event.sequence);
        let page = block_on(directory.events(Chain::FIRST, after, 10_000)).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

fn of(action: Action, events: &[AuditEvent]) -> usize {
    events.iter().filter(|logged| logged.event.action == action).count()
}

/// A copy of the files of a directory that is not open.
fn copy(template: &Path) -> tempfile::TempDir {
    let folder = folder();
    for file in fs::read_dir(template).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

#[test]
fn a_sign_in_that_was_told_is_kept_and_its_code_is_not_good_again() {
    let folder = folder();
    let path = folder.path().to_str().unwrap();
    {
        let directory = create(folder.path());
        block_on(directory.add_user(&operator(), at(NOW), &alice(), UserKind::Member, None)).unwrap();
        block_on(directory.upload(&operator(), at(NOW), "t.csv", rows(0..0, Some(&alice())))).unwrap();
        let code = Totp::from_base32(SECRET).unwrap().generate(at(NOW));
        block_on(directory.activate(&operator(), at(NOW), "A", &code.into())).unwrap();
    }
    let (mut from, mut told, mut kills) = (NOW + APART, 0, 0);
    for _ in 0..times(12, 1000) {
        let lines = killed(&["sign-in", path, &from.to_string()], Duration::from_millis(60));
        let accepted: Vec<u64> = lines.iter().filter_map(|line| line.strip_prefix("accepted ")?.parse().ok()).collect();
        (told, kills) = (told + accepted.len(), kills + 1);
        let directory = open(folder.path());
        // What was told is used; the one after that is used, or as good as if it had never been given.
        for seconds in accepted.iter().rev().take(3) {
            let code = Totp::from_base32(SECRET).unwrap().generate(at(*seconds));
            let again = block_on(directory.verify(&operator(), at(*seconds), &alice(), &code));
            assert_eq!(again, Err(Error::Refused(Refusal::Rejected)), "{seconds}");
        }
        from = accepted.last().map_or(from, |last| last + APART);
        let code = Totp::from_base32(SECRET).unwrap().generate(at(from));
        let open_end = block_on(directory.verify(&operator(), at(from), &alice(), &code)).is_ok();
        told += usize::from(open_end);
        from += APART;
        let events = events(&directory);
        let times: BTreeSet<u64> = events
            .iter()
            .filter(|logged| logged.event.action == Action::SignedIn)
            .map(|logged| logged.event.at.as_secs())
            .collect();
        let kept = of(Action::SignedIn, &events);
        assert_eq!(times.len(), kept, "a code was accepted twice");
        assert!(kept >= told && kept <= told + kills, "{told} told, {kept} kept, {kills} kills");
    }
    assert!(told > 20, "{told} sign-ins were told");
}

#[test]
fn a_killed_upload_has_no_half_row_and_is_finished_by_the_next_one() {
    let template = folder();
    drop(create(template.path()));
    let longest = time_of("upload", template.path());
    let mut cut = 0;
    for _ in 0..times(10, 1000) {
        let folder = copy(template.path());
        killed(&["upload", folder.path().to_str().unwrap()], longest);
        let directory = open(folder.path());
        let tokens = || block_on(directory.store().tokens(TokenFilter::default(), None, usize::MAX)).unwrap();
        let found = block_on(directory.uploads(at(NOW))).unwrap();
        let before = tokens().len();
        let upload = match &*found {
            [] => {
                assert_eq!(before, 0);
                block_on(directory.upload(&operator(), at(NOW), "t.csv", rows(0..ROWS, None))).unwrap()
            }
            [upload] => {
                assert_eq!(u64::try_from(before).unwrap(), upload.imported, "no token that is not counted");
                cut += usize::from(!upload.finished);
                if upload.finished {
                    upload.clone()
                } else {
                    let options = UploadOptions::default();
                    block_on(directory.resume_upload(&operator(), at(NOW), upload.id, options, rows(0..ROWS, None)))
                        .unwrap()
                }
            }
            more => panic!("{more:?}"),
        };
        assert!(upload.finished && upload.imported == u64::try_from(ROWS).unwrap(), "{upload:?}");
        let tokens = tokens();
        assert_eq!(tokens.len(), ROWS);
        // A token without a state could not be told from a damaged one.
        let report = block_on(directory.check_seals()).unwrap();
        assert_eq!((report.damaged.len(), report.keys[0].tokens), (0, upload.imported));
        events(&directory);
    }
    assert!(cut > 0, "no upload was killed half-way");
}

#[test]
fn a_killed_bulk_command_goes_on_and_does_no_row_twice() {
    let template = folder();
    {
        let directory = create(template.path());
        block_on(directory.upload(&operator(), at(NOW), "t.csv", rows(0..BULK, None))).unwrap();
        let list = user_file::read(list().as_bytes()).unwrap();
        block_on(directory.import_users(&operator(), at(NOW), list)).unwrap();
    }
    let longest = time_of("bulk", template.path());
    let mut cut = 0;
    for _ in 0..times(12, 1000) {
        let folder = copy(template.path());
        let lines = killed(&["bulk", folder.path().to_str().unwrap()], longest);
        let told: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("done ")).collect();
        let directory = open(folder.path());
        for serial in &told {
            let token = block_on(directory.token(serial)).unwrap().token;
            assert_eq!((token.status, token.holder.is_some()), (Status::Assigned, true));
        }
        let rows = assignments();
        let report = block_on(directory.bulk(&operator(), at(NOW), &rows, |_, _| {})).unwrap();
        let unchanged = usize::try_from(report.unchanged).unwrap();
        assert_eq!((report.done + report.unchanged, report.failed), (u64::try_from(BULK).unwrap(), 0));
        assert!(unchanged >= told.len(), "{unchanged} rows were done, {} were told", told.len());
        assert_eq!(of(Action::TokenAssigned, &events(&directory)), BULK, "each row was done once");
        cut += usize::from(unchanged < BULK);
    }
    assert!(cut > 0, "nothing was killed half-way");
}

#[test]
fn a_killed_synchronization_goes_on_and_adds_and_removes_nobody_twice() {
    const LEAVERS: usize = 300;
    let template = folder();
    {
        let directory = create(template.path());
        let csv = (0..LEAVERS).fold("userPrincipalName,id\n".to_owned(), |csv, number| {
            csv + &format!("leaver{number}@example.com,old-{number}\n")
        });
        let list = user_file::read(csv.as_bytes()).unwrap();
        block_on(directory.import_users(&operator(), at(NOW), list)).unwrap();
    }
    let longest = time_of("sync", template.path());
    let mut cut = 0;
    for _ in 0..times(12, 1000) {
        let folder = copy(template.path());
        killed(&["sync", folder.path().to_str().unwrap()], longest);
        let directory = open(folder.path());
        let report = sync(&directory);
        cut += usize::from(report.rows.added > 0 && !report.left.is_empty() && report.left.len() < LEAVERS)
            + usize::from(report.rows.added > 0 && report.left.is_empty());
        assert!(report.rows.failed.is_empty() && report.stuck.is_empty(), "{report:?}");
        let names: Vec<String> = block_on(directory.users()).unwrap().iter().map(|user| user.upn.to_string()).collect();
        assert_eq!(names.len(), ROWS);
        assert!(names.iter().all(|name| name.starts_with("user")), "a leaver is left");
        let events = events(&directory);
        assert_eq!(of(Action::UserRemoved, &events), LEAVERS);
        assert_eq!(of(Action::UserAdded, &events), ROWS + LEAVERS);
        assert_eq!(sync(&directory).rows.unchanged, u64::try_from(ROWS).unwrap());
    }
    assert!(cut > 0, "nothing was killed half-way");
}

#[test]
fn a_killed_undoing_goes_on_and_the_log_tells_of_it_with_the_last_token() {
    let template = folder();
    block_on(create(template.path()).upload(&operator(), at(NOW), "t.csv", rows(0..ROWS, None))).unwrap();
    let (mut cut, mut round, mut time) = (0, 0, Duration::ZERO..Duration::from_millis(250));
    while round < times(10, 1000) || cut == 0 && round < 200 {
        round += 1;
        let folder = copy(template.path());
        killed_within(&["undo", folder.path().to_str().unwrap()], time.clone());
        let directory = open(folder.path());
        let left = block_on(directory.store().tokens(TokenFilter::default(), None, usize::MAX)).unwrap().len();
        let status = block_on(directory.upload_status(at(NOW), 1)).unwrap();
        assert_eq!(status.taken_back, u64::try_from(ROWS - left).unwrap(), "what is gone is counted");
        assert_eq!(of(Action::UploadUndone, &events(&directory)), usize::from(left == 0), "{left} tokens are left");
        cut += usize::from((1..ROWS).contains(&left));
        time = aimed(time, status.taken_back, u64::try_from(ROWS).unwrap());
        let undone = block_on(directory.undo_upload(&operator(), at(NOW), 1, false)).unwrap();
        assert_eq!((undone.taken_back, undone.kept.len()), (u64::try_from(left).unwrap(), 0));
        let events = events(&directory);
        assert_eq!((of(Action::UploadUndone, &events), of(Action::TokenDeleted, &events)), (1, ROWS));
    }
    assert!(cut > 0, "no undoing was killed half-way");
}

#[test]
fn a_killed_pruning_goes_on_and_the_log_verifies_all_the_time() {
    let template = folder();
    let end = {
        let directory = create(template.path());
        for range in [0..ROWS, ROWS..2 * ROWS, 2 * ROWS..3 * ROWS] {
            block_on(directory.upload(&operator(), at(NOW), "t.csv", rows(range, None))).unwrap();
        }
        let file = template.path().join(LOG);
        block_on(directory.export_audit_to(at(NOW), &file)).unwrap()[0].end
    };
    let mut time = {
        let folder = copy(template.path());
        let (directory, file) = (open(folder.path()), fs::read(folder.path().join(LOG)).unwrap());
        // A preview verifies as much, and deletes nothing.
        let begun = Instant::now();
        block_on(directory.preview_pruning(&*file)).unwrap();
        let verified = begun.elapsed();
        let begun = Instant::now();
        prune(&directory, folder.path());
        verified * 3 / 4..begun.elapsed() * 5 / 4
    };
    let (mut cut, mut round) = (0, 0);
    while round < times(10, 1000) || cut == 0 && round < 200 {
        round += 1;
        let folder = copy(template.path());
        killed_within(&["prune", folder.path().to_str().unwrap()], time.clone());
        let directory = open(folder.path());
        let report = block_on(directory.verify_audit()).unwrap().unwrap();
        let gone = report.beginnings.first().map_or(0, |beginning| beginning.events);
        cut += usize::from(gone > 0 && gone < end.events);
        time = aimed(time, gone, end.events);
        let pruned = prune(&directory, folder.path());
        assert_eq!(pruned.events, end.events - gone);
        let report = block_on(directory.verify_audit()).unwrap().unwrap();
        assert_eq!(report.beginnings, [end]);
        let left = block_on(directory.events(Chain::FIRST, 0, usize::MAX)).unwrap();
        assert_eq!((left.len(), of(Action::AuditPruned, &left)), (1, 1), "recorded once");
    }
    assert!(cut > 0, "no pruning was killed half-way");
}
