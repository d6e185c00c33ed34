//! The policy is a record of the tenant: every node goes by it from its next decision on.

mod support;

use oath_directory::audit::{Action, Chain};
use oath_directory::model::Version;
use oath_directory::store::{Changes, MemoryStore, Store, Wanted, Write};
use oath_directory::{Actor, Directory, Error, KeyRing, Policy, PolicyError, Refusal, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use support::upn;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Two nodes of one directory, and their ring as text.
fn nodes() -> (Directory<MemoryStore>, Directory<MemoryStore>, String) {
    let ring = KeyRing::generate().unwrap().expose_text().to_string();
    let store = MemoryStore::new();
    let node = || Directory::new(store.clone(), KeyRing::parse(&ring).unwrap(), Policy::default()).unwrap();
    let (one, other) = (node(), node());
    block_on(one.found(&Actor::local_operator(), NOW)).unwrap();
    (one, other, ring)
}

fn set(node: &Directory<MemoryStore>, change: impl Fn(&mut Policy)) -> Result<Version, Error> {
    support::set_policy(node, NOW, change)
}

#[test]
fn a_change_is_seen_by_the_next_decision_of_every_node_and_stands_in_the_log() {
    let (one, other, _) = nodes();
    let operator = Actor::local_operator();
    assert_eq!(block_on(other.policy()).unwrap().value, Policy::default());
    block_on(one.add_user(&operator, NOW, &upn("alice"), UserKind::Member, None)).unwrap();
    set(&one, |policy| {
        policy.tokens_per_user = 1;
        policy.issuer = "Contoso".to_owned();
        policy.activations = None;
    })
    .unwrap();
    let enrolment = block_on(other.enroll(&operator, NOW, &upn("alice"))).unwrap();
    assert_eq!(enrolment.uri.issuer(), Some("Contoso"));
    let app = enrolment.uri.to_totp().unwrap();
    block_on(other.confirm(&operator, NOW, &upn("alice"), &app.generate(NOW).into())).unwrap();
    let full = block_on(other.enroll(&operator, NOW, &upn("alice"))).map(drop);
    assert_eq!(full, Err(Error::Refused(Refusal::UserFull { upn: "alice@example.com".to_owned(), limit: 1 })));

    let events = block_on(one.events(Chain::FIRST, 0, 99)).unwrap();
    let changed: Vec<_> = events.iter().filter(|logged| logged.event.action == Action::PolicyChanged).collect();
    let detail: Vec<_> = changed[0].event.detail.iter().map(|(name, change)| format!("{name}: {change}")).collect();
    assert_eq!(detail, ["activations: 200 -> none", "issuer: oath -> Contoso", "tokens-per-user: 5 -> 1"]);
    assert_eq!(changed.len(), 1);
    // The other way round, and a sign-in.
    set(&other, |policy| policy.free_attempts = 1).unwrap();
    let wrong = || block_on(one.verify(&operator, NOW, &upn("bob"), &"000000".parse().unwrap())).map(drop);
    assert_eq!(wrong(), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(wrong(), Err(Error::Refused(Refusal::Locked { retry_after: 30 })));
    assert!(block_on(one.verify_audit()).unwrap().is_ok());
}

#[test]
fn of_two_changes_of_the_same_version_one_is_refused_and_the_same_again_changes_nothing() {
    let (one, other, _) = nodes();
    let operator = Actor::local_operator();
    let read = block_on(one.policy()).unwrap();
    let change = |node: &Directory<_>, issuer: &str| {
        let policy = Policy { issuer: issuer.to_owned(), ..read.value.clone() };
        block_on(node.set_policy(&operator, NOW, read.version, &policy))
    };
    let version = change(&one, "One").unwrap();
    assert_eq!(version, read.version.next());
    assert_eq!(change(&other, "Other"), Err(Error::Refused(Refusal::PolicyChanged)));
    let kept = block_on(other.policy()).unwrap();
    assert_eq!((kept.value.issuer.as_str(), kept.version), ("One", version));
    let events = || block_on(one.events(Chain::FIRST, 0, 99)).unwrap().len();
    let before = events();
    assert_eq!(set(&other, |_| {}), Ok(version));
    assert_eq!(events(), before);
    let refused = set(&other, |policy| policy.radius = 0);
    assert!(matches!(refused, Err(Error::Refused(Refusal::Policy(PolicyError::Value { name: "radius", .. })))));
    assert_eq!((block_on(one.policy()).unwrap(), events()), (kept, before));
}

#[test]
fn an_edit_is_made_as_a_whole_or_not_and_a_dry_run_by_one_who_may() {
    let (one, other, _) = nodes();
    let operator = Actor::local_operator();
    let before = block_on(one.policy()).unwrap();
    let edit = |actor: &Actor, dry_run, values: &[(&str, &str)]| {
        let set = |policy: &mut Policy| values.iter().try_for_each(|(name, value)| policy.set(name, value));
        block_on(one.edit_policy(actor, NOW, dry_run, set))
    };
    let wrong = edit(&operator, false, &[("issuer", "Contoso"), ("radius", "0")]);
    assert!(matches!(wrong, Err(Error::Refused(Refusal::Policy(PolicyError::Value { name: "radius", .. })))));
    block_on(one.add_user(&operator, NOW, &upn("alice"), UserKind::Member, None)).unwrap();
    for dry_run in [true, false] {
        let denied = edit(&Actor::user(upn("alice")), dry_run, &[("issuer", "Alice")]);
        assert_eq!(denied.unwrap_err().code(), "denied");
    }
    let tried = edit(&operator, true, &[("issuer", "Contoso")]).unwrap();
    assert_eq!((&*tried.after.issuer, tried.version), ("Contoso", before.version));
    assert_eq!(block_on(other.policy()).unwrap(), before, "nothing was changed");
    let made = edit(&operator, false, &[("issuer", "Contoso")]).unwrap();
    assert_eq!((&made.before, made.version), (&before.value, before.version.next()));
    assert_eq!(block_on(other.policy()).unwrap().value, made.after);
    // Another node changes the policy between the read and the write.
    let raced = block_on(one.edit_policy(&operator, NOW, false, |policy| {
        set(&other, |policy| policy.tokens_per_user = 1).unwrap();
        policy.set("issuer", "Other")
    }));
    assert_eq!(raced, Err(Error::Refused(Refusal::PolicyChanged)));
}

#[test]
fn a_directory_is_founded_with_a_policy_and_keeps_it() {
    let ring = KeyRing::generate().unwrap().expose_text();
    let (store, today) = (MemoryStore::new(), Policy::named("entra-2025").unwrap());
    let node = |policy| Directory::new(store.clone(), KeyRing::parse(&ring).unwrap(), policy).unwrap();
    let first = node(today.clone());
    assert_eq!(block_on(first.policy()).unwrap().value, today, "before the first change");
    block_on(first.found(&Actor::local_operator(), NOW)).unwrap();
    // A node that was started with another one goes by the record.
    let other = node(Policy { issuer: "Other".to_owned(), ..Policy::default() });
    assert_eq!(block_on(other.policy()).unwrap().value, today);
    let events = block_on(other.events(Chain::FIRST, 0, 99)).unwrap();
    assert_eq!(events[0].event.detail["activations"], "none");
    let wrong = Policy { tokens_per_user: 0, ..Policy::default() };
    let refused = Directory::new(store.clone(), KeyRing::generate().unwrap(), wrong);
    assert_eq!(refused.unwrap_err().code(), "policy-value");
}

#[test]
fn a_policy_that_another_writer_changed_is_refused_and_one_of_a_newer_version_is_not_guessed() {
    let write = |ring: &str, node: &Directory<MemoryStore>, policy: &str, bound: bool| {
        let keys = KeyRing::parse(ring).unwrap();
        let mut read = block_on(node.store().view(Wanted::default())).unwrap().settings.unwrap();
        read.value.policy = policy.to_owned();
        if bound {
            read.value.mac = keys.tag_of_settings(&read.value);
        }
        let settings = Some(Write::Update(read.version, read.value));
        block_on(node.store().commit(Changes { settings, ..Changes::default() }, keys.audit_key())).unwrap();
    };
    for (policy, bound, code) in [
        (r#"{"free-attempts":1000}"#, false, Err("database-corrupt")),
        (r#"{"free-attempts":1000}"#, true, Ok(1000)),
        (r#"{"colour":1}"#, true, Err("database-newer")),
        ("{", true, Err("database-newer")),
    ] {
        let (one, _, ring) = nodes();
        write(&ring, &one, policy, bound);
        let found = block_on(one.policy()).map(|read| read.value.free_attempts).map_err(|error| error.code());
        assert_eq!(found, code, "{policy}");
        let signed_in =
            block_on(one.verify(&Actor::local_operator(), NOW, &upn("bob"), &"000000".parse().unwrap())).map(drop);
        let expected = code.err().unwrap_or("rejected");
        assert_eq!(signed_in.unwrap_err().code(), expected, "{policy}");
    }
}

#[test]
fn a_field_that_was_meant_is_named_where_three_letters_of_it_are_enough() {
    let meant = |name: &str| match Policy::default().reset(name).unwrap_err() {
        PolicyError::Unknown { similar, .. } => similar,
        error => panic!("{error}"),
    };
    assert_eq!((meant("dwa"), meant("dw")), (Some("guests-hold-hardware"), None));
}
