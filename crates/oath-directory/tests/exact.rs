//! Rules at their edges: one value on each side, one page and one more, one event and no other.

#[path = "../../oath-seeds/tests/support/golden.rs"]
mod golden;
mod support;

use oath_directory::model::Upload;
use oath_directory::store::MemoryStore;
use oath_directory::user_file::UserRow;
use oath_directory::{
    Actor, Error, KeyRing, KeyRingError, MalformedUpn, Policy, Refusal, Source, UploadError, UploadOptions, Upn,
    UserKind, UserQuery,
};
use oath_totp::Secret;
use pollster::block_on;
use std::fmt::Write as _;
use support::{Setup, code, rows, secret, shown, two_codes, upn};

fn row(name: &str) -> UserRow {
    let kind = Some(UserKind::Member);
    UserRow { line: 2, upn: upn(name).to_string(), kind, display_name: None, enabled: None, object_id: None }
}

/// More tokens and users than a page of a list has.
#[test]
fn a_report_and_a_list_go_over_all_pages() {
    let setup = Setup::new();
    let users: Vec<UserRow> = (0..2005).map(|number| row(&format!("user{number:05}"))).collect();
    block_on(setup.directory.import_users(&setup.operator, setup.now, users)).unwrap();
    let secrets: Vec<_> = (0..2005).map(|number| (format!("S{number:05}"), secret(number))).collect();
    let rows: Vec<_> = secrets.iter().map(|(serial, secret)| ("", serial.as_str(), secret)).collect();
    setup.upload(&rows);
    let report = block_on(setup.directory.report(setup.now)).unwrap();
    assert_eq!((report.tokens, report.users), (2005, 2008));
    let listed = block_on(setup.directory.users()).unwrap();
    assert_eq!(listed.len(), 2008);
    assert_eq!(block_on(setup.directory.tokens(&Default::default())).unwrap().len(), 2005);
    // The last user alone is locked: as many as are asked for are found, and no page is left out.
    let last = upn("user02004");
    for _ in 0..12 {
        setup.verify("user02004", &shown(9, setup.now, 0)).unwrap_err();
    }
    let locked = UserQuery { locked: true };
    for limit in [1, 2, 5000] {
        let found = block_on(setup.directory.users_after(setup.now, locked, None, limit)).unwrap();
        assert_eq!((found.len(), &found[0].user.upn), (1, &last));
    }
    let open = UserQuery::default();
    for limit in [1, 3, 1000] {
        let page = block_on(setup.directory.users_after(setup.now, open, None, limit)).unwrap();
        assert_eq!(page.len(), limit);
        let next = block_on(setup.directory.users_after(setup.now, open, Some(&page[limit - 1].user.upn), 1)).unwrap();
        assert!(next[0].user.upn.key() > page[limit - 1].user.upn.key());
    }
}

#[test]
fn a_user_name_of_the_greatest_length() {
    let name = |length: usize| format!("{}@b.c", "a".repeat(length - 4));
    assert_eq!(name(113).parse::<Upn>().unwrap().as_str().len(), 113);
    assert_eq!(name(114).parse::<Upn>(), Err(MalformedUpn::TooLong));
}

#[test]
fn a_key_ring_as_text() {
    let key = |value: &str| value.repeat(32);
    let (one, two) = (key("01"), key("02"));
    let whole = format!("bind {one}\nseal a {two}\n");
    assert!(KeyRing::parse(&whole).is_ok());
    assert!(KeyRing::parse(&format!("# a comment\n\n{whole}seal b {one}\nrecognise c {one}\n")).is_ok());
    let malformed = |text: &str| KeyRing::parse(text).map(drop);
    for (line, text) in [
        (3, format!("{whole}seal a {one}\n")),
        (3, format!("{whole}recognise a {one}\n")),
        (4, format!("{whole}recognise b {one}\nseal b {one}\n")),
        (3, format!("{whole}bind {one}\n")),
        (3, format!("{whole}recognise {one}\n")),
        (3, format!("{whole}seal b {}\n", &one[2..])),
        (3, format!("{whole}seal b\n")),
        (1, "x\n".to_owned()),
    ] {
        assert_eq!(malformed(&text), Err(KeyRingError::Malformed { line }), "{line}: {}", text.lines().count());
    }
    for text in
        [String::new(), format!("bind {one}\n"), format!("seal a {two}\n"), format!("bind {one}\nrecognise c {two}\n")]
    {
        assert_eq!(malformed(&text), Err(KeyRingError::Incomplete));
    }
}

fn bytes(value: u8, length: usize) -> Secret {
    Secret::from_bytes(&vec![value; length]).unwrap()
}

fn upload(setup: &Setup, options: UploadOptions, of: &[(&str, &str, &Secret)]) -> Upload {
    block_on(setup.directory.upload_with(&setup.operator, setup.now, "t.csv", options, rows(of))).unwrap()
}

/// What a row that is refused is at fault in, and whose the token is.
#[test]
fn a_refused_row_names_its_field() {
    let setup = Setup::new();
    let (long, short) = (|value| bytes(value, 20), bytes(7, 10));
    let given = upload(&setup, UploadOptions::default(), &[("alice", "A", &long(1)), ("alice", "W", &short)]);
    assert_eq!((given.imported, given.failed), (1, 1));
    let again = UploadOptions { assign_known: true, ..UploadOptions::default() };
    let other = upload(&setup, again, &[("bob", "A", &long(1)), ("nobody", "B", &long(2)), ("guest", "C", &long(3))]);
    let failures = |upload: &Upload| {
        let failures = block_on(setup.directory.failures(setup.now, upload.id)).unwrap();
        failures.into_iter().map(|one| format!("{} {}: {}", one.field, one.code, one.message)).collect::<Vec<_>>()
    };
    assert_eq!(
        failures(&given),
        ["secret key secret-weak: The secret of token W has fewer than 128 bits, the least that RFC 4226 allows."]
    );
    assert_eq!(
        failures(&other),
        [
            "serial number token-held: Token A is held by alice@example.com.",
            "upn user-unknown: There is no user nobody@example.com.",
            "upn user-guest: User guest@example.com is a guest, and a guest holds no hardware token.",
        ]
    );
}

#[test]
fn an_upload_that_ended_is_not_resumed_and_one_of_nothing_leaves_no_event() {
    let setup = Setup::new();
    let resume = |id: u64| {
        let rows = rows(&[("", "A", &bytes(1, 20))]);
        let resumed =
            block_on(setup.directory.resume_upload(&setup.operator, setup.now, id, UploadOptions::default(), rows));
        match resumed {
            Err(UploadError::Directory(Error::Refused(refusal))) => Err(refusal),
            other => Ok(other.map(|upload| upload.rows).unwrap()),
        }
    };
    let done = upload(&setup, UploadOptions::default(), &[("", "A", &bytes(1, 20))]);
    assert_eq!(resume(done.id), Err(Refusal::UploadFinished { id: done.id }));
    assert_eq!(resume(99), Err(Refusal::UnknownUpload { id: 99 }));
    let none = upload(&setup, UploadOptions::default(), &[("nobody", "B", &bytes(2, 20))]);
    let before = setup.actions().len();
    let undone = block_on(setup.directory.undo_upload(&setup.operator, setup.now, none.id, false)).unwrap();
    assert_eq!((undone.taken_back, setup.actions().len()), (0, before));
    // Its status is kept until it expires.
    let seconds = none.expires.as_secs();
    for (at, kept) in [(seconds - 1, true), (seconds, false)] {
        let at = oath_totp::UnixTime::from_secs(at);
        let uploads = block_on(setup.directory.uploads(at)).unwrap();
        assert_eq!(uploads.iter().any(|upload| upload.id == none.id), kept);
        assert_eq!(block_on(setup.directory.upload_status(at, none.id)).is_ok(), kept);
    }
}

#[test]
fn a_right_code_forgets_the_wrong_ones_and_one_code_may_search_as_far_as_two() {
    let policy = Policy { radius: 3, activation_radius_one_code: 3, ..Policy::default() };
    let mut setup = Setup::on(MemoryStore::new(), policy);
    setup.upload(&[("alice", "A", &secret(1))]);
    let failures = |setup: &Setup| block_on(setup.directory.token("A")).unwrap().state.attempts.failures;
    for wrong in 1..=3 {
        setup.activate("A", shown(9, setup.now, 0)).unwrap_err();
        assert_eq!(failures(&setup), wrong);
    }
    assert_eq!(setup.activate("A", shown(1, setup.now, 3)), Ok(3));
    assert_eq!(failures(&setup), 0);
    setup.later(900);
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    // Around the clock of the server, not around that of the token.
    assert_eq!(setup.activate("A", shown(1, setup.now, 5)), Err("wrong-code"));
    assert_eq!(setup.activate("A", shown(1, setup.now, -3)), Ok(-3));
}

/// What a device had of its own goes with the name.
#[test]
fn a_name_that_is_given_up_has_no_known_devices() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(300);
    let device = Source::new("device").unwrap();
    let from = |setup: &Setup, name: &str, shown: oath_totp::Code| {
        let name = upn(name);
        let found = setup.directory.verify_from(&setup.operator, setup.now, &name, &shown, Some(&device));
        block_on(found).map(drop)
    };
    from(&setup, "alice", shown(1, setup.now, 0)).unwrap();
    block_on(setup.directory.rename_user(&setup.operator, setup.now, &upn("alice"), &upn("alicia"))).unwrap();
    block_on(setup.directory.add_user(&setup.operator, setup.now, &upn("alice"), UserKind::Member, None)).unwrap();
    setup.upload(&[("alice", "B", &secret(2))]);
    setup.later(300);
    setup.activate("B", two_codes(2, setup.now)).unwrap();
    setup.later(300);
    // Guesses of strangers lock the new user of the name, on that device too.
    for _ in 0..12 {
        setup.verify("alice", &shown(9, setup.now, 0)).unwrap_err();
    }
    assert_eq!(from(&setup, "alice", shown(2, setup.now, 0)).map_err(code), Err("locked"));
}

#[test]
fn names_and_numbers_that_may_be_meant() {
    let setup = Setup::new();
    let one = |serial: &str| block_on(setup.directory.similar_serials(serial)).unwrap();
    let long = "1".repeat(31);
    setup.upload(&[("", "12345", &secret(1)), ("", &[long.as_str(), "2"].concat(), &secret(2))]);
    assert_eq!(one("0012345"), ["12345"]);
    assert_eq!(one("1234"), ["12345"]);
    assert_eq!(one(""), [""; 0]);
    assert_eq!(one(&[long.as_str(), "3"].concat()).len(), 1, "32 characters");
    assert_eq!(one(&[long.as_str(), "23"].concat()), [""; 0], "33 characters");
    let name = |domain: &str| format!("zoe@{domain}");
    let add = |name: &str| {
        let upn: Upn = name.parse().unwrap();
        drop(block_on(setup.directory.add_user(&setup.operator, setup.now, &upn, UserKind::Member, None)).unwrap());
    };
    let meant = |actor: &Actor, name: &str| {
        block_on(setup.directory.similar_users(actor, setup.now, &name.parse().unwrap())).unwrap()
    };
    ["a.example", "b.example", "c.example"].iter().for_each(|domain| add(&name(domain)));
    assert_eq!(meant(&setup.operator, "zoe@x.example").len(), 3);
    add(&name("d.example"));
    assert_eq!(meant(&setup.operator, "zoe@x.example"), [""; 0], "too many to be a suggestion");
    let user = |length: usize| format!("{}@b.c", "y".repeat(length - 4));
    add(&user(64));
    add(&user(65));
    let other = |length: usize| user(length).replace("yy@", "yx@");
    assert_eq!((meant(&setup.operator, &other(64)).len(), meant(&setup.operator, &other(65)).len()), (1, 0));
    // A user without a role may not list the others, and nothing is written down.
    let before = setup.actions().len();
    assert_eq!(meant(&Actor::user(upn("alice")), "bop@example.com"), [""; 0]);
    assert_eq!(meant(&setup.operator, "bop@example.com"), ["bob@example.com"]);
    assert_eq!(setup.actions().len(), before);
}

#[test]
fn keys_and_what_they_are_used_for() {
    let (mut ring, key) = (KeyRing::generate().unwrap(), |ring: &KeyRing| ring.names().next().unwrap().to_owned());
    let first = key(&ring);
    let second = ring.add().unwrap();
    let setup = Setup::on_ring(MemoryStore::new(), ring, Policy::default());
    setup.upload(&[("", "A", &secret(1)), ("", "B", &secret(2))]);
    let report = block_on(setup.directory.check_seals()).unwrap();
    let told: Vec<_> = report.keys.iter().map(|key| (key.name.clone(), key.tokens, key.held, key.seals)).collect();
    assert_eq!(told, [(second, 0, true, false), (first, 2, true, true)]);
    // Nothing to seal again: nothing is logged.
    let before = setup.actions().len();
    block_on(setup.directory.rotate(&setup.operator, setup.now, |_| ())).unwrap();
    block_on(setup.directory.reseal(&setup.operator, setup.now, None)).unwrap();
    assert_eq!(setup.actions().len(), before);
}

/// What an actor may not do is written down, also where the user it is about does not exist.
#[test]
fn a_denial_names_the_user_that_does_not_exist() {
    let setup = Setup::new();
    let actor = Actor::user(upn("alice"));
    let denied = block_on(setup.directory.unlock_user(&actor, setup.now, &upn("nobody"))).unwrap_err();
    assert_eq!(code(denied), "denied");
    assert_eq!(setup.actions().pop().unwrap().event.upn, upn("nobody").to_string());
}

#[test]
fn each_field_of_the_policy_says_what_it_takes() {
    let mut text = String::new();
    for field in Policy::FIELDS {
        writeln!(text, "{}: {}", field.name, field.expected()).unwrap();
    }
    golden::expect("tests/policy.txt", &text);
}

#[test]
fn of_retired_keys_the_one_that_is_named_goes() {
    let key = |value: &str| value.repeat(32);
    let text =
        format!("bind {}\nseal a {}\nrecognise b {}\nrecognise c {}\n", key("01"), key("02"), key("03"), key("04"));
    let mut ring = KeyRing::parse(&text).unwrap();
    ring.remove("b").unwrap();
    assert_eq!((ring.names().collect::<Vec<_>>(), ring.retired_names().collect::<Vec<_>>()), (vec!["a"], vec!["c"]));
    // What is refused for the good of what is there, and what is a fault.
    assert!(ring.remove("b").unwrap_err().is_refusal() && ring.remove("a").unwrap_err().is_refusal());
    assert!(!KeyRingError::Incomplete.is_refusal());
}
