//! Software tokens against a model of them: enrolment, staged re-enrolment, confirmation and cancellation, in random order, with
//! conflicts at every commit, and raced in pairs.

mod support;

use oath_directory::audit::Action;
use oath_directory::model::TokenKind;
use oath_directory::store::Store;
use oath_directory::{Directory, Enrolment, Error, KeyRing, Policy, Refusal, Status, TokenQuery};
use oath_totp::{CodeRun, KeyUri, Totp, UnixTime};
use pollster::block_on;
use proptest::prelude::*;
use std::sync::atomic::Ordering::SeqCst;
use support::{Probe, Setup, code, upn};

fn policy() -> Policy {
    Policy { tokens_per_user: 3, free_attempts: u32::MAX, activation_attempts: u32::MAX, ..Policy::default() }
}

fn app(uri: &KeyUri) -> Totp {
    KeyUri::parse(&uri.expose_uri()).unwrap().to_totp().unwrap()
}

#[derive(Clone, Debug)]
enum Op {
    Enroll,
    /// Of the only one, or of the one at this place.
    Reenroll(Option<usize>),
    /// By a code of the secret that waits, or by one of the app at this place.
    Confirm(Option<usize>),
    /// By its serial number instead.
    Activate(usize),
    Cancel,
    Verify(usize),
    Deactivate(usize),
    Delete(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let place = 0..4usize;
    prop_oneof![
        3 => Just(Op::Enroll),
        2 => Just(Op::Reenroll(None)),
        4 => place.clone().prop_map(|at| Op::Reenroll(Some(at))),
        7 => Just(Op::Confirm(None)),
        1 => place.clone().prop_map(|at| Op::Confirm(Some(at))),
        2 => place.clone().prop_map(Op::Activate),
        1 => Just(Op::Cancel),
        6 => place.clone().prop_map(Op::Verify),
        1 => place.clone().prop_map(Op::Deactivate),
        1 => place.prop_map(Op::Delete),
    ]
}

struct App {
    serial: String,
    totp: Totp,
    status: Status,
    replaces: Option<String>,
}

/// All that the model knows: the apps of the one user, in the order in which they were made.
#[derive(Default)]
struct Model(Vec<App>);

type Answer = Result<(), &'static str>;

impl Model {
    fn waiting(&self) -> Option<usize> {
        self.0.iter().position(|app| matches!(app.status, Status::Assigned | Status::FailedActivation))
    }

    fn enroll(&mut self, new: &Enrolment, replaces: Option<String>) {
        if let Some(waiting) = self.waiting() {
            self.0.remove(waiting);
        }
        let (serial, totp) = (new.serial.clone(), app(&new.uri));
        self.0.push(App { serial, totp, status: Status::Assigned, replaces });
    }

    /// What the one answers who wants another token: the one that waits makes room.
    fn room(&self) -> Answer {
        let held = self.0.len() - usize::from(self.waiting().is_some());
        if held >= policy().tokens_per_user { Err("user-full") } else { Ok(()) }
    }

    fn confirm(&mut self, right: bool) -> Answer {
        let waiting = self.waiting().ok_or("nothing-to-confirm")?;
        if !right {
            self.0[waiting].status = Status::FailedActivation;
            return Err("next-code-needed");
        }
        self.0[waiting].status = Status::Activated;
        let replaced = self.0[waiting].replaces.take();
        self.0.retain(|app| Some(&app.serial) != replaced.as_ref());
        Ok(())
    }
}

fn answer<T>(result: Result<T, Error>) -> Answer {
    result.map(drop).map_err(code)
}

/// The code of this moment, which activates an app, with the next one where the same code is shown twice near this moment: secrets
/// are random, and that is so for one of some thousand.
fn codes(totp: &Totp, now: UnixTime) -> CodeRun {
    let (code, next) = (totp.generate(now), totp.generate(UnixTime::from_secs(now.as_secs() + 30)));
    let near = Policy::default().activation_radius_one_code;
    if totp.find(&code.clone().into(), now, near).len() == 1 { code.into() } else { [code, next].into() }
}

/// One operation on the model and on the directory.
fn step<S: Store>(setup: &mut Setup<S>, model: &mut Model, op: &Op) {
    // Two steps on, so that every code is a fresh one.
    setup.later(60);
    let (directory, operator, now, alice) = (&setup.directory, &setup.operator, setup.now, upn("alice"));
    let serial = |model: &Model, at: usize| model.0.get(at).map_or("none".to_owned(), |app| app.serial.clone());
    let (expected, found) = match *op {
        Op::Enroll => {
            let made = block_on(directory.enroll(operator, now, &alice));
            let expected = model.room();
            if let Ok(new) = &made {
                model.enroll(new, None);
            }
            (expected, answer(made))
        }
        Op::Reenroll(at) => {
            let named = at.map(|at| serial(model, at));
            let made = block_on(directory.reenroll(operator, now, &alice, named.as_deref()));
            let signing: Vec<_> = model.0.iter().filter(|app| app.status == Status::Activated).collect();
            let fits = |app: &&&App| named.as_ref().is_none_or(|serial| app.serial == *serial);
            let old = match signing.iter().filter(fits).collect::<Vec<_>>().as_slice() {
                [old] => Ok(old.serial.clone()),
                _ => Err("software-token-unclear"),
            };
            let expected = old.clone().and_then(|_| model.room());
            if let Ok(new) = &made {
                model.enroll(new, old.ok());
            }
            (expected, answer(made))
        }
        Op::Confirm(of) => {
            let right = of.is_none_or(|at| model.waiting() == Some(at));
            let at = of.or(model.waiting()).unwrap_or_default();
            let Some(shown) = model.0.get(at) else { return };
            let run = if right { codes(&shown.totp, now) } else { shown.totp.generate(now).into() };
            let near = Policy::default().activation_radius_one_code;
            let by_chance = |at: usize| !model.0[at].totp.find(&run, now, near).is_empty();
            if !right && model.waiting().is_some_and(by_chance) {
                return;
            }
            let found = answer(block_on(directory.confirm(operator, now, &alice, &run)));
            (model.confirm(right), found)
        }
        Op::Activate(at) => {
            let Some(shown) = model.0.get_mut(at) else { return };
            let found = answer(block_on(directory.activate(operator, now, &shown.serial, &codes(&shown.totp, now))));
            let expected = match (shown.status, &shown.replaces) {
                (_, Some(_)) | (Status::Activated, _) => Err("wrong-status"),
                _ => {
                    shown.status = Status::Activated;
                    Ok(())
                }
            };
            (expected, found)
        }
        Op::Cancel => {
            let found = answer(block_on(directory.cancel_enrolment(operator, now, &alice)));
            let expected = model.waiting().ok_or("nothing-to-confirm").map(|at| drop(model.0.remove(at)));
            (expected, found)
        }
        Op::Verify(at) => {
            let Some(shown) = model.0.get(at) else { return };
            let found = answer(block_on(directory.verify(operator, now, &alice, &shown.totp.generate(now))));
            let expected = if shown.status == Status::Activated { Ok(()) } else { Err("rejected") };
            (expected, found)
        }
        Op::Deactivate(at) => {
            let found = answer(block_on(directory.deactivate(operator, now, &serial(model, at))));
            let expected = match model.0.get_mut(at) {
                None => Err("token-unknown"),
                Some(app) if app.status != Status::Activated => Err("wrong-status"),
                Some(app) => {
                    app.status = Status::Deactivated;
                    Ok(())
                }
            };
            (expected, found)
        }
        Op::Delete(at) => {
            let found = answer(block_on(directory.delete(operator, now, &serial(model, at))));
            let expected = match model.0.get(at).map(|app| app.status) {
                None => Err("token-unknown"),
                Some(Status::Activated) => Err("wrong-status"),
                Some(_) => {
                    drop(model.0.remove(at));
                    Ok(())
                }
            };
            (expected, found)
        }
    };
    assert_eq!(found, expected, "{op:?}");
    same(directory, model, op);
}

/// The directory holds what the model holds.
fn same<S: Store>(directory: &Directory<S>, model: &Model, op: &Op) {
    let mut held: Vec<_> = block_on(directory.tokens(&TokenQuery::default()))
        .unwrap()
        .into_iter()
        .map(|listed| {
            assert_eq!(listed.token.kind, TokenKind::Software);
            assert!(listed.holder.is_some());
            (listed.token.serial, listed.token.status, listed.token.replaces.is_some())
        })
        .collect();
    let mut expected: Vec<_> =
        model.0.iter().map(|app| (app.serial.clone(), app.status, app.replaces.is_some())).collect();
    held.sort_by(|a, b| a.0.cmp(&b.0));
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(held, expected, "{op:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn apps_come_and_go_as_the_model_says_whatever_conflicts(
        ops in prop::collection::vec((op(), 0..3usize), 1..40)
    ) {
        let mut setup = Setup::on(Probe::default(), policy());
        let mut model = Model::default();
        for (op, conflicts) in ops {
            setup.directory.store().conflicts.store(conflicts, SeqCst);
            step(&mut setup, &mut model, &op);
            setup.directory.store().conflicts.store(0, SeqCst);
        }
        block_on(setup.directory.verify_audit()).unwrap().unwrap();
    }
}

/// Alice's app signs in, and a new secret waits to take its place.
fn staged() -> (Setup<Probe>, Enrolment, Enrolment) {
    let mut setup = Setup::on(Probe::default(), policy());
    let old = block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("alice"))).unwrap();
    confirm(&setup, &old).unwrap();
    setup.later(60);
    let new = block_on(setup.directory.reenroll(&setup.operator, setup.now, &upn("alice"), None)).unwrap();
    setup.later(60);
    (setup, old, new)
}

fn confirm<S: Store>(setup: &Setup<S>, of: &Enrolment) -> Answer {
    let codes = codes(&app(&of.uri), setup.now);
    answer(block_on(setup.directory.confirm(&setup.operator, setup.now, &upn("alice"), &codes)))
}

#[test]
fn the_old_app_signs_in_until_the_new_one_is_confirmed_and_never_after() {
    let (mut setup, old, new) = staged();
    let shown = |of: &Enrolment, setup: &Setup<Probe>| app(&of.uri).generate(setup.now);
    assert_eq!(setup.verify("alice", &shown(&old, &setup)), Ok(old.serial.clone()));
    assert_eq!(setup.verify("alice", &shown(&new, &setup)), Err(Refusal::Rejected.into()));
    setup.later(60);
    assert_eq!(confirm(&setup, &new), Ok(()));
    setup.later(60);
    assert_eq!(setup.verify("alice", &shown(&old, &setup)), Err(Refusal::Rejected.into()));
    assert_eq!(setup.verify("alice", &shown(&new, &setup)), Ok(new.serial.clone()));
    let told: Vec<_> = setup
        .actions()
        .into_iter()
        .filter(|logged| matches!(logged.event.action, Action::SoftwareEnrolled | Action::TokenDeleted))
        .map(|logged| (logged.event.serial, logged.event.detail))
        .collect();
    let detail = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
    let expected = [
        (old.serial.clone(), Default::default()),
        (new.serial, detail("replaces", &old.serial)),
        (old.serial, detail("reason", "replaced")),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_tag_of_a_token_covers_what_it_replaces() {
    let ring = KeyRing::generate().unwrap();
    let (setup, _, new) = staged();
    let token = block_on(setup.directory.token(&new.serial)).unwrap().token;
    let other = oath_directory::model::Token { replaces: None, ..token.clone() };
    assert!(ring.tag_of_token(&token) != ring.tag_of_token(&other));
}

/// What an operation comes to that has looked before another one is done.
fn overtaken<T>(setup: &Setup<Probe>, slow: impl Future<Output = T>, fast: impl FnOnce()) -> T {
    setup.directory.store().overtaken(1, slow, fast).expect("it has looked")
}

/// The serial numbers of the apps that sign in.
fn signing(setup: &Setup<Probe>) -> Vec<String> {
    let query = TokenQuery { status: Some(Status::Activated), ..TokenQuery::default() };
    block_on(setup.directory.tokens(&query)).unwrap().into_iter().map(|listed| listed.token.serial).collect()
}

#[test]
fn a_sign_in_with_the_old_app_that_looked_before_the_confirmation_is_refused() {
    let (setup, old, new) = staged();
    let (alice, code) = (upn("alice"), app(&old.uri).generate(setup.now));
    let slow = setup.directory.verify(&setup.operator, setup.now, &alice, &code);
    let signed_in = overtaken(&setup, slow, || confirm(&setup, &new).unwrap());
    assert_eq!(signed_in, Err(Refusal::Rejected.into()));
    assert_eq!(signing(&setup), [new.serial]);
}

#[test]
fn a_confirmation_that_is_overtaken_retires_the_old_app_or_comes_too_late() {
    type Fast = fn(&Setup<Probe>, &Enrolment, &Enrolment);
    let others: [(Fast, Answer); 5] = [
        (|setup, old, _| drop(setup.verify("alice", &app(&old.uri).generate(setup.now)).unwrap()), Ok(())),
        (|setup, _, new| confirm(setup, new).unwrap(), Err("nothing-to-confirm")),
        (
            |setup, _, _| {
                block_on(setup.directory.cancel_enrolment(&setup.operator, setup.now, &upn("alice")))
                    .map(drop)
                    .unwrap();
            },
            Err("nothing-to-confirm"),
        ),
        (
            |setup, old, _| {
                let of = (&setup.operator, setup.now, upn("alice"));
                block_on(setup.directory.reenroll(of.0, of.1, &of.2, Some(&old.serial))).map(drop).unwrap();
            },
            // The code is none of the secret that waits now.
            Err("next-code-needed"),
        ),
        (
            |setup, old, _| {
                block_on(setup.directory.deactivate(&setup.operator, setup.now, &old.serial)).unwrap();
                block_on(setup.directory.delete(&setup.operator, setup.now, &old.serial)).unwrap();
            },
            Ok(()),
        ),
    ];
    for (number, (fast, expected)) in others.into_iter().enumerate() {
        let (setup, old, new) = staged();
        let (alice, codes) = (upn("alice"), codes(&app(&new.uri), setup.now));
        let slow = setup.directory.confirm(&setup.operator, setup.now, &alice, &codes);
        let confirmed = answer(overtaken(&setup, slow, || fast(&setup, &old, &new)));
        assert_eq!(confirmed, expected, "{number}");
        let confirmed = expected.is_ok() || number == 1;
        assert_eq!(signing(&setup), [if confirmed { &new.serial } else { &old.serial }].map(String::clone), "{number}");
    }
}

#[test]
fn a_cancellation_and_a_re_enrolment_that_a_confirmation_overtakes_leave_the_new_app() {
    let (setup, _, new) = staged();
    let alice = upn("alice");
    let slow = setup.directory.cancel_enrolment(&setup.operator, setup.now, &alice);
    let cancelled = answer(overtaken(&setup, slow, || confirm(&setup, &new).unwrap()));
    assert_eq!((cancelled, signing(&setup)), (Err("nothing-to-confirm"), vec![new.serial]));

    let (setup, old, new) = staged();
    let slow = setup.directory.reenroll(&setup.operator, setup.now, &alice, Some(&old.serial));
    let again = answer(overtaken(&setup, slow, || confirm(&setup, &new).unwrap()));
    assert_eq!((again, signing(&setup)), (Err("software-token-unclear"), vec![new.serial]));
}
