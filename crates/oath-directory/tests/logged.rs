//! What the log holds of whole stories, event by event: who, what, why. `logged.txt` holds the answers; with
//! `OATH_WRITE_EXPECTED=1` it is written anew, to be read by a person.

#[path = "../../oath-seeds/tests/support/golden.rs"]
mod golden;
mod support;

use oath_directory::audit::Action;
use oath_directory::model::Upload;
use oath_directory::rights::{Role, Roles};
use oath_directory::store::MemoryStore;
use oath_directory::user_file::UserRow;
use oath_directory::{Actor, Clock, Policy, RecoveryCode, SyncOptions, UploadOptions, UserKind};
use oath_totp::{CodeRun, KeyUri};
use pollster::block_on;
use std::fmt::Write as _;
use support::{Setup, rows, secret, shown, two_codes, upn};

/// The events since the last call, a line each. Serial numbers of apps are by chance: they are counted.
struct Log {
    seen: usize,
    apps: Vec<String>,
    text: String,
}

impl Log {
    fn new(setup: &Setup) -> Self {
        Self { seen: setup.actions().len(), apps: Vec::new(), text: String::new() }
    }

    fn part(&mut self, setup: &Setup, name: &str) {
        writeln!(self.text, "# {name}").unwrap();
        let events = setup.actions().split_off(self.seen);
        self.seen += events.len();
        let mut lines = Vec::new();
        for logged in events {
            let event = logged.event;
            let mut serial = event.serial.clone();
            if event.action == Action::SoftwareEnrolled {
                self.apps.push(serial.clone());
            }
            for (number, app) in self.apps.iter().enumerate() {
                if *app == serial {
                    serial = format!("app {number}");
                }
            }
            let mut line = format!("{} by {}", event.action.name(), event.actor);
            for (name, value) in [("user", &event.upn), ("token", &serial)] {
                if !value.is_empty() {
                    write!(line, ", {name} {value}").unwrap();
                }
            }
            for (name, value) in &event.detail {
                write!(line, ", {name}={value}").unwrap();
            }
            lines.push(line);
        }
        // What one change does to several tokens stands in the order of their identifiers, which are by chance.
        let of_several = |line: &String| line.starts_with("token-deleted") || line.starts_with("token-unassigned");
        lines.chunk_by_mut(|one, other| of_several(one) && of_several(other)).for_each(<[String]>::sort);
        lines.iter().for_each(|line| writeln!(self.text, "  {line}").unwrap());
    }
}

fn wrong() -> RecoveryCode {
    RecoveryCode::from_typed("AAAA-AAAA-AAAA").unwrap()
}

#[test]
fn stories_as_the_log_tells_them() {
    let mut setup = Setup::on(MemoryStore::new(), Policy::default());
    let (alice, bob) = (upn("alice"), upn("bob"));
    let mut log = Log::new(&setup);

    setup.upload(&[
        ("alice", "A", &secret(1)),
        ("", "B", &secret(2)),
        ("nobody", "C", &secret(3)),
        ("bob", "A", &secret(4)),
    ]);
    log.part(&setup, "an upload with two rows that are refused");

    let verify = |setup: &Setup, name: &str, number: u64, ahead: i64| {
        setup.verify(name, &shown(number, setup.now, ahead)).is_ok()
    };
    assert!(!verify(&setup, "alice", 1, 0));
    assert!(!verify(&setup, "nobody", 1, 0));
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    log.part(&setup, "signing in before the activation, and the activation");

    setup.later(600);
    assert!(verify(&setup, "alice", 1, 0));
    assert!(!verify(&setup, "alice", 1, 0));
    assert!(!verify(&setup, "alice", 9, 0));
    log.part(&setup, "a code, the same again, and a wrong one");

    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &alice)).unwrap();
    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &alice)).unwrap();
    block_on(setup.directory.unlock_user(&setup.operator, setup.now, &bob)).unwrap();
    log.part(&setup, "unlocking, of which one has something to forget");

    let enable = |setup: &Setup, may| {
        drop(block_on(setup.directory.enable_user(&setup.operator, setup.now, &alice, may)).unwrap());
    };
    let recover = |setup: &Setup, code: &RecoveryCode| {
        block_on(setup.directory.verify_recovery(&setup.operator, setup.now, &alice, code, None)).is_ok()
    };
    assert!(!recover(&setup, &wrong()));
    let codes = block_on(setup.directory.issue_recovery(&setup.operator, setup.now, &alice)).unwrap();
    assert!(recover(&setup, &codes[0]));
    assert!(!recover(&setup, &codes[0]));
    enable(&setup, false);
    assert!(!recover(&setup, &codes[1]));
    assert!(!verify(&setup, "alice", 1, 1));
    enable(&setup, false);
    enable(&setup, true);
    assert_eq!(block_on(setup.directory.reset_recovery(&setup.operator, setup.now, &alice)).unwrap(), 9);
    assert_eq!(block_on(setup.directory.reset_recovery(&setup.operator, setup.now, &alice)).unwrap(), 0);
    assert!(!recover(&setup, &codes[1]));
    log.part(&setup, "recovery codes: none, issued, used, used again, of a disabled user, taken away");

    setup.later(3600);
    let first = block_on(setup.directory.enroll(&setup.operator, setup.now, &bob)).unwrap();
    let second = block_on(setup.directory.enroll(&setup.operator, setup.now, &bob)).unwrap();
    assert_ne!(first.serial, second.serial);
    block_on(setup.directory.cancel_enrolment(&setup.operator, setup.now, &bob)).unwrap();
    log.part(&setup, "an app, another in its place, and that given up");

    let token = block_on(setup.directory.enroll(&setup.operator, setup.now, &bob)).unwrap();
    let app = KeyUri::parse(&token.uri.expose_uri()).unwrap().to_totp().unwrap();
    let code = |ahead: i64| app.generate_at_step((setup.now.as_secs() / 30).checked_add_signed(ahead).unwrap());
    let confirm = |codes: CodeRun| block_on(setup.directory.confirm(&setup.operator, setup.now, &bob, &codes));
    assert!(confirm([shown(9, setup.now, 0), shown(9, setup.now, 1)].into()).is_err());
    assert!(confirm([code(0), code(1)].into()).is_ok());
    log.part(&setup, "an app, a wrong code, and the right ones");

    block_on(setup.directory.rename_user(&setup.operator, setup.now, &bob, &upn("Bob"))).unwrap();
    block_on(setup.directory.rename_user(&setup.operator, setup.now, &bob, &upn("Bob"))).unwrap();
    block_on(setup.directory.rename_user(&setup.operator, setup.now, &bob, &upn("robert"))).unwrap();
    let robert = upn("robert");
    assert!(block_on(setup.directory.rename_user(&setup.operator, setup.now, &robert, &alice)).is_err());
    log.part(&setup, "another case of a name, the same, another name, and one that is taken");

    let auditor = Actor::user(robert.clone());
    let refused = block_on(setup.directory.assign(&auditor, setup.now, "B", &alice));
    assert!(refused.is_err());
    let roles = Roles::NONE.with(Role::Auditor);
    drop(block_on(setup.directory.change_roles(&setup.operator, setup.now, &robert, roles, Roles::NONE)).unwrap());
    assert!(block_on(setup.directory.reset_token(&auditor, setup.now, "A")).is_err());
    assert!(block_on(setup.directory.delete(&auditor, setup.now, "B")).is_err());
    let unknown = Actor::user(upn("eve"));
    assert!(block_on(setup.directory.unlock_user(&unknown, setup.now, &alice)).is_err());
    log.part(&setup, "what a user, an auditor and a user who is not known may not do");

    let one = block_on(setup.directory.upload_with(
        &setup.operator,
        setup.now,
        "t.csv",
        UploadOptions { assign_known: true, ..UploadOptions::default() },
        rows(&[("robert", "B", &secret(2)), ("robert", "D", &secret(5)), ("", "E", &secret(6))]),
    ));
    let one: Upload = one.unwrap();
    block_on(setup.directory.undo_upload(&setup.operator, setup.now, one.id, false)).unwrap();
    block_on(setup.directory.undo_upload(&setup.operator, setup.now, one.id, false)).unwrap();
    log.part(&setup, "an upload that gives a known token, and its undoing, twice");

    setup.later(600);
    assert_eq!(setup.activate("B", [shown(9, setup.now, 0), shown(9, setup.now, 1)]), Err("wrong-code"));
    block_on(setup.directory.unlock_token(&setup.operator, setup.now, "B")).unwrap();
    block_on(setup.directory.unlock_token(&setup.operator, setup.now, "B")).unwrap();
    setup.activate("B", two_codes(2, setup.now)).unwrap();
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "B")).unwrap();
    log.part(&setup, "a wrong activation, unlocking, twice, the right one, and a reset");

    let row = |name: &str, enabled: Option<bool>| UserRow {
        line: 2,
        upn: upn(name).to_string(),
        kind: Some(UserKind::Member),
        display_name: None,
        enabled,
        object_id: None,
    };
    let file = [row("alice", Some(false)), row("carol", None)];
    block_on(setup.directory.sync_users(&setup.operator, setup.now, file, SyncOptions::default())).unwrap();
    log.part(&setup, "a file of users");

    block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    assert!(!verify(&setup, "robert", 2, 0));
    setup.later(600);
    block_on(setup.directory.remove_user(&setup.operator, setup.now, &robert)).unwrap();
    assert!(!verify(&setup, "robert", 2, 0));
    log.part(&setup, "a restore, a code after it, and a user who leaves");

    golden::expect("tests/logged.txt", &log.text);
}
