//! What becomes of users: renamed, disabled, removed, and made like the list of a portal.

mod support;

use oath_directory::audit::Action;
use oath_directory::user_file::{self, UserRow};
use oath_directory::{Error, Leavers, Refusal, Removed, Status, SyncOptions, SyncReport, UserKind};
use pollster::block_on;
use support::{Setup, code, secret, shown, two_codes, upn};

/// Alice with a token A that signs in, and an app of hers that waits for its code.
fn furnished() -> (Setup, String) {
    let mut setup = Setup::new();
    setup.upload(&[("alice", "A", &secret(1)), ("", "B", &secret(2))]);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    setup.later(300);
    let app = block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("alice"))).unwrap().serial;
    (setup, app)
}

fn rows(csv: &str) -> Vec<UserRow> {
    user_file::read(csv.as_bytes()).unwrap()
}

fn sync(setup: &Setup, csv: &str, leavers: Leavers) -> Result<SyncReport, Error> {
    let options = SyncOptions { leavers, ..SyncOptions::default() };
    block_on(setup.directory.sync_users(&setup.operator, setup.now, rows(csv), options))
}

fn names(setup: &Setup) -> Vec<String> {
    block_on(setup.directory.users()).unwrap().into_iter().map(|user| user.upn.to_string()).collect()
}

fn counts(report: &SyncReport) -> (u64, u64, u64, usize) {
    (report.rows.added, report.rows.changed, report.rows.unchanged, report.rows.failed.len())
}

#[test]
fn a_user_who_is_renamed_keeps_the_tokens_and_no_used_code_is_good_again() {
    let (mut setup, _) = furnished();
    let used = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &used), Ok("A".to_owned()));
    let rename =
        |from: &str, to: &str| block_on(setup.directory.rename_user(&setup.operator, setup.now, &upn(from), &upn(to)));
    assert_eq!(rename("alice", "bob").map_err(code), Err("user-exists"));
    assert_eq!(rename("nobody", "carol").map_err(code), Err("user-unknown"));
    assert_eq!(rename("alice", "Carol").unwrap().upn.as_str(), "Carol@example.com");
    for name in ["alice", "carol"] {
        assert_eq!(setup.verify(name, &used), Err(Error::Refused(Refusal::Rejected)), "{name}");
    }
    setup.later(60);
    assert_eq!(setup.verify("carol", &shown(1, setup.now, 0)), Ok("A".to_owned()));
    let renamed = setup.actions().into_iter().find(|logged| logged.event.action == Action::UserRenamed).unwrap().event;
    assert_eq!((renamed.upn.as_str(), &*renamed.detail["from"]), ("Carol@example.com", "alice@example.com"));
}

#[test]
fn a_disabled_user_signs_in_as_little_as_one_without_tokens_and_gets_none() {
    let (mut setup, _) = furnished();
    let enable = |setup: &Setup, enabled| {
        block_on(setup.directory.enable_user(&setup.operator, setup.now, &upn("alice"), enabled)).unwrap()
    };
    assert!(!enable(&setup, false).enabled);
    let right = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &right), Err(Error::Refused(Refusal::Rejected)));
    let logged = setup.actions();
    assert_eq!(logged.last().unwrap().event.detail["reason"], "user-disabled");
    let assigned = block_on(setup.directory.assign(&setup.operator, setup.now, "B", &upn("alice")));
    assert_eq!(assigned.map(drop).map_err(code), Err("user-disabled"));
    let enrolled = block_on(setup.directory.enroll(&setup.operator, setup.now, &upn("alice")));
    assert_eq!(enrolled.map(drop).map_err(code), Err("user-disabled"));
    let details = block_on(setup.directory.user(setup.now, &upn("alice"))).unwrap();
    assert_eq!((details.user.enabled, details.failures, details.tokens.len()), (false, 1, 2));
    assert!(enable(&setup, true).enabled);
    setup.later(60);
    assert_eq!(setup.verify("alice", &shown(1, setup.now, 0)), Ok("A".to_owned()));
    // What is so already is no event.
    let before = setup.actions().len();
    enable(&setup, true);
    assert_eq!(setup.actions().len(), before);
}

#[test]
fn a_user_who_leaves_frees_the_hardware_and_takes_the_app_along() {
    let (mut setup, app) = furnished();
    let used = shown(1, setup.now, 0);
    assert_eq!(setup.verify("alice", &used), Ok("A".to_owned()));
    let remove = |setup: &Setup| block_on(setup.directory.remove_user(&setup.operator, setup.now, &upn("alice")));
    let events = setup.actions().len();
    let tried = block_on(setup.directory.preview_removal(&setup.operator, setup.now, &upn("alice"))).unwrap();
    assert_eq!((setup.actions().len(), names(&setup).len()), (events, 3), "nothing is changed");
    assert_eq!(remove(&setup).unwrap(), tried);
    assert_eq!(tried, Removed { available: vec!["A".to_owned()], deleted: vec![app.clone()] });
    assert_eq!(remove(&setup).map_err(code), Err("user-unknown"));
    assert_eq!(names(&setup), ["bob@example.com", "guest@example.com"]);
    let token = block_on(setup.directory.token("A")).unwrap().token;
    assert_eq!((token.status, token.holder), (Status::Available, None));
    assert_eq!(block_on(setup.directory.token(&app)).map(drop).map_err(code), Err("token-unknown"));
    assert_eq!(setup.verify("alice", &used), Err(Error::Refused(Refusal::Rejected)));
    // The next holder cannot sign in with a code that was used before.
    block_on(setup.directory.assign(&setup.operator, setup.now, "A", &upn("bob"))).unwrap();
    assert_eq!(setup.activate("A", used.clone()), Err("next-code-needed"));
    setup.later(300);
    setup.activate("A", two_codes(1, setup.now)).unwrap();
    assert!(block_on(setup.directory.verify_audit()).unwrap().is_ok());
    let logged = setup.actions();
    let of = |action| logged.iter().filter(|logged| logged.event.action == action).count();
    assert_eq!([Action::UserRemoved, Action::TokenUnassigned, Action::TokenDeleted].map(of), [1, 1, 1]);
}

#[test]
fn a_list_of_a_portal_adds_changes_renames_and_disables() {
    let setup = Setup::new();
    let first = "userPrincipalName,displayName,id,accountEnabled\n\
                 alice@example.com,Alice,1,true\nbob@example.com,Bob,2,true\nguest@example.com,,3,true\n";
    // The guest stays one: the list does not say what users are.
    assert_eq!(counts(&sync(&setup, first, Leavers::Keep).unwrap()), (0, 3, 0, 0));
    assert_eq!(counts(&sync(&setup, first, Leavers::Keep).unwrap()), (0, 0, 3, 0));
    assert_eq!(block_on(setup.directory.user(setup.now, &upn("guest"))).unwrap().user.kind, UserKind::Guest);
    setup.upload(&[("alice", "A", &secret(1))]);
    let second = "userPrincipalName,id,accountEnabled\n\
                  alice.new@example.com,1,true\nbob@example.com,2,False\ndave@example.com,4,true\n";
    assert_eq!(counts(&sync(&setup, second, Leavers::Keep).unwrap()), (1, 2, 0, 0));
    assert_eq!(names(&setup), ["alice.new@example.com", "bob@example.com", "dave@example.com", "guest@example.com"]);
    let alice = block_on(setup.directory.user(setup.now, &"alice.new@example.com".parse().unwrap())).unwrap();
    assert_eq!((alice.user.display_name.as_deref(), alice.tokens.len()), (Some("Alice"), 1));
    assert!(!block_on(setup.directory.user(setup.now, &upn("bob"))).unwrap().user.enabled);
    // A name that went to another person takes no tokens along.
    let third = "userPrincipalName,id\nalice.new@example.com,9\n";
    let refused = sync(&setup, third, Leavers::Keep).unwrap();
    assert_eq!(refused.rows.failed, [(2, Refusal::OtherObject { upn: "alice.new@example.com".to_owned() })]);
    let done = sync(&setup, third, Leavers::Remove).unwrap();
    assert_eq!((counts(&done), done.left.len(), done.freed), ((1, 0, 0, 0), 4, vec!["A".to_owned()]));
    assert_eq!(names(&setup), ["alice.new@example.com"]);
    assert_eq!(block_on(setup.directory.token("A")).unwrap().token.status, Status::Available);
}

#[test]
fn a_list_that_was_cut_off_does_not_empty_the_directory_and_a_dry_run_changes_nothing() {
    let setup = Setup::new();
    for number in 0..6 {
        let name = upn(&format!("user{number}"));
        block_on(setup.directory.add_user(&setup.operator, setup.now, &name, UserKind::Member, None)).unwrap();
    }
    let cut = "userPrincipalName\nalice@example.com\nnew@example.com\n";
    let before = (names(&setup), setup.actions().len());
    for leavers in [Leavers::Disable, Leavers::Remove] {
        let refused = sync(&setup, cut, leavers).unwrap_err();
        assert_eq!(refused, Error::Refused(Refusal::ManyLeavers { leavers: 8, users: 9 }));
        let options = SyncOptions { leavers, many_leavers: false, dry_run: true };
        let report = block_on(setup.directory.sync_users(&setup.operator, setup.now, rows(cut), options)).unwrap();
        assert_eq!((counts(&report), report.left.len()), ((1, 0, 1, 0), 8));
    }
    assert_eq!((names(&setup), setup.actions().len()), before);
    let options = SyncOptions { leavers: Leavers::Disable, many_leavers: true, dry_run: false };
    let go = || block_on(setup.directory.sync_users(&setup.operator, setup.now, rows(cut), options)).unwrap();
    assert_eq!(go().left.len(), 8);
    assert_eq!(go().left.len(), 0, "who is disabled has left");
    assert_eq!(names(&setup).len(), 10);
}

#[test]
fn five_leavers_are_many_where_they_are_more_than_a_quarter_of_the_users() {
    for (users, leavers, many) in
        [(20, 5, false), (20, 6, true), (19, 5, true), (23, 6, true), (24, 6, false), (5, 4, false), (5, 5, true)]
    {
        let setup = Setup::new();
        let mut all = names(&setup);
        for number in all.len()..users {
            let name = upn(&format!("user{number}"));
            block_on(setup.directory.add_user(&setup.operator, setup.now, &name, UserKind::Member, None)).unwrap();
        }
        all = names(&setup);
        let staying = all.drain(leavers..).chain(["new@example.com".to_owned()]).collect::<Vec<_>>();
        let file = format!("userPrincipalName\n{}\n", staying.join("\n"));
        match sync(&setup, &file, Leavers::Disable) {
            Ok(report) => assert_eq!((report.left.len(), many), (leavers, false), "{leavers} of {users}"),
            Err(error) => assert_eq!((error, many), (Refusal::ManyLeavers { leavers, users }.into(), true)),
        }
    }
}

#[test]
fn a_row_that_is_refused_does_not_make_its_user_a_leaver() {
    let setup = Setup::new();
    let first = "userPrincipalName,id\nalice@example.com,1\nbob@example.com,2\nguest@example.com,3\n";
    sync(&setup, first, Leavers::Keep).unwrap();
    let broken = "userPrincipalName,id\nalice,1\nbob@example.com,2\nbob@example.com,3\n";
    let report = sync(&setup, broken, Leavers::Remove).unwrap();
    assert_eq!((counts(&report), report.left.len()), ((0, 0, 1, 2), 0));
    assert_eq!(names(&setup).len(), 3);
    let twice = "userPrincipalName,id\nalice@example.com,1\nalice.new@example.com,1\n";
    let report = sync(&setup, twice, Leavers::Keep).unwrap();
    assert_eq!(report.rows.failed, [(3, Refusal::ObjectTwice { upn: "alice.new@example.com".to_owned() })]);
}

#[test]
fn the_order_of_the_rows_does_not_matter_and_what_would_happen_happens() {
    let lines = ["b@example.com,1", "c@example.com,2", "a@example.com,9"];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let setup = Setup::new();
        let first = "userPrincipalName,id\na@example.com,1\nb@example.com,2\n";
        sync(&setup, first, Leavers::Remove).unwrap();
        setup.upload(&[("a", "A", &secret(1))]);
        let file = format!("userPrincipalName,id\n{}\n", order.map(|at| lines[at]).join("\n"));
        assert_eq!(counts(&sync(&setup, &file, Leavers::Keep).unwrap()), (1, 2, 0, 0), "{order:?}");
        assert_eq!(counts(&sync(&setup, &file, Leavers::Keep).unwrap()), (0, 0, 3, 0), "{order:?}");
        // The token went along with the person, not with the name.
        let holder = block_on(setup.directory.token("A")).unwrap().holder.unwrap();
        assert_eq!(holder.upn.as_str(), "b@example.com");
        let options = SyncOptions { leavers: Leavers::Remove, many_leavers: false, dry_run: true };
        let nobody = "userPrincipalName\nz@example.com\n";
        let would = block_on(setup.directory.sync_users(&setup.operator, setup.now, rows(nobody), options)).unwrap();
        let done = sync(&setup, nobody, Leavers::Remove).unwrap();
        assert_eq!((&would.left, &would.freed), (&done.left, &done.freed));
        assert_eq!(done.freed, ["A"]);
    }
}

#[test]
fn a_name_in_another_case_is_written_so() {
    let setup = Setup::new();
    let (from, to) = (upn("alice"), upn("Alice"));
    block_on(setup.directory.rename_user(&setup.operator, setup.now, &from, &to)).unwrap();
    assert_eq!(names(&setup)[0], "Alice@example.com");
}
