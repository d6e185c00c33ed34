//! What may be meant by a user name or a serial number that is not in the directory.

mod support;

use support::Desk;

fn desk() -> Desk {
    let desk = Desk::furnished();
    desk.done("users add anna.smith@example.com");
    desk
}

/// What an error suggests; nothing where it has no suggestion.
fn suggested(desk: &Desk, words: &str) -> String {
    let ended = desk.oath(words);
    assert_eq!(ended.status, 1, "{words}: {ended:?}");
    let first = ended.err.lines().next().unwrap();
    assert!(
        first.starts_with("error[user-unknown]: ") || first.starts_with("error[token-unknown]: "),
        "{words}: {first}"
    );
    first.split_once("; is ").map(|(_, meant)| meant.trim_end_matches(" meant?").to_owned()).unwrap_or_default()
}

#[test]
fn a_user_name_that_is_not_there_leads_to_one_that_is() {
    let desk = desk();
    for (typed, meant) in [
        ("alcie@example.com", "alice@example.com"),
        ("alice@exmaple.com", "alice@example.com"),
        ("alicee@example.com", "alice@example.com"),
        ("allce@example.com", "alice@example.com"),
        ("alice@example.org", "alice@example.com"),
        ("smith.anna@example.com", "anna.smith@example.com"),
        ("ALCIE@EXAMPLE.COM", "alice@example.com"),
        ("zoe@example.com", ""),
        ("alice.cooper@example.com", ""),
    ] {
        assert_eq!(suggested(&desk, &format!("users show {typed}")), meant, "{typed}");
    }
}

#[test]
fn every_command_that_names_a_user_suggests_one() {
    let desk = desk();
    desk.done("tokens unassign 2300001");
    for words in [
        "users show alcie@example.com",
        "users rename alcie@example.com x@example.com",
        "users disable alcie@example.com",
        "users enable alcie@example.com",
        "users remove alcie@example.com",
        "users remove alcie@example.com --dry-run",
        "users roles alcie@example.com",
        "users roles alcie@example.com --add auditor",
        "users unlock alcie@example.com",
        "tokens assign 2300001 alcie@example.com",
        "recovery issue alcie@example.com",
        "recovery show alcie@example.com",
        "recovery reset alcie@example.com",
        "software enroll alcie@example.com",
        "software reenroll alcie@example.com",
        "software confirm alcie@example.com 123456",
        "software cancel alcie@example.com",
    ] {
        assert_eq!(suggested(&desk, words), "alice@example.com", "{words}");
    }
    for words in [
        "tokens show 230001",
        "tokens resync 230001 123456 123457",
        "tokens deactivate 230001",
        "tokens unlock 230001",
        "tokens reset 230001",
        "tokens unassign 230001",
        "tokens delete 230001",
        "tokens assign 230001 alice@example.com",
        "tokens activate 230001 123456",
        "software reenroll 230001",
    ] {
        assert_eq!(suggested(&desk, words), "2300001", "{words}");
    }
}

#[test]
fn rows_of_a_file_suggest_too_in_a_dry_run_as_well() {
    let desk = desk();
    desk.done("tokens unassign 2300001");
    desk.write("staff.csv", "serial number,upn\n2300001,alcie@example.com\n230002,bob@example.com\n");
    for dry_run in ["", " --dry-run"] {
        let told = desk.oath(&format!("tokens assign --file staff.csv{dry_run}")).out;
        assert!(told.contains("alcie@example.com; is alice@example.com meant?"), "{told}");
        assert!(told.contains("230002; is 2300002 meant?"), "{told}");
    }
}

/// A suggestion tells that a user exists: it is for actors who may list the users, and asking writes no event.
#[test]
fn an_actor_who_may_not_list_users_is_told_none() {
    let desk = desk();
    desk.done("users roles bob@example.com --add authentication-administrator");
    let events = || desk.json("audit list").as_array().unwrap().len();
    let words = |actor: &str| format!("--as {actor} recovery issue alcie@example.com");
    let before = events();
    assert_eq!(suggested(&desk, &words("bob@example.com")), "alice@example.com");
    assert_eq!(events(), before);
    let denied = desk.oath(&words("alice@example.com"));
    assert!(denied.err.starts_with("error[denied]: ") && !denied.err.contains(" meant?"), "{denied:?}");
    // A sign-in tells nothing of users at all.
    let rejected = desk.oath("verify alcie@example.com 123456");
    assert!(!format!("{rejected:?}").contains("alice@"), "{rejected:?}");
}
