//! Many tokens at once: a rehearsal comes to what the directory comes to and changes nothing in it; a serial number that no token
//! has leads to those that may be meant.

mod support;

use oath_directory::bulk::{BulkFile, BulkReport, BulkRow, Done, Operation};
use oath_directory::model::Status;
use oath_directory::store::MemoryStore;
use oath_directory::{Directory, KeyRing, KeyRingError, Policy, TokenQuery};
use pollster::block_on;
use support::{Setup, secret, shown, upn};

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
    let events = || block_on(oath_directory::store::Store::heads(&store)).unwrap();
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
    let held = block_on(oath_directory::store::Store::tokens(&store, Default::default(), None, 10)).unwrap();
    assert_eq!(held.iter().filter(|listed| listed.token.status == Status::Available).count(), 2);
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
