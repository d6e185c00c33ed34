//! What a writer of the database without the key ring can do.

mod support;

use oath_directory::model::{Settings, State, TenantId, Token, User};
use oath_directory::store::{Changes, MemoryStore, Store, View, Wanted, Write};
use oath_directory::{Clock, Directory, Error, KeyRing, Policy, Refusal, Status};
use oath_totp::{Code, UnixTime};
use pollster::block_on;
use support::{Setup, code, secret, shown, two_codes, upn};

/// Alice holds the activated tokens A and B, mallory M.
fn furnished() -> Setup {
    let mut setup = Setup::new();
    let mallory = upn("mallory");
    block_on(setup.directory.add_user(&setup.operator, setup.now, &mallory, Default::default(), None)).unwrap();
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2)), ("mallory", "M", &secret(3))]);
    for (serial, number) in [("A", 1), ("B", 2), ("M", 3)] {
        setup.activate(serial, two_codes(number, setup.now)).unwrap();
    }
    setup.later(90);
    setup
}

fn view(store: &MemoryStore) -> View {
    let serials = ["A", "B", "M"].map(str::to_owned).to_vec();
    let users = ["alice", "bob", "mallory"].map(|name| upn(name).key().to_owned()).to_vec();
    block_on(store.view(Wanted { serials, users, ..Wanted::default() })).unwrap()
}

fn write(setup: &Setup, changes: Changes) {
    // With an audit key of another ring: there are no events.
    block_on(setup.directory.store().commit(changes, KeyRing::generate().unwrap().audit_key())).unwrap();
}

fn change_token(setup: &Setup, serial: &str, change: impl Fn(&mut Token)) {
    let mut read = view(setup.directory.store()).tokens.into_iter().find(|token| token.value.serial == serial).unwrap();
    change(&mut read.value);
    write(setup, Changes { tokens: vec![Write::Update(read.version, read.value)], ..Changes::default() });
}

fn change_state(setup: &Setup, serial: &str, change: impl Fn(&mut State)) {
    let view = view(setup.directory.store());
    let print = view.tokens.iter().find(|token| token.value.serial == serial).unwrap().value.fingerprint;
    let mut read = view.states.into_iter().find(|state| state.value.fingerprint == print).unwrap();
    change(&mut read.value);
    write(setup, Changes { states: vec![Write::Update(read.version, read.value)], ..Changes::default() });
}

fn change_user(setup: &Setup, name: &str, change: impl Fn(&mut User)) {
    let users = view(setup.directory.store()).users;
    let mut read = users.into_iter().find(|user| user.value.upn == upn(name)).unwrap();
    change(&mut read.value);
    write(setup, Changes { users: vec![Write::Update(read.version, read.value)], ..Changes::default() });
}

fn rejected() -> Result<String, Error> {
    Err(Error::Refused(Refusal::Rejected))
}

#[test]
fn one_damaged_token_does_not_deny_the_others() {
    type Damage = fn(&Setup);
    let damages: [(&str, Damage); 4] = [
        ("sealed", |setup| change_token(setup, "A", |token| token.sealed.bytes[30] ^= 1)),
        ("key", |setup| change_token(setup, "A", |token| token.sealed.key = "none".to_owned())),
        ("status", |setup| change_token(setup, "A", |token| token.mac.0[0] ^= 1)),
        ("state", |setup| change_state(setup, "A", |state| state.mac.0[15] ^= 1)),
    ];
    for (what, damage) in damages {
        let setup = furnished();
        damage(&setup);
        assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), rejected(), "{what}");
        assert_eq!(setup.verify("alice", &shown(2, setup.now, 0)).unwrap(), "B", "{what}");
        let last = setup.actions().pop().unwrap();
        assert_eq!(last.event.detail["damaged"], "A", "{what}: the log says so");
        // Where all are damaged no code is wrong.
        change_token(&setup, "B", |token| token.sealed.bytes[30] ^= 1);
        let found = setup.verify("alice", &shown(2, setup.now, 1));
        assert!(matches!(found, Err(Error::Keys(_))), "{what}: {found:?}");
    }
}

#[test]
fn a_token_a_user_and_a_watermark_cannot_be_moved() {
    let alice = |setup: &Setup| {
        view(setup.directory.store()).users.iter().find(|u| u.value.upn == upn("alice")).unwrap().value.id
    };
    // Mallory's token under alice's name, in each way.
    let setup = furnished();
    let id = alice(&setup);
    change_token(&setup, "M", |token| token.holder = Some(id));
    assert_eq!(setup.verify("alice", &shown(3, setup.now, 0)), rejected());
    let setup = furnished();
    change_user(&setup, "alice", |user| user.upn = upn("other"));
    change_user(&setup, "mallory", |user| user.upn = upn("alice"));
    assert_eq!(setup.verify("alice", &shown(3, setup.now, 0)), rejected());
    let setup = furnished();
    let mallory =
        view(setup.directory.store()).tokens.into_iter().find(|token| token.value.serial == "M").unwrap().value;
    change_token(&setup, "M", |token| token.fingerprint.0[0] ^= 1);
    change_token(&setup, "A", |token| {
        let Token { sealed, fingerprint, .. } = mallory.clone();
        (token.sealed, token.fingerprint) = (sealed, fingerprint);
    });
    assert_eq!(setup.verify("alice", &shown(3, setup.now, 0)), rejected());

    // A token that was taken out of use.
    let mut setup = furnished();
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    change_token(&setup, "A", |token| token.status = Status::Activated);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), rejected());

    // A used code.
    setup.later(30);
    let used = shown(2, setup.now, 0);
    assert_eq!(setup.verify("alice", &used).unwrap(), "B");
    change_state(&setup, "B", |state| state.totp.last_step = state.totp.last_step.map(|step| step - 9));
    assert!(setup.verify("alice", &used).is_err());
    let fresh = State::fresh;
    let read = view(setup.directory.store());
    let states = read.states.iter().map(|state| Write::Update(state.version, fresh(state.value.fingerprint))).collect();
    write(&setup, Changes { states, ..Changes::default() });
    assert!(setup.verify("alice", &used).is_err(), "nor as if it had never been used");
}

#[test]
fn a_damaged_record_is_refused_by_name_and_has_a_cure() {
    let mut setup = furnished();
    change_token(&setup, "A", |token| token.holder = None);
    let (operator, now, directory) = (&setup.operator, setup.now, &setup.directory);
    let refused: [Result<(), Error>; 5] = [
        block_on(directory.deactivate(operator, now, "A")).map(drop),
        block_on(directory.unassign(operator, now, "A")).map(drop),
        block_on(directory.assign(operator, now, "A", &upn("bob"))).map(drop),
        block_on(directory.reset_token(operator, now, "A")),
        block_on(directory.unlock_token(operator, now, "A")),
    ];
    assert_eq!(refused.map(|found| found.map_err(code)), [Err("token-damaged"); 5]);
    let upload = setup.upload(&[("alice", "A", &secret(1))]);
    assert_eq!(setup.failures(&upload), [(2, "token-damaged".to_owned())]);
    block_on(setup.directory.delete(&setup.operator, setup.now, "A")).unwrap();
    assert_eq!(setup.upload(&[("alice", "A", &secret(1))]).imported, 1);
    assert_eq!(setup.activate("A", shown(1, setup.now, 2)), Err("next-code-needed"), "no code up to now is good again");
    // Two codes were typed at once: the clock is known as a step ahead.
    setup.later(120);
    setup.activate("A", two_codes(1, setup.now)).unwrap();

    setup.later(90);
    change_state(&setup, "A", |state| state.totp.last_step = None);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), rejected());
    block_on(setup.directory.reset_token(&setup.operator, setup.now, "A")).unwrap();
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), rejected(), "what may have been used stays so");
    setup.later(120);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");

    change_user(&setup, "bob", |user| user.kind = oath_directory::UserKind::Guest);
    let found = block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("bob"))).map(drop).map_err(code);
    assert_eq!(found, Err("user-damaged"));
}

#[test]
fn the_floor_cannot_be_lowered_and_the_ring_not_be_exchanged() {
    let change = |setup: &Setup, change: fn(&mut Settings)| {
        let mut read = view(setup.directory.store()).settings.unwrap();
        change(&mut read.value);
        write(setup, Changes { settings: Some(Write::Update(read.version, read.value)), ..Changes::default() });
    };
    let setup = furnished();
    block_on(setup.directory.restored(&setup.operator, setup.now, Clock::Unchecked)).unwrap();
    change(&setup, |settings| settings.floor = UnixTime::default());
    let right: Code = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &right).unwrap_err().code(), "database-corrupt");
    let setup = furnished();
    change(&setup, |settings| settings.ring.0[0] ^= 1);
    assert_eq!(setup.verify("alice", &right).unwrap_err().code(), "key-ring-wrong");
}

#[test]
fn records_of_one_tenant_are_none_of_another_with_the_same_ring() {
    let ring = KeyRing::generate().unwrap().expose_text();
    let of = |tenant| {
        let store = MemoryStore::of(TenantId::from_random(tenant));
        Directory::new(store, KeyRing::parse(&ring).unwrap(), Policy::default()).unwrap()
    };
    let (alice, now) = (upn("alice"), UnixTime::from_secs(1_700_000_000));
    let operator = oath_directory::Actor::local_operator();
    let one = of(1);
    block_on(one.add_user(&operator, now, &alice, Default::default(), None)).unwrap();
    let app = block_on(one.enroll(&operator, now, &alice)).unwrap().uri.to_totp().unwrap();
    let codes = [app.generate(now), app.generate(UnixTime::from_secs(now.as_secs() + 30))].into();
    block_on(one.confirm(&operator, now, &alice, &codes)).unwrap();
    let wanted = Wanted { users: vec![alice.key().to_owned()], holdings: true, ..Wanted::default() };
    let read = block_on(one.store().view(wanted)).unwrap();
    let copy = |settings: bool| Changes {
        settings: read.settings.clone().filter(|_| settings).map(|read| Write::Insert(read.value)),
        users: read.users.iter().map(|read| Write::Insert(read.value.clone())).collect(),
        tokens: read.tokens.iter().map(|read| Write::Insert(read.value.clone())).collect(),
        states: read.states.iter().map(|read| Write::Insert(read.value.clone())).collect(),
        ..Changes::default()
    };
    let later = UnixTime::from_secs(now.as_secs() + 90);
    let sign_in =
        |directory: &Directory<_>| block_on(directory.verify(&operator, later, &alice, &app.generate(later))).map(drop);
    let other = of(2);
    block_on(other.found(&operator, now)).unwrap();
    block_on(other.store().commit(copy(false), KeyRing::generate().unwrap().audit_key())).unwrap();
    assert_eq!(sign_in(&other), Err(Error::Refused(Refusal::Rejected)));
    let events = block_on(other.events(oath_directory::audit::Chain::FIRST, 0, 9)).unwrap();
    assert_eq!(events.last().unwrap().event.detail["reason"], "damaged-user");
    // The whole directory under the name of another tenant.
    let moved = of(3);
    block_on(moved.store().commit(copy(true), KeyRing::generate().unwrap().audit_key())).unwrap();
    assert_eq!(sign_in(&moved).unwrap_err().code(), "database-corrupt");
    // Under its own name it is the same directory, on any store.
    let same = of(1);
    block_on(same.store().commit(copy(true), KeyRing::generate().unwrap().audit_key())).unwrap();
    assert_eq!(sign_in(&same), Ok(()));
}

#[test]
fn a_log_is_not_written_anew_without_the_ring() {
    use oath_directory::audit::{Actor, AuditEvent, Chain, Event, Head, Verifier};
    let setup = furnished();
    let events: Vec<AuditEvent> = setup.actions();
    assert!(block_on(setup.directory.verify_audit()).unwrap().is_ok());
    // All that is in the database is used: the events, their order, their hashes. The key is another one.
    let other = KeyRing::generate().unwrap();
    let mut head = Head::empty(Chain::FIRST);
    let mut forged = Vec::new();
    for event in &events[1..] {
        let (event, next) = head.append(other.audit_key(), event.event.clone());
        forged.push(event);
        head = next;
    }
    let mut verifier = Verifier::new(other.audit_key(), Chain::FIRST);
    forged.iter().try_for_each(|event| verifier.take(event)).unwrap();
    verifier.finish(head).unwrap();
    let store = MemoryStore::new();
    let ring = KeyRing::generate().unwrap();
    let directory = Directory::new(store.clone(), ring, Default::default()).unwrap();
    block_on(directory.found(&setup.operator, setup.now)).unwrap();
    let event = Event::new(setup.now, &Actor::local_operator(), oath_directory::audit::Action::SignedIn);
    block_on(store.commit(Changes { events: vec![event], ..Changes::default() }, other.audit_key())).unwrap();
    assert!(block_on(directory.verify_audit()).unwrap().is_err());
}

/// Two writers with a chain each, as two nodes of a cluster have.
#[test]
fn a_chain_that_is_cut_off_or_gone_is_missed_by_a_checkpoint_in_another() {
    use oath_directory::audit::{Action, Actor, Chain, Event, Head, Tampered};
    let (actor, now) = (Actor::local_operator(), UnixTime::from_secs(support::NOW));
    let zeros = "00".repeat(32);
    let keys = KeyRing::parse(&format!("bind {zeros}\nseal a {zeros}")).unwrap();
    let (mut head, mut logged) = (Head::empty(Chain(1)), Vec::new());
    for _ in 0..3 {
        let (event, next) = head.append(keys.audit_key(), Event::new(now, &actor, Action::SignedIn));
        logged.push(event);
        head = next;
    }
    let directory = Directory::new(support::Probe::default(), keys, Default::default()).unwrap();
    let show = |count: usize| {
        let end = logged[..count].last().map(|last| Head { events: last.sequence, hash: last.hash, ..head });
        *directory.store().other_chain.lock().unwrap() = end.map(|end| (logged[..count].to_vec(), end));
    };
    block_on(directory.found(&actor, now)).unwrap();
    show(3);
    block_on(directory.checkpoint(&actor, now)).unwrap();
    assert_eq!(block_on(directory.verify_audit()).unwrap().unwrap().events, 2 + 3);
    // Cut off with its end, and gone.
    for count in [2, 0] {
        show(count);
        let missing = Err(Tampered::Missing { chain: Chain(1), sequence: 3 });
        assert_eq!(block_on(directory.verify_audit()).unwrap().map(drop), missing, "{count} left");
    }
}

/// What a sound state says was used stays used, also where a clock that was ahead wrote it; a state that was damaged says nothing.
#[test]
fn a_damaged_token_that_is_deleted_and_comes_back_has_its_used_codes() {
    const YEAR: u64 = 365 * 24 * 60 * 60;
    for damaged_state in [false, true] {
        let mut setup = furnished();
        let present = setup.now;
        setup.later(YEAR);
        assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
        setup.now = present;
        change_token(&setup, "A", |token| token.mac.0[0] ^= 1);
        if damaged_state {
            change_state(&setup, "A", |state| state.mac.0[0] ^= 1);
        }
        block_on(setup.directory.delete(&setup.operator, setup.now, "A")).unwrap();
        assert_eq!(setup.upload(&[("alice", "A", &secret(1))]).imported, 1);
        setup.later(3600);
        let activated = setup.activate("A", two_codes(1, setup.now));
        assert_eq!(activated.is_ok(), damaged_state, "{activated:?}");
    }
}

#[test]
fn a_damaged_token_stays_when_its_upload_is_undone() {
    let setup = Setup::new();
    let upload = setup.upload(&[("", "A", &secret(1)), ("", "B", &secret(2)), ("", "M", &secret(3))]);
    change_token(&setup, "A", |token| token.mac.0[0] ^= 1);
    change_state(&setup, "B", |state| state.mac.0[0] ^= 1);
    let undone = block_on(setup.directory.undo_upload(&setup.operator, setup.now, upload.id, false)).unwrap();
    assert_eq!((undone.taken_back, undone.kept), (1, vec!["A".to_owned(), "B".to_owned()]));
}

#[test]
fn a_rotation_that_opens_nothing_leaves_no_event() {
    let text = KeyRing::generate().unwrap().expose_text();
    let setup = Setup::on_ring(MemoryStore::default(), KeyRing::parse(&text).unwrap(), Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    change_token(&setup, "A", |token| token.sealed.bytes[30] ^= 1);
    let mut ring = KeyRing::parse(&text).unwrap();
    let name = ring.add().unwrap();
    ring.activate(&name).unwrap();
    let rotating = Directory::new(setup.directory.store().clone(), ring, Policy::default()).unwrap();
    let before = setup.actions().len();
    let report = block_on(rotating.reseal(&setup.operator, setup.now, None)).unwrap();
    assert_eq!((report.sealed, report.damaged), (0, vec!["A".to_owned()]));
    assert_eq!(setup.actions().len(), before);
}
