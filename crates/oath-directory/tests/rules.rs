//! The rules of the directory one by one, on the memory store.

mod support;

use oath_directory::audit::Action;
use oath_directory::store::{MemoryStore, Store};
use oath_directory::{Directory, Error, KeyRing, Policy, Refusal, Status, UserKind, user_file};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, TotpState, UnixTime};
use pollster::block_on;
use std::collections::HashMap;
use support::{NOW, Probe, Setup, code, secret, shown, totp, two_codes, upn};

#[test]
fn a_code_that_fits_two_tokens_of_a_user_signs_in_once() {
    let mut setup = Setup::new();
    setup.later(300);
    // Two secrets whose codes agree at this step: among 3,000 there are some.
    let mut seen = HashMap::new();
    let (a, b) = (0..)
        .find_map(|number| seen.insert(shown(number, setup.now, 0).to_string(), number).map(|other| (other, number)))
        .unwrap();
    setup.now = UnixTime::from_secs(NOW);
    setup.upload(&[("alice", "A", &secret(a)), ("alice", "B", &secret(b))]);
    assert_eq!(setup.activate("A", shown(a, setup.now, 0)), Ok(0));
    assert_eq!(setup.activate("B", shown(b, setup.now, 0)), Ok(0));
    setup.later(300);
    let both = shown(a, setup.now, 0);
    assert!(setup.verify("alice", &both).is_ok());
    for _ in 0..3 {
        assert_eq!(setup.verify("alice", &both), Err(Error::Refused(Refusal::Rejected)));
        setup.later(30);
    }
}

#[test]
fn two_hundred_tokens_are_activated_in_five_minutes_and_not_one_more() {
    let mut setup = Setup::new();
    let names: Vec<String> = (0..50).map(|n| format!("user{n}")).collect();
    for name in &names {
        block_on(setup.directory.add_user(&setup.operator, setup.now, &upn(name), UserKind::Member, None)).unwrap();
    }
    let secrets: Vec<Secret> = (0..202).map(secret).collect();
    let serials: Vec<String> = (0..202).map(|n| format!("S{n}")).collect();
    let rows: Vec<_> = (0..202).map(|n| (names[n % 50].as_str(), serials[n].as_str(), &secrets[n])).collect();
    assert_eq!(setup.upload(&rows).imported, 202);
    for (number, serial) in (0..200).zip(&serials) {
        setup.activate(serial, two_codes(number, setup.now)).unwrap();
        if number == 99 {
            setup.later(10);
        }
    }
    let one_more = |setup: &Setup, number: u64| {
        let codes = two_codes(number, setup.now).into();
        let serial = format!("S{number}");
        block_on(setup.directory.activate(&setup.operator, setup.now, &serial, &codes)).map(drop)
    };
    let refused =
        |retry_after| Err(Error::Refused(Refusal::TooManyActivations { limit: 200, period: 300, retry_after }));
    assert_eq!(one_more(&setup, 200), refused(290));
    setup.later(289);
    assert_eq!(one_more(&setup, 200), refused(1));
    setup.later(1);
    assert_eq!(one_more(&setup, 200), Ok(()), "the first hundred have left the five minutes");
    assert_eq!(one_more(&setup, 201), Ok(()));
}

#[test]
fn a_user_holds_five_tokens_of_both_kinds_together_and_a_guest_no_hardware() {
    let setup = Setup::new();
    let (alice, guest) = (upn("alice"), upn("guest"));
    let enroll = |user| block_on(setup.directory.enroll(&setup.operator, setup.now, user));
    let software = enroll(&alice).unwrap();
    let secrets: Vec<Secret> = (0..6).map(secret).collect();
    let serials = ["A", "B", "C", "D", "E", "F"];
    let rows: Vec<_> = serials.iter().zip(&secrets).map(|(serial, secret)| ("alice", *serial, secret)).collect();
    let upload = setup.upload(&rows);
    assert_eq!((upload.imported, upload.failed), (4, 2));
    assert_eq!(setup.failures(&upload), [(6, "user-full".to_owned()), (7, "user-full".to_owned())]);
    // The fifth, which still waits for its code, may be replaced; one more may not come.
    assert_ne!(enroll(&alice).unwrap().serial, software.serial);
    let upload = setup.upload(&[("", "E", &secrets[4]), ("guest", "F", &secrets[5])]);
    assert_eq!(setup.failures(&upload), [(3, "user-guest".to_owned())]);
    let (nobody, bob) = (upn("nobody"), upn("BOB"));
    let assign = |user| block_on(setup.directory.assign(&setup.operator, setup.now, "E", user)).map(drop).map_err(code);
    assert_eq!((assign(&alice), assign(&guest)), (Err("user-full"), Err("user-guest")));
    assert!(enroll(&guest).is_ok(), "a guest may have an app");
    assert_eq!(assign(&nobody), Err("user-unknown"));
    assert_eq!(assign(&bob), Ok(()));
}

#[test]
fn names_that_nobody_has_answer_wait_and_cost_like_those_of_users() {
    let setup = Setup::on(Probe::default(), Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", shown(1, setup.now, 0)).unwrap();
    let wrong: Code = "000000".parse().unwrap();
    let mut costs = Vec::new();
    // A user with a token, a user without one, and nobody.
    for name in ["alice", "bob", "nobody"] {
        let before = setup.directory.store().counts();
        let answers: Vec<_> = (0..12).map(|_| setup.verify(name, &wrong)).collect();
        let after = setup.directory.store().counts();
        costs.push((after.0 - before.0, after.1 - before.1, answers));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0], costs[2]);
    let (views, commits, answers) = &costs[0];
    assert_eq!((*views, *commits), (12, 10));
    assert!(answers[..10].iter().all(|answer| *answer == Err(Error::Refused(Refusal::Rejected))));
    assert_eq!(answers[10], Err(Error::Refused(Refusal::Locked { retry_after: 30 })));
    let reasons: Vec<_> = setup
        .actions()
        .into_iter()
        .filter(|logged| logged.event.action == Action::SignInRejected)
        .map(|logged| logged.event.detail["reason"].clone())
        .collect();
    assert_eq!(reasons.len(), 30);
    assert_eq!([&reasons[0], &reasons[10], &reasons[20]], ["mismatch", "no-activated-token", "unknown-user"]);
}

#[test]
fn the_right_code_does_not_end_a_lock_but_ends_the_count() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2))]);
    for (serial, number) in [("A", 1), ("B", 2)] {
        setup.activate(serial, shown(number, setup.now, 0)).unwrap();
    }
    let wrong: Code = "000000".parse().unwrap();
    for _ in 0..10 {
        setup.later(30);
        assert_eq!(setup.verify("alice", &wrong), Err(Error::Refused(Refusal::Rejected)));
    }
    assert_eq!(
        setup.verify("alice", &shown(1, setup.now, 0)),
        Err(Error::Refused(Refusal::Locked { retry_after: 30 }))
    );
    setup.later(30);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    for _ in 0..9 {
        assert_eq!(setup.verify("alice", &wrong), Err(Error::Refused(Refusal::Rejected)));
    }
    assert_eq!(setup.verify("alice", &shown(2, setup.now, 0)).unwrap(), "B", "each token keeps its own steps");
}

#[test]
fn a_year_of_drift_is_followed_and_a_clock_set_right_is_found() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    // Nine minutes behind from the start, and three steps slower each year.
    let behind = |now: UnixTime| -18 - i64::try_from((now.as_secs() - NOW) * 3 / (365 * 86_400)).unwrap();
    assert_eq!(setup.activate("A", shown(1, setup.now, behind(setup.now))), Ok(-18));
    for _ in 0..52 {
        setup.later(7 * 86_400);
        let code = shown(1, setup.now, behind(setup.now));
        assert_eq!(setup.verify("alice", &code).unwrap(), "A");
        assert_eq!(setup.verify("alice", &code), Err(Error::Refused(Refusal::Rejected)), "a code is good once");
    }
    let token = block_on(setup.directory.token("A")).unwrap();
    assert_eq!(token.state.totp.drift, -20);
    setup.later(86_400);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A", "the clock was set right");
    assert_eq!(block_on(setup.directory.token("A")).unwrap().state.totp.drift, -19, "one step at an acceptance");
    for _ in 0..20 {
        setup.later(86_400);
        assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)).unwrap(), "A");
    }
    assert_eq!(block_on(setup.directory.token("A")).unwrap().state.totp.drift, 0);
}

#[test]
fn an_ambiguous_activation_costs_nothing_and_the_next_code_settles_it() {
    let setup = Setup::new();
    let step = NOW / 30;
    // A secret whose code shows twice within the radius of one code: with 121 steps one in some eight thousand does.
    let (number, first) = (0..)
        .find_map(|number| {
            let code = shown(number, setup.now, 0);
            let found = totp(number).find(&code.into(), setup.now, 60);
            (found.len() > 1).then(|| (number, *found.first().unwrap()))
        })
        .unwrap();
    setup.upload(&[("alice", "A", &secret(number))]);
    let before = setup.actions().len();
    assert_eq!(setup.activate("A", shown(number, setup.now, 0)), Err("ambiguous"));
    assert_eq!(setup.actions().len(), before, "nothing changed");
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Assigned);
    assert!(first <= step);
    let both = [shown(number, setup.now, 0), shown(number, setup.now, 1)];
    assert_eq!(setup.activate("A", both), Ok(1));
}

#[test]
fn wrong_codes_at_activation_cost_the_token_and_lock_it() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("alice", "B", &secret(2))]);
    let wrong = || Code::parse("000000").unwrap();
    for _ in 0..10 {
        assert_eq!(setup.activate("A", wrong()), Err("next-code-needed"));
    }
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::FailedActivation);
    assert_eq!(setup.activate("A", shown(1, setup.now, 0)), Err("locked"));
    assert_eq!(setup.activate("B", shown(2, setup.now, 0)), Ok(0), "the other token is not locked");
    setup.later(30);
    assert_eq!(setup.activate("A", shown(1, setup.now, 0)), Ok(0));
    assert_eq!(setup.activate("A", shown(1, setup.now, 1)), Err("wrong-status"));
}

#[test]
fn a_token_is_passed_on_without_its_secret_and_old_codes_stay_spent() {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    let first = shown(1, setup.now, 0);
    setup.activate("A", first.clone()).unwrap();
    let (operator, directory) = (&setup.operator, &setup.directory);
    block_on(directory.unassign(operator, setup.now, "A")).unwrap();
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 1)), Err(Error::Refused(Refusal::Rejected)));
    block_on(directory.assign(operator, setup.now, "A", &upn("bob"))).unwrap();
    assert_eq!(setup.activate("A", first), Err("next-code-needed"), "the first holder's code is spent");
    setup.later(60);
    setup.activate("A", shown(1, setup.now, 0)).unwrap();
    setup.later(30);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), Err(Error::Refused(Refusal::Rejected)));
    assert_eq!(setup.verify("bob", &shown(1, setup.now, 0)).unwrap(), "A");
    let delete = || block_on(setup.directory.delete(&setup.operator, setup.now, "A")).map_err(code);
    assert_eq!(delete(), Err("token-held"));
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    assert_eq!(setup.verify("bob", &shown(1, setup.now, 1)), Err(Error::Refused(Refusal::Rejected)));
    block_on(setup.directory.unassign(&setup.operator, setup.now, "A")).unwrap();
    assert_eq!(delete(), Ok(()));
    assert_eq!(delete(), Err("token-unknown"));
}

#[test]
fn a_software_token_is_confirmed_replaced_and_never_passed_on() {
    let mut setup = Setup::new();
    let alice = upn("alice");
    let enroll = || block_on(setup.directory.enroll(&setup.operator, setup.now, &alice)).unwrap();
    let lost = enroll();
    // One secret in 170 shows a first code that it shows again within the radius, or that the lost one shows.
    let unlike_the_lost_one = |new: &oath_directory::Enrolment| {
        let [new, lost] = [&new.uri, &lost.uri].map(|uri| uri.to_totp().unwrap());
        let activates = |code| new.activate(&code, setup.now, Policy::default().radius, &TotpState::NEW).map(drop);
        activates(new.generate(setup.now)) == Ok(())
            && activates(lost.generate(setup.now)) == Err(oath_totp::Rejected::Mismatch)
    };
    let enrolment = std::iter::repeat_with(enroll).find(unlike_the_lost_one).unwrap();
    let confirm = |setup: &Setup, uri: &oath_totp::KeyUri| {
        let code = uri.to_totp().unwrap().generate(setup.now);
        block_on(setup.directory.confirm(&setup.operator, setup.now, &alice, &code.into())).map(drop).map_err(code_of)
    };
    fn code_of(error: Error) -> &'static str {
        code(error)
    }
    assert_eq!(confirm(&setup, &lost.uri), Err("next-code-needed"), "the lost one was replaced");
    assert_eq!(confirm(&setup, &enrolment.uri), Ok(()));
    assert_eq!(confirm(&setup, &enrolment.uri), Err("nothing-to-confirm"));
    setup.later(30);
    let code = enrolment.uri.to_totp().unwrap().generate(setup.now);
    assert_eq!(setup.verify("alice", &code).unwrap(), enrolment.serial);
    let unassign = block_on(setup.directory.unassign(&setup.operator, setup.now, &enrolment.serial));
    assert_eq!(unassign.map(drop).map_err(code_of), Err("software-token"));
    block_on(setup.directory.deactivate(&setup.operator, setup.now, &enrolment.serial)).unwrap();
    block_on(setup.directory.delete(&setup.operator, setup.now, &enrolment.serial)).unwrap();
}

#[test]
fn conflicts_in_an_upload_are_for_a_person_to_settle() {
    let setup = Setup::new();
    let (one, two) = (secret(1), secret(2));
    assert_eq!(setup.upload(&[("alice", "A", &one)]).imported, 1);
    let upload = setup.upload(&[
        ("alice", "A", &one),
        ("bob", "A", &one),
        ("", "A", &two),
        ("", "B", &one),
        ("nobody", "C", &secret(4)),
        ("bob", "D", &secret(3)),
    ]);
    // The reader finds that "A" and its secret stand twice in the file; what it lets through is settled here.
    let failures = setup.failures(&upload);
    assert_eq!((upload.unchanged, upload.imported, upload.failed), (1, 1, 4), "{failures:?}");
    assert!(failures.contains(&(6, "user-unknown".to_owned())), "{failures:?}");

    // Both are known, and do not belong together.
    setup.upload(&[("", "D", &secret(3))]);
    assert_eq!(setup.failures(&setup.upload(&[("", "A", &secret(3))])), [(2, "serial-conflict".to_owned())]);
    for (row, expected) in
        [(("bob", "A", &one), "token-held"), (("", "A", &two), "serial-conflict"), (("", "B", &one), "secret-conflict")]
    {
        let upload = setup.upload(&[row]);
        assert_eq!(setup.failures(&upload), [(2, expected.to_owned())]);
    }
    let csv = format!(
        "upn,serial number,secret key,timeinterval,manufacturer,model\r\n,A,{},60,Contoso,Test\r\n",
        *one.expose_base32()
    );
    let options = oath_seeds::Options::default().target(oath_seeds::Target::Inventory);
    let rows = oath_seeds::Reader::new(csv.as_bytes(), &options).unwrap();
    let upload = block_on(setup.directory.upload(&setup.operator, setup.now, "t.csv", rows)).unwrap();
    assert_eq!(setup.failures(&upload), [(2, "parameters-conflict".to_owned())]);
}

#[test]
fn weak_secrets_come_in_on_request_only() {
    let weak = Secret::from_bytes(&[7; 10]).unwrap();
    let setup = Setup::new();
    let upload = setup.upload(&[("alice", "A", &weak)]);
    assert_eq!(setup.failures(&upload), [(2, "secret-weak".to_owned())]);
    for (bytes, imported) in [(15, 0), (16, 1)] {
        let secret = Secret::from_bytes(&vec![7; bytes]).unwrap();
        assert_eq!(setup.upload(&[("", "B", &secret)]).imported, imported, "{bytes} bytes");
    }
    let setup = Setup::on(MemoryStore::default(), Policy { legacy_secrets: true, ..Policy::default() });
    assert_eq!(setup.upload(&[("alice", "A", &weak)]).imported, 1);
    let totp = Totp::new(weak.legacy_key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30);
    assert_eq!(setup.activate("A", totp.generate(setup.now)), Ok(0));
}

#[test]
fn the_status_of_an_upload_is_kept_for_thirty_days() {
    let mut setup = Setup::new();
    let first = setup.upload(&[("nobody", "A", &secret(1))]);
    assert_eq!(setup.failures(&first).len(), 1);
    setup.later(30 * 86_400 - 1);
    assert_eq!(setup.failures(&first).len(), 1);
    setup.later(1);
    let gone = block_on(setup.directory.failures(setup.now, first.id)).unwrap_err();
    assert_eq!(code(gone), "upload-unknown");
    let second = setup.upload(&[]);
    assert_eq!(second.id, first.id + 1, "numbers are not used again");
    assert!(block_on(setup.directory.store().failures(first.id, 0, 9)).unwrap().is_empty(), "and the rows are gone");
    block_on(setup.directory.delete_upload(&setup.operator, setup.now, second.id)).unwrap();
    let again = block_on(setup.directory.delete_upload(&setup.operator, setup.now, second.id)).unwrap_err();
    assert_eq!(code(again), "upload-unknown");
}

#[test]
fn users_are_imported_and_a_holder_of_hardware_does_not_become_a_guest() {
    let setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1))]);
    let text = "userPrincipalName,userType,displayName\nALICE@example.com,Guest,Alice\nbob@example.com,Member,Bob\n\
                carol@example.com,,\nguest@example.com,Guest,\nmallory,,\ncarol@EXAMPLE.com,,\n";
    let rows = user_file::read(text.as_bytes()).unwrap();
    let report = block_on(setup.directory.import_users(&setup.operator, setup.now, rows)).unwrap();
    let failed: Vec<_> = report.failed.iter().map(|(line, refusal)| (*line, refusal.code())).collect();
    assert_eq!((report.added, report.changed, report.unchanged), (1, 1, 1));
    assert_eq!(failed, [(2, "user-guest"), (6, "upn-malformed"), (7, "user-exists")]);
    let names: Vec<_> = block_on(setup.directory.users()).unwrap().into_iter().map(|user| user.display_name).collect();
    assert_eq!(names, [None, Some("Bob".to_owned()), None, None]);
}

#[test]
fn a_secret_that_cannot_be_opened_is_a_fault_and_neither_a_grant_nor_a_wrong_code() {
    let store = MemoryStore::default();
    let setup = Setup::on(store.clone(), Policy::default());
    setup.upload(&[("alice", "A", &secret(1))]);
    setup.activate("A", shown(1, setup.now, 0)).unwrap();
    let other = Directory::new(store, KeyRing::generate().unwrap(), Policy::default()).unwrap();
    let before = setup.actions().len();
    let found = block_on(other.verify(&setup.operator, setup.now, &upn("alice"), &shown(1, setup.now, 1)));
    assert!(matches!(found, Err(Error::Keys(_))), "{found:?}");
    assert_eq!(setup.actions().len(), before);
}

/// Two tokens, of which none shows the other's code within a day.
fn set_up_far(policy: Policy) -> Setup {
    let setup = Setup::on(MemoryStore::new(), policy);
    setup.upload(&[("alice", "A", &secret(1)), ("bob", "B", &secret(2))]);
    setup
}

#[test]
fn one_code_activates_near_the_expected_clock_and_two_as_far_as_a_day() {
    for (ahead, one, two) in [
        (0, true, true),
        (60, true, true),
        (-60, true, true),
        (61, false, true),
        (-61, false, true),
        (2879, false, true),
        (-2880, false, true),
        (2900, false, false),
    ] {
        let setup = set_up_far(Policy::default());
        let code = shown(1, setup.now, ahead);
        let found = setup.activate("A", code.clone());
        assert_eq!(found, if one { Ok(ahead) } else { Err("next-code-needed") }, "{ahead}");
        if !one {
            // Right elsewhere or nowhere: the same answer and the same cost.
            let refused = |serial: &str, code: Code| {
                let answer = block_on(setup.directory.activate(&setup.operator, setup.now, serial, &code.into()));
                let listed = block_on(setup.directory.token(serial)).unwrap();
                let event = setup.actions().pop().unwrap().event;
                (answer.unwrap_err().to_string(), listed.token.status, listed.state.attempts.failures, event.detail)
            };
            let far = refused("A", code.clone());
            assert!(far.0.contains("within 30 min of the expected time"), "{far:?}");
            setup.activate("B", Code::parse("000000").unwrap()).unwrap_err();
            let nowhere = refused("B", Code::parse("000000").unwrap());
            assert_eq!(
                (far.0.replace("token A", ""), far.1, far.2, far.3),
                (nowhere.0.replace("token B", ""), nowhere.1, nowhere.2, nowhere.3)
            );
            let found = setup.activate("A", [code, shown(1, setup.now, ahead + 1)]);
            assert_eq!(found, if two { Ok(ahead + 1) } else { Err("wrong-code") }, "{ahead}");
        }
    }
}

#[test]
fn one_code_is_enough_near_the_drift_that_was_recorded_before() {
    let mut setup = set_up_far(Policy::default());
    setup.activate("A", [shown(1, setup.now, 499), shown(1, setup.now, 500)]).unwrap();
    block_on(setup.directory.deactivate(&setup.operator, setup.now, "A")).unwrap();
    setup.later(86_400);
    assert_eq!(setup.activate("A", shown(1, setup.now, 439)), Err("next-code-needed"));
    assert_eq!(setup.activate("A", shown(1, setup.now, 0)), Err("next-code-needed"));
    assert_eq!(setup.activate("A", shown(1, setup.now, 560)), Ok(560));
}

#[test]
fn entras_rule_is_one_line_of_the_policy_away() {
    let entra = Policy { activation_radius_one_code: 2880, ..Policy::default() };
    for ahead in [-2880, -700, 0, 2880] {
        let setup = set_up_far(entra.clone());
        assert_eq!(setup.activate("A", shown(1, setup.now, ahead)), Ok(ahead));
        assert_eq!(setup.activate("B", Code::parse("000000").unwrap()), Err("wrong-code"));
    }
}

#[test]
fn without_a_limit_of_activations_none_are_counted() {
    let setup = set_up_far(Policy { activations: None, ..Policy::default() });
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    let wanted = oath_directory::store::Wanted { activations: true, ..Default::default() };
    assert_eq!(block_on(setup.directory.store().view(wanted)).unwrap().activations, None);
}

#[test]
fn wrong_codes_at_activation_cost_no_sign_in_and_wrong_sign_ins_no_activation() {
    let policy = Policy { activation_attempts: 2, free_attempts: 3, ..Policy::default() };
    let mut setup = set_up_far(policy);
    setup.upload(&[("alice", "C", &secret(3))]);
    setup.activate("C", shown(3, setup.now, 0)).unwrap();
    let wrong = || Code::parse("000000").unwrap();
    for _ in 0..2 {
        setup.activate("A", wrong()).unwrap_err();
    }
    assert_eq!(setup.activate("A", shown(1, setup.now, 0)), Err("locked"));
    setup.later(30);
    assert_eq!(setup.verify("alice", &shown(3, setup.now, 0)).unwrap(), "C");
    for _ in 0..3 {
        setup.verify("alice", &wrong()).unwrap_err();
    }
    assert!(matches!(setup.verify("alice", &wrong()), Err(Error::Refused(Refusal::Locked { .. }))));
    assert_eq!(setup.activate("A", shown(1, setup.now, 0)), Ok(0));
}
