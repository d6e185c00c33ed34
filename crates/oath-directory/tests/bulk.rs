//! Many tokens at once: a rehearsal comes to what the directory comes to and changes nothing in it; a serial number that no token
//! has leads to those that may be meant.

mod support;

use oath_directory::bulk::{BulkFile, BulkReport, BulkRow, Done, Operation, RowError};
use oath_directory::model::Status;
use oath_directory::store::{Listed, MemoryStore, Store};
use oath_directory::{Directory, KeyRing, KeyRingError, Policy, SyncOptions, TokenQuery, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use support::{Probe, ProbeOn, Setup, secret, shown, two_codes, upn};

fn stock(serials: &[&str]) -> Setup {
    let setup = Setup::new();
    let secrets: Vec<_> = (1..).map(secret).take(serials.len()).collect();
    let rows: Vec<_> = serials.iter().zip(&secrets).map(|(serial, secret)| ("", *serial, secret)).collect();
    assert_eq!(setup.upload(&rows).imported, u64::try_from(serials.len()).unwrap());
    setup
}

#[test]
fn a_rehearsal_comes_to_the_same_and_leaves_the_directory_alone() {
    let store = MemoryStore::new();
    let setup = Setup::on(store.clone(), Policy::default());
    let secrets = [1, 2, 3].map(secret);
    setup.upload(&[("", "1", &secrets[0]), ("", "2", &secrets[1]), ("bob", "3", &secrets[2])]);
    let Setup { directory, operator, now } = setup;
    let file = b"serial,upn\n1,alice@example.com\n1,bob@example.com\n3,alice@example.com\n";
    let rows: Vec<BulkRow> = BulkFile::read(file, Operation::Assign).unwrap().rows().collect();
    let events = || block_on(Store::heads(&store)).unwrap();
    let before = events();
    let serials = rows.iter().map(|row| row.serial.clone());
    let rehearsal = block_on(directory.rehearsal(&operator, serials, ["alice", "bob"].map(upn))).unwrap();
    let mut results = Vec::new();
    let report = block_on(rehearsal.bulk(&operator, now, &rows, |row, result| {
        results.push((row.line, result.map_err(|error| error.code())));
    }));
    assert_eq!(results, [(2, Ok(Done::Now)), (3, Err("token-held")), (4, Err("token-held"))]);
    assert_eq!(report.unwrap(), BulkReport { done: 1, failed: 2, ..BulkReport::default() });
    // What was tried is there, and so goes on: the same operations work on it.
    let status = |serial: &str| block_on(rehearsal.token(serial)).unwrap().token.status;
    assert_eq!(status("1"), Status::Assigned);
    block_on(rehearsal.activate(&operator, now, "3", &[shown(3, now, 0), shown(3, now, 1)].into())).unwrap();
    assert_eq!(status("3"), Status::Activated);
    assert_eq!(
        block_on(rehearsal.tokens(&TokenQuery::default())).unwrap().len(),
        2,
        "only what was asked for is copied"
    );
    assert_eq!(events(), before);
    let held = block_on(Store::tokens(&store, Default::default(), None, 10)).unwrap();
    assert_eq!(held.iter().filter(|listed| listed.token.status == Status::Available).count(), 2);
}

/// A directory with 250 tokens, of which some are held, and files for each operation with rows of every kind: done, done before,
/// refused, twice in the file, no serial number.
fn mixed<S: Store>(store: S, policy: Policy) -> Setup<S> {
    let setup = Setup::on(store, policy);
    let secrets: Vec<_> = (0..250).map(secret).collect();
    let serials: Vec<_> = (0..250).map(|number| number.to_string()).collect();
    let rows = serials.iter().zip(&secrets).zip(0..);
    let user = |number: u64| if number.is_multiple_of(7) { "bob" } else { "" };
    let rows: Vec<_> = rows.map(|((serial, secret), number)| (user(number % 28), serial.as_str(), secret)).collect();
    setup.upload(&rows);
    for number in 0..40 {
        let upn = upn(&format!("user{number}"));
        block_on(setup.directory.add_user(&setup.operator, setup.now, &upn, UserKind::Member, None)).unwrap();
    }
    setup
}

fn files(now: UnixTime) -> Vec<Vec<BulkRow>> {
    let mut texts = [
        (Operation::Assign, "serial number,upn\n".to_owned()),
        (Operation::Activate, "serial number,code,next code\n".to_owned()),
        (Operation::Activate, "serial number,code,next code\n".to_owned()),
        (Operation::Unassign, "serial number\n".to_owned()),
        (Operation::Delete, "serial number\n".to_owned()),
    ];
    for number in 0..260_u64 {
        let [code, next] = two_codes(number, now);
        // Of some a wrong code first, and the right one in the second file.
        let first = if number % 5 == 0 { shown(number + 1000, now, 0) } else { code.clone() };
        let serial = if number % 50 == 49 { String::new() } else { (number - number % 31 / 30).to_string() };
        for ((_, text), row) in texts.iter_mut().zip([
            format!("{serial},user{}@example.com", number % 45),
            format!("{serial},{first},{next}"),
            format!("{serial},{code},{next}"),
            serial.clone(),
            serial.clone(),
        ]) {
            text.push_str(&row);
            text.push('\n');
        }
    }
    let rows =
        |(operation, text): &(Operation, String)| BulkFile::read(text.as_bytes(), *operation).unwrap().rows().collect();
    texts.iter().map(rows).collect()
}

/// What became of each row, and the records and events that are left, without what is random.
fn outcome<S: Store>(setup: &Setup<S>, at_once: bool) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |row: &BulkRow, result: Result<Done, RowError>| {
        told.push(format!("{} {:?}", row.line, result.map_err(|error| error.code())));
    };
    for rows in files(setup.now) {
        let chunks = if at_once { rows.len() } else { 1 };
        for rows in rows.chunks(chunks) {
            let report = block_on(setup.directory.bulk(&setup.operator, setup.now, rows, &mut tell)).unwrap();
            assert_eq!(report.left, 0);
        }
    }
    for Listed { token, state, holder } in block_on(setup.directory.tokens(&TokenQuery::default())).unwrap() {
        let holder = holder.map(|user| user.upn.to_string());
        told.push(format!("{} {:?} {holder:?} {:?} {:?}", token.serial, token.status, state.totp, state.attempts));
    }
    for user in block_on(setup.directory.users()).unwrap() {
        told.push(format!("{} {:?}", user.upn, user.enabled));
    }
    let events = setup.actions();
    told.extend(events.iter().map(|event| format!("{} {:?}", event.sequence, event.event)));
    told
}

#[test]
fn many_rows_in_one_transaction_come_to_what_each_comes_to_by_itself() {
    let policy = || Policy { tokens_per_user: 4, activations: None, ..Policy::default() };
    let one_by_one = outcome(&mixed(MemoryStore::new(), policy()), false);
    for kind in [
        "Ok(Now)",
        "Ok(Before)",
        "token-held",
        "wrong-code",
        "token-unknown",
        "user-unknown",
        "user-full",
        "serial-empty",
    ] {
        assert!(one_by_one.iter().any(|line| line.contains(kind)), "{kind}");
    }
    assert_eq!(outcome(&mixed(MemoryStore::new(), policy()), true), one_by_one);
    // Each transaction is tried twice, the second time with half as many rows.
    let contended = ProbeOn::contended(MemoryStore::new());
    assert_eq!(outcome(&mixed(contended, policy()), true), one_by_one);
}

#[test]
fn many_rows_are_few_transactions_and_what_failed_stops_none_before_it() {
    let probe = ProbeOn { contended: false.into(), ..ProbeOn::contended(MemoryStore::new()) };
    let setup = mixed(probe, Policy { activations: None, ..Policy::default() });
    let [assign, ..] = &files(setup.now)[..] else { panic!("there are five") };
    let before = setup.directory.store().counts();
    let mut told = 0;
    block_on(setup.directory.bulk(&setup.operator, setup.now, assign, |_, _| told += 1)).unwrap();
    let after = setup.directory.store().counts();
    assert_eq!((after.0 - before.0, after.1 - before.1, told), (3, 3, 260), "one read and one write for 100 rows");
}

/// A server runs an operation on whatever thread is free.
#[test]
fn operations_on_many_records_can_be_sent_to_another_thread() {
    fn sent(future: impl Future + Send) {
        drop(future);
    }
    let Setup { directory, operator, now } = Setup::new();
    sent(directory.bulk(&operator, now, &[], |_, _| ()));
    sent(directory.sync_users(&operator, now, [], SyncOptions::default()));
    sent(directory.rotate(&operator, now, |_| ()));
}

#[test]
fn the_limit_of_activations_leaves_the_rows_from_there_on() {
    let policy = Policy { activations: Some(130), ..Policy::default() };
    let setup = mixed(MemoryStore::new(), policy);
    let [assign, _, activate, ..] = &files(setup.now)[..] else { panic!("there are five") };
    block_on(setup.directory.bulk(&setup.operator, setup.now, assign, |_, _| ())).unwrap();
    let mut told = Vec::new();
    let report = block_on(
        setup.directory.bulk(&setup.operator, setup.now, activate, |row, result| told.push((row.line, result.is_ok()))),
    )
    .unwrap();
    assert_eq!((report.done, report.retry_after), (130, Some(300)));
    assert_eq!(report.done + report.failed + report.unchanged + report.left, 260);
    assert_eq!(told.len() as u64, 260 - report.left, "no row is told that was not tried");
    let activated = TokenQuery { status: Some(Status::Activated), ..TokenQuery::default() };
    assert_eq!(block_on(setup.directory.tokens(&activated)).unwrap().len(), 130);
}

#[test]
fn a_directory_of_another_ring_is_not_rehearsed() {
    let store = MemoryStore::new();
    drop(Setup::on(store.clone(), Policy::default()));
    let other = Directory::new(store, KeyRing::generate().unwrap(), Policy::default()).unwrap();
    let error = block_on(other.rehearsal(&oath_directory::Actor::local_operator(), ["1".to_owned()], [])).unwrap_err();
    assert_eq!(error, KeyRingError::Foreign.into());
}

#[test]
fn user_names_that_may_be_meant_are_found_in_a_bounded_number_of_reads() {
    let setup = Setup::on(Probe::default(), Policy::default());
    for name in ["anna.smith", "mia1", "mia2", "mia3", "mia4"] {
        block_on(setup.directory.add_user(&setup.operator, setup.now, &upn(name), UserKind::Member, None)).unwrap();
    }
    for domain in ["a.example", "b.example", "c.example", "d.example"] {
        let user = format!("zoe@{domain}").parse().unwrap();
        block_on(setup.directory.add_user(&setup.operator, setup.now, &user, UserKind::Member, None)).unwrap();
    }
    let similar = |typed: &str| {
        let before = setup.directory.store().counts();
        let upn = typed.parse().unwrap();
        let found = block_on(setup.directory.similar_users(&setup.operator, setup.now, &upn)).unwrap();
        let after = setup.directory.store().counts();
        assert!(after.0 - before.0 <= 4 && after.1 == before.1, "{typed}: {before:?} {after:?}");
        found
    };
    for (typed, meant) in [
        ("alcie@example.com", "alice@example.com"),
        ("alice@example.co", "alice@example.com"),
        ("alise@example.com", "alice@example.com"),
        ("alice@other.example", "alice@example.com"),
        ("smith.anna@example.com", "anna.smith@example.com"),
    ] {
        assert_eq!(similar(typed), [meant], "{typed}");
    }
    assert_eq!(similar("mia5@example.com"), [""; 0], "four that are equally near are no suggestion");
    assert_eq!(similar("zoe@example.com"), [""; 0], "nor are four domains");
    for far in ["carol@example.com".to_owned(), format!("{}@example.com", "a".repeat(64))] {
        assert_eq!(similar(&far), [""; 0], "{far}");
    }
}

#[test]
fn serial_numbers_that_may_be_meant_are_found_by_what_was_slipped() {
    let setup = stock(&["0950380269", "77", "AB12", "31", "32", "33", "34"]);
    let similar = |serial: &str| block_on(setup.directory.similar_serials(serial)).unwrap();
    for (typed, meant) in [
        ("950380269", "0950380269"),
        ("00950380269", "0950380269"),
        ("0950380268", "0950380269"),
        ("095038269", "0950380269"),
        ("09503802669", "0950380269"),
        ("0590380269", "0950380269"),
        ("095-038 0269", "0950380269"),
        ("0077", "77"),
        ("ab12", "AB12"),
    ] {
        assert_eq!(similar(typed), [meant], "{typed}");
    }
    assert_eq!(similar("35"), [""; 0], "four that are equally near are no suggestion");
    for far in ["", "123456", "0950380", "A812", &"9".repeat(33)] {
        assert_eq!(similar(far), [""; 0], "{far}");
    }
}
