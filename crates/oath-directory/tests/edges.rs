//! What decisions come to where two rules meet, or where something else happens in the middle of them.

mod support;

use oath_directory::audit::{Action, Chain, Head, Tampered};
use oath_directory::rights::{Operation, Role};
use oath_directory::store::{MemoryStore, Store, Wanted};
use oath_directory::user_file;
use oath_directory::{Actor, Error, Policy, Refusal, Source, Status, UploadOptions, UserKind};
use oath_totp::Code;
use pollster::block_on;
use support::{Probe, Setup, code, secret, shown, two_codes, upn};

fn set_policy(setup: &Setup, change: impl Fn(&mut Policy)) {
    support::set_policy(&setup.directory, setup.now, change).unwrap();
}

/// A guest who was given hardware while the policy allowed it keeps it, and is a user like others; it is not activated.
#[test]
fn a_policy_that_gets_stricter_takes_nothing_and_activates_nothing() {
    let setup = Setup::on(MemoryStore::new(), Policy { guests_hold_hardware: true, ..Policy::default() });
    setup.upload(&[("guest", "A", &secret(1)), ("guest", "B", &secret(2))]);
    assert_eq!(setup.activate("A", two_codes(1, setup.now)), Ok(1));
    set_policy(&setup, |policy| policy.guests_hold_hardware = false);
    let before = setup.actions().len();
    assert_eq!(setup.activate("B", two_codes(2, setup.now)), Err("user-guest"));
    assert_eq!(setup.actions().len(), before, "no attempt is counted");
    let import = |row: &str| {
        let text = format!("userPrincipalName,userType,displayName\nguest@example.com,{row}\n");
        let rows = user_file::read(text.as_bytes()).unwrap();
        block_on(setup.directory.import_users(&setup.operator, setup.now, rows)).unwrap()
    };
    for row in ["Guest,Gina", "Member,Gina"] {
        let report = import(row);
        assert_eq!((report.changed, report.failed), (1, vec![]), "{row}");
    }
    assert_eq!(import("Guest,Gina").failed.remove(0).1.code(), "user-guest");
    assert_eq!(setup.activate("B", two_codes(2, setup.now)), Ok(1));
}

#[test]
fn an_app_that_waits_is_not_renewed_beyond_a_limit_that_was_lowered() {
    let setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2)), ("alice", "C", &secret(3))]);
    let enrol = || block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("alice"))).map(drop).map_err(code);
    assert_eq!(enrol(), Ok(()));
    set_policy(&setup, |policy| policy.tokens_per_user = 4);
    assert_eq!(enrol(), Ok(()), "three others are fewer than four");
    set_policy(&setup, |policy| policy.tokens_per_user = 3);
    assert_eq!(enrol(), Err("user-full"));
}

#[test]
fn two_codes_activate_around_the_expected_time_whatever_the_drift_was() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", [shown(1, setup.now, 499), shown(1, setup.now, 500)]).unwrap();
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    setup.later(2 * 86_400);
    assert_eq!(setup.activate("A", [shown(1, setup.now, -2700), shown(1, setup.now, -2699)]), Ok(-2699));
}

#[test]
fn an_app_that_takes_the_place_of_another_is_told_with_it() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    let enrol = |setup: &Setup| block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("alice"))).unwrap();
    let app = enrol(&setup);
    let totp = app.uri.to_totp().unwrap();
    let run = [totp.generate(setup.now), totp.generate(oath_totp::UnixTime::from_secs(setup.now.as_secs() + 30))];
    block_on(setup.directory.confirm(&setup.operator, setup.now, &upn("alice"), &run.into())).unwrap();
    setup.later(90);
    block_on(setup.directory.reenroll(&setup.operator, setup.now, &upn("alice"), None)).unwrap();
    let told = setup.actions().pop().unwrap().event;
    assert_eq!((told.action, &told.detail["replaces"]), (Action::SoftwareEnrolled, &app.serial));
}

#[test]
fn unlocking_tells_of_wrong_codes_from_a_known_device_and_of_nothing_else() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(90);
    let laptop = Source::new("laptop").unwrap();
    let from = |code: &Code| {
        let alice = upn("alice");
        block_on(setup.directory.verify_from(&setup.operator, setup.now, &alice, code, Some(&laptop))).map(drop)
    };
    let unlock = || {
        let before = setup.actions().len();
        block_on(setup.directory.unlock_user(&setup.operator, setup.now, &upn("alice"))).unwrap();
        setup.actions().len() - before
    };
    assert_eq!(from(&shown(1, setup.now, 0)), Ok(()));
    assert_eq!(unlock(), 0, "there was no wrong code");
    from(&Code::parse("000000").unwrap()).unwrap_err();
    assert_eq!((unlock(), unlock()), (1, 0));
}

#[test]
fn a_reset_forgets_the_wrong_codes_of_an_activation_and_is_seen_by_sign_ins() {
    let setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.activate("B", Code::parse("000000").unwrap()).unwrap_err();
    let failures = || block_on(setup.directory.token("B")).unwrap().state.attempts.failures;
    let version = || {
        let look = setup.directory.store().look(upn("alice").key().to_owned(), oath_directory::store::Fresh::Latest);
        block_on(look).unwrap().gates[0].version
    };
    let before = (failures(), version());
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "B")).unwrap();
    assert_eq!((before.0, failures()), (1, 0));
    assert_eq!(version(), before.1.next());
    block_on(setup.directory.unlock_token(&setup.operator, setup.now, "B")).unwrap();
    assert_eq!(version(), before.1.next(), "nothing was locked");
}

/// Three rows of one token: of the two users the first gets it.
#[test]
fn a_token_that_a_row_has_given_is_not_given_to_another_by_the_next() {
    let setup = Setup::new();
    let one = secret(1);
    // Each row is of a file of its own: within one file they are told apart before.
    let rows = ["", "alice", "bob"].into_iter().flat_map(|user| support::rows(&[(user, "A", &one)]));
    let options = UploadOptions { assign_known: true, ..UploadOptions::default() };
    let upload = block_on(setup.directory.upload_with(&setup.operator, setup.now, "t.csv", options, rows)).unwrap();
    let token = block_on(setup.directory.token("A")).unwrap();
    assert_eq!(token.holder.map(|user| user.upn), Some(upn("alice")));
    assert_eq!(setup.failures(&upload), [(2, "token-held".to_owned())]);
}

#[test]
fn an_upload_leaves_the_settings_alone_where_one_key_recognises() {
    let setup = Setup::new();
    let version = || block_on(setup.directory.store().view(Wanted::default())).unwrap().settings.unwrap().version;
    let before = version();
    setup.upload(&[("alice", "A", &secret(1)), ("", "B", &secret(2))]);
    assert_eq!(version(), before);
}

/// The holder of a token that an earlier chunk of a file would have brought.
#[test]
fn a_preview_names_the_holder_whom_the_file_itself_has_given_a_token() {
    let setup = Setup::new();
    let secrets: Vec<_> = (0..1200).map(|number| (format!("S{number:05}"), secret(number))).collect();
    let mut rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
    (rows[0].0, rows[1].0) = ("alice", "bob");
    let again = support::rows(&[("bob", "S00000", &secrets[0].1)]);
    let preview = setup.directory.preview_upload(
        &setup.operator,
        setup.now,
        UploadOptions { assign_known: true, ..UploadOptions::default() },
        support::rows(&rows).into_iter().chain(again),
    );
    let preview = block_on(preview).unwrap();
    let messages: Vec<_> = preview.failures.iter().map(|failure| failure.message.as_str()).collect();
    assert_eq!(messages, ["Token S00000 is held by alice@example.com."]);
}

/// A row that was read for another system is held to the rules of the inventory.
#[test]
fn a_token_that_counts_is_refused_with_the_reason() {
    let setup = Setup::new();
    let uri = "otpauth://hotp/Contoso:C1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Contoso&counter=1\n";
    let rows: Vec<_> = oath_seeds::Reader::new(uri.as_bytes(), &oath_seeds::Options::default()).unwrap().collect();
    let upload = block_on(setup.directory.upload(&setup.operator, setup.now, "t.txt", rows)).unwrap();
    assert_eq!((upload.imported, upload.failed), (0, 1));
    assert!(!setup.failures(&upload).is_empty(), "it says why");
}

#[test]
fn a_user_who_exists_is_not_added() {
    let setup = Setup::new();
    let named = upn("Alice");
    let again = setup.directory.add_user(&setup.operator, setup.now, &named, UserKind::Member, None);
    assert_eq!(block_on(again).map(drop), Err(Error::Refused(Refusal::UserExists { upn: upn("alice").to_string() })));
}

#[test]
fn names_that_were_meant_are_told_to_those_who_may_list_users() {
    let setup = Setup::new();
    let (operator, directory) = (&setup.operator, &setup.directory);
    for domain in ["a", "b", "c"] {
        let mia = format!("mia@{domain}.example").parse().unwrap();
        block_on(directory.add_user(operator, setup.now, &mia, UserKind::Member, None)).unwrap();
    }
    setup.give("bob", Role::Auditor);
    let similar = |actor: Actor, name: &str| {
        block_on(directory.similar_users(&actor, setup.now, &name.parse().unwrap())).unwrap()
    };
    let meant = [upn("alice").to_string()];
    assert_eq!(similar(Actor::user(upn("bob")), "alicf@example.com"), meant);
    assert_eq!(similar(Actor::user(upn("guest")), "alicf@example.com"), [""; 0]);
    assert_eq!(similar(operator.clone(), "mia@example.com").len(), 3, "three domains are told");
}

/// What an actor may do to a user depends on the roles of that user, too.
#[test]
fn what_is_asked_about_an_administrator_is_not_what_is_asked_about_a_user() {
    let setup = Setup::new();
    setup.give("alice", Role::HelpdeskAdministrator);
    setup.give("bob", Role::Auditor);
    let may = |name: &str| {
        let (actor, about) = (Actor::user(upn("alice")), upn(name));
        block_on(setup.directory.allow(&actor, setup.now, Operation::Unlock, Some(&about))).map_err(code)
    };
    assert_eq!((may("guest"), may("bob")), (Ok(()), Err("denied")));
}

#[test]
fn a_reset_that_is_overtaken_names_who_holds_the_token_then() {
    let setup = Setup::on(Probe::default(), Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    let reset = setup.directory.reset_token(&setup.operator, setup.now, "A");
    let unassign = || block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).map(drop).unwrap();
    setup.directory.store().overtaken(1, reset, unassign).unwrap().unwrap();
    let told = setup.actions().pop().unwrap().event;
    assert_eq!((told.action, told.upn.as_str()), (Action::TokenReset, ""));
}

/// Whatever an undoing has read before, it takes back no token that changes meanwhile.
#[test]
fn a_token_that_is_given_to_somebody_while_its_upload_is_undone_stays() {
    for number in 1.. {
        let setup = Setup::on(Probe::default(), Policy::default());
        let upload = setup.upload(&[("", "A", &secret(1))]);
        let (operator, now) = (&setup.operator, setup.now);
        let assign = || block_on(setup.directory.assign(operator, now, "A", &upn("alice"))).map(drop).unwrap();
        let undo = setup.directory.undo_upload(operator, now, upload.id, false);
        let Some(undone) = setup.directory.store().overtaken(number, undo, assign) else {
            assert!(number > 3, "after the upload, the list and the tokens");
            break;
        };
        let undone = undone.unwrap();
        assert_eq!((undone.taken_back, undone.kept), (0, vec!["A".to_owned()]), "{number}");
        assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Assigned);
        let undone = setup.actions().iter().any(|logged| logged.event.action == Action::UploadUndone);
        assert!(!undone, "there was nothing to undo");
    }
}

#[test]
fn an_event_of_another_hash_is_no_event_of_the_log() {
    let setup = Setup::new();
    let end = block_on(setup.directory.verify_audit()).unwrap().unwrap().heads[0];
    let other = Head { events: end.events, ..Head::empty(Chain::FIRST) };
    assert_eq!(block_on(setup.directory.contains(end)).unwrap(), Ok(()));
    let changed = Tampered::Changed { chain: Chain::FIRST, sequence: end.events };
    assert_eq!(block_on(setup.directory.contains(other)).unwrap(), Err(changed));
}
