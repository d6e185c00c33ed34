//! What is kept of tokens, users and the log, field by field, and files that are never overwritten.

mod support;

use oath_directory::audit::{Action, Chain, EventQuery};
use oath_directory::model::Import;
use oath_directory::rights::Role;
use oath_directory::store::Changes;
use oath_directory::user_file::UserRow;
use oath_directory::{Actor, Leavers, SyncOptions, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::fs;
use support::{NOW, Setup, names, secret, shown, two_codes, upn};

#[test]
fn a_token_keeps_what_its_file_says_and_an_app_says_what_it_is() {
    let setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    let token = |serial: &str| block_on(setup.directory.token(serial)).unwrap().token;
    let hardware = token("A");
    assert_eq!((hardware.manufacturer.as_str(), hardware.model.as_str()), ("Contoso", "Test"));
    let app = block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("bob"))).unwrap();
    let software = token(&app.serial);
    assert!(!software.manufacturer.is_empty() && !software.model.is_empty(), "{software:?}");
    let report = block_on(setup.directory.report(setup.now)).unwrap();
    let models: Vec<_> =
        report.models.iter().map(|model| (model.manufacturer.as_str(), model.model.as_str())).collect();
    let mut expected = [("Contoso", "Test"), (software.manufacturer.as_str(), software.model.as_str())];
    expected.sort_unstable();
    assert_eq!(models, expected);
}

#[test]
fn an_import_is_read_as_it_is_stored() {
    for (upload, changed) in [(1, false), (1, true), (7, false), (7, true), (0, false)] {
        let import = Import { upload, changed };
        assert_eq!(Import::from_stored(import.stored()), import);
    }
    assert_eq!(UserKind::of_name("a_b.c#EXT#@d.e"), UserKind::Guest);
    assert_eq!(UserKind::of_name("a_b.c#ext#@d.e"), UserKind::Guest);
    assert_eq!(UserKind::of_name("a@b.c"), UserKind::Member);
    assert!(Changes::default().is_empty());
    let event = oath_directory::audit::Event::new(UnixTime::from_secs(NOW), &Actor::local_operator(), Action::SignedIn);
    assert!(!Changes { events: vec![event], ..Changes::default() }.is_empty());
}

#[test]
fn events_are_found_by_what_they_are_about() {
    let setup = Setup::new();
    let secrets: Vec<_> = (0..2100).map(|number| (format!("S{number:05}"), secret(number))).collect();
    let rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
    setup.upload(&rows);
    block_on(setup.directory.assign(&setup.operator, setup.now, "S01999", &upn("alice"))).unwrap();
    assert_eq!(block_on(setup.directory.chains()).unwrap(), [Chain::FIRST]);
    let found = |query: EventQuery, limit| {
        let found = block_on(setup.directory.events_that(&query, Chain::FIRST, 0, limit)).unwrap();
        found.into_iter().map(|logged| (logged.event.action, logged.event.serial)).collect::<Vec<_>>()
    };
    let of_token = EventQuery { serial: Some("S01999".to_owned()), ..EventQuery::default() };
    let expected = [Action::TokenImported, Action::TokenAssigned].map(|action| (action, "S01999".to_owned()));
    assert_eq!(found(of_token.clone(), 5000), expected);
    assert_eq!(found(of_token.clone(), 2), expected);
    assert_eq!(found(of_token.clone(), 1), expected[..1]);
    assert_eq!(found(of_token, 0), []);
    let imported = EventQuery { action: Some(Action::TokenImported), ..EventQuery::default() };
    assert_eq!(found(imported.clone(), 5000).len(), 2100);
    assert_eq!(found(imported, 1500).len(), 1500);
}

#[test]
fn an_exported_log_is_a_new_file_that_others_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup::new();
    let export = |name: &str, until| block_on(setup.directory.export_audit_to(until, &folder.path().join(name)));
    assert_eq!(export("none", UnixTime::from_secs(1)).unwrap(), []);
    assert_eq!(names(folder.path()), [""; 0], "nothing was to be exported");
    let segments = export("log", setup.now).unwrap();
    assert_eq!((segments.len(), names(folder.path())), (1, vec!["log".to_owned()]));
    let before = fs::read(folder.path().join("log")).unwrap();
    assert_eq!(block_on(setup.directory.verify_segments(&*before, &[segments[0].end])).unwrap(), segments);
    let error = export("log", setup.now).unwrap_err();
    assert!(error.to_string().contains("the exported file cannot be written"), "{error}");
    assert_eq!(fs::read(folder.path().join("log")).unwrap(), before, "it is never overwritten");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.path().join("log")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

fn row(name: &str, object_id: Option<&str>) -> UserRow {
    let object_id = object_id.map(str::to_owned);
    UserRow { line: 2, upn: upn(name).to_string(), kind: None, display_name: None, enabled: None, object_id }
}

/// Who is in the file stays; who is not leaves, but for the one who asks; a person with another name is renamed.
#[test]
fn a_file_of_users_with_object_ids() {
    let setup = Setup::new();
    let sync = |rows: Vec<UserRow>, leavers| {
        let options = SyncOptions { leavers, many_leavers: true, ..SyncOptions::default() };
        block_on(setup.directory.sync_users(&setup.operator, setup.now, rows, options)).unwrap()
    };
    sync(vec![row("alice", Some("1")), row("bob", Some("2")), row("guest", None)], Leavers::Keep);
    let users = || {
        let users = block_on(setup.directory.users()).unwrap();
        users.into_iter().map(|user| (user.upn.to_string(), user.object_id)).collect::<Vec<_>>()
    };
    // Alice has another name, bob is gone, the guest stands there by name, carol is new.
    let report = sync(vec![row("alicia", Some("1")), row("guest", None), row("carol", Some("3"))], Leavers::Remove);
    assert_eq!(report.left, ["bob@example.com"]);
    let expected = [("alicia", Some("1")), ("carol", Some("3")), ("guest", None)];
    assert_eq!(users(), expected.map(|(name, id)| (upn(name).to_string(), id.map(str::to_owned))));
    // The same file again changes nothing.
    let before = setup.actions().len();
    sync(vec![row("alicia", Some("1")), row("guest", None), row("carol", Some("3"))], Leavers::Remove);
    assert_eq!((users().len(), setup.actions().len()), (3, before));
}

/// A new person has the user name of one who left. A dry run reports what the run does.
#[test]
fn a_name_goes_to_another_person_when_its_owner_is_removed_and_not_when_disabled() {
    for (leavers, added, failed) in [(Leavers::Remove, 1, 0), (Leavers::Disable, 0, 1)] {
        let setup = Setup::new();
        let sync = |id: &str, options| {
            let rows = vec![row("alice", Some(id))];
            block_on(setup.directory.sync_users(&setup.operator, setup.now, rows, options)).unwrap()
        };
        sync("1", SyncOptions { leavers: Leavers::Keep, ..SyncOptions::default() });
        for dry_run in [true, false] {
            let report = sync("2", SyncOptions { leavers, many_leavers: true, dry_run });
            assert_eq!((report.rows.added, report.rows.failed.len()), (added, failed), "{leavers:?} {dry_run}");
        }
    }
}

#[test]
fn the_user_who_synchronizes_does_not_leave() {
    let setup = Setup::new();
    setup.give("bob", Role::GlobalAdministrator);
    let options = SyncOptions { leavers: Leavers::Remove, many_leavers: true, ..SyncOptions::default() };
    let bob = Actor::user(upn("bob"));
    let report = block_on(setup.directory.sync_users(&bob, setup.now, Vec::new(), options)).unwrap();
    assert_eq!(report.left, ["alice@example.com", "guest@example.com"]);
    assert_eq!(block_on(setup.directory.users()).unwrap().len(), 1);
}

/// A list tells of each token its status and its holder.
#[test]
fn an_activation_is_kept_with_its_user() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("bob", "B", &secret(2))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(90);
    let listed = block_on(setup.directory.tokens(&Default::default())).unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|one| {
            (one.token.serial.as_str(), one.token.status.name(), one.holder.as_ref().map(|user| user.upn.to_string()))
        })
        .collect();
    assert_eq!(
        told,
        [("A", "activated", Some(upn("alice").to_string())), ("B", "assigned", Some(upn("bob").to_string())),]
    );
}

/// The age of a token and how long it was not used count from whole days on.
#[test]
fn ages_and_unused_tokens_begin_on_a_day() {
    const DAY: u64 = 86_400;
    const YEAR: u64 = 365 * DAY;
    let setup = || {
        let setup = Setup::new();
        setup.upload(&[("alice", "A", &secret(1))]);
        setup.activate("A", two_codes(1, setup.now)).unwrap();
        setup
    };
    let after = |seconds: u64| {
        let mut setup = setup();
        setup.later(seconds);
        block_on(setup.directory.report(setup.now)).unwrap()
    };
    let age = |seconds: u64| after(seconds).models[0].clocks.iter().position(|clocks| clocks.tokens > 0);
    for (years, before) in [(1, 0), (2, 1), (4, 2)] {
        assert_eq!((age(years * YEAR - 1), age(years * YEAR)), (Some(before), Some(before + 1)), "{years} years");
    }
    assert_eq!((after(90 * DAY - 1).unused.count, after(90 * DAY + 1).unused.count), (0, 1));
}

/// A try in memory comes to what the operations come to: users and tokens of the rows are there, with what they hold.
#[test]
fn a_rehearsal_has_what_its_rows_need() {
    use oath_directory::bulk::{BulkFile, Operation};
    let policy = oath_directory::Policy { tokens_per_user: 1, activations: Some(1), ..Default::default() };
    let setup = Setup::on(oath_directory::store::MemoryStore::new(), policy);
    let secrets: Vec<_> = (0..3).map(|number| (format!("S{number}"), secret(number))).collect();
    let rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
    setup.upload(&rows);
    block_on(setup.directory.assign(&setup.operator, setup.now, "S0", &upn("alice"))).unwrap();
    let tried = |text: &str, operation| {
        let file = BulkFile::read(text.as_bytes(), operation).unwrap();
        let rows: Vec<_> = file.rows().collect();
        let rehearsal = block_on(setup.directory.rehearsal_of(&setup.operator, &rows)).unwrap();
        let mut told = Vec::new();
        let report = block_on(rehearsal.bulk(&setup.operator, setup.now, &rows, |row, result| {
            told.push((row.serial.clone(), result.map_err(|error| error.code()).err()));
        }));
        (told, report.unwrap().left)
    };
    let text = "serial number,upn\nS1,alice@example.com\nS2,bob@example.com\nS9,bob@example.com\n";
    let (told, _) = tried(text, Operation::Assign);
    let told: Vec<_> = told.iter().map(|(serial, why)| (serial.as_str(), *why)).collect();
    assert_eq!(told, [("S1", Some("user-full")), ("S2", None), ("S9", Some("token-unknown"))]);
    // The one activation that the policy allows was made: none is left.
    setup.activate("S0", two_codes(0, setup.now)).unwrap();
    block_on(setup.directory.assign(&setup.operator, setup.now, "S1", &upn("bob"))).unwrap();
    let text = format!("serial number,code,next code\nS1,{},{}\n", shown(1, setup.now, 0), shown(1, setup.now, 1));
    assert_eq!(tried(&text, Operation::Activate).1, 1);
}
