//! The table of rights, cell by cell: what a role allows has its effect, and what it does not allow leaves one event and no
//! effect.

mod support;

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use oath_directory::audit::Action;
use oath_directory::bulk::{BulkRow, Task};
use oath_directory::rights::{Operation, Role, Roles, Subject, allows, table};
use oath_directory::store::{MemoryStore, Store, Wanted};
use oath_directory::{
    Actor, Clock, Error, Leavers, Policy, RecoveryCode, Refusal, SegmentsError, Source, SyncOptions, UploadError,
    UploadOptions, Upn, UserKind, user_file::UserRow,
};
use oath_totp::Code;
use pollster::block_on;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering::SeqCst;
use support::{Probe, Setup, secret, shown, two_codes, upn};

/// Of each subject: one token that waits for its first code, one that signs in, an app, and wrong codes; a token that no user
/// holds besides.
fn furnish(roles: Roles) -> Setup {
    let mut setup = Setup::new();
    let Setup { directory, operator, now } = &setup;
    for (name, roles) in [("actor", roles), ("user", Roles::NONE), ("admin", Roles::NONE.with(Role::Auditor))] {
        block_on(directory.add_user(operator, *now, &upn(name), UserKind::Member, None)).unwrap();
        block_on(directory.change_roles(operator, *now, &upn(name), roles, Roles::NONE)).unwrap();
    }
    let secrets: Vec<_> = (0..9).map(secret).collect();
    let mut rows = vec![("", "FREE", &secrets[0]), ("", "NEW", &secrets[7])];
    for (number, name) in NAMES.into_iter().enumerate() {
        rows.push((name, WAITS[number], &secrets[1 + 2 * number]));
        rows.push((name, SIGNS_IN[number], &secrets[2 + 2 * number]));
    }
    assert_eq!(setup.upload(&rows).imported, 8);
    for (serial, number) in SIGNS_IN.into_iter().zip([2, 4, 6]) {
        setup.activate(serial, two_codes(number, setup.now)).unwrap();
    }
    for (name, waits) in NAMES.into_iter().zip(WAITS) {
        setup.verify(name, &wrong()).unwrap_err();
        setup.activate(waits, wrong()).unwrap_err();
        block_on(setup.directory.enroll(&setup.operator, setup.now, &upn(name))).unwrap();
        block_on(setup.directory.issue_recovery(&setup.operator, setup.now, &upn(name))).unwrap();
    }
    setup.later(90);
    setup
}

const NAMES: [&str; 3] = ["actor", "user", "admin"];
const WAITS: [&str; 3] = ["W0", "W1", "W2"];
const SIGNS_IN: [&str; 3] = ["S0", "S1", "S2"];

fn wrong_recovery_code() -> RecoveryCode {
    RecoveryCode::from_typed("AAAA-AAAA-AAAA").unwrap()
}

fn wrong() -> Code {
    "000000".parse().unwrap()
}

/// Everything but the log.
fn all(setup: &Setup<impl Store>) -> String {
    let users: Vec<String> = ["actor", "user", "admin", "new"].map(|name| upn(name).key().to_owned()).to_vec();
    let wanted =
        Wanted { users, serials: vec!["FREE".to_owned(), "NEW".to_owned()], holdings: true, ..Wanted::default() };
    let view = block_on(setup.directory.store().view(wanted)).unwrap();
    format!("{view:?} {:?}", block_on(setup.directory.uploads(setup.now)).unwrap())
}

/// The subjects that an operation can be about.
fn subjects(operation: Operation) -> &'static [Subject] {
    use Operation::*;
    match operation {
        List | ReadLog | ChangeUsers | Upload | DeleteToken | ChangePolicy | Maintain => &[Subject::Nobody],
        _ => &[Subject::Own, Subject::User, Subject::Administrator],
    }
}

type Rows = Vec<Result<oath_seeds::Row, oath_seeds::ReadError>>;

/// One token of the stock.
fn rows(serial: &str, number: u64) -> Rows {
    let header = "upn,serial number,secret key,time interval,manufacturer,model";
    let csv = format!("{header}\r\n,{serial},{},30,C,T\r\n", *secret(number).expose_base32());
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap().collect()
}

fn of_directory(error: UploadError) -> Error {
    let UploadError::Directory(error) = error else { panic!("{error}") };
    error
}

type Asking = dyn Fn(&Setup, &Actor) -> Result<(), Error>;

/// A way to ask for an operation.
struct Way {
    ask: Box<Asking>,
    /// Whether it changes something where it is allowed; or it only looks, or tries.
    changes: bool,
}

fn way(ask: impl Fn(&Setup, &Actor) -> Result<(), Error> + 'static) -> Way {
    Way { ask: Box::new(ask), changes: true }
}

/// One that changes nothing.
fn look(ask: impl Fn(&Setup, &Actor) -> Result<(), Error> + 'static) -> Way {
    Way { ask: Box::new(ask), changes: false }
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn ways(operation: Operation, subject: Subject) -> Vec<Way> {
    let number = match subject {
        Subject::Own | Subject::Nobody => 0,
        Subject::User => 1,
        Subject::Administrator => 2,
    };
    let (name, waits, signs_in) = (upn(NAMES[number]), WAITS[number], SIGNS_IN[number]);
    let code_of = 2 + 2 * u64::try_from(number).unwrap();
    let bulk = move |serial: &'static str, task: Task| {
        way(move |s, a| {
            let rows = [BulkRow { line: 2, serial: serial.to_owned(), task: Ok(task.clone()) }];
            let mut told = None;
            block_on(s.directory.bulk(a, s.now, &rows, |_, result| told = Some(result)))?;
            match told.unwrap() {
                Ok(_) => Ok(()),
                Err(oath_directory::bulk::RowError::Refused(refusal)) => Err(refusal.into()),
                Err(error) => panic!("{error}"),
            }
        })
    };
    let allow = |operation, about: Option<Upn>| {
        look(move |s, a| block_on(s.directory.allow(a, s.now, operation, about.as_ref())))
    };
    match operation {
        Operation::SignIn => {
            let (same, other) = (name.clone(), name.clone());
            vec![
                way(move |s, a| block_on(s.directory.verify(a, s.now, &name, &shown(code_of, s.now, 0))).map(drop)),
                way(move |s, a| {
                    let (source, code) = (Source::new("a device"), shown(code_of, s.now, 0));
                    block_on(s.directory.verify_from(a, s.now, &other, &code, source.as_ref())).map(drop)
                }),
                way(move |s, a| {
                    let code = wrong_recovery_code();
                    match block_on(s.directory.verify_recovery(a, s.now, &same, &code, None)) {
                        // It was read, and was wrong.
                        Err(Error::Refused(Refusal::Rejected)) => Ok(()),
                        other => other.map(drop),
                    }
                }),
            ]
        }
        Operation::ShowUser => vec![allow(operation, Some(name))],
        Operation::List | Operation::ReadLog => vec![allow(operation, None)],
        Operation::ChangeUsers => {
            let row = || UserRow {
                line: 2,
                upn: upn("new").to_string(),
                kind: None,
                display_name: None,
                enabled: None,
                object_id: None,
            };
            let sync = move |s: &Setup, a: &Actor, dry_run| {
                let options = SyncOptions { leavers: Leavers::Keep, many_leavers: true, dry_run };
                block_on(s.directory.sync_users(a, s.now, [row()], options)).map(drop)
            };
            vec![
                way(|s, a| block_on(s.directory.add_user(a, s.now, &upn("new"), UserKind::Member, None)).map(drop)),
                way(|s, a| block_on(s.directory.rename_user(a, s.now, &upn("user"), &upn("new"))).map(drop)),
                way(|s, a| block_on(s.directory.enable_user(a, s.now, &upn("user"), false)).map(drop)),
                way(|s, a| block_on(s.directory.remove_user(a, s.now, &upn("user"))).map(drop)),
                look(|s, a| block_on(s.directory.preview_removal(a, s.now, &upn("user"))).map(drop)),
                way(move |s, a| block_on(s.directory.import_users(a, s.now, [row()])).map(drop)),
                way(move |s, a| sync(s, a, false)),
                look(move |s, a| sync(s, a, true)),
            ]
        }
        Operation::ChangeRoles => vec![way(move |s, a| {
            let add = Roles::NONE.with(Role::HelpdeskAdministrator).with(Role::AuthenticationPolicyAdministrator);
            block_on(s.directory.change_roles(a, s.now, &name, add, Roles::NONE)).map(drop)
        })],
        Operation::Upload => vec![
            way(|s, a| {
                block_on(s.directory.upload(a, s.now, "f.csv", rows("MORE", 8))).map(drop).map_err(of_directory)
            }),
            way(|s, a| {
                let options = UploadOptions::default();
                let upload = s.directory.upload_with(a, s.now, "f.csv", options, rows("MORE", 8));
                block_on(upload).map(drop).map_err(of_directory)
            }),
            // The upload came to its end: it is asked for all the same.
            look(|s, a| {
                let resumed = s.directory.resume_upload(a, s.now, 1, UploadOptions::default(), rows("MORE", 8));
                match block_on(resumed).map_err(of_directory) {
                    Err(Error::Refused(Refusal::UploadFinished { .. })) => Ok(()),
                    other => other.map(drop),
                }
            }),
            look(|s, a| {
                let options = UploadOptions::default();
                block_on(s.directory.preview_upload(a, s.now, options, rows("MORE", 8))).map(drop).map_err(of_directory)
            }),
            way(|s, a| block_on(s.directory.delete_upload(a, s.now, 1))),
            way(|s, a| block_on(s.directory.undo_upload(a, s.now, 1, false)).map(drop)),
            look(|s, a| block_on(s.directory.undo_upload(a, s.now, 1, true)).map(drop)),
            // Not even that there is no such upload is told.
            look(|s, a| match block_on(s.directory.undo_upload(a, s.now, 9, true)) {
                Err(Error::Refused(Refusal::UnknownUpload { .. })) => Ok(()),
                other => other.map(drop),
            }),
        ],
        Operation::DeleteToken => {
            vec![way(|s, a| block_on(s.directory.delete(a, s.now, "FREE"))), bulk("FREE", Task::Delete)]
        }
        Operation::Assign => {
            let task = Task::Assign(name.clone());
            vec![way(move |s, a| block_on(s.directory.assign(a, s.now, "FREE", &name)).map(drop)), bulk("FREE", task)]
        }
        Operation::Activate => {
            let number = code_of - 1;
            vec![
                way(move |s, a| {
                    block_on(s.directory.activate(a, s.now, waits, &two_codes(number, s.now).into())).map(drop)
                }),
                bulk(
                    waits,
                    Task::Activate(two_codes(number, oath_totp::UnixTime::from_secs(support::NOW + 90)).into()),
                ),
            ]
        }
        Operation::Resync => vec![way(move |s, a| {
            block_on(s.directory.resync(a, s.now, signs_in, &two_codes(code_of, s.now).into())).map(drop)
        })],
        Operation::Deactivate => {
            vec![way(move |s, a| block_on(s.directory.deactivate(a, s.now, signs_in)).map(drop))]
        }
        Operation::Unassign => vec![
            way(move |s, a| block_on(s.directory.unassign(a, s.now, waits)).map(drop)),
            bulk(waits, Task::Unassign),
        ],
        Operation::Enroll => {
            let (same, old, waiting) = (name.clone(), name.clone(), name.clone());
            vec![
                way(move |s, a| block_on(s.directory.enroll(a, s.now, &name)).map(drop)),
                // No app signs in that could be replaced.
                look(move |s, a| match block_on(s.directory.reenroll(a, s.now, &old, None)) {
                    Err(Error::Refused(Refusal::WhichSoftware { .. })) => Ok(()),
                    other => other.map(drop),
                }),
                way(move |s, a| block_on(s.directory.cancel_enrolment(a, s.now, &waiting)).map(drop)),
                way(move |s, a| match block_on(s.directory.confirm(a, s.now, &same, &wrong().into())) {
                    Err(Error::Refused(Refusal::NextCodeNeeded { .. })) => Ok(()),
                    other => other.map(drop),
                }),
            ]
        }
        Operation::DeleteApp => vec![way(move |s, a| {
            let tokens = block_on(s.directory.user(s.now, &name)).unwrap().tokens;
            let app = tokens.iter().find(|listed| listed.token.serial.starts_with("SW-")).unwrap();
            block_on(s.directory.delete(a, s.now, &app.token.serial))
        })],
        Operation::Unlock => {
            vec![
                way(move |s, a| block_on(s.directory.unlock_user(a, s.now, &name))),
                way(move |s, a| block_on(s.directory.unlock_token(a, s.now, waits))),
            ]
        }
        Operation::ResetToken => vec![way(move |s, a| block_on(s.directory.reset_token(a, s.now, signs_in)))],
        Operation::Recovery => {
            let same = name.clone();
            vec![
                way(move |s, a| block_on(s.directory.issue_recovery(a, s.now, &name)).map(drop)),
                way(move |s, a| block_on(s.directory.reset_recovery(a, s.now, &same)).map(drop)),
            ]
        }
        Operation::ChangePolicy => {
            let edit = |policy: &mut Policy| policy.set("recovery-codes", "5");
            vec![
                way(|s, a| {
                    let read = block_on(s.directory.policy())?;
                    let policy = Policy { recovery_codes: 5, ..read.value };
                    block_on(s.directory.set_policy(a, s.now, read.version, &policy)).map(drop)
                }),
                way(move |s, a| block_on(s.directory.edit_policy(a, s.now, false, edit)).map(drop)),
                look(move |s, a| block_on(s.directory.edit_policy(a, s.now, true, edit)).map(drop)),
            ]
        }
        Operation::Maintain => vec![
            way(|s, a| block_on(s.directory.restored(a, s.now, Clock::Unchecked)).map(drop)),
            look(|s, a| block_on(s.directory.lower_floor(a, s.now, Clock::Unchecked)).map(drop)),
            look(|s, a| block_on(s.directory.checkpoint(a, s.now)).map(drop)),
            look(|s, a| block_on(s.directory.reseal(a, s.now, None)).map(drop)),
            look(|s, a| block_on(s.directory.rotate(a, s.now, |_| ())).map(drop)),
            look(|s, a| block_on(s.directory.preview_rotation(a, s.now, |_| ())).map(drop)),
            look(|s, a| {
                let mut file = Vec::new();
                block_on(s.directory.export_audit(s.now, &mut file)).unwrap();
                match block_on(s.directory.prune_audit(a, s.now, &*file)) {
                    Err(SegmentsError::Directory(error)) => Err(error),
                    other => {
                        other.unwrap();
                        Ok(())
                    }
                }
            }),
        ],
        other => panic!("{other} has no test"),
    }
}

/// The functions of a directory in its source: their names, and whether they take an actor.
fn functions() -> Vec<(String, bool)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(source.join("directory")).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for file in files.chain([source.join("directory.rs")]) {
        let text = fs::read_to_string(file).unwrap();
        for function in text.split("    pub async fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap();
            let signature = function.split(" {\n").next().unwrap();
            found.push((name.to_owned(), signature.contains("actor: &Actor")));
        }
    }
    found
}

/// What an actor asks for has a way in the table of this test, and the rest only reads.
#[test]
fn every_function_of_the_directory_is_tried() {
    // Of these, `found` makes a directory, `similar_users` has a test of its own (`near.rs` of the command), and a rehearsal is a copy
    // on which everything is asked again.
    const NOT_ASKED: [&str; 4] = ["found", "similar_users", "rehearsal", "rehearsal_of"];
    const READ: [&str; 28] = [
        "chains",
        "check_keys_held",
        "check_ring",
        "check_seals",
        "contains",
        "events",
        "events_that",
        "export_audit",
        "export_audit_to",
        "failures",
        "failures_page",
        "holder_of",
        "last_event",
        "policy",
        "preview_pruning",
        "recovery",
        "refused_until",
        "report",
        "similar_serials",
        "token",
        "tokens",
        "tokens_after",
        "upload_status",
        "uploads",
        "user",
        "users",
        "users_after",
        "verify_audit",
    ];
    let this = include_str!("rights.rs");
    let (start, end) = (this.find("fn ways(").unwrap(), this.find("fn functions(").unwrap());
    let table = &this[start..end];
    let functions = functions();
    assert!(functions.len() > 60, "{functions:?}");
    for (name, asks) in functions {
        let tried = table.contains(&format!("directory.{name}("));
        match asks {
            true => assert!(tried || NOT_ASKED.contains(&&*name), "{name} takes an actor, and has no way in the table"),
            false => assert!(
                READ.contains(&&*name) || name.starts_with("verify_segment"),
                "{name} takes no actor: does it only read?"
            ),
        }
    }
}

#[test]
fn every_cell_of_the_table_is_what_the_directory_does() {
    let mut tried = 0;
    for operation in Operation::ALL {
        for role in [None].into_iter().chain(Role::ALL.map(Some)) {
            let roles: Roles = role.into_iter().collect();
            for subject in subjects(operation) {
                for (number, way) in ways(operation, *subject).into_iter().enumerate() {
                    let setup = furnish(roles);
                    let (before, log) = (all(&setup), setup.actions().len());
                    let found = (way.ask)(&setup, &Actor::user(upn("actor")));
                    let what = format!("{operation} ({number}) as {roles} about {subject:?}: {found:?}");
                    let events: Vec<_> = setup.actions().into_iter().skip(log).map(|logged| logged.event).collect();
                    // The actor who has a role is an administrator to the others, but itself to itself.
                    if allows(roles, operation, *subject) {
                        assert_eq!(found, Ok(()), "{what}");
                        assert_eq!(all(&setup) != before, way.changes, "{what}");
                        assert!(events.iter().all(|event| event.actor == "actor@example.com"), "{what}");
                    } else {
                        let denied = Refusal::Denied { actor: "actor@example.com".to_owned(), operation };
                        assert_eq!(found, Err(denied.into()), "{what}");
                        assert_eq!(all(&setup), before, "{what}");
                        let [event] = &events[..] else { panic!("{what}: {events:?}") };
                        assert_eq!(
                            (event.action, event.actor.as_str()),
                            (Action::Denied, "actor@example.com"),
                            "{what}"
                        );
                        assert_eq!(event.detail["operation"], operation.name(), "{what}");
                        if *subject != Subject::Nobody {
                            let about = NAMES[[Subject::Own, Subject::User, Subject::Administrator]
                                .iter()
                                .position(|s| s == subject)
                                .unwrap()];
                            assert_eq!(event.upn, upn(about).to_string(), "{what}");
                        }
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 400, "{tried}");
}

#[test]
fn the_local_operator_may_do_everything() {
    for operation in Operation::ALL {
        for subject in subjects(operation) {
            for way in ways(operation, *subject) {
                let setup = furnish(Roles::NONE);
                let root = Actor::local_operator_named("root");
                assert_eq!((way.ask)(&setup, &root), Ok(()), "{operation} {subject:?}");
                let written = setup.actions().into_iter().filter(|logged| logged.event.actor == "local-operator:root");
                assert!(written.count() <= 8, "{operation}");
            }
        }
    }
}

#[test]
fn unknown_disabled_and_removed_actors_may_nothing() {
    let all_roles: Roles = Role::ALL.into_iter().collect();
    let setup = furnish(all_roles);
    let disable = || block_on(setup.directory.enable_user(&setup.operator, setup.now, &upn("actor"), false)).map(drop);
    let remove = || block_on(setup.directory.remove_user(&setup.operator, setup.now, &upn("actor"))).map(drop);
    for change in [&disable as &dyn Fn() -> Result<(), Error>, &remove] {
        change().unwrap();
        for actor in ["actor", "stranger"] {
            let actor = Actor::user(upn(actor));
            let found = block_on(setup.directory.unlock_user(&actor, setup.now, &upn("user")));
            assert!(matches!(found, Err(Error::Refused(Refusal::Denied { .. }))), "{found:?}");
            let found = block_on(setup.directory.allow(&actor, setup.now, Operation::List, None));
            assert!(matches!(found, Err(Error::Refused(Refusal::Denied { .. }))), "{found:?}");
        }
    }
}

/// A call that has looked, and then another one that is done before it writes.
fn race<A, B>(setup: &Setup<Probe>, first: impl Future<Output = A>, then: impl Future<Output = B>) -> (A, B) {
    let probe = setup.directory.store();
    probe.gather.store(probe.counts().0 + 2, SeqCst);
    let (mut first, mut then) = (Box::pin(first), Box::pin(then));
    let mut context = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut first).as_mut().poll(&mut context).is_pending(), "it has looked and waits for the other");
    let Poll::Ready(then) = Pin::new(&mut then).as_mut().poll(&mut context) else { panic!("the other one is done") };
    loop {
        if let Poll::Ready(first) = Pin::new(&mut first).as_mut().poll(&mut context) {
            return (first, then);
        }
    }
}

#[test]
fn a_role_that_is_taken_away_at_that_moment_is_missed_and_one_that_the_other_got_too() {
    let authentication = Roles::NONE.with(Role::AuthenticationAdministrator);
    let furnish = || {
        let setup = Setup::on(Probe::default(), Policy::default());
        setup.upload(&[("bob", "A", &secret(1))]);
        let roles = setup.directory.change_roles(&setup.operator, setup.now, &ALICE, authentication, Roles::NONE);
        block_on(roles).unwrap();
        setup
    };
    static ALICE: std::sync::LazyLock<Upn> = std::sync::LazyLock::new(|| upn("alice"));
    static BOB: std::sync::LazyLock<Upn> = std::sync::LazyLock::new(|| upn("bob"));
    let alice = Actor::user(ALICE.clone());
    // Without a race she may.
    let setup = furnish();
    assert!(block_on(setup.directory.unassign(&alice, setup.now, "A")).is_ok());
    for taken in [true, false] {
        let setup = furnish();
        let Setup { directory, operator, now } = &setup;
        let unassign = directory.unassign(&alice, *now, "A");
        let (found, changed) = if taken {
            race(&setup, unassign, directory.change_roles(operator, *now, &ALICE, Roles::NONE, authentication))
        } else {
            race(&setup, unassign, directory.change_roles(operator, *now, &BOB, authentication, Roles::NONE))
        };
        changed.unwrap();
        let denied = Refusal::Denied { actor: ALICE.to_string(), operation: Operation::Unassign };
        assert_eq!(found.map(drop), Err(denied.into()));
        assert!(block_on(directory.token("A")).unwrap().holder.is_some());
        assert_eq!(setup.actions().pop().unwrap().event.action, Action::Denied);
    }
}

#[test]
fn where_users_do_not_claim_tokens_they_activate_what_they_were_given() {
    let policy = Policy { users_claim_tokens: false, ..Policy::default() };
    let setup = Setup::on(MemoryStore::new(), policy);
    setup.upload(&[("", "A", &secret(1)), ("alice", "B", &secret(2)), ("", "C", &secret(3))]);
    let role = |role| {
        let roles = Roles::NONE.with(role);
        block_on(setup.directory.change_roles(&setup.operator, setup.now, &upn("alice"), roles, Roles::NONE)).unwrap();
    };
    let alice = Actor::user(upn("alice"));
    let claim = || block_on(setup.directory.assign(&alice, setup.now, "A", &upn("alice"))).map(drop);
    let denied = Refusal::Denied { actor: upn("alice").to_string(), operation: Operation::Assign };
    assert_eq!(claim(), Err(denied.clone().into()));
    assert!(block_on(setup.directory.activate(&alice, setup.now, "B", &two_codes(2, setup.now).into())).is_ok());
    role(Role::AuthenticationAdministrator);
    assert_eq!(claim(), Err(denied.into()), "an administrator of others is an administrator");
    assert!(block_on(setup.directory.assign(&alice, setup.now, "C", &upn("bob"))).is_ok());
    role(Role::PrivilegedAuthenticationAdministrator);
    assert_eq!(claim(), Ok(()));
}

#[test]
fn the_guide_shows_the_table() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/administrators.md")).unwrap();
    let line = |cells: &[&str]| format!("| {} |\n", cells.join(" | "));
    let rows: Vec<String> = table().iter().map(|row| line(row)).collect();
    let rule = line(&["---"; 8]);
    let text = rows[0].clone() + &rule + &rows[1..].concat();
    assert!(guide.contains(&text), "put this into docs/administrators.md:\n{text}");
}

/// What is done to the machine: no role allows it, the log has an event of each try, and no file changes but by that.
#[cfg(feature = "sqlite")]
#[test]
fn no_role_changes_the_key_ring_restores_or_migrates() {
    use oath_directory::{Location, LocationError};

    let folder = tempfile::tempdir().unwrap();
    let location = Location::new("sqlite:oath.db".parse().unwrap(), None).within(folder.path());
    let (operator, now) = (Actor::local_operator(), oath_totp::UnixTime::from_secs(support::NOW));
    let directory = block_on(location.create(&operator, now, Policy::default())).unwrap();
    block_on(directory.add_user(&operator, now, &upn("actor"), UserKind::Member, None)).unwrap();
    let all: Roles = Role::ALL.into_iter().collect();
    block_on(directory.change_roles(&operator, now, &upn("actor"), all, Roles::NONE)).unwrap();
    block_on(location.backup(Path::new("backup.db"))).unwrap();
    let seals = directory.key_names().last().unwrap().to_owned();
    let ring = fs::read(folder.path().join("oath.keys")).unwrap();
    let actor = Actor::user(upn("actor"));
    let backup = Path::new("backup.db");
    let tries: [&dyn Fn() -> Result<(), LocationError>; 7] = [
        &|| block_on(location.add_key(&actor, now)).map(drop),
        &|| block_on(location.activate_key(&actor, now, &seals)),
        &|| block_on(location.remove_key(&actor, now, &seals)).map(drop),
        &|| block_on(location.restore(backup, true, &actor, now, Clock::Unchecked)).map(drop),
        &|| block_on(location.preview_restore(backup, true, &actor, now, Clock::Unchecked)).map(drop),
        &|| block_on(location.migrate(&actor, now, oath_directory::MigrateOptions { accept_unbound: true })).map(drop),
        &|| block_on(location.preview_migration(&actor, now)).map(drop),
    ];
    let events = || block_on(directory.events(oath_directory::audit::Chain::FIRST, 0, usize::MAX)).unwrap();
    for (number, attempt) in tries.into_iter().enumerate() {
        let before = events().len();
        assert_eq!(attempt().map_err(|error| error.code()), Err("denied"), "{number}");
        let after = events();
        assert_eq!((after.len() - before, after.last().unwrap().event.action), (1, Action::Denied), "{number}");
        assert_eq!(fs::read(folder.path().join("oath.keys")).unwrap(), ring, "{number}");
        assert_eq!(support::names(folder.path()), ["backup.db", "oath.db", "oath.db-shm", "oath.db-wal", "oath.keys"]);
    }
    assert_eq!(block_on(directory.users()).unwrap().len(), 1);
}
